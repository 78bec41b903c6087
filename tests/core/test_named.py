"""Days that have a name, against dateutil and the calendar of the standard library."""

from __future__ import annotations

import calendar
from datetime import date, datetime, timedelta

import pytest
from dateutil.rrule import YEARLY, rrule, weekday
from hypothesis import given, settings
from hypothesis import strategies as st

from campaign.core.named import days, falls_on
from campaign.core.when import Dates, Nth, Span, Which, Yearly

EVER = (date(2019, 1, 1), date(2031, 12, 31))
DAY = timedelta(days=1)
WALK = [EVER[0] + n * DAY for n in range((EVER[1] - EVER[0]).days + 1)]

of_a_year = st.dates(date(2000, 1, 1), date(2000, 12, 31)).map(lambda day: Yearly(day.month, day.day))
nths = st.builds(
    Nth, st.integers(1, 12), st.integers(0, 6), st.sampled_from([-5, -4, -3, -2, -1, 1, 2, 3, 4, 5])
)
spans = st.builds(Span, of_a_year, of_a_year)
rules = st.one_of(of_a_year, nths, spans, st.builds(Dates, st.lists(st.dates(*EVER), max_size=5).map(tuple)))
settled = settings(max_examples=100, deadline=None, derandomize=True)
windows = st.tuples(st.dates(*EVER), st.dates(*EVER)).map(sorted)


@given(nths)
@settled
def test_the_nth_weekday_is_that_of_dateutil(rule: Nth) -> None:
    asked = rrule(
        YEARLY,
        dtstart=datetime.combine(EVER[0], datetime.min.time()),
        until=datetime.combine(EVER[1], datetime.min.time()),
        bymonth=rule.month,
        byweekday=weekday(rule.weekday)(rule.n),
    )
    assert list(days(rule, Which.FIRST, *EVER)) == [found.date() for found in asked]


@given(of_a_year)
@settled
def test_a_fixed_day_is_in_every_year_that_has_it(rule: Yearly) -> None:
    expected = [day for day in WALK if (day.month, day.day) == (rule.month, rule.day)]
    assert list(days(rule, Which.LAST, *EVER)) == expected


@given(spans)
@settled
def test_a_span_is_walked_from_its_first_day_to_its_last(rule: Span) -> None:
    first, last = (rule.first.month, rule.first.day), (rule.last.month, rule.last.day)

    def inside(day: date) -> bool:
        here = (day.month, day.day)
        return first <= here <= last if first <= last else here >= first or here <= last

    assert list(days(rule, Which.EVERY, *EVER)) == [day for day in WALK if inside(day)]


@given(rules, windows, st.sampled_from(Which))
@settled
def test_a_window_shows_what_lies_in_it_in_order_and_once(
    rule: object, window: list[date], which: Which
) -> None:
    low, high = window
    found = list(days(rule, which, low, high))  # type: ignore[arg-type]
    assert found == sorted(set(found))
    assert found == [day for day in days(rule, which, *EVER) if low <= day <= high]  # type: ignore[arg-type]


@given(spans)
@settled
def test_the_first_and_the_last_day_border_on_days_that_are_not_meant(rule: Span) -> None:
    firsts, lasts = (set(days(rule, which, *EVER)) for which in (Which.FIRST, Which.LAST))
    every = set(days(rule, Which.EVERY, *EVER))
    assert firsts | lasts <= every
    if len(every) < len(WALK):  # it does not fill the year
        assert {d for d in every if d - DAY not in every and d > EVER[0]} <= firsts
        assert {d for d in every if d + DAY not in every and d < EVER[1]} <= lasts
    assert all(falls_on(rule, day) is (day in every) for day in WALK[::37])


@pytest.mark.parametrize("month", range(1, 13))
def test_a_month_ends_as_the_calendar_says(month: int) -> None:
    rule = Span(Yearly(month, 1), Yearly(month, 29 if month == 2 else calendar.monthrange(2024, month)[1]))
    expected = [date(year, month, calendar.monthrange(year, month)[1]) for year in range(2019, 2032)]
    assert list(days(rule, Which.LAST, *EVER)) == expected


def test_mothers_day_and_the_last_thursday() -> None:
    of_2027 = (date(2027, 1, 1), date(2027, 12, 31))
    assert list(days(Nth(5, 6, 2), Which.FIRST, *of_2027)) == [date(2027, 5, 9)]
    assert list(days(Nth(11, 3, -1), Which.FIRST, *of_2027)) == [date(2027, 11, 25)]
    assert list(days(Nth(2, 0, 5), Which.FIRST, *of_2027)) == []  # no fifth Monday in a common February


def test_the_leap_day_alone_is_nothing_in_other_years() -> None:
    alone = Span(Yearly(2, 29), Yearly(2, 29))
    for which in Which:
        assert list(days(alone, which, *EVER)) == [date(year, 2, 29) for year in (2020, 2024, 2028)]
