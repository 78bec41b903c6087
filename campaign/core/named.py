"""The days that have a name, year by year: fixed, the n-th weekday of a month, a span, or as they were announced."""

from __future__ import annotations

from calendar import isleap, monthrange
from collections.abc import Iterator
from datetime import date, timedelta

from campaign.core.when import Dates, Named, Nth, Span, Which, Yearly

_DAY = timedelta(days=1)


def days(rule: Named, which: Which, low: date, high: date) -> Iterator[date]:
    """The days from ``low`` to ``high`` (both included) that a rule names, in order. ``which``: the first, the last or
    all days of a span; any other rule names one day."""
    if isinstance(rule, Dates):
        yield from (day for day in sorted(set(rule.days)) if low <= day <= high)
        return
    # A span that begins in the year before may reach into this one.
    for year in range(low.year - 1, high.year + 1):
        yield from (day for day in _in_year(rule, which, year) if low <= day <= high)


def falls_on(rule: Named, day: date) -> bool:
    """Whether a day is one of those that a rule names; every day of a span is."""
    if isinstance(rule, Span):
        spans = (_ends(rule, year) for year in (day.year - 1, day.year))
        return any(begin <= day <= end for begin, end in spans)
    return next(days(rule, Which.EVERY, day, day), None) is not None


def _in_year(rule: Yearly | Nth | Span, which: Which, year: int) -> Iterator[date]:
    match rule:
        case Yearly(month, day):
            if (month, day) != _LEAP_DAY or isleap(year):
                yield date(year, month, day)
        case Nth():
            yield from _nth(rule, year)
        case Span():
            yield from _span(rule, which, year)


def _nth(rule: Nth, year: int) -> Iterator[date]:
    begins, length = monthrange(year, rule.month)
    first = 1 + (rule.weekday - begins) % 7
    all_of_month = range(first, length + 1, 7)
    index = rule.n - 1 if rule.n > 0 else len(all_of_month) + rule.n
    if 0 <= index < len(all_of_month):
        yield date(year, rule.month, all_of_month[index])


def _span(rule: Span, which: Which, year: int) -> Iterator[date]:
    begin, end = _ends(rule, year)
    if end < begin:  # it is 29 February alone, in a year that has none
        return
    match which:
        case Which.FIRST:
            yield begin
        case Which.LAST:
            yield end
        case Which.EVERY:
            yield from (begin + n * _DAY for n in range((end - begin).days + 1))


def _ends(rule: Span, year: int) -> tuple[date, date]:
    """The first and the last day of the span that begins in a year."""
    first, last = rule.first, rule.last
    over = (last.month, last.day) < (first.month, first.day)
    return _near(first, year, date(year, 3, 1)), _near(last, year + over, date(year + over, 2, 28))


_LEAP_DAY = (2, 29)


def _near(day: Yearly, year: int, instead: date) -> date:
    """A day in a year; ``instead`` where it is 29 February and there is none."""
    if (day.month, day.day) == _LEAP_DAY and not isleap(year):
        return instead
    return date(year, day.month, day.day)
