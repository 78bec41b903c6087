"""The log page by page: however many rows there are, one page reads no more than ``WINDOW`` of them.

A page begins behind the last row of the one before (its due time and key), not at a number: nothing shifts when rows
are added meanwhile, and the database skips nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from campaign.core.lifecycle import State
from campaign.core.marks import Verdict
from campaign.store.rows import Delivery
from campaign.store.tables import deliveries, marks

WINDOW = 20_000
"""Rows that one page looks through for what its filters let pass."""

_d, _m = deliveries.c, marks.c


class Looked(StrEnum):
    """What reviewers made of a post: nobody has looked at it, or a flag on it is open."""

    NOT_YET = "not-yet"
    FLAGGED = "flagged"


@dataclass(frozen=True, slots=True)
class Spot:
    """Behind which row a page begins: due (aware) and key."""

    due: datetime
    key: str


@dataclass(frozen=True, slots=True)
class Page:
    """Rows, the latest first, and where the next page begins (None: that was all). ``cut``: the window ended before
    the page was full, so there may be more further back."""

    rows: tuple[Delivery, ...]
    next: Spot | None
    cut: bool


def page(
    connection: Connection,
    *,
    size: int,
    after: Spot | None = None,
    campaign: str | None = None,
    account: str | None = None,
    state: State | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    looked: Looked | None = None,
) -> Page:
    """One page of the log, the latest due first. ``account``: a login (all its languages) or one target;
    since <= due < until (aware)."""
    spots = select(_d.due, _d.key).order_by(_d.due.desc(), _d.key.desc())
    if since is not None:
        spots = spots.where(_d.due >= since)
    if until is not None:
        spots = spots.where(_d.due < until)
    if after is not None:
        spots = spots.where(_behind(after))
    # The key alone is in the index; where the window ends is known before any row is read. What lets every row pass
    # needs no window: its page is full, or the log is at its end.
    filtered = any(wanted is not None for wanted in (campaign, account, state, looked))
    last = connection.execute(spots.offset(WINDOW - 1).limit(1)).one_or_none() if filtered else None
    statement = select(deliveries).order_by(_d.due.desc(), _d.key.desc()).limit(size + 1)
    for wanted in (
        _d.due >= since if since is not None else None,
        _d.due < until if until is not None else None,
        _behind(after) if after is not None else None,
        _not_behind(last.due, last.key) if last is not None else None,
        _plain(_d.campaign) == campaign if campaign is not None else None,
        or_(_plain(_d.account) == account, _plain(_d.target) == account) if account is not None else None,
        _plain(_d.state) == state.value if state is not None else None,
        _looked(looked) if looked is not None else None,
    ):
        if wanted is not None:
            statement = statement.where(wanted)
    found = [Delivery.of(row) for row in connection.execute(statement).mappings()]
    if len(found) > size:
        rows = tuple(found[:size])
        return Page(rows, Spot(rows[-1].due, rows[-1].key), cut=False)
    more = Spot(last.due, last.key) if last is not None else None
    return Page(tuple(found), more, cut=more is not None)


def _plain(column: ColumnElement[str]) -> ColumnElement[str]:
    """The column, but not for an index: by one on it all rows of a state would be read, and sorted."""
    return func.coalesce(column, "")


def _looked(wanted: Looked) -> Any:
    """Of a thread the first part: it carries the marks of all."""
    if wanted is Looked.NOT_YET:
        seen = select(_m.id).where(_m.key == _d.key, _m.verdict.in_([Verdict.OK.value, Verdict.FLAG.value]))
        return and_(_plain(_d.state) == State.SENT.value, _d.part == 1, ~seen.exists())
    closing = marks.alias("closing")
    closed = select(closing.c.id).where(closing.c.flag == _m.id).exists()
    flag = select(_m.id).where(_m.key == _d.key, _m.verdict == Verdict.FLAG.value, ~closed)
    return flag.exists()


def _behind(spot: Spot) -> Any:
    # A plain bound first: the databases walk the index from there, and would sort for an OR.
    return and_(_d.due <= spot.due, or_(_d.due < spot.due, _d.key < spot.key))


def _not_behind(due: datetime, key: str) -> Any:
    return and_(_d.due >= due, or_(_d.due > due, _d.key >= key))


@dataclass(frozen=True, slots=True)
class Brief:
    """What a calendar shows of a row, without its text."""

    key: str
    campaign: str
    slot: str
    wall: str
    target: str
    network: str
    state: State
    reason: str
    due: datetime
    not_before: datetime
    tries: int


def briefs(connection: Connection, since: datetime, until: datetime, limit: int) -> list[Brief]:
    """Rows (of threads the first part) with since <= due < until, and those that wait for a time in there; at most
    ``limit`` of each, the earliest first."""
    columns = [_d[name] for name in Brief.__dataclass_fields__]
    due = (
        select(*columns)
        .where(_d.part == 1, _d.due >= since, _d.due < until)
        .order_by(_d.due, _d.key)
        .limit(limit)
    )
    waiting = (
        select(*columns)
        .where(
            _d.part == 1,
            _d.state.in_([State.PENDING.value, State.HELD.value]),
            _d.not_before >= since,
            _d.not_before < until,
        )
        .order_by(_d.not_before, _d.key)
        .limit(limit)
    )
    found: dict[str, Brief] = {}
    for statement in (due, waiting):
        for row in connection.execute(statement).mappings():
            found[row["key"]] = Brief(**{**row, "state": State(row["state"])})
    return list(found.values())
