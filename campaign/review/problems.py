"""What ``check`` found, as people read it: errors first, each with its place, its hint and its post."""

from __future__ import annotations

from collections.abc import Sequence

from campaign.errors import Level, Problem
from campaign.review.table import WIDTH, Cell, Line
from campaign.review.translations import matrix_lines
from campaign.review.words import count, one_line

_STYLE = {Level.ERROR: "red", Level.WARN: "yellow", Level.ADVICE: "cyan"}
_TITLE = {Level.ERROR: "Errors", Level.WARN: "Warnings", Level.ADVICE: "Advice"}
_NOUN = {Level.ERROR: "error", Level.WARN: "warning", Level.ADVICE: "piece of advice"}


def in_order(problems: Sequence[Problem]) -> list[Problem]:
    """Errors, then warnings, then advice; within each by place. The same thing is said once."""
    levels = list(Level)
    unique = dict.fromkeys(problems)
    return sorted(unique, key=lambda p: (levels.index(p.level), p.place, p.key, p.message))


def check_lines(problems: Sequence[Problem], width: int = WIDTH) -> list[Line]:
    """All that ``check`` found: ``problem_lines``, and missing translations as a matrix at the end. Those that stop a
    post stand above as well."""
    rest = [problem for problem in problems if problem.gap is None or problem.level is Level.ERROR]
    lines, matrix = problem_lines(rest), matrix_lines(problems, width)
    return [*lines, *([()] if lines and matrix else []), *matrix]


def problem_lines(problems: Sequence[Problem]) -> list[Line]:
    """``file:line:column: message`` and its hint, grouped by how much each matters. A title stands over a
    group where there is more than one."""
    ordered = in_order(problems)
    levels = list(dict.fromkeys(problem.level for problem in ordered))
    lines: list[Line] = []
    for level in levels:
        if len(levels) > 1:
            lines += [()] if lines else []
            lines.append((Cell(_TITLE[level], "bold"),))
        for problem in ordered:
            if problem.level is level:
                lines += _one(problem)
    return lines


def _one(problem: Problem) -> list[Line]:
    place = Cell(f"{problem.place}: ", "bold")
    lines: list[Line] = [(place, Cell(one_line(problem.message), _STYLE[problem.level]))]
    if problem.key:
        lines.append((Cell(f"  post: {problem.key}"),))
    if problem.hint:
        lines.append((Cell(f"  hint: {one_line(problem.hint)}"),))
    return lines


def summary(problems: Sequence[Problem]) -> str:
    """``2 errors, 1 warning``; "" when there is nothing."""
    numbers = {level: sum(p.level is level for p in in_order(problems)) for level in Level}
    said = [count(number, _NOUN[level]) for level, number in numbers.items() if number]
    return ", ".join(said).replace("piece of advices", "pieces of advice")


def has_errors(problems: Sequence[Problem]) -> bool:
    """Whether anything stops a post."""
    return any(problem.level is Level.ERROR for problem in problems)
