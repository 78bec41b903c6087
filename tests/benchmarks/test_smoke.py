"""Every contest runs at a tiny size and does the work that it measures. Nothing here is about speed."""

from __future__ import annotations

import pytest

from tests.benchmarks.contests import CONTESTS
from tests.benchmarks.measure import Results, hold, spread, table

DONE = {"storing": "stored", "load": "read", "feeding": "published"}
"""Contest -> the figure that says how many posts were worked on."""


def held(name: str) -> Results:
    return hold(CONTESTS[name], CONTESTS[name].small, rounds=1)


@pytest.mark.parametrize("name", sorted({*CONTESTS} - {"storm-128"}))
def test_a_contest_measures_what_it_says(name: str) -> None:
    results = held(name)
    size = CONTESTS[name].small
    for contestant, figures in results.items():
        assert all(len(values) == 1 for values in figures.values())
        if name in DONE:
            share = 10 if "a 10th" in contestant else 1
            assert figures[DONE[name]] == [size / share], contestant
        if (
            name.startswith("storm") and "defaults" not in contestant
        ):  # those lose posts, if the machine is slow
            assert figures["lost"] == [0], contestant
            assert figures["doubled"] == [0], contestant
    assert len(list(table(results))) == sum(map(len, results.values()))


def test_a_ratio_is_taken_round_by_round() -> None:
    lines = list(table({"ours": {"ms": [1.0, 2.0, 4.0]}, "theirs": {"ms": [2.0, 2.0, 2.0]}}))
    assert [line.split() for line in lines] == [
        ["ours", "ms", "2", "[1..4]"],
        ["theirs", "ms", "2", "[2..2]", "x", "1", "[0.5..2]"],
    ]


def test_figures_are_short() -> None:
    assert spread([1234.5, 0.12345, 7.0]) == "7 [0.123..1,234]"
