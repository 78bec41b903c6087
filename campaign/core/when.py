"""The words of a schedule as values: the kinds of rule, the timetable that holds one, a moment of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum

FIRST_DAY = date(1970, 1, 1)
LAST_DAY = date(2199, 12, 31)
"""Nothing happens before or after, so that no date arithmetic reaches the ends of the calendar."""


def _in_order(times: tuple[time, ...]) -> tuple[time, ...]:
    return tuple(sorted(set(times)))


@dataclass(frozen=True, slots=True)
class At:
    """Moments written down one by one (naive wall times; sorted and unique, as the times of every kind)."""

    moments: tuple[datetime, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "moments", tuple(sorted(set(self.moments))))


@dataclass(frozen=True, slots=True)
class Weekly:
    """``every: {days: [mon, thu], at: [...]}``; weekdays as date.weekday() counts them (Monday is 0)."""

    weekdays: frozenset[int]
    times: tuple[time, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "times", _in_order(self.times))


@dataclass(frozen=True, slots=True)
class Interval:
    """``every: {interval: 3 days, at: ...}``: every n-th day counted from the campaign's ``starts``."""

    days: int
    times: tuple[time, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "times", _in_order(self.times))


@dataclass(frozen=True, slots=True)
class Cron:
    """A crontab(5) expression of five fields; 0 and 7 are Sunday."""

    expression: str


@dataclass(frozen=True, slots=True)
class Recurrence:
    """An RFC 5545 rule (without DTSTART) whose days get the times of ``at``; counted from ``starts``."""

    rrule: str
    times: tuple[time, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "times", _in_order(self.times))


@dataclass(frozen=True, slots=True)
class Yearly:
    """The same day every year (an observance with a fixed date); 29 February only in years that have one."""

    month: int
    day: int


@dataclass(frozen=True, slots=True)
class Nth:
    """The n-th weekday of a month: 1 the first, -1 the last; the fifth only in years that have one. ``weekday`` as
    date.weekday() counts (Monday is 0)."""

    month: int
    weekday: int
    n: int


@dataclass(frozen=True, slots=True)
class Span:
    """From one day to another, both included; over New Year where ``last`` comes first in the calendar. An end on 29
    February is the 28th in other years, a beginning there is 1 March."""

    first: Yearly
    last: Yearly


@dataclass(frozen=True, slots=True)
class Dates:
    """Days that follow no rule: an observance whose date is announced, or the campaign's starts or ends."""

    days: tuple[date, ...]


Named = Yearly | Nth | Span | Dates
"""The days that have a name: the rule of an observance."""


class Which(StrEnum):
    """Which days of a span are meant."""

    FIRST = "first"
    LAST = "last"
    EVERY = "every"


@dataclass(frozen=True, slots=True)
class On:
    """A day that has a name, moved by ``offset`` days, at the given times."""

    day: Named
    offset: int
    times: tuple[time, ...]
    which: Which = Which.FIRST

    def __post_init__(self) -> None:
        object.__setattr__(self, "times", _in_order(self.times))


When = At | Weekly | Interval | Cron | Recurrence | On


@dataclass(frozen=True, slots=True)
class Timetable:
    """When a slot happens, in the campaign's zone (IANA name).

    ``starts`` and ``ends`` are whole days, both included. ``skip``: days or moments left out. ``move``: wall
    time of an occurrence -> the wall time at which it goes out instead; it keeps its key. ``numbered``:
    occurrences carry their index (0 for the first since ``starts``, skipped ones counted), which takes rows
    from a CSV; then ``starts`` is set or ``when`` is finite. ``count``: how many there are at most (rows that
    do not repeat); None: no bound.
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
    """One occurrence: when it goes out (aware, UTC), its wall time (naive; names it in keys), and its index
    if the timetable is numbered."""

    due: datetime
    wall: datetime
    index: int | None = None
