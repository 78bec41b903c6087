"""Each kind of schedule by example: starts and ends, skip and move, rows, and keys."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from campaign.core.timetable import (
    At,
    Cron,
    Dates,
    Interval,
    Moment,
    On,
    Recurrence,
    Timetable,
    Weekly,
    When,
    Yearly,
    first,
    moment_at,
    moments,
    strays,
    to_utc,
)

JAKARTA = "Asia/Jakarta"
NEW_YORK = "America/New_York"
NINE, EVENING = time(9), time(18, 30)
LONG_AGO, FAR_AHEAD = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


def wall(text: str) -> datetime:
    return datetime.fromisoformat(text)


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def walls(table: Timetable, after: str = "2000-01-01", until: str = "2100-01-01") -> list[str]:
    return [
        moment.wall.isoformat(timespec="minutes") for moment in moments(table, instant(after), instant(until))
    ]


def july(when: When, **more: object) -> Timetable:
    return Timetable(when, JAKARTA, date(2027, 7, 1), date(2027, 7, 31), **more)  # type: ignore[arg-type]


SIGNS = Weekly(frozenset({0, 3}), (NINE, EVENING))


def test_weekly_has_its_times_on_its_days_of_the_campaign() -> None:
    found = walls(july(SIGNS))
    assert found[:3] == ["2027-07-01T09:00", "2027-07-01T18:30", "2027-07-05T09:00"]
    assert found[-1] == "2027-07-29T18:30"
    assert len(found) == 18


def test_an_interval_counts_from_starts() -> None:
    table = Timetable(Interval(3, (time(10),)), JAKARTA, date(2027, 7, 1), date(2027, 7, 10))
    assert walls(table) == [f"2027-07-{day:02}T10:00" for day in (1, 4, 7, 10)]
    assert walls(table, "2027-07-05", "2027-07-08") == ["2027-07-07T10:00"]


def test_cron_reads_0_and_7_as_sunday() -> None:
    for sunday in ("0", "7", "SUN", "sun"):
        assert walls(Timetable(Cron(f"0 9 * * {sunday}"), JAKARTA), "2027-07-01", "2027-07-12") == [
            "2027-07-04T09:00",
            "2027-07-11T09:00",
        ]
    assert walls(Timetable(Cron("0 9 * * 1"), JAKARTA), "2027-07-01", "2027-07-08") == ["2027-07-05T09:00"]


def test_cron_day_and_weekday_mean_either() -> None:
    table = Timetable(Cron("0 9 1 * 1"), JAKARTA, date(2027, 7, 1), date(2027, 7, 13))
    assert walls(table) == ["2027-07-01T09:00", "2027-07-05T09:00", "2027-07-12T09:00"]


def test_cron_at_half_past_two_on_the_nights_that_clocks_change() -> None:
    table = Timetable(Cron("30 2 * * *"), NEW_YORK)
    spring = list(moments(table, instant("2027-03-13T12:00"), instant("2027-03-15T12:00")))
    assert spring[0] == Moment(instant("2027-03-14T07:00"), wall("2027-03-14T02:30"))  # 03:00 there
    assert spring[1].due == instant("2027-03-15T06:30")
    table = Timetable(Cron("30 1 * * *"), NEW_YORK)
    autumn = list(moments(table, instant("2027-11-06T12:00"), instant("2027-11-08T12:00")))
    assert autumn == [
        Moment(instant("2027-11-07T05:30"), wall("2027-11-07T01:30")),  # the first of the two
        Moment(instant("2027-11-08T06:30"), wall("2027-11-08T01:30")),
    ]


def test_a_recurrence_rule_counts_from_starts() -> None:
    monthly = Recurrence("FREQ=MONTHLY;BYDAY=1MO", (time(10),))
    assert walls(Timetable(monthly, JAKARTA, date(2027, 7, 1)), until="2027-10-01") == [
        "2027-07-05T10:00",
        "2027-08-02T10:00",
        "2027-09-06T10:00",
    ]
    thrice = Timetable(
        Recurrence("FREQ=WEEKLY;INTERVAL=2;COUNT=3", (NINE, EVENING)), JAKARTA, date(2027, 7, 1)
    )
    assert walls(thrice) == [f"2027-07-{day}T{at}" for day in ("01", "15", "29") for at in ("09:00", "18:30")]
    assert walls(thrice, "2027-07-20", "2027-12-31") == ["2027-07-29T09:00", "2027-07-29T18:30"]
    until = Timetable(Recurrence("FREQ=DAILY;UNTIL=20270703", (EVENING,)), JAKARTA, date(2027, 7, 1))
    assert walls(until) == ["2027-07-01T18:30", "2027-07-02T18:30", "2027-07-03T18:30"]


def test_a_yearly_day_with_an_offset() -> None:
    table = Timetable(On(Yearly(7, 30), -3, (time(8),)), JAKARTA)
    assert walls(table, "2026-12-01", "2028-12-01") == ["2027-07-27T08:00", "2028-07-27T08:00"]
    new_year = Timetable(On(Yearly(1, 1), -1, (time(8),)), JAKARTA)
    assert walls(new_year, "2027-12-30", "2028-01-02") == ["2027-12-31T08:00"]
    leap = Timetable(On(Yearly(2, 29), 0, (time(8),)), JAKARTA)
    assert walls(leap, "2024-01-01", "2031-01-01") == ["2024-02-29T08:00", "2028-02-29T08:00"]


def test_days_that_follow_no_rule() -> None:
    table = Timetable(On(Dates((date(2028, 5, 9), date(2027, 5, 20))), 1, (EVENING, NINE)), JAKARTA)
    assert walls(table) == ["2027-05-21T09:00", "2027-05-21T18:30", "2028-05-10T09:00", "2028-05-10T18:30"]


def test_moments_written_down_are_sorted_and_unique() -> None:
    at = At((wall("2027-07-30T20:00"), wall("2027-07-02T08:00:30"), wall("2027-07-30T20:00")))
    found = list(moments(july(at), LONG_AGO, FAR_AHEAD))
    assert [moment.wall for moment in found] == [wall("2027-07-02T08:00:30"), wall("2027-07-30T20:00")]


def test_starts_and_ends_are_whole_days() -> None:
    daily = Weekly(frozenset(range(7)), (time(0), time(23, 59, 59)))
    table = Timetable(daily, NEW_YORK, date(2027, 3, 14), date(2027, 3, 14))
    found = list(moments(table, LONG_AGO, FAR_AHEAD))
    assert [moment.due for moment in found] == [instant("2027-03-14T05:00"), instant("2027-03-15T03:59:59")]
    assert walls(Timetable(daily, NEW_YORK, date(2027, 3, 15), date(2027, 3, 14))) == []


def test_a_window_takes_its_end_and_not_its_beginning() -> None:
    table = july(SIGNS)
    due = to_utc(wall("2027-07-05T09:00"), JAKARTA)
    assert list(moments(table, due - timedelta(hours=1), due)) == [Moment(due, wall("2027-07-05T09:00"))]
    assert list(moments(table, due, due + timedelta(hours=1))) == []
    assert list(moments(table, due, due)) == []
    assert list(moments(table, due + timedelta(days=1), due - timedelta(days=1))) == []


def test_rows_are_numbered_since_starts_whatever_is_skipped() -> None:
    table = july(SIGNS, numbered=True, count=9, skip=frozenset({date(2027, 7, 5), wall("2027-07-08T09:00")}))
    found = [
        (moment.wall.day, moment.wall.hour, moment.index) for moment in moments(table, LONG_AGO, FAR_AHEAD)
    ]
    assert found == [(1, 9, 0), (1, 18, 1), (8, 18, 5), (12, 9, 6), (12, 18, 7), (15, 9, 8)]
    later = [moment.index for moment in moments(table, instant("2027-07-12"), FAR_AHEAD)]
    assert later == [6, 7, 8]
    assert moment_at(table, wall("2027-07-15T18:30")) is None, "there are only nine rows"


def test_moments_are_numbered_from_the_first_one_when_nothing_starts() -> None:
    at = At((wall("2027-07-30T20:00"), wall("2027-07-02T08:00")))
    table = Timetable(at, JAKARTA, numbered=True)
    assert [moment.index for moment in moments(table, instant("2027-07-10"), FAR_AHEAD)] == [1]
    table = Timetable(SIGNS, JAKARTA, numbered=True)
    with pytest.raises(ValueError, match="starts"):
        list(moments(table, instant("2027-07-10"), instant("2027-08-10")))


def test_count_bounds_rows_that_are_not_numbered_too() -> None:
    assert walls(july(SIGNS, count=3)) == ["2027-07-01T09:00", "2027-07-01T18:30", "2027-07-05T09:00"]


def test_a_moved_occurrence_keeps_its_name_and_its_row() -> None:
    monday, tuesday = wall("2027-07-19T09:00"), wall("2027-07-20T10:00")
    table = july(SIGNS, move={monday: tuesday}, numbered=True)
    found = list(moments(table, instant("2027-07-19"), instant("2027-07-21")))
    assert [(m.wall, m.index) for m in found] == [(wall("2027-07-19T18:30"), 11), (monday, 10)]
    assert found[1].due == to_utc(tuesday, JAKARTA)
    assert moment_at(table, monday) == found[1]
    assert moment_at(table, tuesday) is None


def test_a_moved_occurrence_may_go_anywhere_but_must_have_been_there() -> None:
    first_one, late, never = wall("2027-07-01T09:00"), wall("2029-01-01T00:00"), wall("2027-07-02T09:00")
    table = july(SIGNS, move={first_one: late, never: late})
    assert walls(table)[-1] == "2027-07-01T09:00"
    assert moment_at(table, never) is None
    assert len(walls(table)) == 18
    skipped = july(SIGNS, move={first_one: late}, skip=frozenset({first_one}))
    assert len(walls(skipped)) == 17
    assert moment_at(skipped, first_one) is None


def test_moment_at_finds_only_what_is_there() -> None:
    table = july(SIGNS, skip=frozenset({date(2027, 7, 22)}))
    assert moment_at(table, wall("2027-07-05T09:00")) == Moment(
        instant("2027-07-05T02:00"), wall("2027-07-05T09:00")
    )
    for nothing in (
        "2027-07-05T09:01",
        "2027-07-06T09:00",
        "2027-07-22T09:00",
        "2027-08-02T09:00",
        "1901-01-01",
    ):
        assert moment_at(table, wall(nothing)) is None


def test_first_is_the_next_one_within_five_years() -> None:
    found = first(july(SIGNS), instant("2026-01-01"))
    assert found is not None
    assert found.wall == wall("2027-07-01T09:00")
    assert first(july(SIGNS), found.due) == Moment(instant("2027-07-01T11:30"), wall("2027-07-01T18:30"))
    assert first(july(SIGNS), instant("2027-08-01")) is None
    assert first(july(SIGNS), instant("2021-01-01")) is None
    assert first(july(SIGNS), FAR_AHEAD) is None


def test_strays_are_named() -> None:
    table = july(
        SIGNS,
        skip=frozenset(
            {date(2027, 7, 22), date(2027, 7, 23), wall("2027-07-26T09:00"), wall("2027-07-26T09:30")}
        ),
        move={
            wall("2027-07-19T09:00"): wall("2027-07-20T10:00"),
            wall("2027-07-19T09:30"): wall("2027-07-20T10:00"),
            wall("2027-07-22T09:00"): wall("2027-07-20T10:00"),
            wall("2027-07-29T09:00"): wall("9999-12-31T23:59"),
        },
    )
    assert strays(table) == [
        ("skip", date(2027, 7, 23), "skip 2027-07-23: nothing is planned then"),
        ("skip", wall("2027-07-26T09:30"), "skip 2027-07-26T09:30: nothing is planned then"),
        ("move", wall("2027-07-19T09:30"), "move 2027-07-19T09:30: nothing is planned then"),
        ("move", wall("2027-07-22T09:00"), "move 2027-07-22T09:00: is skipped too"),
        ("move", wall("2027-07-29T09:00"), "move to 9999-12-31T23:59: must be from 1970 to 2199"),
    ]
    assert len(walls(table)) == 14


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
@pytest.mark.parametrize("new", ["0001-01-01T00:00", "9999-12-31T23:59:59"])
def test_a_move_out_of_the_calendar_is_named_and_harmless(zone: str, new: str) -> None:
    here = wall("2027-07-01T08:00")
    table = Timetable(At((here,)), zone, move={here: wall(new)})
    assert list(moments(table, LONG_AGO, FAR_AHEAD)) == []
    assert moment_at(table, here) is None
    assert [(where, entry) for where, entry, _ in strays(table)] == [("move", here)]


@pytest.mark.parametrize(
    "when",
    [
        At((wall("2027-07-01T08:00"),)),
        SIGNS,
        Interval(3, (NINE,)),
        Cron("*/5 * * * *"),
        Recurrence("FREQ=DAILY", (NINE,)),
        On(Yearly(1, 1), 0, (NINE,)),
    ],
)
def test_the_ends_of_the_calendar_are_harmless(when: When) -> None:
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
        table = Timetable(when, zone, starts=date(1970, 1, 1))
        assert list(moments(table, LONG_AGO, LONG_AGO + timedelta(days=900))) == []
        assert list(moments(table, FAR_AHEAD - timedelta(days=900), FAR_AHEAD)) == []
        assert moment_at(table, wall("0001-01-01")) is None
        assert moment_at(table, wall("9999-12-31T23:59:59")) is None


def test_a_naive_window_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        moments(july(SIGNS), wall("2027-07-01"), FAR_AHEAD)
