"""The walls: which arrows exist, what the tables refuse whoever asks, and a log that is only added to."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Executable, delete, insert, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from campaign.core.lifecycle import LEASE, Event, State
from campaign.core.lifecycle import after as leads_to
from campaign.core.outcome import Handed, Outcome, Refused, Retry, Scope, Sent, Unknown
from campaign.store import history, outbox, tables
from campaign.store.database import Store
from campaign.store.transitions import current, transition
from tests.store.made import (
    ANI,
    NOW,
    a_row,
    a_thread,
    after,
    begin,
    bring_to,
    put,
    receipt,
    row,
    settle,
    take,
)

CHANGES: dict[Event, dict[str, Any]] = {
    Event.CLAIM: {"lease_until": NOW, "first_attempt": NOW, "attempt": 9},
    Event.REPEAT: {"lease_until": NOW, "first_attempt": NOW, "attempt": 9},
    Event.UNKNOWN: {"unresolved": True, "look_at": NOW},
    Event.ORPHANED: {"unresolved": True, "look_at": NOW},
} | {
    event: {"receipt": receipt().as_json(), "sent_at": NOW, "unresolved": False}
    for event in (Event.SENT, Event.FOUND, Event.LATE_SENT, Event.RESOLVE_PUBLISHED)
}
"""What an arrow must bring along for the tables to accept it."""


@pytest.mark.parametrize("state", State)
def test_every_arrow_and_no_other(store: Store, state: State) -> None:
    for event in Event:
        key = bring_to(store, state, event.value, f"account-{event.value}")
        before = row(store, key)
        with store.write() as connection:
            told = len(history.events(connection, key))
            found = current(connection, key)
            assert found is not None
            changes = {"unresolved": False} | CHANGES.get(event, {})
            went = transition(connection, found, event, after(hours=1), who=ANI, **changes)
            events = history.events(connection, key)[told:]
        assert went is leads_to(state, event)
        if went is None:
            assert row(store, key) == before
            assert events == []
        else:
            assert row(store, key).state is went
            (said,) = events
            assert (said.kind, said.before, said.after, said.by) == (
                event.value,
                state.value,
                went.value,
                "ani",
            )


@pytest.mark.parametrize("state", State)
def test_every_function_keeps_to_the_arrows(store: Store, state: State) -> None:
    """The functions that the program calls, each on a row in each state: they do what the table says, or nothing."""

    def by(event: Event, key: str) -> bool:
        attempt = max(row(store, key).attempt, 1)
        with store.write() as connection:
            match event:
                case Event.CLAIM:
                    account = row(store, key).account
                    return bool(begin(connection, [account]))
                case Event.REPEAT:
                    return outbox.repeat(connection, key, NOW, "h:1", lease=LEASE) is not None
                case Event.ORPHANED:
                    return key in outbox.orphan(connection, NOW, everyone=True)
                case Event.FOUND:
                    return outbox.found(connection, key, receipt(), NOW)
                case Event.ABSENT:
                    return outbox.absent(connection, key, "not there", NOW)
                case Event.DEADLINE:
                    return key in outbox.miss(connection, after(hours=9))
                case Event.CANCEL:
                    return outbox.cancel(connection, key, "no", NOW, ANI)
                case Event.HOLD:
                    return outbox.hold(connection, key, "paused", NOW, ANI)
                case Event.RELEASE:
                    return outbox.release(connection, key, None, NOW, ANI)
                case Event.AGAIN:
                    return outbox.again(connection, key, NOW, ANI, deadline=None)
                case Event.RESOLVE_PUBLISHED | Event.RESOLVE_ABSENT | Event.RESOLVE_GIVE_UP:
                    return outbox.resolve(connection, key, event, NOW, ANI, receipt=receipt())
                case Event.REFUSED if state is State.PENDING:
                    return outbox.refuse(connection, key, "no text", NOW)
                case Event.BROKEN_THREAD | Event.LATE_SENT:
                    return leads_to(state, event) is not None  # tested in their own places
                case _:
                    answers: dict[Event, Outcome] = {
                        Event.SENT: Sent(receipt()),
                        Event.RETRY: Retry("busy"),
                        Event.REFUSED: Refused("no"),
                        Event.PARKED: Refused("no", Scope.ACCOUNT),
                        Event.HANDED: Handed("given"),
                        Event.UNKNOWN: Unknown("reset"),
                    }
                    if state is State.UNCERTAIN:
                        return False  # its attempt has answered; late answers have their own tests
                    return outbox.settle(connection, key, attempt, answers[event], NOW) is not None

    for event in Event:
        key = bring_to(store, state, event.value, f"account-{event.value}")
        before = row(store, key)
        allowed = leads_to(state, event)
        assert by(event, key) is (allowed is not None), (state, event)
        if allowed is None:
            assert row(store, key) == before
        elif event not in (Event.BROKEN_THREAD, Event.LATE_SENT):
            assert row(store, key).state is allowed


def test_an_arrow_from_an_attempt_that_is_over_changes_nothing(store: Store) -> None:
    put(store, a_row())
    (claim,) = take(store)
    with store.write() as connection:
        stale = current(connection, claim.key)
    settle(store, claim, Retry("busy"))
    (second,) = take(store, now=after(minutes=1))
    assert second.attempt == 2
    before = row(store, claim.key)
    assert stale is not None
    with store.write() as connection:
        assert transition(connection, stale, Event.RETRY, NOW) is None
    assert row(store, claim.key) == before


# -- the tables themselves ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("guard", "state", "values"),
    [
        ("state_known", State.PENDING, {"state": "posted"}),
        ("counts", State.PENDING, {"attempt": -1}),
        ("counts", State.PENDING, {"tries": -1}),
        ("counts", State.PENDING, {"part": 2}),
        ("counts", State.PENDING, {"part": 0}),
        ("sent_has_receipt", State.SENT, {"receipt": None}),
        ("sent_has_receipt", State.SENT, {"sent_at": None}),
        ("sending_has_lease", State.SENDING, {"lease_until": None}),
        ("sending_has_lease", State.SENDING, {"post": None}),
        ("sending_has_lease", State.SENDING, {"first_attempt": None}),
        ("uncertain_is_looked_at", State.UNCERTAIN, {"look_at": None}),
        ("uncertain_is_looked_at", State.UNCERTAIN, {"unresolved": False}),
        ("unknown_is_resolved_first", State.UNCERTAIN, {"state": "pending"}),
        ("unknown_is_resolved_first", State.UNCERTAIN, {"state": "failed"}),
        ("unknown_is_resolved_first", State.UNCERTAIN, {"state": "cancelled"}),
        ("unknown_is_resolved_first", State.UNCERTAIN, {"state": "missed"}),
        ("unknown_is_resolved_first", State.UNCERTAIN, {"state": "held"}),
    ],
)
def test_the_tables_refuse_what_can_not_be(
    store: Store, guard: str, state: State, values: dict[str, Any]
) -> None:
    key = bring_to(store, state, "s", "fedi")
    before = row(store, key)
    change = update(tables.deliveries).where(tables.deliveries.c.key == key).values(**values)
    with pytest.raises(IntegrityError, match=guard), store.write() as connection:
        connection.execute(change)
    assert row(store, key) == before


def test_an_account_can_not_send_twice_at_once_whoever_tries(store: Store) -> None:
    bring_to(store, State.SENDING, "a", "fedi")
    key = bring_to(store, State.PENDING, "b", "fedi")
    change = update(tables.deliveries).where(tables.deliveries.c.key == key)
    with pytest.raises(IntegrityError), store.write() as connection:
        connection.execute(change.values(state="sending", lease_until=NOW, first_attempt=NOW))


def test_keys_and_references_hold(store: Store) -> None:
    one, two = a_row("a"), a_row("b")
    put(store, one)
    with pytest.raises(IntegrityError), store.write() as connection:  # two posts, one key for the network
        outbox.insert(connection, [a_row("b", network_key=one.network_key)], NOW)
    with pytest.raises(IntegrityError), store.write() as connection:  # a part of nothing
        outbox.insert(connection, [a_thread("t", 2)[1]], NOW)
    with pytest.raises(IntegrityError), store.write() as connection:
        connection.execute(
            insert(tables.attempts).values(key=two.key, attempt=1, began=NOW, lease_until=NOW, owner="h:1")
        )
    with store.read() as connection:
        assert [found.key for found in history.deliveries(connection)] == [one.key]


def test_the_log_is_only_ever_added_to(store: Store) -> None:
    key = bring_to(store, State.SENT, "s", "fedi")
    with store.read() as connection:
        before = history.events(connection)
    tries: list[Executable] = [update(tables.events).values(by="nobody"), delete(tables.events)]
    if store.shared:
        tries.append(text("TRUNCATE events"))
    for change in tries:
        with pytest.raises(DBAPIError, match="only ever added to"), store.write() as connection:
            connection.execute(change)
    with store.read() as connection:
        assert history.events(connection) == before
        assert [event.kind for event in history.events(connection, key)] == ["planned", "claim", "sent"]


def test_a_naive_time_is_refused(store: Store) -> None:
    with pytest.raises(Exception, match="naive"):
        put(store, a_row(due=NOW.replace(tzinfo=None)))


def test_times_come_back_to_the_microsecond_in_utc(store: Store) -> None:
    from datetime import timedelta, timezone

    local = after(microseconds=7).astimezone(timezone(timedelta(hours=7)))
    (key,) = put(store, a_row(due=local))
    found = row(store, key).due
    assert found == local
    assert found.utcoffset() == timedelta()
