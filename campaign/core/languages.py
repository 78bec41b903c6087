"""Language tags (BCP 47): which texts serve which language, which way it is written, and what Babel knows of it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from babel import Locale

_SCRIPT = 4
"""Letters of a subtag that names a script: ``Hant`` in ``zh-Hant-TW`` (BCP 47, section 2.2.3)."""


@cache
def fallbacks(language: str) -> tuple[str, ...]:
    """The languages whose texts serve this one, the best first: ``pt-BR`` -> pt-BR, pt (RFC 4647, lookup).

    Never another script: who reads ``zh-Hant`` or ``sr-Latn`` does not read ``zh`` or ``sr`` (CLDR has no such parent
    either).
    """
    subtags = language.split("-")
    served = []
    while subtags:
        served.append("-".join(subtags))
        last = subtags.pop()
        if len(last) == _SCRIPT and last.isalpha():
            break
        if subtags and len(subtags[-1]) == 1:  # what introduces an extension says nothing by itself
            subtags.pop()
    return tuple(served)


def primary(language: str) -> str:
    """``pt`` of ``pt-BR``: by which the program's own words are chosen."""
    return language.partition("-")[0]


def locale(language: str) -> Locale | None:
    """What Babel knows of how a language, or one that serves it, is written; None when it knows nothing.

    ``en`` alone is the English of the world (CLDR's ``en-001``: 30 July 2027); ``en-US`` is that of the United States.
    """
    return _locale("en-001" if language == "en" else language)


@cache
def _locale(language: str) -> Locale | None:
    from babel import Locale, UnknownLocaleError

    for served in fallbacks(language):
        try:
            return Locale.parse(served, sep="-")
        except (UnknownLocaleError, ValueError):
            continue
    return None


def direction(language: str) -> Literal["ltr", "rtl", "auto"]:
    """Which way a language is written, as HTML says it; ``auto`` (by the first letter) where that is not known."""
    known = locale(language)
    if known is None:
        return "auto"
    return "rtl" if known.text_direction == "rtl" else "ltr"
