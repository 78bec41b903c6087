"""The calendar: a month at a glance, or a week with all its posts."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, Response

from campaign.review.agenda import Agenda, agenda
from campaign.review.days import begins
from campaign.web.here import FIRST_DAY, LAST_DAY, day_named, language, show, site, takes, today, workspace

pages = Blueprint("calendar", __name__)

FEW = 4
"""Posts of a day that a month shows; the week has all."""


@pages.get("/calendar")
@takes("")
def month() -> Response:
    """A month, in weeks from Monday to Sunday."""
    first = day_named("day", today()).replace(day=1)
    after = (first + timedelta(days=32)).replace(day=1)
    begin = first - timedelta(days=first.weekday())
    end = after - timedelta(days=1)
    end += timedelta(days=6 - end.weekday())
    weeks = [
        [begin + timedelta(days=7 * n + d) for d in range(7)] for n in range(((end - begin).days + 1) // 7)
    ]
    return show(
        "month.html",
        first=first,
        weeks=weeks,
        before=_in_range((first - timedelta(days=1)).replace(day=1)),
        after=_in_range(after),
        few=FEW,
        **_shown(begin, end),
    )


@pages.get("/calendar/week")
@takes("")
def week() -> Response:
    """A week from Monday to Sunday."""
    day = day_named("day", today())
    first = day - timedelta(days=day.weekday())
    days = [first + timedelta(days=n) for n in range(7)]
    return show(
        "week.html",
        days=days,
        before=_in_range(first - timedelta(days=7)),
        after=_in_range(first + timedelta(days=7)),
        **_shown(days[0], days[-1]),
    )


def _shown(first: date, last: date) -> dict[str, Any]:
    files = workspace()
    with site().station.store.read() as connection:
        found: Agenda = agenda(connection, files, first, last, site().now())
    named: dict[date, list[str]] = {}
    for day, name in begins(files, first, last, language()):
        named.setdefault(day, []).append(name)
    return {"agenda": found, "named_days": named, "today": today()}


def _in_range(day: date) -> date | None:
    return day if FIRST_DAY <= day <= LAST_DAY else None
