"""Seals: the log in batches, each with the hash of the one before it, so that nothing sealed can change unseen.

Only what can no longer get a predecessor is sealed. In SQLite one transaction writes at a time, so ids are in the order
of commits. In PostgreSQL a lower id may be committed after a higher one. Whoever adds an event holds a lock on the
table of events (ROW EXCLUSIVE) from before it is given its id until its transaction ends. So: look which is the highest
id that can be seen, then whether anybody else holds such a lock. If nobody does, every lower id has been committed by
now, or never will be, and the statement after that sees all there are. If somebody does, sealing waits for the next
time; nobody ever waits for it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, func, insert, select, text

from campaign.store import advisory
from campaign.store.database import Store
from campaign.store.evidence import hashes, raw
from campaign.store.tables import events, seals

MOST = 500
"""Events in one seal."""

AGE = timedelta(minutes=1)
"""How long an event waits for others before it is sealed."""

_ABOUT = ("kind", "key", "before", "after", "by", "door")

_WRITING = text(
    "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'relation' AND relation = 'events'::regclass"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    " AND mode = 'RowExclusiveLock' AND granted AND pid IS DISTINCT FROM pg_backend_pid())"
)


class Head(NamedTuple):
    """The newest seal: its number, its hash, and when it was made (as ``raw.instant`` spells it)."""

    n: int
    sha256: str
    at: str


class Event(NamedTuple):
    """An event as it stands in the database, whatever somebody made of it there."""

    id: Any
    at: Any
    kind: Any
    key: Any
    before: Any
    after: Any
    by: Any
    door: Any
    detail: Any
    salt: Any

    @property
    def about(self) -> str:
        return hashes.about(*self[:8])

    @property
    def told(self) -> str:
        return hashes.salted(str(self.salt or ""), str(self.detail))


def as_they_stand(connection: Connection) -> Select[Any]:
    """All events, to be read as ``Event``; without an order."""
    c = events.c
    return select(
        c.id,
        raw.moment(connection, c.at),
        *(raw.text(connection, c[name]) for name in _ABOUT),
        raw.text(connection, c.detail),
        c.salt,
    )


def keep(store: Store, now: datetime, *, all_of_it: bool = False) -> int:
    """Make one seal if it is time: ``MOST`` events wait, or one has waited for ``AGE``, or ``all_of_it``. How many
    events are in it. Costs one look when there is nothing to do. StoreError."""
    with store.read() as connection:
        if not _is_time(connection, now, all_of_it):
            return 0
    with store.write() as connection:
        return seal(connection, now)


def _is_time(connection: Connection, now: datetime, all_of_it: bool) -> bool:
    waiting = select(events.c.at).where(events.c.id > _last(connection)).order_by(events.c.id)
    oldest = connection.execute(waiting.limit(1)).scalar()
    if oldest is None:
        return False
    if all_of_it or now - oldest >= AGE:
        return True
    return connection.execute(waiting.offset(MOST - 1).limit(1)).first() is not None


def seal(connection: Connection, now: datetime) -> int:
    """Seal up to ``MOST`` events, the oldest first; how many. 0: there are none, or others are just adding some."""
    shared = connection.dialect.name == "postgresql"
    if shared:
        # One sealer at a time; it sees the seals of the one before, who let go after its commit.
        free = connection.execute(
            select(func.pg_try_advisory_xact_lock(advisory.SPACE, advisory.SEALS))
        ).scalar_one()
        if not free:
            return 0
    highest = connection.execute(select(func.max(events.c.id))).scalar() or 0
    if shared and connection.execute(_WRITING).scalar_one():
        return 0
    last, known = _last(connection), head(connection)
    waiting = as_they_stand(connection).where(events.c.id > last, events.c.id <= highest)
    rows = connection.execute(waiting.order_by(events.c.id).limit(MOST))
    entries = [(event.id, event.about, event.told) for event in map(Event._make, rows)]
    if not entries:
        return 0
    n, previous = (known.n + 1, known.sha256) if known else (1, "")
    first, to, spelled = entries[0][0], entries[-1][0], hashes.spelled(entries)
    connection.execute(
        insert(seals).values(
            n=n,
            previous=previous,
            at=now,
            first=first,
            last=to,
            entries=spelled,
            sha256=hashes.seal(n, previous, raw.instant(now), first, to, spelled),
        )
    )
    return len(entries)


def head(connection: Connection) -> Head | None:
    """The newest seal; None if there is none yet."""
    newest = select(seals.c.n, seals.c.sha256, raw.moment(connection, seals.c.at)).order_by(seals.c.n.desc())
    row = connection.execute(newest.limit(1)).one_or_none()
    return Head(*row) if row is not None else None


def _last(connection: Connection) -> int:
    """The id of the last event that is sealed; 0: none."""
    newest = select(seals.c.last).order_by(seals.c.n.desc()).limit(1)
    return int(connection.execute(newest).scalar() or 0)
