"""What hosts share: an account's gap and daily cap, the leases of long work, the version of the files that counts."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import select

from campaign.core.lifecycle import State
from campaign.store import history
from campaign.store.database import Store
from campaign.store.tables import checkouts
from tests.machines.hosts import ZONE, Hosts, hosts, reached
from tests.machines.receiver import Receiver, receiver
from tests.machines.storm import AHEAD, NAMES, campaign, config
from tests.servers import Postgres


@pytest.fixture
def there() -> Iterator[Receiver]:
    with receiver() as running:
        yield running


@pytest.fixture
def here(durable: Postgres, tmp_path: Path) -> Iterator[Hosts]:
    with hosts(tmp_path, durable) as running:
        yield running


@pytest.fixture
def database(durable: Postgres) -> str:
    name = f"s{uuid4().hex}"
    durable.run(f"CREATE DATABASE {name}")
    return name


@pytest.fixture
def store(durable: Postgres, database: str, tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(durable.url(database), tmp_path, create=True)
    yield opened
    opened.close()


def soon(seconds: float) -> datetime:
    return datetime.now(ZONE).replace(microsecond=0) + timedelta(seconds=seconds)


def states(store: Store) -> dict[str, State]:
    with store.read() as connection:
        return {row.key: row.state for row in history.deliveries(connection)}


def compared(store: Store) -> set[str]:
    """The checkouts that were held against what counts."""
    with store.read() as connection:
        return {Path(host).name for host in connection.execute(select(checkouts.c.host)).scalars()}


def everyone(here: Hosts, files: dict[str, str]) -> None:
    for name, ahead in zip(NAMES, AHEAD, strict=True):
        here.checkout(name, files)
        here.start(name, ahead=ahead)


def test_an_account_keeps_its_gap_and_its_cap_whoever_sends(
    durable: Postgres, database: str, here: Hosts, there: Receiver, store: Store
) -> None:
    accounts = {"hook0": "webhook, gap: 2 s", "hook1": "webhook, daily: 3"}

    def files(first: datetime) -> dict[str, str]:
        moments = [first + timedelta(seconds=s) for s in range(6)]
        return {
            "config.yaml": config(durable.url(database, password=False), accounts, there.url),
            "schedules/c.yaml": campaign({f"of-{name}": (moments, name) for name in ("hook0", "hook1")}),
        }

    everyone(here, here.prime(files)[1])
    assert reached(lambda: len(there.times("hook0")) == 6), states(store)
    times = there.times("hook0")
    # The gap counts from the answer, the receiver's time is before it; the hosts know the store's time to some ms.
    assert min(b - a for a, b in pairwise(times)) >= 1.9
    assert len(there.times("hook1")) == 3
    waiting = [key for key, state in states(store).items() if state is State.PENDING]
    assert len(waiting) == 3 and all("hook1" in key for key in waiting)


def test_the_lease_of_long_work_is_renewed(
    durable: Postgres, database: str, here: Hosts, there: Receiver, store: Store
) -> None:
    there.slow = 1e-9
    there.pause = lambda: 8.0  # type: ignore[method-assign]  # more than two leases

    def files(first: datetime) -> dict[str, str]:
        return {
            "config.yaml": config(durable.url(database, password=False), {"mute0": "mute"}, there.url),
            "schedules/c.yaml": campaign({"long": ([first], "mute0")}),
        }

    everyone(here, here.prime(files)[1])
    assert reached(lambda: list(states(store).values()) == [State.SENT]), states(store)
    assert there.requests == 1
    with store.read() as connection:
        assert not [e for e in history.events(connection) if e.kind == "orphaned"]


def test_an_old_checkout_does_not_plan_and_status_names_it(
    durable: Postgres, database: str, here: Hosts, there: Receiver, store: Store
) -> None:
    settings = config(durable.url(database, password=False), {"hook0": "webhook"}, there.url)
    due = soon(20)
    old = {"config.yaml": settings, "schedules/c.yaml": campaign({"old": ([due], "hook0")})}
    new = old | {"schedules/c.yaml": campaign({"new": ([due], "hook0")})}
    here.checkout("north", old)
    here.checkout("south", old)
    north, south = here.start("north"), here.start("south")
    # "publishing from ..." is said before it: who compared nothing yet would bring the old files as news.
    assert reached(lambda: compared(store) == {"north", "south"})
    here.checkout("north", new)  # a pull there, and not yet in the south
    assert reached(lambda: "read again" in north.said())
    code, told = here.ask("north", "status", "--json")
    problems = json.loads(told)["problems"]
    (behind,) = [problem for problem in problems if problem["rule"] == "behind"]
    assert code == 1
    assert "south" in behind["message"] and "c" in behind["message"] and "north" not in behind["message"]
    assert reached(lambda: bool(states(store)))
    assert reached(lambda: list(states(store).values()) == [State.SENT])
    # The south is restarted and still old; then it is edited: what was never seen counts, wherever it comes from.
    south.send(signal.SIGTERM)
    assert south.code() == 0
    south = here.start("south")
    later = soon(14)
    here.checkout("south", {"schedules/c.yaml": campaign({"old": ([later], "hook0")})})
    assert reached(lambda: len(states(store)) == 2)
    assert {key.split("/")[1] for key in states(store)} == {"new", "old"}


def test_a_restart_of_postgresql_is_told_in_one_line_and_nothing_is_forgotten(
    durable: Postgres, database: str, here: Hosts, there: Receiver, store: Store
) -> None:
    there.pause = lambda: 2.0  # type: ignore[method-assign]

    def files(first: datetime) -> dict[str, str]:
        moments = [first, first + timedelta(seconds=5)]
        return {
            "config.yaml": config(durable.url(database, password=False), {"mute0": "mute"}, there.url),
            "schedules/c.yaml": campaign({"twice": (moments, "mute0")}),
        }

    here.checkout("north", here.prime(files)[1])
    north = here.start("north")
    assert reached(lambda: there.requests == 1)
    durable.restart()  # while the answer is on its way
    assert reached(lambda: sorted(states(store).values()) == [State.SENT, State.SENT]), states(store)
    assert there.requests == 2
    assert store.holder() is not None  # it says again that it runs
    north.send(signal.SIGTERM)
    assert north.code() == 0
    assert "Traceback" not in north.said()
