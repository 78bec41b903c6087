"""When: the five kinds of schedule, as pure functions of wall time; zone, gap and fold are decided here and only here.

Recurrence libraries see naive wall times. A wall time in a DST gap goes out at the first real minute after the gap, one
in a fold at the first of the two.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time


@dataclass(frozen=True, slots=True)
class At:
    """Moments written down one by one (naive wall times, sorted, unique)."""

    moments: tuple[datetime, ...]


@dataclass(frozen=True, slots=True)
class Weekly:
    """``every: {days: [mon, thu], at: [...]}``; weekdays as date.weekday() counts them (Monday is 0)."""

    weekdays: frozenset[int]
    times: tuple[time, ...]


@dataclass(frozen=True, slots=True)
class Interval:
    """``every: {interval: 3 days, at: ...}``: every n-th day counted from the campaign's ``starts``."""

    days: int
    times: tuple[time, ...]


@dataclass(frozen=True, slots=True)
class Cron:
    """A crontab(5) expression of five fields; 0 and 7 are Sunday."""

    expression: str


@dataclass(frozen=True, slots=True)
class Recurrence:
    """An RFC 5545 rule (without DTSTART) whose days get the times of ``at``; counted from ``starts``."""

    rrule: str
    times: tuple[time, ...]


@dataclass(frozen=True, slots=True)
class Yearly:
    """The same day every year (an observance with a fixed date)."""

    month: int
    day: int


@dataclass(frozen=True, slots=True)
class Dates:
    """Days that follow no rule: an observance whose date is announced, or the campaign's starts or ends."""

    days: tuple[date, ...]


@dataclass(frozen=True, slots=True)
class On:
    """A day, moved by ``offset`` days, at the given times."""

    day: Yearly | Dates
    offset: int
    times: tuple[time, ...]


When = At | Weekly | Interval | Cron | Recurrence | On


@dataclass(frozen=True, slots=True)
class Timetable:
    """When a slot happens, in the campaign's zone (IANA name).

    ``starts`` and ``ends`` are whole days, both included. ``skip``: days or moments left out. ``move``: wall time of an
    occurrence -> the wall time at which it goes out instead; it keeps its key. ``numbered``: occurrences carry their
    index (0 for the first since ``starts``, skipped ones counted), which takes rows from a CSV; then ``starts`` is set
    or ``when`` is finite. ``count``: how many there are at most (rows that do not repeat); None: no bound.
    """

    when: When
    zone: str
    starts: date | None = None
    ends: date | None = None
    skip: frozenset[date | datetime] = frozenset()
    move: Mapping[datetime, datetime] = field(default_factory=dict)
    numbered: bool = False
    count: int | None = None


@dataclass(frozen=True, slots=True, order=True)
class Moment:
    """One occurrence: when it goes out (aware, UTC), its wall time (naive; names it in keys), and its index if the
    timetable is numbered."""

    due: datetime
    wall: datetime
    index: int | None = None


def to_utc(wall: datetime, zone: str) -> datetime:
    """The instant (aware, UTC) of a naive wall time in an IANA zone; gap: the first real minute after, fold: the first."""
    raise NotImplementedError


def to_wall(instant: datetime, zone: str) -> datetime:
    """The naive wall time of an aware instant in an IANA zone."""
    raise NotImplementedError


def moments(timetable: Timetable, after: datetime, until: datetime) -> Iterator[Moment]:
    """The occurrences with after < due <= until (aware instants), in order of (due, wall).

    Splitting a window changes nothing: moments(a, b) + moments(b, c) == moments(a, c).
    """
    raise NotImplementedError
    yield


def moment_at(timetable: Timetable, wall: datetime) -> Moment | None:
    """The occurrence that the key's wall time names (a moved one by its original wall time), or None if there is none
    (never was, skipped, outside starts..ends)."""
    raise NotImplementedError
