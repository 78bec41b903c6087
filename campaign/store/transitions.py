"""The one way in which a delivery changes its state: along an arrow of the lifecycle, guarded, with an event."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, bindparam, select, update

from campaign.core.lifecycle import Event, State, after
from campaign.core.outcome import Receipt
from campaign.store import log, pacing
from campaign.store.evidence import bound
from campaign.store.log import LOOP, Who
from campaign.store.tables import attempts, deliveries

UNKNOWN_OUTCOMES = ("unknown", "orphaned")


def lock(statement: Select[Any], *, skip: bool = False) -> Select[Any]:
    """The same SELECT, locking its rows on PostgreSQL (SQLite's writer is alone anyway); ``skip``: only those that
    nobody else has locked. Rows that point to them by foreign key may still be inserted."""
    return statement.with_for_update(key_share=True, skip_locked=skip)


# What runs for every post is built once: building costs SQLAlchemy more than running does.
_CURRENT = lock(select(deliveries).where(deliveries.c.key == bindparam("of_key")))
_GUARDED = update(deliveries).where(
    deliveries.c.key == bindparam("of_key"),
    deliveries.c.state == bindparam("from_state"),
    deliveries.c.attempt == bindparam("from_attempt"),
)


def current(connection: Connection, key: str) -> RowMapping | None:
    """A delivery's row, locked until the transaction ends; None if there is none."""
    return connection.execute(_CURRENT, {"of_key": key}).mappings().one_or_none()


def transition(
    connection: Connection,
    row: RowMapping,
    event: Event,
    now: datetime,
    *,
    who: Who = LOOP,
    reason: str = "",
    detail: Mapping[str, Any] | None = None,
    **changes: Any,
) -> State | None:
    """Lead a delivery where ``event`` leads from the state that ``row`` was read in, with further column ``changes``.

    The new state; or None, and nothing is changed, when there is no such arrow or when the row's state or attempt is no
    longer what was read.
    """
    before = State(row["state"])
    to = after(before, event)
    if to is None:
        return None
    values: dict[str, Any] = {"state": to.value, "reason": reason, "updated_at": now}
    if to is not State.SENDING:
        values |= {"owner": None, "lease_until": None}
    if to is not State.UNCERTAIN:
        values["look_at"] = None
    guard = {"of_key": row["key"], "from_state": before.value, "from_attempt": row["attempt"]}
    if connection.execute(_GUARDED, values | changes | guard).rowcount != 1:
        return None
    told: dict[str, Any] = {"reason": reason, "attempt": changes.get("attempt", row["attempt"]) or None}
    for name in ("not_before", "deadline", "look_at"):
        if changes.get(name) is not None:
            told[name] = changes[name].isoformat()
    log.write(
        connection,
        now,
        event.value,
        key=row["key"],
        before=before.value,
        after=to.value,
        who=who,
        detail=told | dict(detail or {}),
        content=(bound.content if row["redacted_at"] is None else bound.left)({**row, **changes})
        if to in (State.SENDING, State.SENT)
        else None,
    )
    return to


def unknown_attempts(connection: Connection, key: str) -> Sequence[int]:
    """The attempts of which nothing is known yet, the earliest first (the one in flight is not among them)."""
    return (
        connection.execute(
            select(attempts.c.attempt)
            .where(
                attempts.c.key == key,
                attempts.c.outcome.in_(UNKNOWN_OUTCOMES),
                attempts.c.resolved.is_(None),
            )
            .order_by(attempts.c.attempt)
        )
        .scalars()
        .all()
    )


def resolve_attempts(connection: Connection, key: str, now: datetime) -> None:
    """It is known now what came of all attempts that have ended."""
    connection.execute(
        update(attempts)
        .where(attempts.c.key == key, attempts.c.outcome.in_(UNKNOWN_OUTCOMES), attempts.c.resolved.is_(None))
        .values(resolved=now)
    )


def published(
    connection: Connection,
    row: RowMapping,
    event: Event,
    receipt: Receipt,
    sent_at: datetime,
    now: datetime,
    who: Who,
    gap: timedelta,
) -> bool:
    """Lead a row to ``sent``, resolve its attempts, and let the account's gap begin at ``sent_at`` (aware UTC)."""
    if not transition(
        connection,
        row,
        event,
        now,
        who=who,
        detail={"id": receipt.id, "url": receipt.url},
        receipt=receipt.as_json(),
        sent_at=sent_at,
        unresolved=False,
    ):
        return False
    if row["unresolved"]:
        resolve_attempts(connection, row["key"], now)
    if gap:
        # After each part: the next part does not ask, and if it never goes out the gap counts from here.
        pacing.pace_at_least(connection, row["account"], sent_at + gap)
    return True


def step(connection: Connection, key: str, event: Event, now: datetime, **changes: Any) -> State | None:
    """A second arrow in the same transaction."""
    row = current(connection, key)
    return transition(connection, row, event, now, **changes) if row is not None else None


def spent(reason: str, tries: int) -> str:
    """Why a delivery is given up whose attempts are spent."""
    return f"{reason} (given up after {tries} attempts)"
