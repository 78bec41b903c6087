"""`campaign run` as people leave it running: one holder, edits under it, and an orderly end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.networks.scripted import Reply, Request, scripted

ZONE = ZoneInfo("Asia/Jakarta")
CONFIG = """\
workspace: 6d9f0f3e-2f5b-4c8f-9f5a-1c1c5f0b7a10
timezone: Asia/Jakarta
store: sqlite:///campaign.db
languages: [en]
accounts:
  site: {network: feed, folder: public, language: en}
"""


class Loop:
    """A running `campaign run` whose lines can be waited for."""

    def __init__(self, folder: Path, **environ: str) -> None:
        self.folder = folder
        self.process = subprocess.Popen(
            [sys.executable, "-m", "campaign", "-w", str(folder), "run"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **environ},
        )
        self.lines: list[str] = []
        self._waited = 0
        self._more = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            with self._more:
                self.lines.append(line)
                self._more.notify_all()
        with self._more:
            self._more.notify_all()

    def wait_for(self, words: str, seconds: float = 30) -> None:
        """Wait for a line with these words, after the one that was waited for last."""
        with self._more:
            assert self._more.wait_for(lambda: self._find(words), seconds), f"{words!r} not in {self.lines}"

    def wait_for_hold(self, seconds: float = 60) -> None:
        """Wait until it holds the store: what it says first comes before that."""
        until = time.monotonic() + seconds
        while not json.loads(campaign(self.folder, "status", "--json").stdout)["running"]:
            assert time.monotonic() < until and self.process.poll() is None, self.lines

    def _find(self, words: str) -> bool:
        for number in range(self._waited, len(self.lines)):
            if words in self.lines[number]:
                self._waited = number + 1
                return True
        return False

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        code = self.process.wait(timeout=60)
        self._reader.join(timeout=10)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code


def soon(seconds: float) -> str:
    return f"{datetime.now(ZONE) + timedelta(seconds=seconds):%Y-%m-%d %H:%M:%S}"


def plan(folder: Path, *posts: tuple[str, str, str]) -> None:
    lines = ["title: Test", "posts:"]
    for name, at, text in posts:
        lines += [f"  - id: {name}", f"    at: {at}", f"    text: {{en: {json.dumps(text)}}}"]
    (folder / "schedules" / "c.yaml").write_text("\n".join(lines) + "\n")


def campaign(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "campaign", "-w", str(folder), *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def log(folder: Path) -> dict[str, dict[str, object]]:
    rows = [json.loads(line) for line in campaign(folder, "log", "--json").stdout.splitlines()]
    return {str(row["slot"]): row for row in rows}


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "schedules").mkdir()
    (tmp_path / "posts").mkdir()
    (tmp_path / "config.yaml").write_text(CONFIG)
    yield tmp_path


def test_a_day_in_the_life_of_a_loop(folder: Path) -> None:
    loop = Loop(folder)
    try:
        loop.wait_for("publishing from")
        plan(folder, ("first", soon(10), "The first"))
        loop.wait_for("The first")
        second = campaign(folder, "run")
        assert second.returncode == 1
        assert "campaign run" in second.stderr and "hint:" in second.stderr
        # A broken edit keeps the last good version; the mended file is read again.
        plan(folder, ("first", soon(-60), "The first"), ("second", soon(15), "The second"))
        loop.wait_for("read again")
        good = (folder / "schedules" / "c.yaml").read_text()
        (folder / "schedules" / "c.yaml").write_text("posts: [")
        loop.wait_for("The second")
        (folder / "schedules" / "c.yaml").write_text(good)
        # A verb beside it wakes it.
        said = folder / "said.txt"
        said.write_text("Said by hand")
        assert campaign(folder, "post", "--text", str(said), "--accounts", "site").returncode == 0
        loop.wait_for("Said by hand")
    finally:
        code = loop.stop()
    assert code == 0, loop.lines
    assert not any("Traceback" in line for line in loop.lines)
    rows = log(folder)
    assert {name: row["state"] for name, row in rows.items()} == {
        "first": "sent",
        "second": "sent",
        "text": "sent",
    }
    for name in ("first", "second"):
        assert str(rows[name]["sent_at"]) >= str(rows[name]["due"])  # never early


def test_a_signal_lets_what_is_in_flight_finish(folder: Path) -> None:
    arrived, answer = threading.Event(), threading.Event()

    def slowly(request: Request) -> Reply:
        arrived.set()
        answer.wait(30)
        return Reply(200, json={"id": "1", "url": "https://example.org/1"})

    with scripted() as server:
        server.on("POST", ".*", slowly)
        (folder / "config.yaml").write_text(
            CONFIG
            + f"  hook: {{network: webhook, server: '{server.url}/', secret: {{env: HOOK}}, language: en}}\n"
        )
        loop = Loop(folder, HOOK="s3cr3t")
        try:
            loop.wait_for("publishing from")
            plan(folder, ("slow", soon(10), "Slowly"))
            assert arrived.wait(30)
            loop.process.send_signal(signal.SIGTERM)
            answer.set()
            assert loop.process.wait(timeout=60) == 0
        finally:
            answer.set()
            loop.stop()
        states = [json.loads(line)["state"] for line in campaign(folder, "log", "--json").stdout.splitlines()]
        assert states == ["sent", "sent"]


def test_a_moment_that_has_just_passed_is_a_visible_missed_row(folder: Path) -> None:
    plan(folder, ("late", soon(-90), "Too late"))
    done = campaign(folder, "run", "--once", "--new-store")
    assert done.returncode == 0, done.stderr
    row = log(folder)["late"]
    assert row["state"] == "missed"
    assert row["say"] == "too late, not sent"
    assert "after its time" in str(row["reason"])


def test_a_store_that_had_to_be_made_is_an_error_for_once(folder: Path) -> None:
    plan(folder, ("later", soon(3600), "Later"))
    first = campaign(folder, "run", "--once")
    assert first.returncode == 1
    assert "--new-store" in first.stderr
    assert campaign(folder, "run", "--once").returncode == 0
