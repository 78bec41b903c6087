"""The translations that are missing, as a matrix: a row for each planned post, a column for each language."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from campaign.errors import Gap, Problem
from campaign.review.table import Cell, Line

TITLE = "Missing translations"
WHOLE = "(campaign)"
"""The row of what belongs to the campaign itself, which no planned post can be called."""

NOTHING = "-"
LABEL = 24
"""Terminal cells of the first column; a longer name stands on a line of its own."""

_INDENT, _GAP = 4, 2


def matrix_lines(problems: Iterable[Problem], width: int) -> list[Line]:
    """The matrix, grouped by campaign; where the languages do not fit beside each other, several below each other.
    Empty when nothing is missing."""
    gaps = sorted({problem.gap for problem in problems if problem.gap is not None}, key=_order)
    lines: list[Line] = [(Cell(TITLE, "bold"),)] if gaps else []
    for campaign, group in groupby(gaps, lambda gap: gap.campaign):
        lines.append((Cell("  "), Cell(f"schedules/{campaign}.yaml", "bold")))
        for block in _blocks(list(group), width):
            lines += block
    if gaps:
        lines.append((Cell("  hint: write what is missing, or say `language:` where only some are meant"),))
    return lines


def _order(gap: Gap) -> tuple[str, str, str, str]:
    return gap.campaign, gap.slot, gap.language, gap.what


def _blocks(gaps: Sequence[Gap], width: int) -> list[list[Line]]:
    cells: dict[tuple[str, str], list[str]] = {}
    for gap in gaps:
        cells.setdefault((gap.slot, gap.language), []).append(gap.what)
    slots = list(dict.fromkeys(gap.slot for gap in gaps))
    texts = {at: ", ".join(words) for at, words in cells.items()}
    label = min(max(len(slot or WHOLE) for slot in slots), LABEL)
    blocks, languages = [], sorted({gap.language for gap in gaps})
    while languages:
        here = _fitting(languages, texts, width - _INDENT - label)
        languages = languages[len(here) :]
        blocks.append(_block(slots, here, texts, label))
    return blocks


def _fitting(languages: Sequence[str], texts: dict[tuple[str, str], str], room: int) -> list[str]:
    """As many as fit beside each other, at least one."""
    here: list[str] = []
    for language in languages:
        room -= _GAP + _wide(language, texts)
        if here and room < 0:
            break
        here.append(language)
    return here


def _wide(language: str, texts: dict[tuple[str, str], str]) -> int:
    return max(len(language), *(len(text) for (_, there), text in texts.items() if there == language))


def _block(
    slots: Sequence[str], languages: Sequence[str], texts: dict[tuple[str, str], str], label: int
) -> list[Line]:
    lines = [_line("", [Cell(_padded(code, code, texts), "bold") for code in languages], label)]
    for slot in slots:
        if not any((slot, code) in texts for code in languages):
            continue
        row = [
            Cell(
                _padded(texts.get((slot, code), NOTHING), code, texts),
                "yellow" if (slot, code) in texts else "",
            )
            for code in languages
        ]
        name = slot or WHOLE
        if len(name) > label:
            lines.append((Cell(" " * _INDENT), Cell(name)))
            name = ""
        lines.append(_line(name, row, label))
    return lines


def _padded(text: str, language: str, texts: dict[tuple[str, str], str]) -> str:
    return text.ljust(_wide(language, texts))


def _line(name: str, cells: Sequence[Cell], label: int) -> Line:
    line = [Cell(" " * _INDENT + name.ljust(label))]
    for cell in cells:
        line += [Cell(" " * _GAP), cell]
    line[-1] = Cell(line[-1].text.rstrip(), line[-1].style)
    return tuple(line)
