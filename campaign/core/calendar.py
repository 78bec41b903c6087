"""What the calendar has against a slot that hangs on an observance: another country's day, a date not yet announced."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from campaign.core.model import Campaign, Slot, Workspace
from campaign.core.observances import Awaited, awaited
from campaign.core.when import Dates, On
from campaign.errors import Level, Problem


def foreign(workspace: Workspace, campaign: Campaign, slot: Slot) -> Iterator[Problem]:
    """A warning where a slot hangs on a day of other countries than its audience's."""
    observance = workspace.observances.get(slot.on)
    if observance is None:
        return
    audiences = [workspace.speaks_to(campaign, target.account) for target in slot.targets]
    theirs = sorted({a.country for a in audiences if a is not None and observance.is_foreign(a)})
    if theirs:
        days = " and ".join(sorted(observance.scope))
        message = f"{slot.on!r} is a day of {days}, and this speaks to people in {' and '.join(theirs)}"
        hint = f"name a day of theirs, or say whom the campaign speaks to: audience: {{country: {days[:2]}}}"
        yield Problem(slot.place, message, hint, Level.WARN, "scope")


def unannounced(workspace: Workspace, campaign: Campaign, slot: Slot, today: date) -> Problem | None:
    """What is missing where the observance of a slot has no date for a year: a warning from ``lead_days`` before it
    would be needed, before that an advice. None where it waits for no date."""
    observance, when = workspace.observances.get(slot.on), slot.timetable.when
    if observance is None or not isinstance(when, On) or not isinstance(when.day, Dates):
        return None
    wanted = awaited(when.day, today - timedelta(days=when.offset))
    if wanted is None:
        return None
    offset = timedelta(days=when.offset)
    if campaign.ends is not None and wanted.first + offset > campaign.ends:
        return None
    near = wanted.first + min(offset, timedelta()) - timedelta(days=observance.lead_days) <= today
    return Problem(
        slot.place,
        f"no date announced for {wanted.year} yet: {slot.on!r} {_usually(wanted)}",
        f"when it is, write it into {observance.place.file}: {{{wanted.year}: {wanted.year}-…}}",
        Level.WARN if near else Level.ADVICE,
        "unannounced",
    )


def _usually(wanted: Awaited) -> str:
    first, last = (f"{day.day} {day:%B}" for day in (wanted.first, wanted.last))
    return f"was on {first} so far" if first == last else f"was between {first} and {last} so far"
