"""What comes next and how many today, without composing a text: for the first line of ``plan`` and ``status``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import islice

from sqlalchemy import Connection

from campaign.core.lifecycle import State
from campaign.core.model import Campaign, Slot, Workspace, delivery_key
from campaign.core.quiet import why_quiet
from campaign.core.timetable import Moment, moments, to_utc
from campaign.review import times
from campaign.review.words import count
from campaign.store import history
from campaign.store.holding import Runner

HORIZON = timedelta(days=366)
"""How far ahead the next post is looked for."""

FIRST, PIECE = 4, 100
"""Moments of a slot that are compared with the store at once: at first, and where those don't do."""


@dataclass(frozen=True, slots=True)
class Coming:
    """When the next post is due (aware), or None; and how many go out until midnight in the workspace's zone."""

    next: datetime | None
    today: int


def coming(connection: Connection, workspace: Workspace, now: datetime) -> Coming:
    """What is still to go out: occurrences without a row, and rows that wait."""
    day = times.local(now, workspace.zone).date() + timedelta(days=1)
    midnight = to_utc(datetime.combine(day, time()), workspace.zone)
    waiting = history.deliveries(connection, states=[State.PENDING])
    dues = [max(row.not_before, now) for row in waiting if row.part == 1]
    today = sum(due < midnight for due in dues)
    ahead = [(*each, moments(each[1].timetable, now, now + HORIZON)) for each in workspace.slots()]
    size = FIRST
    # All slots together, and the days ahead in pieces: as a rule the first one holds an open moment.
    while ahead:
        pieces = [
            [(moment, _keys(workspace, campaign, slot, moment)) for moment in islice(of_slot, size)]
            for campaign, slot, of_slot in ahead
        ]
        # A row that waits is counted already; any other means that it is decided.
        known = history.existing_keys(
            connection, [key for piece in pieces for _, keys in piece for key in keys]
        )
        left = []
        for each, piece in zip(ahead, pieces, strict=True):
            still = [(moment.due, sum(key not in known for key in keys)) for moment, keys in piece]
            dues += [due for due, number in still if number]
            today += sum(number for due, number in still if due < midnight)
            enough = piece and piece[-1][0].due >= midnight and any(number for _, number in still)
            if piece and not enough:
                left.append(each)
        ahead, size = left, PIECE
    return Coming(min(dues, default=None), today)


def _keys(workspace: Workspace, campaign: Campaign, slot: Slot, moment: Moment) -> list[str]:
    """What goes out at a moment, on days that are not quiet."""
    return [
        delivery_key(campaign.id, slot.id, moment.wall, target.name)
        for target in slot.targets
        if not why_quiet(workspace, campaign, slot, target, moment.due)
    ]


def headline(
    runner: Runner | None, ahead: Coming, now: datetime, zone: str, kept: datetime | None = None
) -> str:
    """``Running on HOST, next post 18:30``, or in capitals that nothing is. ``kept``: when cron made its last
    pass, if it is trusted to come again."""
    after = f"next post {times.soon(ahead.next, now, zone)}" if ahead.next else "nothing is planned"
    if runner is not None:
        return f"Running on {runner.host}, {after}"
    if kept is not None:
        return f"Kept going by campaign run --once, last {times.ago(kept, now)}, {after}"
    if ahead.next is None:
        return "Nothing is running, and nothing is planned"
    if ahead.today:
        return (
            f"NOTHING IS RUNNING: {count(ahead.today, 'post')} today will not go out. Start it: campaign run"
        )
    return f"NOTHING IS RUNNING, next post {times.soon(ahead.next, now, zone)}. Start it: campaign run"
