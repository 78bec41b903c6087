"""Review marks: what somebody says about a post that is out, after looking at it. They are only ever added.

A flag stays open until a ``close`` names it, so a flag that comes in a moment before is not closed unread.
"""

from __future__ import annotations

import unicodedata
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

FORMAT = "campaign marks 1"
"""What a file of marks says first, so that nothing else is taken for one."""

MAX_FILE = 1_000_000
"""Bytes of such a file: a thousand marks with long texts take half of it."""

MAX_MARKS = 1_000
"""Marks in one file."""

MAX_TEXT = 1_000
"""Characters of what is wrong, or of what was done."""


class Verdict(StrEnum):
    """What a mark says. ``close``: what a flag named is dealt with."""

    OK = "ok"
    FLAG = "flag"
    CLOSE = "close"


@dataclass(frozen=True, slots=True)
class Mark:
    """One mark. ``key``: of the post (of a thread its first part). ``at``: when it was recorded, aware. ``flag``: id of
    the flag that a ``close`` closes."""

    id: str
    key: str
    verdict: Verdict
    text: str
    by: str
    door: str
    at: datetime
    flag: str | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """A mark as a file has it: made on another machine, by somebody who is only named there."""

    id: str
    key: str
    verdict: Verdict
    text: str


@dataclass(frozen=True, slots=True)
class MarksFile:
    """A file of marks. ``space``: whose posts they are about (``space_of``); ``by``: who says to have made them."""

    space: str
    by: str
    marks: tuple[Given, ...]


def space_of(workspace: uuid.UUID) -> str:
    """Names a workspace in pages and files that leave it, without giving away its id, from which keys are made that
    networks get."""
    return str(uuid.uuid5(workspace, "marks"))


def post_of(key: str) -> str:
    """The key that marks of a delivery stand under: a thread is reviewed as one post, under its first part."""
    return key.partition("#")[0]


def plain(text: str) -> str:
    """A text on one line, without control characters: no database refuses it and no terminal obeys it."""
    kept = (c for c in text if c.isspace() or unicodedata.category(c) not in ("Cc", "Cs"))
    return " ".join("".join(kept).split())


def open_flags(marks: Iterable[Mark]) -> list[Mark]:
    """The flags that nothing has closed, in the order given."""
    marks = list(marks)
    closed = {mark.flag for mark in marks if mark.verdict is Verdict.CLOSE}
    return [mark for mark in marks if mark.verdict is Verdict.FLAG and mark.id not in closed]


def reviewers(marks: Iterable[Mark]) -> tuple[str, ...]:
    """Who has looked at a post, each once: whoever found it right, or wrong."""
    return tuple(dict.fromkeys(mark.by for mark in marks if mark.verdict is not Verdict.CLOSE))


def by_post(marks: Iterable[Mark]) -> Mapping[str, Sequence[Mark]]:
    """Marks by the key they stand under, in the order given."""
    found: dict[str, list[Mark]] = {}
    for mark in marks:
        found.setdefault(mark.key, []).append(mark)
    return found
