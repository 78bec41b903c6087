"""The loop between two looks at the clock, and when it ends: what it believes, writes and renews."""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any
from uuid import uuid4

import apscheduler.schedulers.base
import pytest

from campaign.core.lifecycle import LEASE, State
from campaign.dispatch import clock, station
from campaign.dispatch.health import Health
from campaign.dispatch.loop import _Loop
from campaign.dispatch.station import Station
from campaign.errors import StoreError
from campaign.store import history
from campaign.workspace.watch import fingerprint

CONFIG = """\
workspace: {workspace}
timezone: UTC
store: sqlite:///campaign.db
languages: [en]
quiet_hours: "00:00-00:01"
if_late: 3 days
accounts:
  site: {{network: feed, folder: public, gap: 30 min}}
"""
SCHEDULE = """\
title: {en: Signs}
posts:
  - id: first
    text: {en: Know the signs}
    at: 2027-07-01 01:00
  - id: second
    text: {en: Ask for help}
    at: 2027-07-01 01:00
  - id: tomorrow
    text: {en: Do not look away}
    at: 2027-07-01 21:00
"""


@dataclass
class Clocks:
    """What the machine says: the wall's time, which can be set, and the uptime, which cannot."""

    wall: datetime = datetime(2027, 7, 1, 0, 59, tzinfo=UTC)
    up: float = 1000.0

    def go(self, **delta: float) -> None:
        self.wall += timedelta(**delta)
        self.up += timedelta(**delta).total_seconds()


class Slow(Executor):
    """An upload that ends when it is told."""

    work: Callable[[], object] | None = None

    def submit(self, work: Any, /, *arguments: Any, **more: Any) -> Future[Any]:
        answer: Future[Any] = Future()
        if arguments:  # a server is asked for its limits
            answer.set_result(work(*arguments))
        else:
            self.work = work
        return answer


@dataclass
class Place:
    """A loop on a new workspace, just before its first posts are due."""

    folder: Path
    clocks: Clocks

    @contextmanager
    def loop(self, executor: Executor) -> Iterator[_Loop]:
        workspace = station.read(self.folder)
        assert workspace.problems == ()
        here = Station.open(self.folder, workspace, {}, create=True)
        seen, _ = fingerprint(self.folder)
        running = _Loop(here, workspace, executor, lambda said: None, False, seen, Health.of(self.folder, {}))
        try:
            yield running
        finally:
            here.store.close()


def states(loop: _Loop) -> dict[str, State]:
    with loop.here.store.read() as connection:
        return {row.slot: row.state for row in history.deliveries(connection)}


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    for folder in ("posts", "schedules"):
        (tmp_path / folder).mkdir()
    (tmp_path / "config.yaml").write_text(CONFIG.format(workspace=uuid4()))
    (tmp_path / "schedules" / "c.yaml").write_text(SCHEDULE)
    clocks = Clocks()
    monkeypatch.setattr(clock, "wall", lambda: clocks.wall)
    monkeypatch.setattr(clock, "uptime", lambda: clocks.up)
    monkeypatch.setattr(_Loop, "_schedule", lambda loop, at: None)  # nothing wakes it but the test
    logging.getLogger("apscheduler").setLevel(logging.CRITICAL)
    return Place(tmp_path, clocks)


def test_a_clock_set_a_day_ahead_sends_nothing_before_it_is_noticed(place: Place) -> None:
    with ThreadPoolExecutor(2) as executor, place.loop(executor) as loop:
        loop._work()
        place.clocks.go(minutes=1)
        loop._watch()
        loop._work()
        assert states(loop) == {"first": State.SENT, "second": State.PENDING}
        place.clocks.go(seconds=1)
        place.clocks.wall += timedelta(days=1)  # somebody sets it
        loop._work()  # a wake-up, or a sender who comes back, before the watch has looked
        assert states(loop) == {"first": State.SENT, "second": State.PENDING}
        loop._watch()
        assert "jumped ahead" in loop._doubt


def test_a_doubt_is_told_when_the_store_is_back(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    with ThreadPoolExecutor(2) as executor, place.loop(executor) as loop:
        store = loop.here.store

        def away(name: str, value: str) -> None:
            raise StoreError("the disk is full")

        place.clocks.wall += timedelta(days=1)
        with monkeypatch.context() as patch:
            patch.setattr(store, "set", away)
            loop._watch()
        assert store.get("clock") == ""
        loop._watch()
        assert "jumped ahead" in (store.get("clock") or "")
        place.clocks.wall -= timedelta(days=1)
        loop._watch()
        assert store.get("clock") == ""


def test_the_watch_goes_on_while_the_clock_is_put_back(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """APScheduler goes by the wall clock: put back by an hour, it starts nothing for an hour."""

    class Wall(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Any:
            return place.clocks.wall.astimezone(tz)

    looks = 0

    def look(loop: _Loop) -> None:
        nonlocal looks
        looks += 1
        if looks == 1:
            place.clocks.wall -= timedelta(hours=1)
        if looks == 5:
            loop._stop(signal.SIGTERM, None)

    monkeypatch.setattr(apscheduler.schedulers.base, "datetime", Wall)
    monkeypatch.setattr("campaign.dispatch.loop.WATCH", 0.001)
    monkeypatch.setattr(_Loop, "_watch", look)
    with ThreadPoolExecutor(2) as executor, place.loop(executor) as loop:
        too_long = threading.Timer(30, loop._stop, (signal.SIGTERM, None))
        too_long.start()
        loop.forever()
        too_long.cancel()
    assert looks >= 5


def test_what_a_network_said_is_written_at_the_end_and_by_the_right_time(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The store was away when the answer came; then the clock was set, and then the loop was told to stop."""
    with ThreadPoolExecutor(2) as executor, place.loop(executor) as loop:
        loop._work()
        place.clocks.go(minutes=1)
        loop._watch()
        write, engine = loop.here.store.write, loop.engine

        def away() -> AbstractContextManager[Any]:
            if engine._unwritten:
                raise StoreError("the disk is full")
            return write()

        monkeypatch.setattr(loop.here.store, "write", away)
        loop._work()
        monkeypatch.setattr(loop.here.store, "write", write)
        assert (engine.in_flight, engine.owes) == (0, True)
        place.clocks.go(seconds=1)
        place.clocks.wall += timedelta(days=1)
        loop._watch()
        assert loop._doubt
        engine.stopping = True
        loop._finish()
        assert states(loop) == {"first": State.SENT, "second": State.PENDING}


@pytest.mark.parametrize("ending", ["pass_once", "_finish"])
def test_the_lease_of_a_long_upload_is_renewed_also_at_the_end(
    place: Place, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    executor = Slow()
    with place.loop(executor) as loop:
        loop.engine.tick(place.clocks.wall, place.clocks.up)
        place.clocks.go(minutes=1)
        loop._watch()
        if ending == "_finish":
            loop.engine.tick(place.clocks.wall, place.clocks.up)
            loop.engine.stopping = True
        began = place.clocks.up

        def wait(seconds: float | None) -> None:
            """Time passes; the upload takes three leases."""
            place.clocks.go(seconds=LEASE.total_seconds() if seconds is None else max(seconds, 0.001))
            (errand,) = loop.engine._flying.values()
            assert not errand.lease.over(place.clocks.up)
            if place.clocks.up - began > 3 * LEASE.total_seconds():
                assert executor.work is not None
                executor.work()

        monkeypatch.setattr(loop.engine, "wait", wait)
        getattr(loop, ending)()
        with loop.here.store.read() as connection:
            kinds = [event.kind for event in history.events(connection) if "/first/" in event.key]
        assert "orphaned" not in kinds
