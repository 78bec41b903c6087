"""Crisis pauses in the store: which are in force, what fell into them, what was decided about that."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, RowMapping, bindparam, func, insert, or_, select, update

from campaign.core.lifecycle import State
from campaign.core.pause import Pause, Scope
from campaign.store import advisory, log
from campaign.store.hints import beside_text
from campaign.store.log import LOOP, Who
from campaign.store.rows import Delivery
from campaign.store.tables import Instant, deliveries, pause_posts, pauses
from campaign.store.transitions import lock
from campaign.store.upsert import batches, insert_missing

REACH = timedelta(days=31)
"""How long after its end a pause still stops what was ready before it and that nobody has looked at."""

OPEN = (State.HELD, State.MISSED)
"""The states in which what fell into a pause waits for a decision."""


class Fallen(NamedTuple):
    """A post that fell into a pause and that nobody has decided about."""

    pause: int
    row: Delivery


# -- the gate --------------------------------------------------------------------------------------------

_RELEVANT = (
    select(pauses)
    .where(
        or_(pauses.c.ended.is_(None), pauses.c.ended > bindparam("since", type_=Instant())),
        or_(pauses.c.until.is_(None), pauses.c.until > bindparam("since", type_=Instant())),
    )
    .order_by(pauses.c.id)
)


def at_the_gate(connection: Connection, now: datetime) -> list[Pause]:
    """What has to be asked before anything is claimed in this transaction: the pauses in force and those that ended in
    the last ``REACH``. Until the transaction ends, no pause is made: what is claimed in it began before."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock_shared(advisory.SPACE, advisory.GATE)))
    return relevant(connection, now)


def relevant(connection: Connection, now: datetime) -> list[Pause]:
    """The same, for those who only look."""
    rows = connection.execute(_RELEVANT, {"since": now - REACH}).mappings()
    return [_pause(row) for row in rows]


def _close(connection: Connection) -> None:
    """Wait for the claims that are being made; those that come after this transaction see what it wrote."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(advisory.SPACE, advisory.GATE)))


# -- pauses ----------------------------------------------------------------------------------------------


def add(
    connection: Connection,
    scope: Scope,
    reason: str,
    now: datetime,
    who: Who,
    *,
    until: datetime | None = None,
    host: str = "",
) -> Pause:
    """A new pause, in force when this transaction is committed: no claim is committed after it that did not see it.
    ``host``: whose file PAUSE it is."""
    _close(connection)
    values = {
        "scope": scope.as_json(),
        "reason": reason,
        "by": who.by,
        "door": who.door,
        "since": now,
        "until": until,
        "host": host,
    }
    number = connection.execute(insert(pauses).values(**values).returning(pauses.c.id)).scalar_one()
    made = get(connection, number)
    assert made is not None  # noqa: S101 - it was just written
    detail = {"pause": number, "scope": scope.as_json(), "reason": reason}
    detail["until"] = until.isoformat() if until else None
    log.write(connection, now, "pause", who=who, detail=detail)
    return made


def get(connection: Connection, number: int) -> Pause | None:
    """One pause, or None."""
    row = connection.execute(select(pauses).where(pauses.c.id == number)).mappings().one_or_none()
    return _pause(row) if row is not None else None


def standing(connection: Connection) -> list[Pause]:
    """The pauses that have not ended, or into which something fell that nobody has decided about; by number."""
    waiting = (
        select(pause_posts.c.pause).join(deliveries, deliveries.c.key == pause_posts.c.key).where(*_WAITS)
    )
    statement = select(pauses).where(or_(pauses.c.ended.is_(None), pauses.c.id.in_(waiting)))
    return [_pause(row) for row in connection.execute(statement.order_by(pauses.c.id)).mappings()]


def of_host(connection: Connection, host: str) -> Pause | None:
    """The pause that the file PAUSE of a host makes now, or None."""
    statement = select(pauses).where(pauses.c.host == host, pauses.c.ended.is_(None)).order_by(pauses.c.id)
    row = connection.execute(statement.limit(1)).mappings().one_or_none()
    return _pause(row) if row is not None else None


def end(connection: Connection, number: int, now: datetime, who: Who, why: str = "") -> bool:
    """End a pause. False: it has ended already."""
    changed = connection.execute(
        update(pauses)
        .where(pauses.c.id == number, pauses.c.ended.is_(None))
        .values(ended=now, ended_by=who.by or who.door)
    )
    if changed.rowcount != 1:
        return False
    log.write(connection, now, "pause-ended", who=who, detail={"pause": number, "reason": why})
    return True


def expire(connection: Connection, now: datetime) -> list[int]:
    """Note the end of the pauses whose time is over; their numbers. Who asks ``in_force`` knew it before."""
    over = select(pauses).where(pauses.c.ended.is_(None), pauses.c.until <= now).order_by(pauses.c.id)
    ended = []
    for row in connection.execute(over).mappings().all():
        changed = connection.execute(
            update(pauses)
            .where(pauses.c.id == row["id"], pauses.c.ended.is_(None))
            .values(ended=row["until"], ended_by="until")
        )
        if changed.rowcount == 1:
            detail = {"pause": row["id"], "reason": "its time is over"}
            log.write(connection, now, "pause-ended", who=LOOP, detail=detail)
            ended.append(row["id"])
    return ended


def keep(connection: Connection, number: int, now: datetime, who: Who) -> bool:
    """Somebody says that a pause is still wanted. False: it has ended."""
    changed = connection.execute(
        update(pauses).where(pauses.c.id == number, pauses.c.ended.is_(None)).values(asked=now)
    )
    if changed.rowcount != 1:
        return False
    log.write(connection, now, "pause-kept", who=who, detail={"pause": number})
    return True


def reword(connection: Connection, number: int, reason: str, now: datetime, who: Who) -> None:
    """The file PAUSE says something else now."""
    connection.execute(update(pauses).where(pauses.c.id == number).values(reason=reason))
    log.write(connection, now, "pause-reworded", who=who, detail={"pause": number, "reason": reason})


# -- what fell into them ---------------------------------------------------------------------------------

_WAITS = (
    pause_posts.c.decided.is_(None),
    # Not by the state: it is the few undecided ones that are looked up, not all that was ever missed.
    beside_text(deliveries.c.state).in_([state.value for state in OPEN]),
)


def fell(connection: Connection, number: int, keys: Iterable[str], now: datetime) -> None:
    """Note that these posts fell into a pause: they wait for a decision, whatever becomes of the pause."""
    names = list(keys)
    insert_missing(connection, pause_posts, [{"pause": number, "key": key, "at": now} for key in names])
    for batch in batches(names):  # what fell into it a second time
        connection.execute(
            update(pause_posts)
            .where(
                pause_posts.c.pause == number,
                pause_posts.c.key.in_(batch),
                pause_posts.c.decided.is_not(None),
            )
            .values(at=now, decided=None, decision="")
        )


def fallen(connection: Connection, numbers: Sequence[int] | None = None) -> list[Fallen]:
    """What fell into these pauses (None: all) and waits for a decision, held or missed by now; by due."""
    d = deliveries.c
    statement = (
        select(pause_posts.c.pause.label("of_pause"), deliveries)
        .join(deliveries, d.key == pause_posts.c.key)
        .where(*_WAITS)
        .order_by(d.due, d.campaign, d.slot, d.wall, d.target, pause_posts.c.pause)
    )
    if numbers is not None:
        statement = statement.where(pause_posts.c.pause.in_(numbers))
    found = []
    for row in connection.execute(statement).mappings():
        values = {name: value for name, value in row.items() if name != "of_pause"}
        found.append(Fallen(row["of_pause"], Delivery.of(values)))  # type: ignore[arg-type]
    return found


def last_fell(connection: Connection, numbers: Sequence[int]) -> dict[int, datetime]:
    """When something last fell into each of these pauses."""
    latest = (
        select(pause_posts.c.pause, func.max(pause_posts.c.at))
        .where(pause_posts.c.pause.in_(numbers))
        .group_by(pause_posts.c.pause)
    )
    return {row[0]: row[1] for row in connection.execute(latest)}


def waits(connection: Connection, key: str) -> bool:
    """Whether a post fell into a pause and waits for a decision."""
    statement = (
        select(pause_posts.c.key)
        .join(deliveries, deliveries.c.key == pause_posts.c.key)
        .where(pause_posts.c.key == key, *_WAITS)
    )
    return connection.execute(statement.limit(1)).first() is not None


def decide(connection: Connection, key: str, decision: str, now: datetime) -> None:
    """Somebody has looked at a post that fell into a pause, or into several: ``send``, ``skip``, ``move``."""
    connection.execute(
        update(pause_posts)
        .where(pause_posts.c.key == key, pause_posts.c.decided.is_(None))
        .values(decided=now, decision=decision)
    )


def decided(connection: Connection, keys: Sequence[str]) -> dict[str, datetime]:
    """When somebody last decided about each of these posts; those that nobody did are left out."""
    found: dict[str, datetime] = {}
    for batch in batches(list(keys)):
        statement = (
            select(pause_posts.c.key, func.max(pause_posts.c.decided).label("last"))
            .where(pause_posts.c.key.in_(batch), pause_posts.c.decided.is_not(None))
            .group_by(pause_posts.c.key)
        )
        found |= {row.key: row.last for row in connection.execute(statement)}
    return found


def ripe(connection: Connection, now: datetime) -> list[RowMapping]:
    """What could go out at ``now`` if nothing stopped it, as the rows are: pending, first parts, whatever their
    account waits for, also what is too late by now. Locked; those that others are at are left out."""
    return list(connection.execute(_RIPE, {"now": now}).mappings())


_RIPE = lock(
    select(deliveries)
    .where(
        deliveries.c.state == State.PENDING.value,
        deliveries.c.not_before <= bindparam("now", type_=Instant()),
        deliveries.c.previous.is_(None),
    )
    .order_by(deliveries.c.key),
    skip=True,
)


def finishing(connection: Connection) -> list[Delivery]:
    """What a pause lets end: what is being sent right now, and the next parts of threads that have begun."""
    before = deliveries.alias("before")
    d = deliveries.c
    statement = (
        select(deliveries)
        .outerjoin(before, before.c.key == d.previous)
        .where(
            or_(
                d.state == State.SENDING.value,
                (d.state == State.PENDING.value) & (before.c.state == State.SENT.value),
            )
        )
        .order_by(d.key)
    )
    return [Delivery.of(row) for row in connection.execute(statement).mappings()]


def _pause(row: RowMapping) -> Pause:
    return Pause(**{**row, "scope": Scope.from_json(row["scope"])})
