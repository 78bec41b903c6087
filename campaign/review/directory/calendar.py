"""The days of the directory's calendar, and the calendar as a file that calendar programs read (RFC 5545)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from campaign import __version__
from campaign.core.model import text_for
from campaign.core.named import days as named_days
from campaign.core.observances import FAITH, GLOBAL, Observance
from campaign.core.when import Named, Which

AHEAD = timedelta(days=364)
"""How far the calendar looks, so that what comes once a year is in it once."""

_YEAR = timedelta(days=366)
"""No span is longer."""


@dataclass(frozen=True, slots=True)
class Day:
    """One observance in one year, from ``first`` to ``last`` (included). ``names`` by language; ``where``: the
    countries that keep it (ISO 3166 alpha-2, or EU); none: the whole world."""

    id: str
    names: Mapping[str, str]
    first: date
    last: date
    where: tuple[str, ...] = ()

    @property
    def uid(self) -> str:
        """The same in every edition, so that an imported calendar is brought up to date and not doubled."""
        return f"{self.id}-{self.first.year}@campaign.directory"


def coming(observances: Iterable[Observance], today: date) -> tuple[Day, ...]:
    """The days that are still to come or going on, within a year from ``today``, in order; without those that have no
    name, and those that nobody has looked up."""
    found = (
        Day(one.id, one.names, first, last, tuple(sorted(one.scope - {GLOBAL, FAITH})))
        for one in observances
        if one.names and one.looked_up
        for first, last in _spans(one.rule, today, today + AHEAD)
    )
    return tuple(sorted(found, key=lambda day: (day.first, day.last, day.id)))


def _spans(rule: Named, low: date, high: date) -> Iterator[tuple[date, date]]:
    """First and last day of each time that touches low..high (both included), in order."""
    for first in named_days(rule, Which.FIRST, low - _YEAR, high):
        last = next(named_days(rule, Which.LAST, first, first + _YEAR), first)
        if last >= low:
            yield first, last


def ics(days: Sequence[Day], language: str, title: str, made: date) -> bytes:
    """The calendar in a language. ``made``: the day of the edition; the same days and edition give the same bytes."""
    from icalendar import Calendar, Event

    calendar = Calendar()
    calendar.add("prodid", f"-//campaign {__version__}//directory//{language.upper()}")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    # No standard property names a calendar (RFC 7986 NAME came late); all programs know this one.
    calendar.add("x-wr-calname", title)
    for day in days:
        event = Event()
        event.add("uid", day.uid)
        event.add("dtstamp", datetime.combine(made, time(), UTC))
        event.add("dtstart", day.first)
        event.add("dtend", day.last + timedelta(days=1))  # exclusive, RFC 5545 section 3.6.1
        event.add("summary", text_for(day.names, language) or next(iter(day.names.values()), day.id))
        event.add("transp", "TRANSPARENT")
        event.add("class", "PUBLIC")
        calendar.add_component(event)
    return bytes(calendar.to_ical())
