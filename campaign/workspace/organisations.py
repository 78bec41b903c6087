"""posts/organisations.yaml: the organisations of the directory. It lists who helps, never who is accused."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Annotated, Any, Literal
from urllib.parse import parse_qsl, urlsplit

from pydantic import AfterValidator, BeforeValidator, Field

from campaign.core.organisations import Looked, Organisation, Seen, Sort
from campaign.errors import Place
from campaign.workspace.fields import Address, Country, Day, Id, Language, Texts
from campaign.workspace.findings import Findings, did_you_mean, quoted
from campaign.workspace.keys import Keys
from campaign.workspace.knowledge import is_new, items
from campaign.workspace.readers import as_list, one_of, wrong
from campaign.workspace.yamlfile import Document, Map

NAME = "posts/organisations.yaml"

_TOP = ("schema_version", "drafted", "organisations")
_NO_SUSPECTS = (
    "the directory lists who helps, never who is accused: see README.md, Why no database of suspects"
)
_ACCUSED = re.compile(r"suspects?|traffickers?|offenders?|perpetrators?|accused|tersangka|terduga|pelaku")


def _open(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme != "https":
        wrong(f"{quoted(url)} is not encrypted", "write its https:// address", "link")
    if any(name.startswith("utm_") for name, _ in parse_qsl(parts.query)):
        wrong(f"{quoted(url)} counts who follows it", "leave the utm_ parameters out", "link")
    return url


def _sort(value: Any) -> str:
    if isinstance(value, str) and _ACCUSED.fullmatch(value.casefold()):
        wrong(f"there is no kind {quoted(value)}", _NO_SUSPECTS, "suspects")
    return one_of(*Sort)(value)


class LookedKeys(Keys):
    """When and how an entry was checked."""

    on: Day
    how: Literal["opened", "archived"] = Field(
        description="opened: somebody opened its page. archived: read in an archived copy, not opened."
    )


class OrganisationKeys(Keys):
    """One organisation."""

    id: Id
    name: Texts
    formerly: Annotated[list[str], Field(min_length=1), BeforeValidator(as_list)] | None = None
    kind: Annotated[str, BeforeValidator(_sort)] = Field(description=f"One of: {', '.join(Sort)}.")
    does: Texts = Field(description="What it does, in a sentence or two, by language.")
    countries: list[Country] = Field(
        default_factory=list, description="Where it works; none: in many countries."
    )
    languages: list[Language] = Field(default_factory=list)
    url: Annotated[Address, AfterValidator(_open)] = Field(description="Its website, https://…")
    hotlines: list[Id] = Field(default_factory=list, description="Ids of the help lines that it runs.")
    source: Address = Field(description="The address of the page on which the entry was read.")
    read_at: list[str] = Field(default_factory=list)
    checked: LookedKeys = Field(description="{on: 2026-11-25, how: opened}, or how: archived.")
    review_by: Day = Field(description="The last day on which it is shown without a new look.")
    note: Texts | None = None

    def value(self, place: Place) -> Organisation:
        return Organisation(
            id=self.id,
            names=self.name,
            sort=Sort(self.kind),
            does=self.does,
            url=self.url,
            source=self.source,
            checked=Looked(self.checked.on, Seen(self.checked.how)),
            review_by=self.review_by,
            formerly=tuple(self.formerly or ()),
            countries=tuple(self.countries),
            languages=tuple(self.languages),
            hotlines=tuple(self.hotlines),
            note=self.note or {},
            place=place,
        )


def read_organisations(
    document: Document, hotlines: Collection[str], findings: Findings
) -> dict[str, Organisation]:
    """Id -> organisation; what is wrong with an entry is in ``findings``, and one that can't be read is left out.
    ``hotlines``: the ids of the help lines that there are."""
    if isinstance(document.root, Map):
        _only_organisations(document, findings)
    found: dict[str, Organisation] = {}
    for keys, index in items(document, "organisations", OrganisationKeys, findings):
        path = ("organisations", index)
        for number, name in enumerate(keys.hotlines):
            if name not in hotlines:
                # Only a warning: whoever takes a help line out of the pack's file need not search for it here.
                findings.warn(
                    document.place((*path, "hotlines", number)),
                    f"no help line called {quoted(name)}{did_you_mean(name, hotlines)}",
                    "help lines stand in posts/hotlines.yaml",
                    rule="unknown-hotline",
                )
        if keys.review_by < keys.checked.on:
            findings.add(
                document.place((*path, "review_by")),
                "`review_by` is before the day of the check",
                "it is the last day on which the entry is shown without a new look",
            )
        if is_new(keys.id, found, document, (*path, "id"), findings):
            found[keys.id] = keys.value(document.place(path))
    return found


def _only_organisations(document: Document, findings: Findings) -> None:
    """No second list may stand in this file, least of all one of people."""
    for key in document.root:
        if key not in _TOP:
            accused = bool(_ACCUSED.fullmatch(str(key).casefold()))
            findings.add(
                document.place((key,), key=True),
                f"unknown key {quoted(str(key))}{did_you_mean(str(key), _TOP)}",
                _NO_SUSPECTS if accused else f"known here: {', '.join(_TOP)}",
                rule="suspects" if accused else "unknown-key",
            )
