"""What people, gates and deadlines decide."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from campaign.core.lifecycle import RETRY_GRACE, Event, State
from campaign.core.outcome import Unknown
from campaign.store import history, outbox
from campaign.store.database import Store
from tests.store.made import (
    ANI,
    NOW,
    a_post,
    a_row,
    a_thread,
    after,
    bring_to,
    kinds,
    put,
    receipt,
    row,
    settle,
    take,
)


def test_a_row_is_made_once_with_an_event(store: Store) -> None:
    one, two = a_row("a"), a_row("b")
    assert put(store, one) == [one.key]
    assert put(store, replace(one, reason="other"), two) == [two.key]
    assert put(store) == []
    assert row(store, one.key).reason == ""
    assert kinds(store, one.key) == ["planned"]
    found = row(store, one.key)
    assert one.post is not None
    assert (found.post, found.digest) == (one.post, one.post.digest())
    assert (found.due, found.not_before, found.deadline) == (one.due, one.not_before, one.deadline)
    assert (found.created_at, found.updated_at) == (NOW, NOW)


def test_the_text_of_a_post_comes_back_as_it_was(store: Store) -> None:
    text = "Kenali tandanya 🧡\u200d\n\"'\\ \u2028 ไทย\x07"
    post = a_post(
        text, warning="perdagangan orang", prepared={"rkey": "3k", "n": [1, None, 2.5]}, facts=("f",)
    )
    put(store, a_row(post=post))
    (claim,) = take(store)
    assert claim.post == post


def test_hold_and_release(store: Store) -> None:
    key = bring_to(store, State.PENDING, "s", "fedi")
    with store.write() as connection:
        assert outbox.hold(connection, key, "paused by ani", NOW, ANI)
        assert not outbox.hold(connection, key, "again", NOW, ANI)
    assert row(store, key).reason == "paused by ani"
    with store.write() as connection:
        assert outbox.release(connection, key, after(hours=5), NOW, ANI)
        event = history.events(connection, key)[-1]
    found = row(store, key)
    assert (found.state, found.reason, found.deadline) == (State.PENDING, "", after(hours=5))
    assert (event.kind, event.by, event.door, event.before, event.after) == (
        "release", "ani", "cli ani@laptop", "held", "pending",
    )  # fmt: skip


def test_missed_says_by_when_and_why_it_waited(store: Store) -> None:
    key = bring_to(store, State.HELD, "s", "fedi")
    with store.write() as connection:
        outbox.miss(connection, after(hours=3))
    assert row(store, key).reason == "it was to go out by 2027-07-30 03:00 UTC; paused"


def test_a_row_without_a_deadline_is_never_missed(store: Store) -> None:
    put(store, a_row(deadline=None))
    with store.write() as connection:
        assert outbox.miss(connection, after(days=900)) == []


def test_move_keeps_due_and_the_state(store: Store) -> None:
    key = bring_to(store, State.HELD, "s", "fedi")
    with store.write() as connection:
        assert outbox.move(connection, key, after(days=1), after(days=2), NOW, ANI)
        assert outbox.move(connection, key, after(days=1), after(days=2), NOW, ANI)
    found = row(store, key)
    assert (found.state, found.due) == (State.HELD, NOW)
    assert (found.not_before, found.deadline) == (after(days=1), after(days=2))
    assert kinds(store, key).count("moved") == 1


@pytest.mark.parametrize("state", [s for s in State if s not in (State.PENDING, State.HELD)])
def test_what_is_on_its_way_or_over_is_not_moved(store: Store, state: State) -> None:
    key = bring_to(store, state, "s", "fedi")
    with store.write() as connection:
        assert not outbox.move(connection, key, after(days=1), None, NOW, ANI)


def test_a_retry_may_bring_a_new_text(store: Store) -> None:
    key = bring_to(store, State.MISSED, "s", "fedi")
    new = a_post("Lebih baik.")
    with store.write() as connection:
        assert outbox.again(connection, key, NOW, ANI, deadline=None, not_before=after(hours=1), post=new)
    found = row(store, key)
    assert (found.post, found.digest, found.deadline, found.not_before) == (
        new,
        new.digest(),
        None,
        after(hours=1),
    )


def test_a_person_resolves_what_is_uncertain(store: Store) -> None:
    keys = [bring_to(store, State.UNCERTAIN, "s", name) for name in "abc"]
    with store.write() as connection:
        with pytest.raises(ValueError, match="receipt"):
            outbox.resolve(connection, keys[0], Event.RESOLVE_PUBLISHED, NOW, ANI)
        with pytest.raises(ValueError, match="not a person's answer"):
            outbox.resolve(connection, keys[0], Event.FOUND, NOW, ANI, receipt=receipt())
        later = after(hours=20)
        assert outbox.resolve(connection, keys[0], Event.RESOLVE_PUBLISHED, later, ANI, receipt=receipt())
        assert outbox.resolve(connection, keys[1], Event.RESOLVE_ABSENT, later, ANI)
        assert outbox.resolve(connection, keys[2], Event.RESOLVE_GIVE_UP, later, ANI, reason="let it be")
    found = [row(store, key) for key in keys]
    assert [one.state for one in found] == [State.SENT, State.PENDING, State.FAILED]
    assert not any(one.unresolved for one in found)
    assert (found[0].receipt, found[0].sent_at) == (receipt(), NOW)  # it went out when we sent it
    assert found[1].deadline == later + RETRY_GRACE  # its own has long passed, and a person wants it out
    assert found[2].reason == "let it be"
    with store.read() as connection:
        assert all(history.attempts(connection, key)[0].resolved == later for key in keys)


def test_what_a_person_posted_by_hand_went_out_when_they_say(store: Store) -> None:
    key = bring_to(store, State.HELD, "s", "fedi")
    with store.write() as connection:
        assert outbox.resolve(
            connection, key, Event.RESOLVE_PUBLISHED, after(hours=1), ANI, receipt=receipt()
        )
    assert row(store, key).sent_at == after(hours=1)


def test_what_was_moved_ahead_is_composed_when_due(store: Store) -> None:
    (key,) = put(store, a_row("thread", post=None, parts=1, reason="moved"))
    parts = a_thread("thread", 3, row_id="r1")
    assert parts[0].key == key
    with store.read() as connection:
        assert [found.key for found in history.rows_to_fill(connection, NOW)] == [key]
        assert history.rows_to_fill(connection, NOW - timedelta(seconds=1)) == []
    with store.write() as connection:
        assert outbox.fill(connection, key, parts, NOW)
        assert not outbox.fill(connection, key, parts, NOW)
    found = row(store, key)
    assert (found.post, found.parts, found.row_id, found.reason) == (parts[0].post, 3, "r1", "")
    assert row(store, key + "#3").previous == key + "#2"
    assert kinds(store, key) == ["planned", "composed"]
    with pytest.raises(ValueError, match="composed"), store.write() as connection:
        outbox.fill(connection, key, [replace(parts[0], post=None)], NOW)


def test_nothing_is_filled_that_is_held(store: Store) -> None:
    (key,) = put(store, a_row("thread", post=None, state=State.HELD))
    with store.write() as connection:
        assert not outbox.fill(connection, key, a_thread("thread", 2), NOW)
        assert history.existing_keys(connection, [key, key + "#2"]) == {key}


def test_cursors_and_first_sights(store: Store) -> None:
    with store.write() as connection:
        outbox.advance(connection, "world-day", NOW, "d1")
        outbox.advance(connection, "world-day", after(hours=1), "d2")
        outbox.see(connection, "world-day", [("signs", "fedi"), ("signs", "x")], NOW)
        outbox.see(connection, "world-day", [("signs", "fedi"), ("vigil", "x")], after(hours=1))
        outbox.see(connection, "other", [("signs", "fedi")], after(hours=2))
    with store.read() as connection:
        assert history.cursors(connection) == {"world-day": (after(hours=1), "d2")}
        assert history.sights(connection, "world-day") == {
            ("signs", "fedi"): NOW,
            ("signs", "x"): NOW,
            ("vigil", "x"): after(hours=1),
        }


def test_notes_of_later_attempts_win(store: Store) -> None:
    from campaign.store.notes import AttemptNotes

    key = bring_to(store, State.UNCERTAIN, "s", "fedi")
    first = AttemptNotes(store, key, 1)
    first.put("container", "c1")
    first.put("container", "c1")
    first.put("upload", "u1")
    with store.write() as connection:
        outbox.repeat(connection, key, after(minutes=1), "host:2", lease=timedelta(minutes=3))
    second = AttemptNotes(store, key, 2)
    assert second.get("container") == "c1"
    second.put("container", "c2")
    assert (second.get("container"), second.get("upload"), second.get("none")) == ("c2", "u1", None)
    assert first.get("container") == "c1"
    with store.read() as connection:
        assert outbox.notes(connection, key) == {"container": "c2", "upload": "u1"}
    with pytest.raises(LookupError, match="no attempt 9"):
        AttemptNotes(store, key, 9).put("a", "b")


def test_a_late_settle_keeps_the_notes(store: Store) -> None:
    from campaign.store.notes import AttemptNotes

    put(store, a_row())
    (claim,) = take(store)
    AttemptNotes(store, claim.key, 1).put("draft", "d1")
    settle(store, claim, Unknown("reset"))
    assert AttemptNotes(store, claim.key, 1).get("draft") == "d1"
