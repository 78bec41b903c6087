"""Marks as decisions: what a close closes, and that a flag is announced without a word of what was said."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from campaign.core.marks import Verdict
from campaign.core.model import Target
from campaign.dispatch import marking
from campaign.dispatch.alerting.flags import flags
from campaign.dispatch.decide import Desk
from campaign.errors import RefusedChange
from campaign.store.outbox import Who
from tests.dispatch.world import World, account, at, slot, workspace

FEDI = account()
KEY = "c/s/2027-07-01T09:00/fedi"


@pytest.fixture
def desk(world: World) -> Iterator[Desk]:
    """A desk over a world in which one post is out."""
    world.adopt(workspace([FEDI], [slot("s", at("2027-07-01T09:00"), [Target(FEDI, "en")], "A candle")]))
    world.go(hours=2)
    planner = world.engine.planner
    assert planner is not None
    yield Desk(
        world.store,
        planner.workspace,
        planner.composer,
        planner.adapters,
        planner.freezer,
        world.now,
        Who("ani", "web"),
    )


def said(desk: Desk) -> list[str]:
    with desk.store.read() as connection:
        return [alert.name for alert in flags(connection, desk.workspace, desk.now)]


def test_a_close_closes_what_was_seen_and_not_what_came_meanwhile(desk: Desk) -> None:
    [seen] = marking.mark(desk, KEY, Verdict.FLAG, "the picture")
    [meanwhile] = marking.mark(desk, KEY, Verdict.FLAG, "the link")
    [closed] = marking.mark(desk, KEY, Verdict.CLOSE, "swapped", flags=[seen.id])
    assert (closed.flag, closed.by, closed.door) == (seen.id, "ani", "web")
    assert said(desk) == [f"flag:{meanwhile.id}"]
    with pytest.raises(RefusedChange, match="no flag is open"):
        marking.mark(desk, KEY, Verdict.CLOSE, flags=[seen.id])
    assert marking.mark(desk, KEY, Verdict.CLOSE)[0].flag == meanwhile.id
    assert said(desk) == []


def test_two_who_close_the_same_flag_at_once_close_it_once(desk: Desk) -> None:
    marking.mark(desk, KEY, Verdict.FLAG, "the picture")

    def close(handle: str) -> int:
        try:
            return len(marking.mark(replace(desk, who=Who(handle, "web")), KEY, Verdict.CLOSE))
        except RefusedChange:
            return 0

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(close, ("ani", "budi", "sari", "wati"))) == [0, 0, 0, 1]


def test_a_flag_is_announced_at_once_without_what_was_said(desk: Desk) -> None:
    [made] = marking.mark(desk, KEY, Verdict.FLAG, "it names Wulandari")
    with desk.store.read() as connection:
        [alert] = flags(connection, desk.workspace, desk.now)
    assert (alert.urgent, alert.key, alert.at) == (True, KEY, made.at)
    assert alert.url.startswith("https://net.example/")
    assert "Wulandari" not in str(alert)
