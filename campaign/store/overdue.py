"""Is anything due and not out? The one definition, for ``status``, the heartbeat and systemd."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from campaign.core.lifecycle import State
from campaign.store import history, tables
from campaign.store.rows import AccountRow, Delivery

LATE = timedelta(minutes=2)
"""How long after its time a post counts as overdue."""


def count(connection: Connection, now: datetime, late: timedelta = LATE) -> int:
    """How many deliveries should have been out ``late`` before ``now`` (aware UTC)."""
    d = tables.deliveries.c
    waiting = select(d.account, d.tries, d.not_before).where(
        d.state == State.PENDING.value, d.due < now - late, d.part == 1
    )
    rows = connection.execute(waiting).all()
    if not rows:
        return 0
    accounts = history.accounts(connection)
    return sum(_ready(tries, since, accounts.get(name), now - late) for name, tries, since in rows)


def is_overdue(row: Delivery, account: AccountRow | None, now: datetime, late: timedelta = LATE) -> bool:
    """Whether a pending row has been ready for longer than a run would take, or was tried in vain; not what a gap, a
    cap, the network's own limit, quiet hours or a person put off, and not the later parts of a thread, which wait for
    the first."""
    if row.part > 1 or row.due >= now - late:
        return False
    return _ready(row.tries, row.not_before, account, now - late)


def _ready(tries: int, not_before: datetime, account: AccountRow | None, at: datetime) -> bool:
    paced = account is not None and any(
        until is not None and until >= at for until in (account.next_at, account.spent_until)
    )
    return tries > 0 or (not_before < at and not paced)
