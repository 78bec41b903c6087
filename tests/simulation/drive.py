"""Plays a script: sets the scene, takes the steps, heals everything, and waits for the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from random import Random

from campaign.store.evidence.verify import verify
from tests.simulation.actions import Stage, step
from tests.simulation.crises import end_all
from tests.simulation.files import make
from tests.simulation.invariants import Invariants
from tests.simulation.oracle import DAY, Almanac
from tests.simulation.script import Script
from tests.simulation.world import MortalStore, World, a_store

PATIENCE = timedelta(days=400)
"""Within what simulated time everything has ended after the last fault."""

YEAR = timedelta(days=365)


def quiet(line: str) -> None:
    """No story is told."""


def play(script: Script, tally: Counter[str], story: Callable[[str], None] = quiet) -> None:
    """Play one run; ``tally`` counts what was tried. Raises Broken, or whatever the product raises."""
    with a_store() as store:
        play_on(store, script, tally, story)


def play_on(store: MortalStore, script: Script, tally: Counter[str], story: Callable[[str], None]) -> None:
    """The same on a store that is there and empty."""
    chance = Random(script.scene)
    files = make(chance, script.size)
    begin = datetime.combine(files.begin, time(chance.randrange(24), chance.randrange(60)), UTC)
    world = World(store, files, begin, tally, story)
    almanac = Almanac(files.begin - 5 * DAY, files.end + 5 * DAY)
    world.watcher = invariants = Invariants(world, almanac)
    stage = Stage(world, almanac, invariants)
    tally["runs"] += 1
    world.boot()
    for seed in script.steps:
        if world.now.date() > files.end:
            break
        tally["steps"] += 1
        step(seed, stage)
    heal(world)
    end = max(world.now, datetime.combine(files.end, time(), UTC) + 2 * DAY)
    world.go(end)
    story("all is well now; waiting for the end")
    while world.now < end + PATIENCE and not _ended(invariants, world):
        world.go(world.now + 10 * DAY)
    invariants.ended()
    for state in invariants.states.values():
        tally[f"state {state}"] += 1
    tally["campaign-days"] += len(files.campaigns) * (files.end - files.begin).days
    if world.engine is not None:
        world.stop()
    with world.store.read() as connection:  # nothing that ever happens looks like a change of the record
        found = verify(connection)
    assert found.differences == ()


def heal(world: World) -> None:
    """The last fault is over: servers take everything, secrets are there, nothing dies any more."""
    world.fuse = world.jam = None
    world.nap = timedelta()
    world.nets.without_secret.clear()
    for server in world.servers.values():
        server.faults.clear()
        server.revoked = server.mute = False
    end_all(world.desk("ani"))
    world.watcher.observe()


def _ended(invariants: Invariants, world: World) -> bool:
    try:
        invariants.ended()
    except AssertionError:
        return False
    return True
