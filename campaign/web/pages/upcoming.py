"""Posts to come, as each network will show them: a week at a time."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Response, request

from campaign.review.plan import look_ahead, rows_around
from campaign.web.here import LAST_DAY, day_named, show, site, takes, today, workspace

pages = Blueprint("upcoming", __name__)

DAYS = 7
MOST = 60
"""Cards on a page; who has more in a week chooses an account or a day."""


@pages.get("/upcoming")
@takes("")
def cards() -> Response:
    """A card for each post to come and account, by time."""
    files, here, now = workspace(), site(), site().now()
    first = max(day_named("day", today()), today())
    last = min(first + timedelta(days=DAYS - 1), LAST_DAY)
    with here.station.store.read() as connection:
        rows = rows_around(connection, first, last)
    rules = here.station.adapters.rules
    ahead = [
        post
        for post in look_ahead(files, here.composer(files), rules, rows, first, last, now)
        if not post.ended
    ]
    accounts = sorted({post.login for post in ahead})
    chosen = request.args.get("account", "")
    shown = [post for post in ahead if chosen in ("", post.login)]
    return show(
        "upcoming.html",
        first=first,
        last=last,
        before=max(first - timedelta(days=DAYS), today()) if first > today() else None,
        after=last + timedelta(days=1) if last < LAST_DAY else None,
        posts=shown[:MOST],
        left=max(len(shown) - MOST, 0),
        accounts=accounts,
        chosen=chosen,
        rules=lambda post: rules(files.accounts[post.login]),
    )
