"""What campaigns know: the calendar of observances, and facts with their sources."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from campaign.core.model import Fact
from campaign.core.timetable import Dates, Yearly
from campaign.workspace import explain
from campaign.workspace.fields import Day, Id, Texts
from campaign.workspace.findings import Findings
from campaign.workspace.readers import kind_of, wrong
from campaign.workspace.yamlfile import Document, Map, Seq

OBSERVANCES = "schedules/observances.yaml"
FACTS = "posts/facts.yaml"
READABLE = ("posts/consents.yaml",)
"""Knowledge of later versions: it only has to be YAML for now."""

Month = Annotated[int, Field(ge=1, le=12)]
DayOfMonth = Annotated[int, Field(ge=1, le=31)]


class Loose(BaseModel):
    """Knowledge holds more than this version uses: other keys are passed over."""

    model_config = ConfigDict(extra="ignore", strict=True, frozen=True, arbitrary_types_allowed=True)


class FixedKeys(Loose):
    type: Literal["fixed"]
    month: Month
    day: DayOfMonth


class DayKeys(Loose):
    month: Month
    day: DayOfMonth


class RangeKeys(Loose):
    type: Literal["range"]
    first: DayKeys = Field(alias="from")
    last: DayKeys | None = Field(None, alias="to")


class MonthKeys(Loose):
    type: Literal["month"]
    month: Month


def _announced(value: Any) -> Any:
    return list(value.values()) if isinstance(value, dict) else value


class AnnouncedKeys(Loose):
    type: Literal["announced"]
    dates: Annotated[list[Day], BeforeValidator(_announced)]


_RULES: dict[str, type[Loose]] = {
    "fixed": FixedKeys,
    "range": RangeKeys,
    "month": MonthKeys,
    "announced": AnnouncedKeys,
}


def _rule(value: Any) -> Any:
    """One of the four kinds of rule; its ``type`` decides what else belongs to it."""
    if not isinstance(value, dict):
        wrong(f"a rule is a mapping, not {kind_of(value)}", "write {type: fixed, month: 7, day: 30}")
    kind = value.get("type")
    if not isinstance(kind, str) or kind not in _RULES:
        wrong(f"{kind_of(kind)} is not a kind of rule", f"type is one of: {', '.join(_RULES)}")
    return _RULES[kind].model_validate(value)


class ObservanceKeys(Loose):
    id: Id
    rule: Annotated[FixedKeys | RangeKeys | MonthKeys | AnnouncedKeys, BeforeValidator(_rule)]


class SourceKeys(Loose):
    title: str
    publisher: str = ""
    year: int | None = None
    url: str = ""


def _source(value: Any) -> Any:
    return {"title": value} if isinstance(value, str) else value


class FactKeys(Loose):
    id: Id
    text: Texts
    source: Annotated[SourceKeys, BeforeValidator(_source)]
    publishable: bool = False
    review_by: Day | None = None
    topic: str = ""


def read_observances(document: Document, findings: Findings) -> dict[str, Yearly | Dates]:
    """Observance id -> its day in every year, or its announced days; a span counts by its first day."""
    found: dict[str, Yearly | Dates] = {}
    for keys, index in items(document, "observances", ObservanceKeys, findings):
        rule = keys.rule
        try:
            match rule:
                case FixedKeys():
                    day: Yearly | Dates = _yearly(rule.month, rule.day)
                case RangeKeys():
                    day = _yearly(rule.first.month, rule.first.day)
                case MonthKeys():
                    day = Yearly(rule.month, 1)
                case AnnouncedKeys():
                    day = Dates(tuple(sorted(set(rule.dates))))
        except ValueError:
            findings.add(
                document.place(("observances", index, "rule")),
                "there is no such day",
                "look at month and day",
            )
            continue
        if is_new(keys.id, found, document, ("observances", index, "id"), findings):
            found[keys.id] = day
    return found


def _yearly(month: int, day: int) -> Yearly:
    date(2000, month, day)  # a leap year: 29 February is a day
    return Yearly(month, day)


def read_facts(document: Document, findings: Findings) -> dict[str, Fact]:
    """Fact id -> fact. One that is not marked ``publishable: true`` is there, and not publishable."""
    found: dict[str, Fact] = {}
    for keys, index in items(document, "facts", FactKeys, findings):
        source = keys.source
        if is_new(keys.id, found, document, ("facts", index, "id"), findings):
            found[keys.id] = Fact(
                id=keys.id,
                text=keys.text,
                source=f"{source.publisher}: {source.title}" if source.publisher else source.title,
                url=source.url,
                year=source.year,
                publishable=keys.publishable,
                review_by=keys.review_by,
                topic=keys.topic,
            )
    return found


Entry = TypeVar("Entry", bound=BaseModel)


def items(
    document: Document, key: str, model: type[Entry], findings: Findings
) -> Iterator[tuple[Entry, int]]:
    """The entries of the list ``key`` that can be read, with their index."""
    findings.extend(document.problems)
    if document.root is None:
        return
    found = document.root.get(key) if isinstance(document.root, Map) else None
    if not isinstance(found, Seq):
        findings.add(document.place((key,)), f"there is no list `{key}:` in this file", f"begin with {key}:")
        return
    for index, item in enumerate(found):
        try:
            yield model.model_validate(item), index
        except ValidationError as error:
            findings.extend(explain.problems(error, model, document, (key, index)))


def is_new(
    name: str, found: dict[str, Any], document: Document, path: tuple[str | int, ...], findings: Findings
) -> bool:
    if name in found:
        findings.add(
            document.place(path), f"`{name}` is there twice", "keep one of them", rule="duplicate-id"
        )
    return name not in found
