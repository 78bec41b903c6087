"""What came of an attempt: in time, late, unknown, twice."""

from __future__ import annotations

from datetime import timedelta

import pytest

from campaign.core.lifecycle import LEASE, MAX_ATTEMPTS, PARKED_RETRY, SETTLING, State, backoff
from campaign.core.outcome import Handed, Outcome, Refused, Retry, Scope, Sent, Unknown
from campaign.store import history, outbox
from campaign.store.database import Store
from campaign.store.outbox import Claim
from tests.store.made import ANI, NOW, a_row, after, kinds, put, receipt, row, settle, take


@pytest.fixture
def claim(store: Store) -> Claim:
    """A row that is being sent."""
    put(store, a_row())
    (taken,) = take(store)
    return taken


def orphan(store: Store) -> None:
    with store.write() as connection:
        assert len(outbox.orphan(connection, NOW, everyone=True)) == 1


def repeat(store: Store, key: str, minutes: int = 1) -> Claim:
    with store.write() as connection:
        again = outbox.repeat(connection, key, after(minutes=minutes), "host:2", lease=LEASE)
    assert again is not None
    return again


def test_sent_keeps_the_receipt_and_starts_the_gap(store: Store, claim: Claim) -> None:
    later = after(seconds=2)
    assert settle(store, claim, Sent(receipt()), later, gap=timedelta(minutes=5)) is State.SENT
    found = row(store, claim.key)
    assert (found.receipt, found.sent_at, found.reason, found.owner) == (receipt(), later, "", None)
    with store.read() as connection:
        assert history.accounts(connection)["fedi"].next_at == later + timedelta(minutes=5)
        (event,) = history.events(connection, claim.key)[2:]
    assert event.kind == "sent"
    told = {name: value for name, value in event.detail.items() if name != "content"}
    assert told == {"attempt": 1, "id": receipt().id, "url": receipt().url}


def test_retry_waits_as_long_as_the_network_asked(store: Store, claim: Claim) -> None:
    assert settle(store, claim, Retry("too many requests", 90)) is State.PENDING
    found = row(store, claim.key)
    assert (found.tries, found.not_before, found.reason) == (1, after(seconds=90), "too many requests")
    assert take(store, now=after(seconds=89)) == []
    assert take(store, now=after(seconds=90))[0].attempt == 2


def test_a_post_is_given_up_when_its_attempts_are_spent(store: Store, claim: Claim) -> None:
    now = NOW
    for number in range(1, MAX_ATTEMPTS):
        assert settle(store, claim, Retry("busy"), now) is State.PENDING
        now = now + backoff(number)
        with store.write() as connection:
            outbox.move(connection, claim.key, now, None, now, ANI)
        (claim,) = take(store, now=now)
    assert settle(store, claim, Retry("busy"), now) is State.FAILED
    assert row(store, claim.key).reason == "busy (given up after 8 attempts)"


def test_a_refused_post_has_failed_and_a_person_can_retry_it(store: Store, claim: Claim) -> None:
    assert settle(store, claim, Refused("422: too long")) is State.FAILED
    with store.write() as connection:
        assert outbox.again(connection, claim.key, after(hours=9), ANI, deadline=after(hours=10))
    found = row(store, claim.key)
    assert (found.state, found.tries, found.attempt) == (State.PENDING, 0, 1)
    assert (found.not_before, found.deadline, found.due) == (after(hours=9), after(hours=10), NOW)
    (again,) = take(store, now=after(hours=9))
    assert (again.attempt, again.post) == (2, claim.post)


def test_an_account_that_refuses_is_parked_and_the_post_waits(store: Store, claim: Claim) -> None:
    assert settle(store, claim, Refused("401", Scope.ACCOUNT)) is State.PENDING
    (again,) = take(store, now=NOW + PARKED_RETRY)
    settle(store, again, Sent(receipt()), NOW + PARKED_RETRY)
    with store.read() as connection:
        account = history.accounts(connection)["fedi"]
    assert (account.parked_until, account.parked_reason, account.parked_since) == (None, "", None)


def test_handed_over_waits_for_its_person_not_for_the_clock(store: Store, claim: Claim) -> None:
    assert settle(store, claim, Handed("given to ani")) is State.HELD
    with store.write() as connection:
        assert outbox.miss(connection, after(days=30)) == []
    assert row(store, claim.key).reason == "given to ani"


def test_unknown_is_a_state_of_its_own(store: Store, claim: Claim) -> None:
    assert settle(store, claim, Unknown("timed out"), gap=timedelta(minutes=5)) is State.UNCERTAIN
    found = row(store, claim.key)
    assert (found.unresolved, found.look_at, found.receipt) == (True, NOW + SETTLING, None)
    with store.read() as connection:
        assert [d.key for d in history.uncertain_due(connection, NOW + SETTLING)] == [claim.key]
        assert history.uncertain_due(connection, NOW) == []
        # It is probably out: the account's gap has begun.
        assert history.accounts(connection)["fedi"].next_at == after(minutes=5)


@pytest.mark.parametrize(
    "outcome",
    [Retry("busy", 300), Refused("422"), Refused("401", Scope.ACCOUNT), Handed("given"), Unknown("reset")],
)
def test_a_repeat_that_failed_says_nothing_of_the_first_attempt(
    store: Store, claim: Claim, outcome: Outcome
) -> None:
    settle(store, claim, Unknown("timed out"))
    again = repeat(store, claim.key)
    assert settle(store, again, outcome, after(minutes=1)) is State.UNCERTAIN
    found = row(store, claim.key)
    assert found.unresolved
    assert found.look_at is not None and found.look_at > after(minutes=1)
    if isinstance(outcome, Retry):
        assert found.look_at == after(minutes=6)
    # The first attempt is found: that decides.
    with store.write() as connection:
        assert outbox.found(connection, claim.key, receipt(), after(minutes=9))
    assert row(store, claim.key).sent_at == after(minutes=1)  # when the last attempt began


def test_a_repeat_that_is_sent_resolves_the_first_attempt(store: Store, claim: Claim) -> None:
    orphan(store)
    assert settle(store, repeat(store, claim.key), Sent(receipt()), after(minutes=1)) is State.SENT
    with store.read() as connection:
        one, two = history.attempts(connection, claim.key)
    assert (one.outcome, one.resolved, two.outcome) == ("orphaned", after(minutes=1), "sent")


def test_absent_is_tried_again_and_counts_as_a_failure(store: Store, claim: Claim) -> None:
    settle(store, claim, Unknown("timed out"))
    with store.write() as connection:
        assert outbox.absent(connection, claim.key, "not on its list", after(minutes=1))
        assert not outbox.absent(connection, claim.key, "not on its list", after(minutes=1))
    found = row(store, claim.key)
    assert (found.state, found.unresolved, found.tries) == (State.PENDING, False, 1)
    assert take(store, now=after(minutes=1))[0].attempt == 2


def test_absent_again_and_again_is_given_up(store: Store, claim: Claim) -> None:
    now = NOW
    for _ in range(MAX_ATTEMPTS):
        settle(store, claim, Unknown("timed out"), now)
        with store.write() as connection:
            assert outbox.absent(connection, claim.key, "not there", now)
            found = history.delivery(connection, claim.key)
            assert found is not None
            if found.state is State.PENDING:
                now = max(now, found.not_before)
                outbox.move(connection, claim.key, now, None, now, ANI)
        if found.state is State.PENDING:
            (claim,) = take(store, now=now)
    assert found is not None
    assert found.state is State.FAILED
    assert found.reason.endswith("(given up after 8 attempts)")


def test_a_look_that_tells_nothing_is_logged_once(store: Store, claim: Claim) -> None:
    settle(store, claim, Unknown("timed out"))
    with store.write() as connection:
        assert outbox.look_later(connection, claim.key, "503", after(minutes=2), after(minutes=1))
        assert outbox.look_later(connection, claim.key, "503", after(minutes=9), after(minutes=2))
        assert not outbox.look_later(connection, "a/b/2027-01-01T00:00/c", "", NOW, NOW)
    found = row(store, claim.key)
    assert (found.look_at, found.reason) == (after(minutes=9), "503")
    assert kinds(store, claim.key).count("looked") == 1


# -- late ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "then", ["uncertain", "absent", "repeat", "claimed anew", "gave up", "cancelled", "held"]
)
def test_a_late_sent_wins_over_everything_but_another_receipt(store: Store, claim: Claim, then: str) -> None:
    orphan(store)
    key = claim.key
    with store.write() as connection:
        if then in ("absent", "claimed anew", "cancelled", "held"):
            outbox.absent(connection, key, "", after(minutes=1))
        if then == "gave up":
            from campaign.core.lifecycle import Event

            outbox.resolve(connection, key, Event.RESOLVE_GIVE_UP, NOW, ANI)
        if then == "cancelled":
            outbox.cancel(connection, key, "", NOW, ANI)
        if then == "held":
            outbox.hold(connection, key, "paused", NOW, ANI)
    second = None
    if then == "repeat":
        second = repeat(store, key)
    if then == "claimed anew":
        (second,) = take(store, now=after(minutes=1))
    assert settle(store, claim, Sent(receipt(1)), after(minutes=2)) is State.SENT
    found = row(store, key)
    assert (found.receipt, found.unresolved, found.look_at, found.owner) == (receipt(1), False, None, None)
    assert "late-sent" in kinds(store, key)
    if second is not None:
        assert settle(store, second, Sent(receipt(1)), after(minutes=3)) is None
        assert "doubled" not in kinds(store, key)


def test_two_receipts_are_a_double_and_said_so(store: Store, claim: Claim) -> None:
    orphan(store)
    second = repeat(store, claim.key)
    settle(store, second, Sent(receipt(2)), after(minutes=1))
    assert settle(store, claim, Sent(receipt(1)), after(minutes=2)) is None
    found = row(store, claim.key)
    assert (found.state, found.receipt) == (State.SENT, receipt(2))
    with store.read() as connection:
        event = history.events(connection, claim.key)[-1]
        one, two = history.attempts(connection, claim.key)
    assert (event.kind, event.detail["id"], event.detail["other_id"]) == ("doubled", "1", "2")
    assert (one.receipt, two.receipt) == (receipt(1), receipt(2))


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (Retry("busy", 60), State.PENDING),
        (Refused("422"), State.FAILED),
        (Refused("401", Scope.ACCOUNT), State.PENDING),
        (Handed("given"), State.HELD),
    ],
)
def test_a_late_certain_answer_of_the_only_unknown_attempt_resolves_it(
    store: Store, claim: Claim, outcome: Outcome, state: State
) -> None:
    orphan(store)
    assert settle(store, claim, outcome, after(minutes=1)) is state
    found = row(store, claim.key)
    assert (found.state, found.unresolved, found.look_at) == (state, False, None)
    with store.read() as connection:
        (attempt,) = history.attempts(connection, claim.key)
        parked = history.accounts(connection)["fedi"].parked_since
    assert attempt.outcome in ("retry", "refused", "parked", "handed")
    assert (parked is not None) is (attempt.outcome == "parked")
    if attempt.outcome == "retry":
        assert found.not_before == after(minutes=2)


def test_a_late_answer_does_not_resolve_what_another_attempt_left_unknown(store: Store, claim: Claim) -> None:
    orphan(store)
    settle(store, repeat(store, claim.key), Unknown("reset"), after(minutes=1))
    assert settle(store, claim, Retry("busy"), after(minutes=2)) is None
    assert row(store, claim.key).state is State.UNCERTAIN


def test_a_late_refusal_while_it_is_repeated_lets_the_repeat_decide(store: Store, claim: Claim) -> None:
    orphan(store)
    second = repeat(store, claim.key)
    assert settle(store, claim, Retry("busy"), after(minutes=1)) is None
    assert row(store, claim.key).state is State.SENDING
    assert kinds(store, claim.key)[-1] == "late"
    assert settle(store, second, Retry("busy"), after(minutes=1)) is State.PENDING


def test_a_late_unknown_changes_nothing(store: Store, claim: Claim) -> None:
    orphan(store)
    before = row(store, claim.key)
    assert settle(store, claim, Unknown("reset"), after(minutes=1)) is None
    assert row(store, claim.key) == before


def test_a_second_answer_of_one_attempt_changes_nothing(store: Store, claim: Claim) -> None:
    settle(store, claim, Retry("busy"))
    before = row(store, claim.key)
    assert settle(store, claim, Sent(receipt())) is None
    assert row(store, claim.key) == before


def test_an_answer_for_an_attempt_that_never_was_changes_nothing(store: Store, claim: Claim) -> None:
    with store.write() as connection:
        assert outbox.settle(connection, claim.key, 7, Sent(receipt()), NOW) is None
        assert outbox.settle(connection, "a/b/2027-01-01T00:00/c", 1, Sent(receipt()), NOW) is None
    assert row(store, claim.key).state is State.SENDING


def test_a_late_answer_after_it_was_settled_by_a_look_is_only_kept(store: Store, claim: Claim) -> None:
    orphan(store)
    with store.write() as connection:
        assert outbox.absent(connection, claim.key, "not there", after(minutes=1))
    (second,) = take(store, now=after(minutes=1))
    settle(store, second, Unknown("reset"), after(minutes=1))
    # Attempt 1 was resolved by the look; its late refusal does not resolve attempt 2.
    assert settle(store, claim, Refused("422"), after(minutes=2)) is None
    assert row(store, claim.key).state is State.UNCERTAIN
    # But attempt 2's own does, for it is the only one left.
    assert settle(store, second, Refused("422"), after(minutes=2)) is State.FAILED
