"""Durations as people write them in the files: ``30 s``, ``5 min``, ``2 h``, ``3 days``."""

from __future__ import annotations

import re
from datetime import timedelta

_UNITS = {"s": 1, "min": 60, "h": 3600, "day": 86_400, "days": 86_400}
_EXAMPLES = "30 s, 5 min, 2 h or 3 days"
_HINTS = {
    "m": "minutes or months? write {n} min",
    "sec": "write {n} s",
    "secs": "write {n} s",
    "second": "write {n} s",
    "seconds": "write {n} s",
    "mins": "write {n} min",
    "minute": "write {n} min",
    "minutes": "write {n} min",
    "hr": "write {n} h",
    "hrs": "write {n} h",
    "hour": "write {n} h",
    "hours": "write {n} h",
    "d": "write {days}",
    "w": "write it in days",
    "week": "write it in days",
    "weeks": "write it in days",
    "month": "months differ in length; write it in days",
    "months": "months differ in length; write it in days",
    "": "of what? write {n} s, {n} min, {n} h or {days}",
}
_LONGEST = timedelta(days=3660)
_DURATION = re.compile(r"([0-9]{1,9}) ?([A-Za-z]*)")


def parse(text: str) -> timedelta:
    """A duration from a number and its unit, with or without a space between: s, min, h, day, days.

    ValueError, with a message that says what to write instead, for anything else and for more than ten years.
    """
    found = _DURATION.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{_shown(text)} is not a duration; write a whole number and a unit: {_EXAMPLES}")
    number, unit = int(found[1]), found[2]
    if unit not in _UNITS:
        hint = _HINTS.get(unit.lower(), f"write {_EXAMPLES}").format(n=number, days=_days(number))
        if unit.lower() in _UNITS:
            hint = f"write {number} {unit.lower()}"
        raise ValueError(f"{_shown(text)}: {hint}")
    seconds = number * _UNITS[unit]
    if seconds > _LONGEST.total_seconds():
        raise ValueError(f"{_shown(text)} is too long; at most {_LONGEST.days} days")
    return timedelta(seconds=seconds)


def parse_days(text: str) -> int:
    """A whole number of days, "3 days" or "-1 day" (an interval, an offset). ValueError as for ``parse``."""
    digits = text.strip()
    sign, digits = (-1, digits[1:]) if digits.startswith(("-", "−")) else (1, digits.removeprefix("+"))
    duration = parse(digits)
    if duration % timedelta(days=1):
        raise ValueError(f"{_shown(text)}: write whole days, as in 3 days")
    return sign * duration.days


def spell(duration: timedelta) -> str:
    """A duration in the largest unit that leaves no remainder: "2 h", "90 min", "1 day", "0.5 s". What
    ``parse`` takes comes back the same."""
    if duration < timedelta():
        return f"-{spell(-duration)}"
    seconds = duration.total_seconds()
    if seconds and seconds % 86_400 == 0:
        return _days(int(seconds) // 86_400)
    for unit in ("h", "min"):
        if seconds and seconds % _UNITS[unit] == 0:
            return f"{int(seconds) // _UNITS[unit]} {unit}"
    return f"{int(seconds)} s" if seconds % 1 == 0 else f"{seconds:.3f}".rstrip("0").rstrip(".") + " s"


def _days(number: int) -> str:
    return "1 day" if number == 1 else f"{number} days"


def _shown(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:40] + "…")
