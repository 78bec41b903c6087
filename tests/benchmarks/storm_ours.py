"""The storm as this program takes it: the loop as `campaign run` starts it. Its own process; prints JSON."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from campaign.dispatch import loop
from campaign.dispatch.happening import Happening
from tests.benchmarks.measure import cpu_seconds

CONFIG = """\
timezone: UTC
store: sqlite:///campaign.db
languages: [en]
accounts:
"""


def workspace(folder: Path, url: str, posts: int, accounts: int, due: datetime) -> int:
    """A folder with ``posts`` posts due at one moment, spread over the accounts; how many there really are."""
    lines = [
        f"  a{n}: {{network: webhook, server: '{url}', secret: {{env: SECRET}}, language: en}}\n"
        for n in range(accounts)
    ]
    (folder / "config.yaml").write_text(CONFIG + "".join(lines))
    (folder / "schedules").mkdir()
    (folder / "posts").mkdir()
    slots, rest = divmod(posts, accounts)
    text = ["title: {en: Storm}\nposts:\n"]
    for slot in range(slots + bool(rest)):
        to = accounts if slot < slots else rest
        text.append(
            f"  - id: s{slot}\n    at: {due:%Y-%m-%d %H:%M:%S}\n    accounts: [{', '.join(f'a{n}' for n in range(to))}]\n"
            f"    text: {{en: 'Post {slot} of {{{{ account.id }}}}: know the signs, and where to get help.'}}\n"
        )
    (folder / "schedules" / "storm.yaml").write_text("".join(text))
    return posts


def main(folder: Path, url: str, posts: int, accounts: int) -> None:
    due = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=3)
    workspace(folder, url, posts, accounts, due)
    ended: dict[str, int] = {}

    def hear(happening: Happening) -> None:
        if happening.key:
            ended[happening.kind] = ended.get(happening.kind, 0) + 1
        if sum(ended.values()) == posts:
            os.kill(os.getpid(), signal.SIGTERM)

    began = cpu_seconds()
    loop.run(folder, {"SECRET": "s"}, trust_clock=False, say=hear)
    took = time.time() - due.timestamp()
    print(json.dumps({"due": due.timestamp(), "cpu": cpu_seconds() - began, "took": took, "ended": ended}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
