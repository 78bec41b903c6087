"""The log as CSV that a spreadsheet can open without running anything that stands in it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from campaign.core.cells import defused


def cell(value: Any) -> str:
    """A value as a spreadsheet may see it: what would start a formula gets an apostrophe before it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return str(value)
    text = "; ".join(_item(item) for item in value) if isinstance(value, list | tuple) else str(value)
    return defused(text)


def csv_lines(names: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> Iterable[str]:
    """A head line and one record per row (RFC 4180, every cell quoted), each ending in CR LF."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    for record in (names, *([cell(row.get(name)) for name in names] for row in rows)):
        writer.writerow(record)
        yield out.getvalue()
        out.seek(0)
        out.truncate()


def _item(item: Any) -> str:
    if not isinstance(item, Mapping):
        return str(item)
    if "rule" in item:  # what people let pass
        return f'{item["rule"]} "{item["words"]}" ({", ".join(item["by"])}: {item["reason"]})'
    return str(item.get("file", item))
