"""Where approvals, pauses, consents, edits of the files and the record meet: none lets go what another one holds."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import text

from campaign.core.consents import Consent, Kind, Status
from campaign.core.lifecycle import Event
from campaign.core.model import Approval, Person, Target, Workspace
from campaign.core.outcome import Handed, Receipt, Retry, Sent, Unknown
from campaign.core.pause import Scope
from campaign.dispatch import redact
from campaign.dispatch.alerting.sources import standing
from campaign.dispatch.approval.approve import approve, reject
from campaign.dispatch.crisis import after_pause
from campaign.dispatch.planner import GONE
from campaign.errors import RefusedChange
from campaign.store import outbox
from campaign.store.evidence import seals
from campaign.store.evidence.verify import verify
from campaign.store.log import Who
from tests.dispatch import test_approve as asked
from tests.dispatch import test_pausing as paused
from tests.dispatch.test_approve import FEDI, KEY, NINE, ON_FEDI, approved, files, sent
from tests.dispatch.world import World, account, at, slot, workspace

STORY = Consent(
    "story-07",
    Kind.STORY,
    frozenset({"scripted"}),
    frozenset({"en"}),
    date(2027, 12, 31),
    Status.GIVEN,
    "ani",
)
NARROWED = replace(STORY, networks=frozenset({"email"}))


def story(consents: dict[str, Consent], digest: str, approval: Approval = Approval.ONE) -> Workspace:
    post = slot("s", NINE, ON_FEDI, "Her story", approval=approval, consents=("story-07",), if_late=None)
    return workspace([FEDI], [post], digest, consents=consents)


def told(world: World, space: Workspace) -> set[str]:
    with world.store.read() as connection:
        return {alert.name for alert in standing(connection, space, world.now)}


# -- consents ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("left", [{"story-07": NARROWED}, {}], ids=["narrowed", "deleted"])
def test_an_approval_does_not_stand_in_for_a_consent(world: World, left: dict[str, Consent]) -> None:
    world.adopt(story({"story-07": STORY}, "1"))
    world.go(hours=1)
    after = story(left, "2")
    world.adopt(after)
    approved(world, after)
    world.go(minutes=5)
    assert sent(world) == []
    assert world.rows()[KEY].state == "held"


def test_the_end_of_a_pause_does_not_stand_in_for_a_consent(world: World) -> None:
    space = story({"story-07": STORY}, "1", Approval.NONE)
    world.adopt(space)
    world.settle()
    world.nets.get(FEDI).script = [lambda post, key: Retry("busy", after=600)]
    world.now += timedelta(hours=1)
    world.settle()
    paused.pause(world)
    world.go(hours=1)
    world.adopt(story({"story-07": NARROWED}, "2", Approval.NONE))
    paused.resume(world)
    after_pause.send(paused.desk(world), [KEY])
    world.go(minutes=5)
    assert (len(world.nets.get(FEDI).calls), world.rows()[KEY].state) == (1, "held")


# -- edits of the files -----------------------------------------------------------------------------------


@pytest.mark.parametrize("explicit", [True, False])
def test_a_post_with_another_time_goes_out_once(world: World, explicit: bool) -> None:
    world.adopt(files(explicit=explicit))
    world.go(hours=1, minutes=20)
    later = files("Hello", "2", when=at("2027-07-01T10:00"), explicit=explicit)
    world.adopt(later)
    world.go(minutes=70)
    new = "c/s/2027-07-01T10:00/fedi"
    for key in (KEY, new):
        approve(asked.desk(world, later), asked.shown(world, later, key))
    world.go(minutes=10)
    assert len(sent(world)) == 1
    assert (world.rows()[KEY].state, world.rows()[KEY].reason) == ("held", GONE)
    assert world.rows()[new].state == "sent"


def test_one_more_that_never_stood_in_the_files_still_goes_out(world: World) -> None:
    space = files(approval=Approval.NONE, explicit=True, when=at("2027-07-01T09:00", "2027-07-05T09:00"))
    world.adopt(space)
    world.go(hours=1, minutes=1)
    asked.desk(world, space).post_next("c", "s", None, extra=True)
    world.go(minutes=1)
    assert len(sent(world)) == 2


@pytest.mark.parametrize("how", ["gone", "broken"])
def test_a_move_does_not_let_go_what_the_files_say_nothing_of(world: World, how: str) -> None:
    world.adopt(files())
    world.go(hours=1)
    without = workspace([FEDI], [slot("other", at("2027-08-01T09:00"), ON_FEDI)], "2")
    if how == "broken":
        without = replace(without, campaigns={}, broken=frozenset({"c"}))
    world.adopt(without)
    world.go(minutes=1)
    asked.desk(world, without).move(KEY, world.now + timedelta(minutes=10))
    world.go(minutes=30)
    assert sent(world) == []


def test_nothing_of_a_broken_file_is_retried(world: World) -> None:
    world.adopt(files())
    world.go(hours=4)
    assert world.rows()[KEY].state == "missed"
    broken = replace(workspace([FEDI], [], "2"), campaigns={}, broken=frozenset({"c"}))
    world.adopt(broken)
    with pytest.raises(RefusedChange, match="its file has errors"):
        asked.desk(world, broken).retry(KEY)


def test_what_was_deleted_during_a_pause_is_not_sent_after_it(world: World) -> None:
    paused.one(world)
    paused.pause(world)
    world.go(hours=1, minutes=5)
    other = slot("other", at("2027-08-01T09:00"), [paused.ON_FEDI])
    world.adopt(workspace([paused.FEDI, paused.PAPER], [other], "2"))
    paused.resume(world)
    after_pause.send(paused.desk(world), [paused.FIRST])
    world.go(minutes=5)
    assert world.nets.get(paused.FEDI).order == []
    assert (world.rows()[paused.FIRST].state, world.rows()[paused.FIRST].reason) == ("held", GONE)


def test_a_pause_by_tag_covers_what_the_files_say_nothing_of(world: World) -> None:
    slow = account("fedi", gap=timedelta(hours=1))
    there = [Target(slow, "en")]
    posts = [
        slot("a", NINE, there, "First"),
        slot("s", at("2027-07-01T09:01"), there, "Hello #vigil", tags={"": ("vigil",)}),
    ]
    space = workspace([slow], posts)
    world.adopt(space)
    world.go(hours=1, minutes=2)  # the second one waits for the gap
    paused.pause(world, Scope(tags=frozenset({"vigil"})))
    world.boot()
    world.adopt(replace(space, campaigns={}, broken=frozenset({"c"})))
    world.go(hours=2)
    assert len(world.nets.get(slow).order) == 1


# -- pauses, retries, moves, rejections -------------------------------------------------------------------


def test_what_falls_into_a_pause_after_its_end_is_told_as_well(world: World) -> None:
    posts = [
        slot("a", NINE, [paused.ON_FEDI], "One", if_late=None),
        slot("s", at("2027-07-01T09:05"), [paused.ON_FEDI], "Two", approval=Approval.ONE, if_late=None),
    ]
    space = workspace([paused.FEDI], posts)
    world.adopt(space)
    paused.pause(world, until=world.now + timedelta(hours=2))
    world.go(hours=2, minutes=5)
    before = told(world, space)
    after_pause.skip(paused.desk(world), ["c/a/2027-07-01T09:00/fedi"])
    world.go(hours=1)
    approved(world, space, key="c/s/2027-07-01T09:05/fedi")
    world.go(minutes=2)
    new = {name for name in told(world, space) - before if name.startswith("pause-ended:")}
    assert len(new) == 1


def test_a_person_is_asked_once_to_post_by_hand(world: World) -> None:
    paused.one(world)
    net = world.nets.get(paused.FEDI)
    net.script = [lambda post, key: Handed("somebody was asked"), lambda post, key: Handed("asked again")]
    paused.pause(world)
    world.go(hours=4)
    paused.resume(world)
    paused.desk(world).retry(paused.FIRST)
    world.go(minutes=1)
    assert paused.fallen(world) == []
    assert len(net.calls) == 1


def test_a_missed_post_that_is_moved_after_a_pause_needs_approval_of_its_new_time(world: World) -> None:
    people = {
        "ani": Person("ani", can=frozenset({"approve", "pause"})),
        "eko": Person("eko", can=frozenset({"pause"})),
    }
    space = replace(files(), people=people)
    world.adopt(space)
    approved(world, space)
    paused.pause(world)
    world.go(hours=4)
    paused.resume(world)
    eko = Who("eko", "cli eko@lab")
    after_pause.move(asked.desk(world, space, eko), KEY, world.now + timedelta(days=9))
    world.go(days=9, minutes=5)
    assert sent(world) == []
    assert world.rows()[KEY].reason.startswith("needs approval: ")


def test_a_thread_that_was_rejected_in_a_pause_goes_out_whole_once_approved(world: World) -> None:
    space = workspace(
        [FEDI],
        [slot("s", NINE, ON_FEDI, "One\n---\nTwo\n---\nThree", approval=Approval.ONE, if_late=None)],
    )
    world.adopt(space)
    approved(world, space)
    paused.pause(world)
    world.go(hours=1, minutes=1)
    reject(asked.desk(world, space), KEY, "wrong word")
    approved(world, space)
    paused.resume(world)
    after_pause.send(paused.desk(world), [KEY])
    world.go(hours=1)
    assert {row.state for row in world.rows().values()} == {"sent"}
    assert len(sent(world)) == 3


def test_what_waits_for_approval_before_it_is_posted_by_hand_is_told_at_once(world: World) -> None:
    space = files(if_late=None)
    world.adopt(space)
    world.go(hours=1)
    with world.store.write() as connection:
        connection.execute(text("UPDATE deliveries SET network = 'handoff'"))
    with world.store.read() as connection:
        alerts = [a for a in standing(connection, space, world.now) if a.name.startswith("held:")]
    assert [alert.urgent for alert in alerts] == [True]


# -- the record -------------------------------------------------------------------------------------------


def test_redacting_takes_what_was_shown_under_the_former_time(world: World) -> None:
    space = files("Her story")
    world.adopt(space)
    approved(world, space)
    later = files("Her story", "2", when=at("2027-07-01T09:30"))
    world.adopt(later)
    new = "c/s/2027-07-01T09:30/fedi"
    approved(world, later, key=new)
    world.go(hours=2)
    assert len(sent(world)) == 1
    seals.keep(world.store, world.now, all_of_it=True)
    redact.redact(asked.desk(world, later), [new])
    with world.store.read() as connection:
        kept = connection.execute(text("SELECT content, reason, shown FROM approvals")).all()
        assert {tuple(row) for row in kept} == {("", "", None)}
        assert verify(connection).holds


def test_redacting_takes_the_reason_of_a_rejection_of_what_could_not_be_made(world: World) -> None:
    too_long = files("x" * 600)
    world.adopt(too_long)
    reject(asked.desk(world, too_long), KEY, "names Wulandari of a village")
    mended = files("Hello", "2")
    world.adopt(mended)
    approved(world, mended)
    world.go(hours=2)
    redact.redact(asked.desk(world, mended), [KEY])
    with world.store.read() as connection:
        assert set(connection.execute(text("SELECT reason FROM approvals")).scalars()) == {""}


def test_a_late_answer_about_a_removed_text_is_no_false_alarm(world: World) -> None:
    space = files(approval=Approval.NONE)
    world.adopt(space)
    world.settle()
    world.nets.get(FEDI).script = [lambda post, key: Unknown("?")]
    world.now += timedelta(hours=1)
    world.settle()
    asked.desk(world, space).resolve(KEY, Event.RESOLVE_GIVE_UP)
    redact.redact(asked.desk(world, space), [KEY])
    with world.store.write() as connection:
        outbox.settle(connection, KEY, 1, Sent(Receipt("i", "https://x.example", "us")), world.now)
    assert world.rows()[KEY].state == "sent"
    with world.store.read() as connection:
        found = verify(connection)
    assert found.holds, found.differences
