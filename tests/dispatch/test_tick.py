"""The work, one tick after the other: what is sent, in which order, and what is done about each answer."""

from __future__ import annotations

from datetime import time, timedelta
from itertools import pairwise

import pytest

from campaign.core.lifecycle import LEASE, MAX_ATTEMPTS, SETTLING
from campaign.core.model import Image, Post, QuietHours, Target
from campaign.core.outcome import Absent, Handed, Outcome, Receipt, Refused, Retry, Scope, Sent, Unknown
from campaign.errors import Place
from campaign.store import history
from tests.dispatch.world import World, account, at, slot, workspace

FEDI = account()
ON_FEDI = [Target(FEDI, "en")]
KEY = "c/s/2027-07-01T09:00/fedi"


def one(world: World, **more: object) -> None:
    """A single post at 09:00, an hour from now."""
    world.adopt(workspace([FEDI], [slot("s", at("2027-07-01T09:00"), ON_FEDI, "Hello", **more)]))


def answers(*outcomes: Outcome) -> list[object]:
    return [lambda post, key, outcome=outcome: outcome for outcome in outcomes]


def test_a_post_goes_out_when_it_is_due_and_not_before(world: World) -> None:
    one(world)
    assert world.go(minutes=59) == world.now + timedelta(minutes=1)
    assert world.states() == {}
    world.go(minutes=1)
    row = world.rows()[KEY]
    assert row.state == "sent"
    assert row.receipt is not None and row.receipt.url == f"https://net.example/{row.network_key}"
    assert row.sent_at == row.due == world.now


def test_an_idle_engine_asks_for_nothing(world: World) -> None:
    one(world)
    assert world.go(days=30) is None


def test_retry_waits_longer_each_time_and_gives_up(world: World) -> None:
    one(world, if_late=None)
    net = world.nets.get(FEDI)
    net.script = answers(*[Retry("busy")] * MAX_ATTEMPTS)
    world.go(days=2)
    row = world.rows()[KEY]
    assert (row.state, row.attempt) == ("failed", MAX_ATTEMPTS)
    assert "busy" in row.reason
    with world.store.read() as connection:
        began = [attempt.began for attempt in history.attempts(connection, KEY)]
    waits = [(b - a).total_seconds() for a, b in pairwise(began)]
    assert waits == [15, 30, 60, 120, 240, 480, 960]


def test_retry_after_is_obeyed(world: World) -> None:
    one(world)
    world.nets.get(FEDI).script = answers(Retry("slow down", after=600))
    world.go(hours=1, minutes=9, seconds=59)
    assert world.states() == {KEY: "pending"}
    world.go(seconds=1)
    assert world.states() == {KEY: "sent"}


def test_a_refused_post_fails_with_the_networks_words(world: World) -> None:
    one(world)
    world.nets.get(FEDI).script = answers(Refused("Validation failed: text too long"))
    world.go(hours=2)
    row = world.rows()[KEY]
    assert (row.state, row.reason) == ("failed", "Validation failed: text too long")


def test_a_refused_account_is_parked_and_takes_nobody_with_it(world: World) -> None:
    other = account("other")
    targets = [*ON_FEDI, Target(other, "en")]
    moments = at("2027-07-01T09:00", "2027-07-01T09:01")
    world.adopt(workspace([FEDI, other], [slot("s", moments, targets)]))
    world.nets.get(FEDI).script = answers(Refused("token revoked", Scope.ACCOUNT))
    world.go(hours=1, minutes=2)
    assert world.states() == {
        "c/s/2027-07-01T09:00/fedi": "pending",
        "c/s/2027-07-01T09:01/fedi": "pending",
        "c/s/2027-07-01T09:00/other": "sent",
        "c/s/2027-07-01T09:01/other": "sent",
    }
    assert len(world.nets.get(FEDI).calls) == 1  # nothing else is tried while the account is parked
    world.go(minutes=30)
    assert set(world.states().values()) == {"sent"}
    assert len(world.nets.get(FEDI).order) == 2


def test_an_unknown_answer_is_repeated_under_the_same_key(world: World) -> None:
    """The network accepted and the answer was lost: the repeat finds the same post."""
    one(world)
    net = world.nets.get(FEDI)

    def lost(post: Post, key: str) -> Outcome:
        net.accept(post, key)
        return Unknown("read timeout")

    net.script = [lost]
    world.go(hours=1)
    assert world.states() == {KEY: "uncertain"}
    world.go(seconds=SETTLING.total_seconds())
    assert world.states() == {KEY: "sent"}
    assert [what for what, _ in net.calls] == ["send", "send"]
    assert len({key for _, key in net.calls}) == 1
    assert net.order == ["Hello"]


def test_a_network_that_forgets_keys_is_asked_instead(world: World) -> None:
    one(world)
    net = world.nets.get(FEDI)
    net.repeat_safe_for = timedelta()
    net.script = answers(Unknown("reset"))
    net.finds = [Sent(Receipt("7", "https://net.example/7", "us"))]
    world.go(hours=1, minutes=1)
    assert [what for what, _ in net.calls] == ["send", "find"]
    assert world.rows()[KEY].receipt == Receipt("7", "https://net.example/7", "us")


def test_what_is_certainly_absent_is_sent_again(world: World) -> None:
    one(world)
    net = world.nets.get(FEDI)
    net.repeat_safe_for = timedelta()
    net.script = answers(Unknown("reset"))
    net.finds = [Absent("not in the last 40 posts")]
    world.go(hours=1, minutes=2)
    assert [what for what, _ in net.calls] == ["send", "find", "send"]
    assert world.states() == {KEY: "sent"}


def test_what_cannot_be_told_stays_uncertain_and_blocks_nobody(world: World) -> None:
    moments = at("2027-07-01T09:00", "2027-07-01T09:10")
    world.adopt(workspace([FEDI], [slot("s", moments, ON_FEDI, "{{ occurrence.time }}")]))
    net = world.nets.get(FEDI)
    net.repeat_safe_for = timedelta()
    net.script = answers(Unknown("reset"))
    world.go(days=3)
    assert world.states() == {KEY: "uncertain", "c/s/2027-07-01T09:10/fedi": "sent"}
    finds = [what for what, _ in net.calls].count("find")
    assert 5 <= finds <= 12  # looked at again and again, ever less often, never sent blindly
    assert [what for what, _ in net.calls].count("send") == 2


def test_a_definite_no_after_an_unknown_attempt_stays_uncertain(world: World) -> None:
    """The repeat was refused, but the first attempt may have been accepted: that is not a failure yet."""
    one(world)
    net = world.nets.get(FEDI)
    net.script = answers(Unknown("timeout"), Refused("duplicate"))
    world.go(hours=1, seconds=SETTLING.total_seconds())
    row = world.rows()[KEY]
    assert row.state == "uncertain"
    assert row.unresolved


def test_a_dead_process_leaves_uncertain_and_never_pending(world: World) -> None:
    one(world)
    net = world.nets.get(FEDI)

    def die(post: Post, key: str) -> Outcome:
        net.accept(post, key)
        raise KeyboardInterrupt  # the process is gone: nothing comes back

    net.script = [die]
    with pytest.raises(KeyboardInterrupt):
        world.go(hours=1)
    assert world.states() == {KEY: "sending"}
    world.boot()
    world.engine.start(world.now)
    assert world.states() == {KEY: "uncertain"}
    one(world)
    world.go(minutes=1)
    assert world.states() == {KEY: "sent"}
    with world.store.read() as connection:
        path = [(event.before, event.after) for event in history.events(connection, key=KEY) if event.before]
    assert path == [
        ("pending", "sending"),
        ("sending", "uncertain"),
        ("uncertain", "sending"),
        ("sending", "sent"),
    ]
    assert net.order == ["Hello"]


def test_a_lost_lease_is_taken_for_an_orphan(world: World) -> None:
    """On a store that several machines share nobody knows that a sender died: its lease runs out."""
    one(world)

    def die(post: Post, key: str) -> Outcome:
        raise KeyboardInterrupt

    world.nets.get(FEDI).script = [die]
    with pytest.raises(KeyboardInterrupt):
        world.go(hours=1)
    world.boot()
    one(world)
    world.go(seconds=LEASE.total_seconds() - 1)
    assert world.states() == {KEY: "sending"}
    world.go(minutes=2)
    assert world.states() == {KEY: "sent"}


def test_an_escaped_exception_counts_as_unknown_and_tells_no_secret(world: World) -> None:
    one(world)

    def broken(post: Post, key: str) -> Outcome:
        raise RuntimeError("token=s3cr3t")

    world.nets.get(FEDI).script = [broken]
    world.go(hours=1)
    row = world.rows()[KEY]
    assert row.state == "uncertain"
    assert "RuntimeError at test_tick.py:" in row.reason
    assert "s3cr3t" not in row.reason


def test_a_thread_goes_out_in_order_and_nothing_comes_between(world: World) -> None:
    thread = slot("t", at("2027-07-01T09:00"), ON_FEDI)
    thread = slot("t", at("2027-07-01T09:00"), ON_FEDI, None)
    from dataclasses import replace

    thread = replace(thread, text=None, template="t")
    other = slot("u", at("2027-07-01T09:00"), ON_FEDI, "other")
    gapped = account(gap=timedelta(minutes=5))
    targets = (Target(gapped, "en"),)
    thread, other = replace(thread, targets=targets), replace(other, targets=targets)
    world.adopt(workspace([gapped], [thread, other], templates={"t.j2": "one\n---\ntwo\n---\nthree\n"}))
    world.go(hours=1)
    net = world.nets.get(gapped)
    assert net.order == ["one", "two", "three"]
    rows = world.rows()
    first, second = rows["c/t/2027-07-01T09:00/fedi"], rows["c/t/2027-07-01T09:00/fedi#2"]
    assert net.replies["one"] is None
    assert first.receipt is not None and net.replies["two"] == first.receipt.id
    assert second.receipt is not None and net.replies["three"] == second.receipt.id
    world.go(minutes=5)
    assert net.order == ["one", "two", "three", "other"]


def test_a_thread_that_breaks_says_so(world: World) -> None:
    from dataclasses import replace

    thread = replace(slot("t", at("2027-07-01T09:00"), ON_FEDI), text=None, template="t")
    world.adopt(workspace([FEDI], [thread], templates={"t.j2": "one\n---\ntwo\n---\nthree\n"}))
    net = world.nets.get(FEDI)
    net.script = [net.accept, lambda post, key: Refused("no")]
    world.go(hours=1)
    rows = world.rows()
    assert [rows[f"c/t/2027-07-01T09:00/fedi{n}"].state.value for n in ("", "#2", "#3")] == [
        "sent",
        "failed",
        "failed",
    ]
    assert "part 2 did not go out" in rows["c/t/2027-07-01T09:00/fedi#3"].reason


def test_quiet_hours_move_post_and_deadline(world: World) -> None:
    quiet = QuietHours(time(22), time(6))
    world.adopt(workspace([FEDI], [slot("s", at("2027-07-01T23:00"), ON_FEDI, quiet=quiet)]))
    world.go(hours=21, minutes=59)
    assert world.states() == {"c/s/2027-07-01T23:00/fedi": "pending"}
    world.go(minutes=1)  # 06:00
    assert world.states() == {"c/s/2027-07-01T23:00/fedi": "sent"}


def test_gap_and_daily_cap(world: World) -> None:
    paced = account(gap=timedelta(minutes=5), daily=3)
    targets = [Target(paced, "en")]
    slots = [slot(f"s{n}", at("2027-07-01T09:00"), targets, if_late=None) for n in range(4)]
    world.adopt(workspace([paced], slots))
    world.go(hours=1)
    net = world.nets.get(paced)
    assert len(net.order) == 1
    world.go(minutes=10)
    assert len(net.order) == 3
    world.go(hours=14, minutes=49)  # 23:59
    assert len(net.order) == 3
    world.go(minutes=1)  # midnight in Jakarta
    assert len(net.order) == 4


def test_what_is_too_late_is_missed_not_sent(world: World) -> None:
    one(world, if_late=timedelta(seconds=60))
    world.nets.get(FEDI).script = answers(Retry("down", after=61))
    world.go(hours=2)
    row = world.rows()[KEY]
    assert row.state == "missed"
    assert world.nets.get(FEDI).order == []


def test_a_picture_that_changed_is_not_sent(world: World) -> None:
    image = Image("a.png", {"": "Two people read a contract"}, Place("schedules/c.yaml"))
    world.files.hashes["a.png"] = "1" * 64
    plan = workspace(
        [FEDI], [slot("s", at("2027-07-01T09:00"), ON_FEDI, images=(image,))], media=frozenset({"a.png"})
    )
    world.adopt(plan)
    net = world.nets.get(FEDI)
    net.script = answers(Retry("busy"))
    world.go(hours=1)
    world.files.hashes["a.png"] = "2" * 64
    world.go(hours=1)
    row = world.rows()[KEY]
    assert row.state == "failed"
    assert "a.png" in row.reason
    assert len(net.calls) == 1


def test_a_disk_that_breaks_while_a_picture_is_read_is_told_and_blocks_nobody(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = Image("a.png", {"": "Two people read a contract"}, Place("schedules/c.yaml"))
    world.files.hashes["a.png"] = "1" * 64
    slots = [
        slot("s", at("2027-07-01T09:00"), ON_FEDI, images=(image,)),
        slot("t", at("2027-07-01T10:00"), ON_FEDI),
    ]
    world.adopt(workspace([FEDI], slots, media=frozenset({"a.png"})))
    net = world.nets.get(FEDI)
    net.script = answers(Retry("busy"))
    world.go(hours=1)

    def broken(file: str) -> tuple[str, str]:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(world.files, "describe", broken)
    world.go(hours=1)
    row = world.rows()[KEY]
    assert row.state == "failed"
    assert "a.png" in row.reason and "Input/output error" in row.reason
    assert world.states()["c/t/2027-07-01T10:00/fedi"] == "sent"


def test_an_adapter_that_breaks_while_it_prepares_fails_that_post_alone(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.adopt(workspace([FEDI], [slot(n, at("2027-07-01T09:00"), ON_FEDI, n) for n in ("s", "t")]))
    net = world.nets.get(FEDI)

    def prepare(post: Post) -> dict[str, object]:
        return {"size": 1 // (post.text != "s")}

    monkeypatch.setattr(net, "prepare", prepare)
    world.go(hours=1)
    assert world.states() == {KEY: "failed", KEY.replace("/s/", "/t/"): "sent"}
    assert "ZeroDivisionError at test_tick.py:" in world.rows()[KEY].reason


def test_a_machine_that_slept_past_its_lease_sends_nothing(world: World) -> None:
    one(world)
    world.settle()
    engine_now = world.engine
    asleep = iter([0.0, 0.0, 1e6])
    engine_now.uptime = lambda: next(asleep, 1e6)
    world.now += timedelta(hours=1)
    world.engine.tick(world.now)
    assert world.nets.get(FEDI).calls == []
    engine_now.uptime = lambda: 0.0
    world.settle()
    assert world.states() == {KEY: "pending"}


def test_what_is_handed_over_waits_for_a_person(world: World) -> None:
    one(world)
    world.nets.get(FEDI).script = answers(Handed("waiting for ani"))
    world.go(hours=1)
    row = world.rows()[KEY]
    assert (row.state, row.reason) == ("held", "waiting for ani")
    world.go(days=3)
    # ani may have posted it and not said so yet: only a person can tell, so no deadline calls it missed.
    assert world.states() == {KEY: "held"}
