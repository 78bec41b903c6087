"""Approvals: everything that is approved with a post is shown, and what a person decides is bound to what they saw."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from itertools import count

from flask import Blueprint, Response, request
from werkzeug.exceptions import BadRequest

from campaign.core.asked import Asked
from campaign.core.content import goes_to
from campaign.dispatch.approval import approvable
from campaign.dispatch.approval.approve import Decision, approve, reject
from campaign.dispatch.decide import Desk
from campaign.errors import CampaignError
from campaign.review.approvals import changes
from campaign.web.here import back, say, show, site, takes, visitor

pages = Blueprint("approvals", __name__)

AHEAD = timedelta(days=30)
"""How far ahead posts are asked about."""

MOST = 30
"""Posts that are decided about at once; then the next ones are shown."""


@pages.get("/approvals")
@takes("")
def overview() -> Response:
    """What lacks approval in the next days, by time, each with a form for those who may."""
    return _page()


def _page(http: int = 200, failed: Mapping[str, str] | None = None) -> Response:
    here, now = site(), site().now()
    desk = here.desk(visitor().who)
    with here.station.store.read() as connection:
        lacking = approvable.lacking(desk, connection, now, now + AHEAD)
    return show(
        "approvals.html",
        http,
        asked=lacking[:MOST],
        left=max(len(lacking) - MOST, 0),
        failed=failed or {},
        gone={
            key: said
            for key, said in (failed or {}).items()
            if key not in {one.key for one in lacking[:MOST]}
        },
        where=_where,
        changes=changes,
        digests=_digests,
        rules=here.station.adapters.rules,
        days=AHEAD.days,
    )


@pages.post("/approvals")
@takes("approve")
def decide() -> Response:
    """What the form says about each post: approve, reject with a reason, or nothing yet. Each one alone."""
    desk, failed, seen, done = site().desk(visitor().who), {}, {}, 0
    for key, what, digest, reason in _answers():
        if what == "approve":
            seen[key] = digest
        else:
            try:
                reject(desk, key, reason)
                done += 1
            except CampaignError as error:
                failed[key] = error.message
    for decision in _approved(desk, seen):
        if decision.result.counts:
            done += 1
        else:
            failed[decision.key] = say(f"approve_{decision.result.value}")
    if failed:
        return _page(409, failed)
    return back("approvals.overview", "decided" if done else "decided_nothing")


def _approved(desk: Desk, seen: Mapping[str, str]) -> Iterator[Decision]:
    if seen:
        yield from approve(desk, seen)


def _answers() -> Iterator[tuple[str, str, str, str]]:
    form = request.form
    for number in count():
        key, what = form.get(f"key-{number}"), form.get(f"what-{number}", "later")
        if key is None or number >= MOST:
            return
        if what not in ("approve", "reject", "later"):
            raise BadRequest
        if what != "later":
            yield key, what, form.get(f"seen-{number}", ""), form.get(f"reason-{number}", "")


def _where(one: Asked) -> dict[str, str]:
    """Where and how it appears, by the keys of its account; no secret, not even its name."""
    named = goes_to(one.target.account, secrets=False)
    return {name: value for name, value in named.items() if name not in ("account", "network")}


def _digests(one: Asked) -> list[tuple[str, str]]:
    """The pictures that are approved with it: name, and the beginning of their SHA-256."""
    parts = one.content.parts if one.content is not None else ()
    return [(picture.file, picture.sha256[:12]) for part in parts for picture in part.pictures]
