"""One post: what it says, what was tried, what the network answered, what people decided."""

from __future__ import annotations

from flask import Blueprint, Response, request
from werkzeug.exceptions import BadRequest

from campaign.core.marks import Verdict
from campaign.dispatch.marking import mark
from campaign.review.checklist import QUESTIONS
from campaign.review.marks import of_posts
from campaign.review.story import told
from campaign.review.waiting import explained
from campaign.store import approvals, history
from campaign.web.here import back, language, show, site, takes, visitor, workspace
from campaign.web.posts import shown

pages = Blueprint("post", __name__)


@pages.get("/post/<path:key>")
@takes("")
def story(key: str) -> Response:
    """The page."""
    post = shown(key)
    row, attempts, events = post.row, [], []
    parts, reviewed = [], None
    with site().station.store.read() as connection:
        votes = approvals.votes_on(connection, approvals.root(key))
    if row is not None:
        with site().station.store.read() as connection:
            accounts = history.accounts(connection)
            attempts = history.attempts(connection, key)
            events = told(history.events(connection, key=key))
            first = key.partition("#")[0]
            keys = [first, *(f"{first}#{number}" for number in range(2, row.parts + 1))]
            reviewed = of_posts(connection, [first]).get(first)
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
        votes=votes,
        reviewed=reviewed,
        questions=QUESTIONS[language()],
    )


@pages.post("/review/<path:key>")
@takes("review")
def review(key: str) -> Response:
    """Say that a post is right, or what is wrong with it, or that a flag is dealt with."""
    given = request.form.get("verdict", "")
    if given not in set(Verdict):
        raise BadRequest
    verdict, flag = Verdict(given), request.form.get("flag", "")
    mark(
        site().desk(visitor().who),
        key,
        verdict,
        request.form.get("text", ""),
        flags=[flag] if verdict is Verdict.CLOSE else None,
    )
    return back("post.story", f"review_{verdict.value}", key=key)
