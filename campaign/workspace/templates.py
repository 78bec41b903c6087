"""What lies below posts/: templates, tables and pictures."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from campaign.core.suggest import did_you_mean
from campaign.errors import Place
from campaign.workspace.findings import Findings, quoted
from campaign.workspace.tree import Entry, read_bytes, walk
from campaign.workspace.yamltext import Unreadable, decode

FOLDER = "posts"

MAX_TEMPLATE_BYTES = 256 * 1024
"""A post is at most some 25,000 characters anywhere. Our own bound."""

MAX_TABLE_BYTES = 4 * 1024 * 1024
"""Some 10,000 rows of text. Our own bound."""

MAX_COLUMNS = 200
"""Our own bound: a table has some ten."""

Row = Mapping[str, str]


@dataclass(slots=True)
class Posts:
    """The files below posts/, by name. ``sizes`` has the rows of every table, -1 for one with problems."""

    templates: dict[str, str] = field(default_factory=dict)
    tables: dict[str, tuple[Row, ...]] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    media: set[str] = field(default_factory=set)
    entries: list[Entry] = field(default_factory=list)


def read_posts(directory: Path, findings: Findings) -> Posts:
    """Every file below ``directory``/posts; what is wrong with them is in ``findings``."""
    posts = Posts()
    for entry in walk(directory / FOLDER, FOLDER, findings):
        posts.entries.append(entry)
        place = f"{FOLDER}/{entry.name}"
        try:
            if entry.name.endswith(".j2"):
                posts.templates[entry.name] = decode(read_bytes(entry.path, MAX_TEMPLATE_BYTES))
            elif entry.name.lower().endswith(".csv"):
                posts.sizes[entry.name] = -1
                rows = read_table(place, decode(read_bytes(entry.path, MAX_TABLE_BYTES)), findings)
                if rows is not None:
                    posts.tables[entry.name] = rows
                    posts.sizes[entry.name] = len(rows)
            else:
                posts.media.add(entry.name)
        except Unreadable as stop:
            findings.extend([stop.problem(place)])
    return posts


def read_table(name: str, text: str, findings: Findings) -> tuple[Row, ...] | None:
    """The rows of a CSV text (commas, a header, a column ``id`` without repetition), or None when it has problems."""
    before = findings.errors()
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [title.strip() for title in next(reader, [])]
        if not _header(name, header, text, findings):
            return None
        rows: list[Row] = []
        seen: dict[str, int] = {}
        line = reader.line_num + 1
        for cells in reader:
            if any(cell.strip() for cell in cells):
                place = Place(name, line, 1)
                if len(cells) != len(header):
                    findings.add(
                        place,
                        f"this row has {len(cells)} cells, the header has {len(header)}",
                        'put a cell that holds a comma in quotes: "…, …"',
                        rule="table",
                    )
                else:
                    row = dict(zip(header, cells, strict=True))
                    _identity(row["id"].strip(), seen, place, findings)
                    rows.append(row | {"id": row["id"].strip()})
            line = reader.line_num + 1
    except csv.Error as error:
        findings.add(
            Place(name, reader.line_num, 1),
            f"this is not CSV: {error}",
            'a quotation mark inside of a cell is written twice: "he said ""no"""',
            rule="table",
        )
    return None if findings.errors() > before else tuple(rows)


def _header(name: str, header: list[str], text: str, findings: Findings) -> bool:
    place = Place(name, 1, 1)
    before = findings.errors()
    if not any(header):
        findings.add(
            place, "the table has no header", "name the columns in the first line: id,text", rule="table"
        )
        return False
    if len(header) > MAX_COLUMNS:
        findings.add(
            place, f"the table has {len(header)} columns", f"at most {MAX_COLUMNS} are read", rule="table"
        )
        return False
    for title in dict.fromkeys(header):
        if not title:
            findings.add(place, "a column has no name", "name it, or remove the column", rule="table")
        elif header.count(title) > 1:
            findings.add(
                place, f"the column {quoted(title)} is there twice", "rename one of them", rule="table"
            )
    if "id" not in header:
        semicolons = len(header) == 1 and ";" in text.split("\n", 1)[0]
        findings.add(
            place,
            f"the table has no column `id`{did_you_mean('id', header)}",
            "save it with commas between the cells, not semicolons"
            if semicolons
            else "give every row an id: it tells rows apart when they change places",
            rule="table",
        )
    return findings.errors() == before


def _identity(row_id: str, seen: dict[str, int], place: Place, findings: Findings) -> None:
    if not row_id:
        findings.add(place, "this row has no id", "every row needs one of its own", rule="table")
    elif row_id in seen:
        findings.add(
            place,
            f"the id {quoted(row_id)} is in line {seen[row_id]} already",
            "every row needs an id of its own",
            rule="table",
        )
    seen.setdefault(row_id, place.line)
