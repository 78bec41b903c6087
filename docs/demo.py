"""`make demo`: the main job from end to end, with the real loop and the real clock, and no credentials.

Makes a workspace in a new folder, writes a campaign of three moments a few seconds ahead (one with a picture, one a
thread), checks it, lets `campaign run` publish it to a page on this machine, prints the log, and names the page.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

ROOT = Path(__file__).resolve().parent.parent
CAMPAIGN = str(Path(sys.executable).parent / "campaign")
ZONE = "Asia/Jakarta"
PICTURE = "images/contract.jpg"

SCHEDULE = """\
title: {{id: Peluncuran, en: Launch day}}
accounts: [site]
hashtags: {{en: [EndHumanTrafficking]}}
links: {{help: {{url: "https://home-affairs.ec.europa.eu/EUvsHumanTraffickingCampaign", help: true}}}}
posts:
  - id: hello
    at: {0}
    text: {{en: "Today we stand together against trafficking in persons. {{{{ hashtags() }}}}"}}
  - id: contract
    at: {1}
    text: {{en: "A job abroad? Read the contract with somebody you trust before you sign. {{{{ link('help') }}}}"}}
    image:
      file: {picture}
      alt: {{en: Two people sit at a table and read an employment contract together}}
  - id: signs
    at: {2}
    template: demo-signs
"""

THREAD = """\
Three things that may be a sign that somebody is held in forced labour. None of them is proof.
---
1. Someone else keeps their passport or phone.
2. They can't leave their work, or are always accompanied.
3. Their pay goes to a debt that never ends.
---
Worried about someone? Don't step in yourself: ask people who know how to help. {{ link('help') }}
"""


def step(text: str) -> None:
    print(f"\n\033[1m{text}\033[0m" if sys.stdout.isatty() else f"\n{text}", flush=True)


def campaign(workspace: Path, *words: str) -> None:
    """Run one command as a person would, and show it."""
    print("$ campaign", *words, flush=True)
    subprocess.run([CAMPAIGN, "-w", str(workspace), *words], check=True)


def states(workspace: Path) -> list[str]:
    out = subprocess.run(
        [CAMPAIGN, "-w", str(workspace), "log", "--json"], capture_output=True, text=True, check=True
    ).stdout
    return [json.loads(line)["state"] for line in out.splitlines()]


def fill(workspace: Path, first: datetime) -> str:
    """Write the campaign into a new workspace, its first moment at a wall time; the text of its schedule."""
    times = [(first + timedelta(seconds=4 * n)).strftime("%Y-%m-%d %H:%M:%S") for n in range(3)]
    for old in (workspace / "schedules").glob("*.yaml"):
        if old.name != "observances.yaml":
            old.unlink()  # the starter campaigns would add their own posts to this page
    schedule = SCHEDULE.format(*times, picture=PICTURE)
    (workspace / "schedules" / "demo.yaml").write_text(schedule, encoding="utf-8")
    (workspace / "posts" / "demo-signs.j2").write_text(THREAD, encoding="utf-8")
    config = workspace / "config.yaml"
    text = config.read_text(encoding="utf-8").replace("quiet_hours:", "# quiet_hours:")
    config.write_text(text.replace("languages: [id, en]}", "language: en}"), encoding="utf-8")
    return schedule


def main() -> int:
    workspace = ROOT / "demo" / f"{datetime.now(ZoneInfo(ZONE)):%Y%m%d-%H%M%S}"
    step("1. A workspace: a folder of text files")
    print("$ campaign init", workspace.relative_to(ROOT))
    subprocess.run([CAMPAIGN, "init", str(workspace)], check=True, stdout=subprocess.DEVNULL)

    step("2. A campaign of three moments, the first in ten seconds")
    first = datetime.now(ZoneInfo(ZONE)).replace(microsecond=0) + timedelta(seconds=10)
    schedule = fill(workspace, first)
    print(schedule)

    step("3. Is it right?")
    campaign(workspace, "check")

    step("4. The loop publishes what is due")
    print("$ campaign run", flush=True)
    loop = subprocess.Popen([CAMPAIGN, "-w", str(workspace), "run"])
    try:
        give_up = time.monotonic() + 60
        while loop.poll() is None and time.monotonic() < give_up:
            if states(workspace).count("sent") == 5:
                break
            time.sleep(0.5)
    finally:
        loop.send_signal(signal.SIGINT)
        loop.wait(timeout=30)

    step("5. The log")
    campaign(workspace, "log")
    sent = states(workspace).count("sent")
    if sent != 5:
        print(f"\nOnly {sent} of 5 posts went out: something is wrong with this demo.", file=sys.stderr)
        return 1
    step(f"Now open {(workspace / 'public' / 'index.html').relative_to(ROOT)} in a browser.")
    print(
        f"Then look at it as a volunteer would: .venv/bin/campaign -w {workspace.relative_to(ROOT)} web --open"
    )
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except subprocess.CalledProcessError as error:
        sys.exit(error.returncode)  # the command has said what is wrong
