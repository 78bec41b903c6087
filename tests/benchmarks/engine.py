"""A network that answers at once: what a delivered post costs of the processor's time, the log and all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from tests.benchmarks import rivals
from tests.benchmarks.measure import Bar, Contest, Contestant, Figures
from tests.benchmarks.storm import OWN, Run, storm

ACCOUNTS = 128
SENDERS = 50

OURS, FLOOR = "campaign", f"requests.Session, {SENDERS} threads"


def _costs(figures: Figures, posts: int) -> Figures:
    return {"lost": figures["lost"], "CPU us/post": figures["CPU s"] / posts * 1e6}


def _ours(posts: int) -> Figures:
    figures = storm(Run("storm_ours", (SENDERS, ACCOUNTS, 0)), posts, 0)
    planning = figures["planning CPU s"] / posts * 1e6
    costs = _costs(figures, posts)
    return {**costs, "planning": planning, "sending and log": costs["CPU us/post"] - planning}


def _bare(posts: int, threads: int, client: str, python: Path = OWN) -> Figures:
    return _costs(storm(Run("storm_bare", (threads, client), python), posts, 0), posts)


@contextmanager
def _prepare(posts: int) -> Iterator[Mapping[str, Contestant]]:
    yield {
        OURS: partial(_ours, posts),
        FLOOR: partial(_bare, posts, SENDERS, "requests"),
        f"urllib3 alone, {SENDERS} threads": partial(_bare, posts, SENDERS, "urllib3"),
        f"httpx.Client, {SENDERS} threads": rivals.needing(
            "httpx", partial(_bare, posts, SENDERS, "httpx", rivals.python("httpx"))
        ),
    }


ABOUT = f"""\
{ACCOUNTS} accounts, {SENDERS} senders; the server answers at once. campaign composes each post, checks it, stores it,
claims it, sends it and writes what came of it into the log; `planning` is the part of its time that goes into the
first three, in microseconds a post. The floor is as many threads that share out posts and send them with a
`requests.Session` each: nothing stored, nothing promised. urllib3 alone, which requests stands on, and httpx show
what another client would leave."""

CONTEST = Contest(
    "posts that are answered at once",
    1500,
    60,
    _prepare,
    bars=(Bar(OURS, "lost", 0, every=True), Bar(OURS, "CPU us/post", 1.8, FLOOR)),
    about=ABOUT,
)
