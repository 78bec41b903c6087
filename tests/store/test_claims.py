"""Who may send what now: order, one per account, threads, pacing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from campaign.core.lifecycle import LEASE, SETTLING, State
from campaign.core.outcome import Refused, Retry, Scope, Sent, Unknown
from campaign.store import history, outbox
from campaign.store.database import Store
from tests.store.made import (
    NOW,
    a_row,
    a_thread,
    after,
    bring_to,
    kinds,
    put,
    receipt,
    row,
    settle,
    states,
    take,
)


def test_a_claim_is_written_before_anything_leaves(store: Store) -> None:
    put(store, a_row())
    (claim,) = take(store)
    found = row(store, claim.key)
    assert (found.state, found.attempt, found.owner) == (State.SENDING, 1, "host:1")
    assert found.lease_until == claim.lease_until == NOW + LEASE
    assert found.first_attempt == claim.first_attempt == NOW
    assert claim.post == a_row().post
    assert claim.network_key == found.network_key
    assert not claim.repeat
    with store.read() as connection:
        (attempt,) = history.attempts(connection, claim.key)
    assert (attempt.attempt, attempt.outcome, attempt.ended, attempt.owner) == (1, None, None, "host:1")
    assert kinds(store, claim.key) == ["planned", "claim"]


def test_the_earliest_row_goes_first_and_an_account_has_one_in_flight(store: Store) -> None:
    put(store, a_row("late", due=after(minutes=-1)), a_row("early", due=after(minutes=-5)), a_row("third"))
    (first,) = take(store)
    assert first.key.startswith("world-day/early/")
    assert take(store) == []
    settle(store, first, Sent(receipt()))
    (second,) = take(store)
    assert second.key.startswith("world-day/late/")


def test_a_login_has_one_in_flight_over_its_languages(store: Store) -> None:
    put(store, a_row("a", "fedi"), a_row("b", "fedi", target="fedi.en"))
    assert len(take(store, "fedi")) == 1
    assert take(store, "fedi") == []


def test_accounts_are_served_side_by_side_the_longest_waiting_first(store: Store) -> None:
    put(store, *(a_row("s", name, due=after(minutes=-n)) for n, name in enumerate("abcd")))
    claims = take(store, *"abcd", free=3)
    assert [claim.account for claim in claims] == ["d", "c", "b"]
    assert [claim.account for claim in take(store, *"abcd")] == ["a"]


def test_only_named_accounts_are_served_and_never_more_than_are_free(store: Store) -> None:
    put(store, a_row("s", "a"), a_row("s", "b"))
    assert take(store, "b", "unheard-of", free=0) == []
    assert [claim.account for claim in take(store, "b", "unheard-of")] == ["b"]


@pytest.mark.parametrize(
    "changes",
    [
        {"not_before": after(seconds=1)},
        {"deadline": after(seconds=-1)},
        {"post": None},
        {"state": State.HELD},
        {"state": State.MISSED},
        {"state": State.FAILED},
        {"state": State.CANCELLED},
    ],
)
def test_what_is_not_ready_is_not_claimed(store: Store, changes: dict[str, Any]) -> None:
    put(store, a_row(**changes))
    assert take(store) == []


def test_the_edges_of_ready_belong_to_it(store: Store) -> None:
    put(store, a_row("a", "a", not_before=NOW), a_row("b", "b", deadline=NOW), a_row("c", "c", deadline=None))
    assert len(take(store, "a", "b", "c")) == 3


def test_a_gap_holds_the_next_post_back_but_not_the_next_part(store: Store) -> None:
    put(store, *a_thread("thread", 2, due=after(minutes=-1)), a_row("next"))
    (one,) = take(store)
    settle(store, one, Sent(receipt(1)), gap=timedelta(minutes=5))
    (two,) = take(store)
    assert two.key == one.key + "#2"
    settle(store, two, Sent(receipt(2)), now=after(seconds=3), gap=timedelta(minutes=5))
    assert take(store, now=after(minutes=5)) == []
    (other,) = take(store, now=after(minutes=5, seconds=3))
    assert "/next/" in other.key


def test_a_gap_that_is_longer_already_stays(store: Store) -> None:
    put(store, a_row())
    (claim,) = take(store)
    with store.write() as connection:
        outbox.pace(connection, "fedi", after(hours=9))
    settle(store, claim, Sent(receipt()), gap=timedelta(minutes=5))
    with store.read() as connection:
        assert history.accounts(connection)["fedi"].next_at == after(hours=9)


def test_parts_reply_to_the_one_before_and_know_the_first(store: Store) -> None:
    put(store, *a_thread(parts=3))
    seen = []
    for number in (1, 2, 3):
        (claim,) = take(store)
        assert claim.key.endswith(f"#{number}") is (number > 1)
        seen.append((claim.post.root, claim.post.reply_to))
        settle(store, claim, Sent(receipt(number)))
    assert seen == [(None, None), (receipt(1), receipt(1)), (receipt(1), receipt(2))]


def test_nothing_of_the_account_goes_between_the_parts_of_a_thread(store: Store) -> None:
    put(store, *a_thread("thread", 2), a_row("early", due=after(hours=-1), not_before=after(seconds=1)))
    (one,) = take(store)
    settle(store, one, Sent(receipt()))
    (two,) = take(store, now=after(seconds=1))
    settle(store, two, Retry("busy"), now=after(seconds=1))
    # Part 2 waits for its backoff; what is older waits with it.
    assert take(store, now=after(seconds=10)) == []
    (again,) = take(store, now=after(seconds=30))
    assert again.key == two.key


def test_a_part_that_is_uncertain_or_held_blocks_nobody(store: Store) -> None:
    put(store, *a_thread("thread", 3, due=after(minutes=-1)), a_row("other"))
    (one,) = take(store)
    settle(store, one, Sent(receipt()))
    (two,) = take(store)
    settle(store, two, Unknown("timed out"))
    (other,) = take(store)
    assert "/other/" in other.key
    assert row(store, one.key + "#3").state is State.PENDING


def test_a_row_in_backoff_blocks_nobody(store: Store) -> None:
    put(store, a_row("first", due=after(minutes=-1)), a_row("second"))
    (first,) = take(store)
    settle(store, first, Retry("busy", 600))
    (second,) = take(store)
    assert "/second/" in second.key


def test_a_begun_thread_has_no_deadline_of_its_own(store: Store) -> None:
    put(store, *a_thread(parts=2))
    (one,) = take(store)
    settle(store, one, Sent(receipt()))
    with store.write() as connection:
        assert outbox.miss(connection, after(days=1)) == []
    assert len(take(store, now=after(days=1))) == 1


def test_the_parts_behind_one_that_ended_badly_end_with_it(store: Store) -> None:
    rows = a_thread(parts=4)
    put(store, *rows)
    keys = [new.key for new in rows]
    (one,) = take(store)
    settle(store, one, Sent(receipt()))
    (two,) = take(store)
    with store.write() as connection:
        outbox.hold(connection, keys[3], "paused", NOW)
    settle(store, two, Refused("too rude"))
    with store.write() as connection:
        assert outbox.break_threads(connection, NOW) == keys[2:]
        assert outbox.break_threads(connection, NOW) == []
    assert states(store, keys) == [State.SENT, State.FAILED, State.FAILED, State.FAILED]
    assert row(store, keys[2]).reason == "part 2 did not go out"


def test_a_missed_thread_is_missed_once_and_broken_behind(store: Store) -> None:
    rows = a_thread(parts=2)
    put(store, *rows)
    with store.write() as connection:
        assert outbox.miss(connection, after(hours=2)) == []
        assert outbox.miss(connection, after(hours=2, microseconds=1)) == [rows[0].key]
        assert outbox.break_threads(connection, after(hours=3)) == [rows[1].key]


def test_a_parked_account_waits_and_unparks(store: Store) -> None:
    key = bring_to(store, State.PENDING, "s", "fedi")
    with store.write() as connection:
        assert not outbox.works(connection, "fedi", NOW)
    (claim,) = take(store)
    assert settle(store, claim, Refused("token revoked", Scope.ACCOUNT)) is State.PENDING
    assert take(store, now=after(minutes=14)) == []
    with store.read() as connection:
        account = history.accounts(connection)["fedi"]
    assert (account.parked_reason, account.parked_since) == ("token revoked", NOW)
    with store.write() as connection:
        assert outbox.works(connection, "fedi", NOW)
    (claim,) = take(store)
    assert claim.key == key
    assert row(store, key).tries == 0  # it is not the post's fault


def test_a_lost_sender_leaves_its_row_uncertain(store: Store) -> None:
    put(store, a_row("a", "a"), a_row("b", "b"), a_row("c", "c"))
    take(store, "a", owner="old:1")
    take(store, "b", owner="new:2")
    take(store, "c", now=after(seconds=1), owner="new:2")
    with store.write() as connection:
        assert outbox.orphan(connection, NOW) == []
        (a,) = outbox.orphan(connection, NOW, owner_gone="old:1")
    found = row(store, a)
    assert (found.state, found.unresolved, found.look_at) == (State.UNCERTAIN, True, NOW + SETTLING)
    assert (found.owner, found.lease_until) == (None, None)
    with store.write() as connection:
        (b,) = outbox.orphan(connection, NOW + LEASE)
        assert "/b" in b
        (c,) = outbox.orphan(connection, NOW + LEASE, everyone=True)
    with store.read() as connection:
        assert history.attempts(connection, c)[0].outcome == "orphaned"


def test_a_repeat_sends_the_same_under_the_same_key(store: Store) -> None:
    put(store, a_row("a"), a_row("b"))
    (first,) = take(store)
    settle(store, first, Unknown("timed out"))
    (other,) = take(store)
    with store.write() as connection:
        assert (
            outbox.repeat(connection, first.key, NOW, "host:1", lease=LEASE) is None
        )  # its account is sending
        assert outbox.repeat(connection, "no/such/key/here", NOW, "host:1", lease=LEASE) is None
    settle(store, other, Sent(receipt()))
    later = after(minutes=1)
    with store.write() as connection:
        again = outbox.repeat(connection, first.key, later, "host:2", lease=LEASE)
        assert outbox.repeat(connection, first.key, later, "host:2", lease=LEASE) is None
    assert again is not None
    assert (again.repeat, again.attempt, again.first_attempt) == (True, 2, NOW)
    assert (again.post, again.network_key) == (first.post, first.network_key)
    assert settle(store, again, Sent(receipt()), later) is State.SENT
    with store.read() as connection:
        one, two = history.attempts(connection, first.key)
    assert (one.outcome, one.resolved, two.repeat, two.outcome) == ("unknown", later, True, "sent")


def test_a_lost_later_part_is_looked_up_by_what_it_replies_to(store: Store) -> None:
    rows = a_thread(parts=2)
    put(store, *rows)
    (first,) = take(store)
    settle(store, first, Sent(receipt(7)))
    (second,) = take(store)
    settle(store, second, Unknown("reset"))
    with store.read() as connection:
        (lost,) = history.uncertain_due(connection, NOW + SETTLING)
    assert lost.post is not None
    assert lost.post.reply_to == lost.post.root == receipt(7)
