"""Quiet hours, deadlines, gaps and daily caps: by example, and for random accounts against the plain rules."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaign.core.model import QuietHours
from campaign.core.pacing import Forecast, Planned, deadline, forecast, next_slot, quiet_end
from campaign.core.timetable import to_wall

JAKARTA, NEW_YORK = "Asia/Jakarta", "America/New_York"
NIGHT = QuietHours(time(22), time(6))
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

settled = settings(max_examples=100, deadline=None, derandomize=True)


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# -- quiet hours -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2027-07-01T14:59:59", "2027-07-01T14:59:59"),  # 21:59:59 in Jakarta
        ("2027-07-01T15:00", "2027-07-01T23:00"),
        ("2027-07-01T18:00", "2027-07-01T23:00"),
        ("2027-07-01T22:59:59", "2027-07-01T23:00"),
        ("2027-07-01T23:00", "2027-07-01T23:00"),
        ("2027-07-02T05:00", "2027-07-02T05:00"),
    ],
)
def test_a_night_over_midnight(at: str, expected: str) -> None:
    assert quiet_end(instant(at), NIGHT, JAKARTA) == instant(expected)


def test_quiet_hours_within_a_day() -> None:
    noon = QuietHours(time(12), time(13, 30))
    assert quiet_end(instant("2027-07-01T05:00"), noon, JAKARTA) == instant("2027-07-01T06:30")
    assert quiet_end(instant("2027-07-01T06:30"), noon, JAKARTA) == instant("2027-07-01T06:30")


def test_no_quiet_hours() -> None:
    at = instant("2027-07-01T18:00")
    assert quiet_end(at, None, JAKARTA) == at
    assert quiet_end(at, QuietHours(time(22), time(22)), JAKARTA) == at
    assert quiet_end(at.astimezone(), NIGHT, JAKARTA).tzinfo is UTC


def test_nights_on_which_clocks_change() -> None:
    # 14 March 2027: 02:00 is 03:00; 7 November 2027: 02:00 is 01:00.
    assert quiet_end(instant("2027-03-14T04:00"), NIGHT, NEW_YORK) == instant("2027-03-14T10:00")
    assert quiet_end(instant("2027-11-07T04:00"), NIGHT, NEW_YORK) == instant("2027-11-07T11:00")
    into_the_gap = QuietHours(time(22), time(2, 30))
    assert quiet_end(instant("2027-03-14T04:00"), into_the_gap, NEW_YORK) == instant("2027-03-14T07:00")
    in_the_fold = QuietHours(time(22), time(1, 30))
    assert quiet_end(instant("2027-11-07T04:00"), in_the_fold, NEW_YORK) == instant("2027-11-07T06:30")
    assert quiet_end(instant("2027-11-07T06:10"), in_the_fold, NEW_YORK) == instant("2027-11-07T06:30")
    nothing_between = QuietHours(time(3), time(2, 30))
    assert quiet_end(instant("2027-03-14T01:00"), nothing_between, NEW_YORK) == instant("2027-03-15T06:30")


def of_day(minutes: int) -> time:
    return time(minutes // 60 % 24, minutes % 60)


quiets = st.builds(
    lambda start, length: QuietHours(of_day(start), of_day(start + length)),
    st.integers(0, 1439),
    st.integers(0, 1380),
)
zones = st.sampled_from(
    [JAKARTA, NEW_YORK, "Australia/Lord_Howe", "Africa/Casablanca", "America/Havana", "Asia/Beirut"]
)
near_changes = st.sampled_from(
    [instant("2027-03-14T00:00"), instant("2027-11-06T12:00"), instant("2027-04-03T00:00")]
)
instants = st.builds(
    lambda day, minutes: day + minutes * MINUTE, near_changes, st.integers(0, 2880)
) | st.datetimes(
    instant("2024-01-01").replace(tzinfo=None),
    instant("2034-12-31").replace(tzinfo=None),
    timezones=st.just(UTC),
)


def is_quiet(at: datetime, quiet: QuietHours, zone: str) -> bool:
    shown = to_wall(at, zone).time()
    if quiet.start <= quiet.end:
        return quiet.start <= shown < quiet.end
    return shown >= quiet.start or shown < quiet.end


@given(instants, quiets, zones)
@settled
def test_nothing_goes_out_while_the_clock_shows_a_quiet_time(
    at: datetime, quiet: QuietHours, zone: str
) -> None:
    end = quiet_end(at, quiet, zone)
    assert end >= at
    assert not is_quiet(end, quiet, zone)
    assert quiet_end(end, quiet, zone) == end
    assert quiet_end(at - MINUTE, quiet, zone) <= end
    # It waits only for quiet times (and, where an hour comes twice, for the second time).
    waited = [at + n * MINUTE for n in range((end - at) // MINUTE)]
    assert sum(not is_quiet(minute, quiet, zone) for minute in waited) <= 60


def test_a_deadline_moves_with_the_quiet_hours() -> None:
    due, morning = instant("2027-07-01T16:00"), instant("2027-07-01T23:00")
    assert deadline(due, due, 2 * HOUR) == instant("2027-07-01T18:00")
    assert deadline(due, morning, 2 * HOUR) == instant("2027-07-02T01:00")
    assert deadline(due, morning, timedelta()) == morning
    assert deadline(due, morning, None) is None


# -- an account, live ------------------------------------------------------------------------------------------------


def test_the_next_slot_waits_for_the_gap() -> None:
    now = instant("2027-07-01T05:00")
    assert next_slot(now, None, 0, 5 * MINUTE, None, JAKARTA) is None
    assert next_slot(now, now - 5 * MINUTE, 9, 5 * MINUTE, None, JAKARTA) is None
    assert next_slot(now, now - 4 * MINUTE, 1, 5 * MINUTE, 6, JAKARTA) == now + MINUTE
    assert next_slot(now, now, 1, timedelta(), 6, JAKARTA) is None


def test_the_next_slot_waits_for_the_workspaces_midnight() -> None:
    now = instant("2027-07-01T05:00")
    assert next_slot(now, now - HOUR, 6, timedelta(), 6, JAKARTA) == instant("2027-07-01T17:00")
    assert next_slot(now, now - HOUR, 7, timedelta(), 6, JAKARTA) == instant("2027-07-01T17:00")
    assert next_slot(now, now, 6, DAY, 6, JAKARTA) == now + DAY
    # Beirut has no midnight on 28 March 2027: the day begins at 01:00.
    assert next_slot(instant("2027-03-27T20:00"), None, 1, timedelta(), 1, "Asia/Beirut") == instant(
        "2027-03-27T22:00"
    )


# -- ahead -----------------------------------------------------------------------------------------------------------


def planned(key: str, due: str, late: timedelta | None = 2 * HOUR, part: int = 1, **more: object) -> Planned:
    at = instant(due)
    until = None if late is None else at + late
    account = key.rpartition("/")[2].partition("#")[0]
    return Planned(key, account, part, at, at, until, **more)  # type: ignore[arg-type]


def seen(entries: list[Planned], zone: str = JAKARTA, **sent: list[datetime]) -> list[tuple[str, str]]:
    return [
        (found.at.strftime("%d %H:%M") if found.at else "missed", found.reason)
        for found in forecast(entries, zone, sent)
    ]


def test_posts_at_once_go_out_a_gap_apart() -> None:
    entries = [
        planned(f"c/{slot}/t/channel", "2027-07-01T02:00", 10 * MINUTE, gap=5 * MINUTE) for slot in "abcd"
    ]
    assert seen(entries) == [
        ("01 02:00", ""),
        ("01 02:05", "gap of channel"),
        ("01 02:10", "gap of channel"),
        ("missed", "gap of channel"),
    ]


def test_a_cap_holds_over_to_the_next_day_or_misses() -> None:
    entries = [
        planned("c/a/t/channel", "2027-07-01T02:00", daily=1),
        planned("c/b/t/channel", "2027-07-01T03:00", daily=1),
        planned("c/c/t/channel", "2027-07-01T04:00", None, daily=1),
        planned("c/d/t/channel", "2027-07-02T04:00", daily=1),
    ]
    assert seen(entries) == [
        ("01 02:00", ""),
        ("missed", "daily cap of channel"),
        ("01 17:00", "daily cap of channel"),
        ("missed", "daily cap of channel"),
    ]


def test_what_was_sent_already_counts() -> None:
    entries = [planned("c/a/t/channel", "2027-07-01T02:00", None, gap=HOUR, daily=2)]
    assert seen(entries, channel=[instant("2027-07-01T01:30")]) == [("01 02:30", "gap of channel")]
    both = [instant("2027-07-01T01:30"), instant("2027-06-30T18:00")]
    assert seen(entries, channel=both) == [("01 17:00", "daily cap of channel")]
    assert seen(entries, other=both) == [("01 02:00", "")]


def test_accounts_do_not_wait_for_each_other() -> None:
    entries = [planned(f"c/a/t/{name}", "2027-07-01T02:00", gap=HOUR) for name in ("fedi", "bsky")]
    assert seen(entries) == [("01 02:00", ""), ("01 02:00", "")]


def test_a_thread_goes_out_with_its_first_part() -> None:
    paced: dict[str, object] = {"gap": 5 * MINUTE, "daily": 2}
    entries = [
        planned("c/a/t/channel", "2027-07-01T02:00", **paced),  # type: ignore[arg-type]
        planned("c/a/t/channel#2", "2027-07-01T02:00", part=2, **paced),  # type: ignore[arg-type]
        planned("c/b/t/channel", "2027-07-01T02:00", **paced),  # type: ignore[arg-type]
        planned("c/b/t/channel#2", "2027-07-01T02:00", part=2, **paced),  # type: ignore[arg-type]
        planned("c/c/t/channel", "2027-07-01T02:00", **paced),  # type: ignore[arg-type]
        planned("c/c/t/channel#2", "2027-07-01T02:00", part=2, **paced),  # type: ignore[arg-type]
        planned("c/z/t/channel#3", "2027-07-01T02:00", part=3, **paced),  # type: ignore[arg-type]
    ]
    on_time, apart, capped = (
        ("01 02:00", ""),
        ("01 02:05", "gap of channel"),
        ("missed", "daily cap of channel"),
    )
    assert seen(entries) == [on_time, on_time, apart, apart, capped, capped, on_time]


def test_quiet_hours_are_the_reason_where_nothing_else_holds_it_back() -> None:
    due, morning = instant("2027-07-01T16:00"), instant("2027-07-01T23:00")
    entries = [
        Planned("c/a/t/x", "x", 1, due, morning, morning + HOUR),
        Planned("c/b/t/x", "x", 1, morning, morning, due),
    ]
    assert forecast(entries, JAKARTA) == [
        Forecast("c/a/t/x", "x", 1, due, morning, "quiet hours"),
        Forecast("c/b/t/x", "x", 1, morning, None, "its deadline"),
    ]


def test_of_what_is_ready_the_first_in_order_goes_first() -> None:
    entries = [
        planned("c/late/t/x", "2027-07-01T02:30", gap=HOUR),
        planned("c/early/t/x", "2027-07-01T02:00", gap=HOUR),
        planned("c/last/t/x", "2027-07-01T02:10", gap=HOUR),
    ]
    assert [at for at, _ in seen(entries)] == ["01 03:00", "01 02:00", "01 04:00"]


def test_a_cap_of_nothing_is_no_cap() -> None:
    with pytest.raises(ValueError, match="lets nothing out"):
        planned("c/a/t/x", "2027-07-01T02:00", daily=0)


def test_nothing_planned() -> None:
    assert forecast([], JAKARTA) == []


@st.composite
def workloads(draw: st.DrawFn) -> tuple[list[Planned], str, list[datetime]]:
    start = draw(
        st.sampled_from([instant("2027-03-13T12:00"), instant("2027-11-06T12:00"), instant("2027-07-01")])
    )
    gap = draw(st.sampled_from([timedelta(), MINUTE, 7 * MINUTE, 3 * HOUR, DAY + HOUR]))
    daily = draw(st.none() | st.integers(1, 4))
    offsets = sorted(draw(st.lists(st.integers(0, 3000), max_size=25)))
    entries = []
    for index, offset in enumerate(offsets):
        due = start + offset * MINUTE
        not_before = due + draw(st.sampled_from([timedelta(), timedelta(), 90 * MINUTE, 8 * HOUR]))
        late = draw(st.none() | st.integers(0, 3000))
        until = None if late is None else not_before + late * MINUTE
        for part in range(1, draw(st.integers(1, 3)) + 1):
            key = f"c/{index}/t/x" + (f"#{part}" if part > 1 else "")
            entries.append(Planned(key, "x", part, due, not_before, until, gap, daily))
    before = draw(st.lists(st.integers(1, 2000).map(lambda ago: start - ago * MINUTE), max_size=4))
    return entries, draw(zones), before


@given(workloads())
@settled
def test_a_forecast_keeps_gaps_caps_deadlines_and_order(
    load: tuple[list[Planned], str, list[datetime]],
) -> None:
    entries, zone, before = load
    found = forecast(entries, zone, {"x": before})
    assert [outcome.key for outcome in found] == [entry.key for entry in entries]
    firsts = [(entry, outcome) for entry, outcome in zip(entries, found, strict=True) if entry.part == 1]
    sent = sorted((o.at, index, e) for index, (e, o) in enumerate(firsts) if o.at is not None)
    counts = Counter(to_wall(at, zone).date() for at in before)
    last = max(before, default=None)
    for at, _, entry in sent:
        assert at >= entry.not_before
        assert entry.deadline is None or at <= entry.deadline
        assert last is None or at >= last + entry.gap
        counts[to_wall(at, zone).date()] += 1
        assert entry.daily is None or counts[to_wall(at, zone).date()] <= entry.daily
        last = at
    for (at, index, _), (_, other, later) in pairwise(sent):
        assert index < other or later.not_before > at, "an earlier post that was ready goes first"
    for entry, outcome in firsts:
        if outcome.at is None:
            assert entry.deadline is not None
            assert outcome.reason in {"gap of x", "daily cap of x"}
        else:
            assert bool(outcome.reason) == (outcome.at > entry.due)
        parts = [o for o in found if o.key.partition("#")[0] == entry.key]
        assert {(part.at, part.reason) for part in parts} == {(outcome.at, outcome.reason)}


@given(workloads())
@settled
def test_a_forecast_never_waits_without_a_reason(load: tuple[list[Planned], str, list[datetime]]) -> None:
    """A post goes out as soon as it is ready, its account is free, and no earlier one takes the turn."""
    entries, zone, before = load
    found = zip(entries, forecast(entries, zone, {"x": before}), strict=True)
    sent = [(outcome.at, entry) for entry, outcome in found if entry.part == 1 and outcome.at is not None]
    sent.sort(key=lambda pair: pair[0])
    last = max(before, default=None)
    counts = Counter(to_wall(at, zone).date() for at in before)
    for at, entry in sent:
        free = max([entry.not_before, *([last + entry.gap] if last else [])])
        while entry.daily is not None and counts[to_wall(free, zone).date()] >= entry.daily:
            slot = next_slot(free, None, entry.daily, timedelta(), entry.daily, zone)
            assert slot is not None
            free = slot
        assert at == free
        last = at
        counts[to_wall(at, zone).date()] += 1
