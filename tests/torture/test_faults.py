"""Faults on the way to a network and under the store, with the command as a process: the state, and what goes out."""

from __future__ import annotations

import os
import signal
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.networks.scripted import Reply, Request
from tests.torture.faults import FAULTS, suffer
from tests.torture.mortals import Mortals
from tests.torture.test_kills import server
from tests.torture.trials import STEP, World, rows, world


@pytest.mark.parametrize("name", ["webhook", "mastodon", "deaf", "x", "mute"])
def test_faults_of_a_network(
    name: str, forks: Mortals, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    with world(forks, tmp_path, server((name,), request), name, full=False) as here:
        # All of them where it costs least; those that differ between adapters everywhere.
        for fault in FAULTS if name == "webhook" else FAULTS[4:9:2]:
            suffer(here, fault)
        assert here.tally.accepted == here.tally.posts == here.tally.faults


def wait(until: Callable[[], bool]) -> None:
    """Look until it is so."""
    end = time.monotonic() + 60
    while not until():
        assert time.monotonic() < end
        time.sleep(0.01)


def said(folder: Path) -> str:
    return (folder / "said").read_text()


@pytest.mark.parametrize("busy_or_full", ["full", "locked"])
def test_a_result_that_could_not_be_written_is_kept(
    busy_or_full: str, forks: Mortals, tmp_path: Path
) -> None:
    """The network has answered, and then the store can't be written: the loop keeps the receipt until it can."""
    with world(forks, tmp_path, None, "mute", full=False) as here:
        [place] = here.places
        assert place.script is not None
        answered = here.trail().index("after exchange") + 1
        folder, environ = here.copy()
        other = sqlite3.connect(folder / "campaign.db", check_same_thread=False, isolation_level=None)

        def lock(request: Request) -> Reply:
            other.execute("BEGIN IMMEDIATE")
            return Reply(json={"id": "7", "url": "https://example.org/7"})

        with closing(other):
            how: dict[str, object] = {"full_at": answered, "full_for": 3}
            if busy_or_full == "locked":
                place.script.on("POST", "/hook", lock)
                how = {"busy": 0.05}
            process = forks.begin(here.order(folder, 0, environ, "run", inline=False, **how))
            wait(lambda: "trying again" in said(folder))
            if busy_or_full == "locked":
                other.execute("ROLLBACK")
            wait(lambda: [row.state for row in rows(folder)] == ["sent"])
            os.kill(process, signal.SIGTERM)
            assert forks.end() == 0
            assert other.execute("SELECT attempt FROM deliveries").fetchall() == [(1,)]
        assert ("is locked by another program" if busy_or_full == "locked" else "disk") in said(folder)
        assert len(place.script.asked("POST", "/hook")) == 2  # the trail's, and this one


def refused(here: World, folder: Path, environ: dict[str, str], words: str, **how: object) -> None:
    """A pass on a store that can't be written: one line and a hint, nothing sent, no row; then mended, once."""
    assert here.run(folder, 0, environ, "run", "--once", **how) == 1
    assert words in said(folder) and "hint:" in said(folder) and "Traceback" not in said(folder)
    assert here.places[0].accepted(folder) == []


def test_a_store_that_is_locked_sends_nothing(forks: Mortals, tmp_path: Path) -> None:
    with world(forks, tmp_path, None, "mute", full=False) as here:
        folder, environ = here.copy()
        with closing(sqlite3.connect(folder / "campaign.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            refused(here, folder, environ, "is locked by another program", busy=0.05)
        here.person(folder, here.settle(folder, STEP, environ), environ)


def test_a_disk_that_is_read_only_sends_nothing(forks: Mortals, tmp_path: Path) -> None:
    with world(forks, tmp_path, None, "mute", full=False) as here:
        folder, environ = here.copy()
        if here.run(folder, 0, environ, "check", read_only=True) == 77:
            pytest.skip("this system lets nobody make a folder read-only for one process")
        refused(here, folder, environ, "read-only", read_only=True)
        here.person(folder, here.settle(folder, STEP, environ), environ)


def test_a_disk_that_is_full_from_any_commit_on(forks: Mortals, tmp_path: Path) -> None:
    with world(forks, tmp_path, None, "mute", full=False) as here:
        for point, where in enumerate(here.trail(), 1):
            if where == "after commit":
                folder, environ = here.copy()
                code = here.run(folder, 0, environ, "run", "--once", full_at=point, keeps=0)
                assert code in (0, 1) and "Traceback" not in said(folder), (point, said(folder))
                here.person(folder, here.settle(folder, STEP, environ), environ)
