"""Work that takes long keeps its lease; what a broken connection to the store left behind is given back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection

from campaign.core.lifecycle import LEASE, LONGEST, RENEW
from campaign.core.model import Target
from campaign.errors import StoreError
from campaign.store import history
from campaign.store.database import Store
from tests.dispatch.world import World, account, at, slot, workspace

FEDI = account()
KEY = "c/s/2027-07-01T09:00/fedi"


class Later(Executor):
    """Runs a sender when the test says so."""

    def __init__(self) -> None:
        self.work: list[Callable[[], Any]] = []

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        self.work.append(lambda: fn(*args, **kwargs))
        return Future()


@pytest.fixture
def later(world: World) -> Later:
    """One post is on its way, and its sender is not done."""
    executor = Later()
    world.engine.executor = executor
    world.adopt(workspace([FEDI], [slot("s", at("2027-07-01T09:00"), [Target(FEDI, "en")])]))
    world.engine.tick(world.now)
    world.now += timedelta(hours=1)
    world.engine.tick(world.now)
    assert world.states() == {KEY: "sending"}
    return executor


def test_what_is_on_its_way_keeps_its_lease(world: World, later: Later) -> None:
    began = world.now
    while world.now < began + LONGEST:
        wake = world.engine.tick(world.now)
        assert wake is not None and world.now < wake <= world.now + LEASE - RENEW
        world.now = wake
        assert world.states() == {KEY: "sending"}
    world.now += LEASE + RENEW
    world.engine.tick(world.now)
    assert world.states() == {KEY: "uncertain"}  # nobody takes as long as that
    later.work.pop(0)()
    assert world.nets.get(FEDI).calls == []  # and its lease is over
    world.engine.tick(world.now)
    assert world.states() == {KEY: "pending"}


def test_a_lease_that_was_taken_away_ends_for_the_sender_at_once(world: World, later: Later) -> None:
    with world.store.write() as connection:
        connection.exec_driver_sql("UPDATE deliveries SET owner = 'host:2'")
    world.now += LEASE - RENEW
    world.engine.tick(world.now)
    later.work.pop(0)()
    assert world.nets.get(FEDI).calls == []


def test_a_claim_that_nobody_heard_of_is_given_back(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.adopt(workspace([FEDI], [slot("s", at("2027-07-01T09:00"), [Target(FEDI, "en")])]))
    world.settle()
    world.now += timedelta(hours=1)
    world.engine.planner.plan(world.now)  # type: ignore[union-attr]
    world.engine._next_due = None
    write = Store.write

    @contextmanager
    def breaks(store: Store) -> Iterator[Connection]:
        with write(store) as connection:
            yield connection
        raise StoreError("the answer to COMMIT was lost")

    with monkeypatch.context() as patch:
        patch.setattr(Store, "write", breaks)
        with pytest.raises(StoreError):
            world.engine.tick(world.now)
    assert world.states() == {KEY: "sending"}  # it was committed, and nobody is sending it
    world.engine.tick(world.now)
    assert world.states() == {KEY: "pending"}
    world.go(minutes=5)
    assert world.states() == {KEY: "sent"}
    with world.store.read() as connection:
        assert [a.outcome for a in history.attempts(connection, KEY)] == ["retry", "sent"]
    assert len(world.nets.get(FEDI).accepted) == 1
