"""What campaigns know: facts with their sources."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from campaign.core.model import Fact
from campaign.workspace import explain
from campaign.workspace.fields import Day, Id, Texts
from campaign.workspace.findings import Findings
from campaign.workspace.yamlfile import Document, Map, Seq

FACTS = "posts/facts.yaml"


class Loose(BaseModel):
    """Knowledge holds more than this version uses: other keys are passed over."""

    model_config = ConfigDict(
        extra="ignore", strict=True, frozen=True, arbitrary_types_allowed=True, defer_build=True
    )


class SourceKeys(Loose):
    title: Annotated[str, Field(min_length=1)]
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
