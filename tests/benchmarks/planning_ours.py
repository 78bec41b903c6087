"""The row `plan` as this program takes it, in a process of its own; prints JSON: posts, CPU a post, peak memory."""

from __future__ import annotations

import json
import resource
import sys
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from campaign.core.ahead import upcoming
from campaign.core.compose import Composer
from campaign.dispatch import station
from campaign.networks import registry
from tests.benchmarks.measure import cpu_seconds
from tests.benchmarks.planning_bare import YEAR, days

BEGIN = datetime.combine(YEAR, time(), UTC) - timedelta(seconds=1)


def plan(root: Path, ahead: int) -> int:
    """All that `check` and `plan` look at: texts, lengths, safeguards, quiet hours, gaps, repeats."""
    workspace = station.read(root)
    assert not workspace.problems, workspace.problems
    rules = {name: registry.network(account.network).rules for name, account in workspace.accounts.items()}
    composer = Composer(workspace, lambda account: rules[account.id])
    count = 0
    for post in upcoming(workspace, composer, BEGIN, BEGIN + timedelta(days=ahead)):
        assert post.composition.lengths, post.problems
        count += 1
    return count


def main(root: Path, occurrences: int) -> None:
    plan(root, 1)  # what is compiled and imported once
    began = cpu_seconds()
    posts = plan(root, days(occurrences))
    spent = cpu_seconds() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"posts": posts, "CPU us/post": spent / posts * 1e6, "peak MB": peak}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
