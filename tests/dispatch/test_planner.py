"""What becomes a row, when, and in which state."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from campaign.core.hotlines import Audience, Channel, Check, Hotline, How, Kind, Reach, Status
from campaign.core.model import Approval, Target
from campaign.dispatch.planner import GONE, Planner
from tests.dispatch.world import World, account, at, daily, slot, workspace

FEDI = account()
ON_FEDI = [Target(FEDI, "en")]


def test_a_new_campaign_neither_floods_nor_vanishes(world: World) -> None:
    """A month of past moments: the one of the last 24 hours is visible as missed, the others are nobody's business."""
    world.adopt(workspace([FEDI], [slot("s", daily(7, starts=date(2027, 6, 1)), ON_FEDI)]))
    world.settle()
    row = world.rows()["c/s/2027-07-01T07:00/fedi"]
    assert world.states() == {"c/s/2027-07-01T07:00/fedi": "missed"}
    assert row.reason == "first seen at 08:00 on 01 Jul, after its time"
    assert world.nets.get(FEDI).calls == []


def test_what_fell_due_while_nothing_ran_goes_out_within_its_late_policy(world: World) -> None:
    plan = workspace([FEDI], [slot("s", at("2027-07-01T09:00", "2027-07-01T12:30"), ON_FEDI)])
    world.adopt(plan)
    world.settle()
    world.boot()
    world.now += timedelta(hours=5)  # 13:00 in Jakarta
    world.adopt(plan)
    world.settle()
    assert world.states() == {"c/s/2027-07-01T09:00/fedi": "missed", "c/s/2027-07-01T12:30/fedi": "sent"}


def test_a_moment_moved_into_the_past_is_seen(world: World) -> None:
    world.adopt(workspace([FEDI], [slot("s", at("2027-07-01T20:00"), ON_FEDI)]))
    world.go(hours=1)
    world.adopt(workspace([FEDI], [slot("s", at("2027-07-01T08:30"), ON_FEDI)], digest="2"))
    world.settle()
    assert world.states() == {"c/s/2027-07-01T08:30/fedi": "missed"}


def test_an_edit_just_after_the_clock_was_put_back_loses_no_post(world: World) -> None:
    """Up to two minutes are corrected in one step without anybody being asked."""
    old = slot("old", daily(9), ON_FEDI)
    world.adopt(workspace([FEDI], [old]))
    world.settle()
    world.engine.catch_up(world.now)
    world.now -= timedelta(seconds=110)
    at_once, later = at("2027-07-01T07:59"), at("2027-07-02T07:00")
    new = [slot("at-once", at_once, ON_FEDI), slot("later", later, ON_FEDI)]
    world.adopt(workspace([FEDI], [old, *new], digest="2"))
    wake = world.settle()
    # 07:59, and not again and again before
    assert wake is not None and wake - world.now == timedelta(seconds=50)
    world.go(hours=30)
    states = world.states()
    assert states["c/later/2027-07-02T07:00/fedi"] == "sent"
    assert states["c/at-once/2027-07-01T07:59/fedi"] == "missed"  # what was due up to the step is told


def test_files_that_count_again_lose_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another host had newer files, and took them back before it ended."""
    moments = at("2027-07-01T08:30", "2027-07-01T09:00", "2027-07-01T12:00")
    world.adopt(workspace([FEDI], [slot("s", moments, ON_FEDI, if_late=timedelta(hours=1))]))
    world.go(minutes=31)
    monkeypatch.setattr(Planner, "counts", lambda planner, connection, campaign: False)
    world.go(hours=1)
    monkeypatch.undo()
    world.engine.catch_up(world.now)
    world.go(minutes=1)
    assert world.states() == {"c/s/2027-07-01T08:30/fedi": "sent", "c/s/2027-07-01T09:00/fedi": "sent"}
    world.go(hours=3)
    assert world.states() == {
        "c/s/2027-07-01T08:30/fedi": "sent",
        "c/s/2027-07-01T09:00/fedi": "sent",
        "c/s/2027-07-01T12:00/fedi": "sent",
    }


def test_planning_twice_makes_nothing_twice(world: World) -> None:
    plan = workspace([FEDI], [slot("s", daily(9), ON_FEDI)])
    for _ in range(3):
        world.boot()
        world.adopt(plan)
        world.go(hours=12)
    keys = list(world.states())
    assert keys == sorted(set(keys))
    assert list(world.states().values()).count("sent") == 2  # 09:00 of 1 and 2 July


def test_a_help_line_whose_check_has_run_out_holds_visibly(world: World) -> None:
    phone = Channel(Kind.PHONE, "129", Reach.DOMESTIC, Status.GREEN)
    line = Hotline("sapa", {"": "SAPA"}, "ID", (phone,), Status.GREEN, "https://example.org")
    check = Check("sapa", "129", "ani", date(2027, 4, 2), How.CALLED)  # it counts until 1 July
    plan = workspace([FEDI], [slot("s", daily(9), ON_FEDI, "{{ hotline('sapa') }} {{ occurrence.day }}")])
    known = {"hotlines": {"sapa": line}, "checks": (check,), "audience": Audience("ID")}
    world.adopt(replace(plan, **known))
    world.go(hours=26)
    assert list(world.states().values()) == ["missed", "sent", "held"]  # that of the day before: missed
    reason = world.rows()["c/s/2027-07-02T09:00/fedi"].reason
    assert reason is not None
    assert "sapa was last checked on 2027-04-02, which counts for 90 days, until 2027-07-01" in reason


def test_what_cannot_be_composed_fails_visibly(world: World) -> None:
    world.adopt(workspace([FEDI], [slot("s", at("2027-07-01T09:00"), ON_FEDI, "{{ nobody }}")]))
    world.go(hours=2)
    row = world.rows()["c/s/2027-07-01T09:00/fedi"]
    assert row.state == "failed"
    assert "nobody" in row.reason


def test_approval_holds(world: World) -> None:
    world.adopt(workspace([FEDI], [slot("s", at("2027-07-01T09:00"), ON_FEDI, approval=Approval.ONE)]))
    world.go(hours=2)
    assert world.states() == {"c/s/2027-07-01T09:00/fedi": "held"}
    world.go(hours=2)
    assert world.states() == {"c/s/2027-07-01T09:00/fedi": "missed"}
    assert world.nets.get(FEDI).calls == []


def test_a_vigil_moved_after_it_went_out_is_held(world: World) -> None:
    world.adopt(workspace([FEDI], [slot("vigil", at("2027-07-01T09:00"), ON_FEDI, explicit=True)]))
    world.go(hours=2)
    moved = slot("vigil", at("2027-07-01T20:00"), ON_FEDI, explicit=True)
    world.adopt(workspace([FEDI], [moved], digest="2"))
    world.go(hours=11)
    row = world.rows()["c/vigil/2027-07-01T20:00/fedi"]
    assert row.state == "held"
    assert row.reason.startswith("moved after it went out at 2027-07-01 09:00: https://net.example/")


def test_a_second_moment_of_a_list_is_not_a_move(world: World) -> None:
    both = at("2027-07-01T09:00", "2027-07-01T20:00")
    world.adopt(workspace([FEDI], [slot("vigil", both, ON_FEDI, explicit=True)]))
    world.go(hours=13)
    assert set(world.states().values()) == {"sent"}


def test_rows_of_a_vanished_slot_are_held_and_come_back(world: World) -> None:
    world.nets.broken.add("fedi")
    plan = workspace([FEDI], [slot("s", at("2027-07-01T09:00"), ON_FEDI)])
    world.adopt(plan)
    world.go(hours=1, seconds=1)
    assert world.states() == {"c/s/2027-07-01T09:00/fedi": "pending"}
    world.adopt(workspace([FEDI], [slot("other", at("2027-09-01T09:00"), ON_FEDI)], digest="2"))
    row = world.rows()["c/s/2027-07-01T09:00/fedi"]
    assert (row.state, row.reason) == ("held", GONE)
    world.nets.broken.clear()
    world.adopt(replace(plan, campaigns={"c": replace(plan.campaigns["c"], digest="3")}))
    world.go(minutes=1)
    assert world.states() == {"c/s/2027-07-01T09:00/fedi": "sent"}


def test_a_row_of_a_table_goes_out_once(world: World) -> None:
    """A row inserted at the top shifts the others: the one that went out already is held, not posted again."""
    table = ({"id": "a", "text": "A"}, {"id": "b", "text": "B"})
    timetable = replace(daily(9, starts=date(2027, 7, 1)), numbered=True, count=2)
    rowed = slot("s", timetable, ON_FEDI, "{{ row.text }}", rows="t.csv")
    world.adopt(workspace([FEDI], [rowed], tables={"t.csv": table}))
    world.go(hours=2)
    shifted = ({"id": "new", "text": "New"}, *table)
    grown = replace(rowed, timetable=replace(timetable, count=3))
    world.adopt(workspace([FEDI], [grown], digest="2", tables={"t.csv": shifted}))
    world.go(days=1)
    rows = world.rows()
    assert rows["c/s/2027-07-01T09:00/fedi"].state == "sent"
    assert rows["c/s/2027-07-02T09:00/fedi"].state == "held"
    assert "'a' already went out" in rows["c/s/2027-07-02T09:00/fedi"].reason


def test_a_missing_secret_waits_for_the_deadline_and_no_longer(world: World) -> None:
    world.nets.broken.add("fedi")
    other = account("other")
    targets = [*ON_FEDI, Target(other, "en")]
    world.adopt(workspace([FEDI, other], [slot("s", at("2027-07-01T09:00"), targets)]))
    world.go(hours=2)
    assert world.states() == {"c/s/2027-07-01T09:00/fedi": "pending", "c/s/2027-07-01T09:00/other": "sent"}
    world.go(hours=2)
    assert world.states()["c/s/2027-07-01T09:00/fedi"] == "missed"
