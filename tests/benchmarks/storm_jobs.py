"""The storm as the design takes it that everyone writes first: one APScheduler job per post, SQLAlchemyJobStore on
SQLite, requests. Runs in APScheduler's own environment."""

from __future__ import annotations

import sys
import threading
from datetime import UTC
from pathlib import Path

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_EXECUTED, EVENT_JOB_MISSED
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import create_engine, event

from tests.benchmarks import cue
from tests.benchmarks.cue import text
from tests.benchmarks.posting import publish

ENDS = EVENT_JOB_EXECUTED | EVENT_JOB_ERROR | EVENT_JOB_MISSED


class Flushing:
    """Storing is not measured here, so that it need not wait for the disk; sending does, as SQLite does by default."""

    level = "OFF"

    def apply(self, connection: object, *_: object) -> None:
        connection.execute(f"PRAGMA synchronous={self.level}")  # type: ignore[attr-defined]


def main(folder: Path, url: str, posts: int, threads: int, grace: str) -> None:
    flushing = Flushing()
    engine = create_engine(f"sqlite:///{folder}/jobs.db")
    event.listen(engine, "checkout", flushing.apply)
    scheduler = BackgroundScheduler(
        jobstores={"default": SQLAlchemyJobStore(engine=engine)},
        executors={"default": ThreadPoolExecutor(threads)},
        job_defaults={"misfire_grace_time": None} if grace == "none" else {},
        timezone=UTC,
    )
    ended: list[object] = []
    over = threading.Event()

    def end(happened: object) -> None:
        ended.append(happened)
        if len(ended) == posts:
            over.set()

    scheduler.add_listener(end, ENDS)
    scheduler.start(paused=True)
    due = cue.due(1.5 + posts / 1000)
    for number in range(posts):
        arguments = (url, str(number), text(number))
        scheduler.add_job(publish, "date", run_date=due, args=arguments, id=str(number))
    flushing.level = "FULL"
    scheduler.resume()
    cue.ready(due)
    over.wait()
    cue.over()
    scheduler.shutdown()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5])
