"""The calendar of the directory: which days of which observances a year from now holds."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign.core.observances import FAITH, Observance
from campaign.core.when import Dates, Named, Nth, Span, Yearly
from campaign.review.directory.calendar import AHEAD, coming

SIXTEEN = Span(Yearly(11, 25), Yearly(12, 10))
TURN = Span(Yearly(12, 20), Yearly(1, 5))
FEBRUARY = Span(Yearly(2, 1), Yearly(2, 29))


def found(rule: Named, today: str) -> list[tuple[str, str]]:
    days = coming([Observance("a", rule, {"en": "A day"})], date.fromisoformat(today))
    return [(str(day.first), str(day.last)) for day in days]


@pytest.mark.parametrize(
    ("rule", "today", "days"),
    [
        (Yearly(7, 30), "2026-12-01", [("2027-07-30", "2027-07-30")]),
        (Yearly(7, 30), "2027-07-30", [("2027-07-30", "2027-07-30")]),
        (SIXTEEN, "2026-12-10", [("2026-11-25", "2026-12-10"), ("2027-11-25", "2027-12-10")]),
        (SIXTEEN, "2026-12-11", [("2027-11-25", "2027-12-10")]),
        (TURN, "2027-01-02", [("2026-12-20", "2027-01-05"), ("2027-12-20", "2028-01-05")]),
        (FEBRUARY, "2026-12-01", [("2027-02-01", "2027-02-28")]),
        (Nth(10, 0, 2), "2026-12-01", [("2027-10-11", "2027-10-11")]),
        (
            Dates((date(2026, 3, 11), date(2027, 3, 9), date(2029, 3, 9))),
            "2026-12-01",
            [("2027-03-09", "2027-03-09")],
        ),
        (Dates(()), "2026-12-01", []),
        (Yearly(2, 29), "2026-12-01", []),
    ],
)
def test_what_a_year_holds(rule: Named, today: str, days: list[tuple[str, str]]) -> None:
    assert found(rule, today) == days


def test_without_a_name_or_from_memory_it_is_not_shown() -> None:
    today = date(2026, 12, 1)
    shown = [
        Observance("b", Yearly(7, 30), {"en": "B"}, frozenset({"ID", "GB"})),
        Observance("a", Yearly(7, 30), {"en": "A"}, frozenset({FAITH})),
    ]
    hidden = [
        Observance("c", Yearly(7, 30)),
        Observance("d", Yearly(7, 30), {"en": "D"}, looked_up=False),
    ]
    assert [(day.id, day.where) for day in coming([*shown, *hidden], today)] == [
        ("a", ()),
        ("b", ("GB", "ID")),
    ]


@given(
    today=st.dates(date(2000, 1, 1), date(2090, 12, 31)),
    begin=st.tuples(st.integers(1, 12), st.integers(1, 28)),
    end=st.tuples(st.integers(1, 12), st.integers(1, 28)),
)
def test_every_span_touches_the_year_and_no_day_is_missing(
    today: date, begin: tuple[int, int], end: tuple[int, int]
) -> None:
    rule = Span(Yearly(*begin), Yearly(*end))
    days = coming([Observance("a", rule, {"en": "A"})], today)
    assert all(day.first <= day.last and day.last >= today and day.first <= today + AHEAD for day in days)
    covered = {day.first + timedelta(days=n) for day in days for n in range((day.last - day.first).days + 1)}
    for n in range(AHEAD.days + 1):
        here = today + timedelta(days=n)
        if (here.month, here.day) in (begin, end):
            assert here in covered
