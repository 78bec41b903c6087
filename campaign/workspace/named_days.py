"""The names of the awareness days in schedules/observances.yaml, for the directory's calendar."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from campaign.core.observed import NamedDay
from campaign.core.timetable import Dates, Yearly
from campaign.workspace.fields import Texts
from campaign.workspace.findings import Findings
from campaign.workspace.knowledge import (
    AnnouncedKeys,
    FixedKeys,
    MonthKeys,
    ObservanceKeys,
    RangeKeys,
    items,
)
from campaign.workspace.yamlfile import Document

_COUNTRY = re.compile(r"[A-Z]{2}")


class NamedKeys(ObservanceKeys):
    """What the calendar shows of an observance. ``confidence`` C: from memory, nobody has looked it up yet."""

    name: Texts | None = None
    scope: str = "global"
    confidence: Literal["A", "B", "C"] | None = None


def read_named_days(document: Document, findings: Findings) -> dict[str, NamedDay]:
    """Observance id -> what a calendar shows of it; without a name, or from memory only, it is left out."""
    return {
        keys.id: _named(keys) for keys in _entries(document, findings) if keys.name and keys.confidence != "C"
    }


def _entries(document: Document, findings: Findings) -> Iterator[NamedKeys]:
    for keys, _ in items(document, "observances", NamedKeys, findings):
        yield keys


def _named(keys: NamedKeys) -> NamedDay:
    where = keys.scope if _COUNTRY.fullmatch(keys.scope) else ""
    begins: Yearly | Dates
    ends, month = None, False
    match keys.rule:
        case FixedKeys() as rule:
            begins = Yearly(rule.month, rule.day)
        case RangeKeys() as rule:
            begins = Yearly(rule.first.month, rule.first.day)
            ends = Yearly(rule.last.month, rule.last.day) if rule.last else None
        case MonthKeys() as rule:
            begins, month = Yearly(rule.month, 1), True
        case AnnouncedKeys() as rule:
            begins = Dates(tuple(sorted(set(rule.dates))))
    return NamedDay(keys.id, keys.name or {}, begins, ends, month, where)
