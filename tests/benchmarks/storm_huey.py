"""The storm on huey: SQLite (WAL), a consumer with threads that look for work ten times a second. Runs in huey's own
environment."""

from __future__ import annotations

import logging
import sys
import threading
from pathlib import Path
from typing import Any

from huey import SqliteHuey
from huey.signals import SIGNAL_COMPLETE, SIGNAL_ERROR

from tests.benchmarks import cue
from tests.benchmarks.cue import text
from tests.benchmarks.posting import publish


def queue(folder: Path, *, flushed: bool) -> tuple[SqliteHuey, Any]:
    """The queue and its one task; results are not kept, which makes it quicker."""
    here = SqliteHuey("storm", filename=f"{folder}/huey.db", results=False, fsync=flushed)
    return here, here.task(name="publish")(publish)


def main(folder: Path, url: str, posts: int, threads: int) -> None:
    logging.getLogger("huey").setLevel(logging.ERROR)
    _, task = queue(folder, flushed=False)
    due = cue.due(1.5 + posts / 1000)
    for number in range(posts):
        task.schedule((url, str(number), text(number)), eta=due)

    here, _ = queue(folder, flushed=True)
    ended: list[object] = []
    over = threading.Event()

    def end(*happened: object) -> None:
        ended.append(happened)
        if len(ended) == posts:
            over.set()

    here.signal(SIGNAL_COMPLETE, SIGNAL_ERROR)(end)
    consumer = here.create_consumer(workers=threads, initial_delay=0.1, backoff=1.0, max_delay=0.1)
    consumer.start()
    cue.ready(due)
    over.wait()
    cue.over()
    consumer.stop(graceful=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
