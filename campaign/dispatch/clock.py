"""Is the clock to be believed? A wall clock that jumps would send months of posts at once, or none.

The uptime clock (sleep included) never jumps, so the two are held against each other.
"""

from __future__ import annotations

import time
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


@dataclass(frozen=True, slots=True)
class Reading:
    """Both clocks at one moment."""

    wall: datetime
    uptime: float


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
