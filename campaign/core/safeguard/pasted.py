"""Any text that somebody pastes, held against the rules that need no campaign around it."""

from __future__ import annotations

from campaign.core.safeguard.judge import Rulebook
from campaign.core.safeguard.reading import WHOLE, Read
from campaign.core.safeguard.rules import Finding
from campaign.errors import Level, Place, Problem

SPEAKS = ("en", "id")
"""The languages that the built-in rules have patterns of their own for."""


def judge(
    text: str, language: str, name: str, book: Rulebook, numbers: tuple[str, ...] = ()
) -> list[Problem]:
    """The problems of a text, in its order. ``name``: of its file, for their places; ``numbers``: words after which a
    number is one to call (names of help lines)."""
    found = book.text(Read(text, numbers=numbers), language)
    return [_problem(finding, text, name) for finding in found]


def spoken(language: str) -> bool:
    """Whether there are rules for this language; of another one only what holds in all is looked at."""
    return language.partition("-")[0] in SPEAKS


def _problem(finding: Finding, text: str, name: str) -> Problem:
    start = finding.start
    place = Place(name, text.count("\n", 0, start) + 1, start - text.rfind("\n", 0, start))
    if (finding.start, finding.end) == WHOLE:
        place = Place(name)
    level = Level(finding.weight)
    return Problem(place, finding.message, finding.rule.instead, level, finding.rule.id)
