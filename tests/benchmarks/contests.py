"""Which contests there are."""

from __future__ import annotations

from tests.benchmarks import feeding, idling, planning, reading, rendering, starting, storing, storm
from tests.benchmarks.measure import Contest

CONTESTS: dict[str, Contest] = {
    "storm-50": storm.contest(50),
    "storm-128": storm.contest(128),
    "storing": storing.CONTEST,
    "load": reading.CONTEST,
    "plan": planning.CONTEST,
    "starting": starting.CONTEST,
    "idling": idling.CONTEST,
    "feeding": feeding.CONTEST,
    "rendering": rendering.CONTEST,
}
