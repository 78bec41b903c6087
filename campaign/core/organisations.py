"""Organisations that help, teach, research or report: what the directory says of each, and until when.

There is no entry for a person or a suspect, and no kind for one: see "Why no database of suspects" in README.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from campaign.errors import Place


class Sort(StrEnum):
    """What an organisation is there for, as far as readers of the directory are concerned."""

    HELP = "help"
    EDUCATION = "education"
    RIGHTS = "rights"
    MEDIA = "media"
    RESEARCH = "research"
    ACTION = "action"


class Seen(StrEnum):
    """How an entry was checked: somebody opened its page, or read a copy of it that an archive keeps."""

    OPENED = "opened"
    ARCHIVED = "archived"


@dataclass(frozen=True, slots=True)
class Looked:
    """The last look at what an entry says: on which day, and how."""

    on: date
    how: Seen


@dataclass(frozen=True, slots=True)
class Organisation:
    """One entry of posts/organisations.yaml. ``names`` and ``does`` by language; ``formerly``: older names;
    ``countries``: where it works (ISO 3166 alpha-2, EU; empty: in many); ``languages``: in which it publishes;
    ``hotlines``: ids of the help lines that it runs; ``source``: where the entry was read; ``review_by``: the last day
    on which it may be shown without a new look."""

    id: str
    names: Mapping[str, str]
    sort: Sort
    does: Mapping[str, str]
    url: str
    source: str
    checked: Looked
    review_by: date
    formerly: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    hotlines: tuple[str, ...] = ()
    note: Mapping[str, str] = field(default_factory=dict)
    place: Place = field(default_factory=lambda: Place("posts/organisations.yaml"))

    def stale(self, day: date) -> bool:
        """Whether somebody has to look again before it is shown on a day."""
        return self.review_by < day

    def matches(self, word: str) -> bool:
        """Whether a word stands in its id, names (former ones too), countries, kind or in what it does."""
        texts = (
            self.id,
            self.sort,
            *self.names.values(),
            *self.formerly,
            *self.countries,
            *self.does.values(),
            *self.note.values(),
        )
        return any(word.casefold() in text.casefold() for text in texts)
