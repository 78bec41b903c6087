"""The log: what was due, the latest first, page by page; filters, and a week to take away."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from flask import Blueprint, Response, request, url_for
from sqlalchemy import Connection

from campaign.core.lifecycle import State
from campaign.core.timetable import to_utc
from campaign.review import times
from campaign.review.people import with_people
from campaign.review.waiting import explained
from campaign.store import history, marks
from campaign.store.history import Delivery
from campaign.store.paging import Looked, Page, Spot, page
from campaign.web.here import day_named, show, site, takes, today, workspace, zone
from campaign.web.pages.export import week_of

pages = Blueprint("log", __name__)

SIZE = 50
"""Posts on a page."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What the address asks for; what it can't mean is left out."""

    campaign: str
    account: str
    state: State | None
    looked: Looked | None
    first: date | None
    last: date | None

    @staticmethod
    def asked() -> Filters:
        state, looked = request.args.get("state", ""), request.args.get("looked", "")
        return Filters(
            request.args.get("campaign", ""),
            request.args.get("account", ""),
            State(state) if state in set(State) else None,
            Looked(looked) if looked in set(Looked) else None,
            _day("from"),
            _day("to"),
        )

    def words(self) -> dict[str, str]:
        """As the address has them."""
        values = {
            "campaign": self.campaign,
            "account": self.account,
            "state": self.state.value if self.state else "",
            "looked": self.looked.value if self.looked else "",
            "from": str(self.first or ""),
            "to": str(self.last or ""),
        }
        return {name: value for name, value in values.items() if value}


@pages.get("/log")
@takes("")
def listing() -> Response:
    """A page of the log."""
    filters, here = Filters.asked(), site()
    with here.station.store.read() as connection:
        found = _page(connection, filters)
        accounts = history.accounts(connection)
        rows = with_people(connection, workspace(), found.rows)
        wrong = {mark.key for mark in marks.flagged(connection)}
    rows = explained(rows, accounts, workspace(), here.now())
    now = today()
    return show(
        "log.html",
        days=list(_by_day(rows)),
        filters=filters,
        asked=filters.words(),
        following=_following(found, filters),
        found=found,
        wrong=wrong,
        begins=request.args.get("after", "") != "",
        campaigns=sorted(workspace().campaigns),
        accounts=sorted(workspace().accounts),
        states=list(State),
        today=now,
        yesterday=now - timedelta(days=1),
        week=week_of(now),
        exported=week_of(filters.first or now),
    )


def _page(connection: Connection, filters: Filters) -> Page:
    own = workspace().zone
    return page(
        connection,
        size=SIZE,
        after=_spot(request.args.get("after", "")),
        campaign=filters.campaign or None,
        account=filters.account or None,
        state=filters.state,
        looked=filters.looked,
        since=to_utc(datetime.combine(filters.first, time()), own) if filters.first else None,
        until=to_utc(datetime.combine(filters.last + timedelta(days=1), time()), own)
        if filters.last
        else None,
    )


def _by_day(rows: list[Delivery]) -> Iterator[tuple[date, list[Delivery]]]:
    days: dict[date, list[Delivery]] = {}
    for row in rows:
        days.setdefault(times.local(row.due, zone(row.campaign)).date(), []).append(row)
    yield from days.items()


def _following(found: Page, filters: Filters) -> str:
    """The address of the next page; "" when this is the last one."""
    if found.next is None:
        return ""
    values: dict[str, Any] = {"after": _spelled(found.next), **filters.words()}
    return url_for("log.listing", **values)


def _spelled(spot: Spot) -> str:
    return f"{spot.due.astimezone(UTC):%Y%m%dT%H%M%S.%f}~{spot.key}"


def _spot(text: str) -> Spot | None:
    due, _, key = text.partition("~")
    try:
        return Spot(datetime.strptime(due, "%Y%m%dT%H%M%S.%f").replace(tzinfo=UTC), key)
    except ValueError:
        return None  # a mistyped address begins at the beginning


def _day(name: str) -> date | None:
    given = day_named(name, date.min)
    return None if given == date.min else given
