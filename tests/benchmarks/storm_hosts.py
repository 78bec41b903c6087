"""The storm on several hosts that share a store: a `campaign run` each, in a checkout of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from campaign.dispatch import loop
from tests.benchmarks import cue, made
from tests.benchmarks.measure import ROOT
from tests.benchmarks.storm_ours import when_at_work

LEAD = 3.0
"""Seconds before the moment at which the hosts are started, and as many again for each further two."""

SENT = "SELECT count(*) FROM deliveries WHERE state = 'sent'"


def main(folder: Path, url: str, posts: int, at_once: int, accounts: int, hosts: int, store: str) -> None:
    """``store``: the address with the password, which stands in no file."""
    due = cue.due(LEAD + LEAD / 2 * (hosts - 1))
    password = urlsplit(store).password or ""
    with ExitStack() as stack:
        running = []
        for number in range(hosts):
            place = folder / str(number)
            place.mkdir()
            made.storm(place, url, due, posts, accounts)
            made.configure(place, senders=at_once, store=store.replace(f":{password}@", "@"))
            words = [sys.executable, "-m", "tests.benchmarks.storm_hosts", place]
            process = subprocess.Popen(
                [str(word) for word in words],
                cwd=ROOT,
                env={**os.environ, "PGPASSWORD": password},
                stdout=subprocess.PIPE,
                text=True,
            )
            running.append(stack.enter_context(process))
        for process in running:
            assert process.stdout is not None
            if not process.stdout.readline():
                raise RuntimeError(f"a host ended with {process.wait()}")
        cue.ready(due)
        _wait(store, posts)
        cue.over()
        for process in running:
            process.terminate()


def _wait(store: str, posts: int) -> None:
    """Until all posts are sent."""
    with psycopg.connect(store.replace("+psycopg", ""), autocommit=True) as connection:
        while (row := connection.execute(SENT).fetchone()) is not None and row[0] < posts:
            time.sleep(0.2)


def host(place: Path) -> None:
    """One of them: says so when it has taken up its files."""
    when_at_work(partial(cue.tell, {"at work": True}))
    loop.run(place, {"SECRET": "s"}, trust_clock=True, say=lambda _: None)


if __name__ == "__main__":
    if len(sys.argv) == 2:
        host(Path(sys.argv[1]))
    else:
        folder, url, *numbers, store = sys.argv[1:]
        main(Path(folder), url, *map(int, numbers), store)  # type: ignore[call-arg, arg-type]
