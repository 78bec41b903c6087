"""Many posts due in one moment, to a server that answers after 100 ms: who loses, who doubles, who is late."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from tests.benchmarks.measure import Contest, Contestant, Figures, child
from tests.benchmarks.server import receiver

DELAY = 0.1
"""Seconds that the server takes for an answer: what a near network takes."""


def _storm(module: str, posts: int, *arguments: object) -> Figures:
    with tempfile.TemporaryDirectory() as folder, receiver(DELAY) as server:
        told = child(f"tests.benchmarks.{module}", Path(folder), server.url, posts, *arguments)
        arrivals = server.arrivals()
    late = sorted(arrival.at - told["due"] for arrival in arrivals)
    return {
        "lost": posts - len({arrival.key for arrival in arrivals}),
        "doubled": len(arrivals) - len({arrival.key for arrival in arrivals}),
        "p50 late s": late[len(late) // 2],
        "p99 late s": late[len(late) * 99 // 100],
        "posts/s": len(late) / late[-1],
        "CPU s": told["cpu"],
    }


@contextmanager
def _prepare(posts: int, senders: int) -> Iterator[Mapping[str, Contestant]]:
    yield {
        f"campaign, {senders} accounts": partial(_storm, "storm_ours", posts, senders),
        f"job per post, {senders} threads, grace None": partial(
            _storm, "storm_naive", posts, senders, "none"
        ),
        f"job per post, {senders} threads, defaults": partial(
            _storm, "storm_naive", posts, senders, "default"
        ),
    }


def contest(senders: int) -> Contest:
    """A storm over that many accounts, against that many threads."""
    return Contest(
        f"posts due at once over {senders} accounts; the answer takes {DELAY * 1000:g} ms",
        1000,
        40,
        partial(_prepare, senders=senders),
    )
