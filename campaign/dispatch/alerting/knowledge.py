"""Alerts about what posts of the coming week print and will not be allowed to print then: a help line whose check runs
out, a fact whose review is due.

Which ones a post prints is known only when it is made, so the week is made, once for each version of the files and each
day; a post with ``if_stale: page`` goes out all the same and is not told.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from campaign.core.alert import Alert, AlertKind
from campaign.core.compose import Composer
from campaign.core.helpline import RULE as HOTLINE
from campaign.core.model import Text, Workspace, delivery_key
from campaign.core.quiet import why_quiet
from campaign.core.text import TextRules
from campaign.core.timetable import moments, to_wall
from campaign.errors import Level
from campaign.store import history

AHEAD = timedelta(days=7)
"""How far ahead it looks: time to call a help line."""

SOON = timedelta(days=1)
"""How long before the first of the posts it is told at once, a second time."""

KINDS = {HOTLINE: AlertKind.HOTLINE, "fact": AlertKind.FACT}


@dataclass(frozen=True, slots=True)
class Trouble:
    """A post to come that will not be allowed to say what it says. ``message`` names ids and days, never its words."""

    due: datetime
    key: str
    kind: AlertKind
    message: str


_made: list[tuple[Workspace, date, tuple[Trouble, ...]]] = []
"""The last week that was made: the same files on the same day give the same."""


def knowledge(connection: Connection, workspace: Workspace, now: datetime) -> Iterator[Alert]:
    """What somebody has to check within a week, one alert for each thing; a second one when a day is left."""
    ahead = [one for one in _week(workspace, now) if now < one.due <= now + AHEAD]
    decided = history.existing_keys(connection, [one.key for one in ahead])
    troubles: dict[tuple[AlertKind, str], list[Trouble]] = {}
    for one in ahead:
        if one.key not in decided:
            troubles.setdefault((one.kind, one.message), []).append(one)
    for (kind, message), several in troubles.items():
        first = min(several, key=lambda one: (one.due, one.key))
        urgent = first.due <= now + SOON
        which = hashlib.sha256(message.encode()).hexdigest()[:16]
        name = f"{kind}:{which}:{'day' if urgent else 'week'}"
        yield Alert(name, kind, urgent, now, _line(len(several), message), first.key)


def _line(number: int, message: str) -> Text:
    more = {"en": f" (and {number - 1} more)", "id": f" (dan {number - 1} lagi)"} if number > 1 else {}
    return {
        "en": f"would not be sent{more.get('en', '')}: {message}",
        "id": f"tidak akan dikirim{more.get('id', '')}: {message}",
    }


def _week(workspace: Workspace, now: datetime) -> tuple[Trouble, ...]:
    """The troubles from now until the end of the week after, made anew on each day and for other files."""
    today = to_wall(now, workspace.zone).date()
    if not (_made and _made[0][0] is workspace and _made[0][1] == today):
        _made[:] = [(workspace, today, tuple(_troubles(workspace, now, now + AHEAD + SOON)))]
    return _made[0][2]


def _troubles(workspace: Workspace, after: datetime, until: datetime) -> Iterator[Trouble]:
    # The limits of networks and accounts are no matter here, and pictures of cards even less.
    composer = Composer(workspace, lambda account: TextRules(limit=None))
    for campaign, slot in workspace.slots():
        for moment in moments(slot.timetable, after, until):
            for target in slot.targets:
                if why_quiet(workspace, campaign, slot, target, moment.due):
                    continue
                key = delivery_key(campaign.id, slot.id, moment.wall, target.name)
                found = composer.compose(campaign, slot, moment, target).problems
                for problem in dict.fromkeys(p for p in found if p.level is Level.ERROR and p.rule in KINDS):
                    yield Trouble(moment.due, key, KINDS[problem.rule], problem.message)
