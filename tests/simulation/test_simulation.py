"""A bounded part of the simulation for every test run: scripts that hypothesis makes up, and some seeds."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import HealthCheck, example, given, note, settings
from hypothesis import strategies as st

from tests.simulation.drive import play
from tests.simulation.script import SIZES, Script

SEEDS = 16
GROUPS = 4

scripts = st.builds(
    Script,
    scene=st.integers(0, 10**6),
    size=st.sampled_from(SIZES[:3]),
    steps=st.lists(st.integers(0, 10**6), max_size=20).map(tuple),
)


@given(scripts)
@example(Script(0, 1, ()))
@settings(max_examples=6, deadline=None, derandomize=True, database=None,
          suppress_health_check=[HealthCheck.too_slow])  # fmt: skip
def test_every_invariant_holds_whatever_happens(script: Script) -> None:
    note(script.command())
    play(script, Counter())


@pytest.mark.parametrize("group", range(GROUPS))
def test_every_invariant_holds_on_the_first_seeds(group: int) -> None:
    tally: Counter[str] = Counter()
    for seed in range(group, SEEDS, GROUPS):
        script = Script.of_seed(seed)
        try:
            play(script, tally)
        except BaseException as error:
            error.add_note(f"seed {seed}: {script.command()}")
            raise
    # A simulation in which nothing goes wrong, or nothing goes out, tells nothing.
    assert tally["crashes"] and tally["faults"] and tally["edits"] and tally["decisions"]
    assert tally["posts"] > 10
