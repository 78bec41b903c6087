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
    planning,
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
    "plan": planning.CONTEST,
    "load": reading.CONTEST,
    "cold-start": starting.CONTEST,
    "idle": idling.CONTEST,
    "growth": growing.CONTEST,
    "hosts": hosts.CONTEST,
    "footprint": footprint.CONTEST,
}
"""What `make bench` runs, in the order of docs/performance.md."""

EXTRAS: dict[str, Contest] = {
    "storing": storing.CONTEST,
    "feeding": feeding.CONTEST,
    "rendering": rendering.CONTEST,
}
"""Run when they are named."""

CONTESTS = {**ROWS, **EXTRAS}
