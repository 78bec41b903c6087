"""How things stand, and first of all what needs a person: the same as ``campaign status``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from flask import Blueprint, Response

from campaign.core.lifecycle import is_quiet
from campaign.dispatch.approval.approvable import lacking
from campaign.errors import Level
from campaign.review.status import Status, is_asked_for, is_barred, read
from campaign.store.history import Delivery
from campaign.web.here import show, site, takes, visitor, workspace

pages = Blueprint("now", __name__)

APPROVALS = timedelta(days=7)
"""How far ahead posts are named that lack approval, as `campaign status` does."""

MOST = 50
"""Posts of a group that the page shows; the log has them all."""


@dataclass(frozen=True, slots=True)
class Group:
    """Posts that need the same. ``name``: of its words (``group_NAME``, ``hint_NAME``)."""

    name: str
    rows: Sequence[Delivery]
    urgent: bool = True

    @property
    def shown(self) -> Sequence[Delivery]:
        return self.rows[:MOST]


@pages.get("/")
@takes("")
def status() -> Response:
    """The page."""
    found = _read()
    errors = [problem for problem in found.problems if problem.level is Level.ERROR]
    return show("status.html", status=found, groups=_groups(found), errors=errors)


def _read() -> Status:
    here, files, now = site(), workspace(), site().now()
    store = here.station.store
    problems = here.problems(files, now)
    desk = here.desk(visitor().who)
    runner = store.holder()
    facts = {name: store.get(name) for name in ("last_tick", "last_tick_by", "clock")}
    with store.read() as connection:
        unapproved = lacking(desk, connection, now, now + APPROVALS)
        return read(connection, files, problems, runner, facts.get, now, unapproved)


def _groups(found: Status) -> list[Group]:
    late = [row for row in found.besides(found.missed) if not is_quiet(row.reason)]
    quiet = [row for row in found.missed if is_quiet(row.reason)]
    held, asked = found.besides(found.held), {one.key for one in found.unapproved}
    groups = [
        Group("after_pause", found.waiting_for(going=False)),
        Group("barred", [row for row in found.held if is_barred(row)]),
        Group("overdue", found.overdue),
        Group("uncertain", found.uncertain),
        Group("failed", found.failed),
        Group("held", [row for row in held if not is_barred(row) and not is_asked_for(row, asked)]),
        Group("flagged", [one.row for one in found.flagged]),
        Group("to_withdraw", found.to_withdraw),
        Group("missed", late),
        Group("in_pause", found.waiting_for(going=True), urgent=False),
        Group("quiet", quiet, urgent=False),
    ]
    return [group for group in groups if group.rows]
