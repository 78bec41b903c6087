"""Awareness days with their names, as a calendar shows them: from which day to which, in which year."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from campaign.core.when import Dates, Yearly


@dataclass(frozen=True, slots=True)
class NamedDay:
    """One entry of schedules/observances.yaml. ``begins``: its (first) day; ``ends``: the last day of a span, or None;
    ``month``: it is a whole month. ``where``: the country that keeps it (ISO 3166 alpha-2, or EU), or ""."""

    id: str
    names: Mapping[str, str]
    begins: Yearly | Dates
    ends: Yearly | None = None
    month: bool = False
    where: str = ""

    def spans(self, first: date, last: date) -> Iterator[tuple[date, date]]:
        """First and last day of each time that touches first..last (both included), in order."""
        if isinstance(self.begins, Dates):
            for day in self.begins.days:
                if first <= day <= last:
                    yield day, day
            return
        for year in range(first.year - 1, last.year + 1):
            begin = _in(year, self.begins)
            end = self._end(year, begin) if begin else None
            if begin and end and begin <= last and end >= first:
                yield begin, end

    def _end(self, year: int, begin: date) -> date | None:
        if self.month:
            return begin.replace(day=monthrange(begin.year, begin.month)[1])
        if self.ends is None:
            return begin
        end = _in(year, self.ends)
        return end if end and end >= begin else _in(year + 1, self.ends)


def _in(year: int, day: Yearly) -> date | None:
    try:
        return date(year, day.month, day.day)
    except ValueError:  # 29 February
        return None
