"""Dates, times and numbers as the language of the post writes them: ``|long_date``, ``|clock``, ``|number`` and others.

Words and signs are CLDR's, by Babel. Digits are always 0 to 9, so that what looks like a phone number is found, and a
number can be copied.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time
from typing import TYPE_CHECKING, Any

from campaign.core import budget
from campaign.core.budget import Fault, as_text
from campaign.core.languages import locale
from campaign.core.operations import checked, to_number

if TYPE_CHECKING:
    from babel import Locale

PLACES = 3
"""Digits behind the point that a spoken number keeps: 27.64 million is 27,640,000, and not "about 28 million"."""


def _locale() -> Locale:
    """That of the post that is being rendered, whatever a template sets."""
    language = budget.current().names.get("language")
    known = locale(language) if isinstance(language, str) else None
    if known is None:
        raise Fault(
            f"dates and numbers of the language {language!r} are not known here",
            "write them out, or put them together from occurrence.day, occurrence.month, occurrence.year",
        )
    return known


def _day(value: Any) -> date:
    try:
        return date.fromisoformat(as_text(value).strip())
    except ValueError:
        raise Fault(f"{as_text(value)[:40]!r} is no day", "write it as 2027-07-30") from None


def _long_date(value: Any) -> str:
    from babel.dates import format_date

    return format_date(_day(value), "long", locale=_locale())


def _full_date(value: Any) -> str:
    from babel.dates import format_date

    return format_date(_day(value), "full", locale=_locale())


def _clock(value: Any) -> str:
    from babel.dates import format_time

    try:
        moment = time.fromisoformat(as_text(value).strip())
    except ValueError:
        raise Fault(f"{as_text(value)[:40]!r} is no time of day", "write it as 08:00") from None
    if moment.tzinfo is not None:
        raise Fault("a time of day has no zone", "write it as 08:00")
    return format_time(moment, "short", locale=_locale())


def _number(value: Any) -> str:
    from babel.numbers import format_decimal

    return format_decimal(to_number(value), locale=_locale())


def _spoken(value: Any) -> str:
    """As it is said: 50 million. Falls back to the short form where a language has no words for it (50M)."""
    from babel.numbers import format_compact_decimal, format_decimal

    number, known = to_number(value), _locale()
    for form in ("long", "short"):
        if form in known.compact_decimal_formats:
            return format_compact_decimal(number, format_type=form, locale=known, fraction_digits=PLACES)
    return format_decimal(number, locale=known)


FILTERS: dict[str, Callable[..., Any]] = {
    "clock": checked(_clock),
    "full_date": checked(_full_date),
    "long_date": checked(_long_date),
    "number": checked(_number),
    "spoken": checked(_spoken),
}
"""By name; each knows the language of the post, so that none takes one."""
