"""While many wait, a step does no more than it must; what that leaves out is made good, and soon."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from campaign.core.lifecycle import State
from campaign.core.model import Target
from campaign.core.outcome import Unknown
from campaign.dispatch import tick
from campaign.dispatch.tick import Engine
from campaign.errors import CampaignError
from tests.dispatch.world import World, account, at, slot, workspace

DUE = "2027-07-01T08:01"
CROWD = [account(f"m{number:03}") for number in range(200)]
ALL_AT_ONCE = slot("crowd", at(DUE), [Target(one, "en") for one in CROWD], if_late=timedelta(hours=9))


@dataclass
class Slow:
    """Senders who need some seconds of the world's time for each post."""

    world: World
    seconds: float
    at_work: list[tuple[datetime, int, Callable[[], None]]] = field(default_factory=list)
    begun: int = 0

    def submit(self, work: Callable[[], None]) -> None:
        self.begun += 1
        heapq.heappush(self.at_work, (self.world.now + timedelta(seconds=self.seconds), self.begun, work))

    def come_back(self) -> None:
        while self.at_work and self.at_work[0][0] <= self.world.now:
            heapq.heappop(self.at_work)[2]()


def few_senders(world: World, seconds: float) -> Slow:
    slow = Slow(world, seconds)
    world.engine = Engine(world.store, world.nets, world.files, "host:1", slow, world.uptime, senders=2)  # type: ignore[arg-type]
    return slow


def pass_by(world: World, slow: Slow, **delta: float) -> None:
    """Let time pass as the loop would: it wakes when it is asked to, and when a sender comes back."""
    until = world.now + timedelta(**delta)
    while True:
        wake = world.engine.tick(world.now)
        ahead = [moment for moment in (wake, *(one[0] for one in slow.at_work)) if moment is not None]
        if not ahead or min(ahead) > until:
            break
        world.now = max(min(ahead), world.now)
        slow.come_back()
    world.now = until


def test_an_account_whose_gap_ends_in_a_crowd_has_its_turn(world: World) -> None:
    x = account("x", gap=timedelta(seconds=20))
    y = account("y", gap=timedelta(seconds=15))
    soon = timedelta(seconds=60)
    pair = [Target(x, "en"), Target(y, "en")]
    slow = few_senders(world, 0.5)
    world.adopt(
        workspace(
            [x, y, *CROWD],
            [slot("a", at(DUE), pair, if_late=soon), slot("b", at(DUE), pair, if_late=soon), ALL_AT_ONCE],
        )
    )
    pass_by(world, slow, seconds=60 + 45)
    states = world.states()
    assert {key: state for key, state in states.items() if "/crowd/" not in key} == {
        f"c/{name}/{DUE}/{one}": "sent" for name in "ab" for one in "xy"
    }
    assert list(states.values()).count("pending") > 0, "the crowd was over: nothing is shown by this"


def test_an_uncertain_post_is_looked_at_in_a_crowd(world: World) -> None:
    unsure = account("unsure")
    slow = few_senders(world, 1.7)
    world.nets.get(unsure).script.append(lambda post, key: Unknown("timeout"))
    world.adopt(workspace([unsure, *CROWD], [slot("a", at(DUE), [Target(unsure, "en")]), ALL_AT_ONCE]))
    pass_by(world, slow, seconds=60 + 45)  # it is to be looked at after 30
    row = world.rows()[f"c/a/{DUE}/unsure"]
    assert (row.state, row.attempt) == (State.SENT, 2)
    assert list(world.states().values()).count("pending") > 0, "the crowd was over: nothing is shown by this"


def test_a_secret_that_goes_away_in_a_crowd_stops_its_account_alone(world: World) -> None:
    accounts = [account(name) for name in "abcd"]
    world.adopt(workspace(accounts, [slot("s", at(DUE), [Target(one, "en") for one in accounts])]))
    world.engine.senders = 1
    world.engine.tick(world.now)
    world.now += timedelta(minutes=1)
    world.engine.tick(world.now)
    world.nets.broken |= {"b", "c"}  # where they lie is away for a moment
    world.settle()
    sent = {key[-1] for key, state in world.states().items() if state == "sent"}
    assert sent == {"a", "d"}
    assert {state for key, state in world.states().items() if key[-1] in "bc"} == {"pending"}
    world.nets.broken.clear()
    world.go(minutes=20)
    assert set(world.states().values()) == {"sent"}
    assert {row.attempt for row in world.rows().values()} == {1}


def test_a_secret_that_goes_within_a_step_is_tried_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = account()
    world.adopt(workspace([one], [slot("s", at(DUE), [Target(one, "en")])]))
    world.settle()
    world.now += timedelta(minutes=1)
    take = tick.outbox.take

    def and_then(*arguments: object, **more: object) -> object:
        taken = take(*arguments, **more)  # type: ignore[arg-type]
        world.nets.broken.add("fedi")
        return taken

    monkeypatch.setattr(tick.outbox, "take", and_then)
    world.settle()
    monkeypatch.undo()
    (row,) = world.rows().values()
    assert (row.state, row.reason) == (State.PENDING, "the secret of fedi is missing")
    world.nets.broken.clear()
    world.go(minutes=30)
    assert set(world.states().values()) == {"sent"}


def test_what_was_claimed_and_never_left_is_given_back(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    one = account()
    world.adopt(workspace([one], [slot("s", at(DUE), [Target(one, "en")])]))
    world.settle()
    world.now += timedelta(minutes=1)

    def gone(*_: object) -> None:
        raise CampaignError("no such thing")

    monkeypatch.setattr(Engine, "_send", gone)
    with pytest.raises(CampaignError):
        world.engine.tick(world.now)
    assert list(world.states().values()) == ["sending"]
    monkeypatch.undo()
    world.go(minutes=10)
    assert list(world.states().values()) == ["sent"]
    assert len(world.nets.get(one).order) == 1
