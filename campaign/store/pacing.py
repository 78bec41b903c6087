"""What an account as a whole waits for: its gap and its daily cap."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, or_, update

from campaign.store.tables import accounts
from campaign.store.upsert import insert_missing


def know(connection: Connection, names: Iterable[str]) -> None:
    """Make the rows of accounts that have none yet."""
    insert_missing(connection, accounts, [{"account": name} for name in sorted(set(names))])


def pace(connection: Connection, account: str, next_at: datetime | None) -> None:
    """Nothing new from this account before ``next_at`` (gap, daily cap); None: at once."""
    know(connection, [account])
    connection.execute(
        update(accounts)
        .where(accounts.c.account == account, accounts.c.next_at.is_distinct_from(next_at))
        .values(next_at=next_at)
    )


def pace_at_least(connection: Connection, account: str, next_at: datetime) -> None:
    """The same, but never sooner than it stands already."""
    connection.execute(
        update(accounts)
        .where(accounts.c.account == account, or_(accounts.c.next_at.is_(None), accounts.c.next_at < next_at))
        .values(next_at=next_at)
    )
