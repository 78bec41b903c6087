"""Days and times as teams type them: what is read, what is refused, what nobody can know."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign.core.daytext import Numbers, Order, column_order, read_clock, read_day, read_moment

DAYS = st.dates(date(1990, 1, 1), date(2199, 12, 31))


@given(DAYS)
def test_a_day_in_numbers_is_that_day_in_its_order(day: date) -> None:
    assert read_day(f"{day}") == day
    for order, text in ((Order.DMY, f"{day:%d/%m/%Y}"), (Order.MDY, f"{day:%m-%d-%Y}")):
        numbers = read_day(text)
        assert isinstance(numbers, Numbers)
        assert numbers.day(order) == day
        assert numbers.order in (order, None)
        assert numbers.unclear == (day.day <= 12 and day.day != day.month)


@given(st.lists(DAYS, min_size=1), st.sampled_from(Order))
def test_a_column_is_never_read_in_the_wrong_order(days: list[date], order: Order) -> None:
    pattern = "%d/%m/%Y" if order is Order.DMY else "%m/%d/%Y"
    cells = [cell for day in days if isinstance(cell := read_day(day.strftime(pattern)), Numbers)]
    settled, torn = column_order(cells)
    assert not torn
    assert settled in (order, None)


def test_a_column_that_contradicts_itself() -> None:
    assert column_order([Numbers(30, 7, 2027), Numbers(7, 30, 2027)]) == (None, True)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2027-07-30", date(2027, 7, 30)),
        ("2027/7/3", date(2027, 7, 3)),
        ("30 July 2027", date(2027, 7, 30)),
        ("30 Juli 2027", date(2027, 7, 30)),
        ("30 Agu 2027", date(2027, 8, 30)),
        ("30-Jul-2027", date(2027, 7, 30)),
        ("July 30, 2027", date(2027, 7, 30)),
        ("Jumat, 30 Juli 2027", date(2027, 7, 30)),
        ("Friday 30 July 2027", date(2027, 7, 30)),
        ("Jum'at, 30 Juli 2027", date(2027, 7, 30)),
    ],
)
def test_days(text: str, day: date) -> None:
    assert read_day(text) == day


@pytest.mark.parametrize(
    ("text", "clock"),
    [
        ("08:00", time(8)),
        ("8.05", time(8, 5)),
        ("20:30:15", time(20, 30, 15)),
        ("8 pm", time(20)),
        ("12:30 AM", time(0, 30)),
        ("12 p.m.", time(12)),
        ("pukul 20.00", time(20)),
    ],
)
def test_times(text: str, clock: time) -> None:
    assert read_clock(text) == clock


@pytest.mark.parametrize(
    "text", ["25:00", "8", "08:60", "13 pm", "0 am", "08:00 WIB", "soon", "", "8:00:00:00"]
)
def test_no_times(text: str) -> None:
    with pytest.raises(ValueError, match="is not a time of day; write hours and minutes"):
        read_clock(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("30/7/27", "has no whole year; write four digits"),
        ("46233", "is a day as spreadsheets count them; format the column as a date"),
        ("31/02/2027", "there is no day 31/02/2027"),
        ("2027-02-30", "there is no day"),
        ("tomorrow", "is not a day; write 2027-07-30"),
        ("30 Brumaire 2027", "is not a day"),
        ("a" * 100_000, "is not a day"),
    ],
)
def test_no_days(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said) as told:
        read_day(text)
    assert len(str(told.value)) < 200


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2027-07-30 20:00", (date(2027, 7, 30), time(20))),
        ("2027-07-30T20:00:05", (date(2027, 7, 30), time(20, 0, 5))),
        ("30 Juli 2027 pukul 20.00", (date(2027, 7, 30), time(20))),
        ("July 30, 2027, 8 pm", (date(2027, 7, 30), time(20))),
        ("30.07.2027 20.00", (Numbers(30, 7, 2027), time(20))),
        ("2027-07-30", (date(2027, 7, 30), None)),
        ("2027-07-30T20:00:00Z", datetime(2027, 7, 30, 20, tzinfo=UTC)),
        ("2027-07-30 20:00+07:00", datetime(2027, 7, 30, 13, tzinfo=UTC)),
    ],
)
def test_moments(text: str, moment: object) -> None:
    assert read_moment(text) == moment


@given(
    st.text(alphabet=st.characters(codec="utf-8")) | st.text(alphabet="0123456789/-.: TZ+apm", max_size=30)
)
def test_anything_else_is_refused_in_one_line(text: str) -> None:
    for read in (read_day, read_clock, read_moment):
        try:
            read(text)
        except ValueError as error:
            assert "; " in str(error) and "\n" not in str(error)
