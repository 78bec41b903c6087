"""When things are due, worked out again from scratch, and what must therefore have a row: no line of core/timetable."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from campaign.core.model import Campaign, Slot, Workspace
from campaign.core.timetable import At, Cron, Dates, Interval, On, Recurrence, Timetable, Weekly

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
REACH_BACK = timedelta(hours=24)


@lru_cache(maxsize=100_000)
def instant(wall: datetime, zone: str) -> datetime:
    """The first instant (UTC, whole minutes) at which the clock on the wall shows ``wall``, or first is past it."""
    place = ZoneInfo(zone)
    guess = wall.replace(tzinfo=place, fold=0).astimezone(UTC)
    if guess.astimezone(place).replace(tzinfo=None) == wall:
        return guess
    guess -= timedelta(hours=3)  # no gap is longer than that, but for days that islands left out
    while guess.astimezone(place).replace(tzinfo=None) < wall:
        guess += MINUTE
    return guess


def _days(table: Timetable, low: date, high: date) -> Iterator[date]:
    day = low
    while day <= high:
        if _named(table, day):
            yield day
        day += DAY


def _named(table: Timetable, day: date) -> bool:
    match table.when:
        case At(moments):
            return any(moment.date() == day for moment in moments)
        case Weekly(weekdays):
            return day.weekday() in weekdays
        case Interval(days):
            assert table.starts is not None
            return (day - table.starts).days % days == 0
        case Cron(expression):
            return _cron(expression, day)
        case Recurrence(rule):
            assert table.starts is not None
            return _recurs(rule, table.starts, day)
        case On(Dates(days), offset):
            return day - offset * DAY in days
        case On(yearly, offset):
            told = day - offset * DAY
            return (told.month, told.day) == (yearly.month, yearly.day)  # type: ignore[union-attr]


def _cron(expression: str, day: date) -> bool:
    """The three fields of the day, as the files of the simulation spell them: ``*``, ``7`` or ``1,4``."""
    _, _, monthday, month, weekday = expression.split()
    assert month == "*" and "*" in (monthday, weekday)
    if weekday != "*":
        return day.isoweekday() % 7 in {int(number) % 7 for number in weekday.split(",")}
    return monthday == "*" or day.day in {int(number) for number in monthday.split(",")}


def _recurs(rule: str, starts: date, day: date) -> bool:
    """A rule as the files of the simulation spell them."""
    parts = dict(part.split("=") for part in rule.split(";"))
    by = parts.get("BYDAY", "")
    match parts["FREQ"]:
        case "DAILY":
            return (day - starts).days % int(parts["INTERVAL"]) == 0
        case "WEEKLY":
            monday = starts - starts.weekday() * DAY
            weeks = (day - monday).days // 7
            names = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
            return weeks % int(parts.get("INTERVAL", "1")) == 0 and names[day.weekday()] in by.split(",")
        case _:
            if "BYMONTHDAY" in parts:
                last = int(parts["BYMONTHDAY"]) < 0
                return (day + DAY).day == 1 if last else day.day == int(parts["BYMONTHDAY"])
            return day.weekday() == 0 and day.day <= 7  # BYDAY=1MO


def _times(table: Timetable, day: date) -> list[time]:
    match table.when:
        case At(moments):
            return [moment.time() for moment in moments if moment.date() == day]
        case Cron(expression):
            minutes, hours = expression.split()[:2]
            return sorted(time(int(h), int(m)) for h in hours.split(",") for m in minutes.split(","))
        case when:
            return sorted(when.times)


@dataclass(frozen=True, slots=True)
class Due:
    """An occurrence: the instant at which it goes out and the wall time that names it."""

    at: datetime
    wall: datetime


@dataclass
class Almanac:
    """All occurrences of slots between two days, worked out once for each slot."""

    low: date
    high: date
    _known: dict[str, tuple[list[Due], list[datetime]]] = field(default_factory=dict)

    def of(self, slot: Slot) -> list[Due]:
        """All occurrences, by instant."""
        return self._lookup(slot)[0]

    def between(self, slot: Slot, after: datetime, until: datetime) -> list[Due]:
        """Those with after < instant <= until."""
        found, instants = self._lookup(slot)
        return found[bisect_right(instants, after) : bisect_right(instants, until)]

    def next(self, slot: Slot, after: datetime) -> datetime | None:
        """The first instant after ``after``."""
        _, instants = self._lookup(slot)
        where = bisect_right(instants, after)
        return instants[where] if where < len(instants) else None

    def _lookup(self, slot: Slot) -> tuple[list[Due], list[datetime]]:
        key = repr(slot.timetable)
        if key not in self._known:
            found = sorted(self._work_out(slot.timetable), key=lambda due: (due.at, due.wall))
            self._known[key] = found, [due.at for due in found]
        return self._known[key]

    def _work_out(self, table: Timetable) -> Iterator[Due]:
        low, high = max(self.low, table.starts or self.low), min(self.high, table.ends or self.high)
        number = 0
        for day in _days(table, low, high):
            for at in _times(table, day):
                wall = datetime.combine(day, at)
                number += 1
                if table.count is not None and number > table.count:
                    return
                if day not in table.skip and wall not in table.skip:
                    yield Due(instant(table.move.get(wall, wall), table.zone), wall)


@dataclass
class Owed:
    """What must have a row after a tick, told by the history of the files that the process has read.

    ``planned``: the last tick (or beat of an idle loop) that had a campaign in its files. ``seen``: the first tick that
    had a (campaign, slot, target). ``maybe_*``: the same for ticks that the process did not survive.
    """

    almanac: Almanac
    planned: dict[str, datetime] = field(default_factory=dict)
    maybe_planned: dict[str, datetime] = field(default_factory=dict)
    seen: dict[tuple[str, str, str], datetime] = field(default_factory=dict)
    maybe_seen: dict[tuple[str, str, str], datetime] = field(default_factory=dict)
    _version: dict[str, tuple[Slot, ...]] = field(default_factory=dict)
    _earlier: dict[str, datetime] = field(default_factory=dict)
    _surely: dict[str, datetime] = field(default_factory=dict)

    def tried(self, files: Workspace, now: datetime) -> None:
        """A tick begins; it may not come to its end."""
        self._earlier, self._surely = dict(self.maybe_planned), dict(self.planned)
        for campaign in files.campaigns.values():
            self.maybe_planned[campaign.id] = now
            for pair in _pairs(campaign):
                self.maybe_seen.setdefault(pair, now)

    def rows(self, files: Workspace, now: datetime) -> list[tuple[str, Due]]:
        """The keys (of first parts) that must have a row after a tick at ``now`` that came to its end."""
        owed = []
        for campaign in files.campaigns.values():
            before = self.planned.get(campaign.id)
            edited = self._version.get(campaign.id) != campaign.slots
            since = before if before is not None and not edited else now - REACH_BACK
            if before is not None:
                since = min(since, before)
            for slot in campaign.slots:
                for due in self.almanac.between(slot, since, now):
                    for target in slot.targets:
                        sight = self.seen.get((campaign.id, slot.id, target.name), now)
                        in_time = before is not None and due.at > before and due.at >= sight
                        if in_time or due.at > now - REACH_BACK:
                            wall = due.wall.isoformat(timespec="minutes")
                            owed.append((f"{campaign.id}/{slot.id}/{wall}/{target.name}", due))
            self._version[campaign.id] = campaign.slots
            for pair in _pairs(campaign):
                self.seen.setdefault(pair, now)
        self._note(files, now)
        return owed

    def beat(self, files: Workspace, now: datetime) -> None:
        """An idle loop has noted that nothing more was due, if that is so."""
        for campaign in files.campaigns.values():
            since = self.planned.get(campaign.id)
            if since is None or any(self.almanac.between(slot, since, now) for slot in campaign.slots):
                return
        self._note(files, now)

    def _note(self, files: Workspace, now: datetime) -> None:
        for name in files.campaigns:
            self.planned[name] = self.maybe_planned[name] = now

    def written_late(self, pair: tuple[str, str, str], due: datetime) -> bool | None:
        """Whether the tick that was tried last found an occurrence that was written down after its time: certainly
        (True), certainly not (False), or can't be told from here (None)."""
        campaign = pair[0]
        surely = self._surely.get(campaign)
        if (
            pair not in self.maybe_seen
            or due < self.maybe_seen[pair]
            or (surely is not None and due <= surely)
        ):
            return True
        late = self._earlier.get(campaign)
        if late is not None and due > late and pair in self.seen and due >= self.seen[pair]:
            return False
        return None


def _pairs(campaign: Campaign) -> Iterator[tuple[str, str, str]]:
    for slot in campaign.slots:
        for target in slot.targets:
            yield campaign.id, slot.id, target.name
