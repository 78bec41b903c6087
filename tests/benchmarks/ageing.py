"""Years of a loop with little to do, by a clock that jumps: does it grow? Its own process; prints JSON."""

from __future__ import annotations

import gc
import json
import sys
import tempfile
import tracemalloc
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from campaign.core.model import Account, Post
from campaign.core.outcome import Outcome, Receipt, Sent
from campaign.dispatch import station
from campaign.dispatch.alerting.sources import standing
from campaign.dispatch.rehearse import Inline
from campaign.dispatch.station import Station
from campaign.dispatch.tick import Engine
from campaign.store.evidence import seals
from campaign.store.scratch import hurry
from tests.benchmarks import made
from tests.dispatch.world import Nets, Scripted

BEGIN = datetime(2027, 1, 1, tzinfo=UTC)
MONTH = timedelta(days=28)
YEAR = timedelta(days=364)

MONTHLY = """\
title: {en: Know the signs}
starts: 2027-01-01
posts:
  - id: monthly
    cron: "0 9 1 * *"
    accounts: [one, two]
    text: {en: "On {{ occurrence.date }} as on each day: someone else keeps their passport. {{ hashtags() }}"}
hashtags: {en: [EndHumanTrafficking]}
"""


class Forgetful(Scripted):
    """A network that takes everything, and remembers nothing of it."""

    def send(self, post: Post, key: str, notes: object) -> Outcome:
        return Sent(Receipt(key, "", "us"))


class Networks(Nets):
    """One for all accounts."""

    def get(self, account: Account) -> Scripted:
        return self.by_account.setdefault("", Forgetful())


@dataclass
class Loop:
    """What the loop does, at the moments at which there is something to do and once a month besides."""

    here: Station
    engine: Engine
    now: datetime = BEGIN

    def live(self, until: datetime) -> None:
        while self.now < until:
            wake = self.engine.tick(self.now, self.now.timestamp())
            while self.engine.in_flight:
                wake = self.engine.tick(self.now, self.now.timestamp())
            self.engine.catch_up(self.now)
            self.here.store.set("last_tick", self.now.isoformat())
            seals.keep(self.here.store, self.now)
            self.here.store.stamp()
            with self.here.store.read() as connection:
                standing(connection, self.engine.planner.workspace, self.now)  # type: ignore[union-attr]
            self.now = min(wake or until, self.now + MONTH)


def main(years: float) -> None:
    with tempfile.TemporaryDirectory() as folder:
        accounts = dict.fromkeys(
            ("one", "two"), "network: webhook, server: 'https://e.org/', secret: {env: S}"
        )
        root = made.folder(Path(folder), accounts, monthly=MONTHLY)
        files = station.read(root)
        opened = Station.open(root, files, {"S": "s"}, create=True)
        here = replace(opened, given=Networks())  # type: ignore[arg-type]
        hurry(here.store)
        engine = Engine(here.store, here.adapters, here.files, "host:1", Inline(), BEGIN.timestamp)
        engine.adopt(here.planner(files), BEGIN)
        loop = Loop(here, engine)
        tracemalloc.start()
        loop.live(BEGIN + YEAR / 4)  # what is made once is made
        kib, objects = _held()
        loop.live(BEGIN + YEAR / 4 + years * YEAR)
        more_kib, more_objects = _held()
        here.store.close()
    print(json.dumps({"KiB more": more_kib - kib, "objects more": more_objects - objects}))


def _held() -> tuple[float, int]:
    gc.collect()
    return tracemalloc.get_traced_memory()[0] / 1024, len(gc.get_objects())


if __name__ == "__main__":
    main(float(sys.argv[1]))
