"""Days on which a post says nothing: those of its ``quiet_on``, and days of remembrance if it is cheerful."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from campaign.core.hotlines import Audience
from campaign.core.lifecycle import QUIET_DAY
from campaign.core.model import Campaign, Slot, Target, Workspace
from campaign.core.observances import HOLIDAYS, Observance, Tone
from campaign.core.pacing import quiet_end
from campaign.core.timetable import to_utc, to_wall

LONGEST = timedelta(days=31)
"""How far ahead of a post the next quiet day is looked for that it must not slip into."""


def why_quiet(workspace: Workspace, campaign: Campaign, slot: Slot, target: Target, due: datetime) -> str:
    """Why a post that is due at an instant (aware) is kept back for its day; "" if it is not.

    The day is the campaign's local one on which it would go out: after the quiet hours, if it is due in them. The
    reason begins with ``QUIET_DAY``.
    """
    if not _has_any(slot):
        return ""
    day = to_wall(quiet_end(due, slot.quiet, campaign.zone), campaign.zone).date()
    return _reason(workspace, campaign, slot, target, day)


def speaks_until(
    workspace: Workspace,
    campaign: Campaign,
    slot: Slot,
    target: Target,
    not_before: datetime,
    deadline: datetime | None,
) -> tuple[datetime | None, str]:
    """The last instant at which a post may still go out that is ready at ``not_before`` (aware): its ``deadline``, or
    the end of the last day before a quiet one; then also why."""
    if not _has_any(slot):
        return deadline, ""
    last = not_before + LONGEST if deadline is None else min(deadline, not_before + LONGEST)
    day, end = (to_wall(instant, campaign.zone).date() for instant in (not_before, last))
    while day < end:
        day += timedelta(days=1)
        if reason := _reason(workspace, campaign, slot, target, day):
            midnight = to_utc(datetime.combine(day, time()), campaign.zone)
            return midnight - timedelta(seconds=1), f"not after midnight: {reason}"
    return deadline, ""


def _has_any(slot: Slot) -> bool:
    return slot.tone is Tone.CHEERFUL or bool(slot.quiet_on)


def _reason(workspace: Workspace, campaign: Campaign, slot: Slot, target: Target, day: date) -> str:
    audience = workspace.speaks_to(campaign, target.account)
    language = workspace.languages[0]
    for name in slot.quiet_on:
        if name == HOLIDAYS:
            found = workspace.holidays.name(audience, day) if audience is not None else ""
            if found and audience is not None:
                return _said(day, f"{found}, a public holiday ({audience.country})")
        elif (observance := workspace.observances.get(name)) is not None and observance.is_on(day):
            return _said(day, observance.called(language))
    if slot.tone is Tone.CHEERFUL and (remembered := _remembered(workspace.observances, audience, day)):
        return _said(day, f"{remembered.called(language)}, and this post is cheerful")
    return ""


def _remembered(
    observances: Mapping[str, Observance], audience: Audience | None, day: date
) -> Observance | None:
    """An observance of this audience that asks for remembrance on a day."""
    return next(
        (
            observance
            for observance in observances.values()
            if observance.tone is Tone.REMEMBRANCE and observance.concerns(audience) and observance.is_on(day)
        ),
        None,
    )


def _said(day: date, what: str) -> str:
    return f"{QUIET_DAY}{day.day} {day:%b %Y} is {what}"
