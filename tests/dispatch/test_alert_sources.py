"""What alerts come from: each source looks at the store as it stands, asks no clock, and names things so that each is
told once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from campaign.core.alert import Alert
from campaign.core.model import Target
from campaign.core.outcome import Refused, Unknown
from campaign.dispatch.alerting.posts import LOOKED
from campaign.dispatch.alerting.sources import SOURCES, Source, standing
from tests.dispatch.world import World, account, at, slot, workspace

FEDI, BSKY = account(), account("bsky")
TEXT = "Tonight we light a candle for Sari"


def busy(world: World) -> None:
    """A world in which one post failed, one may be out, and one waits for a person."""
    both = [Target(FEDI, "en"), Target(BSKY, "en")]
    world.adopt(workspace([FEDI, BSKY], [slot("s", at("2027-07-01T09:00"), both, TEXT)]))
    world.nets.get(FEDI).script = [lambda post, key: Refused("fedi.example answered 422: no such language")]
    world.nets.get(BSKY).script = [lambda post, key: Unknown("nobody answered")]
    world.nets.get(BSKY).repeat_safe_for = timedelta()
    world.go(hours=2)


def stand(world: World) -> list[Alert]:
    with world.store.read() as connection:
        assert world.engine.planner is not None
        return standing(connection, world.engine.planner.workspace, world.now)


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.__name__)
def test_a_source_is_pure_of_clock_and_writes_nothing(world: World, source: Source) -> None:
    busy(world)
    assert world.engine.planner is not None
    space = world.engine.planner.workspace
    with world.store.read() as connection:  # can't write
        once, again = (list(source(connection, space, world.now)) for _ in range(2))
        later = list(source(connection, space, world.now + timedelta(minutes=1)))
    assert once == again
    assert {alert.name for alert in once} <= {alert.name for alert in later}
    for alert in once:
        assert alert.at <= world.now
        assert set(alert.line) >= {"en", "id"}
        assert all("\n" not in said and TEXT[:10] not in said for said in alert.line.values())


def test_names_of_sources_are_their_own(world: World) -> None:
    busy(world)
    names = [alert.name for alert in stand(world)]
    assert len(names) == len(set(names)) == 2


def test_what_may_be_out_is_left_to_the_program_for_a_while(world: World) -> None:
    both = [Target(FEDI, "en")]
    world.adopt(workspace([FEDI], [slot("s", at("2027-07-01T08:01"), both, TEXT)]))
    world.nets.get(FEDI).script = [lambda post, key: Unknown("nobody answered")]
    world.nets.get(FEDI).repeat_safe_for = timedelta()
    world.go(minutes=2)
    assert stand(world) == []
    world.go(seconds=LOOKED.total_seconds())
    assert [alert.kind for alert in stand(world)] == ["uncertain"]
