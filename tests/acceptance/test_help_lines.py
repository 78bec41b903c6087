"""A help line that nobody has checked: the installed command holds its post, names it, and lets it go after a check."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import pytest

from tests.acceptance.test_command import COMMAND, CONFIG, campaign, rows, schedule, wall

LINES = """\
hotlines:
  - id: id-sapa129
    name: {en: Friend of Women and Children}
    country: ID
    channels: [{type: phone, show: "129"}]
    status: green
    source: https://example.org/sapa
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "schedules").mkdir()
    (tmp_path / "posts").mkdir()
    (tmp_path / "posts" / "hotlines.yaml").write_text(LINES, encoding="utf-8")
    more = (
        "workspace: 6d9f0f3e-2f5b-4c8f-9f5a-1c1c5f0b7a10\naudience: {country: ID}\nhotlines: [id-sapa129]\n"
    )
    config = CONFIG + more + "people: {ani: {can: [review]}}\n"
    (tmp_path / "config.yaml").write_text(config, encoding="utf-8")
    return tmp_path


def verify(home: Path, typed: str) -> subprocess.CompletedProcess[str]:
    words = ["hotlines", "verify", "id-sapa129", "--by", "ani", "--how", "called"]
    return subprocess.run(
        [str(COMMAND), *words],
        cwd=home,
        input=f"{typed}\n",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_stale_help_line_holds_its_post_and_a_check_lets_it_go(home: Path) -> None:
    schedule(home, 3600, "{{ hotline() }}")
    assert campaign(home, "check").returncode == 1
    campaign(home, "run", "--once", "--new-store")
    (key,) = [row["key"] for row in rows(home, "plan")]
    give_up = time.monotonic() + 120
    # To a moment that is still ahead when the command has started, however slow this machine is just now.
    while (
        campaign(home, "move", key, "--to", wall(8), "--by", "ani").returncode and time.monotonic() < give_up
    ):
        pass
    done = campaign(home, "run", "--once")
    while "1 not sent, for it could do harm" not in done.stderr and time.monotonic() < give_up:
        done = campaign(home, "run", "--once")  # as cron does, only more often
    assert done.returncode == 1
    assert "campaign hotlines verify id-sapa129" in done.stdout
    status = campaign(home, "status")
    assert status.returncode == 1
    named = [line for line in status.stdout.splitlines() if line and not line.startswith(" ")]
    assert any(
        line.startswith("Not sent, for it could do harm  (goes out by itself once mended") for line in named
    )
    assert "campaign resolve KEY" not in status.stdout
    (row,) = rows(home, "log", key)
    assert (row["state"], row["hotlines"]) == ("held", [])
    assert "was checked by nobody of this organisation" in row["reason"]

    assert verify(home, "128").returncode == 1
    assert campaign(home, "run", "--once").returncode == 0  # no news in this pass
    assert rows(home, "log", key)[0]["state"] == "held"
    assert campaign(home, "status").returncode == 1
    assert verify(home, "129").returncode == 0
    assert campaign(home, "run", "--once").returncode == 0
    (row,) = rows(home, "log", "--hotline", "id-sapa129")
    assert (row["key"], row["state"], row["text"]) == (key, "sent", "Friend of Women and Children: 129")
    assert row["url"] in campaign(home, "log", "--hotline", "id-sapa129").stdout
