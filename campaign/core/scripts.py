"""Whether a text is plainly not in the language it says, as far as its letters tell (AX11: one post, one language).

Only scripts are compared (Arabic, Latin, Han...), by CLDR and Unicode. Telling English from Indonesian by the words
takes 60 MB and more (py3langid with numpy, or lingua), and short Indonesian is taken for Malay: left to reviewers.
"""

from __future__ import annotations

import re
from functools import cache

import regex

from campaign.core.languages import fallbacks, primary
from campaign.core.links import links

ENOUGH = 20
"""Letters below which a text is not judged: a name, a date, a hashtag."""

SHARE = 0.25
"""Of its letters so many have to be of the language's own script; names and quotations may stand in another."""

_COMPOSED = {
    "Hans": ("Hani",),
    "Hant": ("Hani",),
    "Jpan": ("Hani", "Hira", "Kana"),
    "Kore": ("Hang", "Hani"),
}
"""ISO 15924 codes that stand for several of Unicode's scripts, or for a way to write one."""

_NAMES = regex.compile(r"[#@][\w.@-]+")
_LATIN = frozenset({"en", "id"})
"""The starter pack's languages; what holds Latin letters alone is not looked at twice in them."""

_OTHER = re.compile(
    "[\u0370-\u1dff\u2c80-\u2dff\u2e80-\ua71f\ua800-\uab2f\uab70-\ud7ff\uf900-\ufaff"
    "\ufb1d-\ufdff\ufe70-\ufeff\U00010280-\U0001efff\U00020000-\U0003ffff]"
)
"""Where Unicode keeps the letters that are not Latin (and some signs)."""


RULE = "letters"


def mismatch(text: str, language: str) -> tuple[str, str] | None:
    """What is wrong with a text that says it is in a language, as message and hint; None when nothing is."""
    if not foreign(text, language):
        return None
    message = f"this goes out as {language!r}, and hardly a letter of it is of that language"
    return message, f"write it in {language!r}, or send it to an account in its own language"


def foreign(text: str, language: str) -> bool:
    """Whether hardly a letter of a text (without links, hashtags and handles) is of a script of its language."""
    if primary(language) in _LATIN and (text.isascii() or not _OTHER.search(text)):
        return False
    own = _letters(language)
    if own is None:
        return False
    for link in links(text):
        text = text.replace(link, " ")
    text = _NAMES.sub(" ", text)
    letters = len(regex.findall(r"\p{L}", text))
    return letters >= ENOUGH and len(own.findall(text)) < letters * SHARE


@cache
def _letters(language: str) -> regex.Pattern[str] | None:
    """A letter of any script that the language is written in anywhere; None where CLDR does not know."""
    from babel.core import get_global
    from babel.localedata import locale_identifiers

    own = next((code for code in fallbacks(language)[-1].split("-") if len(code) == 4), None)
    if own is not None:
        scripts = {own}
    else:
        likely = get_global("likely_subtags")
        spoken = primary(language)
        known = (name for name in locale_identifiers() if name.startswith(f"{spoken}_"))
        found = [likely.get(spoken, ""), *known]
        scripts = {
            code for name in found for code in name.split("_")[1:] if len(code) == 4 and code.isalpha()
        }
    letters = "".join(rf"\p{{Script={name}}}" for code in scripts for name in _COMPOSED.get(code, (code,)))
    try:
        return regex.compile(rf"[{letters}]") if letters else None
    except regex.error:  # a script that this version of Unicode has not
        return None
