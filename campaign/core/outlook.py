"""The look ahead: all that is wrong with a workspace (as loaded, as its posts would run), without the store."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from campaign.core import calendar
from campaign.core.ahead import Planned, outlook, plan, upcoming
from campaign.core.approval import understaffed
from campaign.core.compose import Composer
from campaign.core.model import Campaign, Slot, Workspace
from campaign.core.timetable import HORIZON, Moment, first, moments, to_wall
from campaign.core.told import objections
from campaign.core.translations import untranslated
from campaign.errors import Level, Problem

__all__ = ["DAYS", "Planned", "check", "no_row_left", "outlook", "plan", "upcoming"]

DAYS = 30
"""How far ahead problems of time are computed by default."""

_TIMED = {"length", "missed", "repeat", "shift"}
"""Rules whose messages hold a time or a count that differs from one occurrence to the next."""


def check(workspace: Workspace, composer: Composer, now: datetime, days: int = DAYS) -> list[Problem]:
    """All problems, sorted by place; the same fault at many occurrences is one problem, "(and 49 more)".

    Posts due in the next ``days`` days after ``now`` (aware) are composed and timed; of a slot without any, its next.
    """
    found = [*workspace.problems, *untranslated(workspace), *objections(workspace), *_overdue(workspace, now)]
    found += understaffed(workspace)
    seen = set()
    for post in upcoming(workspace, composer, now, now + timedelta(days=days)):
        seen.add((post.campaign.id, post.slot.id))
        found += post.problems
    for campaign in workspace.campaigns.values():
        if campaign.ends is not None and campaign.ends < to_wall(now, campaign.zone).date():
            message = f"this campaign ended on {campaign.ends}: nothing of it goes out"
            found.append(Problem(campaign.place, message, "", Level.WARN, "over"))
            continue
        for slot in campaign.slots:
            found += [
                *_schedule(workspace, campaign, slot, now),
                *calendar.foreign(workspace, campaign, slot),
            ]
            if (campaign.id, slot.id) not in seen and (moment := first(slot.timetable, now)) is not None:
                for target in slot.targets:
                    found += plan(workspace, composer, campaign, slot, target, moment).problems
    return sorted(grouped(found), key=lambda problem: (problem.place, problem.rule, problem.key))


def _overdue(workspace: Workspace, now: datetime) -> Iterator[Problem]:
    for pack in workspace.packs:
        if pack.review_by < to_wall(now, workspace.zone).date():
            message = f"the pack {pack} had to be reviewed by {pack.review_by}"
            hint = f"ask {pack.issuer} for a newer version, and take it with campaign import"
            yield Problem(pack.place, message, hint, Level.WARN, "pack")


def _schedule(workspace: Workspace, campaign: Campaign, slot: Slot, now: datetime) -> Iterator[Problem]:
    missing = calendar.unannounced(workspace, campaign, slot, to_wall(now, campaign.zone).date())
    ahead = first(slot.timetable, now)
    if missing is not None and (ahead is None or missing.level is Level.WARN):
        yield missing
    elif ahead is None:
        if next(moments(slot.timetable, now - HORIZON, now), None) is None:
            yield Problem(slot.place, f"{slot.id!r} never happens", "", Level.WARN, "never")
        else:
            yield Problem(
                slot.place, f"{slot.id!r} is over: it never happens again", "", Level.ADVICE, "over"
            )
    elif (short := no_row_left(campaign, slot, now)) is not None:
        when = f"{to_wall(short.due, campaign.zone):%Y-%m-%d %H:%M}"
        yield Problem(
            slot.place,
            f"posts/{slot.rows} has no row left for {when}, and the campaign ends on {campaign.ends}",
            "add rows, or repeat: true to start again",
            Level.WARN,
            "rows",
        )


def no_row_left(campaign: Campaign, slot: Slot, now: datetime) -> Moment | None:
    """The first moment for which the table of a slot has no row, though its campaign goes on; None: there is none."""
    if slot.rows is None or slot.timetable.count is None or campaign.ends is None:
        return None
    # One occurrence more than there are rows: if there could be one, the rows are too few.
    more = replace(slot.timetable, count=slot.timetable.count + 1)
    possible = moments(more, now - HORIZON, now + HORIZON)
    return next((moment for moment in possible if moment.index == slot.timetable.count), None)


def grouped(problems: Iterable[Problem]) -> list[Problem]:
    """The same fault at many occurrences as one problem, "(and 49 more)"."""
    groups: dict[tuple[object, ...], list[Problem]] = {}
    for problem in problems:
        message = re.sub(r"\d+", "0", problem.message) if problem.rule in _TIMED else problem.message
        groups.setdefault((problem.place, problem.level, problem.rule, message), []).append(problem)
    return [
        replace(group[0], message=f"{group[0].message} (and {len(group) - 1} more)")
        if len(group) > 1
        else group[0]
        for group in groups.values()
    ]
