"""A person wants a post gone: what has not gone out is cancelled, what is out stays ``sent`` and is taken back.

``withdrawn`` is an event on a row that was sent. Every deletion is on record before and after; a ``withdrawing``
without an answer behind it means that nobody knows, and that it is to be tried again.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select, update

from campaign.core.lifecycle import Event, State, after
from campaign.core.outcome import Receipt
from campaign.store import log
from campaign.store.log import Who
from campaign.store.tables import deliveries
from campaign.store.transitions import current, lock, transition

REASON = "withdrawn before it went out"
"""Why a row is cancelled that came back to ``pending`` after a person wanted it gone."""

_UNWANTED = lock(
    select(deliveries)
    .where(deliveries.c.withdraw_at.is_not(None), deliveries.c.state == State.PENDING.value)
    .order_by(deliveries.c.key),
    skip=True,
)


def unwanted(connection: Connection, key: str, reason: str, now: datetime, who: Who) -> State | None:
    """Note that a person wants a post gone, and cancel it if it has not gone out; the state it is in then (None: there
    is no such row). What is being sent or may be out keeps its state: it will not be sent again."""
    row = current(connection, key)
    if row is None:
        return None
    state = State(row["state"])
    if row["withdraw_at"] is None:
        _set(connection, key, withdraw_at=now, updated_at=now)
        log.write(
            connection,
            now,
            "withdraw",
            key=key,
            before=state.value,
            after=state.value,
            who=who,
            detail={"reason": reason},
        )
    if after(state, Event.CANCEL) is None:
        return state
    return transition(connection, row, Event.CANCEL, now, who=who, reason=reason or REASON) or state


def cancel_unwanted(connection: Connection, now: datetime) -> list[str]:
    """pending -> cancelled of what a person wanted gone while it was on its way, and that did not go out; the keys."""
    rows = connection.execute(_UNWANTED).mappings().all()
    return [row["key"] for row in rows if transition(connection, row, Event.CANCEL, now, reason=REASON)]


def withdrawing(connection: Connection, key: str, receipt: Receipt, now: datetime, who: Who) -> None:
    """Commit this before a network is asked to delete what ``receipt`` names."""
    _tell(connection, key, "withdrawing", now, who, id=receipt.id, url=receipt.url)


def withdrawn(connection: Connection, key: str, reason: str, now: datetime, who: Who) -> None:
    """It is gone from its network; ``reason``: how that is known, if a person says so."""
    _set(connection, key, withdrawn_at=now, updated_at=now)
    row = current(connection, key)
    if row is not None and row["redacted_at"] is not None and row["receipt"] is not None:
        # Nothing can be found at its address any more, and an address may hold words of the text.
        _set(connection, key, receipt=Receipt.from_json(row["receipt"]).without_address().as_json())
    _tell(connection, key, "withdrawn", now, who, reason=reason)


def not_withdrawn(connection: Connection, key: str, reason: str, now: datetime, who: Who) -> None:
    """It is still there, or may be; why."""
    _tell(connection, key, "not-withdrawn", now, who, reason=reason)


def _set(connection: Connection, key: str, **values: object) -> None:
    connection.execute(update(deliveries).where(deliveries.c.key == key).values(**values))


def _tell(connection: Connection, key: str, kind: str, now: datetime, who: Who, **detail: str) -> None:
    state = connection.execute(select(deliveries.c.state).where(deliveries.c.key == key)).scalar_one()
    log.write(connection, now, kind, key=key, before=state, after=state, who=who, detail=detail)
