"""Which posts are up for approval, and what exactly: by the files what is ahead, by its row what is frozen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import Connection

from campaign.core.ahead import plan
from campaign.core.approval import needed, waits_for_people
from campaign.core.asked import Asked
from campaign.core.compose import Composer
from campaign.core.content import Content, content_of
from campaign.core.lifecycle import ENDED, State
from campaign.core.model import (
    AD_HOC,
    Approval,
    Campaign,
    Slot,
    Target,
    Workspace,
    delivery_key,
    parse_key,
)
from campaign.core.standing import BARRED
from campaign.core.timetable import Moment, moment_at, moments
from campaign.dispatch.approval import voted
from campaign.dispatch.freeze import Freezer
from campaign.errors import CampaignError, Place, Problem
from campaign.store import approvals, history
from campaign.store.history import Delivery

AHEAD = timedelta(days=30)
"""How far ahead posts are asked for where nobody says a day."""

_NONE = Approval.NONE

OPEN = (State.PENDING, State.HELD)
"""States of rows that may still go out."""


class Around(Protocol):
    """What posts are made with: a desk or a planner."""

    @property
    def workspace(self) -> Workspace: ...

    @property
    def composer(self) -> Composer: ...

    @property
    def freezer(self) -> Freezer: ...


def by_keys(around: Around, connection: Connection, keys: Iterable[str]) -> list[Asked]:
    """The posts of these keys (of first parts), in this order; whatever has neither a row nor a plan is left out."""
    wanted = list(dict.fromkeys(approvals.root(key) for key in keys))
    rows = history.by_keys(connection, wanted)
    found = [
        _of_row(around, connection, rows[key]) if key in rows else _of_plan(around, key) for key in wanted
    ]
    return _with_votes(around, connection, [one for one in found if one is not None])


def ahead(
    around: Around,
    connection: Connection,
    after: datetime,
    until: datetime,
    *,
    campaign: str | None = None,
    slot: str | None = None,
) -> list[Asked]:
    """All posts with after < due <= until (aware) that need approval, or that somebody voted on, by time: those without
    a row, and those whose row may still go out, whenever they are due by it."""
    waiting = [
        row
        for row in history.deliveries(connection, states=OPEN, campaign=campaign, slot=slot)
        if row.part == 1
    ]
    moved = approvals.moved_to(connection, [row.key for row in waiting])
    found = [
        _of_row(around, connection, row)
        for row in waiting
        if after < moved.get(row.key, row.due) <= until or waits_for_people(row.reason)
    ]
    planned = {
        delivery_key(here.id, there.id, moment.wall, target.name): (here, there, moment, target)
        for here, there in around.workspace.slots()
        if campaign in (None, here.id) and slot in (None, there.id)
        for moment in moments(there.timetable, after, until)
        for target in there.targets
    }
    spoken_of = approvals.slots(connection, {(here.id, there.id) for here, there, _, _ in planned.values()})
    asking = [
        key
        for key, (here, there, _, target) in planned.items()
        if (here.id, there.id) in spoken_of or needed(there, target) is not _NONE
    ]
    there_already = history.existing_keys(connection, asking)
    found += [_ahead(around, *planned[key]) for key in asking if key not in there_already]
    asked = _with_votes(around, connection, [one for one in found if one is not None])
    return sorted(
        (one for one in asked if one.approval is not _NONE or one.votes), key=lambda one: (one.due, one.key)
    )


def lacking(around: Around, connection: Connection, after: datetime, until: datetime) -> list[Asked]:
    """Those of ``ahead`` that may not go out yet, because approval is missing or somebody rejected them."""
    return [one for one in ahead(around, connection, after, until) if one.missing]


def frozen_now(connection: Connection, one: Asked, row: Delivery | None) -> Content | None:
    """What a post says by its row, as this transaction sees it; None where it is not frozen (then the files say)."""
    posts = approvals.thread(connection, row) if row is not None else []
    if row is None or not posts:
        return None
    root = approvals.root(row.key)
    moved = approvals.moved_to(connection, [root]).get(root, row.due)
    return content_of(posts, one.target, moved)


def content_ahead(
    around: Around, campaign: Campaign, slot: Slot, moment: Moment, target: Target, due: datetime
) -> Content | None:
    """What a planned post would say; None where it can't be made."""
    one = _ahead(around, campaign, slot, moment, target)
    return one.content.moved(due) if one is not None and one.content is not None else None


# -- one post --------------------------------------------------------------------------------------------


def _ahead(
    around: Around,
    campaign: Campaign,
    slot: Slot,
    moment: Moment,
    target: Target,
    due: datetime | None = None,
) -> Asked | None:
    """A post as the files say it; None if it says nothing on its day."""
    planned = plan(around.workspace, around.composer, campaign, slot, target, moment)
    if planned.quiet:
        return None
    when = due or moment.due
    one = Asked(
        key=planned.key,
        campaign=campaign.id,
        slot=slot.id,
        target=target,
        zone=campaign.zone,
        due=when,
        approval=needed(slot, target),
        posts=planned.composition.drafts,
        content=None,
        problems=planned.problems,
        place=slot.place,
    )
    if not planned.composition.posts:
        return one
    try:
        posts = [around.freezer.seen(post) for post in planned.composition.posts]
    except CampaignError as error:
        unread = Problem(slot.place, error.message, error.hint, rule="media", key=planned.key)
        return replace(one, problems=(*one.problems, unread))
    return replace(one, posts=tuple(posts), content=content_of(posts, target, when))


def _of_plan(around: Around, key: str) -> Asked | None:
    found = _planned(around.workspace, key)
    return _ahead(around, *found) if found is not None else None


def _of_row(around: Around, connection: Connection, row: Delivery) -> Asked | None:
    target = around.workspace.target(row.target)
    if target is None:
        return None
    due = approvals.moved_to(connection, [row.key]).get(row.key, row.due)
    posts = approvals.thread(connection, row)
    if not posts and row.redacted_at is None:
        found = _planned(around.workspace, row.key)
        one = _ahead(around, *found, due) if found is not None else None
        return replace(one, state=row.state, reason=row.reason) if one is not None else None
    campaign = around.workspace.campaigns.get(row.campaign)
    slot = campaign.slot(row.slot) if campaign else None
    place = slot.place if slot else Place(f"schedules/{row.campaign}.yaml")
    return Asked(
        key=row.key,
        campaign=row.campaign,
        slot=row.slot,
        target=target,
        zone=campaign.zone if campaign else around.workspace.zone,
        due=due,
        approval=needed(slot, target),
        posts=tuple(posts),
        content=content_of(posts, target, due) if posts else None,
        problems=tuple(_against(row, slot, place)),
        state=row.state,
        reason=row.reason,
        place=place,
    )


def _against(row: Delivery, slot: Slot | None, place: Place) -> Iterator[Problem]:
    """Why a frozen post can't be approved, whoever wants to."""
    if slot is None and row.campaign != AD_HOC and row.state not in ENDED:
        yield Problem(place, "its planned post is not in the files (any more)", "", rule="gone", key=row.key)
    if row.state is State.HELD and row.reason.startswith(BARRED):
        yield Problem(place, row.reason, "", rule="standing", key=row.key)


def _planned(workspace: Workspace, key: str) -> tuple[Campaign, Slot, Moment, Target] | None:
    try:
        parsed = parse_key(key)
    except ValueError:
        return None
    campaign = workspace.campaigns.get(parsed.campaign)
    slot = campaign.slot(parsed.slot) if campaign else None
    target = workspace.target(parsed.target)
    if campaign is None or slot is None or target is None or target not in slot.targets:
        return None
    moment = moment_at(slot.timetable, parsed.wall)
    return (campaign, slot, moment, target) if moment is not None else None


def _with_votes(around: Around, connection: Connection, found: Sequence[Asked]) -> list[Asked]:
    return [replace(one, votes=tuple(voted.of(connection, around.workspace, one))) for one in found]
