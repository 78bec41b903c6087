"""A crisis pause: what it stops and lets finish, and that its end releases nothing."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from campaign.core.compose import Composer
from campaign.core.model import Target, Workspace
from campaign.core.outcome import Absent, Refused, Retry, Unknown
from campaign.core.pause import Scope
from campaign.dispatch.alerting.sources import standing
from campaign.dispatch.crisis import after_pause, pausefile, pausing
from campaign.dispatch.decide import Desk
from campaign.dispatch.freeze import Freezer
from campaign.errors import CampaignError, RefusedChange
from campaign.store import pauses
from campaign.store.log import Who
from tests.dispatch.world import ID, World, account, at, slot, workspace

ANI = Who("ani", "cli ani@lab")
FEDI, PAPER = account("fedi"), account("paper")
ON_FEDI, ON_PAPER = Target(FEDI, "en"), Target(PAPER, "en")
FIRST = "c/s/2027-07-01T09:00/fedi"
"""An hour after the world begins."""


def desk(world: World, who: Who = ANI) -> Desk:
    assert world.engine.planner is not None
    space = world.engine.planner.workspace
    composer = Composer(space, world.nets.rules)
    return Desk(world.store, space, composer, world.nets, Freezer(ID, world.files), world.now, who)  # type: ignore[arg-type]


EVERYTHING = Scope()


def pause(world: World, scope: Scope = EVERYTHING, until: datetime | None = None) -> pausing.Begun:
    return pausing.pause(desk(world), scope, "an earthquake", until)


def resume(world: World) -> None:
    there = desk(world)
    pausing.resume(there, pausing.chosen(there))


def fallen(world: World) -> list[str]:
    with world.store.read() as connection:
        return [row.key for _, row in pauses.fallen(connection)]


def one(world: World, *walls: str, text: str = "Hello", **more: object) -> Workspace:
    space = workspace(
        [FEDI, PAPER], [slot("s", at(*(walls or ("2027-07-01T09:00",))), [ON_FEDI], text, **more)]
    )
    world.adopt(space)
    return space


def test_what_falls_due_is_held_and_listed_also_when_it_is_too_late_by_then(world: World) -> None:
    one(world)
    begun = pause(world)
    assert begun.finishing == ()
    world.go(hours=1)
    row = world.rows()[FIRST]
    assert (row.state, row.reason) == ("held", "paused by ani: an earthquake")
    assert fallen(world) == [FIRST]
    world.go(hours=3)
    row = world.rows()[FIRST]
    assert row.state == "missed" and row.reason.endswith("paused by ani: an earthquake")
    assert fallen(world) == [FIRST]
    assert world.nets.get(FEDI).calls == []


def test_the_end_releases_nothing_and_what_falls_due_later_goes_out(world: World) -> None:
    one(world, "2027-07-01T09:00", "2027-07-01T11:00")
    pause(world, until=world.now + timedelta(hours=2))
    world.go(hours=2)
    assert world.states() == {FIRST: "held"}
    world.go(hours=1, minutes=30)
    assert world.states() == {FIRST: "missed", "c/s/2027-07-01T11:00/fedi": "sent"}
    assert fallen(world) == [FIRST]


def test_what_no_loop_saw_during_a_pause_is_not_flushed_by_its_end(world: World) -> None:
    one(world)
    world.settle()
    pause(world)
    world.now += timedelta(hours=1, minutes=30)  # nothing runs
    resume(world)
    world.now += timedelta(minutes=1)
    world.settle()
    assert world.states() == {FIRST: "held"}
    assert fallen(world) == [FIRST]


def test_what_waits_for_its_account_falls_into_the_pause_and_is_not_forgotten(world: World) -> None:
    slow = account("fedi", gap=timedelta(hours=3))
    targets = [Target(slow, "en")]
    world.adopt(
        workspace(
            [slow], [slot("a", at("2027-07-01T09:00"), targets), slot("b", at("2027-07-01T09:01"), targets)]
        )
    )
    world.go(hours=1, minutes=5)
    second = "c/b/2027-07-01T09:01/fedi"
    assert world.states()[second] == "pending"
    pause(world)
    world.settle()
    assert world.states()[second] == "held"
    assert fallen(world) == [second]


def test_only_what_the_scope_covers_stops(world: World) -> None:
    world.adopt(
        workspace(
            [FEDI, PAPER],
            [
                slot("s", at("2027-07-01T09:00"), [ON_FEDI, ON_PAPER]),
                slot("tagged", at("2027-07-01T09:30"), [ON_PAPER], tags={"en": ("Vigil",)}),
            ],
        )
    )
    pause(world, Scope(accounts=frozenset({"fedi"})))
    pausing.pause(desk(world), pausing.scope_of(desk(world).workspace, tags=["#vigil"]), "wrong photo")
    world.go(hours=1, minutes=30)
    assert world.states() == {
        FIRST: "held",
        "c/s/2027-07-01T09:00/paper": "sent",
        "c/tagged/2027-07-01T09:30/paper": "held",
    }


def test_retries_stop_too(world: World) -> None:
    one(world)
    world.nets.get(FEDI).script = [lambda post, key: Retry("busy"), lambda post, key: Refused("no")]
    world.go(hours=1)
    pause(world)
    world.go(minutes=5)
    assert world.states() == {FIRST: "held"}
    resume(world)
    after_pause.send(desk(world), [FIRST])
    world.go(minutes=1)
    assert world.states() == {FIRST: "failed"}
    pause(world)
    desk(world).retry(FIRST)
    world.settle()
    assert world.states() == {FIRST: "held"}
    assert len(world.nets.get(FEDI).calls) == 2


def test_what_is_posted_by_hand_stops_too(world: World) -> None:
    one(world)
    world.settle()
    pause(world, Scope(languages=frozenset({"en"})))
    (row,) = desk(world).post_text("Come all", ["paper"])
    world.settle()
    assert world.states()[row.key] == "held"


def test_an_uncertain_one_is_looked_up_and_not_repeated(world: World) -> None:
    one(world)
    net = world.nets.get(FEDI)
    net.script = [lambda post, key: Unknown("no answer")]
    world.go(hours=1)
    pause(world)
    net.finds = [Absent("it is not there")]
    world.go(minutes=10)
    assert [what for what, _ in net.calls] == ["send", "find"]
    assert world.states() == {FIRST: "held"}
    resume(world)
    world.go(minutes=30)
    assert world.states() == {FIRST: "held"}


def test_a_begun_thread_finishes_and_one_that_has_not_begun_waits(world: World) -> None:
    one(world, text="One\n---\nTwo\n---\nThree")
    net = world.nets.get(FEDI)
    net.script = [net.accept, lambda post, key: Retry("busy")]
    world.go(hours=1)
    assert list(world.states().values()) == ["sent", "pending", "pending"]
    begun = pause(world)
    assert [row.key for row in begun.finishing] == [f"{FIRST}#2"]
    world.go(minutes=5)
    assert list(world.states().values()) == ["sent"] * 3

    one(world, "2027-07-01T10:00", text="One\n---\nTwo")
    world.go(hours=1)
    assert list(world.states().values()) == ["sent", "sent", "sent", "held", "pending"]


def test_send_gives_it_time_and_today_s_words(world: World) -> None:
    one(world, if_late=timedelta(minutes=10))
    pause(world)
    world.go(hours=1)
    one(world, text="Hello again", if_late=timedelta(minutes=10))
    world.go(hours=1)
    assert world.states() == {FIRST: "missed"}
    resume(world)
    (row,) = after_pause.send(desk(world), [FIRST])
    assert row.state == "pending" and row.deadline == world.now + timedelta(hours=1)
    world.go(minutes=1)
    assert world.states() == {FIRST: "sent"}
    assert world.nets.get(FEDI).order == ["Hello again"]
    assert fallen(world) == []


def test_a_held_thread_is_sent_whole_and_with_new_words(world: World) -> None:
    one(world, text="One\n---\nTwo")
    pause(world)
    world.go(hours=1)
    one(world, text="One\n---\nThree")
    resume(world)
    after_pause.send(desk(world), [FIRST])
    world.go(minutes=1)
    assert world.nets.get(FEDI).order == ["One", "Three"]


def test_a_missed_thread_is_sent_whole(world: World) -> None:
    one(world, text="One\n---\nTwo")
    pause(world)
    world.go(hours=5)
    assert list(world.states().values()) == ["missed", "failed"]
    resume(world)
    after_pause.send(desk(world), [FIRST])
    world.go(minutes=1)
    assert world.nets.get(FEDI).order == ["One", "Two"]


@pytest.mark.parametrize("hours", [1, 5])
def test_move_lets_it_go_out_at_another_time(world: World, hours: int) -> None:
    one(world)
    pause(world)
    world.go(hours=hours)
    resume(world)
    to = world.now + timedelta(hours=6)
    row = after_pause.move(desk(world), FIRST, to)
    assert (row.state, row.not_before, row.deadline) == ("pending", to, to + timedelta(hours=2))
    world.go(hours=5, minutes=59)
    assert world.states() == {FIRST: "pending"}
    world.go(minutes=1)
    assert world.states() == {FIRST: "sent"}


def test_skip_cancels_with_the_reason_and_the_second_person_is_told(world: World) -> None:
    one(world, text="One\n---\nTwo")
    pause(world)
    world.go(hours=1)
    resume(world)
    (row,) = after_pause.skip(desk(world), [FIRST])
    assert row.state == "cancelled" and "paused by ani: an earthquake" in row.reason
    assert set(world.states().values()) == {"cancelled"}
    with pytest.raises(RefusedChange, match="does not wait for a decision"):
        after_pause.send(desk(world, Who("budi")), [FIRST])
    world.go(hours=3)
    assert world.nets.get(FEDI).calls == []


def test_what_another_pause_covers_passes_on_to_it(world: World) -> None:
    one(world)
    pause(world)
    pausing.pause(desk(world, Who("budi")), Scope(accounts=frozenset({"fedi"})), "hacked")
    world.go(hours=1)
    with pytest.raises(CampaignError, match="2 pauses") as failed:
        pausing.chosen(desk(world))
    assert "campaign resume 1" in failed.value.hint and "campaign resume 2" in failed.value.hint
    with pytest.raises(RefusedChange, match="is still paused by ani"):
        after_pause.send(desk(world), [FIRST])
    pausing.resume(desk(world), pausing.chosen(desk(world), 1))
    assert world.rows()[FIRST].reason == "paused by budi: hacked"
    with pytest.raises(RefusedChange, match="is still paused by budi"):
        after_pause.send(desk(world), [FIRST])
    pausing.resume(desk(world), pausing.chosen(desk(world), 2))
    after_pause.send(desk(world), [FIRST])
    world.go(minutes=1)
    assert world.states() == {FIRST: "sent"}


def test_a_second_person_ends_what_has_ended(world: World) -> None:
    one(world)
    pause(world)
    there = pausing.chosen(desk(world))
    pausing.resume(desk(world), there)
    (again,) = pausing.resume(desk(world, Who("budi")), there)
    assert again.ended_by == "ani"
    with pytest.raises(RefusedChange, match="has ended"):
        pausing.chosen(desk(world), 1)
    with pytest.raises(CampaignError, match="no pause 7"):
        pausing.keep(desk(world), 7)


def test_names_that_nobody_knows_and_empty_reasons_pause_nothing(world: World) -> None:
    space = one(world)
    for named in ({"campaigns": ["d"]}, {"accounts": ["fedy"]}, {"languages": ["de"]}, {"tags": ["x"]}):
        with pytest.raises(CampaignError, match="there is no"):
            pausing.scope_of(space, **named)
    with pytest.raises(CampaignError, match="did you mean 'fedi'"):
        pausing.scope_of(space, accounts=["fedy"])
    with pytest.raises(RefusedChange, match="needs a reason"):
        pausing.pause(desk(world), Scope(), " \x1b\n ")
    with pytest.raises(RefusedChange, match="has passed"):
        pause(world, until=world.now)
    with world.store.read() as connection:
        assert pauses.standing(connection) == []


def test_a_file_stops_all_hosts_until_it_is_removed_where_it_was(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one(world)
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    (here / "PAUSE").write_text("Berita buruk\x1b[2J\n")
    assert pausefile.look(world.store, here, world.now)
    assert not pausefile.look(world.store, here, world.now)
    assert not pausefile.look(world.store, there, world.now)  # no file there says nothing of the other one
    world.go(hours=1)
    assert world.rows()[FIRST].reason.endswith(": Berita buruk [2J")
    (made,) = pausing.chosen(desk(world))
    with pytest.raises(RefusedChange, match="is the file PAUSE on"):
        pausing.resume(desk(world), [made], made.host)
    (here / "PAUSE").write_text("")
    assert pausefile.look(world.store, here, world.now)
    (made,) = pausing.chosen(desk(world))
    assert made.reason == ""
    (here / "PAUSE").unlink()
    assert pausefile.look(world.store, here, world.now)
    world.go(minutes=1)
    assert world.states() == {FIRST: "held"}
    after_pause.send(desk(world), [FIRST])
    world.go(minutes=1)
    assert world.states() == {FIRST: "sent"}


def test_alerts_ask_each_day_and_remind_of_what_waits_but_not_of_each_post(world: World) -> None:
    one(world)
    pause(world)

    def told() -> list[str]:
        assert world.engine.planner is not None
        with world.store.read() as connection:
            return [alert.name for alert in standing(connection, world.engine.planner.workspace, world.now)]

    world.go(hours=23)
    assert world.states() == {FIRST: "missed"} and told() == []
    world.go(hours=1)
    (asked,) = told()
    world.go(hours=24)
    (again,) = told()
    assert asked != again and asked.startswith("pause:1:")
    pausing.keep(desk(world), 1)
    assert told() == []
    resume(world)
    assert told() == []
    world.go(hours=1)
    (ended,) = told()
    assert ended.startswith("pause-ended:1:")  # and until when it filled: what falls in later is told anew
    after_pause.skip(desk(world), [FIRST])
    assert told() == []
