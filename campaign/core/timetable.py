"""When: the occurrences of a timetable, as pure functions of wall time.

Recurrence libraries see naive wall times only. A wall time in a DST gap goes out at the first real minute
after the gap, one in a fold at the first of the two (core.zones).
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from campaign.core import days
from campaign.core.when import (
    FIRST_DAY,
    LAST_DAY,
    At,
    Cron,
    Dates,
    Interval,
    Moment,
    Named,
    Nth,
    On,
    Recurrence,
    Span,
    Timetable,
    Weekly,
    When,
    Which,
    Yearly,
)
from campaign.core.when_problem import validate
from campaign.core.zones import to_utc, to_wall

__all__ = [
    "FIRST_DAY",
    "HORIZON",
    "LAST_DAY",
    "At",
    "Cron",
    "Dates",
    "Interval",
    "Moment",
    "Named",
    "Nth",
    "On",
    "Recurrence",
    "Span",
    "Timetable",
    "Weekly",
    "When",
    "Which",
    "Yearly",
    "first",
    "moment_at",
    "moments",
    "strays",
    "to_utc",
    "to_wall",
    "validate",
]

HORIZON = timedelta(days=5 * 366)
"""How far ``first`` looks ahead."""

_DAY = timedelta(days=1)
_EARLIEST = datetime(1969, 12, 1, tzinfo=UTC)
_LATEST = datetime(2200, 2, 1, tzinfo=UTC)
"""Instants before FIRST_DAY and after LAST_DAY in every zone: beyond them a window is cut, for it holds
nothing there."""


def moments(timetable: Timetable, after: datetime, until: datetime) -> Iterator[Moment]:
    """The occurrences with after < due <= until (aware instants), in order of (due, wall).

    Splitting a window changes nothing: moments(a, b) + moments(b, c) == moments(a, c). The timetable is one
    that ``validate`` lets pass. ValueError for a naive instant, or where ``starts`` is needed and missing.
    """
    if after.tzinfo is None or until.tzinfo is None:
        raise ValueError("a window goes from an aware instant to an aware instant")
    after, until = max(after, _EARLIEST), min(until, _LATEST)
    if after >= until:
        return iter(())
    unmoved = _unmoved(timetable, after, until)
    if not timetable.move:
        return unmoved
    return heapq.merge(unmoved, _moved(timetable, after, until), key=_order)


def moment_at(timetable: Timetable, wall: datetime) -> Moment | None:
    """The occurrence that a key's wall time names (a moved one by its original wall time), or None if there
    is none (never was, skipped, outside starts..ends)."""
    new = timetable.move.get(wall, wall)
    if _skipped(timetable, wall) or not _in_range(new):
        return None
    index = next(
        (index for found, index in _walls(timetable, wall.date(), wall.date()) if found == wall), None
    )
    if index is None:
        return None
    return _moment(timetable, wall, index, to_utc(new, timetable.zone))


def first(timetable: Timetable, after: datetime) -> Moment | None:
    """The next occurrence after an aware instant, or None if there is none within HORIZON."""
    return next(moments(timetable, after, min(after, _LATEST) + HORIZON), None)


def strays(timetable: Timetable) -> list[tuple[str, date | datetime, str]]:
    """The entries of ``skip`` and ``move`` that do nothing: ("skip" | "move", the entry, a message of one line)."""
    found: list[tuple[str, date | datetime, str]] = []
    for entry in sorted(timetable.skip, key=str):
        day = entry.date() if isinstance(entry, datetime) else entry
        walls = [wall for wall, _ in _walls(timetable, day, day)]
        if not walls or (isinstance(entry, datetime) and entry not in walls):
            found.append(("skip", entry, f"skip {_spelled(entry)}: nothing is planned then"))
    for wall, new in sorted(timetable.move.items()):
        if _skipped(timetable, wall):
            found.append(("move", wall, f"move {_spelled(wall)}: is skipped too"))
        elif not _in_range(new):
            years = f"from {FIRST_DAY.year} to {LAST_DAY.year}"
            found.append(("move", wall, f"move to {_spelled(new)}: must be {years}"))
        elif moment_at(timetable, wall) is None:
            found.append(("move", wall, f"move {_spelled(wall)}: nothing is planned then"))
    return found


def _in_range(wall: datetime) -> bool:
    return FIRST_DAY <= wall.date() <= LAST_DAY


def _spelled(entry: date | datetime) -> str:
    return entry.isoformat(timespec="minutes") if isinstance(entry, datetime) else entry.isoformat()


def _order(moment: Moment) -> tuple[datetime, datetime]:
    return moment.due, moment.wall


def _skipped(timetable: Timetable, wall: datetime) -> bool:
    return wall in timetable.skip or wall.date() in timetable.skip


def _moment(timetable: Timetable, wall: datetime, index: int, due: datetime) -> Moment:
    return Moment(due, wall, index if timetable.numbered else None)


def _unmoved(timetable: Timetable, after: datetime, until: datetime) -> Iterator[Moment]:
    begin = to_wall(after, timetable.zone)
    # In a fold the wall time of `until` may be an hour before the last occurrence of the window, hence the
    # day more.
    end = to_wall(until, timetable.zone).date() + _DAY
    for wall, index in _walls(timetable, begin.date(), end):
        # to_utc(begin) <= after and to_utc never decreases, so no wall time up to `begin` can be due after
        # it.
        if wall <= begin or wall in timetable.move or _skipped(timetable, wall):
            continue
        due = to_utc(wall, timetable.zone)
        if due > until:
            return
        if due > after:
            yield _moment(timetable, wall, index, due)


def _moved(timetable: Timetable, after: datetime, until: datetime) -> list[Moment]:
    found = []
    for wall, new in timetable.move.items():
        if _in_range(new) and after < to_utc(new, timetable.zone) <= until:
            moment = moment_at(timetable, wall)
            if moment is not None:
                found.append(moment)
    return sorted(found, key=_order)


def _walls(timetable: Timetable, low: date, high: date) -> Iterator[tuple[datetime, int]]:
    """The wall times of the rule on the days from ``low`` to ``high`` within starts..ends and ``count``,
    skipped and moved ones too, each with its index (which means something only where it is asked for)."""
    when, starts = timetable.when, timetable.starts
    begin = max(starts or FIRST_DAY, FIRST_DAY)
    low = max(low, begin)
    high = min(high, timetable.ends or LAST_DAY, LAST_DAY)
    index = 0
    if timetable.numbered or timetable.count is not None:
        if starts is None and not days.is_finite(when):
            raise ValueError("a rule without end can be numbered only from `starts`")
        index = days.count(when, starts, begin, low - _DAY)
    for day in days.days(when, starts, low, high):
        for at in days.times(when, day):
            if timetable.count is not None and index >= timetable.count:
                return
            yield datetime.combine(day, at), index
            index += 1
