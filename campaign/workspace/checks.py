"""posts/hotlines.checked.yaml: who of this organisation checked which help line, and when.

It is a file beside the posts, not a row in the store, for three reasons: `check`, `plan` and `preview` judge from the
files alone, on any machine and before there is a store; a change of it is reviewed like every other line; and all hosts
of a workspace see the same. It names the workspace, so a check that came with a pack or a copied folder counts for
nobody else.
"""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, ValidationError

from campaign.core.hotlines import Check, Hotline, How
from campaign.errors import CampaignError
from campaign.workspace import explain
from campaign.workspace.config import read_uuid
from campaign.workspace.fields import Day, Id
from campaign.workspace.findings import Findings, did_you_mean, quoted
from campaign.workspace.keys import Keys
from campaign.workspace.knowledge import items
from campaign.workspace.yamlfile import Document, Map, read

NAME = "posts/hotlines.checked.yaml"

HEADER = """\
# Help lines that somebody of this organisation has checked: each counts for 90 days.
# Written by `campaign hotlines verify`. A check of another workspace does not count here: call the numbers yourselves.
"""


class CheckKeys(Keys):
    """One check of one channel."""

    id: Id
    number: Annotated[str, Field(min_length=2, max_length=200)]
    by: Annotated[str, Field(min_length=1, max_length=63)]
    on: Day
    how: Literal["called", "page"]


class CheckedHead(Keys):
    """The file without its checks."""

    workspace: Annotated[uuid.UUID, BeforeValidator(read_uuid)]


def read_checks(
    document: Document, workspace: uuid.UUID | None, hotlines: Mapping[str, Hotline], findings: Findings
) -> tuple[Check, ...]:
    """The checks that count for a workspace; those of another one are passed over, with a warning."""
    if document.root is None:
        findings.extend(document.problems)
        return ()
    owner = _owner(document, findings)
    checks = tuple(_checks(document, hotlines, findings))
    if owner is None:
        return ()
    if owner != workspace:
        findings.warn(
            document.place(("workspace",)),
            "these checks are of another workspace and do not count here",
            "call the numbers yourselves: campaign hotlines verify ID; this file can be removed",
            rule="hotline",
        )
        return ()
    return checks


def record(folder: Path, workspace: uuid.UUID | None, known: Mapping[str, Hotline], check: Check) -> None:
    """Add a check to the file, in place of older ones of the same channel. CampaignError when it can't be written."""
    if workspace is None:
        raise CampaignError(
            "config.yaml has no `workspace:`, so nobody could tell whose check this is",
            f"add the line `workspace: {uuid.uuid4()}`",
        )
    path = folder / NAME
    checks = [*_earlier(path, workspace, known, check), check]
    lines = [
        f"  - {_line(one)}" for one in sorted(checks, key=lambda one: (one.hotline, one.written, one.on))
    ]
    text = "\n".join([f"{HEADER}workspace: {workspace}", "checked:", *lines, ""])
    beside = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside.write_text(text, encoding="utf-8")
        os.replace(beside, path)  # noqa: PTH105 - the name says what it does
    except OSError as error:
        raise CampaignError(
            f"{NAME} can't be written: {error.strerror}", "look at its permissions"
        ) from error


def _earlier(path: Path, workspace: uuid.UUID, known: Mapping[str, Hotline], check: Check) -> list[Check]:
    """The checks that stand in the file, without those of the same channel."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return []
    except OSError as error:
        raise CampaignError(f"{NAME} can't be read: {error.strerror}", "look at its permissions") from error
    findings = Findings()
    document = read(NAME, data)
    found = read_checks(document, workspace, known, findings)
    if findings.problems:
        first = findings.problems[0]
        raise CampaignError(f"nothing was written: {first}", first.hint)
    hotline = known[check.hotline]
    channels = [channel for channel in hotline.channels if channel.is_written(check.written, hotline.country)]
    return [
        one
        for one in found
        if one.hotline != check.hotline
        or not any(channel.is_written(one.written, hotline.country) for channel in channels)
    ]


def _line(check: Check) -> str:
    number = json.dumps(check.written, ensure_ascii=False)
    return f"{{id: {check.hotline}, number: {number}, by: {json.dumps(check.by)}, on: {check.on}, how: {check.how}}}"


def _owner(document: Document, findings: Findings) -> uuid.UUID | None:
    if not isinstance(document.root, Map):
        return None
    head = {key: value for key, value in document.root.items() if key != "checked"}
    try:
        return CheckedHead.model_validate(head).workspace
    except ValidationError as error:
        findings.extend(explain.problems(error, CheckedHead, document, known=("checked",)))
        return None


def _checks(document: Document, hotlines: Collection[str], findings: Findings) -> Iterable[Check]:
    for keys, index in items(document, "checked", CheckKeys, findings):
        if keys.id not in hotlines:
            findings.add(
                document.place(("checked", index, "id")),
                f"no help line called {quoted(keys.id)}{did_you_mean(keys.id, hotlines)}",
                "it stands in posts/hotlines.yaml, or remove this line",
                rule="unknown-hotline",
            )
            continue
        yield Check(keys.id, keys.number, keys.by, keys.on, How(keys.how))
