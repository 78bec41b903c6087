"""The installed command, as people and scripts meet it."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

COMMAND = Path(sys.executable).with_name("campaign")
ZONE = ZoneInfo("Asia/Jakarta")
ANSI = re.compile(r"\x1b\[")

CONFIG = """\
timezone: Asia/Jakarta
languages: [en]
accounts:
  site: {network: feed, folder: public, language: en}
"""

PLAN = "key campaign slot account network language due due_utc text parts length limit cost problems paused"
LOG = (
    "key campaign slot account network language state say due text part of media attempts sent_at id url reason "
    "approved_by reviewed_by facts hotlines accepted consents withdrawn_at redacted_at redacted_by"
)
CHECK = "file line column level rule message hint key"
STATUS = (
    "running next last_tick last_tick_by overdue uncertain failed held missed unapproved to_withdraw parked waiting "
    "flagged paused problems"
)


def campaign(folder: Path, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a folder, its output in pipes."""
    assert COMMAND.is_file(), (
        f"{COMMAND} is not there: install the project into this environment (make test does)"
    )
    clean = {k: v for k, v in os.environ.items() if not k.startswith("CAMPAIGN_") and k != "COLUMNS"}
    return subprocess.run(
        [str(COMMAND), *words],
        cwd=folder,
        env={**clean, **environ},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def rows(folder: Path, *words: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in campaign(folder, *words, "--json").stdout.splitlines()]


def wall(seconds: float) -> str:
    """So many seconds from now, as people write it there."""
    return f"{datetime.now(ZONE) + timedelta(seconds=seconds):%Y-%m-%d %H:%M:%S}"


def schedule(folder: Path, seconds: float, text: str = "Hello") -> None:
    """A campaign of one post, so many seconds ahead."""
    post = f"{{id: now, at: {wall(seconds)}, text: {json.dumps(text)}}}"
    (folder / "schedules" / "soon.yaml").write_text(f"posts:\n  - {post}\n", encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small workspace without quiet hours."""
    (tmp_path / "schedules").mkdir()
    (tmp_path / "posts").mkdir()
    (tmp_path / "config.yaml").write_text(CONFIG, encoding="utf-8")
    return tmp_path


def test_the_common_path(tmp_path: Path) -> None:
    made = campaign(tmp_path, "init", "ngo")
    assert made.returncode == 0, made.stderr
    home = tmp_path / "ngo"
    below = home / "posts"  # found from below, too
    assert campaign(below, "check").returncode == 0
    first = campaign(home, "run", "--once", "--new-store")
    assert first.returncode == 0, first.stderr
    config = (home / "config.yaml").read_text(encoding="utf-8")
    (home / "config.yaml").write_text(config.replace("quiet_hours:", "# quiet_hours:"), encoding="utf-8")
    schedule(home, 3600, "We begin")
    assert "We begin" in campaign(home, "plan").stdout
    assert campaign(home, "run", "--once").returncode == 0
    keys = [row["key"] for row in rows(home, "plan") if row["campaign"] == "soon"]
    assert len(keys) == 2
    give_up = time.monotonic() + 120
    # To a moment that is still ahead when the command has started, however slow this machine is just now.
    while campaign(home, "move", *keys, "--to", wall(3)).returncode and time.monotonic() < give_up:
        pass
    log: list[dict[str, Any]] = []
    while {row["state"] for row in log} != {"sent"} and time.monotonic() < give_up:
        done = campaign(home, "run", "--once")  # as cron does, only more often
        assert done.returncode == 0, done.stderr
        log = rows(home, "log", "--campaign", "soon")
    assert {(row["state"], row["text"]) for row in log} == {("sent", "We begin")}
    assert {row["account"] for row in log} == {"site", "site.en"}
    assert "We begin" in (home / "public" / "index.html").read_text(encoding="utf-8")
    told = campaign(home, "log", "--campaign", "soon")
    assert log[0]["url"] in told.stdout


def test_contracts_of_json(folder: Path) -> None:
    schedule(folder, 3600)
    assert [" ".join(row) for row in rows(folder, "plan")] == [PLAN]
    assert campaign(folder, "post", "soon/now").returncode == 0
    assert [" ".join(row) for row in rows(folder, "log")] == [LOG]
    (folder / "schedules" / "bad.yaml").write_text("posts: {}\n", encoding="utf-8")
    assert {" ".join(row) for row in rows(folder, "check")} == {CHECK}
    assert [" ".join(row) for row in rows(folder, "status")] == [STATUS]


def test_exit_codes(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    assert campaign(folder, "--help").returncode == 0
    assert campaign(folder, "check").returncode == 0
    nowhere = tmp_path_factory.mktemp("nowhere")
    lost = campaign(nowhere, "check")
    assert lost.returncode == 1
    assert lost.stderr.startswith("campaign: there is no config.yaml in ")
    assert "\n  hint: " in lost.stderr
    assert campaign(folder, "chekc").returncode == 2
    assert campaign(folder, "post").returncode == 2
    assert campaign(folder, "retry", "a/b/c/d").returncode == 1


def test_a_broken_file_is_a_problem_and_never_a_traceback(folder: Path) -> None:
    (folder / "schedules" / "bad.yaml").write_bytes(b"\x00\xff\xfe")
    said = campaign(folder, "check")
    assert said.returncode == 1
    assert said.stdout.startswith("schedules/bad.yaml:")
    assert "Traceback" not in said.stdout + said.stderr


def test_a_pipe_gets_plain_lines_of_80_columns(folder: Path) -> None:
    schedule(
        folder,
        3600,
        "A sentence that goes on and on until it is much wider than any terminal is, and then some",
    )
    for words in (
        ["plan"],
        ["status"],
        ["preview", "soon"],
        ["accounts"],
        ["post", "soon/now"],
        ["log"],
        ["check"],
    ):
        said = campaign(folder, *words, FORCE_COLOR="1")
        assert not ANSI.search(said.stdout), words
        addressed = [line for line in said.stdout.splitlines() if "://" not in line]
        assert max((len(line) for line in addressed), default=0) <= 80, words


@pytest.mark.parametrize(
    ("environ", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)]
)
def test_a_terminal_gets_colours_unless_told_otherwise(
    folder: Path, environ: dict[str, str], coloured: bool
) -> None:
    schedule(folder, 3600)
    ours, theirs = pty.openpty()
    clean = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "COLUMNS")}
    done = subprocess.run(
        [str(COMMAND), "plan"],
        cwd=folder,
        stdout=theirs,
        stderr=subprocess.DEVNULL,
        env={**clean, "TERM": "xterm-256color", **environ},
        timeout=60,
        check=False,
    )
    os.close(theirs)
    seen = b""
    try:
        while piece := os.read(ours, 65536):
            seen += piece
    except OSError:
        pass  # Linux ends a terminal that nobody holds any more with EIO
    os.close(ours)
    assert done.returncode == 0
    text = seen.decode()
    assert bool(ANSI.search(text)) is coloured
    assert "NOTHING IS RUNNING: 1 post today will not go out" in ANSI.sub("", text) or "next post" in text


def test_head_of_a_long_list_is_quiet(folder: Path) -> None:
    lines = ["title: Many", "posts:"] + [
        f"  - {{id: p{n}, at: 2031-01-01 {n // 60:02}:{n % 60:02}, text: {{en: Number {n}}}}}"
        for n in range(800)
    ]
    (folder / "schedules" / "many.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    script = f"set -o pipefail; '{COMMAND}' plan --from 2031-01-01 --to 2031-01-01 --json | head -n 1"
    done = subprocess.run(
        ["bash", "-c", script], cwd=folder, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["key"] == "many/p0/2031-01-01T00:00/site"


def test_secrets_are_never_shown(folder: Path) -> None:
    secret = "tok-9f8e7d6c5b4a"
    fedi = "  fedi: {network: mastodon, server: 'http://127.0.0.1:9', token: {env: TOK}, language: en}\n"
    (folder / "config.yaml").write_text(CONFIG + fedi, encoding="utf-8")
    (folder / ".env").write_text(f"TOK={secret}\n", encoding="utf-8")
    (folder / ".env").chmod(0o600)
    schedule(folder, 3600)
    for words in ("check", "plan", "accounts check", "post soon/now", "log", "status --json"):
        said = campaign(folder, *words.split())
        assert secret not in said.stdout + said.stderr
    assert not any(secret.encode() in path.read_bytes() for path in folder.glob("campaign.db*"))


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 0)])
def test_a_run_that_is_stopped_ends_in_order(folder: Path, number: int, code: int) -> None:
    schedule(folder, 3600)
    with subprocess.Popen(
        [str(COMMAND), "run"], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        first = process.stderr.readline()
        give_up = time.monotonic() + 60
        while campaign(folder, "status").stdout[:10] != "Running on" and time.monotonic() < give_up:
            pass
        process.send_signal(number)
        assert process.wait(timeout=60) == code
        assert "next post " in first and "in a new store" in first
        assert process.stderr.read() == ""


def test_a_cheerful_post_is_kept_back_on_a_day_of_remembrance(folder: Path) -> None:
    today = datetime.now(ZONE).date()
    days = ", ".join(f"{today + timedelta(days=n)}" for n in (0, 1))  # midnight may pass meanwhile
    rule = f"{{type: announced, dates: [{days}]}}"
    (folder / "schedules" / "observances.yaml").write_text(
        f"observances:\n  - {{id: memory, rule: {rule}, tone: remembrance, name: {{en: Day of Memory}}}}\n"
    )
    post = f"{{id: now, at: {wall(20)}, tone: cheerful, text: Hooray}}"
    (folder / "schedules" / "soon.yaml").write_text(f"posts:\n  - {post}\n", encoding="utf-8")
    campaign(folder, "run", "--once", "--new-store")
    (ahead,) = rows(folder, "plan")
    assert [problem["rule"] for problem in ahead["problems"]] == ["quiet-day"]
    deadline = time.monotonic() + 60
    while not (found := rows(folder, "log")) and time.monotonic() < deadline:
        passed = campaign(folder, "run", "--once")
    assert "1 kept back on a quiet day" in passed.stderr + passed.stdout
    assert passed.returncode == 0
    assert [(row["state"], row["say"]) for row in found] == [("missed", "not sent")]
    assert found[0]["reason"].endswith("is Day of Memory, and this post is cheerful")
    status = campaign(folder, "status")
    assert status.returncode == 0
    assert "Kept back on a quiet day" in status.stdout
    assert "Nothing needs a person." in status.stdout
    assert campaign(folder, "retry", found[0]["key"]).returncode == 0
    assert campaign(folder, "run", "--once").returncode == 0
    assert [(row["state"], row["text"]) for row in rows(folder, "log")] == [("sent", "Hooray")]
