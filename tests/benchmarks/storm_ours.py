"""The storm as this program takes it: the loop as `campaign run` starts it. A process of its own.

A post is composed and its row is made when it falls due, so that its time counts; the others' texts are ready.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from campaign.dispatch import loop
from campaign.dispatch.happening import Happening
from campaign.dispatch.planner import Planner
from campaign.dispatch.tick import Engine
from tests.benchmarks import cue, made

LEAD = 1.0
"""Seconds before the moment at which the loop is started; with many occurrences ahead, more: files are read."""


def when_at_work(then: Callable[[], None]) -> None:
    """Do something once, as soon as the loop has taken up its files and looked at what is due."""
    tick = Engine.tick

    def first(engine: Engine, *arguments: Any) -> Any:
        Engine.tick = tick  # type: ignore[method-assign]
        wake = tick(engine, *arguments)
        then()
        return wake

    Engine.tick = first  # type: ignore[method-assign]


class Watched:
    """How much of the processor's time went into planning: composing the posts and storing their rows."""

    def __init__(self) -> None:
        self.spent = 0.0
        plan = Planner.plan

        def timed(planner: Planner, now: datetime, **how: Any) -> Any:
            began = time.thread_time()
            try:
                return plan(planner, now, **how)
            finally:
                self.spent += time.thread_time() - began

        Planner.plan = timed  # type: ignore[method-assign]


def texts(folder: Path) -> int:
    """Bytes of all posts in the store, as they are stored."""
    with closing(sqlite3.connect(folder / "campaign.db")) as store:
        return int(store.execute("SELECT sum(length(CAST(post AS BLOB))) FROM deliveries").fetchone()[0])


def main(folder: Path, url: str, posts: int, at_once: int, accounts: int, ahead: int) -> None:
    """``ahead``: so many occurrences wait in the files, of which ``posts`` fall due."""
    due = cue.due(LEAD + accounts / 1000 + ahead / 25_000)
    made.storm(folder, url, due, posts, accounts, ahead)
    made.configure(folder, senders=at_once)
    watched = Watched()
    ended: dict[str, int] = {}

    def hear(happening: Happening) -> None:
        if happening.key:
            ended[happening.kind] = ended.get(happening.kind, 0) + 1
        if sum(ended.values()) == posts:
            threading.Thread(target=leave).start()  # the loop goes on: it is not to wait for us

    def leave() -> None:
        if ended != {"sent": posts}:
            print(f"the log says: {ended}", file=sys.stderr)
            os._exit(1)
        cue.over(**{"planning CPU s": watched.spent, "texts MiB": texts(folder) / 2**20})
        os.kill(os.getpid(), signal.SIGTERM)

    when_at_work(partial(cue.ready, due))
    loop.run(folder, {"SECRET": "s"}, trust_clock=True, say=hear)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], *map(int, sys.argv[3:]))
