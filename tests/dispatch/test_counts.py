"""What a storm costs in statements and commits: counts, which no machine changes. They stay as low as they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import event

from campaign.core.lifecycle import State
from campaign.core.model import Campaign, Target
from campaign.errors import Place
from campaign.store.database import Store
from tests.dispatch.world import World, account, at, slot, workspace

SENDERS = 64


@contextmanager
def counted(store: Store) -> Iterator[Counter[str]]:
    """Statements and transactions that write, while the block runs."""
    counts: Counter[str] = Counter()

    def executed(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        counts["statements"] += not statement.startswith("PRAGMA")
        counts["commits"] += statement in ("BEGIN IMMEDIATE", "BEGIN (implicit)")

    event.listen(store.engine, "before_cursor_execute", executed)
    try:
        yield counts
    finally:
        event.remove(store.engine, "before_cursor_execute", executed)


def storm(folder: Path, posts: int) -> Counter[str]:
    """So many posts of as many accounts, due at once."""
    folder.mkdir()
    store = Store.open("sqlite:///campaign.db", folder, create=True)
    world = World(store, folder)
    accounts = [account(f"a{number}") for number in range(posts)]
    slots = [
        slot(f"s{number}", at("2027-07-01T08:01:00"), [Target(one, "en")])
        for number, one in enumerate(accounts)
    ]
    world.adopt(workspace(accounts, slots))
    world.settle()
    with counted(store) as counts:
        world.go(minutes=1)
    assert set(world.states().values()) == {"sent"}
    store.close()
    return counts


def test_a_batch_costs_the_same_however_many_are_in_it(tmp_path: Path) -> None:
    assert storm(tmp_path / "few", SENDERS // 4) == storm(tmp_path / "many", SENDERS)


def test_each_further_batch_costs_one_commit_and_a_few_statements(tmp_path: Path) -> None:
    one, three = storm(tmp_path / "one", SENDERS), storm(tmp_path / "three", 3 * SENDERS)
    assert three["commits"] - one["commits"] <= 2
    assert three["statements"] - one["statements"] <= 2 * 21


def test_of_many_campaigns_only_those_that_are_due_are_planned(world: World) -> None:
    """Each is a transaction, which costs the disk as much as a post does."""
    accounts = [account()]
    space = workspace(accounts, [])
    campaigns = {
        f"c{number}": Campaign(
            f"c{number}",
            {"en": "C"},
            space.zone,
            (slot("s", at(f"2027-07-01T08:{number:02}:30"), [Target(accounts[0], "en")]),),
            Place(f"schedules/c{number}.yaml"),
            "1",
        )
        for number in range(30)
    }
    world.adopt(replace(space, campaigns=campaigns))
    world.settle()
    with counted(world.store) as counts:
        world.go(minutes=1)
    assert [row.state for row in world.rows().values()] == [State.SENT]
    assert counts["commits"] <= 5
