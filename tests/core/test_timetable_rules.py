"""What is refused about a rule, with which words; and cron and RFC 5545 rules against their libraries' own walk."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from itertools import takewhile

import pytest
from cronsim import CronSim
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from campaign.core import cron, rrules
from campaign.core.timetable import (
    LAST_DAY,
    At,
    Cron,
    Dates,
    Interval,
    On,
    Recurrence,
    Weekly,
    When,
    Yearly,
    validate,
)

ZONE = "Asia/Jakarta"
STARTS = date(2027, 7, 1)
NINE = (time(9),)
MIDNIGHT = time()


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


GOOD: list[When] = [
    At((moment("2027-07-30T20:00"),)),
    Weekly(frozenset({0, 6}), NINE),
    Interval(3, NINE),
    Cron("0 9 1 * *"),
    Cron("*/15 8-17/2 * JAN-jun Mon-FRI"),
    Cron("0 0 29 2 *"),
    Recurrence("FREQ=MONTHLY;BYDAY=1MO", NINE),
    Recurrence("freq=yearly;bymonth=2;bymonthday=29;", NINE),
    Recurrence("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", NINE),
    Recurrence("FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", NINE),
    Recurrence("FREQ=DAILY;INTERVAL=10;COUNT=5", NINE),
    Recurrence("FREQ=WEEKLY;UNTIL=20271231", NINE),
    On(Yearly(2, 29), -3, NINE),
    On(Dates((date(2027, 7, 1),)), 3660, NINE),
]


@pytest.mark.parametrize("when", GOOD, ids=str)
def test_what_works_is_let_pass(when: When) -> None:
    assert validate(when, ZONE, STARTS, numbered=True) is None


@pytest.mark.parametrize(
    ("when", "said"),
    [
        (At(()), "names no moment"),
        (At((moment("2027-07-30T20:00+07:00"),)), "leave the offset out"),
        (At((moment("2027-07-30T20:00:00.5"),)), "a part of a second"),
        (At((moment("0001-01-01T00:00"),)), "from 1970 to 2199"),
        (Weekly(frozenset(), NINE), "names no weekday"),
        (Weekly(frozenset({7}), NINE), "names no weekday"),
        (Weekly(frozenset({0}), ()), "names no time of day"),
        (Weekly(frozenset({0}), (time(9, microsecond=1),)), "a part of a second"),
        (Weekly(frozenset({0}), (time.fromisoformat("09:00+07:00"),)), "leave the offset out"),
        (Interval(0, NINE), "the least is 1 day"),
        (Interval(-3, NINE), "the least is 1 day"),
        (Cron(""), "needs five fields"),
        (Cron("0 9 * *"), "needs five fields"),
        (Cron("0 0 9 * * *"), "needs five fields"),
        (Cron("@daily"), "write the five fields"),
        (Cron("60 9 * * *"), "bad minute"),
        (Cron("0 24 * * *"), "bad hour"),
        (Cron("0 9 32 * *"), "bad day-of-month"),
        (Cron("0 9 * 13 *"), "bad month"),
        (Cron("0 9 * * 8"), "bad day-of-week"),
        (Cron("0 9 * * FRI-SUN"), "bad day-of-week"),
        (Cron("*/0 9 * * *"), "bad minute"),
        (Cron("0 9 30 2 *"), "there is no such day"),
        (Cron("0 9 31 4,6,9,11 *"), "there is no such day"),
        (Cron("0 9 * * " + "1," * 100 + "1"), "needs five fields"),
        (Recurrence("", NINE), "write the rule alone"),
        (Recurrence("nonsense", NINE), "'NONSENSE' is not NAME=VALUE"),
        (Recurrence("BYDAY=MO", NINE), "needs FREQ"),
        (Recurrence("FREQ=HOURLY", NINE), "more often than daily"),
        (Recurrence("FREQ=SECONDLY", NINE), "more often than daily"),
        (Recurrence("FREQ=DAILY;FREQ=DAILY", NINE), "there twice"),
        (Recurrence("RRULE:FREQ=DAILY", NINE), "write the rule alone"),
        (Recurrence("DTSTART:20270701T000000Z\nRRULE:FREQ=DAILY", NINE), "leave DTSTART out"),
        (Recurrence("FREQ=DAILY;UNTIL=20271231T235959Z", NINE), "must be a whole day"),
        (Recurrence("FREQ=DAILY;UNTIL=20270230", NINE), "is no day"),
        (Recurrence("FREQ=DAILY;UNTIL=20271231;COUNT=3", NINE), "exclude each other"),
        (Recurrence("FREQ=DAILY;UNTIL=20270630", NINE), "there is no such day"),
        (Recurrence("FREQ=DAILY;INTERVAL=0", NINE), "from 1 to 10000"),
        (Recurrence("FREQ=DAILY;COUNT=0", NINE), "from 1 to 10000"),
        (Recurrence("FREQ=DAILY;COUNT=99999999999999999999", NINE), "from 1 to 10000"),
        (Recurrence("FREQ=DAILY;BYHOUR=9", NINE), "the times come from `at`"),
        (Recurrence("FREQ=DAILY;BYDAY=1MO", NINE), "MONTHLY or YEARLY only"),
        (Recurrence("FREQ=MONTHLY;BYDAY=1MO,TU", NINE), "write two posts"),
        (Recurrence("FREQ=MONTHLY;BYDAY=0MO", NINE), "no weekday"),
        (Recurrence("FREQ=MONTHLY;BYDAY=MONDAY", NINE), "no weekday"),
        (Recurrence("FREQ=WEEKLY;BYMONTHDAY=3", NINE), "does not go with FREQ=WEEKLY"),
        (Recurrence("FREQ=MONTHLY;BYMONTHDAY=32", NINE), "from 1 to 31"),
        (Recurrence("FREQ=MONTHLY;BYMONTH=-1", NINE), "from 1 to 12"),
        (Recurrence("FREQ=YEARLY;BYWEEKNO=20", NINE), "needs the day of the week"),
        (Recurrence("FREQ=MONTHLY;BYSETPOS=1", NINE), "days to pick from"),
        (Recurrence("FREQ=DAILY;BYEASTER=1", NINE), "not a part of a rule"),
        (Recurrence("FREQ=DAILY;WKST=XX", NINE), "no weekday"),
        (Recurrence("FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30", NINE), "there is no such day"),
        (Recurrence("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", NINE), "there is no such day"),
        (Recurrence("FREQ=YEARLY;INTERVAL=2;BYMONTH=2;BYMONTHDAY=29", NINE), "there is no such day"),
        (Recurrence("FREQ=DAILY;" + "X" * 500, NINE), "longer than 500"),
        (Recurrence("FREQ=DAILY", ()), "names no time of day"),
        (On(Yearly(2, 30), 0, NINE), "there is no day 30 in month 2"),
        (On(Yearly(7, 30), 3661, NINE), "at most 3660 days"),
        (On(Dates(()), 0, NINE), "names no day"),
        (On(Dates((date(1, 1, 1),)), 0, NINE), "from 1970 to 2199"),
        (On(Yearly(7, 30), 0, ()), "names no time of day"),
    ],
)
def test_what_cannot_work_is_said_in_one_line(when: When, said: str) -> None:
    problem = validate(when, ZONE, STARTS)
    assert problem is not None
    assert said in problem
    assert "\n" not in problem
    assert len(problem) < 250


@pytest.mark.parametrize(
    "zone",
    [
        "",
        "Asia",
        "Asia/Jakrta",
        "../Jakarta",
        "/etc/passwd",
        "x" * 5000,
        "Asia/\0",
        "right/UTC",
        "localtime",
        "WIB",
    ],
)
def test_a_zone_must_be_a_place(zone: str) -> None:
    problem = validate(GOOD[0], zone, STARTS)
    assert problem is not None
    assert problem.startswith("there is no time zone")


def test_what_counts_from_starts_needs_it() -> None:
    for when in (Interval(3, NINE), Recurrence("FREQ=DAILY", NINE)):
        assert "`starts`, which is missing" in str(validate(when, ZONE, None))
    for when in (Weekly(frozenset({0}), NINE), Cron("0 9 * * *"), On(Yearly(7, 30), 0, NINE)):
        assert validate(when, ZONE, None) is None
        assert "`starts`, which is missing" in str(validate(when, ZONE, None, numbered=True))
    for when in (GOOD[0], On(Dates((STARTS,)), 0, NINE)):
        assert validate(when, ZONE, None, numbered=True) is None
    assert "from 1970 to 2199" in str(validate(GOOD[0], ZONE, date(1, 1, 1)))


@given(st.text(max_size=60))
@settings(deadline=None, derandomize=True)
def test_no_text_makes_a_reader_fail_otherwise(text: str) -> None:
    for when in (
        Cron(text),
        Cron(f"0 9 {text}"),
        Recurrence(text, NINE),
        Recurrence(f"FREQ=DAILY;{text}", NINE),
    ):
        problem = validate(when, ZONE, STARTS)
        assert problem is None or "\n" not in problem
    problem = validate(GOOD[0], text, STARTS)
    assert problem is None or "\n" not in problem


fields = (
    st.sampled_from(["*", "0", "*/15", "5,35", "10-20/5", "59"]),
    st.sampled_from(["*", "2", "*/6", "8-17/3", "0,23"]),
    st.sampled_from(["*", "1", "31", "*/10", "29,30", "L", "LW"]),
    st.sampled_from(["*", "2", "1-6", "*/5", "FEB,DEC"]),
    st.sampled_from(["*", "0", "7", "1-5", "MON", "SAT,SUN", "5#3", "5L", "*/2"]),
)


@given(st.tuples(*fields).map(" ".join), st.dates(date(2024, 1, 1), date(2034, 12, 1)))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_a_cron_expression_means_what_cronsim_walks_through(expression: str, day: date) -> None:
    if cron.problem(expression) is not None:
        return
    begin, end = datetime.combine(day, MIDNIGHT), datetime.combine(day + timedelta(days=20), MIDNIGHT)
    walked = list(takewhile(lambda at: at < end, CronSim(expression, begin - timedelta(seconds=1))))
    ours = [
        datetime.combine(found, at)
        for year in range(begin.year, end.year + 1)
        for found in cron.days_in(expression, year)
        for at in cron.times_of(expression)
    ]
    assert [at for at in ours if begin <= at < end] == walked


weekdays = st.lists(
    st.sampled_from(["MO", "TU", "WE", "TH", "FR", "SA", "SU"]), min_size=1, max_size=4, unique=True
)


def numbers(low: int, high: int) -> st.SearchStrategy[str]:
    number = st.integers(low, high).filter(bool)
    return st.lists(number, min_size=1, max_size=4).map(lambda found: ",".join(map(str, found)))


def some(name: str, values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.just("") | values.map(lambda value: f";{name}={value}")


@st.composite
def rules(draw: st.DrawFn) -> str:
    frequency = draw(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]))
    rule = f"FREQ={frequency}" + draw(some("INTERVAL", st.integers(1, 5).map(str)))
    rule += draw(some("WKST", st.sampled_from(["SU", "MO", "WE"]))) + draw(some("BYMONTH", numbers(1, 12)))
    if frequency != "WEEKLY":
        rule += draw(some("BYMONTHDAY", numbers(-31, 31)))
    if frequency == "YEARLY":
        rule += draw(some("BYYEARDAY", numbers(-366, 366)) | some("BYWEEKNO", numbers(-53, 53)))
    names = draw(weekdays)
    if frequency in {"MONTHLY", "YEARLY"} and "BYWEEKNO" not in rule and draw(st.booleans()):
        names = [f"{draw(st.sampled_from([1, 2, 5, -1]))}{name}" for name in names]
    rule += draw(some("BYDAY", st.just(",".join(names))))
    if frequency in {"MONTHLY", "YEARLY"}:
        rule += draw(some("BYSETPOS", numbers(-3, 3)))
    return rule + draw(some("COUNT", st.integers(1, 40).map(str)) | some("UNTIL", st.just("20290630")))


@given(rules(), st.dates(date(2024, 1, 1), date(2026, 12, 31)), st.integers(0, 2000))
@settings(max_examples=150, deadline=None, derandomize=True)
def test_a_recurrence_rule_means_what_dateutil_walks_through(rule: str, starts: date, later: int) -> None:
    if rrules.problem(rule, starts, LAST_DAY) is not None:
        return  # among them those that dateutil would look for until the year 9999
    low, end = starts + timedelta(days=later), date(2031, 12, 31)
    walk = rrulestr(rule, dtstart=datetime.combine(starts, MIDNIGHT))
    walked = [at.date() for at in takewhile(lambda at: at.date() <= end, walk)]
    assert list(rrules.days(rule, starts, low, end)) == [day for day in walked if day >= low]
