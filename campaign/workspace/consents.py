"""posts/consents.yaml: seven keys each and no other, so that nothing about the person can stand in it."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, ValidationError

from campaign.core.consents import NO_RECORD, OWN_PAGES, Consent, Kind, Status
from campaign.errors import CampaignError, Problem
from campaign.workspace import explain
from campaign.workspace.fields import Day, Id, Language, OrOne
from campaign.workspace.findings import Findings, did_you_mean, quoted
from campaign.workspace.keys import Keys
from campaign.workspace.knowledge import is_new
from campaign.workspace.readers import complaint, kind_of, read_id, wrong
from campaign.workspace.yamlfile import Document, Map, Seq, read

NAME = "posts/consents.yaml"

PRIVATE = (
    "no names, scans, ages or reasons here: these files are copied and kept for ever; whoever holds the form"
    " keeps those"
)
"""Why there is no other key."""


def _handle(value: object) -> str:
    if complaint(read_id, value) is not None:
        wrong(
            f"{kind_of(value)} is no handle",
            "never a legal name: small letters, digits and hyphens, as in `people`",
        )
    return str(value)


class ConsentKeys(Keys):
    """One consent."""

    id: Id = Field(description="A number or a word that does not say who it is: story-07.")
    kind: Literal["photo", "film", "voice", "quotation", "story", "child"] = Field(
        description="What it is for. child: anything of somebody under 18."
    )
    networks: Annotated[list[str], Field(min_length=1), OrOne()] = Field(
        description="The networks that the person agreed to: [feed, mastodon]."
    )
    languages: Annotated[list[Language], Field(min_length=1), OrOne()]
    until: Day = Field(description="The last day on which it holds: 2027-12-31.")
    status: Literal["given", "withdrawn"]
    held_by: Annotated[str, BeforeValidator(_handle)] = Field(
        description="The handle of who keeps the signed form."
    )


def read_consents(document: Document, networks: Collection[str], findings: Findings) -> dict[str, Consent]:
    """Id -> consent. ``networks``: those that there are. What is wrong is in ``findings``; an entry with an error is
    left out, so that a post which needs it has none."""
    findings.extend(document.problems)
    if document.root is None:
        return {}
    entries = document.root.get("consents") if isinstance(document.root, Map) else None
    if not isinstance(entries, Seq):
        findings.add(
            document.place(("consents",)), "there is no list `consents:` in this file", "begin with consents:"
        )
        return {}
    for key in document.root:
        if key != "consents":
            findings.add(
                document.place((key,), key=True), f"unknown key {quoted(key)}", PRIVATE, rule="unknown-key"
            )
    found: dict[str, Consent] = {}
    for index, item in enumerate(entries):
        path = ("consents", index)
        try:
            keys = ConsentKeys.model_validate(item)
        except ValidationError as error:
            findings.extend(_explained(explain.problems(error, ConsentKeys, document, path)))
            continue
        before = findings.errors()
        _judge(keys, index, document, networks, findings)
        if is_new(keys.id, found, document, (*path, "id"), findings) and findings.errors() == before:
            found[keys.id] = Consent(
                id=keys.id,
                kind=Kind(keys.kind),
                networks=frozenset(keys.networks),
                languages=frozenset(keys.languages),
                until=keys.until,
                status=Status(keys.status),
                held_by=keys.held_by,
                place=document.place((*path, "id")),
                status_at=document.place((*path, "status")),
            )
    return found


def _explained(problems: Iterable[Problem]) -> Iterator[Problem]:
    for problem in problems:
        yield replace(problem, hint=PRIVATE) if problem.rule == "unknown-key" else problem


def _judge(
    keys: ConsentKeys, index: int, document: Document, networks: Collection[str], findings: Findings
) -> None:
    for number, network in enumerate(keys.networks):
        place = document.place(("consents", index, "networks", number))
        if network not in networks:
            guess = did_you_mean(network, networks)
            findings.add(
                place,
                f"there is no network {quoted(network)}{guess}",
                f"known: {', '.join(sorted(networks))}",
                rule="unknown-network",
            )
        elif keys.kind == Kind.CHILD.value and network not in OWN_PAGES:
            findings.add(
                place,
                f"`{keys.id}` is of a child: none on social media ({network})",
                f"a child's consent covers {', '.join(sorted(OWN_PAGES))} at most",
                rule=NO_RECORD,
            )


def mark_withdrawn(folder: Path, consent: Consent) -> bool:
    """Write ``status: withdrawn`` at a consent in the file; nothing else in it changes. False: it stood there already.

    CampaignError when the file can't be written, or is no longer as it was read.
    """
    path = folder / NAME
    try:
        data = path.read_bytes()
        text = data.decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CampaignError(f"{NAME} can't be read: {error}", "look at its permissions") from error
    lines = text.splitlines(keepends=True)
    place = _status_now(read(NAME, data), consent.id)
    if place is None:
        raise CampaignError(
            f"{NAME} has no consent {consent.id!r} any more", "look at the file and try again"
        )
    line, column, status = place
    if status == Status.WITHDRAWN:
        return False
    before, rest = lines[line - 1][: column - 1], lines[line - 1][column - 1 :]
    quote = rest[:1] if rest[:1] in ("'", '"') else ""
    if not rest.startswith(quote + status):
        raise CampaignError(
            f"{NAME}:{line}: the status can't be changed here", "write status: withdrawn yourself"
        )
    lines[line - 1] = f"{before}{quote}{Status.WITHDRAWN}{rest[len(quote + status) :]}"
    beside = path.with_name(f".{path.name}.new")
    try:
        beside.write_bytes("".join(lines).encode("utf-8"))
        beside.chmod(path.stat().st_mode & 0o777)
        os.replace(beside, path)  # noqa: PTH105 - the name says what it does
    except OSError as error:
        raise CampaignError(
            f"{NAME} can't be written: {error.strerror}", "write status: withdrawn yourself"
        ) from error
    return True


def _status_now(document: Document, name: str) -> tuple[int, int, str] | None:
    """Line and column of a consent's status as the file stands now, and what it says."""
    entries = document.root.get("consents") if isinstance(document.root, Map) else None
    for index, item in enumerate(entries if isinstance(entries, Seq) else ()):
        if isinstance(item, Map) and item.get("id") == name and isinstance(item.get("status"), str):
            place = document.place(("consents", index, "status"))
            return place.line, place.column, item["status"]
    return None
