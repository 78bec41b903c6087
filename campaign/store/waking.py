"""When the loop has something to do next, as far as the rows know."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    ScalarSelect,
    Select,
    bindparam,
    case,
    func,
    literal_column,
    or_,
    select,
)

from campaign.store.hints import beside
from campaign.store.tables import Instant, accounts, deliveries

SHARED_LOOK = timedelta(minutes=1)
"""How often a host looks at a store that others share: nothing of theirs may have woken it."""

_JUST_AFTER = timedelta(microseconds=1)
"""A deadline is still good at its own instant."""

_PENDING: ColumnElement[str] = literal_column("'pending'")
_HELD: ColumnElement[str] = literal_column("'held'")
_SENDING: ColumnElement[str] = literal_column("'sending'")
_UNCERTAIN: ColumnElement[str] = literal_column("'uncertain'")
_SENT: ColumnElement[str] = literal_column("'sent'")


def next_wake(
    connection: Connection, now: datetime, accounts: Collection[str] | None = None
) -> datetime | None:
    """The earliest instant after ``now`` at which a row or an account changes what there is to do; None: never.
    ``accounts``: of the accounts only these are asked.

    What is ready at ``now`` does not count: a tick at ``now`` has taken what it could, and the rest waits for a sender
    that is at work, whose return wakes the loop."""
    *moments, late, held_late = connection.execute(_soonest(), {"now": now}).one()
    moments += [deadline + _JUST_AFTER for deadline in (late, held_late) if deadline is not None]
    asked = waits() if accounts is None else waits_of()
    names = {} if accounts is None else {"names": sorted(accounts)}
    for row in connection.execute(asked, {"now": now, **names}):
        moments.append(_wake_of_account(row, now))
    if connection.dialect.name == "postgresql":
        moments.append(now + SHARED_LOOK)
    return min((moment for moment in moments if moment is not None), default=None)


@cache
def _soonest() -> Select[Any]:
    """The first instant after ``now`` (a parameter) at which a look is due, a lease ends, a post is to be composed,
    what is pending and what is held is late: five columns, null where there is none."""
    now = bindparam("now", type_=Instant())
    d = deliveries.c
    # Not composed yet: that waits for no account.
    to_compose = select(d.not_before).where(d.state == _PENDING, d.not_before > now, d.post.is_(None))
    late = [
        select(func.min(d.deadline)).where(d.state == state, d.deadline >= now, d.previous.is_(None))
        for state in (_PENDING, _HELD)
    ]
    return select(
        select(func.min(d.look_at)).where(d.state == _UNCERTAIN, d.look_at > now).scalar_subquery(),
        select(func.min(d.lease_until)).where(d.state == _SENDING, d.lease_until > now).scalar_subquery(),
        to_compose.order_by(d.not_before).limit(1).scalar_subquery(),
        *(each.scalar_subquery() for each in late),
    )


@cache
def waits() -> Select[Any]:
    """``_waits`` of all accounts but those that wait for nothing: who has nothing pending, and whose posts wait for a
    sender alone."""
    now, d = bindparam("now", type_=Instant()), deliveries.c
    pending = select(d.account).where(d.state == _PENDING)
    later = pending.where(or_(d.not_before > now, d.previous.is_not(None)))
    held_back = [
        until > now for until in (accounts.c.next_at, accounts.c.parked_until, accounts.c.spent_until)
    ]
    return _waits().where(accounts.c.account.in_(pending), or_(*held_back, accounts.c.account.in_(later)))


@cache
def waits_of() -> Select[Any]:
    """The same of the accounts ``names`` (a parameter)."""
    return _waits().where(accounts.c.account.in_(bindparam("names", expanding=True)))


def _waits() -> Select[Any]:
    """For each account that is not sending: until when it is parked, spent and pacing; when the next part of a begun
    thread may go; whether another post is ripe at ``now`` (a parameter), and when the first one after it will be."""
    now = bindparam("now", type_=Instant())
    part, before, one, ripe, other = (deliveries.alias(n) for n in ("part", "before", "one", "ripe", "other"))
    begun: ScalarSelect[Any] = (
        select(func.min(beside(part.c.not_before)))
        .join(before, before.c.key == part.c.previous)
        .where(
            part.c.account == accounts.c.account,
            part.c.previous.is_not(None),
            part.c.state == _PENDING,
            before.c.state == _SENT,
        )
        .correlate(accounts)
        .scalar_subquery()
    )
    is_ripe = (
        select(ripe.c.key)
        .where(
            ripe.c.account == accounts.c.account,
            ripe.c.state == _PENDING,
            ripe.c.not_before <= now,
            ripe.c.previous.is_(None),
            ripe.c.post.is_not(None),
            or_(ripe.c.deadline.is_(None), ripe.c.deadline >= now),
        )
        .correlate(accounts)
        .exists()
    )
    later: ScalarSelect[Any] = (
        select(one.c.not_before)
        .where(
            one.c.account == accounts.c.account,
            one.c.state == _PENDING,
            one.c.not_before > now,
            one.c.previous.is_(None),
            one.c.post.is_not(None),
        )
        .order_by(one.c.not_before)
        .limit(1)
        .correlate(accounts)
        .scalar_subquery()
    )
    sending = select(other.c.key).where(other.c.account == accounts.c.account, other.c.state == _SENDING)
    return select(
        accounts.c.account,
        accounts.c.parked_until,
        accounts.c.spent_until,
        accounts.c.next_at,
        begun.label("part"),
        case((is_ripe, 1), else_=0).label("ripe"),
        later.label("later"),
    ).where(~sending.correlate(accounts).exists())


def _wake_of_account(row: Any, now: datetime) -> datetime | None:
    """When an account that is not sending can next take something that it can't take at ``now``."""
    parked = max(row.parked_until or now, row.spent_until or now)
    if row.part is not None:
        moment = max(row.part, parked)
    else:
        paced = max(row.next_at or now, parked)
        # What is ripe waits for the account alone; what is not, for its own time as well.
        chances = [paced] if row.ripe else []
        if row.later is not None:
            chances.append(max(row.later, paced))
        moment = min((chance for chance in chances if chance > now), default=now)
    return moment if moment > now else None
