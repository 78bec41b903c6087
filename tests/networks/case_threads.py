"""Threads in the contract suite. That pictures can be fetched is proved in test_threads.py."""

from __future__ import annotations

from datetime import UTC, datetime

from campaign.core.outcome import Scope, Sent
from campaign.networks.threads import Threads, ThreadsOptions
from tests.networks.case_instagram import PUBLIC
from tests.networks.cases import Bench, HttpCase, Seen
from tests.networks.double_meta import ThreadsDouble, double_of
from tests.networks.memory import secret
from tests.networks.scripted import ScriptedServer

TOKEN = "THAAthreads-token-Zq3"
NOW = datetime(2027, 7, 30, 1, 0, tzinfo=UTC)


def make(bench: Bench) -> Threads:
    options = ThreadsOptions(server=bench.url, token=secret(TOKEN), timeout=bench.timeout)
    return Threads(options, bench.vault, bench.files, PUBLIC, clock=lambda: NOW)


def accept(server: ScriptedServer) -> None:
    ThreadsDouble(server, TOKEN, now=lambda: NOW)


def published(server: ScriptedServer) -> list[Seen]:
    return [Seen(post["text"], post["alts"], None, None, None) for post in double_of(server).posts[::-1]]


CASE = HttpCase(
    name="threads",
    secrets=(TOKEN,),
    make=make,
    accept=accept,
    publish=("POST", "/v1.0/me/threads_publish"),
    published=published,
    whoami=("GET", "/v1.0/me"),
    forbidden=Scope.ACCOUNT,
    after_loss=Sent,
    keys='server: "{url}", token: {env: THREADS_TOKEN}',
    environment={"THREADS_TOKEN": TOKEN},
)
