"""Listings: aligned columns under headings, the same words on a terminal (coloured by rich) and in a pipe.

Nothing that a person would copy (a key, an address, a reason) is ever cut; only the last column of a row is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from campaign.review.words import cut, one_line, wrap

if TYPE_CHECKING:
    from rich.text import Text as RichText

WIDTH = 80
"""Columns of a pipe, and the least that a terminal is taken to have."""

GAP = 2
INDENT = 2


@dataclass(frozen=True, slots=True)
class Cell:
    """A piece of a row. ``style`` is rich's word for it ("red", "bold"); a pipe does without."""

    text: str
    style: str = ""


@dataclass(frozen=True, slots=True)
class Heading:
    """A line over the rows that follow it."""

    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """Cells under each other. ``notes`` stand below it, indented, wrapped, never cut."""

    cells: tuple[Cell, ...]
    notes: tuple[Cell, ...] = ()


Entry = Heading | Row
Line = tuple[Cell, ...]
"""One line of output: its text is all cells joined."""


@dataclass(frozen=True, slots=True)
class Columns:
    """How cells stand: ``right`` names right-aligned columns (from 0); the last one takes what is left."""

    right: frozenset[int] = frozenset()


def lines(entries: Sequence[Entry], columns: Columns, width: int = WIDTH) -> Iterator[Line]:
    """Lay out headings and rows for a width in terminal cells, with blank lines between groups."""
    widths = _widths([entry for entry in entries if isinstance(entry, Row)])
    for number, entry in enumerate(entries):
        if isinstance(entry, Heading):
            if number:
                yield ()
            yield _joined(entry.cells)
            continue
        yield _row(entry.cells, widths, columns, width)
        for note in entry.notes:
            yield from _wrapped(note, width, INDENT * 2)


def plain(laid: Iterable[Line]) -> list[str]:
    """The lines without style, for a pipe."""
    return ["".join(cell.text for cell in line).rstrip() for line in laid]


def rich_text(laid: Iterable[Line]) -> RichText:
    """The lines with style, for a terminal."""
    from rich.text import Text

    text = Text()
    for number, line in enumerate(laid):
        if number:
            text.append("\n")
        for cell in line:
            text.append(cell.text, style=cell.style or None)
    return text


def _widths(rows: Sequence[Row]) -> list[int]:
    from rich.cells import cell_len

    count = max((len(row.cells) for row in rows), default=0)
    return [
        max((cell_len(row.cells[i].text) for row in rows if i < len(row.cells)), default=0)
        for i in range(count)
    ]


def _row(cells: Sequence[Cell], widths: Sequence[int], columns: Columns, width: int) -> Line:
    from rich.cells import cell_len

    line = [Cell(" " * INDENT)]
    used = INDENT
    for number, cell in enumerate(cells):
        if number == len(cells) - 1:
            line.append(Cell(cut(one_line(cell.text), max(width - used, 12)), cell.style))
            break
        space = widths[number] - cell_len(cell.text)
        if number in columns.right:
            line += [Cell(" " * space), cell, Cell(" " * GAP)]
        else:
            line += [cell, Cell(" " * (space + GAP))]
        used += widths[number] + GAP
    return tuple(line)


def _joined(cells: Sequence[Cell]) -> Line:
    line: list[Cell] = []
    for cell in cells:
        line += [Cell("  "), cell] if line else [cell]
    return tuple(line)


def _wrapped(note: Cell, width: int, indent: int) -> Iterator[Line]:
    for piece in wrap(one_line(note.text), max(width - indent, 20)):
        yield (Cell(" " * indent), Cell(piece, note.style))
