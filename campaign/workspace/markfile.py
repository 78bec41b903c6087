"""Reads a file of review marks, as a page of ``campaign log --html`` saves it. It comes from anybody: it is bounded,
and nothing in it is believed but what has the shape of a mark."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from campaign.core import model
from campaign.core.marks import FORMAT, MAX_FILE, MAX_MARKS, MAX_TEXT, Given, MarksFile, Verdict, plain
from campaign.errors import CampaignError

_HINT = "take the file as the page of campaign log --html saved it"


def _handle(text: str) -> str:
    if not model.ID.fullmatch(text):
        raise ValueError("a handle has small letters, digits and hyphens")
    return text


def _key(text: str) -> str:
    model.parse_key(text)
    return text


class _Head(BaseModel):
    """What a file says first; other versions may say other things behind it."""

    model_config = ConfigDict(extra="ignore", strict=True)
    format: Annotated[str, Field(max_length=100)]


class _Mark(BaseModel):
    model_config = ConfigDict(extra="forbid")
    id: UUID
    key: Annotated[str, Field(max_length=300), AfterValidator(_key)]
    verdict: Literal["ok", "flag"]
    text: Annotated[str, Field(max_length=MAX_TEXT)] = ""


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")
    format: str
    workspace: UUID
    by: Annotated[str, AfterValidator(_handle)]
    marks: Annotated[list[_Mark], Field(min_length=1, max_length=MAX_MARKS)]


def read_marks(file: str) -> MarksFile:
    """The marks of a file (``-``: what stdin brings). CampaignError with what is wrong, and at which mark."""
    try:
        data = _read(file)
        said = _Head.model_validate_json(data).format
        if said != FORMAT:
            what = f"{file} is in the format {plain(said)!r}, and this version reads {FORMAT!r}"
            raise CampaignError(what, "update this program, or take the file from a page of this one")
        found = _File.model_validate_json(data)
    except ValidationError as error:
        raise CampaignError(f"{file} is no file of marks: {_first(error)}", _HINT) from None
    except OSError as error:
        raise CampaignError(f"{file}: {error.strerror}", "give a file of marks, or - for stdin") from None
    given = tuple(Given(str(one.id), one.key, Verdict(one.verdict), one.text) for one in found.marks)
    _judge(file, given)
    return MarksFile(str(found.workspace), found.by, given)


def _read(file: str) -> bytes:
    if file == "-":
        data = sys.stdin.buffer.read(MAX_FILE + 1)
    else:
        with Path(file).open("rb") as stream:
            data = stream.read(MAX_FILE + 1)
    if len(data) > MAX_FILE:
        raise CampaignError(f"{file} is larger than {MAX_FILE} bytes", _HINT)
    return data.removeprefix(b"\xef\xbb\xbf")  # some mail programs and editors put it there


def _judge(file: str, given: tuple[Given, ...]) -> None:
    """What no single mark shows: the same id twice, a flag that says nothing."""
    seen: set[str] = set()
    for number, one in enumerate(given, 1):
        if one.id in seen:
            raise CampaignError(f"{file}: mark {number} has the id of an earlier one", _HINT)
        seen.add(one.id)
        if one.verdict is Verdict.FLAG and not plain(one.text):
            raise CampaignError(f"{file}: mark {number} does not say what is wrong", _HINT)


def _first(error: ValidationError) -> str:
    """The first thing that is wrong, on one line, without anything from the file but names of keys."""
    detail = error.errors(include_url=False, include_input=False)[0]
    where = [f"mark {part + 1}" if isinstance(part, int) else plain(part)[:40] for part in detail["loc"]]
    at = ", ".join(part for part in where if part != "marks" or len(where) == 1)
    message = plain(detail["msg"]) if detail["type"] != "value_error" else _said(detail["loc"])
    return f"{at}: {message}" if at else message


def _said(loc: tuple[int | str, ...]) -> str:
    return (
        "that is no key of a post" if loc[-1] == "key" else "a handle has small letters, digits and hyphens"
    )
