"""The organisations of the directory as people and programs read them: what each does, and how it was checked."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from campaign.core.model import text_for
from campaign.core.organisations import Organisation, Seen
from campaign.review.table import Cell, Entry, Row


def organisation_row(one: Organisation) -> dict[str, Any]:
    """One organisation for programs, in the directory and its list."""
    return {
        "id": one.id,
        "name": dict(one.names),
        "formerly": list(one.formerly),
        "kind": one.sort.value,
        "does": dict(one.does),
        "countries": list(one.countries),
        "languages": list(one.languages),
        "url": one.url,
        "hotlines": list(one.hotlines),
        "source": one.source,
        "checked_on": one.checked.on.isoformat(),
        "how": one.checked.how.value,
        "review_by": one.review_by.isoformat(),
        "note": dict(one.note),
    }


def organisation_entries(organisations: Iterable[Organisation], day: date, language: str) -> list[Entry]:
    """Organisations for people: id, kind and name, below them what it does, its address and the last check."""
    entries: list[Entry] = []
    for one in organisations:
        name = _text(one.names, language)
        if one.formerly:
            name += f" (formerly {', '.join(one.formerly)})"
        late = one.stale(day)
        cells = (Cell(one.id, "bold"), Cell(one.sort), Cell(name))
        notes = (
            Cell(_text(one.does, language)),
            Cell(one.url),
            Cell(_checked(one, day), "yellow" if late else "dim"),
        )
        entries.append(Row(cells, notes))
    return entries


def _checked(one: Organisation, day: date) -> str:
    how = "opened" if one.checked.how is Seen.OPENED else "read in an archived copy, not opened,"
    then = f"review overdue since {one.review_by}" if one.stale(day) else f"review by {one.review_by}"
    return f"{how} on {one.checked.on}; {then}"


def _text(texts: Any, language: str) -> str:
    """In this language, else in any."""
    return text_for(texts, language) or next(iter(texts.values()), "")
