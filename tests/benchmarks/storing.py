"""Ten thousand posts due: composing and planning them, storing them, and storing them as jobs."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler

from campaign.core.timetable import moments
from campaign.dispatch import station
from campaign.dispatch.station import Station
from campaign.store import history, outbox
from tests.benchmarks import made
from tests.benchmarks.measure import Contest, Contestant, Figures, cpu_seconds, quiet
from tests.benchmarks.posting import publish

JOBS = 10
"""So many times fewer jobs are stored than posts: each is a commit of its own, and that takes long enough."""


def _plan(posts: int) -> Figures:
    with tempfile.TemporaryDirectory() as folder:
        now = datetime.now(UTC).replace(second=0, microsecond=0)
        hook = "network: webhook, server: 'https://example.org/', secret: {env: S}"
        names = [f"a{number}" for number in range(10)]
        text = made.campaign(posts // len(names), lambda _: now, lambda _: names)
        root = made.folder(Path(folder), dict.fromkeys(names, hook), storm=text)
        workspace = station.read(root)
        here = Station.open(root, workspace, {"S": "s"}, create=True)
        planner = here.planner(workspace)
        planner.plan(now - timedelta(hours=1))
        with quiet():
            began, used = time.perf_counter(), cpu_seconds()
            planner.plan(now)
            took, spent = time.perf_counter() - began, cpu_seconds() - used
        stored = _stored(here)
        here.store.close()
    return {"stored": stored, "us/post": took / posts * 1e6, "CPU us/post": spent / posts * 1e6}


def _insert(posts: int) -> Figures:
    with tempfile.TemporaryDirectory() as folder:
        now = datetime.now(UTC).replace(second=0, microsecond=0)
        text = made.campaign(1, lambda number: now, lambda number: ["site"])
        root = made.folder(Path(folder), {"site": "network: feed"}, one=text)
        workspace = station.read(root)
        here = Station.open(root, workspace, {}, create=True)
        ((campaign, slot),) = workspace.slots()
        planner, (target,) = here.planner(workspace), slot.targets
        moment = next(moments(slot.timetable, now - timedelta(hours=1), now))
        texts = planner.composer.compose(campaign, slot, moment, target).posts
        row = planner.freezer.rows(campaign.id, slot, moment, target, texts, zone="UTC")[0]
        rows = [replace(row, key=f"one/s0/{n}/site", network_key=str(n)) for n in range(posts)]
        with quiet():
            began, used = time.perf_counter(), cpu_seconds()
            with here.store.write() as connection:
                outbox.insert(connection, rows, now)
            took, spent = time.perf_counter() - began, cpu_seconds() - used
        stored = _stored(here)
        here.store.close()
    return {"stored": stored, "us/post": took / posts * 1e6, "CPU us/post": spent / posts * 1e6}


def _stored(here: Station) -> int:
    with here.store.read() as connection:
        return sum(history.counts(connection).values())


def _jobs(posts: int) -> Figures:
    jobs = max(posts // JOBS, 1)
    with tempfile.TemporaryDirectory() as folder:
        scheduler = BackgroundScheduler(
            jobstores={"default": SQLAlchemyJobStore(url=f"sqlite:///{folder}/jobs.db")}, timezone=UTC
        )
        scheduler.start(paused=True)
        due = datetime.now(UTC) + timedelta(days=1)
        with quiet():
            began, used = time.perf_counter(), cpu_seconds()
            for number in range(jobs):
                text = made.TEXT.format(number=number)
                scheduler.add_job(
                    publish, "date", run_date=due, args=("http://x", str(number), text), id=str(number)
                )
            took, spent = time.perf_counter() - began, cpu_seconds() - used
        stored = len(scheduler.get_jobs())
        scheduler.shutdown()
    return {"stored": stored, "us/post": took / jobs * 1e6, "CPU us/post": spent / jobs * 1e6}


@contextmanager
def _prepare(posts: int) -> Iterator[Mapping[str, Contestant]]:
    yield {
        "campaign: compose, freeze and store": partial(_plan, posts),
        "campaign: store": partial(_insert, posts),
        f"job per post (a {JOBS}th of them)": partial(_jobs, posts),
    }


CONTEST = Contest("posts made ready and stored", 10_000, 100, _prepare)
