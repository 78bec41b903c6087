"""Which of a campaign's occurrences a partner kit holds."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from itertools import islice

from campaign.core.model import Campaign, Slot, Workspace
from campaign.core.quiet import why_quiet
from campaign.core.timetable import Moment, moments, to_utc
from campaign.errors import CampaignError

AHEAD = timedelta(days=366)
"""How far ahead a campaign without `ends` is looked through."""

MOST = 500
"""More would be a page that nobody reads. Our own bound."""

_SECOND = timedelta(seconds=1)


def occurrences(
    workspace: Workspace, campaign: Campaign, today: date, first: date | None, last: date | None
) -> list[tuple[Slot, Moment]]:
    """The occurrences from ``first`` to ``last`` (days of the campaign's zone, both included), by time.

    Where neither is named: from today to the campaign's end, but of each planned post only the next, and of a table
    each row once. CampaignError when there are none or too many, and for days that are over.
    """
    begin = first or today
    if begin < today:
        # Help lines and facts of days that are over are judged on those days, not today.
        raise CampaignError(f"a kit holds what is ahead, and {begin} is over", "name a later day with --from")
    end = last or max(campaign.ends or begin + AHEAD, begin)
    after = to_utc(datetime.combine(begin, time()), campaign.zone) - _SECOND
    until = to_utc(datetime.combine(end + timedelta(days=1), time()), campaign.zone) - _SECOND
    every = first is not None or last is not None
    found: list[tuple[Slot, Moment]] = []
    for slot in campaign.slots:
        rows = max(1, len(workspace.tables.get(slot.rows or "", ())))
        seen: set[int] = set()
        for moment in islice(moments(slot.timetable, after, until), MOST + 1):
            if all(why_quiet(workspace, campaign, slot, target, moment.due) for target in slot.targets):
                continue  # partners need not say what we keep quiet about on that day
            row = 0 if slot.rows is None or moment.index is None else moment.index % rows
            if every or row not in seen:
                seen.add(row)
                found.append((slot, moment))
            elif len(seen) >= rows:
                break
    if not found:
        message = f"{campaign.id} has nothing planned from {begin} to {end}"
        raise CampaignError(message, "name other days with --from and --to")
    if len(found) > MOST:
        message = f"more than {MOST} posts lie between {begin} and {end}"
        raise CampaignError(message, "name fewer days with --from and --to")
    return sorted(found, key=lambda pair: (pair[1].due, pair[0].id))
