"""An account's breaker: what opens it, how long it stays open, the one post that decides; the network's own limit."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from campaign.core.lifecycle import BREAKER, PARKED_LONGEST, PARKED_RETRY, Event, State, parked_for
from campaign.core.outcome import Handed, Outcome, Refused, Retry, Scope, Sent, Unknown
from campaign.store import history, outbox
from campaign.store.breaker import SPENT_LONGEST
from campaign.store.database import Store
from campaign.store.rows import AccountRow
from tests.store.made import ANI, NOW, a_row, after, put, receipt, row, settle, take

REVOKED = Refused("token revoked", Scope.ACCOUNT)


def account(store: Store, name: str = "fedi") -> AccountRow:
    with store.read() as connection:
        return history.accounts(connection)[name]


def wake(store: Store, now: datetime) -> datetime | None:
    with store.read() as connection:
        return history.next_wake(connection, now)


def rows(store: Store, number: int) -> list[str]:
    """That many posts that are never too late."""
    return put(store, *(a_row(f"s{n:02}", deadline=None) for n in range(number)))


def refuse(store: Store, number: int, outcome: Outcome | None = None) -> None:
    for n in range(number):
        (claim,) = take(store)
        settle(store, claim, outcome or Refused(f"422 number {n + 1}"))


def test_the_pauses_double_up_to_six_hours() -> None:
    assert [parked_for(n) / timedelta(minutes=1) for n in range(1, 8)] == [15, 30, 60, 120, 240, 360, 360]
    assert parked_for(0) == parked_for(1) == PARKED_RETRY
    assert parked_for(10**6) == PARKED_LONGEST


def test_a_revoked_token_is_tried_five_times_a_day_or_so(store: Store) -> None:
    (key,) = rows(store, 1)
    now, tried = NOW, []
    while now < after(days=1):
        (claim,) = take(store, now=now)
        tried.append(now)
        settle(store, claim, REVOKED, now)
        until = account(store).parked_until
        assert until is not None
        assert take(store, now=until - timedelta(microseconds=1)) == []
        assert until == now + parked_for(len(tried))
        now = until
    assert len(tried) < 10
    assert (row(store, key).state, row(store, key).tries) == (State.PENDING, 0)
    with store.read() as connection:
        parked = [e for e in history.events(connection) if e.kind == "parked" and not e.key]
    assert len(parked) == len(tried)
    assert parked[0].detail["account"] == "fedi" and parked[0].detail["reason"] == "token revoked"


def test_a_success_makes_the_next_pause_a_short_one_again(store: Store) -> None:
    rows(store, 3)
    (claim,) = take(store)
    settle(store, claim, REVOKED)
    (claim,) = take(store, now=after(hours=1))
    settle(store, claim, Sent(receipt()), after(hours=1))
    assert account(store).parked_until is None
    (claim,) = take(store, now=after(hours=1))
    settle(store, claim, REVOKED, after(hours=1))
    assert account(store).parked_until == after(hours=1) + PARKED_RETRY


def test_posts_refused_in_a_row_open_it(store: Store) -> None:
    rows(store, BREAKER + 2)
    refuse(store, BREAKER - 1)
    assert account(store).parked_until is None
    refuse(store, 1, Refused("422 at last"))
    found = account(store)
    assert found.parked_reason == f"{BREAKER} posts in a row were refused; the last: 422 at last"
    assert (found.parked_until, found.parked_since) == (NOW + PARKED_RETRY, NOW)
    assert take(store) == []
    # Half open: one post, and its refusal opens it again for twice as long.
    half = NOW + PARKED_RETRY
    (claim,) = take(store, now=half)
    assert take(store, now=half) == []
    settle(store, claim, Refused("422 still"), half)
    assert account(store).parked_until == half + 2 * PARKED_RETRY
    assert "6 posts in a row" in account(store).parked_reason
    half += 2 * PARKED_RETRY
    (claim,) = take(store, now=half)
    settle(store, claim, Sent(receipt()), half)
    found = account(store)
    assert (found.parked_until, found.parked_reason, found.parked_since) == (None, "", None)
    assert (found.trips, found.refused, found.refused_key) == (0, 0, "")


def test_a_success_between_them_keeps_it_closed(store: Store) -> None:
    rows(store, 2 * BREAKER)
    refuse(store, BREAKER - 1)
    refuse(store, 1, Sent(receipt()))
    refuse(store, BREAKER - 1)
    assert account(store).parked_until is None


def test_one_post_tried_again_and_again_is_one_post(store: Store) -> None:
    (key,) = rows(store, 1)
    for _ in range(BREAKER + 1):
        refuse(store, 1)
        with store.write() as connection:
            assert outbox.again(connection, key, NOW, ANI, deadline=None)
    assert account(store).refused == 1
    assert account(store).parked_until is None


def test_spent_retries_count_and_what_is_wrong_here_does_not(store: Store) -> None:
    rows(store, 2 * BREAKER)
    refuse(store, BREAKER, Refused("the picture changed", Scope.HERE))
    assert account(store).refused == 0
    refuse(store, BREAKER - 1)
    now = NOW
    for _ in range(50):
        if account(store).parked_until is not None:
            break
        now += timedelta(hours=1)
        (claim,) = take(store, now=now)
        settle(store, claim, Retry("busy"), now)
    assert "given up" not in account(store).parked_reason
    assert f"{BREAKER} posts in a row were refused; the last: busy" == account(store).parked_reason


@pytest.mark.parametrize(
    ("outcome", "least"),
    [(Retry("busy", 3600), timedelta(hours=1)), (Unknown("reset"), PARKED_RETRY)],
    ids=["retry", "unknown"],
)
def test_half_open_takes_one_post_whatever_comes_of_it(
    store: Store, outcome: Outcome, least: timedelta
) -> None:
    rows(store, 3)
    refuse(store, 1, REVOKED)
    half = NOW + PARKED_RETRY
    (claim,) = take(store, now=half)
    settle(store, claim, outcome, half)
    assert take(store, now=half + least - timedelta(seconds=1)) == []
    assert account(store).trips == 1  # it was no refusal
    assert len(take(store, now=half + least)) == 1


def test_what_is_found_or_handed_over_closes_it(store: Store) -> None:
    first, _ = rows(store, 2)
    refuse(store, 1, REVOKED)
    half = NOW + PARKED_RETRY
    (claim,) = take(store, now=half)
    settle(store, claim, Unknown("reset"), half)
    with store.write() as connection:
        assert outbox.found(connection, first, receipt(), half)
    assert account(store).parked_until is None
    (claim,) = take(store, now=half)
    settle(store, claim, REVOKED, half)
    (claim,) = take(store, now=half + PARKED_RETRY)
    settle(store, claim, Handed("given to ani"), half + PARKED_RETRY)
    assert account(store).parked_until is None


def test_a_late_refusal_of_a_parked_account_does_not_prolong_it(store: Store) -> None:
    rows(store, 1)
    (claim,) = take(store)
    with store.write() as connection:
        outbox.orphan(connection, NOW, everyone=True)
    put(store, a_row("other"))
    refuse(store, 1, REVOKED)
    until = account(store).parked_until
    settle(store, claim, Refused("suspended", Scope.ACCOUNT), after(minutes=1))
    assert account(store).parked_until == until
    assert account(store).parked_reason == "suspended"


# -- the network's own limit ---------------------------------------------------------------------------------------


def test_a_used_up_limit_holds_the_account_until_its_reset(store: Store) -> None:
    rows(store, 2)
    (claim,) = take(store)
    assert settle(store, claim, Sent(receipt(), wait=600.0)) is State.SENT
    reset = after(minutes=10)
    assert account(store).spent_until == reset
    assert take(store, now=reset - timedelta(seconds=1)) == []
    assert wake(store, NOW) == reset or store.shared
    # Another answer never shortens it, pacing does not touch it, and an absurd one is bounded.
    with store.write() as connection:
        outbox.pace(connection, "fedi", None)
    assert account(store).spent_until == reset
    (claim,) = take(store, now=reset)
    settle(store, claim, Retry("429", 10.0, wait=1e12), reset)
    assert account(store).spent_until == reset + SPENT_LONGEST
    assert take(store, now=reset + timedelta(hours=2)) == []


def test_no_word_about_a_limit_is_no_limit(store: Store) -> None:
    rows(store, 2)
    (claim,) = take(store)
    settle(store, claim, Sent(receipt()))
    assert account(store).spent_until is None
    (claim,) = take(store)
    settle(store, claim, Sent(receipt(2), wait=0.0))
    assert account(store).spent_until is None


def test_the_events_are_told_apart(store: Store) -> None:
    rows(store, 1)
    refuse(store, 1, REVOKED)
    with store.read() as connection:
        told = [(e.kind, bool(e.key)) for e in history.events(connection) if e.kind == Event.PARKED]
    assert sorted(told) == [("parked", False), ("parked", True)]
