"""Public holidays by country, as the library ``holidays`` knows them."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from campaign.core.hotlines import Audience
from campaign.workspace.findings import quoted


class PublicDays:
    """The public holidays of every country, named in a language where the library has them in it."""

    def __init__(self, language: str) -> None:
        self.language = language

    def name(self, audience: Audience, day: date) -> str:
        """What a day is called where it is a public holiday of the audience's country (and subdivision); else ""."""
        if complaint(audience.country, audience.subdivision):
            return ""  # `check` says so; a workspace that others made may name any country
        return _year(audience.country, audience.subdivision, self.language, day.year).get(day, "")


def complaint(country: str, subdivision: str = "") -> tuple[str, str] | None:
    """Why there are no public holidays of a country or a part of it: message and hint, or None."""
    parts = _countries().get(country)
    if parts is None:
        told = (
            "it is not one country" if country == "EU" else "the list of public holidays has no such country"
        )
        return f"no public holidays of {country} are known: {told}", "name the days: an observance each"
    if subdivision and subdivision not in parts:
        known = ", ".join(parts[:40])
        hint = f"{country} has: {known}" if parts else f"leave it out: {country} has the same everywhere"
        return f"{country} has no part {quoted(subdivision)} with public holidays of its own", hint
    return None


@lru_cache(maxsize=1)
def _countries() -> dict[str, list[str]]:
    """The parts that each country has, by the names that can be used for them."""
    import holidays  # costs start-up time

    return holidays.list_supported_countries(include_aliases=True)


@lru_cache(maxsize=256)
def _year(country: str, subdivision: str, language: str, year: int) -> dict[date, str]:
    import holidays

    kind = holidays.country_holidays(country)
    # Without a language it would take the one of this machine, and two hosts would give two reasons.
    plain = language.partition("-")[0]
    there = [known for known in kind.supported_languages if known.partition("_")[0] == plain]
    spoken = there[0] if there else kind.default_language
    days = holidays.country_holidays(country, subdiv=subdivision or None, years=year, language=spoken)
    return {day: name for day, name in days.items() if day.year == year}
