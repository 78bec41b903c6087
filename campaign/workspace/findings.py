"""Collects what is wrong with a workspace, so that a person sees every problem at once."""

from __future__ import annotations

from collections.abc import Iterable

from campaign.core import suggest
from campaign.errors import Gap, Level, Place, Problem


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`` (did you mean 'x'?)`` with the known word that is spelled most like this one, or nothing."""
    return suggest.did_you_mean(word, sorted(known))


def quoted(text: str, limit: int = 60) -> str:
    """A piece of somebody's file, as a message may repeat it: one line, never long."""
    line = " ".join(text.split())
    return f"`{line[: limit - 1]}…`" if len(line) > limit else f"`{line}`"


class Findings:
    """The problems found so far, in the order in which they were found."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self._errors = 0

    def add(
        self,
        place: Place,
        message: str,
        hint: str = "",
        *,
        level: Level = Level.ERROR,
        rule: str = "format",
        key: str = "",
        gap: Gap | None = None,
    ) -> None:
        self.extend([Problem(place, message, hint, level, rule, key, gap)])

    def warn(self, place: Place, message: str, hint: str = "", *, rule: str, gap: Gap | None = None) -> None:
        self.add(place, message, hint, level=Level.WARN, rule=rule, gap=gap)

    def extend(self, problems: Iterable[Problem]) -> None:
        for problem in problems:
            self.problems.append(problem)
            self._errors += problem.level is Level.ERROR

    def errors(self) -> int:
        """How many errors (not warnings) there are so far."""
        return self._errors

    def sorted(self) -> tuple[Problem, ...]:
        """All problems by place, each once."""
        unique = dict.fromkeys(self.problems)
        return tuple(sorted(unique, key=lambda p: (p.place, p.level.value, p.message)))
