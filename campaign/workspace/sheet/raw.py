"""From the bytes of a table to its records: which encoding, which mark between cells, which line each record is in."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from campaign.errors import Place
from campaign.workspace.findings import Findings

MAX_BYTES = 4 * 1024 * 1024
MAX_ROWS = 2_000
"""What is read of a table. Our own bounds: a campaign file of more posts nobody reviews."""

_DELIMITERS = (",", ";", "\t")
RULE = "table"


@dataclass(frozen=True, slots=True)
class Record:
    """One record and the line in which it begins (from 1)."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """The records of a table, without empty ones. ``encoding`` and ``delimiter``: as they were found out."""

    name: str
    encoding: str
    delimiter: str
    records: tuple[Record, ...]


def read_table(
    name: str, data: bytes, known: Callable[[Sequence[str]], int], findings: Findings
) -> Table | None:
    """The records of a table called ``name``, or None with the reason in ``findings``. ``known``: how many cells of a
    record are headings that somebody knows, which tells one mark between cells from another."""
    if len(data) > MAX_BYTES:
        findings.add(
            Place(name), f"the table is larger than {MAX_BYTES // 1024**2} MiB", "split it", rule="size"
        )
        return None
    decoded = _decoded(name, data, findings)
    if decoded is None:
        return None
    text, encoding = decoded
    skipped = 0
    if text[:4].lower() == "sep=":  # Excel's own line: the mark between cells
        first, _, text = text.partition("\n")
        skipped, marks = 1, [first[4:5]] if first[4:5] in _DELIMITERS else list(_DELIMITERS)
    else:
        marks = list(_DELIMITERS)
    delimiter = max(marks, key=lambda mark: _fit(text, mark, known))
    records = _records(name, text, delimiter, skipped, findings)
    return None if records is None else Table(name, encoding, delimiter, records)


def _decoded(name: str, data: bytes, findings: Findings) -> tuple[str, str] | None:
    """The text, and its encoding."""
    try:
        if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            text, encoding = data.decode("utf-16"), "utf-16"
        else:
            text, encoding = data.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError:
        try:
            text, encoding = data.decode("cp1252"), "cp1252"
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            findings.add(
                Place(name, line), "this is not text", "save the table as CSV, UTF-8", rule="encoding"
            )
            return None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        findings.add(
            Place(name, line),
            "this is not a text file (it holds a NUL byte)",
            "save the table as CSV, UTF-8",
            rule="encoding",
        )
        return None
    if encoding == "cp1252":
        findings.warn(
            Place(name),
            "this is not UTF-8, and was read as Windows-1252",
            "look at letters with accents, or save the table as CSV, UTF-8",
            rule="encoding",
        )
    return text, encoding


def _fit(text: str, delimiter: str, known: Callable[[Sequence[str]], int]) -> tuple[int, int]:
    """How well a mark between cells fits the first record: headings known, and cells."""
    try:
        first = next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])
    except csv.Error:
        return 0, 0
    return known(first), len(first)


def _records(
    name: str, text: str, delimiter: str, skipped: int, findings: Findings
) -> tuple[Record, ...] | None:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    records: list[Record] = []
    line = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                if len(records) > MAX_ROWS:  # the first may be the head
                    findings.add(
                        Place(name, line + skipped),
                        f"the table has more than {MAX_ROWS:,} rows",
                        "split it: one file for each campaign",
                        rule="size",
                    )
                    return None
                records.append(Record(line + skipped, tuple(cells)))
            line = reader.line_num + 1
    except csv.Error as error:
        open_end = "unexpected end" in str(error) or "field larger" in str(error)
        findings.add(
            Place(name, line + skipped),
            "a quotation mark is opened in this row and not closed"
            if open_end
            else f"this row is not CSV: {error}",
            'a quotation mark inside of a cell is written twice: "he said ""no"""',
            rule=RULE,
        )
        return None
    if not records:
        findings.add(Place(name), "the table is empty", "name the columns in the first line", rule=RULE)
        return None
    return tuple(records)
