"""kill -9 at every point of a delivery: nothing is lost and nothing is doubled on networks that recognise a repeat."""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from campaign.store import history
from campaign.store.database import Store
from tests.networks.mastodon_server import MastodonServer
from tests.networks.scripted import Reply, scripted

MORTAL = Path(__file__).with_name("mortal.py")
CONFIG = """\
workspace: {workspace}
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


class Mortals:
    """Processes that run one command each, and may be killed on the way."""

    def __init__(self, environ: dict[str, str]) -> None:
        self.environ = environ
        self.process = subprocess.Popen(
            [sys.executable, str(MORTAL)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def run(self, folder: Path, point: int, ahead: float, *words: str) -> int:
        """The exit code of `campaign run --once`, begun ``ahead`` seconds from now; -9 when it was killed."""
        assert self.process.stdin is not None and self.process.stdout is not None
        order = {
            "point": point,
            "ahead": ahead,
            "tally": str(folder / "tally"),
            "words": ["-w", str(folder), "run", "--once", *words],
            "environ": self.environ,
        }
        print(json.dumps(order), file=self.process.stdin, flush=True)
        return int(self.process.stdout.readline())

    def close(self) -> None:
        self.process.communicate()


def lay(mortals: Mortals, folder: Path, place: Place, nonce: str) -> None:
    """A workspace whose post is due in half a minute, and a store that has seen it."""
    (folder / "schedules").mkdir(parents=True)
    (folder / "posts").mkdir()
    at = datetime.now(ZoneInfo("Asia/Jakarta")) + timedelta(seconds=30)
    (folder / "config.yaml").write_text(CONFIG.format(account=place.account, workspace=uuid4()))
    (folder / "schedules" / "c.yaml").write_text(PLAN.format(at=f"{at:%Y-%m-%d %H:%M:%S}", nonce=nonce))
    assert mortals.run(folder, 0, 0, "--new-store") == 0


def copy(whole: Path, folder: Path, old: str, nonce: str) -> None:
    """The same again with words of its own, and as another organisation, so that the network takes it for another."""
    shutil.copytree(whole, folder)
    config, plan = folder / "config.yaml", folder / "schedules" / "c.yaml"
    config.write_text(re.sub("workspace: .*", f"workspace: {uuid4()}", config.read_text()))
    plan.write_text(plan.read_text().replace(f"die {old}", f"die {nonce}"))


def states(folder: Path) -> list[str]:
    store = Store.open("sqlite:///campaign.db", folder, create=False)
    try:
        with store.read() as connection:
            return [row.state.value for row in history.deliveries(connection)]
    finally:
        store.close()


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
    mortals = Mortals(place.environ)
    try:
        whole, tried = tmp_path / "whole", tmp_path / "tried"
        lay(mortals, whole, place, "whole")
        copy(whole, tried, "whole", f"{network}-0")
        assert mortals.run(tried, 0, 60) == 0
        points = int((tried / "tally").read_text())
        assert points > 8
        for point in range(1, points + 1):
            folder, nonce = tmp_path / f"kill-{point}", f"{network}-{point}"
            copy(whole, folder, "whole", nonce)
            assert mortals.run(folder, point, 60) == -signal.SIGKILL
            where = f"killed at point {point}: {(folder / 'tally').read_text()}"
            # The next run finds out; if it may be out already, the one after has waited until the network had settled.
            for ahead in (65, 120):
                assert mortals.run(folder, 0, ahead) in (0, 1), where
            assert states(folder) == ["sent"], where
            assert place.arrived(nonce) == 1, where
    finally:
        mortals.close()
