"""A store for trying out takes along what decides about posts to come, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from campaign.core.lifecycle import State
from campaign.store import history, scratch
from campaign.store.database import Store
from campaign.store.tables import deliveries, metadata, vault
from campaign.store.vault import Shelf
from tests.store.made import a_row, a_thread, after, bring_to, put


@pytest.fixture
def tried(tmp_path: Path) -> Iterator[Store]:
    made = scratch.a_store(tmp_path)
    yield made
    made.close()


def take_along(store: Store, tried: Store, **since: float) -> set[str]:
    with store.read() as real, tried.write() as connection:
        scratch.take_along(real, connection, after(**since), [("world-day", "row")], "server-limits")
    with tried.read() as connection:
        return {row.key for row in history.deliveries(connection)}


def test_every_table_is_taken_or_left_on_purpose() -> None:
    """A new table: does it decide whether, when or what is sent? Then it goes into WHOLE or OF_ROWS, else into LEFT."""
    taken = {table.name for table in (*scratch.WHOLE, *scratch.OF_ROWS, deliveries, vault)}
    assert taken | {"meta"} | set(scratch.LEFT) == set(metadata.tables)


@pytest.mark.parametrize("state", State)
def test_what_has_ended_long_ago_stays_behind(store: Store, tried: Store, state: State) -> None:
    key = bring_to(store, state, "signs", "fedi")
    ended = state in (State.SENT, State.FAILED, State.MISSED, State.CANCELLED)
    assert take_along(store, tried, days=3) == (set() if ended else {key})
    if state is State.UNCERTAIN:  # it may be out, so its account waits as if it were
        with tried.read() as connection:
            assert history.in_doubt(connection, "fedi")


def test_what_was_due_lately_and_used_rows_count(store: Store, tried: Store) -> None:
    put(store, a_row("old", due=after(days=-9)), a_row("row", due=after(days=-9)), a_row("new"))
    for key in ("old", "row", "new"):
        with store.write() as connection:
            connection.execute(deliveries.update().where(deliveries.c.slot == key).values(state="cancelled"))
    assert {key.split("/")[1] for key in take_along(store, tried, days=-2)} == {"row", "new"}


def test_a_begun_thread_comes_whole(store: Store, tried: Store) -> None:
    keys = put(store, *a_thread(due=after(days=-9)))
    with store.write() as connection:
        connection.execute(deliveries.update().where(deliveries.c.key == keys[0]).values(state="failed"))
    assert take_along(store, tried, days=-2) == set(keys)


def test_of_the_vault_only_limits_come(store: Store, tried: Store) -> None:
    put(store, a_row())
    Shelf(store, "fedi").put("session", "very secret")
    Shelf(store, "fedi").put("server-limits", "{}")
    take_along(store, tried)
    assert Shelf(tried, "fedi").get("session") is None
    assert Shelf(tried, "fedi").get("server-limits") == "{}"


def test_it_is_the_same_workspace(store: Store, tried: Store) -> None:
    named = store.workspace_id(UUID(int=7))
    take_along(store, tried)
    assert tried.workspace_id(UUID(int=8)) == named
