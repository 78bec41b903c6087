"""RFC 5545 recurrence rules as days: dateutil works out single years and months, the counting from ``starts``
is here.

dateutil iterates from DTSTART and looks for the next match until the year 9999. Asked for one period at a
time, a window years ahead is cheap and a rule that never matches (30 February) is harmless.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import MAXYEAR, date, datetime, time, timedelta
from functools import lru_cache
from itertools import dropwhile, islice, takewhile

from dateutil.rrule import rrulestr

_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_DAY_PARTS = frozenset({"BYDAY", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO"})
_ALLOWED = {
    # Which BYxxx a frequency may have: RFC 5545, table in section 3.3.10. BYSETPOS picks from the days of a
    # month or a year; of a day or a week it is refused here, for BYDAY says the same.
    "YEARLY": _DAY_PARTS | {"BYMONTH", "BYSETPOS"},
    "MONTHLY": frozenset({"BYMONTH", "BYSETPOS", "BYDAY", "BYMONTHDAY"}),
    "WEEKLY": frozenset({"BYMONTH", "BYDAY"}),
    "DAILY": frozenset({"BYMONTH", "BYDAY", "BYMONTHDAY"}),
}
_BOUNDS = {"BYMONTH": 12, "BYMONTHDAY": 31, "BYYEARDAY": 366, "BYWEEKNO": 53, "BYSETPOS": 366}
_TIME_PARTS = {"BYHOUR", "BYMINUTE", "BYSECOND"}
_LARGEST = 10_000  # INTERVAL and COUNT: more than anyone means, and no arithmetic runs out of years
_LONGEST = 500  # characters


@dataclass(frozen=True, slots=True)
class _Rule:
    """A rule taken apart. ``by``: the other parts, those that RFC 5545 takes from DTSTART written out."""

    frequency: str
    interval: int
    wkst: int
    count: int | None
    until: date
    by: str


def problem(text: str, starts: date | None, last: date) -> str | None:
    """What is wrong with a rule (one line), or None. It must name a day from ``starts`` to ``last``."""
    said = f"rrule {text[:60]!r}: "
    try:
        _rule(text, starts or date(2000, 1, 1))
    except ValueError as error:
        return f"{said}{error}"
    if starts is None:
        return f"{said}is counted from the campaign's `starts`, which is missing"
    if next(days(text, starts, starts, last), None) is None:
        return f"{said}there is no such day"
    return None


def days(text: str, starts: date, low: date, high: date) -> Iterator[date]:
    """The days from ``low`` to ``high`` (both included) that a valid rule names, in order. ``starts`` is its
    DTSTART, which is a day of the rule only where the rule matches it. COUNT counts days."""
    rule = _rule(text, starts)
    last = min(high, rule.until)
    if rule.count is None:
        return _uncounted(rule, starts, max(low, starts), last)
    return dropwhile(lambda day: day < low, islice(_uncounted(rule, starts, starts, last), rule.count))


def _uncounted(rule: _Rule, starts: date, low: date, high: date) -> Iterator[date]:
    months = range(1, 13) if rule.frequency == "MONTHLY" else (1,)
    for year in range(low.year, high.year + 1):
        for month in months:
            if len(months) > 1 and not (low.year, low.month) <= (year, month) <= (high.year, high.month):
                continue
            for day in _period(rule, year, month):
                if low <= day <= high and _in_phase(rule, starts, day):
                    yield day


def _in_phase(rule: _Rule, starts: date, day: date) -> bool:
    """Whether INTERVAL, counted from the period that holds ``starts``, includes the period that holds
    ``day``."""
    if rule.interval == 1:
        return True
    if rule.frequency == "YEARLY":
        periods = day.year - starts.year
    elif rule.frequency == "MONTHLY":
        periods = (day.year - starts.year) * 12 + day.month - starts.month
    elif rule.frequency == "WEEKLY":
        periods = (_week(day, rule.wkst) - _week(starts, rule.wkst)).days // 7
    else:
        periods = (day - starts).days
    return periods % rule.interval == 0


def _week(day: date, first_weekday: int) -> date:
    """The first day of a day's week."""
    return day - timedelta(days=(day.weekday() - first_weekday) % 7)


@lru_cache(maxsize=4096)
def _period(rule: _Rule, year: int, month: int) -> tuple[date, ...]:
    """The days of a month (FREQ=MONTHLY) or of the whole year that match ``rule.by``, whatever the interval.

    The BYxxx of a daily or weekly rule only ever leave days out, so the year they are taken from makes no
    difference. The interval sends dateutil past the end of its calendar after the one period that is wanted.
    """
    frequency, interval = ("MONTHLY", 12 * MAXYEAR) if rule.frequency == "MONTHLY" else ("YEARLY", MAXYEAR)
    begin = datetime.combine(date(year, month, 1), time())
    found = rrulestr(f"FREQ={frequency};INTERVAL={interval};{rule.by}", dtstart=begin)
    return tuple(takewhile(lambda day: day.year == year, (moment.date() for moment in found)))


# -- reading -------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1024)
def _rule(text: str, starts: date) -> _Rule:
    """Take a rule apart; ValueError says what is wrong with it."""
    parts = _parts(text)
    frequency = parts.pop("FREQ", "")
    if frequency in {"HOURLY", "MINUTELY", "SECONDLY"}:
        raise ValueError(f"FREQ={frequency} is more often than daily; write the times in `at`")
    if frequency not in _ALLOWED:
        raise ValueError("needs FREQ=DAILY, WEEKLY, MONTHLY or YEARLY")
    interval = _whole("INTERVAL", parts.pop("INTERVAL", "1"))
    count = _whole("COUNT", parts.pop("COUNT")) if "COUNT" in parts else None
    if count is not None and "UNTIL" in parts:
        raise ValueError("COUNT and UNTIL exclude each other (RFC 5545)")
    until = _until(parts.pop("UNTIL")) if "UNTIL" in parts else date.max
    wkst = parts.pop("WKST", "MO")
    if wkst not in _WEEKDAYS:
        raise ValueError(f"WKST={wkst} is no weekday ({', '.join(_WEEKDAYS)})")
    for name, value in parts.items():
        _check_by(name, value, frequency, parts)
    if not _DAY_PARTS & parts.keys():
        parts |= _from_starts(frequency, "BYMONTH" in parts, starts)
    by = ";".join(f"{name}={value}" for name, value in {**parts, "WKST": wkst}.items())
    return _Rule(frequency, interval, _WEEKDAYS.index(wkst), count, until, by)


def _parts(text: str) -> dict[str, str]:
    if len(text) > _LONGEST:
        raise ValueError(f"is longer than {_LONGEST} characters")
    if "DTSTART" in text.upper():
        raise ValueError("leave DTSTART out: the campaign's `starts` takes its place")
    if ":" in text or len(text.split()) != 1:
        raise ValueError("write the rule alone, without RRULE: or spaces, as in FREQ=MONTHLY;BYDAY=1MO")
    parts: dict[str, str] = {}
    for pair in text.strip().upper().removesuffix(";").split(";"):
        name, equals, value = pair.partition("=")
        if not equals or not value:
            raise ValueError(f"{pair!r} is not NAME=VALUE")
        if name in parts:
            raise ValueError(f"{name} is there twice")
        parts[name] = value
    return parts


def _whole(name: str, value: str) -> int:
    if not re.fullmatch(r"[0-9]{1,5}", value) or not 1 <= int(value) <= _LARGEST:
        raise ValueError(f"{name}={value} is not a number from 1 to {_LARGEST}")
    return int(value)


def _until(value: str) -> date:
    if re.fullmatch(r"[0-9]{8}", value):
        try:
            return date(int(value[:4]), int(value[4:6]), int(value[6:]))
        except ValueError as error:
            raise ValueError(f"UNTIL={value} is no day") from error
    raise ValueError(f"UNTIL={value} must be a whole day, as in UNTIL=20271231; the times come from `at`")


def _check_by(name: str, value: str, frequency: str, parts: dict[str, str]) -> None:
    if name in _TIME_PARTS:
        raise ValueError(f"leave {name} out: the times come from `at`")
    if name not in _DAY_PARTS | _BOUNDS.keys():
        raise ValueError(f"{name} is not a part of a rule (RFC 5545)")
    if name not in _ALLOWED[frequency]:
        raise ValueError(f"{name} does not go with FREQ={frequency}")
    if name == "BYDAY":
        _check_weekdays(value, frequency, parts)
        return
    signed = "" if name == "BYMONTH" else "[+-]?"
    for item in value.split(","):
        if not re.fullmatch(signed + "[0-9]{1,3}", item) or not 1 <= abs(int(item)) <= _BOUNDS[name]:
            raise ValueError(f"{name}={item} is not a number from 1 to {_BOUNDS[name]}")
    if name == "BYWEEKNO" and "BYDAY" not in parts:
        raise ValueError("BYWEEKNO needs the day of the week too, as in BYDAY=MO")
    if name == "BYSETPOS" and not (_DAY_PARTS | {"BYMONTH"}) & parts.keys():
        raise ValueError("BYSETPOS needs days to pick from, as in BYDAY=MO,TU,WE,TH,FR")


def _check_weekdays(value: str, frequency: str, parts: dict[str, str]) -> None:
    numbered = []
    for item in value.split(","):
        found = re.fullmatch(r"([+-]?[0-9]{1,2})?(MO|TU|WE|TH|FR|SA|SU)", item)
        if found is None or (found[1] and not 1 <= abs(int(found[1])) <= 53):
            raise ValueError(f"BYDAY={item} is no weekday, as in MO or 1MO or -1FR")
        numbered.append(found[1] is not None)
    if any(numbered) and (frequency not in {"MONTHLY", "YEARLY"} or "BYWEEKNO" in parts):
        raise ValueError(
            "a number before the weekday goes with FREQ=MONTHLY or YEARLY only, without BYWEEKNO"
        )
    if any(numbered) and not all(numbered):
        # dateutil would take the days that are both, where RFC 5545 means either.
        raise ValueError("BYDAY has a number before some weekdays and not before others; write two posts")


def _from_starts(frequency: str, has_month: bool, starts: date) -> dict[str, str]:
    """The day that a rule without one takes from its DTSTART (RFC 5545 section 3.3.10)."""
    if frequency == "DAILY":
        return {"BYDAY": ",".join(_WEEKDAYS)}
    if frequency == "WEEKLY":
        return {"BYDAY": _WEEKDAYS[starts.weekday()]}
    if frequency == "MONTHLY" or has_month:
        return {"BYMONTHDAY": str(starts.day)}
    return {"BYMONTH": str(starts.month), "BYMONTHDAY": str(starts.day)}
