"""When a post may go out: quiet hours, deadlines, an account's gap and daily cap; live, or ahead."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from campaign.core.model import QuietHours
from campaign.core.timetable import to_utc, to_wall

_DAY = timedelta(days=1)
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


def quiet_end(instant: datetime, quiet: QuietHours | None, zone: str) -> datetime:
    """The first instant (UTC) from ``instant`` (aware) on that is outside the quiet hours of an IANA zone.

    ``start == end`` means that there are none. A night lasts from the first time that the clock on the wall shows
    ``start`` to the last time that it shows ``end``, so that nothing goes out at a quiet hour, even when it
    comes twice.
    """
    instant = instant.astimezone(UTC)
    if quiet is None or quiet.start == quiet.end:
        return instant
    over = _DAY if quiet.end < quiet.start else timedelta()
    day = to_wall(instant, zone).date() - _DAY
    # Where nights meet (a gap may swallow the time between them) the search goes on into the next one.
    while (begin := to_utc(datetime.combine(day, quiet.start), zone)) <= instant:
        end = to_utc(datetime.combine(day + over, quiet.end), zone, last=True)
        if begin <= instant < end:
            instant = end
        day += _DAY
    return instant


def deadline(due: datetime, not_before: datetime, if_late: timedelta | None) -> datetime | None:
    """The last instant at which a post may still go out: ``if_late`` after it is due, or after the quiet
    hours that hold it back. None: however late."""
    return None if if_late is None else max(due, not_before) + if_late


def next_slot(
    now: datetime,
    last_sent: datetime | None,
    sent_today: int,
    gap: timedelta,
    daily: int | None,
    zone: str,
) -> datetime | None:
    """The earliest instant (UTC) after ``now`` at which an account may publish again; None: it may at once.

    ``sent_today``: what it has published so far on the day, in ``zone`` (the workspace's), that ``now``
    belongs to.
    """
    if daily is None and (last_sent is None or last_sent + gap <= now):
        return None
    waits = [now]
    if last_sent is not None:
        waits.append(last_sent + gap)
    if daily is not None and sent_today >= daily:
        waits.append(_tomorrow(now, zone))
    latest = max(waits)
    return latest.astimezone(UTC) if latest > now else None


def _tomorrow(instant: datetime, zone: str) -> datetime:
    return to_utc(datetime.combine(to_wall(instant, zone).date() + _DAY, time()), zone)


# -- ahead ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Planned:
    """A post to come, as the forecast needs it. Instants are aware; ``not_before`` (quiet hours) is at least
    ``due``.

    ``gap`` and ``daily`` (at least 1) are the account's, the same in all its posts. Parts of a thread have
    keys that differ only in what follows ``#``.
    """

    key: str
    account: str
    part: int
    due: datetime
    not_before: datetime
    deadline: datetime | None
    gap: timedelta = timedelta()
    daily: int | None = None

    def __post_init__(self) -> None:
        if self.daily is not None and self.daily < 1:
            raise ValueError(f"{self.account}: a daily cap of {self.daily} lets nothing out")


@dataclass(frozen=True, slots=True)
class Forecast:
    """What would become of a planned post: ``at``, the instant (UTC) at which it goes out, or None if it is
    missed.

    ``reason``: what holds it back or makes it miss its deadline ("quiet hours", "gap of channel", "daily cap
    of channel"); empty when it goes out on time.
    """

    key: str
    account: str
    part: int
    due: datetime
    at: datetime | None
    reason: str = ""

    @property
    def missed(self) -> bool:
        return self.at is None


def at_once(entry: Planned) -> tuple[datetime | None, str]:
    """What becomes of a post of an account without gap and daily cap, as ``forecast`` says it: such a post waits for no
    other. When it goes out (None: it is missed), and why then."""
    at = entry.not_before.astimezone(UTC)
    return (None, "its deadline") if _is_late(entry, at) else (at, _delay(entry, at, ""))


def forecast(
    entries: Sequence[Planned], zone: str, sent: Mapping[str, Iterable[datetime]] | None = None
) -> list[Forecast]:
    """When each post would go out if every account worked and answered at once; in the order of ``entries``.

    Of an account's posts that may go out, the one that comes first in ``entries`` goes first. ``zone``: the
    workspace's, whose days the daily cap counts. ``sent``: what accounts have published already. Later parts
    of a thread go out with part 1: they wait for no gap and count in no cap.
    """
    lines: dict[str, Line] = {}
    fate: dict[str, tuple[datetime | None, str]] = {}
    for index, entry in enumerate(entries):
        if entry.part == 1:
            if entry.account not in lines:
                lines[entry.account] = Line(zone, (sent or {}).get(entry.account, ()))
            lines[entry.account].add(index, entry)
    for line in lines.values():
        fate |= {entries[index].key: (at, reason) for index, at, reason in line.until(None)}
    return [
        # A part whose part 1 is not among them continues a thread that has begun: it goes out first.
        Forecast(
            entry.key, entry.account, entry.part, entry.due, *fate.get(_thread(entry), (entry.not_before, ""))
        )
        for entry in entries
    ]


def _thread(entry: Planned) -> str:
    """The key of a post's first part."""
    return entry.key.partition("#")[0]


class Line:
    """One account's days, played through as its posts come in. ``sent``: what it has published already."""

    def __init__(self, zone: str, sent: Iterable[datetime] = ()) -> None:
        past = sorted(sent)
        self._zone = zone
        self._last = past[-1] if past else None
        self._counts = Counter(_day(instant, zone) for instant in past)
        self._entries: dict[int, Planned] = {}
        self._waiting: list[tuple[datetime, int]] = []
        self._ready: list[int] = []
        self._clock, self._cause = _LONG_AGO, ""

    def add(self, index: int, entry: Planned) -> None:
        """A post that is due. Of those that may go out, the one with the lowest ``index`` goes first."""
        self._entries[index] = entry
        heapq.heappush(self._waiting, (entry.not_before, index))

    def until(self, horizon: datetime | None) -> Iterator[tuple[int, datetime | None, str]]:
        """What becomes of the posts whose turn comes before ``horizon``: index, when each goes out (None: missed), and
        why then. No post that is added later may be due before it. None: of all."""
        zone, waiting, ready = self._zone, self._waiting, self._ready
        while waiting or ready:
            if not ready:  # what waits lies ahead of the clock, for all up to it was ready
                self._clock, self._cause = waiting[0][0].astimezone(UTC), ""
            account = self._entries[ready[0] if ready else waiting[0][1]]
            while (slot := self._next(account)) is not None:
                tomorrow = slot == _tomorrow(self._clock, zone)
                self._cause = f"{'daily cap' if tomorrow else 'gap'} of {account.account}"
                self._clock = slot
            clock = self._clock
            if horizon is not None and clock >= horizon:
                return
            while waiting and waiting[0][0] <= clock:
                ready.append(heapq.heappop(waiting)[1])
            for index in [index for index in ready if _is_late(self._entries[index], clock)]:
                ready.remove(index)
                del self._entries[index]
                yield index, None, self._cause or "its deadline"
            if ready:
                ready.sort()
                index = ready.pop(0)
                self._last = clock
                self._counts[_day(clock, zone)] += 1
                yield index, clock, _delay(self._entries.pop(index), clock, self._cause)

    def _next(self, account: Planned) -> datetime | None:
        today = self._counts[_day(self._clock, self._zone)] if account.daily is not None else 0
        return next_slot(self._clock, self._last, today, account.gap, account.daily, self._zone)


def _is_late(entry: Planned, clock: datetime) -> bool:
    return entry.deadline is not None and entry.deadline < clock


def _delay(entry: Planned, at: datetime, cause: str) -> str:
    """Why a post goes out later than it is due, or nothing."""
    if at > entry.not_before:
        return cause
    return "quiet hours" if at > entry.due else ""


def _day(instant: datetime, zone: str) -> date:
    return to_wall(instant, zone).date()
