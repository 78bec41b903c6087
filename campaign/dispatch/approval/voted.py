"""All verdicts on a post, also those from before its file gave it another time, and so another key.

Else a rejected post would go out because somebody moved it by a minute in the file, and nobody would be shown what an
approved one was before.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection

from campaign.core.approval import Vote
from campaign.core.asked import Asked
from campaign.core.model import Campaign, Slot, Workspace, parse_key
from campaign.core.timetable import moment_at
from campaign.store import approvals, history

NEAR = timedelta(hours=12)
"""How far from its old time an occurrence of a recurring post is looked for."""


@dataclass(slots=True)
class Votes:
    """The verdicts as one transaction sees them, each slot (of a series: the time around a post) read once: to be made
    after what they decide about is locked, and only for that. Where there are none, that is all that is looked for."""

    connection: Connection
    _any: bool | None = None
    _of_slots: dict[tuple[str, str, datetime | None], dict[str, list[Vote]]] = field(default_factory=dict)

    def on(self, campaign: Campaign | None, slot: Slot | None, key: str) -> list[Vote]:
        """The verdicts on a post, in order; first those on posts of the same slot and target that the files no longer
        plan and that have no row: a post with moments of its own (``at``, ``on``) takes them all, one of a series those
        of about its time. Their approvals are of another content, since the time is part of it."""
        if self._any is None:
            self._any = approvals.any_votes(self.connection)
        if not self._any:
            return []
        if campaign is None or slot is None:
            return approvals.votes_on(self.connection, key)
        wall = parse_key(key).wall
        since, until = (None, None) if slot.explicit else (wall - NEAR, wall + NEAR)
        asked = (campaign.id, slot.id, since)
        if asked not in self._of_slots:
            self._of_slots[asked] = approvals.votes_on_slot(
                self.connection, campaign.id, slot.id, since, until
            )
        others = self._of_slots[asked]
        own = others.get(key, [])
        gone = [other for other in others if _was(slot, other, key)]
        if not gone:
            return own
        decided = history.existing_keys(self.connection, gone)
        return [vote for other in gone if other not in decided for vote in others[other]] + own


def of(connection: Connection, workspace: Workspace, one: Asked) -> list[Vote]:
    """The same of a post that is up for approval, as this transaction sees it."""
    campaign = workspace.campaigns.get(one.campaign)
    return Votes(connection).on(campaign, campaign.slot(one.slot) if campaign else None, one.key)


def _was(slot: Slot, other: str, key: str) -> bool:
    """Whether a key is what the post of another key was called before its time was changed."""
    old, new = parse_key(other), parse_key(key)
    if old == new or old.target != new.target or moment_at(slot.timetable, old.wall) is not None:
        return False
    return slot.explicit or abs(old.wall - new.wall) <= NEAR
