"""Dates and times as the language of the page writes them (CLDR, by Babel), in a campaign's zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from babel import Locale
from babel.dates import format_date, format_datetime, format_skeleton

from campaign.core.languages import locale
from campaign.review import times


@dataclass(frozen=True, slots=True)
class Written:
    """How a page writes days and times. ``language``: "id" or "en"."""

    language: str

    @property
    def _locale(self) -> Locale:
        return locale(self.language) or Locale.parse("en_001")

    def day(self, value: date) -> str:
        """``Friday, 30 July 2027``."""
        return format_date(value, "full", locale=self._locale)

    def short_day(self, value: date) -> str:
        """``Fri, 30 Jul``."""
        return format_skeleton("MMMEd", value, locale=self._locale)

    def month(self, value: date) -> str:
        """``July 2027``."""
        return format_skeleton("yMMMM", value, locale=self._locale)

    def weekday(self, value: date) -> str:
        """``Fri``."""
        return format_date(value, "EEE", locale=self._locale)

    def weekday_name(self, value: date) -> str:
        """``Friday``."""
        return format_date(value, "EEEE", locale=self._locale)

    def clock(self, instant: datetime, zone: str) -> str:
        """``18:30``, always in 24 hours: plans and logs are read side by side."""
        return times.clock(instant, zone)

    def moment(self, instant: datetime, zone: str) -> str:
        """``Fri, 30 Jul 2027, 18:30 WIB``."""
        there = times.local(instant, zone)
        day = format_datetime(there, "EEE, d MMM y", locale=self._locale)
        return f"{day}, {times.clock(instant, zone)} {times.abbreviation(instant, zone)}"
