"""Facts as people and programs read them: the words, the source, and the day of the next look."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from campaign.core.model import Fact, text_for
from campaign.review.table import Cell, Entry, Row


def stale(fact: Fact, day: date) -> bool:
    """Whether a fact can't be posted on a day: its review is overdue, or it is not publishable."""
    return not fact.publishable or (fact.review_by is not None and fact.review_by < day)


def fact_row(fact: Fact, day: date) -> dict[str, Any]:
    """One fact as ``facts --json`` prints it, judged on a day."""
    return {
        "id": fact.id,
        "text": dict(fact.text),
        "source": fact.source,
        "year": fact.year,
        "url": fact.url or None,
        "publishable": fact.publishable,
        "review_by": fact.review_by.isoformat() if fact.review_by else None,
        "stale": stale(fact, day),
        "pack": fact.pack or None,
    }


def fact_entries(facts: Iterable[Fact], day: date, language: str) -> list[Entry]:
    """Facts for people: id, day of the next look, and below them the words and the source."""
    entries: list[Entry] = []
    for fact in facts:
        words = text_for(fact.text, language) or next(iter(fact.text.values()), "")
        origin = f"from the pack {fact.pack}" if fact.pack else ""
        source = ", ".join(filter(None, (fact.source, str(fact.year or ""), fact.url, origin)))
        entries.append(
            Row(
                (Cell(fact.id, "bold"), Cell(_state(fact, day), "yellow" if stale(fact, day) else "green")),
                (Cell(words), Cell(source, "dim")),
            )
        )
    return entries


def matches(fact: Fact, word: str) -> bool:
    """Whether a word stands in a fact's id, words or source."""
    texts = (fact.id, fact.source, *fact.text.values())
    return any(word.casefold() in text.casefold() for text in texts)


def _state(fact: Fact, day: date) -> str:
    if not fact.publishable:
        return "not publishable: open its source first"
    if fact.review_by is None:
        return "no day of review"
    return f"review overdue since {fact.review_by}" if stale(fact, day) else f"review by {fact.review_by}"
