"""What became of posts that were taken back: what is gone, what a person has to delete, what the files still plan."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from campaign.core.lifecycle import State
from campaign.core.model import Slot
from campaign.core.timetable import Moment
from campaign.core.used import Kinds, Thing
from campaign.core.withdrawal import Result, Withdrawn
from campaign.review import times
from campaign.review.table import Cell, Entry, Heading, Line, Row
from campaign.review.words import count, wrap
from campaign.store.history import Delivery

COPIES = (
    "Copies may live on elsewhere: shares and quotes, screenshots, archives, search\n"
    "engines, other servers, feed readers, phones. Nobody can delete those from here."
)

_STYLE = {
    Result.DELETED: "green",
    Result.BY_HAND: "bold red",
    Result.LATER: "bold yellow",
    Result.UNSURE: "bold yellow",
    Result.SENDING: "yellow",
}

_GROUPS = (
    ("Delete by hand, then say: campaign withdraw KEY --deleted", (Result.BY_HAND,)),
    ("May still be online: please look, then do it again", (Result.UNSURE, Result.LATER, Result.SENDING)),
    ("Done", (Result.DELETED, Result.GONE, Result.CANCELLED)),
)

_MEND = {
    Kinds.FACT: "set `publishable: false` at {id} in posts/facts.yaml: then `check` refuses them",
    Kinds.HOTLINE: "set `status: red` at {id} in posts/hotlines.yaml: then `check` refuses them",
    Kinds.CONSENT: "`check` refuses them now; take the person's words and pictures out of the files, too",
}
"""What keeps the files from saying it again."""


@dataclass(frozen=True, slots=True)
class Ahead:
    """A planned post that still uses what was withdrawn, and its next occurrence that does."""

    campaign: str
    slot: Slot
    moment: Moment


def before(rows: Sequence[Delivery], ahead: int) -> str:
    """What is about to be done, in one line."""
    out = sum(row.state is State.SENT and row.withdrawn_at is None for row in rows)
    unsure = sum(row.state in (State.SENDING, State.UNCERTAIN) for row in rows)
    gone = sum(row.state is State.CANCELLED or row.withdrawn_at is not None for row in rows)
    waiting = len(rows) - out - unsure - gone + ahead
    said = [
        (out, "to delete where it is"),
        (unsure, "that may be out"),
        (waiting, "to cancel"),
        (gone, "done before"),
    ]
    return ", ".join(f"{count(n, 'post')} {what}" for n, what in said if n) or "no post in the record uses it"


def withdrawn_row(one: Withdrawn) -> dict[str, Any]:
    """One post as ``withdraw --json`` prints it."""
    return {
        "key": one.key,
        "account": one.account,
        "network": one.network,
        "state": one.state.value,
        "result": one.result.value,
        "say": one.result.say,
        "done": one.result.done,
        "url": one.url or None,
        "reason": one.reason,
    }


def ahead_row(ahead: Ahead, zone: str) -> dict[str, Any]:
    """A planned post that still uses it, as ``withdraw --json`` prints it behind the others."""
    return {
        "key": f"{ahead.campaign}/{ahead.slot.id}",
        "account": None,
        "network": None,
        "state": None,
        "result": "planned",
        "say": f"is still in the files, next on {times.stamp(ahead.moment.due, zone)}",
        "done": False,
        "url": None,
        "reason": str(ahead.slot.place),
    }


def entries(done: Sequence[Withdrawn]) -> list[Entry]:
    """What is left to a person first; each with its address."""
    found: list[Entry] = []
    for title, results in _GROUPS:
        chosen = [one for one in done if one.result in results]
        if chosen:
            found.append(Heading((Cell(title, "bold"),)))
        for one in chosen:
            notes = [Cell(one.url, "blue")] if one.url else []
            notes += [Cell(one.reason, "dim")] if one.reason else []
            cells = (Cell(one.key), Cell(one.result.say, _STYLE.get(one.result, "")))
            found.append(Row(cells, tuple(notes)))
    return found


def planned_lines(
    ahead: Sequence[Ahead], things: Sequence[Thing], zone: Callable[[str], str], width: int
) -> Iterator[Line]:
    """What the files would still post, and what to change in them."""
    if not ahead:
        return
    yield ()
    yield (Cell("Still in the files", "bold"),)
    for one in ahead:
        when = times.stamp(one.moment.due, zone(one.campaign))
        yield (Cell(f"  {one.campaign}/{one.slot.id}"), Cell(f"  next {when}  {one.slot.place}", "dim"))
    for thing in things:
        for line in wrap(_MEND[thing.kind].format(id=thing.id), width - 2):
            yield (Cell(f"  {line}"),)
