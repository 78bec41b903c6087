"""Several processes and threads on one store at once."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from campaign.core.lifecycle import LEASE, State
from campaign.store import claims, history, outbox
from campaign.store.database import Store, planner_lock
from campaign.store.notes import AttemptNotes
from tests.store.conftest import Place
from tests.store.made import ANI, NOW, a_row, a_thread, begin, put, take

ROOT = Path(__file__).parents[2]
ACCOUNTS = [f"account{n}" for n in range(40)]


def test_four_processes_race_for_a_thousand_rows(place: Place) -> None:
    store = place.open()
    rows = [a_row(f"s{n}", account) for account in ACCOUNTS for n in range(22)]
    rows += [part for account in ACCOUNTS for part in a_thread("thread", 3, account=account)]
    assert len(rows) == 1000
    put(store, *rows)
    command = [
        sys.executable,
        "-m",
        "tests.store.racer",
        place.url,
        str(place.root),
        "12",
        ",".join(ACCOUNTS),
    ]
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    racers = [
        subprocess.Popen(
            command, cwd=ROOT, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(4)
    ]
    for racer in racers:
        assert racer.stdout is not None
        assert racer.stdout.readline() == "ready\n"
    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.write("go\n")
        racer.stdin.flush()
    claimed: Counter[str] = Counter()
    for racer in racers:
        told, _ = racer.communicate()
        assert racer.returncode == 0
        claimed.update(told.splitlines())
    assert claimed == Counter({f"{row.key} 1": 1 for row in rows})
    with store.read() as connection:
        assert history.counts(connection)[State.SENT] == 1000
        accounts = {row.key: row.account for row in rows}
        flying: dict[str, str] = {}
        last: dict[str, str] = {}
        for event in history.events(connection):
            account = accounts[event.key]
            if event.kind == "claim":
                # One in flight per account; and between the parts of a thread there is nothing.
                assert account not in flying
                flying[account] = event.key
                stem, _, part = event.key.partition("#")
                if part:
                    assert last[account] == (stem if part == "2" else f"{stem}#{int(part) - 1}")
                last[account] = event.key
            if event.kind == "sent":
                assert flying.pop(account) == event.key
    store.close()


def test_threads_of_one_process_share_a_store(store: Store) -> None:
    put(store, *(a_row("s", account) for account in ACCOUNTS))
    claims = take(store, *ACCOUNTS, free=40)

    def remember(claim: outbox.Claim) -> str | None:
        notes = AttemptNotes(store, claim.key, claim.attempt)
        for number in range(5):
            notes.put(f"n{number}", claim.account)
        return notes.get("n4")

    with ThreadPoolExecutor(20) as pool:
        assert list(pool.map(remember, claims)) == [claim.account for claim in claims]


def test_a_reader_sees_one_moment_while_others_write(store: Store) -> None:
    put(store, a_row("a"))
    with store.read() as connection:
        before = history.counts(connection)
        written = threading.Thread(target=put, args=(store, a_row("b")))
        written.start()
        written.join()
        assert history.counts(connection) == before
    with store.read() as connection:
        assert history.counts(connection)[State.PENDING] == 2


def test_two_hosts_that_claim_at_once_get_different_accounts(place: Place) -> None:
    one, two = place.open(), place.open()
    put(one, a_row("s", "a"), a_row("s", "b"), a_row("t", "a"))
    if not one.shared:
        with one.write() as connection:
            assert len(begin(connection, ["a", "b"], owner="one:1")) == 2
        assert take(two, "a", "b") == []
    else:
        with one.write() as mine, two.write() as theirs:
            (first,) = begin(mine, ["a", "b"], free=1, owner="one:1")
            # The first host has not committed: its account is passed by, not waited for.
            (second,) = begin(theirs, ["a", "b"], owner="two:2")
            assert {first.account, second.account} == {"a", "b"}
    one.close()
    two.close()


def test_what_is_moved_while_its_turn_is_looked_up_is_not_sent(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = place.open(), place.open()
    if not one.shared:
        pytest.skip("in SQLite one transaction writes at a time")
    (key,) = put(one, a_row())
    look, later = claims._next_keys, NOW + timedelta(days=1)

    def and_then(connection: Any, now: datetime, names: Sequence[str]) -> dict[str, bool]:
        found = look(connection, now, names)
        with two.write() as theirs:
            outbox.move(theirs, key, later, later + timedelta(hours=2), NOW, ANI)
        return found

    with one.write() as connection:
        turns = outbox.ripe(connection, NOW, ["fedi"])
        monkeypatch.setattr(claims, "_next_keys", and_then)
        assert outbox.take(connection, NOW, 9, "h:1", turns, lease=LEASE) == ([], [])
    one.close()
    two.close()


def test_one_host_plans_at_a_time(place: Place) -> None:
    one, two = place.open(), place.open()
    with one.write() as connection:
        assert planner_lock(connection)
        if one.shared:
            with two.write() as other:
                assert not planner_lock(other)
    with two.write() as other:
        assert planner_lock(other)
    one.close()
    two.close()


def test_many_processes_may_make_one_store(empty_place: Place) -> None:
    code = (
        "import sys; from pathlib import Path; from campaign.store.database import Store\n"
        "s = Store.open(sys.argv[1], Path(sys.argv[2]), create=True); print(s.created); s.close()"
    )
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    makers = [
        subprocess.Popen(
            [sys.executable, "-c", code, empty_place.url, str(empty_place.root)],
            env=environ,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    told = [maker.communicate()[0].strip() for maker in makers]
    assert sorted(told) == ["False", "False", "False", "True"]
