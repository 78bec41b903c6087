"""Nothing that needs approval goes out without one of exactly that content; what waits is let go at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from campaign.core.compose import Composer
from campaign.core.model import Approval, Image, Person, Target, Workspace
from campaign.core.outcome import Handed, Outcome, Retry, Unknown
from campaign.dispatch.alerting import approvals as alerting
from campaign.dispatch.approval import approvable, carried
from campaign.dispatch.approval.approve import Decision, Result, approve, reject
from campaign.dispatch.approval.carried import Taken
from campaign.dispatch.decide import Desk
from campaign.dispatch.freeze import Freezer
from campaign.errors import CampaignError, Place, RefusedChange
from campaign.review.approvals import approved_by, changes
from campaign.store import approvals, history
from campaign.store.outbox import Who
from tests.dispatch.world import ID, T0, World, account, at, slot, workspace

FEDI = account()
ON_FEDI = [Target(FEDI, "en")]
KEY = "c/s/2027-07-01T09:00/fedi"
NINE = at("2027-07-01T09:00")
ANI, BUDI = Who("ani", "cli ani@laptop"), Who("budi", "cli budi@server")


def files(text: str = "Hello", digest: str = "1", **more: Any) -> Workspace:
    keys = {"approval": Approval.ONE} | more
    return workspace([FEDI], [slot("s", keys.pop("when", NINE), ON_FEDI, text, **keys)], digest)


def desk(world: World, space: Workspace, who: Who = ANI) -> Desk:
    composer, freezer = Composer(space, world.nets.rules), Freezer(ID, world.files)
    return Desk(world.store, space, composer, world.nets, freezer, world.now, who)  # type: ignore[arg-type]


def shown(world: World, space: Workspace, key: str = KEY) -> dict[str, str]:
    with world.store.read() as connection:
        found = approvable.by_keys(desk(world, space), connection, [key])
    return {one.key: one.digest for one in found}


def approved(world: World, space: Workspace, who: Who = ANI, key: str = KEY) -> Decision:
    """Somebody looks and approves."""
    [done] = approve(desk(world, space, who), shown(world, space, key))
    return done


def sent(world: World) -> list[str]:
    return world.nets.get(FEDI).order


def events(world: World, key: str = KEY) -> list[tuple[str, str]]:
    with world.store.read() as connection:
        return [(event.kind, event.by) for event in history.events(connection, key=key)]


def names(world: World, space: Workspace, key: str = KEY) -> list[str]:
    with world.store.read() as connection:
        return approved_by(connection, space, [world.rows()[key]]).get(key, [])


# -- in time, late, never ----------------------------------------------------------------------------------


def test_what_was_approved_ahead_goes_out_on_time(world: World) -> None:
    space = files()
    world.adopt(space)
    assert approved(world, space).result is Result.APPROVED
    world.go(hours=1)
    assert sent(world) == ["Hello"]
    assert names(world, space) == ["ani"]
    assert ("approved", "ani") in events(world)
    assert approved(world, space, BUDI).result is Result.CLOSED


def test_an_approval_lets_go_what_is_held_at_once(world: World) -> None:
    space = files()
    world.adopt(space)
    world.go(hours=1, minutes=30)
    row = world.rows()[KEY]
    assert (row.state, row.reason) == (
        "held",
        "needs approval: nobody has approved it yet (approval: one)",
    )
    before = world.store.nudges()
    assert approved(world, space).state == "pending"
    assert world.store.nudges() > before, "whoever runs the loop is told"
    world.settle()
    assert sent(world) == ["Hello"]
    assert [kind for kind, _ in events(world)][-4:] == ["approved", "release", "claim", "sent"]


def test_what_nobody_approves_is_missed_and_a_retry_waits_for_it_again(world: World) -> None:
    space = files()
    world.adopt(space)
    world.go(hours=4)
    assert world.rows()[KEY].state == "missed"
    desk(world, space).retry(KEY)
    world.settle()
    assert world.states() == {KEY: "held"}
    approved(world, space)
    world.settle()
    assert sent(world) == ["Hello"]


def test_two_takes_two_people_and_says_when_they_are_not_proven(world: World) -> None:
    space = files(approval=Approval.TWO)
    world.adopt(space)
    first = approved(world, space)
    assert (first.missing, first.approved_by, first.proof) == (1, ("ani",), "")
    assert approved(world, space).result is Result.ALREADY
    world.go(hours=1)
    assert world.states() == {KEY: "held"}
    second = approved(world, space, Who("budi", ANI.door))
    assert (second.missing, second.proof) == (0, "not proven")
    world.settle()
    assert sent(world) == ["Hello"]
    with world.store.read() as connection:
        told = [event.detail.get("proof") for event in history.events(connection, key=KEY)]
        cleared = approvals.cleared_of(connection, [KEY])[KEY]
    assert "not proven" in told
    assert (cleared.by, cleared.proof) == (("ani", "budi"), "not proven")


# -- changes -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda space: files("Hello!", "2"), "it was changed after ani approved it"),
        (lambda space: replace(space, accounts={"fedi": replace(FEDI, approval=Approval.TWO)}), "one more"),
    ],
)
def test_a_change_before_it_is_due_voids_it(
    world: World, change: Callable[[Workspace], Workspace], says: str
) -> None:
    space = files()
    world.adopt(space)
    approved(world, space)
    changed = change(space)
    changed = replace(
        changed,
        campaigns={
            "c": replace(
                changed.campaigns["c"],
                slots=(
                    replace(
                        changed.campaigns["c"].slots[0], targets=(Target(changed.accounts["fedi"], "en"),)
                    ),
                ),
            )
        },
    )
    world.adopt(changed)
    world.go(hours=1)
    assert world.states() == {KEY: "held"}
    assert says in world.rows()[KEY].reason
    approved(world, changed, BUDI)
    world.settle()
    assert len(sent(world)) == 1


def test_a_changed_picture_voids_it(world: World) -> None:
    place = Place("schedules/c.yaml")
    space = replace(files(images=(Image("a.png", {"": "A candle"}, place),)), media=frozenset({"a.png"}))
    world.files.hashes["a.png"] = "0" * 64
    world.adopt(space)
    approved(world, space)
    world.files.hashes["a.png"] = "1" * 64
    world.go(hours=1)
    assert "it was changed after ani approved it" in world.rows()[KEY].reason
    world.files.hashes["a.png"] = "0" * 64
    world.adopt(replace(space, digest="2"))
    world.settle()
    assert sent(world) == ["Hello"], "it is again what ani saw"


def test_another_account_behind_the_same_name_voids_what_waits_to_be_sent(world: World) -> None:
    """Approved and frozen, it waits for the network; meanwhile its account becomes one that asks for two people."""
    space = files()
    world.adopt(space)
    approved(world, space)
    world.nets.get(FEDI).script = [lambda post, key: Retry("503", after=600)]
    world.go(hours=1)
    assert world.states() == {KEY: "pending"}
    other = replace(FEDI, network="another")
    slots = (replace(space.campaigns["c"].slots[0], targets=(Target(other, "en"),)),)
    world.adopt(
        replace(space, accounts={"fedi": other}, campaigns={"c": replace(space.campaigns["c"], slots=slots)})
    )
    world.go(minutes=15)
    assert world.states() == {KEY: "held"}
    assert sent(world) == []


def test_what_is_held_follows_its_files(world: World) -> None:
    world.adopt(files("Helo"))
    world.go(hours=1)
    seen = shown(world, files("Helo"))
    mended = files("Hello", "2")
    world.adopt(mended)
    row = world.rows()[KEY]
    assert row.post is not None and row.post.text == "Hello"
    [stale] = approve(desk(world, mended), seen)
    assert stale.result is Result.CHANGED, "ani saw the old words"
    approved(world, mended)
    world.settle()
    assert sent(world) == ["Hello"]


def test_what_no_longer_asks_for_approval_is_let_go(world: World) -> None:
    world.adopt(files())
    world.go(hours=1)
    world.adopt(files(digest="2", approval=Approval.NONE))
    world.settle()
    assert sent(world) == ["Hello"]


def test_a_thread_is_approved_as_a_whole(world: World) -> None:
    space = files("One", template="t", approval=Approval.ONE)
    slots = (replace(space.campaigns["c"].slots[0], text=None),)
    space = replace(
        space,
        templates={"t.j2": "One\n---\nTwo\n"},
        campaigns={"c": replace(space.campaigns["c"], slots=slots)},
    )
    world.adopt(space)
    world.go(hours=1)
    assert world.states() == {KEY: "held", f"{KEY}#2": "held"}
    approved(world, space)
    world.go(minutes=1)
    assert [text.strip() for text in sent(world)] == ["One", "Two"]
    assert names(world, space, f"{KEY}#2") == ["ani"]


# -- rejected ------------------------------------------------------------------------------------------------


def test_a_rejection_holds_also_what_needs_no_approval(world: World) -> None:
    space = files(approval=Approval.NONE)
    world.adopt(space)
    assert reject(desk(world, space, BUDI), KEY, "wrong\nnumber").state is None
    world.go(hours=1)
    assert world.rows()[KEY].reason == "rejected by budi: wrong number"
    assert sent(world) == []
    approved(world, space)
    world.settle()
    assert sent(world) == ["Hello"]


def test_a_rejection_stops_what_waits_and_approving_the_mended_text_lets_it_go(world: World) -> None:
    space = files()
    world.adopt(space)
    approved(world, space)
    world.nets.get(FEDI).script = [lambda post, key: Retry("503", after=600)]
    world.go(hours=1)
    assert reject(desk(world, space, BUDI), KEY, "no").state == "held"
    world.adopt(files(digest="2"))
    assert world.states() == {KEY: "held"}
    assert approved(world, space).state == "pending"
    world.go(minutes=20)
    assert sent(world) == ["Hello"]


def test_what_is_out_or_on_its_way_can_not_be_judged(world: World) -> None:
    space = files(approval=Approval.NONE)
    found: list[Any] = []

    def looked_at(post: Any, key: str) -> Outcome:
        found.extend([approved(world, space), _refused(lambda: reject(desk(world, space), KEY, "no"))])
        return Unknown("timed out")

    world.nets.get(FEDI).repeat_safe_for = timedelta()
    world.nets.get(FEDI).script = [looked_at]
    world.adopt(space)
    world.go(hours=1)
    assert [found[0].result, found[0].reason] == [Result.CLOSED, "it is being sent right now"]
    assert "it is being sent right now" in found[1]
    assert "it may be published" in _refused(lambda: reject(desk(world, space), KEY, "no"))


def test_what_a_person_was_asked_to_post_is_theirs(world: World) -> None:
    space = files(approval=Approval.NONE)
    world.nets.get(FEDI).script = [lambda post, key: Handed("ani has it")]
    world.adopt(space)
    world.go(hours=1)
    assert "asked to post it by hand" in _refused(lambda: reject(desk(world, space), KEY, "no"))


def _refused(call: Callable[[], Any]) -> str:
    with pytest.raises(RefusedChange) as caught:
        call()
    return caught.value.message


def test_who_may_not_approve_may_not(world: World) -> None:
    people = {
        "ani": Person("ani", frozenset({"approve"})),
        "citra": Person("citra", frozenset({"safeguard"})),
    }
    space = replace(files(), people=people)
    citra = Who("citra", "cli citra@x")
    assert "may not approve" in _refused(lambda: approve(desk(world, space, citra), {KEY: ""}))
    assert "may not approve" in _refused(lambda: reject(desk(world, space, citra), KEY, "no"))
    assert "says why" in _refused(lambda: reject(desk(world, space), KEY, " \n"))


def test_what_can_not_be_made_can_not_be_approved(world: World) -> None:
    space = files("{{ nobody }}")
    [done] = approve(desk(world, space), {KEY: ""})
    assert (done.result, "nobody" in done.reason) == (Result.ERRORS, True)


def test_a_rejected_post_does_not_slip_through_under_another_time(world: World) -> None:
    space = files(approval=Approval.NONE, explicit=True)
    world.adopt(space)
    reject(desk(world, space, BUDI), KEY, "no")
    later = "c/s/2027-07-01T09:05/fedi"
    edited = files("Hello!", "2", approval=Approval.NONE, explicit=True, when=at("2027-07-01T09:05"))
    world.adopt(edited)
    world.go(hours=2)
    assert world.rows()[later].reason == "rejected by budi: no"
    approved(world, edited, key=later)
    world.settle()
    assert sent(world) == ["Hello!"]


def test_a_time_that_was_edited_is_shown_beside_the_one_that_was_approved(world: World) -> None:
    space = files(explicit=True)
    approved(world, space)
    edited = files(explicit=True, when=at("2027-07-01T10:00"))
    with world.store.read() as connection:
        [one] = approvable.lacking(desk(world, edited), connection, world.now, T0 + timedelta(days=1))
    assert one.why_not == "needs approval: it was changed after ani approved it (approval: one)"
    assert [(change.what, change.old[11:16], change.new[11:16]) for change in changes(one)] == [
        ("due", "02:00", "03:00")
    ]


def test_a_begun_thread_goes_on_when_its_next_part_is_approved(world: World) -> None:
    space = files("One", template="t", approval=Approval.NONE)
    slots = (replace(space.campaigns["c"].slots[0], text=None),)
    campaign = replace(space.campaigns["c"], slots=slots)
    space = replace(space, templates={"t.j2": "One\n---\nTwo\n"}, campaigns={"c": campaign})
    world.adopt(space)
    away = [lambda post, key: Retry("503", after=300)]
    world.nets.get(FEDI).script = [world.nets.get(FEDI).accept, *away]
    world.go(hours=1)
    assert world.states() == {KEY: "sent", f"{KEY}#2": "pending"}
    reject(desk(world, space, BUDI), KEY, "no")
    world.go(minutes=10)
    assert world.states() == {KEY: "sent", f"{KEY}#2": "held"}
    assert approved(world, space).result is Result.APPROVED
    world.go(minutes=10)
    assert [text.strip() for text in sent(world)] == ["One", "Two"]


# -- moved, posted now -----------------------------------------------------------------------------------------


def test_a_move_asks_again_unless_whoever_moves_it_may_approve(world: World) -> None:
    people = {
        "ani": Person("ani", frozenset({"approve"})),
        "dewi": Person("dewi", frozenset({"review"})),
    }
    space = replace(files(), people=people)
    world.adopt(space)
    approved(world, space)
    ten = datetime(2027, 7, 1, 3, tzinfo=UTC)
    desk(world, space, Who("dewi", "cli dewi@x")).move(KEY, ten)
    world.go(hours=2)
    assert "it was changed after ani approved it" in world.rows()[KEY].reason
    desk(world, space, Who("dewi", "cli dewi@x")).move(KEY, T0 + timedelta(hours=3))
    approved(world, space)
    assert desk(world, space).move(KEY, T0 + timedelta(hours=4)).state == "pending"
    world.go(hours=2)
    assert sent(world) == ["Hello"]
    assert world.now == T0 + timedelta(hours=4)


def test_moved_back_it_is_what_was_approved(world: World) -> None:
    space = files()
    world.adopt(space)
    approved(world, space)
    nobody = desk(world, replace(space, people={"ani": Person("ani", frozenset({"approve"}))}), Who("x"))
    nobody.move(KEY, T0 + timedelta(hours=3))
    nobody.move(KEY, T0 + timedelta(hours=1))
    world.go(hours=1)
    assert sent(world) == ["Hello"]


def test_to_post_it_now_is_to_move_it(world: World) -> None:
    space = replace(files(), people={"ani": Person("ani", frozenset({"approve"}))})
    world.adopt(space)
    [row] = desk(world, space, Who("dewi", "cli dewi@x")).post_next("c", "s", None, extra=False)
    assert (row.key, row.state) == (KEY, "held")
    approved(world, space)
    world.settle()
    assert sent(world) == ["Hello"]


def test_an_approver_who_posts_what_is_approved_need_not_approve_it_twice(world: World) -> None:
    space = files()
    world.adopt(space)
    approved(world, space)
    [row] = desk(world, space).post_next("c", "s", None, extra=False)
    assert row.state == "pending"
    [more] = desk(world, space).post_next("c", "s", None, extra=True)
    assert more.state == "held", "one more is another post"
    world.settle()
    assert sent(world) == ["Hello"]


def test_a_text_of_its_own_is_asked_for_by_its_account(world: World) -> None:
    strict = replace(FEDI, approval=Approval.ONE)
    space = workspace([strict], [])
    world.adopt(space)
    [row] = desk(world, space).post_text("Now", ["fedi"])
    world.settle()
    assert world.states() == {row.key: "held"}
    approved(world, space, key=row.key)
    world.settle()
    assert sent(world) == ["Now"]


# -- in a file -----------------------------------------------------------------------------------------------


def test_approvals_travel_in_a_file(world: World) -> None:
    space = files(approval=Approval.TWO)
    approved(world, space)
    approved(world, space, BUDI)
    given = carried.given(desk(world, space))
    text = "".join(f"{one.line()}\n" for one in given)
    assert [one.by for one in given] == ["ani", "budi"]
    assert text == "".join(f"{one.line()}\n" for one in carried.given(desk(world, space)))
    with pytest.raises(CampaignError, match=r"a.jsonl:2: this is no approval"):
        carried.read(text.splitlines()[0] + "\n{}\n", "a.jsonl")


def test_a_file_counts_for_todays_content_and_people(world: World) -> None:
    space = replace(
        files(approval=Approval.TWO),
        people={name: Person(name, frozenset({"approve"})) for name in ("ani", "budi")},
    )
    world.adopt(space)
    world.go(hours=1)
    content = shown(world, space)[KEY]
    early = T0 - timedelta(hours=1)

    def line(by: str, content: str = content, key: str = KEY, at: datetime = early) -> carried.Carried:
        return carried.Carried(key, content, by, at)

    lines = [
        line("ani"),
        line("mallory"),
        line("budi", "1-" + "0" * 64),
        line("budi", key="c/s/2027-07-02T09:00/fedi"),
        line("budi"),
    ]
    taken = [what for _, what in carried.take(desk(world, space, Who("", "cli ci@runner")), lines, "a.jsonl")]
    assert taken == [Taken.COUNTED, Taken.NO_RIGHT, Taken.OTHER_CONTENT, Taken.UNKNOWN, Taken.COUNTED]
    with world.store.read() as connection:
        votes = approvals.votes_on(connection, KEY)
        told = [e.detail for e in history.events(connection, key=KEY) if e.kind == "approved"]
    assert {vote.door for vote in votes} == {"file a.jsonl"}
    assert told[1]["proof"] == "not proven"
    assert told[0]["file"] == "a.jsonl, brought in by cli ci@runner"
    again = carried.take(desk(world, space), [line("ani"), line("budi")], "a.jsonl")
    assert {what for _, what in again} == {Taken.ALREADY}
    world.settle()
    assert sent(world) == ["Hello"]


def test_a_file_brings_nothing_back_that_was_rejected(world: World) -> None:
    space = files()
    approved(world, space)
    given = carried.given(desk(world, space))
    world.now += timedelta(minutes=1)
    reject(desk(world, space, BUDI), KEY, "no")
    assert carried.given(desk(world, space)) == []
    [(_, what)] = carried.take(desk(world, space), given, "a.jsonl")
    assert what is Taken.ALREADY
    world.adopt(space)
    world.go(hours=1)
    assert sent(world) == []


# -- alerts ----------------------------------------------------------------------------------------------------


def test_people_are_told_a_day_and_two_hours_ahead_and_of_an_edit_at_once(world: World) -> None:
    """By name and line only; that each is told once is for the sender of alerts to see to."""
    feed = replace(FEDI, network="feed")

    def space(text: str, digest: str) -> Workspace:
        asks = slot("s", at("2027-07-02T08:30"), [Target(feed, "en")], text, approval=Approval.ONE)
        return workspace([feed], [asks], digest)

    key = "c/s/2027-07-02T08:30/fedi"

    def told(files: Workspace) -> list[str]:
        with world.store.read() as connection:
            return [alert.name for alert in alerting.approvals(connection, files, world.now) if alert.urgent]

    first, edited = space("Hello", "1"), space("Hello!", "2")
    assert told(first) == [], "it is due in a day and a half hour"
    world.now += timedelta(hours=1)
    assert told(first) == [f"approval-24h:{key}"]
    world.now += timedelta(hours=21, minutes=30)
    assert told(first) == [f"approval-2h:{key}"]
    approved(world, first, key=key)
    assert told(first) == []
    [changed, soon] = told(edited)
    assert (changed.rpartition(":")[0], soon) == (f"approval-changed:{key}", f"approval-2h:{key}")
    world.now += timedelta(hours=3)
    assert told(edited) == [], "now it is held, and that is told"


# -- the one law -----------------------------------------------------------------------------------------------

ACTS = ["ani", "budi", "no", "text a", "text b", "none", "two", "move", "post", "retry", "busy", "time"]
acts = st.lists(st.sampled_from(ACTS), min_size=3, max_size=12)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=acts)
@example(acts=["ani", "busy", "time", "time", "two", "time"])
@example(acts=["text b", "ani", "busy", "time", "time", "text a", "none", "two", "budi", "time"])
def test_nothing_goes_out_without_the_approval_that_it_needed(
    acts: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whatever people do in whichever order: what arrives was approved, word for word, by enough people who were not
    overruled, or needed no approval when it left."""
    from campaign.store.database import Store

    root = tmp_path_factory.mktemp("law")
    store = Store.open("sqlite:///campaign.db", root, create=True)
    world = World(store, root)
    text, level, number = "a", Approval.ONE, 1
    saw: dict[str, set[str]] = {"a": set(), "b": set()}
    rejected = False
    wrong: list[str] = []

    def space() -> Workspace:
        return files(text, str(number), approval=level, if_late=None)

    def look(post: Any, key: str) -> Outcome:
        # What a network raises is an answer of its own: so this is only noted here.
        if rejected or len(saw[post.text]) < list(Approval).index(level):
            wrong.append(f"{post.text} at {world.now}")
        return world.nets.get(FEDI).accept(post, key)

    world.nets.get(FEDI).script = [look] * 20
    world.adopt(space())
    try:
        for act in [*acts, "time", "time"]:
            number += 1
            world.now += timedelta(seconds=1)
            row = world.rows().get(KEY)
            done = row is not None and row.state == "sent"
            try:
                if act in ("ani", "budi"):
                    which = row.post.text if row is not None and row.post is not None else text
                    if approved(world, space(), Who(act, f"cli {act}@x")).result.counts:
                        saw[which].add(act)
                        rejected = False
                elif act == "no":
                    reject(desk(world, space()), KEY, "no")
                    saw, rejected = {"a": set(), "b": set()}, True
                elif act.startswith("text"):
                    text = act[-1]
                    world.adopt(space())
                elif act in ("none", "two"):
                    level = Approval(act)
                    world.adopt(space())
                elif act == "move" and not done:
                    stranger = replace(space(), people={"ani": Person("ani", frozenset({"approve"}))})
                    desk(world, stranger, Who("x")).move(KEY, world.now + timedelta(minutes=5))
                    saw = {"a": set(), "b": set()}
                elif act == "post":
                    stranger = replace(space(), people={"ani": Person("ani", frozenset({"approve"}))})
                    desk(world, stranger, Who("x")).post_next("c", "s", None, extra=False)
                    saw = {"a": set(), "b": set()}
                elif act == "retry":
                    desk(world, space()).retry(KEY)
                elif act == "busy":
                    world.nets.get(FEDI).script.insert(0, lambda post, key: Retry("503", after=3600))
                elif act == "time":
                    world.go(minutes=40)
            except CampaignError:
                pass
            world.settle()
        assert wrong == []
    finally:
        store.close()
