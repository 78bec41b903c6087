"""Copies a campaign to other dates, keeping its comments and layout: only the dates in its text are replaced."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from campaign.core.model import Workspace
from campaign.core.suggest import did_you_mean
from campaign.errors import CampaignError
from campaign.workspace.new import free_path, write_new
from campaign.workspace.tree import read_bytes
from campaign.workspace.yamlfile import MAX_BYTES, Document, Map, Mark, Seq, read
from campaign.workspace.yamltext import Unreadable

_BREAK = re.compile(r"\r\n|\n|\r")
_DATED = re.compile(r"\d{4}-\d\d-\d\d")
_UNTIL = re.compile(r"(?<=UNTIL=)\d{8}")


def new_from(workspace: Workspace, source: str, name: str, starts: date) -> list[Path]:
    """Write schedules/NAME.yaml: the campaign ``source`` with every date of starts, ends, at, skip, move and a rule's
    UNTIL as many days later as ``starts`` is after the old one. CampaignError when that can't be done."""
    path = free_path(workspace, name)
    if source in workspace.broken:
        raise CampaignError(f"the campaign {source} has problems", "see `campaign check`, and mend it first")
    campaign = workspace.campaigns.get(source)
    if campaign is None:
        guess = did_you_mean(source, workspace.campaigns)
        raise CampaignError(f"there is no campaign {source}{guess}", "it is a file in schedules/")
    if campaign.starts is None:
        raise CampaignError(
            f"the campaign {source} has no `starts`, so nothing tells how far to move it",
            f"write starts: into schedules/{source}.yaml, or copy the file yourself",
        )
    try:
        data = read_bytes(Path(workspace.root) / "schedules" / f"{source}.yaml", MAX_BYTES)
    except Unreadable as stop:
        raise CampaignError(f"schedules/{source}.yaml: {stop.message}", stop.hint) from None
    document = read(f"schedules/{source}.yaml", data)
    if document.problems:
        raise CampaignError(str(document.problems[0]), document.problems[0].hint)
    write_new(path, shifted(document, starts - campaign.starts).encode())
    return [path]


def shifted(document: Document, by: timedelta) -> str:
    """The text of a campaign file with its dates moved; CampaignError for a date that can't be moved so far."""
    text = document.text
    starts = [0, *(found.end() for found in _BREAK.finditer(text))]
    edits: dict[int, str] = {}
    for (line, column), old in _dates(document.root):
        new = _moved(old, by)
        begin = starts[line - 1] + column - 1
        end = starts[line] if line < len(starts) else len(text)
        at = text.find(old, begin, end)
        if at < 0:
            raise CampaignError(
                f"{document.name}:{line}:{column}: the date {old} can't be found in its line",
                "write it out there",
            )
        edits[at] = new
    for at in sorted(edits, reverse=True):
        text = text[:at] + edits[at] + text[at + len(edits[at]) :]
    return text


def _moved(old: str, by: timedelta) -> str:
    try:
        day = date.fromisoformat(old) + by
    except (ValueError, OverflowError):
        raise CampaignError(f"{old} can't be moved by {by.days} days", "choose a nearer date") from None
    return day.isoformat() if "-" in old else day.isoformat().replace("-", "")


def _dates(root: Any) -> Iterator[tuple[Mark, str]]:
    """Every date of a campaign that says when: its mark (of the value it begins or stands in) and its text."""
    for key in ("starts", "ends"):
        yield from _within(root, key, _DATED)
    for slot in root.get("posts") or ():
        for key in ("at", "skip"):
            yield from _within(slot, key, _DATED)
        yield from _within(slot, "rrule", _UNTIL)
        move = slot.get("move")
        if isinstance(move, Map):
            for old in move:
                yield from _in_text(move.key_at[old], old, _DATED)
                yield from _in_text(move.value_at[old], move[old], _DATED)


def _within(mapping: Map, key: str, pattern: re.Pattern[str]) -> Iterator[tuple[Mark, str]]:
    value = mapping.get(key)
    if isinstance(value, Seq):
        for mark, item in zip(value.item_at, value, strict=True):
            yield from _in_text(mark, item, pattern)
    elif key in mapping:
        yield from _in_text(mapping.value_at[key], value, pattern)


def _in_text(mark: Mark, value: Any, pattern: re.Pattern[str]) -> Iterator[tuple[Mark, str]]:
    if isinstance(value, str) and (found := pattern.search(value)):
        yield mark, found[0]
