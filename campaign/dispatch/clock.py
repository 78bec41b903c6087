"""Is the clock to be believed? A wall clock that jumps would send months of posts at once, or none.

The uptime clock (sleep included) never jumps, so the two are held against each other.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

TOLERANCE = timedelta(minutes=2)
"""What a time service may correct in one step without anybody being asked."""


def uptime() -> float:
    """Seconds on a clock that counts through sleep and that nobody can set."""
    # macOS has no CLOCK_BOOTTIME; its CLOCK_MONOTONIC counts through sleep.
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


def wall() -> datetime:
    """The wall clock, aware UTC."""
    return datetime.now(UTC)


PROMPT = 1.0
"""Seconds within which a store must say what time it is, so that the answer is worth something."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Both clocks at one moment."""

    wall: datetime
    uptime: float

    def later(self, uptime: float) -> datetime:
        """What time it is at another point of uptime, if nobody sets the clock."""
        return self.wall + timedelta(seconds=uptime - self.uptime)


class Time:
    """What time it is for one process. Alone on its store, it goes by the machine's clock.

    Hosts that share a store go by the store's clock (``ask``), or those whose clocks differ would take each other's
    posts for abandoned: it is asked now and then (``measure``), and the uptime counts on from there.
    """

    def __init__(self, ask: Callable[[], datetime] | None = None) -> None:
        self._ask = ask
        self._told: Reading | None = None
        self.measure()

    def measure(self) -> None:
        """Ask the store what time it is. StoreError; what was measured before then goes on being used."""
        if self._ask is None:
            return
        for _ in range(3):
            before = uptime()
            told = self._ask()
            took = uptime() - before
            if took <= PROMPT:
                self._told = Reading(told, before + took / 2)
                return
        if self._told is None:  # a slow line: better than the clock of a machine that nobody looks after
            self._told = Reading(told, before + took / 2)

    def read(self) -> Reading:
        """This moment, on both clocks."""
        # In this order: who is kept waiting between the two takes it for earlier than it is, and sends nothing early.
        said, up = wall(), uptime()
        return Reading(said, up) if self._told is None else Reading(self._told.later(up), up)

    def now(self) -> datetime:
        """This moment, aware UTC."""
        return self.read().wall

    def here(self, moment: datetime) -> datetime:
        """What this machine's own clock will say at a moment: for whatever goes by that."""
        return moment if self._told is None else moment + self.ahead()

    def ahead(self) -> timedelta:
        """How far this machine's clock is ahead of the one that counts."""
        return wall() - self.now() if self._told is not None else timedelta()


def mistrust(before: Reading, now: Reading) -> str:
    """Why ``now`` can't be believed after ``before`` (same boot); "" if it can.

    Backwards or ahead by more than two minutes of what the uptime says is a clock that was set, or a broken one.
    """
    expected = before.wall + timedelta(seconds=now.uptime - before.uptime)
    drift = now.wall - expected
    if abs(drift) <= TOLERANCE:
        return ""
    way = "ahead" if drift > timedelta() else "back"
    minutes = round(abs(drift).total_seconds() / 60)
    return f"the clock jumped {way} by {minutes} min; nothing is sent until it is right again (or: --trust-clock)"


def mistrust_restart(last_tick: datetime | None, now: datetime) -> str:
    """The same across a restart, where no uptime is known: only a clock that lies before the last work is wrong."""
    if last_tick is None or now >= last_tick - TOLERANCE:
        return ""
    return (
        f"the clock says {now:%Y-%m-%d %H:%M} UTC, but this store was at work at {last_tick:%Y-%m-%d %H:%M} UTC; "
        "nothing is sent until it is right again (or: --trust-clock)"
    )
