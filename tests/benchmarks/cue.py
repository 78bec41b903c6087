"""How a contestant of a storm, in a process of its own, speaks with the contest (``storm.storm``). No imports of ours:
rivals run it in their own environments."""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

_out = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)  # what libraries print is not for the contest


def text(number: int) -> str:
    """What the post of this number says."""
    return f"Post {number}: know the signs, and where to get help."


def due(seconds: float) -> datetime:
    """A whole second, so far ahead (longer where that was too short before): by then all must be stored."""
    ahead = seconds * float(os.environ.get("CAMPAIGN_BENCH_TIMES", "1"))
    return datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=ahead)


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
