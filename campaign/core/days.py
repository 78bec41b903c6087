"""Which days a rule names, and at which times of them: every kind of schedule is days times times of day."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from campaign.core import cron, named, rrules
from campaign.core.when import At, Cron, Dates, Interval, On, Recurrence, Weekly, When

_DAY = timedelta(days=1)


def days(when: When, starts: date | None, low: date, high: date) -> Iterator[date]:
    """The days from ``low`` to ``high`` (both included) that a rule names, in order. ``starts`` anchors those
    kinds that count from it, and bounds none; ValueError if it is missing there."""
    match when:
        case At(moments):
            first, last = bisect_left(moments, _midnight(low)), bisect_left(moments, _midnight(high + _DAY))
            yield from dict.fromkeys(moment.date() for moment in moments[first:last])
        case Weekly(weekdays):
            for ordinal in range(low.toordinal(), high.toordinal() + 1):
                if (ordinal - 1) % 7 in weekdays:  # 1 January of the year 1, ordinal 1, was a Monday
                    yield date.fromordinal(ordinal)
        case Interval():
            yield from map(date.fromordinal, _every(when, starts, low, high))
        case Cron(expression):
            for year in range(low.year, high.year + 1):
                yield from (day for day in cron.days_in(expression, year) if low <= day <= high)
        case Recurrence(rrule):
            yield from rrules.days(rrule, _anchor(starts), low, high)
        case On(day, offset, _, which):
            moved = timedelta(days=offset)
            yield from (found + moved for found in named.days(day, which, low - moved, high - moved))


def times(when: When, day: date) -> tuple[time, ...]:
    """The times of day of one of a rule's days, in order."""
    match when:
        case At(moments):
            first, last = bisect_left(moments, _midnight(day)), bisect_left(moments, _midnight(day + _DAY))
            return tuple(moment.time() for moment in moments[first:last])
        case Cron(expression):
            return cron.times_of(expression)
        case _:
            return when.times


def count(when: When, starts: date | None, low: date, high: date) -> int:
    """How many occurrences (days times times) there are from ``low`` to ``high``, both included."""
    match when:
        case At(moments):
            return bisect_left(moments, _midnight(high + _DAY)) - bisect_left(moments, _midnight(low))
        case Weekly(weekdays, at):
            # The n-th such weekday up to a day, counted without walking there.
            upto = [
                [(end - weekday + 6) // 7 for end in (low.toordinal() - 1, high.toordinal())]
                for weekday in weekdays
            ]
            return len(at) * sum(max(0, after - before) for before, after in upto)
        case Interval():
            return len(when.times) * len(_every(when, starts, low, high))
        case Cron(expression):
            return len(cron.times_of(expression)) * sum(1 for _ in days(when, starts, low, high))
        case _:
            return len(when.times) * sum(1 for _ in days(when, starts, low, high))


def is_finite(when: When) -> bool:
    """Whether a rule names a list of days, so that it can be numbered without a first day."""
    return isinstance(when, At) or (isinstance(when, On) and isinstance(when.day, Dates))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time())


def _anchor(starts: date | None) -> date:
    if starts is None:
        raise ValueError("a rule that counts from `starts` has none")
    return starts


def _every(when: Interval, starts: date | None, low: date, high: date) -> range:
    """The ordinals of an interval's days: all those since ``starts`` that are in the window."""
    begin = _anchor(starts).toordinal()
    missed = max(0, -(-(low.toordinal() - begin) // when.days))
    return range(begin + missed * when.days, high.toordinal() + 1, when.days)
