"""Taking rows to send: who may send what now, one request per account, parts of a thread in order."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Connection,
    RowMapping,
    Select,
    and_,
    bindparam,
    case,
    insert,
    literal_column,
    null,
    or_,
    select,
    update,
)

from campaign.core.lifecycle import SETTLING, Event, State, after
from campaign.store.hints import beside
from campaign.store.rows import Claim, Delivery
from campaign.store.tables import Instant, accounts, attempts, deliveries
from campaign.store.threads import with_thread
from campaign.store.transitions import Move, current, lock, transition, transition_all

Judge = Callable[[Connection, Sequence[Delivery]], Sequence[str | None]]
"""What speaks against sending each of the rows that are about to be claimed: "" nothing; a reason, and it is held;
None: it is left as it is, for another host knows better."""


class Turn(NamedTuple):
    """An account's next row, in the order in which they are taken: parts of begun threads first, then by due."""

    later: bool
    due: datetime
    key: str
    account: str


_PENDING: ColumnElement[str] = literal_column(
    "'pending'"
)  # as text, not as a parameter: partial indexes are chosen by it
_SENDING: ColumnElement[str] = literal_column("'sending'")
_SENT: ColumnElement[str] = literal_column("'sent'")


# What every tick asks is built once.
_LOST = lock(
    select(deliveries)
    .where(
        deliveries.c.state == _SENDING,
        or_(
            deliveries.c.lease_until <= bindparam("now"),
            deliveries.c.owner == bindparam("owner_gone"),
            bindparam("everyone", type_=Boolean()),
        ),
    )
    .order_by(deliveries.c.key),
    skip=True,
)


_WAITING = (
    select(deliveries.c.account)
    .where(deliveries.c.state == _PENDING, deliveries.c.not_before <= bindparam("now", type_=Instant()))
    .distinct()
)


def ripe(connection: Connection, now: datetime, accounts: Collection[str]) -> list[Turn]:
    """Those of the accounts that may send at ``now``, each with its next row, in order. Ready: pending, composed,
    not_before <= now <= deadline, the part before is sent, the account neither parked nor pacing nor sending. A begun
    thread's next part goes first and waits for no gap; until it has gone out or ended badly, nothing else of its
    account does."""
    threads = _next_keys(connection, now, sorted(accounts))
    if not threads:
        return []
    d = deliveries.c
    rows = connection.execute(select(d.key, d.account, d.due).where(d.key.in_(threads)))
    return sorted(Turn(not threads[row.key], row.due, row.key, row.account) for row in rows)


def waiting(connection: Connection, now: datetime) -> set[str]:
    """The accounts that have something pending which waits for no later time than ``now``: few of all, nearly always.
    Only of these can anything be ``ripe``."""
    return set(connection.execute(_WAITING, {"now": now}).scalars())


def take(
    connection: Connection,
    now: datetime,
    free: int,
    owner: str,
    waiting: Sequence[Turn],
    *,
    lease: timedelta,
    judge: Judge | None = None,
) -> tuple[list[Claim], list[Turn]]:
    """Take up to ``free`` rows, one per account, of the accounts whose turn it is, and write their attempt rows; the
    claims, and whose turn is next. What has become of ``waiting`` is asked again under a lock. What ``judge`` has
    something against becomes ``held``, and the account's next row has its turn."""
    claims: list[Claim] = []
    rest = list(waiting)
    while rest and len(claims) < free:
        batch, rest = rest[: free - len(claims)], rest[free - len(claims) :]
        rows = _taken(connection, now, [turn.account for turn in batch])
        against: Sequence[str | None] = [""] * len(rows)
        if judge is not None:
            against = judge(connection, [Delivery.of(row) for row in rows])
        free_to_go = [row for row, reason in zip(rows, against, strict=True) if reason == ""]
        claims += _begin(connection, free_to_go, Event.CLAIM, now, owner, lease)
        held: list[str] = []
        for row, reason in zip(rows, against, strict=True):
            if reason and transition(connection, row, Event.HOLD, now, reason=reason) is not None:
                held.append(row["account"])
        if held:
            rest = sorted([*rest, *ripe(connection, now, held)])
    return claims, rest


def repeat(connection: Connection, key: str, now: datetime, owner: str, *, lease: timedelta) -> Claim | None:
    """uncertain -> sending, the same bytes under the same key; None if it is not to be had (or the account is
    sending)."""
    name = connection.execute(select(deliveries.c.account).where(deliveries.c.key == key)).scalar()
    if name is None:
        return None
    # Whatever leads to `sending` holds the account's row, so that two hosts can't both find it idle.
    connection.execute(lock(select(accounts.c.account).where(accounts.c.account == name)))
    sending = select(deliveries.c.key).where(deliveries.c.account == name, deliveries.c.state == _SENDING)
    if connection.execute(sending.limit(1)).first() is not None:
        return None
    row = current(connection, key)
    if row is None or after(State(row["state"]), Event.REPEAT) is None:
        return None
    return _begin(connection, [row], Event.REPEAT, now, owner, lease)[0]


def renew(connection: Connection, key: str, attempt: int, owner: str, until: datetime, now: datetime) -> bool:
    """Make the lease of an attempt in flight end at ``until`` instead (aware UTC). False: the row is no longer ours."""
    changed = connection.execute(
        update(deliveries)
        .where(
            deliveries.c.key == key,
            deliveries.c.state == State.SENDING.value,
            deliveries.c.attempt == attempt,
            deliveries.c.owner == owner,
            # What has ended may be taken for lost in this very moment.
            deliveries.c.lease_until > now,
        )
        .values(lease_until=until)
    )
    if changed.rowcount != 1:
        return False
    connection.execute(
        update(attempts).where(attempts.c.key == key, attempts.c.attempt == attempt).values(lease_until=until)
    )
    return True


def in_flight(connection: Connection, owner: str) -> list[tuple[str, int]]:
    """The attempts (key, number) that are being sent by this owner, as far as the store knows."""
    mine = select(deliveries.c.key, deliveries.c.attempt).where(
        deliveries.c.state == _SENDING, deliveries.c.owner == owner
    )
    return [(row.key, row.attempt) for row in connection.execute(mine.order_by(deliveries.c.key))]


def orphan(
    connection: Connection, now: datetime, *, owner_gone: str | None = None, everyone: bool = False
) -> list[str]:
    """sending -> uncertain where the lease has ended (or the owner is known to be dead: ``owner_gone``, ``everyone``);
    later parts stay pending. look_at = now + SETTLING. The keys."""
    asked = {"now": now, "owner_gone": owner_gone, "everyone": everyone}
    keys = []
    for row in connection.execute(_LOST, asked).mappings().all():
        reason = "the sender did not come back: it may be published, or not"
        if transition(
            connection, row, Event.ORPHANED, now, reason=reason, unresolved=True, look_at=now + SETTLING
        ):
            connection.execute(
                update(attempts)
                .where(
                    attempts.c.key == row["key"],
                    attempts.c.attempt == row["attempt"],
                    attempts.c.outcome.is_(None),
                )
                .values(outcome="orphaned", ended=now, reason=reason)
            )
            keys.append(row["key"])
    return keys


@cache
def ready() -> Select[Any]:
    """For each of the accounts ``names`` that may send at ``now`` (both parameters): its name, the key of its next row
    (null: none), and whether that is a part of a begun thread."""
    now = bindparam("now", type_=Instant())
    part, before, one, other = (deliveries.alias(name) for name in ("part", "before", "one", "other"))
    begun = (
        select(part.c.key)
        .join(before, before.c.key == part.c.previous)
        .where(
            part.c.account == accounts.c.account,
            part.c.previous.is_not(None),
            part.c.state == _PENDING,
            before.c.state == _SENT,
        )
        .correlate(accounts)
    )
    next_part = begun.where(beside(part.c.not_before) <= now, part.c.post.is_not(None)).order_by(
        part.c.due, part.c.key
    )
    next_one = (
        select(one.c.key)
        .where(
            one.c.account == accounts.c.account,
            one.c.state == _PENDING,
            one.c.previous.is_(None),
            one.c.post.is_not(None),
            beside(one.c.not_before) <= now,
            or_(one.c.deadline.is_(None), one.c.deadline >= now),
        )
        .order_by(one.c.due, one.c.key)
        .correlate(accounts)
    )
    sending = (
        select(other.c.key)
        .where(other.c.account == accounts.c.account, other.c.state == _SENDING)
        .correlate(accounts)
    )
    return select(
        accounts.c.account,
        begun.exists().label("thread"),
        case(
            (begun.exists(), next_part.limit(1).scalar_subquery()),
            (accounts.c.next_at > now, null()),
            else_=next_one.limit(1).scalar_subquery(),
        ).label("key"),
    ).where(
        accounts.c.account.in_(bindparam("names", expanding=True)),
        or_(accounts.c.parked_until.is_(None), accounts.c.parked_until <= now),
        or_(accounts.c.spent_until.is_(None), accounts.c.spent_until <= now),
        ~sending.exists(),
    )


def _next_keys(connection: Connection, now: datetime, names: Sequence[str]) -> dict[str, bool]:
    """The keys of the next rows of the accounts, and whether each is a part of a begun thread."""
    candidates = connection.execute(ready(), {"now": now, "names": names})
    return {row.key: row.thread for row in candidates if row.key is not None}


def _taken(connection: Connection, now: datetime, names: list[str]) -> list[RowMapping]:
    """The next rows of those accounts that nobody else is at, locked, in the order of their turn."""
    if connection.dialect.name == "postgresql":
        idle = lock(select(accounts.c.account).where(accounts.c.account.in_(names)), skip=True)
        names = list(connection.execute(idle).scalars())
    # Asked again now that the accounts are ours: what their last owner did with them is committed and seen.
    threads = _next_keys(connection, now, sorted(names))
    still = select(deliveries).where(
        and_(
            deliveries.c.key.in_(threads),
            deliveries.c.state == _PENDING,
            deliveries.c.withdraw_at.is_(None),
            # Somebody may have moved it since.
            deliveries.c.not_before <= now,
            or_(
                deliveries.c.deadline.is_(None),
                deliveries.c.deadline >= now,
                deliveries.c.previous.is_not(None),
            ),
        )
    )
    rows = connection.execute(lock(still, skip=True)).mappings().all()
    return sorted(rows, key=lambda row: Turn(not threads[row["key"]], row["due"], row["key"], row["account"]))


def _begin(
    connection: Connection,
    rows: Sequence[RowMapping],
    event: Event,
    now: datetime,
    owner: str,
    lease: timedelta,
) -> list[Claim]:
    """Lead rows, of different deliveries and locked, to ``sending`` and write their attempts."""
    if not rows:
        return []
    until = now + lease
    again = event is Event.REPEAT
    transition_all(
        connection,
        [
            Move(
                row,
                {
                    "attempt": row["attempt"] + 1,
                    "owner": owner,
                    "lease_until": until,
                    "first_attempt": row["first_attempt"] or now,
                },
                {"owner": owner},
            )
            for row in rows
        ],
        event,
        now,
    )
    connection.execute(
        insert(attempts),
        [
            {
                "key": row["key"],
                "attempt": row["attempt"] + 1,
                "repeat": again,
                "began": now,
                "lease_until": until,
                "owner": owner,
                "notes": {},
            }
            for row in rows
        ],
    )
    return [
        Claim(
            key=row["key"],
            network_key=row["network_key"],
            account=row["account"],
            target=row["target"],
            network=row["network"],
            attempt=row["attempt"] + 1,
            repeat=again,
            post=with_thread(connection, row),
            lease_until=until,
            first_attempt=row["first_attempt"] or now,
        )
        for row in rows
    ]
