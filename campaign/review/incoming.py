"""A table of posts that could be taken, as people and programs read it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from campaign.core.model import wall_text
from campaign.errors import Problem
from campaign.review.problems import in_order
from campaign.review.table import WIDTH, Cell, Columns, Heading, Line, Row, lines
from campaign.review.words import count, first_line
from campaign.workspace.sheet.offer import Offer

_PICTURE = "(a picture without words)"


def sheet_lines(offer: Offer, width: int = WIDTH) -> list[Line]:
    """The planned posts of a table: time, line of the table, accounts, first words."""
    if not offer.slots:
        return []
    made = f"{count(len(offer.slots), 'post')} in {offer.path}, times of {offer.zone}"
    rows = [
        Row(
            (
                Cell(wall_text(slot.drafts[0].at).replace("T", " ")),
                Cell(f"line {slot.lines[0]}"),
                Cell(", ".join(slot.accounts)),
                Cell(first_line(slot.drafts[0].text) or first_line(slot.drafts[0].card) or _PICTURE),
            )
        )
        for slot in offer.slots
    ]
    return list(lines([Heading((Cell(made, "bold"),)), *rows], Columns(), width))


def sheet_row(offer: Offer, problems: Sequence[Problem], written: bool) -> dict[str, Any]:
    """The same as ``import --json`` prints it."""
    return {
        "kind": "posts",
        "file": offer.file,
        "layout": offer.layout,
        "encoding": offer.encoding,
        "campaign": offer.name,
        "out": offer.path,
        "timezone": offer.zone,
        "posts": [
            {
                "id": slot.id,
                "at": wall_text(slot.drafts[0].at),
                "accounts": list(slot.accounts),
                "text": slot.drafts[0].text,
                "media": [{"file": file, "alt": alt} for file, alt in slot.drafts[0].media],
                "lines": list(slot.lines),
            }
            for slot in offer.slots
        ],
        "problems": [problem.as_json() for problem in in_order(problems)],
        "written": written,
    }
