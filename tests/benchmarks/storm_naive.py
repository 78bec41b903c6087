"""The storm as the design takes it that everyone writes first: one APScheduler job per post, SQLAlchemyJobStore on
SQLite, requests. Its own process; prints JSON."""

from __future__ import annotations

import json
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import requests
from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_EXECUTED, EVENT_JOB_MISSED
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler

from tests.benchmarks.measure import cpu_seconds


def publish(url: str, key: str, text: str) -> None:
    response = requests.post(url, json={"key": key, "text": text}, timeout=60)
    response.raise_for_status()


def main(folder: Path, url: str, posts: int, senders: int, grace: str) -> None:
    defaults = {"misfire_grace_time": None} if grace == "none" else {}
    scheduler = BackgroundScheduler(
        jobstores={"default": SQLAlchemyJobStore(url=f"sqlite:///{folder}/jobs.db")},
        executors={"default": ThreadPoolExecutor(senders)},
        job_defaults=defaults,
        timezone=UTC,
    )
    ended: list[object] = []
    over = threading.Event()

    def end(event: object) -> None:
        ended.append(event)
        if len(ended) == posts:
            over.set()

    scheduler.add_listener(end, EVENT_JOB_EXECUTED | EVENT_JOB_ERROR | EVENT_JOB_MISSED)
    scheduler.start(paused=True)
    due = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=3 + posts // 50)
    for number in range(posts):
        text = f"Post {number}: know the signs, and where to get help."
        scheduler.add_job(publish, "date", run_date=due, args=(url, str(number), text), id=str(number))
    if datetime.now(UTC) > due:
        raise RuntimeError("storing took too long: the storm was over before it began")
    began = cpu_seconds()
    scheduler.resume()
    over.wait()
    scheduler.shutdown()
    print(json.dumps({"due": due.timestamp(), "cpu": cpu_seconds() - began}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5])
