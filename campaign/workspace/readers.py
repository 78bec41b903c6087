"""Readers of single values: each takes what YAML gave and returns a Python value, or raises the one error that names
what belongs there."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any, NoReturn, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic_core import PydanticCustomError

from campaign.core import durations, model
from campaign.core.model import QuietHours
from campaign.workspace import language_tags
from campaign.workspace.findings import did_you_mean, quoted

Value = TypeVar("Value")

ALWAYS = timedelta.max
"""What ``if_late: always`` reads as (model.Slot says it with None, which here means: not said)."""


def wrong(message: str, hint: str = "", rule: str = "format") -> NoReturn:
    """Stop reading a value: pydantic gathers these, explain.py puts them at their place."""
    raise PydanticCustomError("campaign", "{message}", {"message": message, "hint": hint, "rule": rule})


def complaint(reader: Callable[[Any], object], value: Any) -> tuple[str, str] | None:
    """What a reader of this module has against a value: message and hint, or None."""
    return reading(reader, value)[1]


def reading(reader: Callable[[Any], Value], value: Any) -> tuple[Value | None, tuple[str, str] | None]:
    """What a reader of this module makes of a value, or what it has against it (as ``complaint``)."""
    try:
        return reader(value), None
    except PydanticCustomError as error:
        context = error.context or {}
        return None, (context["message"], context["hint"])


def kind_of(value: Any) -> str:
    """What a YAML value is, in words, without long contents."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"the number {value}"
    if isinstance(value, str):
        return quoted(value) if value else "an empty text"
    return "a list" if isinstance(value, list) else "a mapping"


def _text(value: Any, what: str, example: str) -> str:
    """A value that has to be text; a number gets its own hint."""
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        wrong(f"{what} belongs here, not {kind_of(value)}", f"write {example}")
    wrong(f"{what} belongs here, not {kind_of(value)}", f"for example {example}")


_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d(?::\d\d)?)")


def read_time(value: Any) -> time:
    """A local time of day, ``09:00`` or ``09:00:30``."""
    text = _text(value, "a time of day", '"09:00"')
    if not _TIME.fullmatch(text):
        wrong(f"{quoted(text)} is not a time of day", 'write hours and minutes with two digits each, "09:00"')
    return time.fromisoformat(text)


def read_country(value: Any) -> str:
    """A country as ISO 3166-1 alpha-2 spells it, or EU."""
    text = _text(value, "a country", "ID")
    if not re.fullmatch("[A-Z]{2}", text):
        capitals = text.upper()
        known = re.fullmatch("[A-Z]{2}", capitals)
        wrong(
            f"{quoted(text)} is not a country",
            f"write {capitals}" if known else "two capital letters (ISO 3166): ID, GB; or EU",
        )
    return text


def read_day(value: Any) -> date:
    """A day, ``2027-07-30``."""
    text = _text(value, "a day", "2027-07-30")
    if not _DAY.fullmatch(text):
        wrong(f"{quoted(text)} is not a day", "write year-month-day, 2027-07-30")
    try:
        return date.fromisoformat(text)
    except ValueError:
        wrong(f"there is no day {text}", "look at the month and the day")


def read_moment(value: Any) -> datetime:
    """A local moment, ``2027-07-30 20:00`` or ``2027-07-30T20:00``, seconds if you like; no zone."""
    text = _text(value, "a moment", "2027-07-30 20:00")
    found = _MOMENT.fullmatch(text)
    if not found:
        if _DAY.fullmatch(text):
            wrong(f"{quoted(text)} has no time", f"write {text} 20:00")
        if re.match(_MOMENT, text):
            wrong(f"{quoted(text)} is not a moment", "leave the zone out: times are in the campaign's zone")
        wrong(f"{quoted(text)} is not a moment", "write day and time, 2027-07-30 20:00")
    try:
        if _TIME.fullmatch(found[2]):  # later Pythons take 24:00 for the next day
            return datetime.fromisoformat(text)
    except ValueError:
        pass
    return datetime.combine(
        read_day(found[1]), read_time(found[2])
    )  # one of the two says what is wrong with it


def read_day_or_moment(value: Any) -> date | datetime:
    """What ``skip`` takes: a whole day or one moment."""
    if isinstance(value, str) and _DAY.fullmatch(value):
        return read_day(value)
    return read_moment(value)


def read_duration(value: Any) -> timedelta:
    """``30 s``, ``5 min``, ``2 h``, ``3 days``."""
    text = _text(value, "a duration", "5 min, 2 h or 3 days")
    try:
        return durations.parse(text)
    except ValueError as error:
        message, _, hint = str(error).partition("; ")
        wrong(message, hint or "for example 30 s, 5 min, 2 h, 3 days")


def read_late(value: Any) -> timedelta:
    """``drop`` (60 s), ``always`` (here timedelta.max) or a duration."""
    if value == "drop":
        return model.DROP_LATE
    if value == "always":
        return ALWAYS
    if not isinstance(value, str):
        wrong(
            f"a duration belongs here, not {kind_of(value)}", "write drop, always, or a duration such as 2 h"
        )
    return read_duration(value)


def read_days(value: Any) -> timedelta:
    """Whole days, backwards with a minus: ``-3 days``."""
    text = _text(value, "a number of days", "3 days or -3 days")
    try:
        return timedelta(days=durations.parse_days(text))
    except ValueError as error:
        message, _, hint = str(error).partition("; ")
        wrong(message, hint or "for example 3 days or -3 days; the time comes from `at`")


def read_quiet_hours(value: Any) -> QuietHours:
    """``22:00-06:00``."""
    text = _text(value, "a span of time", '"22:00-06:00"')
    start, dash, end = text.partition("-")
    if not dash:
        wrong(f"{quoted(text)} is not a span of time", 'write "22:00-06:00"')
    hours = QuietHours(read_time(start.strip()), read_time(end.strip()))
    if hours.start == hours.end:
        wrong("quiet hours end when they begin", 'write "22:00-06:00", or leave quiet_hours out')
    return hours


def read_id(value: Any) -> str:
    """A name of our own: small letters, digits, hyphens."""
    text = _text(value, "a name", "signs, or day-of")
    if not model.ID.fullmatch(text):
        better = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:63].strip("-")
        hint = f", for example {better}" if better and model.ID.fullmatch(better) else ""
        wrong(f"{quoted(text)} can't be a name", f"use small letters, digits and hyphens, at most 63{hint}")
    return text


@cache
def _listed() -> frozenset[str]:
    """The IANA zones that the package tzdata lists, in one file; none where a system does without the package."""
    try:
        return frozenset(files("tzdata").joinpath("zones").read_text(encoding="utf-8").split())
    except (ModuleNotFoundError, FileNotFoundError):
        return frozenset()


@cache
def _zones() -> frozenset[str]:
    """The IANA zones that there are; finding them out reads a few hundred files."""
    return frozenset(available_timezones())


def read_zone(value: Any) -> str:
    """An IANA time zone."""
    text = _text(value, "a time zone", "Asia/Jakarta")
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        guess = did_you_mean(text, _listed() or _zones())
        wrong(
            f"there is no time zone {quoted(text)}{guess}", "use a name such as Asia/Jakarta or Europe/Berlin"
        )
    if text not in _listed() and text not in _zones():
        wrong(f"there is no time zone {quoted(text)}", "use a name such as Asia/Jakarta or Europe/Berlin")
    return text


def read_language(value: Any) -> str:
    """A language tag (BCP 47): ``id``, ``en``, ``pt-BR``."""
    text = _text(value, "a language", "id or en")
    if bad := language_tags.complaint(text):
        wrong(*bad)
    return text


def read_text(value: Any) -> Any:
    """A text for every language, or a mapping of texts by language."""
    if isinstance(value, str):
        if not value.strip():
            wrong("this text is empty", "write it, or leave the key out")
        return {"": value}
    if isinstance(value, dict) and value:
        for language, text in value.items():
            if language != "":
                read_language(language)
            if isinstance(text, str) and not text.strip():
                wrong(f"the text in `{language}` is empty", "write it, or leave the language out")
        return value
    wrong(
        f"a text belongs here, not {kind_of(value) if value != {} else 'an empty mapping'}",
        "write one text, or one by language: {id: …, en: …}",
    )


def read_address(value: Any) -> str:
    """An http or https address."""
    text = _text(value, "an address", "https://example.org/")
    try:
        parts = urlsplit(text)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and not re.search(r"\s", text)
    except ValueError:
        good = False
    if not good:
        wrong(f"{quoted(text)} is not an address", "write it out, https://example.org/")
    return text


def read_money(value: Any) -> Decimal:
    """An amount in US dollars, as a number."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < math.inf:
        wrong(
            f"an amount in US dollars belongs here, not {kind_of(value)}",
            "write 20, or 12.50, without a currency",
        )
    return Decimal(str(value))


def as_list(value: Any) -> Any:
    """One thing, or a list of them."""
    return value if isinstance(value, list) else [value]


def one_of(*words: str) -> Callable[[Any], str]:
    """A reader that takes one of a few words."""

    def read(value: Any) -> str:
        if not isinstance(value, str) or value not in words:
            guess = did_you_mean(value, words) if isinstance(value, str) else ""
            wrong(f"{kind_of(value)} does not belong here{guess}", f"write one of: {', '.join(words)}")
        return value

    return read


def read_tags(value: Any) -> Any:
    """Hashtags by language; a plain list is for every language. The # is not written."""
    if isinstance(value, list):
        value = {"": value}
    if isinstance(value, dict):
        for language, words in value.items():
            if language != "":
                read_language(language)
            for word in words if isinstance(words, list) else ():
                if isinstance(word, str) and not re.fullmatch(r"\w+", word):
                    wrong(f"{quoted(word)} can't be a hashtag", "write one word, without the #")
        return value
    wrong(
        f"a list of hashtags belongs here, not {kind_of(value)}",
        "write [EndTrafficking], or {id: […], en: […]}",
    )
