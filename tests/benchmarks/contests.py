"""Which contests there are."""

from __future__ import annotations

from tests.benchmarks import feeding, footprint, growing, idling, reading, rendering, starting, storing, storm
from tests.benchmarks.measure import Contest

CONTESTS: dict[str, Contest] = {
    "storm-50": storm.contest(50),
    "storm-128": storm.contest(128),
    "storing": storing.CONTEST,
    "reading": reading.CONTEST,
    "cold-start": starting.CONTEST,
    "footprint": footprint.CONTEST,
    "growth": growing.CONTEST,
    "idle": idling.CONTEST,
    "feeding": feeding.CONTEST,
    "rendering": rendering.CONTEST,
}
