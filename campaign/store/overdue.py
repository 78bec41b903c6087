"""Is anything due and not out? The one definition, for ``status``, the heartbeat and systemd."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from campaign.core.lifecycle import State
from campaign.store import history, tables
from campaign.store.rows import AccountRow, Delivery

LATE = timedelta(minutes=2)
"""How long after its time a post counts as overdue."""


def overdue(connection: Connection, now: datetime, late: timedelta = LATE) -> list[Delivery]:
    """The deliveries that should have been out ``late`` before ``now`` (aware UTC), the earliest first."""
    d = tables.deliveries.c
    waiting = (
        select(tables.deliveries)
        .where(d.state == State.PENDING.value, d.due < now - late, d.part == 1)
        .order_by(d.due, d.key)
    )
    rows = [Delivery.of(row) for row in connection.execute(waiting).mappings()]
    if not rows:
        return []
    accounts = history.accounts(connection)
    return [row for row in rows if is_overdue(row, accounts.get(row.account), now, late)]


def is_overdue(row: Delivery, account: AccountRow | None, now: datetime, late: timedelta = LATE) -> bool:
    """Whether a pending row has been ready for longer than a run would take, or was tried in vain; not what a gap, a
    cap, the network's own limit, quiet hours or a person put off, and not the later parts of a thread, which wait for
    the first."""
    if row.part > 1 or row.due >= now - late:
        return False
    paced = account is not None and any(
        until is not None and until >= now - late for until in (account.next_at, account.spent_until)
    )
    return row.tries > 0 or (row.not_before < now - late and not paced)
