"""Taking posts back: what is deleted, in which order, what is said of each answer; consents before each claim."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any, ClassVar

import pytest

from campaign.core.consents import Consent, Kind, Status
from campaign.core.hotlines import Channel, Hotline, Reach
from campaign.core.hotlines import Kind as Way
from campaign.core.hotlines import Status as Light
from campaign.core.lifecycle import Event, State
from campaign.core.model import Post, Slot, Target, Workspace
from campaign.core.outcome import Absent, Outcome, Receipt, Refused, Retry, Scope, Sent, Unknown
from campaign.core.used import Kinds, Thing, still_planned
from campaign.core.withdrawal import Result, Withdrawn
from campaign.dispatch import redact, withdraw
from campaign.dispatch.decide import Desk
from campaign.errors import CampaignError, RefusedChange
from campaign.networks.base import Traits
from campaign.store import history, outbox
from campaign.store.outbox import Who
from tests.dispatch.world import Scripted, World, account, at, daily, slot, workspace

FEDI, PAPER = account("fedi"), account("paper")
TARGET = Target(FEDI, "en")
KEY = "c/s/2027-07-01T09:00/fedi"
STORY = Consent(
    "story-07", Kind.STORY, frozenset({"scripted"}), frozenset({"en"}), date(2027, 7, 31), Status.GIVEN, "ani"
)


@dataclass
class Deleting(Scripted):
    """The same network, on which posts can be taken back; it answers as told, and then does it."""

    traits: ClassVar[Traits] = Traits(reads_back="", person="", takes_back="apps need not follow")
    answers: list[Outcome | Exception] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    on_record: Callable[[], int] = int

    def delete(self, receipt: Receipt) -> Outcome:
        assert self.on_record() > 0, "what is not on record must not be asked"
        self.deleted.append(receipt.id)
        answer = self.answers.pop(0) if self.answers else Sent(receipt)
        if isinstance(answer, Exception):
            raise answer
        return answer


@dataclass
class Bench:
    """A world with a network that deletes (fedi) and one that can't (paper)."""

    world: World
    space: Workspace
    net: Deleting

    def adopt(self, space: Workspace) -> None:
        self.space = space
        self.world.adopt(space)

    @property
    def desk(self) -> Desk:
        planner = self.world.engine.planner
        assert planner is not None
        return Desk(
            self.world.store,
            self.space,
            planner.composer,
            planner.adapters,
            planner.freezer,
            self.world.now,
            Who("ani", "cli"),
        )

    def kinds(self, key: str) -> list[str]:
        with self.world.store.read() as connection:
            return [event.kind for event in history.events(connection, key)]

    def withdraw(self, *keys: str, **more: bool) -> dict[str, tuple[Result, str]]:
        told: list[Withdrawn] = []
        done = withdraw.withdraw(self.desk, withdraw.parts_of(self.desk, keys), "", told.append, **more)
        assert told == done
        return {one.key: (one.result, one.reason) for one in done}


@pytest.fixture
def bench(world: World) -> Bench:
    net = Deleting()
    world.nets.by_account["fedi"] = net
    net.on_record = lambda: kinds_everywhere(world).count("withdrawing")
    return Bench(world, workspace([], []), net)


def kinds_everywhere(world: World) -> list[str]:
    with world.store.read() as connection:
        return [event.kind for event in history.events(connection)]


def one(text: str = "Hello", **more: object) -> Slot:
    return slot("s", at("2027-07-01T09:00"), [TARGET], text, **more)


def space(*slots: Slot, **more: Any) -> Workspace:
    return workspace([FEDI, PAPER], slots or [one()], **more)


def test_what_is_out_is_deleted_once_and_stays_sent(bench: Bench) -> None:
    bench.adopt(space())
    bench.world.go(hours=2)
    row = bench.world.rows()[KEY]
    assert bench.withdraw(KEY) == {KEY: (Result.DELETED, "apps need not follow")}
    assert row.receipt is not None and bench.net.deleted == [row.receipt.id]
    found = bench.world.rows()[KEY]
    assert (found.state, found.withdrawn_at) == (State.SENT, bench.world.now)
    assert bench.kinds(KEY)[-3:] == ["withdraw", "withdrawing", "withdrawn"]
    assert bench.withdraw(KEY) == {KEY: (Result.GONE, "")}
    assert len(bench.net.deleted) == 1


@pytest.mark.parametrize(
    ("answer", "result"),
    [
        (Unknown("timed out"), Result.UNSURE),
        (Retry("429"), Result.LATER),
        (Refused("too old to delete"), Result.BY_HAND),
        (Refused("401", Scope.ACCOUNT), Result.BY_HAND),
        (CampaignError("the vault is away"), Result.UNSURE),
        (ZeroDivisionError("SECRET"), Result.UNSURE),
    ],
)
def test_nothing_is_said_to_be_gone_that_nobody_answered_for(
    bench: Bench, answer: Outcome | Exception, result: Result
) -> None:
    bench.adopt(space())
    bench.world.go(hours=2)
    bench.net.answers = [answer]
    said, reason = bench.withdraw(KEY)[KEY]
    assert said is result and not said.done
    assert reason and "SECRET" not in reason
    assert bench.world.rows()[KEY].withdrawn_at is None
    assert bench.kinds(KEY)[-2:] == ["withdrawing", "not-withdrawn"]
    assert bench.withdraw(KEY)[KEY][0] is Result.DELETED  # again: what is left


def test_a_crash_in_the_middle_is_on_record_and_done_again(bench: Bench) -> None:
    bench.adopt(space())
    bench.world.go(hours=2)
    bench.net.delete = _dies(bench.net)  # type: ignore[method-assign, assignment]
    with pytest.raises(KeyboardInterrupt):
        bench.withdraw(KEY)
    assert bench.kinds(KEY)[-1] == "withdrawing"
    del bench.net.delete
    assert bench.withdraw(KEY)[KEY][0] is Result.DELETED


def _dies(net: Deleting) -> Callable[[Receipt], Outcome]:
    def delete(receipt: Receipt) -> Outcome:
        raise KeyboardInterrupt

    return delete


def test_a_thread_goes_from_its_end(bench: Bench) -> None:
    bench.adopt(space(one("one\n---\ntwo\n---\nthree")))
    bench.world.go(hours=2)
    ids = [bench.world.rows()[key].receipt for key in (KEY, f"{KEY}#2", f"{KEY}#3")]
    assert list(bench.withdraw(f"{KEY}#2")) == [f"{KEY}#3", f"{KEY}#2"]  # what replies to it goes with it
    assert list(bench.withdraw(KEY)) == [f"{KEY}#3", f"{KEY}#2", KEY]
    assert bench.net.deleted == [receipt.id for receipt in reversed(ids) if receipt is not None]


def test_both_of_what_was_published_twice(bench: Bench) -> None:
    bench.adopt(space())
    bench.net.script = [lambda post, key: Unknown("reset"), lambda post, key: Sent(Receipt("twin", "", "us"))]
    bench.world.go(hours=2)
    with bench.world.store.write() as connection:
        outbox.settle(connection, KEY, 1, Sent(Receipt("first", "", "us")), bench.world.now)
    assert "doubled" in bench.kinds(KEY)
    assert bench.withdraw(KEY)[KEY][0] is Result.DELETED
    assert sorted(bench.net.deleted) == ["first", "twin"]


def test_what_can_not_be_deleted_is_listed_and_noted_by_hand(bench: Bench) -> None:
    bench.adopt(space(slot("s", at("2027-07-01T09:00"), [Target(PAPER, "en")], "Hello")))
    bench.world.go(hours=2)
    key = "c/s/2027-07-01T09:00/paper"
    assert bench.withdraw(key) == {key: (Result.BY_HAND, "scripted can't take back what it sent")}
    assert bench.withdraw(key, by_hand=True) == {key: (Result.DELETED, "by hand")}
    assert bench.withdraw(key) == {key: (Result.GONE, "")}


def test_an_account_that_is_gone_or_broken(bench: Bench) -> None:
    bench.adopt(space())
    bench.world.go(hours=2)
    bench.world.nets.broken.add("fedi")
    assert bench.withdraw(KEY) == {KEY: (Result.BY_HAND, "the secret of fedi is missing")}
    bench.adopt(workspace([PAPER], []))
    assert bench.withdraw(KEY) == {KEY: (Result.BY_HAND, "its account has gone from the files")}


def test_what_a_person_posted_is_not_looked_for_under_its_address(bench: Bench) -> None:
    bench.adopt(space())
    bench.net.repeat_safe_for = timedelta()
    bench.net.script = [lambda post, key: Unknown("reset")]
    bench.world.go(hours=2)
    with bench.world.store.write() as connection:
        where = Receipt("https://net.example/1", "https://net.example/1")
        assert outbox.resolve(
            connection, KEY, Event.RESOLVE_PUBLISHED, bench.world.now, Who("ani"), receipt=where
        )
    assert bench.withdraw(KEY) == {KEY: (Result.BY_HAND, "a person posted it")}
    assert bench.net.deleted == []


# -- what has not gone out -------------------------------------------------------------------------


def test_what_is_ahead_never_goes_out(bench: Bench) -> None:
    bench.adopt(space())
    assert bench.withdraw(KEY) == {KEY: (Result.CANCELLED, "")}
    bench.world.go(hours=3)
    assert bench.world.states() == {KEY: "cancelled"}
    assert bench.net.calls == []


def test_what_may_be_out_is_not_sent_again(bench: Bench) -> None:
    bench.adopt(space(one(if_late=None)))
    bench.net.script = [lambda post, key: Unknown("reset")]
    bench.net.finds = [Absent("not there")]
    bench.world.go(hours=1)
    result, reason = bench.withdraw(KEY)[KEY]
    assert (result, reason) == (Result.UNSURE, f"look, then: campaign resolve {KEY}")
    bench.world.go(hours=3)
    assert [call for call, _ in bench.net.calls] == ["send", "find"]  # looked up, not repeated
    assert bench.world.states() == {KEY: "cancelled"}


def test_a_person_who_looked_does_not_send_it_either(bench: Bench) -> None:
    bench.adopt(space(one(if_late=None)))
    bench.net.script = [lambda post, key: Unknown("reset")]
    bench.net.repeat_safe_for = timedelta()
    bench.world.go(hours=1)
    bench.withdraw(KEY)
    bench.desk.resolve(KEY, Event.RESOLVE_ABSENT)
    bench.world.go(hours=3)
    assert bench.world.states() == {KEY: "cancelled"}
    assert bench.net.accepted == {}


# -- which posts -----------------------------------------------------------------------------------


def test_the_posts_that_used_a_consent_and_the_files_that_still_do(bench: Bench) -> None:
    slots = [
        one("Her story", consents=("story-07",)),
        slot("other", at("2027-07-01T09:00"), [TARGET], "Something else"),
        slot("weekly", daily(9, date(2027, 7, 3)), [TARGET], "Her story again", consents=("story-07",)),
    ]
    bench.adopt(space(*slots, consents={"story-07": STORY}))
    bench.world.go(hours=2)
    thing = Thing(Kinds.CONSENT, "story-07")
    assert withdraw.using(bench.desk, thing) == [KEY]
    planned = list(still_planned(bench.space, bench.desk.composer, thing, bench.world.now))
    assert [(slot.id, f"{moment.wall:%d %H}") for _, slot, moment in planned] == [("weekly", "03 09")]


@pytest.mark.parametrize(
    ("text", "uses"),
    [
        ("Call 0800-1000 now", True),
        ("Call 08001000", True),
        ("https://www.help.example/en/ helps", True),
        ("Call 0800-1001 now", False),
        ("0800 and 1000 people", False),
    ],
)
def test_a_help_line_counts_by_its_digits_and_pages(text: str, uses: bool) -> None:
    line = Hotline(
        "id-a",
        {"": "Help"},
        "ID",
        (Channel(Way.PHONE, "0800-1000", Reach.DOMESTIC, Light.GREEN),),
        Light.GREEN,
        "https://a.example",
        page="https://help.example/en",
    )
    assert Thing(Kinds.HOTLINE, "id-a").used_by(Post(text, "id"), {"id-a": line}) is uses
    assert not Thing(Kinds.HOTLINE, "id-b").used_by(Post(text, "id"), {"id-a": line})


# -- redact ----------------------------------------------------------------------------------------


def test_what_is_not_out_is_cancelled_before_its_text_goes(bench: Bench) -> None:
    bench.adopt(space(one("one\n---\ntwo")))
    bench.net.script = [lambda post, key: Refused("no")]
    bench.world.go(hours=2)
    assert bench.world.states() == {KEY: "failed", f"{KEY}#2": "failed"}
    rows = redact.redact(bench.desk, redact.parts_of(bench.desk, [KEY]))
    assert [(row.key, row.state.value, row.post.text if row.post else None) for row in rows] == [
        (KEY, "cancelled", ""),
        (f"{KEY}#2", "cancelled", ""),
    ]
    with pytest.raises(RefusedChange):
        bench.desk.retry(KEY)
    bench.world.go(days=1)
    assert bench.net.accepted == {}


def test_what_may_be_out_keeps_its_text_until_somebody_has_looked(bench: Bench) -> None:
    bench.adopt(space())
    bench.net.repeat_safe_for = timedelta()
    bench.net.script = [lambda post, key: Unknown("reset")]
    bench.world.go(hours=2)
    with pytest.raises(RefusedChange, match="may be published") as refused:
        redact.redact(bench.desk, [KEY])
    assert "campaign withdraw" in refused.value.hint
    post = bench.world.rows()[KEY].post
    assert post is not None and post.text == "Hello"


def test_all_or_nothing_and_one_part_alone(bench: Bench) -> None:
    bench.adopt(space(one("one\n---\ntwo"), slot("t", at("2027-07-01T11:00"), [TARGET], "three")))
    bench.world.go(hours=2)
    assert redact.parts_of(bench.desk, [f"{KEY}#2"]) == [f"{KEY}#2"]
    with pytest.raises(RefusedChange, match="is still ahead"):
        redact.parts_of(bench.desk, [KEY, "c/t/2027-07-01T11:00/fedi"])
    redact.redact(bench.desk, [f"{KEY}#2"])
    texts = {key: row.post.text for key, row in bench.world.rows().items() if row.post}
    assert texts == {KEY: "one", f"{KEY}#2": ""}


# -- consents, right before a claim ----------------------------------------------------------------


def consented(status: Status = Status.GIVEN, **more: Any) -> Workspace:
    made = one("Her story", consents=("story-07",), if_late=None)
    return space(made, digest=status, consents={"story-07": replace(STORY, status=status, **more)})


def waiting(bench: Bench) -> None:
    """A post that is due and waits, because its account's secret is missing; made under a consent that stood."""
    bench.adopt(consented())
    bench.net.script = [lambda post, key: Retry("busy", 3600.0)]
    bench.world.go(hours=1)
    assert bench.world.states() == {KEY: "pending"}


def test_what_waits_is_held_when_its_consent_goes_and_let_go_when_it_is_back(bench: Bench) -> None:
    waiting(bench)
    bench.adopt(consented(Status.WITHDRAWN))
    bench.world.go(hours=9)
    row = bench.world.rows()[KEY]
    assert (row.state, row.reason) == (
        "held",
        "not under its consent: consent 'story-07' was withdrawn",
    )
    bench.adopt(consented())
    bench.world.go(hours=1)
    assert bench.world.states() == {KEY: "sent"}


@pytest.mark.parametrize(
    "changed",
    [{"networks": frozenset({"feed"})}, {"languages": frozenset({"id"})}, {"until": date(2027, 6, 1)}],
)
def test_the_same_when_it_covers_less(bench: Bench, changed: dict[str, Any]) -> None:
    waiting(bench)
    bench.adopt(consented(**changed))
    bench.world.go(hours=9)
    assert bench.world.states() == {KEY: "held"}


def test_what_was_on_its_way_meanwhile_is_judged_when_it_comes_back(bench: Bench) -> None:
    bench.adopt(consented())
    bench.net.repeat_safe_for = timedelta()
    bench.net.script = [lambda post, key: Unknown("reset")]
    bench.net.finds = [Absent("not there")]
    bench.world.go(hours=1)
    assert bench.world.states() == {KEY: "uncertain"}
    bench.adopt(consented(Status.WITHDRAWN))
    bench.world.go(hours=9)
    assert bench.world.states() == {KEY: "held"}


def test_what_may_be_out_is_looked_up_and_not_repeated(bench: Bench) -> None:
    """Also after a backup was put back that does not know of the withdrawal: a repeat could publish it anew."""
    bench.adopt(consented())
    bench.net.script = [lambda post, key: Unknown("reset")]
    bench.net.finds = [Absent("not there")]
    bench.world.go(hours=1)
    bench.adopt(consented(Status.WITHDRAWN))
    bench.world.go(hours=9)
    assert [call for call, _ in bench.net.calls] == ["send", "find"]
    assert bench.world.states() == {KEY: "held"}


def test_it_is_not_retried_either(bench: Bench) -> None:
    bench.adopt(consented())
    bench.net.script = [lambda post, key: Refused("no")]
    bench.world.go(hours=2)
    bench.adopt(consented(Status.WITHDRAWN))
    with pytest.raises(RefusedChange, match="was withdrawn"):
        bench.desk.retry(KEY)
    assert bench.world.states() == {KEY: "failed"}
