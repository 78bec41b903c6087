"""What can't work about a rule, said before anything is computed from it."""

from __future__ import annotations

from datetime import date, datetime, time

from campaign.core import cron, days, rrules
from campaign.core.when import (
    FIRST_DAY,
    LAST_DAY,
    At,
    Cron,
    Interval,
    Named,
    Nth,
    On,
    Recurrence,
    Span,
    Weekly,
    When,
    Yearly,
)
from campaign.core.zones import zone_problem

_LONGEST_OFFSET = 3660
_LEAP_YEAR = 2000


def validate(when: When, zone: str, starts: date | None, *, numbered: bool = False) -> str | None:
    """What can't work about a rule in a zone (one line: what is wrong, and what to write instead), or None.

    ``starts``: the campaign's first day, if it has one. ``numbered``: the slot takes its rows from a table,
    which are counted from ``starts``.
    """
    if (wrong := zone_problem(zone)) is not None:
        return wrong
    if starts is not None and not FIRST_DAY <= starts <= LAST_DAY:
        return f"starts {starts}: {_BETWEEN}"
    if numbered and starts is None and not days.is_finite(when):
        return "rows are counted from the campaign's `starts`, which is missing"
    match when:
        case At(moments):
            return _moments_problem(moments)
        case Weekly(weekdays, times):
            if not weekdays or not weekdays <= set(range(7)):
                return "every: names no weekday; write days: [mon, thu]"
            return _times_problem(times)
        case Interval(number, times):
            if number < 1:
                return f"every: an interval of {number} days; the least is 1 day"
            if starts is None:
                return "an interval is counted from the campaign's `starts`, which is missing"
            return _times_problem(times)
        case Cron(expression):
            return cron.problem(expression)
        case Recurrence(rrule, times):
            return rrules.problem(rrule, starts, LAST_DAY) or _times_problem(times)
        case On(day, offset, times):
            return _day_problem(day, offset) or _times_problem(times)


_BETWEEN = f"must be from {FIRST_DAY.year} to {LAST_DAY.year}"


def _moments_problem(moments: tuple[datetime, ...]) -> str | None:
    if not moments:
        return "at: names no moment; write at: 2027-07-30 20:00"
    for moment in moments:
        if moment.tzinfo is not None:
            return f"at {moment}: is local time in the campaign's zone; leave the offset out"
        if moment.microsecond:
            return f"at {moment}: nothing goes out at a part of a second"
        if not FIRST_DAY <= moment.date() <= LAST_DAY:
            return f"at {moment}: {_BETWEEN}"
    return None


def _times_problem(times: tuple[time, ...]) -> str | None:
    if not times:
        return 'at: names no time of day; write at: "09:00"'
    for at in times:
        if at.tzinfo is not None:
            return f"at {at}: is local time in the campaign's zone; leave the offset out"
        if at.microsecond:
            return f"at {at}: nothing goes out at a part of a second"
    return None


def _day_problem(day: Named, offset: int) -> str | None:
    if abs(offset) > _LONGEST_OFFSET:
        return f"offset {offset} days: at most {_LONGEST_OFFSET} days"
    match day:
        case Yearly():
            return _yearly_problem(day)
        case Span(first, last):
            return _yearly_problem(first) or _yearly_problem(last)
        case Nth(month, weekday, n):
            if not 1 <= month <= 12 or not 0 <= weekday <= 6 or not 1 <= abs(n) <= 5:
                return f"on: there is no weekday {weekday} number {n} in month {month}"
            return None
    if not day.days:
        return "on: names no day"
    wrong = next((named for named in day.days if not FIRST_DAY <= named <= LAST_DAY), None)
    return f"on {wrong}: {_BETWEEN}" if wrong is not None else None


def _yearly_problem(day: Yearly) -> str | None:
    try:
        date(_LEAP_YEAR, day.month, day.day)
    except ValueError:
        return f"on: there is no day {day.day} in month {day.month}"
    return None
