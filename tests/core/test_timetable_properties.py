"""What holds for every timetable, zone and window: the promises that the planner's cursor rests on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise, takewhile
from zoneinfo import available_timezones

from cronsim import CronSim
from dateutil import rrule as recurrence
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from campaign.core.timetable import (
    At,
    Cron,
    Dates,
    Interval,
    Moment,
    Nth,
    On,
    Recurrence,
    Span,
    Timetable,
    Weekly,
    When,
    Which,
    Yearly,
    first,
    moment_at,
    moments,
    strays,
    to_utc,
    validate,
)

BEGIN, END = date(2024, 1, 1), date(2034, 12, 31)
MIDNIGHT, DAY = time(), timedelta(days=1)
ALL = (datetime(2023, 12, 1, tzinfo=UTC), datetime(2035, 2, 1, tzinfo=UTC))

settled = settings(max_examples=100, deadline=None, derandomize=True)

days = st.dates(BEGIN, END)
# Times at which clocks change are drawn more often than others.
times = st.sampled_from(
    [time(0), time(0, 30), time(1, 30), time(2), time(2, 30), time(3), time(23, 59)]
) | st.times().map(lambda at: at.replace(microsecond=0))
some_times = st.lists(times, min_size=1, max_size=3).map(tuple)
local = st.builds(datetime.combine, days, times)
zones = st.sampled_from(
    [
        "America/New_York",
        "Australia/Lord_Howe",
        "Africa/Casablanca",
        "Asia/Jakarta",
        "Europe/Dublin",
        "America/Havana",
    ]
) | st.sampled_from(sorted(available_timezones()))
instants = st.datetimes(
    datetime.combine(BEGIN, MIDNIGHT), datetime.combine(END, MIDNIGHT), timezones=st.just(UTC)
) | st.builds(to_utc, local, st.just("America/New_York"))

crons = st.sampled_from(
    ["30 2 * * *", "0 9 1 * *", "0 0 * * 0", "*/30 1-3 * * 7", "15 12 13 * 5", "0 12 29 2 *", "0 8 L * *"]
)
rules = st.sampled_from(
    [
        "FREQ=DAILY;INTERVAL=3",
        "FREQ=DAILY;COUNT=40",
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO;WKST=SU",
        "FREQ=MONTHLY",
        "FREQ=MONTHLY;BYDAY=1SU,-1SU",
        "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=30",
        "FREQ=YEARLY;BYMONTH=3,11;BYDAY=2SU",
        "FREQ=YEARLY;UNTIL=20300101",
    ]
)
whens: st.SearchStrategy[When] = st.one_of(
    st.builds(At, st.lists(local, min_size=1, max_size=12).map(tuple)),
    st.builds(Weekly, st.frozensets(st.integers(0, 6), min_size=1), some_times),
    st.builds(Interval, st.integers(1, 40), some_times),
    st.builds(Cron, crons),
    st.builds(Recurrence, rules, some_times),
    st.builds(On, st.builds(Yearly, st.just(3), st.integers(1, 31)), st.integers(-400, 400), some_times),
    st.builds(
        On,
        st.builds(Nth, st.integers(1, 12), st.integers(0, 6), st.sampled_from([1, 2, 5, -1])),
        st.integers(-40, 40),
        some_times,
    ),
    st.builds(
        On,
        st.sampled_from([Span(Yearly(11, 25), Yearly(12, 10)), Span(Yearly(12, 30), Yearly(1, 2))]),
        st.integers(-40, 40),
        some_times,
        st.sampled_from(Which),
    ),
    st.builds(
        On,
        st.builds(Dates, st.lists(days, min_size=1, max_size=5).map(tuple)),
        st.integers(-9, 9),
        some_times,
    ),
)


def days_walked(when: When, starts: date | None) -> list[date]:
    """The days of a rule from BEGIN to END, by the plainest walk there is."""
    every = [BEGIN + n * DAY for n in range((END - BEGIN).days + 1)]
    match when:
        case At(found):
            return sorted({at.date() for at in found})
        case Weekly(weekdays):
            return [day for day in every if day.weekday() in weekdays]
        case Interval(number):
            assert starts is not None
            return [day for day in every if day >= starts and (day - starts).days % number == 0]
        case Recurrence(rrule):
            assert starts is not None
            walk = rrulestr(rrule, dtstart=datetime.combine(starts, MIDNIGHT))
            return [at.date() for at in takewhile(lambda at: at.date() <= END, walk)]
        case On(Yearly(month, number), offset):
            named = [day - timedelta(days=offset) for day in every]
            return [
                day
                for day, name in zip(every, named, strict=True)
                if (name.month, name.day) == (month, number)
            ]
        case On(Nth(month, weekday, n), offset):
            since = datetime.combine(date(2023, 1, 1), MIDNIGHT)
            ordinal = recurrence.weekday(weekday)(n)
            found = recurrence.rrule(recurrence.YEARLY, since, bymonth=month, byweekday=ordinal)
            moved = (at.date() + timedelta(days=offset) for at in found)
            return [day for day in takewhile(lambda day: day <= END, moved) if day >= BEGIN]
        case On(Span(first_day, last_day), offset, _, which):
            spans = []
            for year in range(2022, 2036):
                over = (last_day.month, last_day.day) < (first_day.month, first_day.day)
                first_one = date(year, first_day.month, first_day.day)
                last_one = date(year + over, last_day.month, last_day.day)
                whole = [first_one + n * DAY for n in range((last_one - first_one).days + 1)]
                spans += {Which.FIRST: whole[:1], Which.LAST: whole[-1:], Which.EVERY: whole}[which]
            return [day for span in spans if BEGIN <= (day := span + timedelta(days=offset)) <= END]
        case On(Dates(listed), offset):
            return sorted({day + timedelta(days=offset) for day in listed})
    raise AssertionError(when)


def walls_walked(when: When, starts: date | None) -> Iterator[datetime]:
    if isinstance(when, At):
        yield from when.moments
    elif isinstance(when, Cron):
        walk = CronSim(when.expression, datetime.combine(BEGIN, MIDNIGHT) - timedelta(seconds=1))
        yield from takewhile(lambda at: at.date() <= END, walk)
    else:
        for day in days_walked(when, starts):
            for at in sorted(set(when.times)):
                yield datetime.combine(day, at)


@st.composite
def tables(draw: st.DrawFn) -> Timetable:
    when, zone = draw(whens), draw(zones)
    starts = draw(days)
    ends = draw(st.none() | st.integers(0, 900).map(lambda length: min(END, starts + length * DAY)))
    there = [wall for wall in walls_walked(when, starts) if starts <= wall.date() <= (ends or END)][:200]
    some = st.sampled_from(there) if there else local
    skip = draw(st.frozensets(some | days | some.map(datetime.date), max_size=3))
    near = st.builds(lambda wall, hours: wall + timedelta(hours=hours), some, st.integers(-50, 50))
    move = draw(st.dictionaries(some | local, near | local, max_size=3))
    count = draw(st.none() | st.integers(1, 60))
    return Timetable(when, zone, starts, ends or END, skip, move, draw(st.booleans()), count)


def order(moment: Moment) -> tuple[datetime, datetime]:
    return moment.due, moment.wall


@given(tables())
@settled
def test_occurrences_are_those_of_the_plainest_walk(table: Timetable) -> None:
    if validate(table.when, table.zone, table.starts) is not None:
        return  # "each 31 March" draws 31; a COUNT may end before BEGIN
    assert table.starts is not None
    assert table.ends is not None
    raw = [
        wall for wall in walls_walked(table.when, table.starts) if table.starts <= wall.date() <= table.ends
    ]
    expected = [
        Moment(to_utc(table.move.get(wall, wall), table.zone), wall, index if table.numbered else None)
        for index, wall in enumerate(raw[: table.count])
        if wall not in table.skip and wall.date() not in table.skip
    ]
    found = list(moments(table, *ALL))
    assert found == sorted((moment for moment in expected if ALL[0] < moment.due <= ALL[1]), key=order)
    assert all(moment_at(table, moment.wall) == moment for moment in expected)


@given(tables(), st.lists(instants, min_size=2, max_size=6))
@settled
def test_keys_are_unique_times_grow_and_cuts_change_nothing(table: Timetable, cuts: list[datetime]) -> None:
    cuts.sort()
    found = list(moments(table, cuts[0], cuts[-1]))
    assert [moment for low, high in pairwise(cuts) for moment in moments(table, low, high)] == found
    assert len({moment.wall for moment in found}) == len(found)
    assert all(one.due <= other.due for one, other in pairwise(found))
    unmoved = [moment for moment in found if moment.wall not in table.move]
    assert all(one.wall < other.wall for one, other in pairwise(unmoved))
    for moment in found:
        assert cuts[0] < moment.due <= cuts[-1]
        assert moment_at(table, moment.wall) == moment


@given(tables(), instants)
@settled
def test_first_is_the_first(table: Timetable, after: datetime) -> None:
    assert first(table, after) == next(moments(table, after, after + timedelta(days=1830)), None)


@given(tables(), local)
@settled
def test_moment_at_finds_exactly_what_moments_yields(table: Timetable, wall: datetime) -> None:
    found = {moment.wall: moment for moment in moments(table, *ALL)}
    for asked in {wall, *table.move, *(entry for entry in table.skip if isinstance(entry, datetime))}:
        at = moment_at(table, asked)
        if at is None or ALL[0] < at.due <= ALL[1]:
            assert at == found.get(asked)


@given(tables())
@settled
def test_strays_are_what_makes_no_difference(table: Timetable) -> None:
    named = {(where, entry) for where, entry, _ in strays(table)}
    idle = Timetable(
        table.when,
        table.zone,
        table.starts,
        table.ends,
        frozenset(entry for entry in table.skip if ("skip", entry) not in named),
        {wall: new for wall, new in table.move.items() if ("move", wall) not in named},
        table.numbered,
        table.count,
    )
    assert list(moments(idle, *ALL)) == list(moments(table, *ALL))
    assert strays(idle) == []


@given(st.lists(local, min_size=2, max_size=8), zones)
@settled
def test_instants_never_decrease_while_wall_times_grow(walls: list[datetime], zone: str) -> None:
    due = [to_utc(wall, zone) for wall in sorted(walls)]
    assert due == sorted(due)
