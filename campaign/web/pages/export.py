"""A week of the log to take away: one page with pictures for volunteers elsewhere, or a table. Roles stand in it
instead of handles, as in all that leaves the team."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from flask import Blueprint, Response

from campaign.core.timetable import to_utc
from campaign.errors import CampaignError
from campaign.review import log_html
from campaign.review.log import COLUMNS, log_row
from campaign.review.log_csv import csv_lines
from campaign.review.log_pictures import small
from campaign.review.people import with_people
from campaign.review.roles import Roles
from campaign.review.waiting import explained
from campaign.store import history, marks
from campaign.store.history import Delivery
from campaign.web.here import day_named, language, say, site, takes, today, workspace, zone

pages = Blueprint("export", __name__)

MOST = 5_000
"""Rows of a week that are taken away at once."""


def week_of(day: date) -> tuple[date, date]:
    """Monday and Sunday of the week in which a day lies."""
    monday = day - timedelta(days=day.weekday())
    return monday, monday + timedelta(days=6)


@pages.get("/log/week.html")
@takes("")
def page() -> Response:
    """The week as one file that shows itself, with pictures, links and the checklist."""
    first, rows = _week()
    here, files = site(), workspace()
    with here.station.store.read() as connection:
        posts, left_out = log_html.latest(connection, log_html.due_of(rows))
        made = marks.of_posts(connection, posts)
    html = log_html.page(
        posts,
        made,
        left_out,
        files,
        here.station.freezer(files).workspace_id,
        small(here.station.files),
        here.now(),
        language=language(),
    )
    return _file(html, "text/html", f"log-{first}.html")


@pages.get("/log/week.csv")
@takes("")
def table() -> Response:
    """The week as a table for a spreadsheet."""
    first, rows = _week()
    roles = Roles(workspace().people, language=language())
    told = (roles.told(log_row(row, zone(row.campaign))) for row in rows)
    return _file("".join(csv_lines(COLUMNS, told)).encode(), "text/csv", f"log-{first}.csv")


def _week() -> tuple[date, list[Delivery]]:
    first, last = week_of(day_named("day", today()))
    own, here = workspace().zone, site()
    with here.station.store.read() as connection:
        rows = history.deliveries(
            connection,
            since=to_utc(datetime.combine(first, time()), own),
            until=to_utc(datetime.combine(last + timedelta(days=1), time()), own),
            limit=MOST + 1,
        )
        if len(rows) > MOST:
            raise CampaignError(
                say("export_too_many", number=MOST), f"campaign log --from {first} --to {last} --csv"
            )
        rows = with_people(connection, workspace(), rows)
        accounts = history.accounts(connection)
    return first, explained(rows, accounts, workspace(), here.now())


def _file(data: bytes, kind: str, name: str) -> Response:
    response = Response(data, mimetype=kind)
    # Always a file to keep: shown here, its own script would be ours.
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
