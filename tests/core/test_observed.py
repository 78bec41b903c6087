"""Awareness days as spans: once a year, over the turn of a year, a whole month, announced."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign.core.observed import NamedDay
from campaign.core.when import Dates, Yearly

DAYS = st.dates(date(2000, 1, 1), date(2090, 12, 31))
YEAR = timedelta(days=364)


def spans(day: NamedDay, first: str, last: str) -> list[tuple[str, str]]:
    found = day.spans(date.fromisoformat(first), date.fromisoformat(last))
    return [(str(begin), str(end)) for begin, end in found]


@pytest.mark.parametrize(
    ("day", "found"),
    [
        (NamedDay("a", {}, Yearly(7, 30)), [("2027-07-30", "2027-07-30")]),
        (NamedDay("a", {}, Yearly(11, 25), Yearly(12, 10)), [("2026-11-25", "2026-12-10")]),
        (
            NamedDay("a", {}, Yearly(12, 20), Yearly(1, 5)),
            [("2026-12-20", "2027-01-05")],
        ),
        (NamedDay("a", {}, Yearly(2, 1), month=True), [("2027-02-01", "2027-02-28")]),
        (
            NamedDay("a", {}, Dates((date(2026, 3, 11), date(2027, 3, 9), date(2029, 3, 9)))),
            [("2027-03-09", "2027-03-09")],
        ),
        (NamedDay("a", {}, Dates(())), []),
        (NamedDay("a", {}, Yearly(2, 29)), []),
    ],
)
def test_what_is_to_come_in_a_year(day: NamedDay, found: list[tuple[str, str]]) -> None:
    assert spans(day, "2026-12-01", "2027-11-24") == found


def test_a_leap_day_comes_in_leap_years() -> None:
    assert spans(NamedDay("a", {}, Yearly(2, 29)), "2027-01-01", "2029-01-01") == [
        ("2028-02-29", "2028-02-29")
    ]


@given(
    today=DAYS,
    begin=st.tuples(st.integers(1, 12), st.integers(1, 28)),
    end=st.none() | st.tuples(st.integers(1, 12), st.integers(1, 28)),
)
def test_every_span_touches_the_window_and_none_is_missing(
    today: date, begin: tuple[int, int], end: tuple[int, int] | None
) -> None:
    day = NamedDay("a", {}, Yearly(*begin), Yearly(*end) if end else None)
    found = list(day.spans(today, today + YEAR))
    assert found == sorted(found)
    assert all(first <= last and last >= today and first <= today + YEAR for first, last in found)
    covered = {first + timedelta(days=n) for first, last in found for n in range((last - first).days + 1)}
    for n in range(YEAR.days + 1):
        here = today + timedelta(days=n)
        if (here.month, here.day) == begin:
            assert here in covered
