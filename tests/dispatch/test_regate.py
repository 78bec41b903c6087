"""The last gate before a claim: what can't be vouched for any more is held, and let go when it can; on both stores."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from campaign.core.compose import Composer
from campaign.core.hotlines import Audience, Channel, Check, Hotline, How, Kind, Reach, Status
from campaign.core.lifecycle import Event
from campaign.core.model import Fact, Target, Workspace
from campaign.core.outcome import Retry, Unknown
from campaign.core.standing import BARRED
from campaign.dispatch.decide import Desk
from campaign.dispatch.freeze import Freezer
from campaign.dispatch.planner import Planner
from campaign.errors import RefusedChange
from campaign.store import claims, history, outbox
from campaign.store.outbox import Who
from tests.dispatch.world import ID, World, account, at, daily, slot, workspace
from tests.store.conftest import Place, new_place, place, server

__all__ = ["new_place", "place", "server"]

FEDI = account()
ON_FEDI = [Target(FEDI, "en")]
PHONE = Channel(Kind.PHONE, "129", Reach.DOMESTIC, Status.GREEN)
LINE = Hotline("sapa", {"": "SAPA"}, "ID", (PHONE,), Status.GREEN, "https://example.org")
CHECK = Check("sapa", "129", "ani", date(2027, 4, 2), How.CALLED)  # it counts until 1 July
ANEW = replace(CHECK, on=date(2027, 7, 1))
FACT = Fact("f", {"": "50 million"}, "ILO", "", 2022, True, date(2028, 1, 1))
KEY = "c/s/2027-07-01T09:00/fedi"
TEXT = "{{ hotline('sapa') }} {{ fact('f') }}"
NINE = at("2027-07-01T09:00")


@pytest.fixture
def world(place: Place, tmp_path: Path) -> Iterator[World]:
    store = place.open()
    try:
        yield World(store, tmp_path)
    finally:
        store.close()


def files(
    text: str = TEXT, when: Any = NINE, *, digest: str = "1", slots: Any = None, **more: Any
) -> Workspace:
    known = {"hotlines": {"sapa": LINE}, "checks": (CHECK,), "facts": {"f": FACT}, "audience": Audience("ID")}
    made = slots or [slot("s", when, ON_FEDI, text)]
    # The digest of what campaigns share: as another checkout of other bytes would have it.
    return replace(workspace([FEDI], made, digest), **(known | {"common": digest} | more))


def desk(world: World, space: Workspace) -> Desk:
    composer, freezer = Composer(space, world.nets.rules), Freezer(ID, world.files)
    return Desk(world.store, space, composer, world.nets, freezer, world.now, Who("ani", "test"))  # type: ignore[arg-type]


def retried(world: World) -> None:
    """The network is away for a while: what was frozen waits."""
    world.nets.get(FEDI).script = [lambda post, key: Retry("503", after=900)]


# -- when it is due -----------------------------------------------------------------------------------------


def test_a_stale_help_line_holds_what_is_due_and_a_check_lets_it_go(world: World) -> None:
    stale = (replace(CHECK, on=date(2027, 1, 1)),)
    world.adopt(files(checks=stale))
    world.go(hours=1, minutes=30)
    row = world.rows()[KEY]
    assert (row.state, row.post) == ("held", None)
    assert row.reason.startswith(f"{BARRED}no help line can be printed: sapa was last checked on 2027-01-01")
    assert "(to do: campaign hotlines verify sapa" in row.reason
    world.adopt(files(checks=stale, digest="2"))
    assert world.states() == {KEY: "held"}, "another edit mends nothing"
    world.adopt(files(checks=(*stale, ANEW), digest="3"))
    world.go(minutes=1)
    row = world.rows()[KEY]
    assert row.state == "sent"
    assert row.post is not None
    assert (row.post.text, row.post.hotlines) == ("SAPA: 129 50 million", ("sapa",))


def test_what_nobody_checks_in_time_is_missed_with_its_reason(world: World) -> None:
    world.adopt(files(checks=()))
    world.go(hours=4)
    row = world.rows()[KEY]
    assert row.state == "missed"
    assert "was checked by nobody of this organisation" in row.reason
    assert world.nets.get(FEDI).calls == []
    world.adopt(files(checks=(ANEW,), digest="2"))
    world.settle()
    assert desk(world, files(checks=(ANEW,))).retry(KEY).state == "pending"
    world.go(minutes=1)
    assert world.states() == {KEY: "sent"}


def test_a_check_made_on_the_day_after_counts_for_what_is_still_waiting(world: World) -> None:
    plan = files(
        slots=[slot("s", at("2027-07-01T23:00"), ON_FEDI, TEXT, if_late=timedelta(hours=9))], checks=()
    )
    world.adopt(plan)
    world.go(hours=17)  # 01:00 of the next day
    (key,) = world.rows()
    assert world.states() == {key: "held"}
    world.adopt(replace(plan, checks=(replace(CHECK, on=date(2027, 7, 2)),), common="2"))
    world.go(minutes=1)
    assert world.states() == {key: "sent"}


def test_a_fault_that_no_look_can_mend_still_fails(world: World) -> None:
    world.adopt(files("{{ hotline('sapa') }} {{ nobody }}"))
    world.go(hours=2)
    assert world.states() == {KEY: "failed"}


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("{{ fact('f') }}", {"facts": {"f": replace(FACT, publishable=False)}}),
        ("Call 128", {}),
        (
            "https://help.example/?utm_source=x",
            {"hotlines": {"sapa": replace(LINE, page="https://help.example")}},
        ),
    ],
)
def test_other_words_that_could_do_harm_hold_too(world: World, text: str, known: dict[str, Any]) -> None:
    world.adopt(files(text, **known))
    world.go(hours=1, minutes=1)
    assert world.states() == {KEY: "held"}
    world.adopt(files("Halo", digest="2"))
    world.go(minutes=1)
    assert world.nets.get(FEDI).order == ["Halo"]


def test_a_row_moved_ahead_is_judged_when_it_is_filled(world: World) -> None:
    world.adopt(files(checks=()))
    world.settle()
    desk(world, files(checks=())).move(KEY, world.now + timedelta(minutes=30))
    world.go(minutes=31)
    assert world.states() == {KEY: "held"}
    world.adopt(files(checks=(ANEW,), digest="2"))
    world.go(minutes=1)
    assert world.states() == {KEY: "sent"}


# -- between freezing and the claim -------------------------------------------------------------------------

CHANGES: list[tuple[dict[str, Any], str]] = [
    ({"facts": {}}, "fact 'f' is no longer in posts/facts.yaml"),
    ({"facts": {"f": replace(FACT, publishable=False)}}, "fact 'f' is no longer publishable"),
    (
        {"facts": {"f": replace(FACT, review_by=date(2027, 6, 1))}},
        "fact 'f' had to be reviewed by 2027-06-01",
    ),
    ({"hotlines": {}}, "help line 'sapa' is no longer in posts/hotlines.yaml"),
    ({"hotlines": {"sapa": replace(LINE, status=Status.RED)}}, "help line 'sapa' is marked red"),
    ({"checks": ()}, "help line 'sapa' was checked by nobody"),
]


@pytest.mark.parametrize(("change", "said"), CHANGES)
def test_what_was_frozen_is_held_when_it_stands_no_longer(
    world: World, change: dict[str, Any], said: str
) -> None:
    retried(world)
    world.adopt(files())
    world.go(hours=1, minutes=1)
    assert world.states() == {KEY: "pending"}
    world.adopt(files(digest="2", **change))
    world.go(minutes=30)
    row = world.rows()[KEY]
    assert row.state == "held"
    assert row.reason.startswith(f"{BARRED}{said}"), row.reason
    assert len(world.nets.get(FEDI).calls) == 1
    world.adopt(files(digest="3"))
    world.go(minutes=1)
    assert world.states() == {KEY: "sent"}
    assert world.nets.get(FEDI).order == ["SAPA: 129 50 million"]


def test_a_check_that_runs_out_over_quiet_hours_holds(world: World) -> None:
    """Frozen on the last day on which the check counts; its turn comes on the next."""
    late = slot("s", at("2027-07-01T23:30"), ON_FEDI, TEXT)
    world.adopt(files(slots=[late]))
    world.nets.get(FEDI).script = [lambda post, key: Retry("503", after=3600)]
    world.go(hours=17)
    (row,) = world.rows().values()
    assert row.state == "held"
    assert "until 2027-07-01" in row.reason


def test_a_figure_corrected_before_anything_was_tried_goes_out_corrected(world: World) -> None:
    paced = account(gap=timedelta(minutes=30))
    two = [slot(name, NINE, [Target(paced, "en")], TEXT) for name in ("a", "b")]
    plan = replace(files(slots=two), accounts={"fedi": paced})
    world.adopt(plan)
    world.go(hours=1, minutes=1)
    assert sorted(world.states().values()) == ["pending", "sent"]
    world.adopt(replace(plan, facts={"f": replace(FACT, text={"": "49 million"})}, common="2"))
    world.go(hours=1)
    # It was held in its turn; the next look at the files makes it anew.
    assert sorted(world.states().values()) == ["held", "sent"]
    world.adopt(replace(plan, facts={"f": replace(FACT, text={"": "49 million"})}, common="3"))
    world.go(minutes=1)
    assert world.nets.get(paced).order == ["SAPA: 129 50 million", "SAPA: 129 49 million"]


def test_what_was_tried_keeps_its_text_until_a_person_wants_the_new_one(world: World) -> None:
    retried(world)
    world.adopt(files())
    world.go(hours=1, minutes=1)
    corrected = files(facts={"f": replace(FACT, text={"": "49 million"})}, digest="2")
    for digest in ("2", "3"):
        world.adopt(replace(corrected, common=digest))
        world.go(minutes=20)
    assert world.states() == {KEY: "held"}
    with pytest.raises(RefusedChange) as caught:
        desk(world, corrected).retry(KEY)
    assert f"campaign retry {KEY} --new-text" in caught.value.hint
    assert desk(world, corrected).retry(KEY, new_text=True).state == "pending"
    world.go(minutes=1)
    assert world.nets.get(FEDI).order == ["SAPA: 129 49 million"]


def test_the_next_post_of_the_account_has_its_turn_in_the_same_tick(world: World) -> None:
    paced = account(gap=timedelta(minutes=10))
    slots = [slot("s0", NINE, [Target(paced, "en")], "First")]
    slots += [slot(f"s{n}", NINE, [Target(paced, "en")], TEXT if n < 6 else "Last") for n in range(1, 7)]
    plan = replace(files(slots=slots), accounts={"fedi": paced})
    world.adopt(plan)
    world.go(hours=1, minutes=1)
    world.adopt(replace(plan, facts={}, common="2"))
    assert sorted(world.states().values()) == ["pending"] * 6 + ["sent"], (
        "nobody's turn yet: nobody was judged"
    )
    world.now += timedelta(minutes=10)
    world.settle()
    assert sorted(world.states().values()) == ["held"] * 5 + ["sent"] * 2
    assert world.nets.get(paced).order == ["First", "Last"]


def test_retry_resolve_and_repeat(world: World) -> None:
    """What a person sends again is judged; the repeat of an attempt that may be out is not."""
    unknown: list[Any] = [lambda post, key: Unknown("timeout")]
    world.nets.get(FEDI).script = list(unknown)
    world.nets.get(FEDI).repeat_safe_for = timedelta()
    world.adopt(files())
    world.go(hours=1, minutes=1)
    assert world.states() == {KEY: "uncertain"}
    bad = files(facts={}, digest="2")
    world.adopt(bad)
    desk(world, bad).resolve(KEY, Event.RESOLVE_ABSENT)
    world.go(minutes=1)
    assert world.states() == {KEY: "held"}
    assert len([call for call in world.nets.get(FEDI).calls if call[0] == "send"]) == 1
    with world.store.write() as connection:
        outbox.cancel(connection, KEY, "over", world.now, Who("ani", "test"))

    later = "2027-07-01T11:00"
    world.nets.get(FEDI).repeat_safe_for = timedelta(hours=1)
    world.nets.get(FEDI).script = list(unknown)
    world.adopt(files(when=at(later), digest="3"))
    world.go(hours=1, minutes=59)
    world.adopt(files(when=at(later), digest="4", facts={}))
    world.go(minutes=2)
    assert world.states()[f"c/s/{later}/fedi"] == "sent", "its receipt says where to correct it"


THREAD = "{{ fact('f') }}\n---\nSecond\n---\n{{ hotline('sapa') }}"


def test_a_thread_begins_only_if_all_of_it_may_go_out(world: World) -> None:
    retried(world)
    world.adopt(files("One\n---\nCall 129"))
    world.go(hours=1, minutes=1)
    world.adopt(files("One\n---\nCall 129", digest="2", hotlines={}))
    world.go(minutes=20)
    assert world.states() == {KEY: "held", f"{KEY}#2": "pending"}
    world.adopt(files("One\n---\nCall 129", digest="3"))
    world.go(minutes=1)
    assert world.nets.get(FEDI).order == ["One", "Call 129"]


def test_a_begun_thread_is_held_where_it_stands_and_lets_others_pass(world: World) -> None:
    script: list[Any] = [world.nets.get(FEDI).accept, lambda post, key: Retry("503", after=900)]
    world.nets.get(FEDI).script = script
    slots = [slot("s", NINE, ON_FEDI, THREAD), slot("other", at("2027-07-01T09:30"), ON_FEDI, "Halo")]
    world.adopt(files(slots=slots))
    world.go(hours=1, minutes=1)
    world.adopt(files(slots=slots, digest="2", facts={}))
    world.go(minutes=40)
    rows = world.rows()
    assert [rows[f"{KEY}{part}"].state.value for part in ("", "#2", "#3")] == ["sent", "held", "pending"]
    assert rows[f"{KEY}#2"].reason.endswith("(part 1 is out)")
    assert rows["c/other/2027-07-01T09:30/fedi"].state == "sent"
    world.adopt(files(slots=slots, digest="3"))
    world.go(minutes=1)
    assert set(world.states().values()) == {"sent"}
    assert world.nets.get(FEDI).replies["Second"] == f"id-{rows[KEY].network_key}"


def test_a_thread_composed_anew_takes_all_its_parts_along(world: World) -> None:
    world.nets.broken.add("fedi")
    slots = [slot("z", NINE, ON_FEDI, "{{ fact('f') }}\n---\nand {{ fact('f') }}")]
    world.adopt(files(slots=slots))
    world.go(hours=1)
    world.nets.broken.clear()
    held_up = [slot("a", NINE, ON_FEDI, "First"), *slots]
    world.adopt(files(slots=held_up, digest="2"))
    with world.store.write() as connection:
        outbox.hold(connection, "c/z/2027-07-01T09:00/fedi", f"{BARRED}x", world.now)
    world.adopt(files(slots=held_up, digest="3", facts={"f": replace(FACT, text={"": "49"})}))
    world.go(minutes=5)
    assert world.nets.get(FEDI).order[-2:] == ["49", "and 49"]


def test_a_text_said_by_hand_is_judged_too(world: World) -> None:
    world.adopt(files())
    world.settle()
    desk(world, files()).post_text("Call 129", ["fedi"])
    world.adopt(files(digest="2", hotlines={}))
    world.settle()
    ((key, state),) = world.states().items()
    assert (key.startswith("now/text/"), state) == (True, "held")
    world.adopt(files(digest="3"))
    world.settle()
    assert world.states() == {key: "sent"}


def test_post_now_asks_for_today(world: World) -> None:
    """Brought forward from a day on which the check counts no longer: it goes out today, and today counts."""
    plan = files(when=at("2027-07-20T09:00"))
    world.adopt(plan)
    (row,) = desk(world, plan).post_next("c", "s", None, extra=False)
    assert row.state == "pending"
    with pytest.raises(RefusedChange, match="was checked by nobody"):
        desk(world, replace(plan, checks=())).post_next("c", "s", None, extra=True)


def test_a_held_row_whose_slot_has_gone_waits_on(world: World) -> None:
    world.adopt(files(checks=()))
    world.go(hours=1, minutes=1)
    world.adopt(files(slots=[slot("t", daily(7), ON_FEDI, "Halo")], digest="2"))
    assert world.states()[KEY] == "held"
    with world.store.read() as connection:
        events = [event.kind for event in history.events(connection, key=KEY)]
    assert events == ["planned"]


def test_what_it_waits_for_is_told_anew(world: World) -> None:
    world.adopt(files(checks=()))
    world.go(hours=1, minutes=1)
    world.adopt(files(digest="2", facts={}))
    assert "there is no fact 'f'" in world.rows()[KEY].reason


def test_a_host_with_older_files_leaves_it_to_those_that_know(world: World) -> None:
    """Where the store is shared, a reason to hold counts only if these files are the ones that count."""
    retried(world)
    world.adopt(files())
    world.go(hours=1, minutes=1)
    behind = files(facts={}, digest="0")
    on_another_host(world, behind)
    world.adopt(files(digest="2"))  # the fact is back, here
    on_another_host(world, behind)
    world.now += timedelta(minutes=20)
    world.settle()
    assert world.states() == {KEY: "pending" if world.store.shared else "held"}
    world.boot()
    world.adopt(files(digest="2"))
    world.settle()
    assert world.states() == {KEY: "sent"}


def on_another_host(world: World, space: Workspace) -> None:
    composer, freezer = Composer(space, world.nets.rules), Freezer(ID, world.files)
    world.boot()
    world.engine.adopt(Planner(world.store, space, composer, world.nets, freezer, "another"), world.now)  # type: ignore[arg-type]


def test_a_row_that_another_host_was_at_is_looked_at_again_soon(world: World) -> None:
    """That host has older files: it locks the row, leaves it to us, and is gone the next moment."""
    if not world.store.shared:
        pytest.skip("hosts share no SQLite file")
    world.adopt(files(slots=[slot("s", NINE, ON_FEDI, "Know the signs", if_late=timedelta(seconds=30))]))
    world.settle()
    world.now += timedelta(hours=1)
    take = outbox.take

    def at_once(connection: Any, now: Any, *arguments: Any, **more: Any) -> Any:
        with world.store.engine.begin() as theirs:
            assert claims._taken(theirs, now, ["fedi"])
            return take(connection, now, *arguments, **more)

    with patch.object(outbox, "take", at_once):
        wake = world.engine.tick(world.now)
    assert set(world.states().values()) == {"pending"}
    assert wake is not None and wake - world.now <= timedelta(seconds=1)
    world.now = wake
    world.settle()
    assert set(world.states().values()) == {"sent"}
