"""Four hosts, one PostgreSQL, kills, stops, a restart, wrong clocks: each post goes out once, and none is lost."""

from __future__ import annotations

import os
from pathlib import Path

from tests.machines.storm import complaints, storm
from tests.servers import Postgres

POSTS = int(os.environ.get("CAMPAIGN_MACHINES_POSTS", "300"))
SEED = int(os.environ.get("CAMPAIGN_MACHINES_SEED", "1"))


def test_a_storm(durable: Postgres, tmp_path: Path) -> None:
    outcome = storm(durable, tmp_path, POSTS, SEED)
    print(outcome)
    assert not complaints(outcome), outcome
    assert outcome.sent + outcome.uncertain == POSTS
    assert outcome.kills and outcome.stops and outcome.restarts and outcome.orphaned
