"""Who runs the loop: truthfully, also after a kill."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from sqlalchemy import text

from campaign.errors import StoreError
from campaign.store import meta
from campaign.store.database import Store
from campaign.store.holding import RUNNER, Runner
from tests.store.conftest import Place
from tests.store.made import NOW

ROOT = Path(__file__).parents[2]


def test_nobody_runs_until_somebody_does(place: Place) -> None:
    store, other = place.open(), place.open()
    assert store.holder() is None
    with store.hold() as holder:
        runner = other.holder()
        assert runner == store.holder() == holder.runner
        assert runner is not None
        assert (runner.host, runner.pid) == (socket.gethostname(), os.getpid())
        assert runner.since is not None
        assert abs((runner.since - other.clock()).total_seconds()) < 60
    assert store.holder() is None
    holder.release()
    store.close()
    other.close()


def test_a_second_run_is_told_who_runs_or_shares(place: Place) -> None:
    store, other = place.open(), place.open()
    with store.hold():
        if store.shared:
            with other.hold():
                assert len(store.runners()) == 1  # one host, one row
            assert store.holder() is None or store.holder() == store.runners()[0]
        else:
            with pytest.raises(StoreError) as failed:
                other.hold()
            words = f"campaign run is already going on {socket.gethostname()} (pid {os.getpid()}, since 20"
            assert failed.value.message.startswith(words)
    if not store.shared:
        with other.hold():
            assert store.holder() is not None
    store.close()
    other.close()


def test_a_killed_run_does_not_count(place: Place) -> None:
    code = (
        "import sys, signal; from pathlib import Path; from campaign.store.database import Store\n"
        "store = Store.open(sys.argv[1], Path(sys.argv[2]), create=False)\n"
        "holder = store.hold(); print('held', flush=True); sys.stdin.read()"
    )
    run = subprocess.Popen(
        [sys.executable, "-c", code, place.url, str(place.root)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert run.stdout is not None
    assert run.stdout.readline() == "held\n"
    store = place.open()
    runner = store.holder()
    assert runner is not None
    assert runner.pid == run.pid
    run.send_signal(signal.SIGKILL)
    run.communicate()
    if store.shared:
        # The server notices the closed connection by itself; it tells us when by letting us have the lock.
        lock = f"SELECT pg_advisory_xact_lock(classid::int, objid::int) FROM pg_locks WHERE locktype = 'advisory'"  # noqa: F541
        with store.write() as connection:
            connection.execute(text(lock))
    with store.read() as connection:
        assert len(meta.starting_with(connection, RUNNER)) == 1  # the row is still there, and does not count
    assert store.holder() is None
    with store.hold() as holder:
        assert store.runners() == [holder.runner]
    store.close()


def test_closing_the_store_lets_go(place: Place) -> None:
    store, other = place.open(), place.open()
    store.hold()
    assert other.holder() is not None
    store.close()
    assert other.holder() is None
    other.close()


def test_another_thread_may_let_go(place: Place) -> None:
    store, other = place.open(), place.open()
    holder = store.hold()
    thread = threading.Thread(target=holder.release)
    thread.start()
    thread.join()
    assert other.holder() is None
    store.close()
    other.close()


def test_asking_who_runs_leaves_no_file_behind(tmp_path: Path) -> None:
    store = Store.open("sqlite:///campaign.db", tmp_path, create=True)
    assert store.holder() is None
    assert not (tmp_path / "campaign.db.lock").exists()
    store.close()


def test_a_server_that_restarted_hears_again_who_runs(place: Place) -> None:
    store, other = place.open(), place.open()
    with store.hold():
        if store.shared:
            with other.write() as connection:
                connection.execute(
                    text(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                    )
                )
        store.nudges()  # what the loop does each second
        assert other.holder() is not None
    store.close()
    other.close()


def test_several_hosts_are_all_seen(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = place.open(), place.open()
    if not one.shared:
        one.close()
        two.close()
        return
    with monkeypatch.context() as patch:
        patch.setattr(socket, "gethostname", lambda: "north")
        one.hold()
    with monkeypatch.context() as patch:
        patch.setattr(socket, "gethostname", lambda: "south")
        two.hold()
    assert [runner.host for runner in one.runners()] == ["north", "south"]
    first = two.holder()
    assert first is not None
    assert first.host == "north"
    one.close()
    assert [runner.host for runner in two.runners()] == ["south"]
    two.close()


def test_how_a_runner_reads() -> None:
    assert str(Runner("north", 7, NOW)) == "north (pid 7, since 2027-07-30 01:00 UTC)"
    assert Runner.from_text("north", Runner("north", 7, NOW).as_text()) == Runner("north", 7, NOW)
