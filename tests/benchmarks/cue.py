"""How a contestant of a storm, in a process of its own, speaks with the contest (``storm.storm``). No imports of ours:
rivals run it in their own environments."""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Any

_out = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)  # what libraries print is not for the contest


def text(number: int) -> str:
    """What the post of this number says."""
    return f"Post {number}: know the signs, and where to get help."


def due(seconds: float) -> datetime:
    """The first whole second that is so far ahead (farther where that was too short before): by then all must be
    stored."""
    ahead = timedelta(seconds=seconds * float(os.environ.get("CAMPAIGN_BENCH_TIMES", "1")))
    return datetime.fromtimestamp(ceil((datetime.now(UTC) + ahead).timestamp()), UTC)


def ready(due: datetime) -> None:
    """All is stored, and falls due then."""
    tell({"due": due.timestamp()})


def over(**told: Any) -> None:
    """All has been done that will be. Returns when the contest has looked at this process."""
    tell(told)
    sys.stdin.read()


def tell(what: dict[str, Any]) -> None:
    """Say something to whoever started this process."""
    print(json.dumps(what), file=_out, flush=True)
