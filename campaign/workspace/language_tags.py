"""Which language tags there are: BCP 47 with IANA's registry (by langcodes), each in its one right spelling."""

from __future__ import annotations

import re
from functools import cache

from campaign.core.languages import primary
from campaign.workspace.findings import quoted

LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")

TWO_LETTERS = frozenset(
    re.findall(
        "..",
        "aaabaeafakamanarasavayazbabebgbhbibmbnbobrbscacechcocrcscucvcydadedvdzeeeleneoeseteufafffifjfofr"
        "fygagdglgngugvhahehihohrhthuhyhziaidieigiiikioisitiujajvkakgkikjkkklkmknkokrkskukvkwkylalblgliln"
        "loltlulvmgmhmimkmlmnmrmsmtmynanbndnengnlnnnonrnvnyocojomorospapiplpsptqurmrnrorurwsascsdsesgsisk"
        "slsmsnsosqsrssstsusvswtatetgthtitktntotrtstttwtyugukuruzvevivowawoxhyiyozazhzu",
    )
)
"""The codes of ISO 639-1 that are right as they are; looking these up would cost most commands a tenth of a second."""

NO_LANGUAGE = frozenset({"mis", "mul", "und", "zxx"})
"""Of the registry's, those that name no language: a post is in one."""

REPLACED = frozenset({"in", "iw", "ji", "jw", "mo", "sh"})
"""Deprecated two-letter codes that the registry gives a preferred value for."""


@cache
def complaint(tag: str) -> tuple[str, str] | None:
    """What is wrong with a language tag, as message and hint; None for a good one: ``id``, ``pt-BR``, ``zh-Hant``."""
    return None if tag in TWO_LETTERS else looked_up(tag)


def looked_up(tag: str) -> tuple[str, str] | None:
    """The same by the registry."""
    from langcodes import standardize_tag, tag_is_valid
    from langcodes.tag_parser import LanguageTagError

    shown = quoted(tag)
    try:
        right = standardize_tag(tag)
    except (LanguageTagError, ValueError):
        return f"{shown} is not a language", _hint(tag)
    if primary(right) in NO_LANGUAGE:
        return f"{shown} names no language", "a post is in one language: id, en, pt-BR"
    if not LANGUAGE.fullmatch(right) or not tag_is_valid(right):
        return f"{shown} is not a language", _hint(tag)
    if tag.lower() == right.lower() or _outdated(tag, right):
        return (f"{shown} is not how the language is written", f"write {right}") if tag != right else None
    return None if LANGUAGE.fullmatch(tag) else (f"{shown} is not a language", f"write {right}")


def _outdated(tag: str, right: str) -> bool:
    """Whether BCP 47 wants another code: the shorter one of ISO 639 (``ind``: id), or the one that replaced a language
    or a region (``en-UK``: en-GB). Both ``tl`` and ``fil`` are good."""
    old, new = primary(tag.lower()), primary(right)
    region = tag.lower().removeprefix(old) != right.lower().removeprefix(new)
    return region or old in REPLACED or (len(old) == 3 and len(new) == 2)


def _hint(tag: str) -> str:
    """The code of a language whose English name somebody wrote."""
    from babel import Locale

    codes = {name.casefold(): code for code, name in Locale("en").languages.items()}
    word = tag.replace("_", " ").casefold()
    code = codes.get(word)
    return f"write {code.replace('_', '-')}" if code else "use codes such as id, en, pt-BR (BCP 47)"
