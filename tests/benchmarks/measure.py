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
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).parents[2]

Figures = Mapping[str, float]
"""What one contestant measured in one round, by name; the unit stands in the name."""

Contestant = Callable[[], Figures]


@dataclass(frozen=True, slots=True)
class Bar:
    """What a figure is held to: that of the contestant ``who`` is ``most`` at most (with ``least``: at least) times the
    figure ``of`` (by default the same one) of the contestant ``than``, taken round by round, the median of it; without
    ``than``: ``most`` itself. ``why``: the reason that was found, printed with a bar that is missed."""

    who: str
    figure: str
    most: float
    than: str = ""
    of: str = ""
    least: bool = False
    why: str = ""


@dataclass(frozen=True, slots=True)
class Contest:
    """``prepare(size)`` makes what all need and gives the contestants by name; the first is what others are held
    against. ``size`` is the number of posts (or seconds), ``small`` the one that the smoke test takes."""

    title: str
    size: int
    small: int
    prepare: Callable[[int], AbstractContextManager[Mapping[str, Contestant]]]
    bars: tuple[Bar, ...] = ()


Results = dict[str, dict[str, list[float]]]
"""Contestant -> figure -> one value a round."""


def hold(contest: Contest, size: int, rounds: int) -> Results:
    """Let all contestants do the work ``rounds`` times, in turn, each round beginning with another one."""
    results: Results = {}
    with contest.prepare(size) as contestants:
        names = list(contestants)
        for name in names:
            results[name] = {}
        for number in range(rounds):
            first = number % len(names)
            for name in (*names[first:], *names[:first]):
                for figure, value in contestants[name]().items():
                    results[name].setdefault(figure, []).append(value)
    return results


def table(results: Results) -> Iterator[str]:
    """A line for each figure of each contestant: median [min..max], and how many times that of the first one it is,
    round by round."""
    base = next(iter(results.values()))
    for name, figures in results.items():
        for figure, values in figures.items():
            line = f"  {name:<34} {figure:<14} {spread(values):>28}"
            if figures is not base and figure in base and all(base[figure]):
                ratios = [mine / theirs for mine, theirs in zip(values, base[figure], strict=True)]
                line += f"   x {spread(ratios)}"
            yield line


def spread(values: list[float]) -> str:
    """``median [min..max]``."""
    return f"{_short(median(values))} [{_short(min(values))}..{_short(max(values))}]"


def _short(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) or abs(value) >= 1000 else f"{value:.3g}"


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
