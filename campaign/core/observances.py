"""Observances: days that campaigns name, whom they concern, and the tone that they ask for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Protocol

from campaign.core.hotlines import Audience
from campaign.core.named import falls_on
from campaign.core.when import Dates, Named
from campaign.errors import Place

GLOBAL = "global"
FAITH = "faith"
"""What a scope may be besides countries: of everybody, or of a community of faith, wherever it lives."""

HOLIDAYS = "holidays"
"""What ``quiet_on`` calls the public holidays of the audience's country."""

RESERVED = frozenset({HOLIDAYS, "starts", "ends"})
"""What no observance may be called: these words mean something else where observances are named."""

_MEMBERS = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"
EU = frozenset(_MEMBERS.split(" "))
"""The members of the European Union since 1 February 2020 (https://european-union.europa.eu, "EU countries")."""

LEAD_DAYS = 28
"""How long before its usual time a missing date is a warning, where the observance has no ``lead_days`` of its own."""

_LATE_BY = timedelta(days=30)
"""How long after its usual time a date may still be announced for the same year."""


class Tone(StrEnum):
    """How a post speaks, or what a day asks for. On a day of remembrance nothing cheerful goes out."""

    CHEERFUL = "cheerful"
    NEUTRAL = "neutral"
    REMEMBRANCE = "remembrance"


@dataclass(frozen=True, slots=True)
class Observance:
    """One entry of schedules/observances.yaml. ``scope``: countries (ISO 3166 alpha-2; EU), or ``global``, or
    ``faith``. ``lead_days``: how long ahead its campaigns are prepared. ``looked_up``: its day does not stand there
    from memory only."""

    id: str
    rule: Named
    names: Mapping[str, str] = field(default_factory=dict)
    scope: frozenset[str] = frozenset({GLOBAL})
    tone: Tone = Tone.NEUTRAL
    lead_days: int = LEAD_DAYS
    looked_up: bool = True
    place: Place = field(default_factory=lambda: Place("schedules/observances.yaml"))

    def is_on(self, day: date) -> bool:
        """Whether it is (also) on this day."""
        return falls_on(self.rule, day)

    def called(self, language: str) -> str:
        """Its name in a language, in English, or as it is called here."""
        return self.names.get(language) or self.names.get("") or self.names.get("en") or self.id

    def concerns(self, audience: Audience | None) -> bool:
        """Whether it is known to be a day of these people: of everybody, or of their country. (Whose faith it is,
        nobody has told us.)"""
        return GLOBAL in self.scope or (audience is not None and not self.scope.isdisjoint(_around(audience)))

    def is_foreign(self, audience: Audience | None) -> bool:
        """Whether it is a day of other countries than the audience's. People abroad live in another one, so there
        nothing is foreign."""
        return (
            audience is not None
            and not audience.abroad
            and self.scope.isdisjoint({GLOBAL, FAITH})
            and not self.concerns(audience)
        )


def _around(audience: Audience) -> frozenset[str]:
    """The scopes that an audience is part of."""
    country = audience.country
    if country == "EU":
        return EU | {country}
    return frozenset({country, "EU"} if country in EU else {country})


@dataclass(frozen=True, slots=True)
class Awaited:
    """The year for which a date has yet to be announced. ``first``, ``last``: between which days it would be by its
    earlier dates."""

    year: int
    first: date
    last: date


def awaited(dates: Dates, today: date) -> Awaited | None:
    """The year, this one or the next, of which an announced observance has no date; None if both have one, or if there
    never was any."""
    if not dates.days:
        return None
    calendar = sorted((day.month, day.day) for day in dates.days)
    known = {day.year for day in dates.days}
    year = today.year
    if year in known or _in(year, calendar[-1]) + _LATE_BY < today:
        year += 1
    return None if year in known else Awaited(year, _in(year, calendar[0]), _in(year, calendar[-1]))


def _in(year: int, day: tuple[int, int]) -> date:
    month, number = day
    return date(year, 3, 1) - timedelta(days=1) if day == (2, 29) else date(year, month, number)


class PublicHolidays(Protocol):
    """Public holidays by country."""

    def name(self, audience: Audience, day: date) -> str:
        """What a day is called where it is a public holiday of the audience's country; else ""."""


class NoHolidays:
    """Knows none."""

    def name(self, audience: Audience, day: date) -> str:
        return ""
