"""Planned posts as a campaign file: YAML that a person reads and edits, in which every text is only a text."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from campaign.core.model import ID, wall_text
from campaign.workspace.new import CAMPAIGN_HEADER
from campaign.workspace.sheet.rows import Draft

_OPENS = re.compile(r"\{(?=[{%#])")
_NOTHING = "{{ '' }}"
"""The text of a post that is a picture alone: a slot has some text."""

_LONGEST_BASE = 44
"""An id is at most 63 letters (core.model.ID); day, time and number stand behind its beginning."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A planned post to be written: its id, and the rows that it was made of (the same words at the same time)."""

    id: str
    drafts: tuple[Draft, ...]

    @property
    def lines(self) -> tuple[int, ...]:
        """The lines of the table that it was made of."""
        return tuple(draft.line for draft in self.drafts)

    @property
    def accounts(self) -> tuple[str, ...]:
        """Where it goes."""
        return tuple(dict.fromkeys(target.name for draft in self.drafts for target in draft.targets))


def slots_of(drafts: Sequence[Draft]) -> list[Slot]:
    """The drafts as planned posts, by time: what says the same at one time is one, with several accounts."""
    groups: dict[tuple[object, ...], list[Draft]] = {}
    for draft in drafts:
        groups.setdefault(draft.says, []).append(draft)
    taken: set[str] = set()
    made = []
    for group in sorted(groups.values(), key=lambda group: (group[0].at, group[0].line)):
        # Never words of the text: an id stays in the record, where no redaction reaches it.
        base = group[0].base if ID.fullmatch(group[0].base) else "post"
        stem = f"{base[:_LONGEST_BASE].rstrip('-')}-{group[0].at:%Y-%m-%d-%H%M}"
        name, number = stem, 1
        while name in taken:
            number += 1
            name = f"{stem}-{number}"
        taken.add(name)
        made.append(Slot(name, tuple(group)))
    return made


def campaign_file(slots: Sequence[Slot], title: str, zone: str, source: str) -> bytes:
    """A campaign file. ``zone``: "" where it is that of config.yaml; ``source``: the table's name, for a comment."""
    head: dict[str, Any] = {"title": _Quoted(title)}
    if zone:
        head["timezone"] = zone
    body = yaml.dump(
        {**head, "posts": [_slot(slot) for slot in slots]},
        Dumper=_Dumper,
        allow_unicode=True,
        sort_keys=False,
        width=1_000_000,  # a line that is broken inside of a text reads as if the text had a break there
    )
    body = re.sub(r"^  - id:", "\n  - id:", body, flags=re.MULTILINE)
    note = (
        f"# Made from {source} by campaign import. Read it and change what you like, then: campaign check\n"
    )
    return (CAMPAIGN_HEADER + note + body).encode()


def literal(text: str) -> str:
    """A text as a template that says just that: braces mean nothing in it, and only a line that is ``---`` (the rows'
    mark between the parts of a thread) means what it does everywhere."""
    return _OPENS.sub("{{ '{' }}", text)


def _slot(slot: Slot) -> dict[str, Any]:
    draft = slot.drafts[0]
    made: dict[str, Any] = {
        "id": slot.id,
        "at": wall_text(draft.at).replace("T", " "),
        "accounts": _Flow(slot.accounts),
        "text": _Block(literal(draft.text)) if draft.text else _Quoted(_NOTHING),
    }
    if draft.warning:
        made["warning"] = _Quoted(literal(draft.warning))
    pictures = [_picture(file, alt) for file, alt in draft.media]
    if draft.film:
        made["video"] = pictures[0]
    elif pictures:
        made["image"] = pictures if len(pictures) > 1 else pictures[0]
    if draft.card:
        shape = {"shape": _Quoted(draft.shape)} if draft.shape else {}
        made["card"] = {"text": _Block(literal(draft.card)), **shape}
    return made


def _picture(file: str, alt: str) -> Mapping[str, Any]:
    return {"file": _Quoted(literal(file)), **({"alt": _Quoted(literal(alt))} if alt else {})}


class _Quoted(str):
    """Written in double quotes, so that no word of it means anything to YAML."""


class _Block(str):
    """Written below ``|-``, line by line, as it will be read."""


class _Flow(tuple[str, ...]):
    """Written as ``[a, b]``."""


class _Dumper(yaml.SafeDumper):
    """Writes lists indented, and texts as their kinds say."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> Any:
        return super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, value: str, style: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", str(value), style=style)


_Dumper.add_representer(_Quoted, lambda dumper, value: _text(dumper, value, '"'))
_Dumper.add_representer(_Block, lambda dumper, value: _text(dumper, value, "|"))
_Dumper.add_representer(
    _Flow,
    lambda dumper, value: dumper.represent_sequence("tag:yaml.org,2002:seq", list(value), flow_style=True),
)
