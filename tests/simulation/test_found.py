"""What the simulation found, each in its smallest form."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from campaign.core.compose import Composer
from campaign.core.model import Approval, Post, Target
from campaign.core.outcome import Outcome, Unknown
from campaign.dispatch.decide import Desk
from campaign.dispatch.freeze import Freezer
from campaign.store.outbox import Who
from tests.dispatch.world import ID, T0, World, account, at, daily, slot, workspace


def test_what_fell_due_in_a_long_downtime_is_not_lost_when_the_file_was_edited_meanwhile(
    world: World,
) -> None:
    fedi = account()
    targets = [Target(fedi, "en")]
    world.adopt(workspace([fedi], [slot("s", daily(9), targets)]))
    world.go(hours=2)
    world.boot()
    world.now += timedelta(days=3)
    world.adopt(workspace([fedi], [slot("s", daily(9), targets, "new text")], digest="2"))
    world.settle()
    assert {f"c/s/2027-07-0{day}T09:00/fedi" for day in (1, 2, 3, 4)} <= set(world.states())


def test_a_post_that_may_be_out_counts_in_the_daily_cap(world: World) -> None:
    fedi = account(daily=1)
    slots = [slot(name, at("2027-07-01T09:00"), [Target(fedi, "en")], name, if_late=None) for name in "ab"]
    world.adopt(workspace([fedi], slots))
    net = world.nets.get(fedi)
    net.repeat_safe_for = timedelta()

    def lost(post: Post, key: str) -> Outcome:
        net.accept(post, key)
        return Unknown("read timeout")

    net.script = [lost]
    world.go(hours=10)
    assert net.order == ["a"]
    world.go(hours=24)
    assert net.order == ["a", "b"]


def test_a_post_that_may_be_out_keeps_its_gap_after_a_crash(world: World) -> None:
    fedi = account(gap=timedelta(hours=1))
    slots = [slot(name, at("2027-07-01T09:00"), [Target(fedi, "en")], name, if_late=None) for name in "ab"]
    plan = workspace([fedi], slots)
    world.adopt(plan)
    net = world.nets.get(fedi)
    net.repeat_safe_for = timedelta()

    def die(post: Post, key: str) -> Outcome:
        net.accept(post, key)
        raise KeyboardInterrupt

    net.script = [die]
    with pytest.raises(KeyboardInterrupt):
        world.go(hours=1)
    world.boot()
    world.engine.start(world.now)
    world.adopt(plan)
    world.go(minutes=59)
    assert net.order == ["a"]
    world.go(minutes=1)
    assert net.order == ["a", "b"]
    assert world.now == T0 + timedelta(hours=2)


def test_what_waited_for_a_secret_still_needs_its_approval(world: World) -> None:
    fedi = account()
    asks = slot("s", at("2027-07-01T09:00"), [Target(fedi, "en")], approval=Approval.ONE, if_late=None)
    world.adopt(workspace([fedi], [asks]))
    world.nets.broken.add("fedi")
    world.go(hours=2)
    world.nets.broken.clear()
    world.go(hours=2)
    assert world.states() == {"c/s/2027-07-01T09:00/fedi": "held"}
    assert world.nets.get(fedi).order == []


def test_what_was_moved_ahead_still_needs_its_approval(world: World) -> None:
    fedi = account()
    asks = slot("s", at("2027-07-01T09:00"), [Target(fedi, "en")], approval=Approval.ONE, if_late=None)
    plan = workspace([fedi], [asks])
    world.adopt(plan)
    composer = Composer(plan, world.nets.rules)
    freezer = Freezer(ID, world.files)
    desk = Desk(world.store, plan, composer, world.nets, freezer, world.now, Who("ani"))  # type: ignore[arg-type]
    desk.move("c/s/2027-07-01T09:00/fedi", world.now + timedelta(hours=3))
    world.go(hours=4)
    assert world.states() == {"c/s/2027-07-01T09:00/fedi": "held"}
    assert world.nets.get(fedi).order == []


def test_a_row_appended_too_late_for_its_moment_is_seen(world: World) -> None:
    """The table ended the day before; the row that is appended at 10:00 would have been that of 09:00."""
    fedi = account()
    timetable = replace(daily(9, starts=date(2027, 7, 1)), numbered=True, count=1)
    rowed = slot("s", timetable, [Target(fedi, "en")], "{{ row.text }}", rows="t.csv")
    world.adopt(workspace([fedi], [rowed], tables={"t.csv": ({"id": "a", "text": "A"},)}))
    world.go(hours=26)
    assert world.states() == {"c/s/2027-07-01T09:00/fedi": "sent"}
    grown = replace(rowed, timetable=replace(timetable, count=2))
    rows = ({"id": "a", "text": "A"}, {"id": "b", "text": "B"})
    world.adopt(workspace([fedi], [grown], tables={"t.csv": rows}))
    world.go(hours=1)
    assert world.states() == {"c/s/2027-07-01T09:00/fedi": "sent", "c/s/2027-07-02T09:00/fedi": "missed"}
