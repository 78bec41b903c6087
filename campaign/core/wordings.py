"""Other words for the same post: what a partner kit offers beside the first, so that not everybody says the same.

They are numbered from 2 and stand beside the first: templates ``signs.2.id.j2``, columns ``text.2.id``, and
``wordings:`` below a ``text:``. Only kits use them; what the workspace itself posts is always the first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from campaign.core.coalition import Said, twins
from campaign.core.compose import Composer, Composition
from campaign.core.model import Account, Campaign, Slot, Target, Workspace, text_for
from campaign.core.text import TextRules
from campaign.core.timetable import Moment
from campaign.core.variants import best_columns, template_names

LEAST = 3
"""How many wordings a kit carries of each text. The same words from many accounts look like one sender behind several
masks, which networks punish (core.coalition); three is the issue's number, not a network's."""

MOST = 9
"""The highest number that is looked for: one digit, so that no name of a file or column can be mistaken."""


@dataclass(frozen=True, slots=True)
class Wording:
    """One of the wordings of a post, composed as the post itself is. ``number`` counts from 1, the post's own words."""

    number: int
    composition: Composition

    @property
    def texts(self) -> tuple[str, ...]:
        """The text of each part."""
        return tuple(post.text for post in self.composition.posts)


class Wordings:
    """Composes all wordings of the posts of one workspace. ``rules``: the limits that hold for an account."""

    def __init__(self, workspace: Workspace, rules: Callable[[Account], TextRules]) -> None:
        self.workspace = workspace
        self._rules = rules
        self._composers = {1: Composer(workspace, rules)}

    def of(self, campaign: Campaign, slot: Slot, moment: Moment, target: Target) -> list[Wording]:
        """The wordings that the files hold for one post, the post itself first. Faults of content are in the
        compositions, never raised."""
        found = [Wording(1, self._composers[1].compose(campaign, slot, moment, target))]
        for number in range(2, MOST + 1):
            other = self._other(slot, moment, target, number)
            if other is not None:
                found.append(Wording(number, self._composer(number).compose(campaign, other, moment, target)))
        return found

    def _composer(self, number: int) -> Composer:
        """A composer that sees the columns of wording ``number`` where the first stand."""
        if number not in self._composers:
            tables = {
                name: tuple(_row(row, number) for row in rows) for name, rows in self.workspace.tables.items()
            }
            self._composers[number] = Composer(replace(self.workspace, tables=tables), self._rules)
        return self._composers[number]

    def _other(self, slot: Slot, moment: Moment, target: Target, number: int) -> Slot | None:
        """The slot with wording ``number`` in its place; None when there is none for this target."""
        network, language = target.account.network, target.language
        if slot.template is None:
            text = slot.wordings[number - 2] if number - 2 < len(slot.wordings) else {}
            if text_for(text, language) is not None:
                return replace(slot, text=text)
        else:
            named = f"{slot.template}.{number}"
            if template_of(self.workspace, named, network, language) is not None:
                return replace(slot, template=named)
        return slot if self._has_columns(slot, moment, network, language, number) else None

    def _has_columns(self, slot: Slot, moment: Moment, network: str, language: str, number: int) -> bool:
        table = self.workspace.tables.get(slot.rows) if slot.rows is not None else None
        if not table or moment.index is None:
            return False
        row = table[moment.index % len(table)]
        return _seen(_row(row, number), network, language) != _seen(row, network, language)


def template_of(workspace: Workspace, name: str, network: str, language: str) -> str | None:
    """The file below posts/ that a template's name means for a network and a language; None when there is none."""
    names = template_names(name, network, language, workspace.pack_ids)
    return next((name for name in names if name in workspace.templates), None)


def different(said: Sequence[tuple[str, ...]], network: str, moment: Moment) -> tuple[int, dict[int, int]]:
    """How many of some texts (each of its parts) differ enough to count as wordings of their own, and which do not:
    the index of each that is nearly the same as an earlier one -> that one's. The measure is that of core.coalition."""
    same = twins([Said(str(index), network, moment.due, texts) for index, texts in enumerate(said)])
    return len(said) - len(same), same


def _row(row: Mapping[str, str], number: int) -> dict[str, str]:
    """A row in which ``text.2.id`` stands for ``text.id``; an empty cell stands for nothing."""
    found = dict(row)
    for column, cell in row.items():
        name, *rest = column.split(".")
        if rest[:1] == [str(number)] and cell.strip():
            found[".".join((name, *rest[1:]))] = cell
    return found


def _seen(row: Mapping[str, str], network: str, language: str) -> dict[str, str]:
    return {short: row[column] for short, column in best_columns(row, network, language).items()}
