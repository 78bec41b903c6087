"""What a crisis pause stops: asked inside the transaction that claims, so that nothing begins after it.

A begun thread is let finish: half a thread says less than none. What is being sent finishes too. An attempt of which
nothing is known is looked up but not repeated: if it is not out, the repeat would publish it now.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from campaign.core.lifecycle import Event, State
from campaign.core.model import AD_HOC, Workspace
from campaign.core.pause import About, Pause, stops, tags_of
from campaign.store import history, pauses
from campaign.store.history import Delivery
from campaign.store.outbox import Judge
from campaign.store.transitions import transition


def about(workspace: Workspace, row: Delivery) -> About:
    """What a pause asks of a row. Its tags are those that the files give it now."""
    campaign = workspace.campaigns.get(row.campaign)
    slot = campaign.slot(row.slot) if campaign is not None else None
    known = slot is not None or row.campaign == AD_HOC
    tags = tags_of(campaign, slot) if known else None
    return About(row.campaign, row.account, row.target, row.language, tags)


@dataclass(frozen=True, slots=True)
class Halt:
    """The pauses that count at one moment (aware UTC), held against the rows of one workspace."""

    workspace: Workspace
    pauses: Sequence[Pause]
    now: datetime

    @staticmethod
    def of(connection: Connection, workspace: Workspace, now: datetime) -> Halt:
        """Inside of a transaction that may claim: until it ends nobody can make another pause."""
        pauses.expire(connection, now)
        return Halt(workspace, pauses.at_the_gate(connection, now), now)

    @staticmethod
    def going(connection: Connection, workspace: Workspace, now: datetime) -> Halt:
        """Only the pauses that are in force, for those who look."""
        return Halt(workspace, [one for one in pauses.relevant(connection, now) if one.in_force(now)], now)

    @property
    def next_end(self) -> datetime | None:
        """When the first pause that is in force ends by itself."""
        return min(
            (p.until for p in self.pauses if p.until is not None and p.in_force(self.now)), default=None
        )

    def stopping(self, connection: Connection, row: Delivery) -> Pause | None:
        """The pause that keeps a row from being sent (or sent again) now, or None."""
        if not self.pauses or self._finishes(connection, row):
            return None
        post = about(self.workspace, row)
        if not any(pause.scope.covers(post) for pause in self.pauses):
            return None
        decided = pauses.decided(connection, [row.key]).get(row.key)
        return stops(self.pauses, post, row.not_before, decided, self.now)

    def _finishes(self, connection: Connection, row: Delivery) -> bool:
        """Whether it is the next part of a thread that has begun."""
        before = history.delivery(connection, row.previous) if row.previous is not None else None
        return before is not None and before.state is State.SENT

    def hold(self, connection: Connection) -> None:
        """pending -> held of all that could go out now and is stopped, whatever its account waits for: so that it is
        known what fell into the pause also where it would be too late by the time of its turn."""
        if not self.pauses:
            return
        for found in pauses.ripe(connection, self.now):
            row = Delivery.of(found)
            pause = self.stopping(connection, row)
            if pause is not None and transition(
                connection, found, Event.HOLD, self.now, reason=pause.because, detail={"pause": pause.id}
            ):
                pauses.fell(connection, pause.id, [row.key], self.now)

    def before(self, judge: Judge) -> Judge:
        """A judge that asks the pauses first: for what ``hold`` could not reach because somebody was at it."""

        def judged(connection: Connection, rows: Sequence[Delivery]) -> list[str | None]:
            stopped = [self.stopping(connection, row) for row in rows]
            for pause, row in zip(stopped, rows, strict=True):
                if pause is not None:
                    pauses.fell(connection, pause.id, [row.key], self.now)
            free = [row for pause, row in zip(stopped, rows, strict=True) if pause is None]
            said = iter(judge(connection, free))
            return [next(said) if pause is None else pause.because for pause in stopped]

        return judged
