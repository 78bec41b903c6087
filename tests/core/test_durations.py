"""Durations as people write them, and what they are told when they write them otherwise."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaign.core.durations import parse, parse_days, spell


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("30 s", timedelta(seconds=30)),
        ("30s", timedelta(seconds=30)),
        ("5 min", timedelta(minutes=5)),
        ("5min", timedelta(minutes=5)),
        ("2 h", timedelta(hours=2)),
        (" 2h ", timedelta(hours=2)),
        ("1 day", timedelta(days=1)),
        ("3 days", timedelta(days=3)),
        ("3days", timedelta(days=3)),
        ("0 s", timedelta()),
        ("3660 days", timedelta(days=3660)),
    ],
)
def test_a_number_and_a_unit(text: str, expected: timedelta) -> None:
    assert parse(text) == expected


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("5 m", "minutes or months? write 5 min"),
        ("5m", "minutes or months? write 5 min"),
        ("5 M", "minutes or months? write 5 min"),
        ("2 H", "write 2 h"),
        ("2 hours", "write 2 h"),
        ("10 sec", "write 10 s"),
        ("10 minutes", "write 10 min"),
        ("1 d", "write 1 day"),
        ("7d", "write 7 days"),
        ("2 weeks", "write it in days"),
        ("1 month", "write it in days"),
        ("30", "of what? write 30 s, 30 min, 30 h or 30 days"),
        ("30 fortnights", "write 30 s, 5 min, 2 h or 3 days"),
        ("1.5 h", "write a whole number and a unit"),
        ("-5 min", "write a whole number and a unit"),
        ("1 h 30 min", "write a whole number and a unit"),
        ("5  min", "write a whole number and a unit"),
        ("5\nmin", "write a whole number and a unit"),
        ("٥ min", "write a whole number and a unit"),
        ("", "write a whole number and a unit"),
        ("always", "write a whole number and a unit"),
        ("9" * 500 + " s", "write a whole number and a unit"),
        ("3661 days", "at most 3660 days"),
        ("999999999 days", "at most 3660 days"),
    ],
)
def test_anything_else_gets_a_hint(text: str, hint: str) -> None:
    with pytest.raises(ValueError, match=r".") as refused:
        parse(text)
    assert hint in str(refused.value)
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 150


@pytest.mark.parametrize(
    ("text", "days"),
    [("3 days", 3), ("-3 days", -3), ("+1 day", 1), ("−1 day", -1), ("0 days", 0), ("48 h", 2)],
)
def test_whole_days_with_a_sign(text: str, days: int) -> None:
    assert parse_days(text) == days


@pytest.mark.parametrize(
    ("text", "hint"), [("36 h", "whole days"), ("--1 day", "whole number"), ("3 m", "5 min")]
)
def test_other_than_whole_days(text: str, hint: str) -> None:
    with pytest.raises(ValueError, match=hint.replace("5", "3")):
        parse_days(text)


@pytest.mark.parametrize(
    ("duration", "text"),
    [
        (timedelta(hours=2), "2 h"),
        (timedelta(minutes=5), "5 min"),
        (timedelta(minutes=90), "90 min"),
        (timedelta(days=1), "1 day"),
        (timedelta(hours=72), "3 days"),
        (timedelta(hours=36), "36 h"),
        (timedelta(seconds=61), "61 s"),
        (timedelta(), "0 s"),
        (timedelta(milliseconds=500), "0.5 s"),
        (timedelta(seconds=10, milliseconds=50), "10.05 s"),
        (timedelta(minutes=-5), "-5 min"),
    ],
)
def test_spelled_in_the_largest_unit_that_fits(duration: timedelta, text: str) -> None:
    assert spell(duration) == text


@given(st.integers(0, 3660 * 86_400))
@settings(derandomize=True, deadline=None)
def test_what_is_spelled_reads_the_same(seconds: int) -> None:
    assert parse(spell(timedelta(seconds=seconds))) == timedelta(seconds=seconds)


@given(st.text(max_size=30))
@settings(derandomize=True, deadline=None)
def test_no_text_makes_it_fail_otherwise(text: str) -> None:
    for read in (parse, parse_days):
        try:
            read(text)
        except ValueError as refused:
            assert "\n" not in str(refused)
