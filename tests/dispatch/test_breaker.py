"""The breaker at work: an account that refuses everything is left alone, and nobody else waits for it."""

from __future__ import annotations

from datetime import timedelta

from campaign.core.lifecycle import BREAKER
from campaign.core.model import Target
from campaign.core.outcome import Outcome, Refused, Scope
from tests.dispatch.world import World, account, at, slot, workspace

FEDI, OTHER = account(), account("other")
MINUTES = [f"2027-07-01T09:{minute:02}" for minute in range(12)]


def begin(world: World, outcome: Outcome) -> None:
    """Twelve posts a minute apart on two accounts, of which one refuses whatever it gets."""
    targets = [Target(FEDI, "en"), Target(OTHER, "en")]
    world.adopt(workspace([FEDI, OTHER], [slot("s", at(*MINUTES), targets, if_late=None)]))
    world.nets.get(FEDI).script = [lambda post, key: outcome] * 100
    world.go(hours=1)


def tried(world: World) -> int:
    return len(world.nets.get(FEDI).calls)


def test_after_five_refused_posts_it_is_one_at_a_time(world: World) -> None:
    begin(world, Refused("422 not like that"))
    world.go(minutes=18)
    assert tried(world) == BREAKER
    states = world.states()
    assert sum(state == "failed" for state in states.values()) == BREAKER
    assert all(state == "sent" for key, state in states.items() if key.endswith("/other"))
    world.go(minutes=1)  # the fifth was refused at 09:04
    assert tried(world) == BREAKER + 1
    world.go(minutes=29)
    assert tried(world) == BREAKER + 1
    world.nets.get(FEDI).script = []  # mended
    world.go(minutes=1)
    assert tried(world) == len(MINUTES)
    assert sum(state == "sent" for key, state in world.states().items()) == 2 * len(MINUTES) - BREAKER - 1


def test_a_revoked_token_is_not_tried_all_day(world: World) -> None:
    begin(world, Refused("token revoked", Scope.ACCOUNT))
    world.go(days=1)
    assert tried(world) < 10
    world.nets.get(FEDI).script = []
    world.go(hours=6)
    assert set(world.states().values()) == {"sent"}


def test_a_picture_that_changed_here_says_nothing_about_the_account(world: World) -> None:
    begin(world, Refused("posts/a.png is not the picture it was", Scope.HERE))
    world.go(minutes=11)
    assert tried(world) == len(MINUTES)


def test_the_breaker_outlives_the_process(world: World) -> None:
    begin(world, Refused("422 not like that"))
    world.go(minutes=5)
    world.boot()
    targets = [Target(FEDI, "en"), Target(OTHER, "en")]
    world.adopt(workspace([FEDI, OTHER], [slot("s", at(*MINUTES), targets, if_late=None)]))
    world.go(minutes=13)
    assert tried(world) == BREAKER
    assert world.now.minute == 18
    world.now += timedelta(minutes=1)
    world.settle()
    assert tried(world) == BREAKER + 1
