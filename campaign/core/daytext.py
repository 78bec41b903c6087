"""Days and times as people type them into tables: ``2027-07-30``, ``30/07/2027``, ``30 Juli 2027``, ``8 pm``.

Whether ``03/04/2027`` is in March or in April is nobody's guess: the whole column, or a person, has to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january januari",
            "feb february februari peb",
            "mar march maret",
            "apr april",
            "may mei",
            "jun june juni",
            "jul july juli",
            "aug august agustus agu agt ags",
            "sep sept september",
            "oct october okt oktober",
            "nov november nop",
            "dec december des desember",
        ),
        1,
    )
    for name in names.split()
}
"""English and Indonesian, with the ways in which they are shortened."""

_ISO = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})")
_NUMBERS = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})")
_SHORT_YEAR = re.compile(r"\d{1,2}([-/.])\d{1,2}\1\d{2}")
_DAY_FIRST = re.compile(r"(\d{1,2})[ -]([^\W\d_]+)\.?,?[ -](\d{4})")
_MONTH_FIRST = re.compile(r"([^\W\d_]+)\.? (\d{1,2}),? (\d{4})")
_WEEKDAY = re.compile(r"([^\W\d_]+)'?[^\W\d_]*,? (?=\d)")
_SERIAL = re.compile(r"\d{5}(?:[.,]\d+)?")
_CLOCK = re.compile(r"(\d{1,2})(?:[:.](\d{2})(?:[:.](\d{2}))?)?(?: ?([ap])\.?m\.?)?", re.IGNORECASE)
_MOMENT = re.compile(
    r"(.*\d)(?:T|,? (?:at |pukul |jam )?)(\d{1,2}(?:[:.]\d{2}){1,2}(?: ?[ap]\.?m\.?)?|\d{1,2} ?[ap]\.?m\.?)",
    re.IGNORECASE,
)
_LONGEST = 60
"""Letters of a cell that may be a day and a time: "Wednesday, 30 September 2027, at 10:30:00 a.m." is 45."""
_ZONED = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)")


class Order(StrEnum):
    """In which order a column writes day and month."""

    DMY = "dmy"
    MDY = "mdy"


@dataclass(frozen=True, slots=True)
class Numbers:
    """A day in two numbers and a year, whose order is not known yet."""

    first: int
    second: int
    year: int

    @property
    def order(self) -> Order | None:
        """The only order in which it is a day; None: both, or neither."""
        fits = [order for order in Order if self.day(order) is not None]
        return fits[0] if len(fits) == 1 else None

    @property
    def unclear(self) -> bool:
        """Whether it is one day in one order and another in the other."""
        return self.first != self.second and self.order is None and self.day(Order.DMY) is not None

    def day(self, order: Order) -> date | None:
        """The day in an order; None when there is none."""
        day, month = (self.first, self.second) if order is Order.DMY else (self.second, self.first)
        try:
            return date(self.year, month, day)
        except ValueError:
            return None


def column_order(cells: Iterable[Numbers]) -> tuple[Order | None, bool]:
    """The order that a whole column settles, and whether its cells contradict each other. (None, False): nothing
    settles it."""
    said = {cell.order for cell in cells} - {None}
    return (next(iter(said)), False) if len(said) == 1 else (None, len(said) > 1)


def read_day(text: str) -> date | Numbers:
    """A day. ValueError, ``message; hint``, for anything else."""
    plain = _short(text, "a day", "write 2027-07-30")
    word = _WEEKDAY.match(plain)
    if word and word[1].casefold() not in _MONTHS:
        plain = plain[word.end() :]
    if found := _ISO.fullmatch(plain):
        return _day(plain, int(found[1]), int(found[3]), int(found[4]))
    if found := _NUMBERS.fullmatch(plain):
        numbers = Numbers(int(found[1]), int(found[3]), int(found[4]))
        if numbers.day(Order.DMY) is None and numbers.day(Order.MDY) is None:
            raise ValueError(f"there is no day {plain}; look at the month and the day")
        return numbers
    for pattern, place in ((_DAY_FIRST, (2, 1)), (_MONTH_FIRST, (1, 2))):
        found = pattern.fullmatch(plain)
        if found and (month := _MONTHS.get(found[place[0]].casefold())):
            return _day(plain, int(found[3]), month, int(found[place[1]]))
    if _SHORT_YEAR.fullmatch(plain):
        raise ValueError(f"{_shown(plain)} has no whole year; write four digits: 2027-07-30")
    if _SERIAL.fullmatch(plain):
        raise ValueError(
            f"{_shown(plain)} is a day as spreadsheets count them; "
            "format the column as a date (2027-07-30) and save the table again"
        )
    raise ValueError(f"{_shown(plain)} is not a day; write 2027-07-30")


def read_clock(text: str) -> time:
    """A time of day: ``08:00``, ``8.00``, ``8 pm``. ValueError, ``message; hint``, for anything else."""
    plain = _short(text, "a time of day", "write 08:00")
    found = _CLOCK.fullmatch(re.sub(r"(?i)^(?:at|pukul|jam) ", "", plain))
    if found and (found[2] or found[4]):
        hour, half = int(found[1]), (found[4] or "").lower()
        if half:
            hour = hour % 12 + 12 * (half == "p") if 1 <= hour <= 12 else 24
        try:
            return time(hour, int(found[2] or 0), int(found[3] or 0))
        except ValueError:
            pass
    hint = "write hours and minutes, 08:00, without a zone (--timezone says which one holds)"
    raise ValueError(f"{_shown(plain)} is not a time of day; {hint}")


def read_moment(text: str) -> tuple[date | Numbers, time | None] | datetime:
    """Day and time in one cell (the time None where there is none), or an instant (aware) where the cell has an offset.
    ValueError, ``message; hint``, for anything else."""
    plain = _short(text, "a day", "write 2027-07-30 08:00")
    if _ZONED.fullmatch(plain):
        try:
            return datetime.fromisoformat(plain).replace(microsecond=0)
        except ValueError:
            raise ValueError(f"there is no moment {_shown(plain)}; look at the day and the time") from None
    if found := _MOMENT.fullmatch(plain):
        return read_day(found[1]), read_clock(found[2])
    return read_day(plain), None


def _day(text: str, year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise ValueError(f"there is no day {_shown(text)}; look at the month and the day") from None


def _short(text: str, what: str, hint: str) -> str:
    """A cell on one line, if it is short enough to be what is looked for."""
    if len(text) > _LONGEST:
        raise ValueError(f"{_shown(' '.join(text[:_LONGEST].split()))} is not {what}; {hint}")
    return " ".join(text.split())


def _shown(text: str) -> str:
    return f"`{text[:39]}…`" if len(text) > 40 else f"`{text}`"
