"""A thousand posts on a thousand accounts, due in the same second, against job schedulers and task queues."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial

from tests import servers
from tests.benchmarks import brokers, rivals
from tests.benchmarks.measure import Bar, Contest, Contestant, Figures
from tests.benchmarks.storm import Run, only, storm

DELAY = 0.1
"""Seconds that the server takes for an answer: what a near network takes."""

MANY, FEW = 128, 50
"""Posts on their way at once."""

OURS, OURS_FEW = f"campaign, {MANY} senders", f"campaign, {FEW} senders"
JOBS, JOBS_FEW = f"APScheduler, {MANY} threads, grace None", f"APScheduler, {FEW} threads, grace None"
QUEUES = HUEY, CELERY, PROCRASTINATE = (
    f"huey, SQLite, {FEW} threads",
    f"Celery, Redis, {FEW} threads",
    f"procrastinate, PostgreSQL, {FEW} tasks",
)


FIGURES = (
    "lost",
    "doubled",
    "p50 late s",
    "p99 late s",
    "posts/s",
    "CPU s",
    "planning CPU s",
    "broker CPU s",
)


def ours(posts: int, senders: int) -> Figures:
    """Our loop, with an account for each post."""
    return _storm(posts, Run("storm_ours", (senders, posts, 0)))


def _storm(posts: int, run: Run) -> Figures:
    return only(storm(run, posts, DELAY), *FIGURES, "peak MiB")


def _bare(posts: int) -> Figures:
    return _storm(posts, Run("storm_bare", (MANY, "requests")))


def _jobs(posts: int, threads: int, grace: str) -> Figures:
    return _storm(posts, Run("storm_jobs", (threads, grace), rivals.python("apscheduler")))


def _huey(posts: int) -> Figures:
    return _storm(posts, Run("storm_huey", (FEW,), rivals.python("huey")))


def _celery(posts: int) -> Figures:
    with brokers.redis() as (url, pid):
        return _storm(posts, Run("storm_celery", (FEW, url, "threads"), rivals.python("celery"), pid))


def _procrastinate(posts: int) -> Figures:
    with servers.postgres(flushed=True) as server:
        url = server.url("postgres").replace("+psycopg", "")
        python = rivals.python("procrastinate")
        return _storm(posts, Run("storm_procrastinate", (FEW, url), python, server.pid))


@contextmanager
def _prepare(posts: int) -> Iterator[Mapping[str, Contestant]]:
    yield {
        OURS: partial(ours, posts, MANY),
        OURS_FEW: partial(ours, posts, FEW),
        "APScheduler, defaults": rivals.needing("apscheduler", partial(_jobs, posts, 10, "default")),
        JOBS_FEW: rivals.needing("apscheduler", partial(_jobs, posts, FEW, "none")),
        JOBS: rivals.needing("apscheduler", partial(_jobs, posts, MANY, "none")),
        HUEY: rivals.needing("huey", partial(_huey, posts)),
        CELERY: rivals.needing("celery", partial(_celery, posts)),
        PROCRASTINATE: rivals.needing("procrastinate", partial(_procrastinate, posts)),
        f"floor: {MANY} threads, requests, nothing stored": partial(_bare, posts),
    }


ABOUT = f"""\
All posts fall due in the same second. The network is a server on this machine, in a process of its own, that answers
{DELAY * 1000:g} ms after a post is there. `late` is counted from the moment at which a post was due to its answer.
`CPU s` is what all processes of a contestant use from just before that moment until the last post is done and written
down; what it needs beside it (Redis, PostgreSQL) is counted apart, the server that answers not at all.

Each contestant stores its posts before they fall due, in whatever way is quickest for it, and that is not measured.
campaign alone makes its posts when they fall due: composing, checking and storing them is in its figures (`planning
CPU s`). All but procrastinate (an async task with aiohttp) send with requests. APScheduler: a job for each post in an
SQLAlchemyJobStore on SQLite. huey: SQLite, no results, workers that look for work ten times a second. Celery: `eta`,
Redis in memory alone, the worker's threads (its processes were slower), no results, all posts prefetched, an exact
timer. procrastinate: a worker that looks for work ten times a second, PostgreSQL as it comes."""

_WHY = (
    "a request costs too much here: the floor, as many threads that send with requests and store nothing, needs about"
    " as much of what APScheduler needs, or more. Beside the requests, whose own part is smaller than the floor's, it"
    " is composing and storing each post in the second in which it falls due, two transactions, the last look at its"
    " facts and numbers, and three sealed entries of the log. More threads than cores fight for one interpreter:"
    " pinned to one core, all of it takes less"
)

_WHY_LATER = (
    "all posts are composed, checked and stored when they fall due, before the first of them leaves (`planning CPU s`);"
    " the queues had stored theirs before"
)

CONTEST = Contest(
    f"posts on as many accounts, due in the same second; the answer takes {DELAY * 1000:g} ms",
    1000,
    20,
    _prepare,
    bars=(
        *(Bar(who, figure, 0, every=True) for who in (OURS, OURS_FEW) for figure in ("lost", "doubled")),
        Bar(OURS, "p99 late s", 0.45, JOBS, why=_WHY),
        Bar(OURS, "CPU s", 0.55, JOBS, why=_WHY),
        Bar(OURS_FEW, "p99 late s", 1.0, JOBS_FEW),
        Bar(OURS_FEW, "CPU s", 1.0, JOBS_FEW),
        *(Bar(OURS_FEW, "p99 late s", 1.0, queue, why=_WHY_LATER) for queue in QUEUES),
    ),
    about=ABOUT,
)
