"""An account's breaker: parked when its login is refused or post after post is, tried again with one post, closed by
a success."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, bindparam, case, or_, select, update

from campaign.core.lifecycle import BREAKER, parked_for
from campaign.store import log
from campaign.store.log import LOOP, Who
from campaign.store.tables import accounts
from campaign.store.upsert import batches

SPENT_LONGEST = timedelta(days=1)
"""The longest wait that a network's own limit may ask for: a reset further away is a broken header."""


_NOT_CLEAN = or_(accounts.c.parked_since.is_not(None), accounts.c.refused > 0)

# Asked at every post that went out, so it is built once.
_CLEAN = (
    update(accounts)
    .where(accounts.c.account == bindparam("of_account"), _NOT_CLEAN)
    .values(refused=0, refused_key="", trips=0)
)


def park(connection: Connection, account: str, reason: str, now: datetime) -> None:
    """The account does not work: leave it alone, each time in a row twice as long (``parked_for``).

    When that time is over the account is half open: it takes one post, whose fate decides. What a late answer says
    while it is parked already changes the reason, not the time.
    """
    c = accounts.c
    waits = and_(c.parked_until.is_not(None), c.parked_until > now)
    trips = connection.execute(
        update(accounts)
        .where(c.account == account, ~waits)
        .values(trips=c.trips + 1, parked_since=case((c.parked_since.is_(None), now), else_=c.parked_since))
        .returning(c.trips)
    ).scalar()
    if trips is None:
        connection.execute(update(accounts).where(c.account == account).values(parked_reason=reason))
        return
    until = now + parked_for(trips)
    connection.execute(
        update(accounts).where(c.account == account).values(parked_until=until, parked_reason=reason)
    )
    detail = {"account": account, "reason": reason, "until": until.isoformat()}
    log.write(connection, now, "parked", detail=detail)


def refused(connection: Connection, account: str, key: str, reason: str, now: datetime) -> None:
    """A post of the account was certainly refused for good. After ``BREAKER`` different ones in a row, and at any one
    while it is half open, the account is parked."""
    c = accounts.c
    # One post that a person tries again and again is one post.
    once_more = c.refused_key == key
    row = connection.execute(
        update(accounts)
        .where(c.account == account)
        .values(refused=case((once_more, c.refused), else_=c.refused + 1), refused_key=key)
        .returning(c.refused, c.parked_since)
    ).one_or_none()
    if row is None:
        return
    if row.refused >= BREAKER:
        park(connection, account, f"{row.refused} posts in a row were refused; the last: {reason}", now)
    elif row.parked_since is not None:
        park(connection, account, reason, now)


def no_verdict(connection: Connection, account: str, until: datetime) -> None:
    """What came of a post says nothing about the account: if it is parked or half open, it takes no other one before
    ``until``."""
    c = accounts.c
    connection.execute(
        update(accounts)
        .where(c.account == account, c.parked_since.is_not(None), c.parked_until < until)
        .values(parked_until=until)
    )


def not_clean(connection: Connection, names: Collection[str]) -> list[str]:
    """Those of the accounts for which ``works`` would change something, in order."""
    found: list[str] = []
    for batch in batches(sorted(names)):
        asked = select(accounts.c.account).where(accounts.c.account.in_(batch), _NOT_CLEAN)
        found += connection.execute(asked.order_by(accounts.c.account)).scalars()
    return found


def works(connection: Connection, account: str, now: datetime, who: Who = LOOP) -> bool:
    """The account works (or a person wants it tried at once): all is forgotten. False if it was not parked."""
    if not connection.execute(_CLEAN, {"of_account": account}).rowcount:
        return False
    c = accounts.c
    parked = connection.execute(
        update(accounts)
        .where(c.account == account, c.parked_since.is_not(None))
        .values(parked_until=None, parked_reason="", parked_since=None)
    )
    if parked.rowcount:
        log.write(connection, now, "unparked", who=who, detail={"account": account})
    return bool(parked.rowcount)


def spend(connection: Connection, account: str, wait: float | None, now: datetime) -> None:
    """The network said that the account's own limit there is used up for ``wait`` seconds (None: it said nothing)."""
    if wait is None or wait <= 0:
        return
    until = now + timedelta(seconds=min(wait, SPENT_LONGEST.total_seconds()))
    c = accounts.c
    connection.execute(
        update(accounts)
        .where(c.account == account, or_(c.spent_until.is_(None), c.spent_until < until))
        .values(spent_until=until)
    )
