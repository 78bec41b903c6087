"""Approvals in a file, so that a pull request can carry them: one JSON object a line, sorted.

A file proves nothing about who wrote it: whoever may change it says who approved. So an approval counts only for a
person who has the right today and for today's content, the log says that it came by file, and two that came by file
prove no two people.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection

from campaign.core.approval import FILE, Verdict, Vote, approvers, may, rejection, unproven
from campaign.core.asked import Asked
from campaign.core.model import Approval, parse_key
from campaign.dispatch.approval import approvable, approved, voted
from campaign.dispatch.decide import Desk
from campaign.errors import CampaignError
from campaign.store import approvals, history, outbox
from campaign.store.database import planner_turn

_KEYS = ("key", "content", "by", "at")

MOST = 20_000
"""Approvals in one file."""


@dataclass(frozen=True, slots=True)
class Carried:
    """One line: ``by`` approved, at ``at`` (aware), the content (hash) of the post ``key``."""

    key: str
    content: str
    by: str
    at: datetime

    def line(self) -> str:
        at = self.at.astimezone(UTC).isoformat(timespec="seconds")
        return json.dumps({"key": self.key, "content": self.content, "by": self.by, "at": at})


class Taken(StrEnum):
    """What became of a line."""

    COUNTED = "counted"
    ALREADY = "already"
    OTHER_CONTENT = "other-content"
    NO_RIGHT = "no-right"
    UNKNOWN = "unknown"
    CLOSED = "closed"

    @property
    def say(self) -> str:
        return _SAY[self]


_SAY = {
    Taken.COUNTED: "counted",
    Taken.ALREADY: "was known already",
    Taken.OTHER_CONTENT: "is of another content than today's",
    Taken.NO_RIGHT: "is by somebody who may not approve",
    Taken.UNKNOWN: "is of a post that is not planned",
    Taken.CLOSED: "is of a post that nobody has to approve (any more)",
}


def given(desk: Desk, keys: Iterable[str] | None = None) -> list[Carried]:
    """The approvals that count today, of posts that may still go out, sorted; ``keys``: only of these."""
    with desk.store.read() as connection:
        wanted = {vote.key for vote in approvals.all_votes(connection)}
        if keys is not None:
            wanted &= set(keys)
        asked = approvable.by_keys(desk, connection, sorted(wanted))
    found = [
        Carried(one.key, vote.content, vote.by, vote.at)
        for one in asked
        if one.state in (None, *approvable.OPEN) and one.rejection is None
        for vote in approvers(one.votes, one.digest)
    ]
    return sorted(found, key=lambda one: (one.key, one.by))


def read(text: str, name: str) -> list[Carried]:
    """The lines of a file. CampaignError that names the first line that is no approval."""
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    if len(lines) > MOST:
        raise CampaignError(f"{name} has {len(lines)} lines", f"at most {MOST} approvals fit in a file")
    return [_read(line, f"{name}:{number}") for number, line in lines]


def _read(line: str, place: str) -> Carried:
    try:
        data: Any = json.loads(line)
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict) or any(not isinstance(data.get(key), str) for key in _KEYS):
        raise CampaignError(
            f"{place}: this is no approval", "each line is what campaign approve --export wrote"
        )
    try:
        at = datetime.fromisoformat(data["at"])
        parse_key(data["key"])
    except ValueError as error:
        raise CampaignError(f"{place}: {error}", "export the approvals once more") from None
    if at.tzinfo is None:
        raise CampaignError(f"{place}: {data['at']!r} has no offset", "export the approvals once more")
    return Carried(data["key"], data["content"], data["by"], at)


def take(desk: Desk, carried: Sequence[Carried], name: str) -> list[tuple[Carried, Taken]]:
    """Take in what a file says (``name``: its name, for the log); what became of each line."""
    with desk.store.read() as connection:
        asked = {one.key: one for one in approvable.by_keys(desk, connection, [one.key for one in carried])}
    with desk.store.write() as connection:
        if desk.store.shared:
            planner_turn(connection)
        done = [(one, _take(desk, connection, one, asked.get(one.key), name)) for one in carried]
    desk.store.nudge()
    return done


def _take(desk: Desk, connection: Connection, one: Carried, asked: Asked | None, name: str) -> Taken:
    if not may(desk.workspace, one.by):
        return Taken.NO_RIGHT
    if asked is None:
        return Taken.UNKNOWN
    outbox.lock_row(connection, one.key)
    row = history.delivery(connection, one.key)
    if row is not None and row.state not in approvable.OPEN:
        return Taken.CLOSED
    content = approvable.frozen_now(connection, asked, row) or asked.content
    if content is None or content.digest() != one.content:
        return Taken.OTHER_CONTENT
    votes = voted.of(connection, desk.workspace, asked)
    # A file may be taken in again and again; what it says from before a rejection says nothing against that.
    at = min(one.at, desk.now)
    no = rejection(votes)
    if one.by in [vote.by for vote in approvers(votes, one.content)] or (no is not None and at <= no.at):
        return Taken.ALREADY
    if asked.approval is Approval.NONE and no is None:
        return Taken.CLOSED
    vote = Vote(one.key, one.content, Verdict.APPROVED, one.by, f"{FILE} {name}", at, shown=content)
    proof = unproven(asked.approval, [*votes, vote], one.content)
    approvals.add(connection, vote, desk.now, proof=proof, file=f"{name}, brought in by {desk.who.door}")
    if row is not None:
        approved.settle(connection, desk.workspace, row, desk.now, outbox.Who(vote.by, vote.door))
    return Taken.COUNTED
