"""One post: what it says, what was tried, what the network answered, what people decided."""

from __future__ import annotations

from flask import Blueprint, Response

from campaign.review.story import told
from campaign.review.waiting import explained
from campaign.store import history
from campaign.web.here import show, site, takes, workspace
from campaign.web.posts import shown

pages = Blueprint("post", __name__)


@pages.get("/post/<path:key>")
@takes("")
def story(key: str) -> Response:
    """The page."""
    post = shown(key)
    row, attempts, events = post.row, [], []
    parts = []
    if row is not None:
        with site().station.store.read() as connection:
            accounts = history.accounts(connection)
            attempts = history.attempts(connection, key)
            events = told(history.events(connection, key=key))
            first = key.partition("#")[0]
            keys = [first, *(f"{first}#{number}" for number in range(2, row.parts + 1))]
            parts = sorted(history.by_keys(connection, keys).values(), key=lambda each: each.part)
        (row,) = explained([row], accounts, workspace(), site().now())
    account = workspace().accounts.get(post.target.partition(".")[0])
    rules = site().station.adapters.rules(account) if account is not None else None
    return show(
        "post.html",
        post=post,
        row=row,
        attempts=attempts,
        events=events,
        parts=parts,
        rules=rules,
    )
