"""What a look at the network found out about an uncertain delivery."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select, update

from campaign.core.lifecycle import MAX_ATTEMPTS, Event, State, backoff
from campaign.core.outcome import Receipt
from campaign.store import breaker, log
from campaign.store.log import LOOP, Who
from campaign.store.tables import attempts, deliveries
from campaign.store.transitions import current, published, resolve_attempts, spent, step, transition


def found(
    connection: Connection,
    key: str,
    receipt: Receipt,
    now: datetime,
    who: Who = LOOP,
    gap: timedelta = timedelta(),
) -> bool:
    """uncertain -> sent: the network has it. It counts as sent when its last attempt began."""
    row = current(connection, key)
    if row is None:
        return False
    began = connection.execute(select(func.max(attempts.c.began)).where(attempts.c.key == key)).scalar()
    if not published(connection, row, Event.FOUND, receipt, began or now, now, who, gap):
        return False
    breaker.works(connection, row["account"], now)
    return True


def absent(connection: Connection, key: str, reason: str, now: datetime, who: Who = LOOP) -> bool:
    """uncertain -> pending: the network certainly does not have it. Its unknown attempts are resolved.

    It counts as an attempt that certainly failed: the backoff runs from the attempt's end, and when the attempts are
    spent the delivery goes on to failed."""
    row = current(connection, key)
    if row is None or row["state"] != State.UNCERTAIN.value:
        return False
    resolve_attempts(connection, key, now)
    tries = row["tries"] + 1
    ended = (
        connection.execute(select(func.max(attempts.c.ended)).where(attempts.c.key == key)).scalar() or now
    )
    if not transition(
        connection,
        row,
        Event.ABSENT,
        now,
        who=who,
        reason=reason,
        unresolved=False,
        tries=tries,
        not_before=max(row["not_before"], ended + backoff(tries)),
    ):
        return False
    if tries >= MAX_ATTEMPTS:
        breaker.refused(connection, row["account"], key, reason, now)
        step(connection, key, Event.REFUSED, now, reason=spent(reason, tries))
    return True


def look_later(connection: Connection, key: str, reason: str, look_at: datetime, now: datetime) -> bool:
    """An uncertain row stays so; when to look again, and what the last look said."""
    row = current(connection, key)
    if row is None or row["state"] != State.UNCERTAIN.value:
        return False
    connection.execute(
        update(deliveries)
        .where(
            deliveries.c.key == key,
            deliveries.c.state == State.UNCERTAIN.value,
            deliveries.c.attempt == row["attempt"],
        )
        .values(look_at=look_at, reason=reason, updated_at=now)
    )
    if reason != row["reason"]:  # a look that says the same for days is one event
        log.write(
            connection,
            now,
            "looked",
            key=key,
            before=row["state"],
            after=row["state"],
            detail={"reason": reason, "attempt": row["attempt"], "look_at": look_at.isoformat()},
        )
    return True
