"""kill -9 at every point of a delivery: nothing is lost and nothing is doubled on networks that recognise a repeat."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.networks.mastodon_server import MastodonServer
from tests.networks.scripted import Reply, scripted

MORTAL = Path(__file__).with_name("mortal.py")
CONFIG = """\
workspace: 6d9f0f3e-2f5b-4c8f-9f5a-1c1c5f0b7a10
timezone: Asia/Jakarta
store: sqlite:///campaign.db
languages: [en]
accounts:
  here: {account}
"""
PLAN = """\
title: Test
posts:
  - id: hello
    text: {{en: "Hello from a process that may die {nonce}"}}
    at: {at}
"""


@dataclass
class Place:
    """An account to publish to, and a way to count what arrived there."""

    account: str
    arrived: Callable[[str], int]
    environ: dict[str, str]


def campaign(folder: Path, point: int, ahead: float, *words: str, environ: dict[str, str]) -> int:
    done = subprocess.run(
        [
            sys.executable,
            str(MORTAL),
            str(point),
            str(ahead),
            str(folder / "tally"),
            "-w",
            str(folder),
            *words,
        ],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environ},
        timeout=120,
    )
    if done.returncode not in (0, 1, -signal.SIGKILL):
        raise AssertionError(done.stderr)
    return done.returncode


def lay(folder: Path, place: Place, nonce: str) -> None:
    """A workspace whose post is due in half a minute, and a store that has seen it."""
    (folder / "schedules").mkdir(parents=True)
    (folder / "posts").mkdir()
    at = datetime.now(ZoneInfo("Asia/Jakarta")) + timedelta(seconds=30)
    (folder / "config.yaml").write_text(CONFIG.format(account=place.account))
    (folder / "schedules" / "c.yaml").write_text(PLAN.format(at=f"{at:%Y-%m-%d %H:%M:%S}", nonce=nonce))
    assert campaign(folder, 0, 0, "run", "--once", "--new-store", environ=place.environ) == 0


def log(folder: Path) -> list[dict[str, object]]:
    out = subprocess.run(
        [sys.executable, "-m", "campaign", "-w", str(folder), "log", "--json"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return [json.loads(line) for line in out.splitlines()]


@pytest.fixture
def feed(tmp_path: Path) -> Iterator[Place]:
    def arrived(nonce: str) -> int:
        pages = list(tmp_path.rglob("public/index.html"))
        return sum(page.read_text().count(f"may die {nonce}<") for page in pages)

    yield Place("{network: feed, folder: public, language: en}", arrived, {})


@pytest.fixture
def webhook() -> Iterator[Place]:
    """A receiver that deduplicates by Idempotency-Key, as the documentation asks receivers to."""
    with scripted() as server:
        server.on("POST", ".*", Reply(200, json={"id": "1", "url": "https://example.org/1"}))

        def arrived(nonce: str) -> int:
            mine = [r for r in server.requests if f"may die {nonce}" in json.loads(r.body)["text"]]
            return len({request.headers["Idempotency-Key"] for request in mine})

        yield Place(
            f"{{network: webhook, server: '{server.url}/hook', secret: {{env: HOOK}}, language: en}}",
            arrived,
            {"HOOK": "s3cr3t"},
        )


@pytest.fixture
def mastodon(mastodon_server: MastodonServer) -> Iterator[Place]:
    def arrived(nonce: str) -> int:
        return sum(f"may die {nonce}<" in status["content"] for status in mastodon_server.statuses())

    yield Place(
        f"{{network: mastodon, server: '{mastodon_server.url}', token: {{env: TOKEN}}, language: en}}",
        arrived,
        {"TOKEN": mastodon_server.token},
    )


@pytest.mark.parametrize("network", ["feed", "webhook", "mastodon"])
def test_a_kill_at_any_point_loses_and_doubles_nothing(
    network: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    place: Place = request.getfixturevalue(network)
    whole = tmp_path / "whole"
    lay(whole, place, "whole")
    assert campaign(whole, 0, 60, "run", "--once", environ=place.environ) == 0
    points = int((whole / "tally").read_text())
    assert points > 8
    for point in range(1, points + 1):
        folder, nonce = tmp_path / f"kill-{point}", f"{network}-{point}"
        lay(folder, place, nonce)
        assert campaign(folder, point, 60, "run", "--once", environ=place.environ) == -signal.SIGKILL
        where = (folder / "tally").read_text()
        # The next run finds out; if the post may be out already, it waits until the network has settled.
        for ahead in (65, 120, 200):
            assert campaign(folder, 0, ahead, "run", "--once", environ=place.environ) == 0, where
        rows = log(folder)
        assert [row["state"] for row in rows] == ["sent"], (where, rows)
        assert place.arrived(nonce) == 1, where
