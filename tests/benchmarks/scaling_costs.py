"""What a post costs, measured in a few seconds: the real engine on a PostgreSQL of our own, with time as an argument,
senders that answer at once, many accounts, and a counter at each thing that can run out."""

from __future__ import annotations

import os
import tempfile
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import timedelta
from pathlib import Path
from typing import Self

from sqlalchemy import Connection, event, insert, text

from campaign.core.model import Post, Secret, Target
from campaign.networks.webhook import Webhook, WebhookOptions
from campaign.store.database import Store
from campaign.store.evidence import seals
from campaign.store.tables import accounts as accounts_table
from tests.benchmarks import processes
from tests.benchmarks.server import receiver
from tests.dispatch.world import World, account, at, slot, workspace
from tests.servers import Postgres, postgres

TEXT = (
    "Post {number}: a job abroad that asks for your passport is no job. Know the signs, ask somebody you trust, "
    "and call the help line before you go. It is free, and nobody will ask for your name. #EndHumanTrafficking"
)
SIZE = "SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0) FROM pg_class c WHERE c.relname = '{}'"
TABLES = ("deliveries", "attempts", "events", "seals")


class CountingStore(Store):
    """The real store; counts transactions that write."""

    commits = 0

    @contextmanager
    def write(self) -> Iterator[Connection]:
        with super().write() as connection:
            yield connection
        self.commits += 1


@dataclass(frozen=True, slots=True)
class Used:
    """What some work used. ``host``, ``server``: CPU seconds of the program and of PostgreSQL; ``wal``: bytes of its
    write-ahead log; ``commits``: transactions that write; ``statements``: all of them."""

    host: float = 0.0
    server: float = 0.0
    wal: float = 0.0
    commits: float = 0.0
    statements: float = 0.0

    def __sub__(self, other: Self) -> Used:
        return Used(*(getattr(self, f.name) - getattr(other, f.name) for f in fields(self)))

    def __add__(self, other: Self) -> Used:
        return Used(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))

    def __truediv__(self, by: float) -> Used:
        return Used(*(getattr(self, f.name) / by for f in fields(self)))

    def at_least_nothing(self) -> Used:
        """A difference of two measurements may come out below zero."""
        return Used(*(max(getattr(self, f.name), 0.0) for f in fields(self)))


@dataclass(frozen=True, slots=True)
class Costs:
    """``plan``: of one post, from files to a row; ``look``: of a tick that looks around and finds nothing; ``waits``:
    what each account with something to send adds to that; ``batch``: of a tick that writes answers and claims what is
    next, whatever their number; ``post``: what each post adds to it; ``seal``: of one post's events. ``request``: CPU
    seconds of the program for one HTTP request. ``flush``: seconds until the disk has a commit. ``stored``: bytes of
    one post by table, indexes and all; ``packed``: the same after VACUUM FULL; ``events``: rows in the log for each.
    ``memory``: bytes that a post takes while it is planned."""

    accounts: int
    plan: Used
    look: Used
    waits: Used
    batch: Used
    post: Used
    seal: Used
    request: float
    flush: float
    stored: dict[str, float]
    packed: dict[str, float]
    events: float
    memory: float

    @property
    def a_post(self) -> Used:
        """All that one post costs beside its request and its share of batches and looks."""
        return self.plan + self.post + self.seal


@dataclass
class Meter:
    """Counts what is used on a store in PostgreSQL, whose first process is ``pid``."""

    store: CountingStore
    pid: int
    statements: int = 0

    def __post_init__(self) -> None:
        event.listen(self.store.engine, "before_cursor_execute", self._executed)

    def _executed(self, *what: object) -> None:
        self.statements += 1

    def ask(self, question: str) -> float:
        with self.store.engine.connect() as connection:
            return float(connection.execute(text(question)).scalar_one())

    def read(self) -> Used:
        """Everything so far."""
        host, statements = time.process_time(), self.statements
        wal = self.ask("SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn")
        return Used(host, processes.cpu(self.pid), wal, self.store.commits, statements)


@contextmanager
def world(server: Postgres, accounts: int, moments: list[list[int]], place: Path) -> Iterator[World]:
    """An engine on a new database: for each moment, a minute apart, the accounts that have a post then. All accounts
    are known to the store, as they are after a day."""
    name = f"scaling{time.monotonic_ns()}"
    server.run(f"CREATE DATABASE {name}")
    os.environ["PGPASSWORD"] = server.password
    store = CountingStore.open(server.url(name), place, create=True)
    try:
        names = [account(f"a{number}") for number in range(accounts)]
        with store.write() as connection:
            rows = [{"account": one.id, "trips": 0, "refused": 0} for one in names]
            connection.execute(insert(accounts_table), rows)
        slots = [
            slot(
                f"s{minute}",
                at(f"2027-07-01T{8 + minute // 60:02}:{minute % 60:02}:30"),
                [Target(names[number], "en") for number in due],
                TEXT.format(number=minute),
            )
            for minute, due in enumerate(moments)
        ]
        it = World(store, place)
        it.adopt(workspace(names, slots))
        it.settle()
        yield it
    finally:
        store.close()
        server.run(f"DROP DATABASE {name} WITH (FORCE)")


def measure(accounts: int, posts: int, looks: int = 20) -> Costs:
    """All costs, with so many accounts and so many posts in each storm."""
    with postgres() as server, tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        one, many = 1, 64
        due = list(range(posts))
        few = due[: posts // 8]
        with world(server, accounts, [due, due, few], place) as it:
            assert isinstance(it.store, CountingStore)
            meter = Meter(it.store, server.pid)
            before = {table: meter.ask(SIZE.format(table)) for table in TABLES}
            look = _looks(it, meter, looks)
            it.now += timedelta(minutes=1)
            plan = _plan(it, meter, posts)
            it.engine.senders = 0
            crowded = _looks(it, meter, looks)
            big = _storm(it, meter, many)
            it.now += timedelta(minutes=1)
            it.engine.planner.plan(it.now)  # type: ignore[union-attr]
            big = (big + _storm(it, meter, many)) / (2 * -(-posts // many))
            it.now += timedelta(minutes=1)
            it.engine.planner.plan(it.now)  # type: ignore[union-attr]
            small = _storm(it, meter, one) / len(few)
            sent = 2 * posts + len(few)
            assert set(it.states().values()) == {"sent"} and len(it.states()) == sent
            seal = _seal(it, meter) / sent
            events = meter.ask("SELECT count(*) FROM events") / sent
            stored = {table: (meter.ask(SIZE.format(table)) - before[table]) / sent for table in TABLES}
            with it.store.engine.connect() as connection:
                connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("VACUUM FULL"))
            packed = {table: (meter.ask(SIZE.format(table)) - before[table]) / sent for table in TABLES}
        post = ((big - small) / (many - one)).at_least_nothing()
        batch = (small - post).at_least_nothing()
        memory = _memory(server, accounts, posts, place)
        return Costs(
            accounts,
            plan,
            look,
            ((crowded - look) / posts).at_least_nothing(),
            batch,
            post,
            seal,
            _request(posts),
            _flush(place),
            stored,
            packed,
            events,
            memory,
        )


def _looks(it: World, meter: Meter, looks: int) -> Used:
    it.engine.wake()
    it.engine.tick(it.now)
    began = meter.read()
    for _ in range(looks):
        it.engine.wake()
        it.engine.tick(it.now)
    return (meter.read() - began) / looks


def _plan(it: World, meter: Meter, posts: int) -> Used:
    began = meter.read()
    assert it.engine.planner is not None
    assert len(it.engine.planner.plan(it.now).keys) == posts
    return (meter.read() - began) / posts


def _storm(it: World, meter: Meter, senders: int) -> Used:
    """Send what is planned, ``senders`` at a time."""
    it.engine.senders = senders
    began = meter.read()
    it.settle()
    return meter.read() - began


def _seal(it: World, meter: Meter) -> Used:
    began = meter.read()
    while seals.keep(it.store, it.now, all_of_it=True):
        pass
    return meter.read() - began


def _memory(server: Postgres, accounts: int, posts: int, place: Path) -> float:
    with world(server, accounts, [list(range(posts))], place) as it:
        assert it.engine.planner is not None
        tracemalloc.start()
        try:
            it.engine.planner.plan(it.now + timedelta(minutes=1))
            return tracemalloc.get_traced_memory()[1] / posts
        finally:
            tracemalloc.stop()


class _NoNotes:
    def put(self, name: str, value: str) -> None:
        raise NotImplementedError

    def get(self, name: str) -> str | None:
        return None


def _request(posts: int) -> float:
    """CPU seconds for one post to a webhook, through all of our own layers."""
    with receiver(0) as server:
        hook = Webhook(WebhookOptions(server=server.url, secret=Secret("env", "S").resolved("s")))
        post = Post(TEXT.format(number=1), "en")
        hook.send(post, "0", _NoNotes())
        began = time.process_time()
        for number in range(posts):
            hook.send(post, str(number), _NoNotes())
        return (time.process_time() - began) / posts


def _flush(place: Path, times: int = 50) -> float:
    """Seconds that the disk takes for a page of 8 KiB, flushed: the median."""
    took = []
    with (place / "flushed").open("wb", buffering=0) as file:
        for _ in range(times):
            began = time.perf_counter()
            file.write(bytes(8192))
            os.fdatasync(file.fileno())
            took.append(time.perf_counter() - began)
    return sorted(took)[times // 2]
