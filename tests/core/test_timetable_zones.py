"""Wall time and instants over every IANA zone, against transitions found by brute force."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest

from campaign.core.timetable import Cron, Timetable, Weekly, moment_at, moments, to_utc, to_wall

ZONES = sorted(available_timezones())
BEGIN, END = datetime(2024, 1, 1, tzinfo=UTC), datetime(2035, 1, 1, tzinfo=UTC)
MINUTE, HOUR, DAY, WEEK = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)

Change = tuple[datetime, timedelta, timedelta]
"""The first instant (UTC) of a new offset, the offset before it, and the offset from it on."""


def wall(text: str) -> datetime:
    return datetime.fromisoformat(text)


def offset(zone: str, instant: datetime) -> timedelta:
    found = instant.astimezone(ZoneInfo(zone)).utcoffset()
    assert found is not None
    return found


@cache
def changes(zone: str) -> tuple[Change, ...]:
    """Every change of a zone's offset from 2024 to 2034: week by week, then minute by minute."""
    found = []
    week, before = BEGIN, offset(zone, BEGIN)
    while week < END:
        if (after := offset(zone, week + WEEK)) != before:
            day = next(week + n * DAY for n in range(7) if offset(zone, week + (n + 1) * DAY) != before)
            at = next(day + n * MINUTE for n in range(1, 1441) if offset(zone, day + n * MINUTE) != before)
            assert offset(zone, at) == after, "two changes in a week"
            found.append((at, before, after))
        week, before = week + WEEK, after
    return tuple(found)


@cache
def kinds_of_zone() -> dict[tuple[timedelta, tuple[Change, ...]], str]:
    """One zone for each history of offsets: what holds for it holds for all its namesakes."""
    return {(offset(zone, BEGIN), changes(zone)): zone for zone in reversed(ZONES)}


def every_change() -> Iterator[tuple[str, datetime, timedelta, timedelta]]:
    for zone in kinds_of_zone().values():
        for at, before, after in changes(zone):
            yield zone, at, before, after


def test_the_sweep_sees_all_sorts_of_zones() -> None:
    assert len(ZONES) > 500
    assert len(kinds_of_zone()) > 60
    steps = {after - before for _, _, before, after in every_change()}
    assert {HOUR, -HOUR, HOUR / 2, -HOUR / 2} <= steps, "Lord Howe changes by half an hour"
    assert any(zone for zone in kinds_of_zone().values() if len(changes(zone)) == 0)


def test_a_time_in_a_gap_is_the_first_real_minute_after_it() -> None:
    gaps = 0
    for zone, at, before, after in every_change():
        if after < before:
            continue
        gaps += 1
        begin, end = (at + before).replace(tzinfo=None), (at + after).replace(tzinfo=None)
        local = begin
        while local < end:
            assert to_utc(local, zone) == at, (zone, local)
            assert to_utc(local, zone, last=True) == at
            local += MINUTE
        assert to_utc(begin + timedelta(seconds=59, microseconds=999_999), zone) == at
        assert to_utc(begin - MINUTE, zone) == at - MINUTE
        assert to_utc(end, zone) == at
        assert to_utc(end + MINUTE, zone) == at + MINUTE
        assert to_wall(at, zone) == end
    assert gaps > 200


def test_a_time_in_a_fold_is_the_first_of_the_two() -> None:
    folds = 0
    for zone, at, before, after in every_change():
        if after > before:
            continue
        folds += 1
        end = (at + before).replace(tzinfo=None)
        begin = (at + after).replace(tzinfo=None)
        local = begin
        while local < end:
            first, second = to_utc(local, zone), to_utc(local, zone, last=True)
            assert first == at - (end - local), (zone, local)
            assert second == at + (local - begin)
            assert to_wall(first, zone) == to_wall(second, zone) == local
            local += MINUTE
        assert to_utc(begin - MINUTE, zone) == at - (end - begin) - MINUTE
        assert to_utc(end, zone) == at + (end - begin)
    assert folds > 200


def test_around_every_change_occurrences_keep_their_promises() -> None:
    """Unique keys, wall times that grow, instants that never fall, any cut of the window alike."""
    for zone, at, before, after in every_change():
        table = Timetable(Cron("*/20 * * * *"), zone)
        low, high = at - 3 * HOUR, at + 3 * HOUR
        found = list(moments(table, low, high))
        for one, other in pairwise(found):
            assert one.wall < other.wall
            assert one.due <= other.due
        cuts = [low, at - (before - after), at - HOUR, at - MINUTE, at, at + MINUTE, at + 40 * MINUTE, high]
        cuts = sorted(cut for cut in cuts if low <= cut <= high)
        assert [m for a, b in pairwise(cuts) for m in moments(table, a, b)] == found, zone
        for moment in found:
            assert low < moment.due <= high
            assert moment_at(table, moment.wall) == moment
        by_the_clock = to_wall(high, zone) - to_wall(low, zone)
        assert abs(len(found) - by_the_clock // (20 * MINUTE)) <= 1


@pytest.mark.parametrize("part", range(4))
def test_every_zone_has_every_occurrence_of_eleven_years_once(part: int) -> None:
    """Sunday 02:30, which most gaps swallow, and midnight, which others do."""
    days = [date(2024, 1, 1) + n * DAY for n in range((END - BEGIN).days)]
    walls = [datetime.combine(day, at) for day in days if day.weekday() == 6 for at in (time(0), time(2, 30))]
    for zone in ZONES[part::4]:
        table = Timetable(Weekly(frozenset({6}), (time(2, 30), time(0))), zone)
        found = list(moments(table, BEGIN - 2 * DAY, END + 2 * DAY))
        inside = [moment for moment in found if BEGIN <= moment.wall.replace(tzinfo=UTC) < END]
        assert [moment.wall for moment in inside] == walls, zone
        assert all(one.due <= other.due for one, other in pairwise(found)), zone


def test_new_york_2027() -> None:
    zone = "America/New_York"
    assert to_utc(wall("2027-03-14T01:59"), zone) == datetime(2027, 3, 14, 6, 59, tzinfo=UTC)
    assert to_utc(wall("2027-03-14T02:30"), zone) == datetime(2027, 3, 14, 7, tzinfo=UTC)
    assert to_utc(wall("2027-11-07T01:30"), zone) == datetime(2027, 11, 7, 5, 30, tzinfo=UTC)
    assert to_utc(wall("2027-11-07T01:30"), zone, last=True) == datetime(2027, 11, 7, 6, 30, tzinfo=UTC)


def test_lord_howe_changes_by_half_an_hour() -> None:
    zone = "Australia/Lord_Howe"
    assert to_utc(wall("2027-10-03T02:15"), zone) == datetime(2027, 10, 2, 15, 30, tzinfo=UTC)
    assert to_wall(datetime(2027, 10, 2, 15, 30, tzinfo=UTC), zone) == wall("2027-10-03T02:30")
    assert to_utc(wall("2027-04-04T01:45"), zone) == datetime(2027, 4, 3, 14, 45, tzinfo=UTC)
    assert to_utc(wall("2027-04-04T01:45"), zone, last=True) == datetime(2027, 4, 3, 15, 15, tzinfo=UTC)


def test_casablanca_goes_back_for_ramadan_and_forward_after_it() -> None:
    # Ramadan 2027 starts about 8 February: the clocks go back the Sunday before, and forward after it.
    zone = "Africa/Casablanca"
    ramadan = [change for change in changes(zone) if change[0].year == 2027]
    assert [after - before for _, before, after in ramadan] == [-HOUR, HOUR]
    table = Timetable(Cron("30 2 * * *"), zone, starts=date(2027, 1, 1), ends=date(2027, 12, 31))
    assert len(list(moments(table, BEGIN, END))) == 365


def test_jakarta_never_changes() -> None:
    assert changes("Asia/Jakarta") == ()
    assert to_utc(wall("2027-07-30T08:00"), "Asia/Jakarta") == datetime(2027, 7, 30, 1, tzinfo=UTC)


def test_a_skipped_day_of_the_past_goes_out_at_its_end() -> None:
    # Samoa left out 30 December 2011.
    assert to_utc(wall("2011-12-30T12:00"), "Pacific/Apia") == datetime(2011, 12, 30, 10, tzinfo=UTC)


def test_a_fold_over_midnight_hides_nothing() -> None:
    # At 00:01 on 7 November 2010 it was 23:01 on the day before, for the second time.
    zone = "America/St_Johns"
    table = Timetable(Cron("0 0 * * *"), zone)
    midnight = datetime(2010, 11, 7, 2, 30, tzinfo=UTC)
    found = list(moments(table, midnight - HOUR, midnight + 10 * MINUTE))
    assert to_wall(midnight + 10 * MINUTE, zone) == wall("2010-11-06T23:10")
    assert [(moment.due, moment.wall) for moment in found] == [(midnight, wall("2010-11-07T00:00"))]


def test_an_instant_must_be_aware() -> None:
    with pytest.raises(ValueError, match="aware"):
        to_wall(wall("2027-01-01T00:00"), "Asia/Jakarta")
