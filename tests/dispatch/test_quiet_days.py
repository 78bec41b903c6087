"""On a quiet day a post is kept back visibly, and goes out when a person wants it to."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from campaign.core.model import QuietHours, Target
from campaign.core.observances import Observance, Tone
from campaign.core.outcome import Retry
from campaign.core.timetable import Yearly
from campaign.dispatch.decide import Desk
from campaign.review.log import log_row
from campaign.store.outbox import Who
from tests.dispatch.world import ZONE, World, account, at, daily, slot, workspace

FEDI = account()
ON_FEDI = [Target(FEDI, "en")]
REMEMBERED = Observance("memory", Yearly(7, 2), {"en": "Day of Memory"}, tone=Tone.REMEMBRANCE)
SECOND = "c/s/2027-07-02T09:00/fedi"
WHY = "quiet day: 2 Jul 2027 is Day of Memory, and this post is cheerful"


def cheerful(text: str = "Hooray", **more: object) -> object:
    made = slot("s", daily(9, starts=date(2027, 7, 1)), ON_FEDI, text, tone=Tone.CHEERFUL, **more)
    return workspace([FEDI], [made], observances={"memory": REMEMBERED})


def desk(world: World, space: object) -> Desk:
    planner = world.engine.planner
    assert planner is not None
    return Desk(
        world.store,
        space,
        planner.composer,
        planner.adapters,
        planner.freezer,
        world.now,
        Who("ani", "cli"),  # type: ignore[arg-type]
    )


def test_it_is_a_row_with_a_reason_and_the_other_days_go_out(world: World) -> None:
    world.adopt(cheerful())  # type: ignore[arg-type]
    world.go(days=3)
    assert world.states() == {
        "c/s/2027-07-01T09:00/fedi": "sent",
        SECOND: "missed",
        "c/s/2027-07-03T09:00/fedi": "sent",
    }
    row = world.rows()[SECOND]
    assert row.reason == WHY
    assert log_row(row, ZONE)["say"] == "not sent"


def test_quiet_on_keeps_back_whatever_the_tone(world: World) -> None:
    made = slot("s", daily(9, starts=date(2027, 7, 1)), ON_FEDI, quiet_on=("memory",))
    world.adopt(workspace([FEDI], [made], observances={"memory": replace(REMEMBERED, tone=Tone.NEUTRAL)}))
    world.go(days=2)
    assert world.rows()[SECOND].reason == "quiet day: 2 Jul 2027 is Day of Memory"


def test_retry_sends_it_all_the_same_with_all_its_parts(world: World) -> None:
    space = cheerful("one\n---\ntwo")
    world.adopt(space)  # type: ignore[arg-type]
    world.go(days=1, hours=3)
    assert world.states()[SECOND] == "missed"
    desk(world, space).retry(SECOND)
    world.go(minutes=5)
    assert [world.states()[key] for key in (SECOND, f"{SECOND}#2")] == ["sent", "sent"]


def test_the_quiet_hours_carry_a_post_into_the_day_and_out_of_it(world: World) -> None:
    night = QuietHours(*(at("2027-01-01T22:00", "2027-01-01T06:00").moments[n].time() for n in (1, 0)))
    moments = at("2027-07-01T23:00", "2027-07-02T23:00")
    made = slot("s", moments, ON_FEDI, tone=Tone.CHEERFUL, quiet=night)
    world.adopt(workspace([FEDI], [made], observances={"memory": REMEMBERED}))
    world.go(days=3)
    assert world.states() == {"c/s/2027-07-01T23:00/fedi": "missed", "c/s/2027-07-02T23:00/fedi": "sent"}


def test_what_is_tried_again_does_not_slip_into_the_day(world: World) -> None:
    world.nets.get(FEDI).script += [lambda post, key: Retry("busy", 3600.0)] * 9
    made = slot("s", at("2027-07-01T23:30"), ON_FEDI, tone=Tone.CHEERFUL, if_late=None)
    world.adopt(workspace([FEDI], [made], observances={"memory": REMEMBERED}))
    world.go(days=2)
    (row,) = world.rows().values()
    assert (row.state.value, row.attempt) == ("missed", 1)
    assert "it was to go out by 2027-07-01 16:59 UTC" in row.reason
    assert world.now.date() > date(2027, 7, 2)


def test_what_slips_for_want_of_time_says_why(world: World) -> None:
    world.nets.broken.add("fedi")
    made = slot("s", at("2027-07-01T23:30"), ON_FEDI, tone=Tone.CHEERFUL)
    world.adopt(workspace([FEDI], [made], observances={"memory": REMEMBERED}))
    world.go(hours=16)
    (row,) = world.rows().values()
    assert row.state.value == "missed"
    assert row.deadline is not None and row.deadline - row.not_before == timedelta(minutes=29, seconds=59)
