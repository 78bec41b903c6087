"""Crisis pauses in the simulation: people pause, end pauses and decide; nothing may begin that a pause covers, and the
end of one may send nothing that nobody has looked at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

from campaign.core.lifecycle import Event, State
from campaign.core.pause import Scope
from campaign.dispatch.crisis import after_pause, pausing
from campaign.dispatch.decide import Desk
from campaign.store import pauses
from campaign.store.history import Delivery, EventRow

if TYPE_CHECKING:
    from tests.simulation.actions import Stage

Check = Callable[..., None]


@dataclass
class Crisis:
    """One pause as the log tells it."""

    scope: Mapping[str, list[str]]
    until: datetime | None
    end: datetime | None = None

    def covers(self, row: Delivery) -> bool:
        return all(
            not names or any(name in mine for name in names)
            for names, mine in (
                (self.scope["campaigns"], {row.campaign}),
                (self.scope["accounts"], {row.account, row.target}),
                (self.scope["languages"], {row.language, row.language.split("-")[0]}),
            )
        )

    def goes_on(self, at: datetime) -> bool:
        return (self.end is None or at < self.end) and (self.until is None or at < self.until)


@dataclass
class Crises:
    """All pauses, and when a person last decided about each post, told by the log alone."""

    known: dict[int, Crisis] = field(default_factory=dict)
    decided: dict[str, datetime] = field(default_factory=dict)

    def follow(self, event: EventRow) -> None:
        told: Mapping[str, Any] = event.detail
        match event.kind:
            case "pause":
                until = told.get("until")
                self.known[told["pause"]] = Crisis(
                    told["scope"], datetime.fromisoformat(until) if until else None
                )
            case "pause-ended":
                one = self.known[told["pause"]]
                one.end = min(event.at, one.until or event.at)
        if event.key and event.by:
            self.decided[event.key] = event.at

    def look_at_claim(self, event: EventRow, row: Delivery, check: Check) -> None:
        """Of the first part of a post, or a part of a thread that has not begun."""
        for one in self.known.values():
            if not one.covers(row):
                continue
            check(not one.goes_on(event.at), "began while it was paused", row.key, event.kind, one)
            end = min(moment for moment in (one.end, one.until) if moment is not None)
            flushed = (
                event.kind == Event.CLAIM
                and row.not_before < end
                and (row.key not in self.decided or self.decided[row.key] < end)
            )
            check(not flushed, "flushed by the end of a pause", row.key, row.not_before, one)

    def ends(self, now: datetime) -> list[datetime]:
        """When pauses that go on end by themselves."""
        return [one.until for one in self.known.values() if one.until is not None and one.goes_on(now)]


# -- what people do --------------------------------------------------------------------------------------


def pause(chance: Random, stage: Stage) -> str:
    desk = stage.world.desk("ani")
    scope = chance.choice((Scope(), _some_scope(chance, desk)))
    length = chance.choice((None, timedelta(minutes=30), timedelta(hours=5), timedelta(days=2)))
    until = stage.world.now + length if length is not None else None
    begun = pausing.pause(desk, scope, "an earthquake", until)
    stage.world.tally["pauses"] += 1
    return f"ani pauses {scope.say} until {until} ({len(begun.finishing)} finish)"


def _some_scope(chance: Random, desk: Desk) -> Scope:
    names = [
        {"campaigns": sorted(desk.workspace.campaigns)},
        {"accounts": sorted(desk.workspace.accounts)},
        {"languages": sorted({code for one in desk.workspace.accounts.values() for code in one.languages})},
    ]
    (chosen,) = chance.choice(names).items()
    return pausing.scope_of(desk.workspace, **{chosen[0]: [chance.choice(chosen[1])] if chosen[1] else []})


def resume(chance: Random, stage: Stage) -> str:
    """End a pause, and decide about most of what fell into it."""
    desk = stage.world.desk("ani")
    with stage.world.store.read() as connection:
        there = pauses.standing(connection)
    if not there:
        return pause(chance, stage)
    one = chance.choice(there)
    pausing.resume(desk, [one])
    with stage.world.store.read() as connection:
        rows = [row for _, row in pauses.fallen(connection, [one.id])]
    told = [_decide(chance, stage, desk, row) for row in rows]
    stage.world.tally["decided after a pause"] += len(told)
    return f"ani ends pause {one.id}: " + (", ".join(told) or "nothing fell into it")


def _decide(chance: Random, stage: Stage, desk: Desk, row: Delivery) -> str:
    if row.state is State.MISSED and any(
        stage.world.servers[row.account].by_key(other.network_key)
        for other in stage.invariants.rows.values()
        if other.key.partition("#")[0] == row.key.partition("#")[0]
    ):
        stage.invariants.lied.add(row.key)  # given up although it is out
    match chance.choice(("send", "send", "skip", "move", "later")):
        case "send":
            after_pause.send(desk, [row.key])
            return f"sends {row.key}"
        case "skip":
            after_pause.skip(desk, [row.key])
            return f"skips {row.key}"
        case "move":
            after_pause.move(desk, row.key, stage.world.now + timedelta(minutes=chance.choice((1, 300))))
            return f"moves {row.key}"
    return f"leaves {row.key}"


def end_all(desk: Desk) -> None:
    """The crisis is over; what was not decided stays held."""
    with desk.store.read() as connection:
        going = [one for one in pauses.standing(connection) if one.ended is None]
    pausing.resume(desk, going)
