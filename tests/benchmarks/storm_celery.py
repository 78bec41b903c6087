"""The storm on Celery: an eta for each post, on Redis, the worker's threads. Runs in Celery's own environment.

Tuned: nothing is kept of results, the worker takes all posts at once, its timer is exact, it tells and asks nobody.
"""

from __future__ import annotations

import os
import sys
import threading
from typing import Any

from celery import Celery
from celery.signals import task_postrun

from tests.benchmarks import cue
from tests.benchmarks.cue import text
from tests.benchmarks.posting import publish

QUIET = ("--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "ERROR")


def main(url: str, posts: int, at_once: int, broker: str, pool: str) -> None:
    app = Celery("storm", broker=broker)
    app.conf.update(
        task_ignore_result=True,
        worker_prefetch_multiplier=0,
        worker_timer_precision=0.01,
        worker_send_task_events=False,
        broker_connection_retry_on_startup=True,
    )
    task = app.task(name="publish")(publish)
    heard, told = os.pipe()

    def end(**_: Any) -> None:
        os.write(told, b".")  # in a worker's process, if they are processes

    def leave() -> None:
        ended = 0
        while ended < posts:
            ended += len(os.read(heard, posts))
        cue.over()
        os._exit(0)  # nothing is left to do; a worker takes seconds to end

    task_postrun.connect(end, weak=False)
    due = cue.due(3 + posts / 1000)
    with app.pool.acquire() as connection, app.amqp.Producer(connection) as producer:
        for number in range(posts):
            task.apply_async((url, str(number), text(number)), eta=due, producer=producer)
    threading.Thread(target=leave, daemon=True).start()
    cue.ready(due)
    app.worker_main(["worker", "--pool", pool, "--concurrency", str(at_once), *QUIET])


if __name__ == "__main__":
    main(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5], sys.argv[6])
