"""What can go wrong, in the words a person is told.

Every expected failure is a :class:`CampaignError`: one line that says what is wrong, one hint that says what to do.
Anything else that escapes is a bug of ours.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How much a problem matters: an error stops a post, a warning does not, advice is only shown."""

    ERROR = "error"
    WARN = "warn"
    ADVICE = "advice"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A place in a file of the workspace: path relative to its root, line and column from 1 (0: the whole file)."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        if not self.line:
            return self.file
        return f"{self.file}:{self.line}:{self.column}" if self.column else f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Gap:
    """A translation that is missing: ``what`` (text, alt, title...) of a campaign (``slot`` "") or of a slot."""

    campaign: str
    slot: str
    language: str
    what: str


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a workspace. ``rule`` is a short stable id; ``key`` names the post, if it is one;
    ``gap``: the translation that is missing, if it is that."""

    place: Place
    message: str
    hint: str = ""
    level: Level = Level.ERROR
    rule: str = "format"
    key: str = ""
    gap: Gap | None = None

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"

    def as_json(self) -> dict[str, object]:
        """The row that ``check --json`` prints."""
        return {
            "file": self.place.file,
            "line": self.place.line,
            "column": self.place.column,
            "level": self.level.value,
            "rule": self.rule,
            "message": self.message,
            "hint": self.hint,
            "key": self.key,
        }


class CampaignError(Exception):
    """An expected failure. ``message`` is one line; ``hint``, if there is one, says what to do next."""

    exit_code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class WorkspaceError(CampaignError):
    """The workspace can't be used as it stands; ``problems`` says why, all at once."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        first = self.problems[0]
        more = len(self.problems) - 1
        super().__init__(str(first) + (f" (and {more} more)" if more else ""), first.hint)


class StoreError(CampaignError):
    """The store can't be opened, read or written: locked by another run, newer than the program, damaged, disk full."""


class NoStoreYet(StoreError):
    """There is no store: nothing has run here yet."""


class RefusedChange(CampaignError):
    """A person asked for a change that a delivery's state does not allow."""


class SecretError(CampaignError):
    """A secret that an account names can't be found. The message names where it was looked for, never its value."""
