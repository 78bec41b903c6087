"""Contests: the same work done by several designs, in turn, in one run; only ratios between them mean anything."""

from __future__ import annotations

import gc
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from math import inf
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).parents[2]

Figures = Mapping[str, float]
"""What one contestant measured in one round, by name; the unit stands in the name."""

Contestant = Callable[[], Figures]


class LeftOut(Exception):
    """A contestant can't take part here, for this reason."""


@dataclass(frozen=True, slots=True)
class Bar:
    """What a figure is held to: that of the contestant ``who`` is ``most`` at most (with ``least``: at least) times the
    figure ``of`` (by default the same one) of the contestant ``than``, taken round by round; without ``than``: ``most``
    itself. The median of the rounds counts, with ``every`` the worst. ``why``: the reason that was found, printed with
    a bar that is missed."""

    who: str
    figure: str
    most: float
    than: str = ""
    of: str = ""
    least: bool = False
    why: str = ""
    every: bool = False


@dataclass(frozen=True, slots=True)
class Contest:
    """``prepare(size)`` makes what all need and gives the contestants by name; the first is what others are held
    against. ``size`` is the number of posts (or seconds), ``small`` the one that the smoke test takes. ``about``: what
    was done, and how it was made fair; printed with the figures."""

    title: str
    size: int
    small: int
    prepare: Callable[[int], AbstractContextManager[Mapping[str, Contestant]]]
    bars: tuple[Bar, ...] = ()
    about: str = ""


Results = dict[str, dict[str, list[float]]]
"""Contestant -> figure -> one value a round."""


@dataclass(slots=True)
class Held:
    """What came of a contest. ``absent``: contestant -> why it did not take part; ``failed``: contestant -> what broke
    (it is out from then on, and has no results)."""

    results: Results = field(default_factory=dict)
    absent: dict[str, str] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)


def hold(contest: Contest, size: int, rounds: int, tell: Callable[[str], None] = lambda _: None) -> Held:
    """Let all contestants do the work ``rounds`` times, in turn, each round beginning with another one."""
    held = Held()
    with contest.prepare(size) as contestants:
        names = list(contestants)
        held.results = {name: {} for name in names}
        for number in range(rounds):
            first = number % len(names)
            for name in (*names[first:], *names[:first]):
                if name not in held.results:
                    continue
                tell(f"round {number + 1}: {name}")
                try:
                    figures = contestants[name]()
                except LeftOut as error:
                    held.absent[name] = str(error)
                except Exception as error:  # noqa: BLE001 - named in the table, and the command's exit code is 1
                    held.failed[name] = f"{type(error).__name__}: {error}"
                else:
                    for figure, value in figures.items():
                        held.results[name].setdefault(figure, []).append(value)
                    continue
                del held.results[name]
    return held


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a bar was met: the ratios (or figures) of all rounds, and the one that counts."""

    values: list[float]
    counts: float
    met: bool

    def behind(self, bar: Bar) -> str:
        """By how much, in words."""
        if not bar.most:
            return f"{short(self.counts)} instead of 0"
        share = 1 - self.counts / bar.most if bar.least else self.counts / bar.most - 1
        return f"by {share * 100:.0f} %"


def judge(bar: Bar, results: Results) -> Verdict | None:
    """Hold results against a bar; None where a contestant was not there."""
    mine = results.get(bar.who, {}).get(bar.figure)
    values = mine
    if mine and bar.than:
        theirs = results.get(bar.than, {}).get(bar.of or bar.figure)
        values = theirs and [_ratio(one, other) for one, other in zip(mine, theirs, strict=True)]
    if not values:
        return None
    worst = min if bar.least else max
    counts = worst(values) if bar.every else median(values)
    return Verdict(values, counts, counts >= bar.most if bar.least else counts <= bar.most)


def _ratio(one: float, other: float) -> float:
    if other:
        return one / other
    return inf if one else 1.0


def table(results: Results) -> Iterator[str]:
    """A line for each figure of each contestant: median [min..max], and how many times that of the first one it is,
    round by round."""
    base = next(iter(results.values()), {})
    for name, figures in results.items():
        for figure, values in figures.items():
            line = f"  {name:<34} {figure:<14} {spread(values):>28}"
            if figures is not base and figure in base and all(base[figure]):
                ratios = [mine / theirs for mine, theirs in zip(values, base[figure], strict=True)]
                line += f"   x {spread(ratios)}"
            yield line


def spread(values: list[float]) -> str:
    """``median [min..max]``."""
    return f"{short(median(values))} [{short(min(values))}..{short(max(values))}]"


def short(value: float) -> str:
    """Three digits, or all before the point."""
    return f"{value:,.0f}" if abs(value) >= 1000 or value == int(value) else f"{value:.3g}"


# -- a contestant in a process of its own ---------------------------------------------------------------------------


def child(module: str, *arguments: object) -> dict[str, Any]:
    """Run ``python -m module arguments`` from the repository's root; the JSON object in its last line."""
    command = [sys.executable, "-m", module, *map(str, arguments)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=600)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}\n{done.stderr}")
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def timed(
    *arguments: str, environ: Mapping[str, str] | None = None, program: str = sys.executable
) -> Figures:
    """Run Python (or another ``program``) with these arguments: how long it took (ms), and the processor's time that it
    used (ms)."""
    began = time.perf_counter()
    with subprocess.Popen(
        [program, *arguments],
        cwd=ROOT,
        env=environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        _, process.returncode, used = os.wait4(process.pid, 0)
        took = time.perf_counter() - began
    return {"ms": took * 1000, "CPU ms": (used.ru_utime + used.ru_stime) * 1000}


def cpu_seconds() -> float:
    """User and system time of this process so far."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


@contextmanager
def quiet() -> Iterator[None]:
    """Without garbage of an earlier contestant to collect while this one is timed."""
    gc.collect()
    yield
