"""The one way in which a delivery changes its state: along an arrow of the lifecycle, guarded, with an event."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

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
    step = _step(row, event, now, who, reason, detail or {}, changes)
    if step is None or connection.execute(_GUARDED, step.values).rowcount != 1:
        return None
    log.write_all(connection, [step.told])
    return step.to


class Move(NamedTuple):
    """A row as it was read, and what ``transition`` is told of it."""

    row: RowMapping
    changes: Mapping[str, Any]
    detail: Mapping[str, Any]


def transition_all(connection: Connection, moves: Sequence[Move], event: Event, now: datetime) -> None:
    """The same for many rows that the caller has read under their lock, each once, all with changes of the same
    columns: two statements, however many they are. RuntimeError if an arrow or a row is not as it was read, which the
    lock rules out; the transaction must not be committed then."""
    steps = [_step(move.row, event, now, LOOP, "", move.detail, move.changes) for move in moves]
    known = [step for step in steps if step is not None]
    if len(known) != len(moves):
        raise RuntimeError(f"{event} leads nowhere from a row that was read for it")
    if known:
        changed = connection.execute(_GUARDED, [step.values for step in known]).rowcount
        if changed != len(known):
            raise RuntimeError(f"{event}: {changed} of {len(known)} locked rows were as they had been read")
        log.write_all(connection, [step.told for step in known])


class _Step(NamedTuple):
    """An arrow: where it leads, the parameters of the UPDATE, and its event."""

    to: State
    values: dict[str, Any]
    told: dict[str, Any]


def _step(
    row: RowMapping,
    event: Event,
    now: datetime,
    who: Who,
    reason: str,
    detail: Mapping[str, Any],
    changes: Mapping[str, Any],
) -> _Step | None:
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
    told: dict[str, Any] = {"reason": reason, "attempt": changes.get("attempt", row["attempt"]) or None}
    for name in ("not_before", "deadline", "look_at"):
        if changes.get(name) is not None:
            told[name] = changes[name].isoformat()
    content = None
    if to in (State.SENDING, State.SENT):
        content = (bound.content if row["redacted_at"] is None else bound.left)({**row, **changes})
    return _Step(
        to,
        {**values, **changes, **guard},
        log.event(
            now,
            event.value,
            key=row["key"],
            before=before.value,
            after=to.value,
            who=who,
            detail=told | dict(detail),
            content=content,
        ),
    )


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


def published_all(
    connection: Connection, sent: Sequence[tuple[RowMapping, Receipt, timedelta]], now: datetime
) -> None:
    """``published`` for rows in ``sending`` of which nothing is unresolved, with receipt and gap: sent ``now``."""
    transition_all(
        connection,
        [
            Move(
                row,
                {"receipt": receipt.as_json(), "sent_at": now, "unresolved": False},
                {"id": receipt.id, "url": receipt.url},
            )
            for row, receipt, _ in sent
        ],
        Event.SENT,
        now,
    )
    for row, _, gap in sent:
        if gap:
            pacing.pace_at_least(connection, row["account"], now + gap)


def step(connection: Connection, key: str, event: Event, now: datetime, **changes: Any) -> State | None:
    """A second arrow in the same transaction."""
    row = current(connection, key)
    return transition(connection, row, event, now, **changes) if row is not None else None


def spent(reason: str, tries: int) -> str:
    """Why a delivery is given up whose attempts are spent."""
    return f"{reason} (given up after {tries} attempts)"
