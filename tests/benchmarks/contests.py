"""Which contests there are."""

from __future__ import annotations

from tests.benchmarks import (
    bigburst,
    burst,
    engine,
    feeding,
    footprint,
    growing,
    hosts,
    idling,
    reading,
    rendering,
    starting,
    storing,
)
from tests.benchmarks.measure import Contest

ROWS: dict[str, Contest] = {
    "burst": burst.CONTEST,
    "big-burst": bigburst.CONTEST,
    "engine": engine.CONTEST,
    "reading": reading.CONTEST,
    "cold-start": starting.CONTEST,
    "footprint": footprint.CONTEST,
    "growth": growing.CONTEST,
    "idle": idling.CONTEST,
    "hosts": hosts.CONTEST,
}
"""What `make bench` runs, in the order of docs/performance.md."""

EXTRAS: dict[str, Contest] = {
    "storing": storing.CONTEST,
    "feeding": feeding.CONTEST,
    "rendering": rendering.CONTEST,
}
"""Run when they are named."""

CONTESTS = {**ROWS, **EXTRAS}
