"""Whether a text has enough wordings for a kit, and where the missing ones would be written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from campaign.core.model import Slot, Workspace
from campaign.core.timetable import Moment
from campaign.core.wordings import LEAST, MOST, Wording, different, template_of
from campaign.errors import Place, Problem
from campaign.review.words import count


def too_few(
    workspace: Workspace,
    slot: Slot,
    moment: Moment,
    language: str,
    said: Mapping[str, Sequence[Wording]],
) -> Problem | None:
    """The problem of a text that has fewer than ``LEAST`` wordings that differ on some network; None if it has them.

    ``said``: network -> its wordings, all without errors.
    """
    lacking: dict[str, int] = {}
    alike: list[str] = []
    for network, wordings in said.items():
        number, same = different([wording.texts for wording in wordings], network, moment)
        if number < LEAST:
            lacking[network] = number
            alike += [
                f"number {wordings[index].number} is nearly the same as {wordings[other].number}"
                for index, other in same.items()
            ]
    if not lacking:
        return None
    number = min(lacking.values())
    where = "" if len(lacking) == len(said) else f" for {', '.join(sorted(lacking))}"
    message = f"{_what(workspace, slot, moment)} has {count(number, 'wording')} in {language!r}{where}"
    message += f", a kit carries at least {LEAST}"
    if alike:
        message += f" ({'; '.join(dict.fromkeys(alike))})"
    # Where only one network lacks some, the files for that network alone are the place.
    only = next(iter(lacking)) if len(lacking) == 1 and len(said) > 1 else ""
    suffix = f"{only}.{language}" if only else language
    poorest = min(lacking, key=lambda network: (lacking[network], network))
    taken = {wording.number for wording in said[poorest]}
    free = [number for number in range(2, MOST + 1) if number not in taken][: LEAST - number]
    place, hint = _where(workspace, slot, moment, language, poorest, suffix, free)
    return Problem(place, message, hint, rule="kit-wordings")


def _what(workspace: Workspace, slot: Slot, moment: Moment) -> str:
    row = _row(workspace, slot, moment)
    return f"row {row['id']!r} of `{slot.id}`" if row else f"`{slot.id}`"


def _row(workspace: Workspace, slot: Slot, moment: Moment) -> Mapping[str, str] | None:
    table = workspace.tables.get(slot.rows) if slot.rows is not None else None
    return table[moment.index % len(table)] if table and moment.index is not None else None


def _where(
    workspace: Workspace,
    slot: Slot,
    moment: Moment,
    language: str,
    network: str,
    suffix: str,
    free: Sequence[int],
) -> tuple[Place, str]:
    """Where the wordings of a slot stand, and how to write more of them, under the numbers that are ``free``."""
    row = _row(workspace, slot, moment)
    if row is not None:
        name = _column(row, language)
        columns = " and ".join(f"{name}.{number}.{suffix}" for number in free)
        hint = f"fill the columns {columns} of posts/{slot.rows}: the same in other words"
        return Place(f"posts/{slot.rows}"), hint
    if slot.template is not None:
        files = " and ".join(f"posts/{slot.template}.{number}.{suffix}.j2" for number in free)
        hint = f"write {files}: the same in other words"
        found = template_of(workspace, slot.template, network, language)
        return (Place(f"posts/{found}") if found else slot.place), hint
    lines = ", ".join(f"{{{language}: …}}" for _ in free)
    return slot.place, f"add to `wordings:` of this post: [{lines}], the same in other words"


def _column(row: Mapping[str, str], language: str) -> str:
    """The column that holds the words: ``text``, or the first one that has a language."""
    titles = [title.partition(".")[0] for title in row if title.endswith(f".{language}")]
    return "text" if "text" in titles or not titles else titles[0]
