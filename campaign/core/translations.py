"""What a campaign says in one language and not in another that it posts in: title, hashtags, columns of its tables.

Texts, descriptions and content warnings that are missing are found where they are needed: by the loader, by compose.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from campaign.core.model import Campaign, Slot, Target, Workspace, language_of
from campaign.core.variants import suffixes
from campaign.errors import Gap, Level, Place, Problem

RULE = "translation"


def untranslated(workspace: Workspace) -> Iterator[Problem]:
    """A warning for each translation that the targets of a slot would need, of all campaigns that could be loaded."""
    spoken = {code for account in workspace.accounts.values() for code in account.languages}
    for campaign in workspace.campaigns.values():
        for language in dict.fromkeys(target.language for slot in campaign.slots for target in slot.targets):
            yield from _lacks(campaign, None, language, "title", campaign.title)
            yield from _lacks(campaign, None, language, "hashtags", campaign.hashtags)
        for slot in campaign.slots:
            for language in dict.fromkeys(target.language for target in slot.targets):
                yield from _lacks(campaign, slot, language, "hashtags", slot.tags)
            if slot.rows is not None:
                yield from _columns(campaign, slot, workspace.tables.get(slot.rows, ()), spoken)


def _lacks(
    campaign: Campaign, slot: Slot | None, language: str, what: str, things: Mapping[str, Any]
) -> Iterator[Problem]:
    if things and language_of(things, language) is None:
        there = ", ".join(repr(code) for code in sorted(things))
        one = "is no title" if what == "title" else f"are no {what}"
        message = f"there {one} in {language!r}, only in {there}"
        yield _problem(campaign, slot, language, what, message, f"add {language}: to its {what}")


def _columns(
    campaign: Campaign, slot: Slot, rows: Sequence[Mapping[str, str]], spoken: set[str]
) -> Iterator[Problem]:
    """Columns such as ``text.id`` that have no ``text.en``, and cells that are empty in one language only."""
    translated = _translated(rows[0] if rows else {}, spoken)
    told = set()
    for target in slot.targets:
        for name, columns in translated.items():
            if (target.language, name) in told:
                continue
            usable = _usable(name, target, rows[0])
            lacking = [n for n, row in enumerate(rows, 1) if _lacking(row, usable, columns)]
            if not lacking:
                continue
            told.add((target.language, name))
            if usable:
                which = ", ".join(map(str, lacking[:5])) + (", …" if len(lacking) > 5 else "")
                message = f"posts/{slot.rows} has no {name!r} in {target.language!r} in row {which}"
            else:
                message = f"posts/{slot.rows} has no column for {name!r} in {target.language!r}"
            hint = f"write it in a column {name}.{target.language}"
            yield _problem(campaign, slot, target.language, name, message, hint)


def _translated(row: Mapping[str, str], spoken: set[str]) -> dict[str, list[str]]:
    """By their name the columns that are written in a language: ``text`` -> text.id, text.x.id."""
    found: dict[str, list[str]] = {}
    for column in row:
        name, _, suffix = column.partition(".")
        if suffix.rpartition(".")[2] in spoken:
            found.setdefault(name, []).append(column)
    return found


def _usable(name: str, target: Target, row: Mapping[str, str]) -> list[str]:
    wanted = (f"{name}{suffix}" for suffix in suffixes(target.account.network, target.language))
    return [column for column in wanted if column in row]


def _lacking(row: Mapping[str, str], usable: list[str], columns: list[str]) -> bool:
    """Whether a row says something in another language and nothing in this one."""
    return any(row[column].strip() for column in columns) and not any(row[c].strip() for c in usable)


def _problem(
    campaign: Campaign, slot: Slot | None, language: str, what: str, message: str, hint: str
) -> Problem:
    place: Place = campaign.place if slot is None else slot.place
    gap = Gap(campaign.id, "" if slot is None else slot.id, language, what)
    return Problem(place, message, hint, Level.WARN, RULE, "", gap)
