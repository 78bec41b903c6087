"""Crontab(5) expressions as days and times of day, read and matched by cronsim on naive time."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import takewhile

from cronsim import CronSim, CronSimError

_FIELDS = "minute, hour, day of the month, month, weekday"
_LONGEST = 200
"""Characters: more than any crontab line has, too few to be slow."""

_ANY_DAY = datetime.combine(date(2000, 1, 1), time())
_TICK = timedelta(seconds=1)  # cronsim starts strictly after the time it is given


def problem(expression: str) -> str | None:
    """What is wrong with an expression (one line), or None. One that names no day at all is wrong too."""
    if expression.lstrip().startswith("@"):
        return f"cron {expression[:40]!r}: write the five fields ({_FIELDS}) instead of a name"
    # cronsim would take a sixth field as seconds.
    if len(expression) > _LONGEST or len(expression.split()) != 5:
        return f"cron {expression[:40]!r}: needs five fields: {_FIELDS} (0 and 7 are Sunday)"
    minute, hour, day, month, weekday = expression.split()
    # One field at a time first, for cronsim says the same to day 32 as to 30 February.
    for alone in (f"{minute} {hour} * * *", f"0 0 {day} * *", f"0 0 1 {month} *", f"0 0 1 * {weekday}"):
        try:
            CronSim(alone, _ANY_DAY)
        except (CronSimError, ValueError) as error:
            wrong = str(error)[:60].lower()
            return f"cron {expression!r}: {wrong}; the fields are {_FIELDS} (0 and 7 are Sunday)"
    try:
        next(CronSim(_split(expression)[0], _ANY_DAY))
    except (CronSimError, StopIteration):
        return f"cron {expression!r}: there is no such day"
    return None


@lru_cache(maxsize=1024)
def days_in(expression: str, year: int) -> tuple[date, ...]:
    """The days of a year that a valid expression names, in order."""
    begin = datetime.combine(date(year, 1, 1), time()) - _TICK
    # After its last day cronsim looks on for at most 50 years: at worst a millisecond or two.
    found = CronSim(_split(expression)[0], begin)
    return tuple(day.date() for day in takewhile(lambda day: day.year == year, found))


@lru_cache(maxsize=256)
def times_of(expression: str) -> tuple[time, ...]:
    """The times of day of a valid expression, in order: whole minutes, the same on each of its days."""
    found = CronSim(_split(expression)[1], _ANY_DAY - _TICK)
    return tuple(
        moment.time() for moment in takewhile(lambda moment: moment.date() == _ANY_DAY.date(), found)
    )


def _split(expression: str) -> tuple[str, str]:
    """An expression as two: midnight of its days, and its times of every day. Which days match (and whether
    day and weekday mean "and" or "or") depends on the last three fields only."""
    minute, hour, day, month, weekday = expression.split()
    return f"0 0 {day} {month} {weekday}", f"{minute} {hour} * * *"
