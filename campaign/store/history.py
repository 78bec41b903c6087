"""Reads: what the store knows about deliveries, attempts, events and accounts. Nothing here writes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Literal, NamedTuple

from sqlalchemy import Connection, Select, and_, bindparam, func, or_, select, text

from campaign.core.lifecycle import State
from campaign.core.outcome import Receipt
from campaign.core.post import Post
from campaign.store import tables
from campaign.store.hints import beside, beside_text
from campaign.store.rows import AccountRow, Attempt, Cursor, Delivery, EventRow, SentText
from campaign.store.threads import from_here, with_thread
from campaign.store.transitions import UNKNOWN_OUTCOMES
from campaign.store.upsert import batches
from campaign.store.waking import next_wake

__all__ = [
    "AccountRow",
    "Attempt",
    "Cursor",
    "Delivery",
    "EventRow",
    "SentText",
    "Told",
    "accounts",
    "attempts",
    "by_keys",
    "counts",
    "cursor",
    "cursors",
    "deliveries",
    "delivery",
    "events",
    "existing_keys",
    "from_here",
    "gone_wrong",
    "in_doubt",
    "key_of",
    "keys",
    "last_event",
    "last_sent",
    "news",
    "next_wake",
    "row_ids_sent",
    "rows_to_fill",
    "sent_of_slots",
    "sent_on",
    "sent_posts",
    "sent_texts",
    "sights",
    "still_out",
    "told_of",
    "uncertain_due",
]

GONE_WRONG = text("deliveries.state IN ('failed', 'missed')")
"""As the indexes say it that know only these."""

Order = Literal["due", "-due", "sent", "-sent", "updated", "-updated"]
"""By what deliveries are listed; with a minus the latest first."""

_d = tables.deliveries.c
_BY = {"due": _d.due, "sent": _d.sent_at, "updated": _d.updated_at}


# -- deliveries ------------------------------------------------------------------------------------------


def delivery(connection: Connection, key: str) -> Delivery | None:
    """One delivery by its key, or None."""
    row = connection.execute(select(tables.deliveries).where(_d.key == key)).mappings().one_or_none()
    return Delivery.of(row) if row is not None else None


def by_keys(connection: Connection, keys: Collection[str]) -> dict[str, Delivery]:
    """Deliveries by their keys; keys without a row are left out."""
    found: dict[str, Delivery] = {}
    for batch in batches(sorted(keys)):
        rows = connection.execute(select(tables.deliveries).where(_d.key.in_(batch))).mappings()
        found |= {row["key"]: Delivery.of(row) for row in rows}
    return found


class Told(NamedTuple):
    """What is told of a delivery while it runs."""

    campaign: str
    target: str
    text: str
    url: str


def told_of(connection: Connection, keys: Collection[str]) -> dict[str, Told]:
    """Deliveries by their keys, as far as they are told of; keys without a row are left out."""
    found: dict[str, Told] = {}
    for batch in batches(sorted(keys)):
        asked = select(_d.key, _d.campaign, _d.target, _d.post, _d.receipt).where(_d.key.in_(batch))
        for key, campaign, target, post, receipt in connection.execute(asked):
            text = post["text"] if post is not None else ""
            url = Receipt.from_json(receipt).url if receipt is not None else ""
            found[key] = Told(campaign, target, text, url)
    return found


def key_of(connection: Connection, network_key: str) -> str | None:
    """The key of the delivery that networks know by this UUID, or None."""
    key: str | None = connection.execute(select(_d.key).where(_d.network_key == network_key)).scalar()
    return key


def deliveries(
    connection: Connection,
    *,
    states: Collection[State] | None = None,
    campaign: str | None = None,
    slot: str | None = None,
    account: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    key_prefix: str | None = None,
    limit: int | None = None,
    order: Order = "due",
) -> list[Delivery]:
    """Deliveries that meet all conditions given: since <= due < until (aware), ``account`` the login (all its
    languages), ``key_prefix`` the beginning of the key."""
    statement = _where(select(tables.deliveries), states, campaign, slot, account, since, until)
    if key_prefix:
        # LIKE would ignore case in SQLite, and a range of texts depends on the collation in PostgreSQL.
        statement = statement.where(func.substr(_d.key, 1, len(key_prefix)) == key_prefix)
    first = _BY[order.removeprefix("-")]
    statement = statement.order_by(
        first.desc() if order.startswith("-") else first, _d.campaign, _d.slot, _d.wall, _d.target, _d.part
    )
    if limit is not None:
        statement = statement.limit(limit)
    return [Delivery.of(row) for row in connection.execute(statement).mappings()]


def keys(
    connection: Connection,
    *,
    states: Collection[State] | None = None,
    campaign: str | None = None,
    account: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> list[str]:
    """Only the keys of what ``deliveries`` would give, in the same order: for who reads a long log piece by piece."""
    statement = _where(select(_d.key), states, campaign, None, account, since, until)
    ordered = statement.order_by(_d.due, _d.campaign, _d.slot, _d.wall, _d.target, _d.part)
    return list(connection.execute(ordered).scalars())


def gone_wrong(connection: Connection, state: State, since: datetime) -> list[Delivery]:
    """What is failed or missed (``state``) and was due since then (aware), the earliest first."""
    statement = _where(select(tables.deliveries), [state], None, None, None, since, None)
    ordered = statement.order_by(_d.due, _d.campaign, _d.slot, _d.wall, _d.target, _d.part)
    return [Delivery.of(row) for row in connection.execute(ordered.where(GONE_WRONG)).mappings()]


def _where(
    statement: Select[Any],
    states: Collection[State] | None,
    campaign: str | None,
    slot: str | None,
    account: str | None,
    since: datetime | None,
    until: datetime | None,
) -> Select[Any]:
    if states is not None:
        statement = statement.where(_d.state.in_([state.value for state in states]))
    for column, wanted in ((_d.campaign, campaign), (_d.slot, slot), (_d.account, account)):
        if wanted is not None:
            statement = statement.where(column == wanted)
    if since is not None:
        statement = statement.where(_d.due >= since)
    if until is not None:
        statement = statement.where(_d.due < until)
    return statement


def existing_keys(connection: Connection, keys: Iterable[str]) -> set[str]:
    """Those of the keys that have a row."""
    found: set[str] = set()
    for batch in batches(list(keys)):
        found.update(connection.execute(select(_d.key).where(_d.key.in_(batch))).scalars())
    return found


def counts(connection: Connection) -> dict[State, int]:
    """How many deliveries are in each state; every state is there."""
    rows = connection.execute(select(_d.state, func.count()).group_by(_d.state))
    return dict.fromkeys(State, 0) | {State(state): number for state, number in rows}


# What every tick asks is built once.
_TO_FILL = (
    select(tables.deliveries)
    .where(_d.state == State.PENDING.value, _d.not_before <= bindparam("now"), _d.post.is_(None))
    .order_by(_d.due, _d.key)
)
_before = tables.deliveries.alias("before")
_UNCERTAIN_DUE = (
    select(tables.deliveries)
    .where(
        _d.state == State.UNCERTAIN.value,
        _d.look_at <= bindparam("now"),
        or_(
            _d.previous.is_(None),
            ~select(_before.c.key)
            .where(
                _before.c.key == _d.previous,
                _before.c.state.in_([s.value for s in (State.PENDING, State.SENDING, State.UNCERTAIN)]),
            )
            .exists(),
        ),
    )
    .order_by(_d.look_at, _d.key)
)


def rows_to_fill(connection: Connection, now: datetime) -> list[Delivery]:
    """Pending rows without a post (moved ahead) whose time has come, the earliest first."""
    return [Delivery.of(row) for row in connection.execute(_TO_FILL, {"now": now}).mappings()]


def still_out(connection: Connection) -> list[Delivery]:
    """What a person wants gone and is out, or may be, the latest part of a thread first."""
    on_network = beside_text(_d.state).in_([s.value for s in (State.SENDING, State.UNCERTAIN, State.SENT)])
    # As the index says it that knows only these. By its state SQLite would read all that is sent, and by the order of
    # the answer all there is.
    statement = select(tables.deliveries).where(
        _d.withdraw_at.is_not(None), _d.withdrawn_at.is_(None), on_network
    )
    found = [Delivery.of(row) for row in connection.execute(statement).mappings()]
    return sorted(found, key=lambda d: (d.due, d.campaign, d.slot, d.wall, d.target, -d.part))


def uncertain_due(connection: Connection, now: datetime) -> list[Delivery]:
    """Uncertain rows whose time to be looked at has come, the one that waits longest first; a later part of a thread
    with what it replies to, and not before it is known what became of the part before."""
    rows = connection.execute(_UNCERTAIN_DUE, {"now": now}).mappings().all()
    return [replace(Delivery.of(row), post=with_thread(connection, row)) for row in rows]


# -- what was published ----------------------------------------------------------------------------------


def sent_texts(connection: Connection, account: str, since: datetime) -> list[SentText]:
    """What a login published since then (any language), the latest first."""
    statement = (
        select(_d.key, _d.digest, _d.post, _d.sent_at)
        .where(_d.account == account, _d.sent_at >= since, _d.state == State.SENT.value, _d.post.is_not(None))
        .order_by(_d.sent_at.desc(), _d.key)
    )
    return [
        SentText(row.key, row.digest, row.post["text"], row.sent_at) for row in connection.execute(statement)
    ]


def sent_posts(connection: Connection, account: str, start: datetime, end: datetime) -> list[Post]:
    """The parts that a login published in start <= t < end (aware), and those due then that may be out."""
    unsure = _d.state.in_([State.SENDING.value, State.UNCERTAIN.value])
    statement = select(_d.post).where(
        _d.account == account,
        _d.post.is_not(None),
        or_(
            and_(_d.state == State.SENT.value, _d.sent_at >= start, _d.sent_at < end),
            and_(unsure, _d.due >= start, _d.due < end),
        ),
    )
    return [Post.from_json(post) for post in connection.execute(statement).scalars()]


def sent_of_slots(
    connection: Connection, campaign: str, since: Mapping[str, datetime]
) -> dict[tuple[str, str], list[Delivery]]:
    """What slots (with the time since when their posts were due) published, by slot and target, the earliest first; of
    a thread its first part."""
    found: dict[tuple[str, str], list[Delivery]] = {}
    for batch in batches(sorted(since)):
        rows = connection.execute(
            select(tables.deliveries)
            .where(
                _d.campaign == campaign,
                _d.slot.in_(batch),
                beside(_d.due) >= min(since[slot] for slot in batch),
                beside_text(_d.state) == State.SENT.value,
                _d.part == 1,
            )
            .order_by(_d.due)
        )
        for row in map(Delivery.of, rows.mappings()):
            if row.due >= since[row.slot]:
                found.setdefault((row.slot, row.target), []).append(row)
    return found


def row_ids_sent(connection: Connection, campaign: str, slot: str, target: str) -> set[str]:
    """The CSV rows that a slot has published on a target."""
    statement = select(_d.row_id).where(
        _d.campaign == campaign,
        _d.slot == slot,
        _d.target == target,
        _d.state == State.SENT.value,
        _d.row_id.is_not(None),
    )
    return set(connection.execute(statement).scalars())


def sent_on(connection: Connection, account: str, start: datetime, end: datetime) -> int:
    """How many posts a login published in start <= t < end (aware); a thread is one."""
    statement = select(func.count()).where(
        _d.account == account,
        _d.sent_at >= start,
        _d.sent_at < end,
        _d.state == State.SENT.value,
        _d.part == 1,
    )
    return int(connection.execute(statement).scalar_one())


def last_sent(connection: Connection, account: str) -> datetime | None:
    """When a login last published something (aware UTC), or None."""
    moment: datetime | None = connection.execute(
        select(func.max(_d.sent_at)).where(_d.account == account)
    ).scalar()
    return moment


def in_doubt(connection: Connection, account: str) -> list[tuple[int, datetime]]:
    """The parts of a login that may be out: the number of the part, and when it went out (aware UTC), if it did: when
    the last attempt of which nothing is known was over."""
    of = tables.attempts.c
    statement = (
        select(_d.key, _d.part, of.ended, of.lease_until)
        .join(tables.attempts, of.key == _d.key)
        .where(
            _d.account == account,
            _d.state.in_([State.SENDING.value, State.UNCERTAIN.value]),
            _d.unresolved,
            of.outcome.in_(UNKNOWN_OUTCOMES),
            of.resolved.is_(None),
        )
        .order_by(of.attempt)
    )
    last = {
        row.key: (row.part, min(row.ended or row.lease_until, row.lease_until))
        for row in connection.execute(statement)
    }
    return list(last.values())


# -- everything else -------------------------------------------------------------------------------------


def attempts(connection: Connection, key: str) -> list[Attempt]:
    """All attempts of a delivery, the first one first."""
    table = tables.attempts
    rows = connection.execute(select(table).where(table.c.key == key).order_by(table.c.attempt)).mappings()
    return [Attempt.of(row) for row in rows]


_TOLD = tuple(column for column in tables.events.c if column.name != "salt")


def events(
    connection: Connection, key: str | None = None, after_id: int | None = None, limit: int | None = None
) -> list[EventRow]:
    """Events of a delivery or of all, in the order in which they were written, after the one with id ``after_id``."""
    statement = select(*_TOLD).order_by(tables.events.c.id)
    if key is not None:
        statement = statement.where(tables.events.c.key == key)
    if after_id is not None:
        statement = statement.where(tables.events.c.id > after_id)
    if limit is not None:
        statement = statement.limit(limit)
    return [EventRow(**row) for row in connection.execute(statement).mappings()]


def news(connection: Connection, after_id: int) -> list[EventRow]:
    """The events after the one with id ``after_id`` but for those on the way of a post: that its row was made, that it
    is being sent."""
    c = tables.events.c
    on_its_way = or_(
        and_(c.kind == "planned", c.after == State.PENDING.value), c.after == State.SENDING.value
    )
    statement = select(*_TOLD).where(c.id > after_id, ~on_its_way).order_by(c.id)
    return [EventRow(**row) for row in connection.execute(statement).mappings()]


def last_event(connection: Connection) -> int:
    """The id of the newest event; 0 if there is none."""
    return connection.execute(select(func.max(tables.events.c.id))).scalar() or 0


def accounts(connection: Connection) -> dict[str, AccountRow]:
    """What is known about each login that ever had a row."""
    rows = connection.execute(select(tables.accounts).order_by(tables.accounts.c.account)).mappings()
    return {row["account"]: AccountRow(**row) for row in rows}


_CURSOR = select(tables.cursors.c.at, tables.cursors.c.digest).where(
    tables.cursors.c.campaign == bindparam("of_campaign")
)
_SIGHTS = select(tables.sights.c.slot, tables.sights.c.target, tables.sights.c.since).where(
    tables.sights.c.campaign == bindparam("of_campaign")
)


def cursor(connection: Connection, campaign: str) -> Cursor | None:
    """How far one campaign is planned; None: not yet."""
    row = connection.execute(_CURSOR, {"of_campaign": campaign}).one_or_none()
    return Cursor(row.at, row.digest) if row is not None else None


def cursors(connection: Connection) -> dict[str, Cursor]:
    """How far each campaign is planned."""
    table = tables.cursors.c
    return {
        row.campaign: Cursor(row.at, row.digest)
        for row in connection.execute(select(table.campaign, table.at, table.digest))
    }


def sights(
    connection: Connection, campaign: str, slots: Collection[str] | None = None
) -> dict[tuple[str, str], datetime]:
    """When each (slot, target) of a campaign (or only of some of its slots) was seen first (aware UTC)."""
    if slots is None:
        rows = connection.execute(_SIGHTS, {"of_campaign": campaign}).all()
    else:
        rows = [
            row
            for batch in batches(sorted(slots))
            for row in connection.execute(
                _SIGHTS.where(tables.sights.c.slot.in_(batch)), {"of_campaign": campaign}
            )
        ]
    return {(row.slot, row.target): row.since for row in rows}
