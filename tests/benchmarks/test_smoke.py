"""Every contest runs at a tiny size and does the work that it measures. Nothing here is about speed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

import pytest

from tests import servers
from tests.benchmarks import bigburst, burst, engine, hosts, rivals
from tests.benchmarks.contests import CONTESTS
from tests.benchmarks.measure import (
    Bar,
    Contest,
    Contestant,
    Figures,
    LeftOut,
    Verdict,
    hold,
    judge,
    spread,
    table,
)

DONE = {"storing": "stored", "load": "read", "feeding": "published"}
"""Contest -> the figure that says how many posts were worked on."""

STORMS = {
    "burst": [burst.OURS_FEW],
    "big-burst": [bigburst.BIG],
    "engine": [engine.OURS, engine.FLOOR],
    "hosts": [hosts.TWO],
}
"""Contest -> the contestants that are tried here; rivals, and the same with other numbers, take long to start."""


def chosen(name: str) -> Contest:
    """A contest, with those of its contestants that are tried here; its bars are about contestants that it has."""
    contest = CONTESTS[name]

    @contextmanager
    def prepare(size: int) -> Iterator[Mapping[str, Contestant]]:
        with contest.prepare(size) as contestants:
            for bar in contest.bars:
                assert bar.who in contestants
                assert bar.than in {"", *contestants}
            yield {who: contestants[who] for who in STORMS.get(name, contestants)}

    return replace(contest, prepare=prepare)


@pytest.mark.parametrize("name", sorted(CONTESTS))
def test_a_contest_measures_what_it_says(name: str) -> None:
    if name == "hosts":
        servers.require("initdb", rivals.POSTGRESQL)
    size = CONTESTS[name].small
    held = hold(chosen(name), size, rounds=1)
    assert not held.failed
    for contestant, figures in held.results.items():
        assert all(len(values) == 1 for values in figures.values())
        if name in DONE:
            share = 10 if "a 10th" in contestant else 1
            assert figures[DONE[name]] == [size / share], contestant
        if name in STORMS:
            assert figures["lost"] == [0], contestant
            assert figures.get("doubled", [0]) == [0], contestant
    assert len(list(table(held.results))) == sum(map(len, held.results.values()))


def contest_of(**contestants: Callable[[], Figures]) -> Contest:
    @contextmanager
    def prepare(size: int) -> Iterator[Mapping[str, Contestant]]:
        yield contestants

    return Contest("things", 1, 1, prepare)


def test_contestants_take_turns_and_each_begins() -> None:
    heard: list[str] = []
    works = {name: lambda name=name: heard.append(name) or {"ms": 1.0} for name in "abc"}
    hold(contest_of(**works), 1, rounds=3)
    assert "".join(heard) == "abcbcacab"


def test_one_that_breaks_is_named_and_one_that_is_left_out_says_why() -> None:
    rounds = iter([{"ms": 1.0}])

    def absent() -> Figures:
        raise LeftOut("not here")

    def breaks() -> Figures:
        told = next(rounds, None)
        assert told is not None, "out of order"
        return told

    held = hold(contest_of(fine=lambda: {"ms": 2.0}, breaks=breaks, absent=absent), 1, rounds=3)
    assert held.results == {"fine": {"ms": [2.0, 2.0, 2.0]}}
    assert held.absent == {"absent": "not here"}
    assert held.failed["breaks"].startswith("AssertionError: out of order")


RESULTS = {
    "ours": {"ms": [1.0, 2.0, 4.0], "lost": [0.0, 0.0, 1.0]},
    "theirs": {"ms": [2.0, 2.0, 2.0], "lost": [0.0, 5.0, 0.0]},
}


@pytest.mark.parametrize(
    ("bar", "values", "counts", "met", "behind"),
    [
        (Bar("ours", "ms", 1.0, "theirs"), [0.5, 1.0, 2.0], 1.0, True, ""),
        (Bar("ours", "ms", 0.8, "theirs"), [0.5, 1.0, 2.0], 1.0, False, "by 25 %"),
        (Bar("ours", "ms", 1.25, "theirs", least=True), [0.5, 1.0, 2.0], 1.0, False, "by 20 %"),
        (Bar("ours", "ms", 2.0), [1.0, 2.0, 4.0], 2.0, True, ""),
        (Bar("ours", "ms", 2.0, every=True), [1.0, 2.0, 4.0], 4.0, False, "by 100 %"),
        (Bar("ours", "lost", 0), [0.0, 0.0, 1.0], 0.0, True, ""),
        (Bar("ours", "lost", 0, every=True), [0.0, 0.0, 1.0], 1.0, False, "1 instead of 0"),
        (Bar("ours", "lost", 1.0, "theirs"), [1.0, 0.0, float("inf")], 1.0, True, ""),
        (
            Bar("ours", "ms", 1.0, "ours", of="lost"),
            [float("inf"), float("inf"), 4.0],
            float("inf"),
            False,
            "by inf %",
        ),
    ],
)
def test_a_bar_is_held_round_by_round(
    bar: Bar, values: list[float], counts: float, met: bool, behind: str
) -> None:
    verdict = judge(bar, RESULTS)
    assert verdict == Verdict(values, counts, met)
    assert met or verdict.behind(bar) == behind


def test_a_bar_of_somebody_who_was_not_there_is_no_verdict() -> None:
    assert judge(Bar("ours", "ms", 1.0, "nobody"), RESULTS) is None
    assert judge(Bar("nobody", "ms", 1.0, "ours"), RESULTS) is None
    assert judge(Bar("ours", "km", 1.0), RESULTS) is None


def test_a_ratio_is_taken_round_by_round() -> None:
    lines = list(table({"ours": {"ms": [1.0, 2.0, 4.0]}, "theirs": {"ms": [2.0, 2.0, 2.0]}}))
    assert [line.split() for line in lines] == [
        ["ours", "ms", "2", "[1..4]"],
        ["theirs", "ms", "2", "[2..2]", "x", "1", "[0.5..2]"],
    ]


def test_figures_are_short() -> None:
    assert spread([1234.5, 0.12345, 7.0]) == "7 [0.123..1,234]"
