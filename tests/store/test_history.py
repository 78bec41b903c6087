"""Reads, and when there is something to do next."""

from __future__ import annotations

from datetime import timedelta

from campaign.core.lifecycle import LEASE, PARKED_RETRY, SETTLING, Event, State
from campaign.core.outcome import Refused, Scope, Sent, Unknown
from campaign.store import history, outbox
from campaign.store.database import Store
from campaign.store.waking import SHARED_LOOK
from tests.store.made import (
    ANI,
    NOW,
    a_post,
    a_row,
    a_thread,
    after,
    bring_to,
    put,
    receipt,
    row,
    settle,
    take,
)  # fmt: skip


def test_deliveries_by_every_condition(store: Store) -> None:
    put(
        store,
        a_row("a", "fedi", due=after(hours=2)),
        a_row("a", "fedi", target="fedi.en", due=after(hours=1)),
        a_row("b", "x", campaign="other", state=State.HELD),
        *a_thread("t", 11, account="x", due=after(hours=3)),
    )

    def keys(**wanted: object) -> list[str]:
        with store.read() as connection:
            return [d.key for d in history.deliveries(connection, **wanted)]  # type: ignore[arg-type]

    wall = "2027-07-30T08:00"
    everything = keys()
    assert everything[:3] == [f"other/b/{wall}/x", f"world-day/a/{wall}/fedi.en", f"world-day/a/{wall}/fedi"]
    assert everything[-1].endswith("#11")  # parts count as numbers do
    assert keys(states=[State.HELD]) == everything[:1]
    assert keys(states=[]) == []
    assert keys(campaign="other") == everything[:1]
    assert keys(slot="a", account="fedi") == everything[1:3]
    assert keys(since=after(hours=1), until=after(hours=2)) == everything[1:2]
    assert keys(key_prefix="world-day/t/", limit=2) == everything[3:5]
    assert keys(key_prefix="WORLD-DAY/") == []
    assert keys(key_prefix="world_day/") == []
    assert keys(limit=1, order="-due")[0].startswith("world-day/t/")
    with store.read() as connection:
        assert history.existing_keys(connection, [*everything, "a/b/2027-01-01T00:00/c"] * 100) == set(
            everything
        )
        assert history.existing_keys(connection, []) == set()
        assert history.delivery(connection, "a/b/2027-01-01T00:00/c") is None
        found = history.delivery(connection, everything[0])
        assert found is not None
        assert history.key_of(connection, found.network_key) == everything[0]
        assert history.key_of(connection, "none") is None


def test_counts_and_events(store: Store) -> None:
    with store.read() as connection:
        assert history.last_event(connection) == 0
    first = State.MISSED  # its deadline passes for all that are there by then
    keys = {s: bring_to(store, s, "s", s.value) for s in (first, *(s for s in State if s is not first))}
    with store.read() as connection:
        assert history.counts(connection) == dict.fromkeys(State, 1)
        events = history.events(connection)
        assert [event.id for event in events] == sorted({event.id for event in events})
        assert history.last_event(connection) == events[-1].id
        assert history.events(connection, after_id=events[-2].id) == events[-1:]
        assert history.events(connection, limit=3) == events[:3]
        mine = history.events(connection, keys[State.SENT])
        assert [event.after for event in mine] == ["pending", "sending", "sent"]
        assert mine[0].detail == {"due": NOW.isoformat()}


def test_what_was_published(store: Store) -> None:
    put(
        store,
        a_row("a", row_id="r1", post=a_post("one")),
        a_row("a", row_id="r2", wall="2027-07-31T08:00", due=after(seconds=1), post=a_post("two")),
        *a_thread("t", 2, due=after(seconds=2)),
        a_row("held", row_id="r3", state=State.HELD),
    )
    for minute in range(4):
        (claim,) = take(store, now=after(minutes=minute))
        settle(store, claim, Sent(receipt(minute)), after(minutes=minute))
    with store.read() as connection:
        texts = history.sent_texts(connection, "fedi", after(minutes=1))
        assert [(sent.text, sent.sent_at) for sent in texts] == [
            ("part 2", after(minutes=3)), ("part 1", after(minutes=2)), ("two", after(minutes=1)),
        ]  # fmt: skip
        assert texts[2].digest == a_post("two").digest()
        assert history.row_ids_sent(connection, "world-day", "a", "fedi") == {"r1", "r2"}
        assert history.row_ids_sent(connection, "world-day", "held", "fedi") == set()
        assert history.row_ids_sent(connection, "world-day", "a", "fedi.en") == set()
        # A thread is one post; the end of the day belongs to the next one.
        assert history.sent_on(connection, "fedi", NOW, after(minutes=5)) == 3
        assert history.sent_on(connection, "fedi", after(minutes=1), after(minutes=2)) == 1
        assert history.last_sent(connection, "fedi") == after(minutes=3)
        assert history.last_sent(connection, "x") is None


# -- the next thing to do --------------------------------------------------------------------------------------------


def wake(store: Store, now: object = NOW) -> object:
    """When the loop wakes; on a shared store it looks now and then anyway, which is None here."""
    with store.read() as connection:
        moment = history.next_wake(connection, now)  # type: ignore[arg-type]
    if store.shared:
        assert moment is not None
        assert moment <= now + SHARED_LOOK  # type: ignore[operator]
        return None if moment == now + SHARED_LOOK else moment  # type: ignore[operator]
    return moment


def test_an_empty_store_wakes_nobody(store: Store) -> None:
    assert wake(store) is None


def test_over_and_done_wakes_nobody(store: Store) -> None:
    for state in (State.SENT, State.FAILED, State.MISSED, State.CANCELLED):
        bring_to(store, state, "s", state.value)
    assert wake(store) is None


def test_each_kind_of_waiting_wakes_in_time(store: Store) -> None:
    """One row at a time: its wake-up, all within the minute after which a shared store is looked at anyway."""
    s = timedelta(seconds=1)
    tick = timedelta(microseconds=1)
    (key,) = put(store, a_row(not_before=NOW + 5 * s, deadline=NOW + 50 * s))
    assert wake(store) == NOW + 5 * s
    assert wake(store, NOW + 5 * s) == NOW + 50 * s + tick  # ripe: what is left is its deadline
    assert wake(store, NOW + 50 * s) == NOW + 50 * s + tick
    with store.write() as connection:
        outbox.hold(connection, key, "paused", NOW)
    assert wake(store) == NOW + 50 * s + tick
    with store.write() as connection:
        assert outbox.miss(connection, NOW + 50 * s + tick) == [key]
    assert wake(store) is None


def test_a_parked_or_pacing_account_wakes_when_it_may_go_on(store: Store) -> None:
    put(store, a_row(deadline=None))
    with store.write() as connection:
        outbox.pace(connection, "fedi", after(seconds=20))
    assert wake(store) == after(seconds=20)
    assert wake(store, after(seconds=20)) is None  # ripe, and taken by the tick of that moment
    put(store, a_row("later", deadline=None, not_before=after(seconds=30)))
    assert wake(store, after(seconds=20)) == after(seconds=30)
    with store.write() as connection:
        outbox.pace(connection, "fedi", after(seconds=40))
    assert wake(store, after(seconds=20)) == after(seconds=40)
    assert len(take(store, now=after(seconds=40))) == 1


def test_who_refused_wakes_after_a_while(store: Store) -> None:
    put(store, a_row(deadline=None))
    (claim,) = take(store)
    settle(store, claim, Refused("401", Scope.ACCOUNT))
    late = NOW + PARKED_RETRY - timedelta(seconds=30)
    assert wake(store, late) == NOW + PARKED_RETRY


def test_what_is_in_flight_wakes_at_its_lease_and_what_is_uncertain_when_to_look(store: Store) -> None:
    put(store, a_row(deadline=None), a_row("ripe", deadline=None))
    (claim,) = take(store)
    late = NOW + LEASE - timedelta(seconds=10)
    # The account's other post is ripe, but waits for the sender to come back.
    assert wake(store, late) == NOW + LEASE
    settle(store, claim, Unknown("reset"))
    assert wake(store) == NOW + SETTLING


def test_the_next_part_of_a_thread_wakes_at_its_own_time(store: Store) -> None:
    put(store, *a_thread("t", 2, deadline=None, due=after(minutes=-1)), a_row("other", deadline=None))
    (one,) = take(store)
    settle(store, one, Sent(receipt()), gap=timedelta(seconds=40))
    with store.write() as connection:
        assert outbox.move(connection, one.key + "#2", after(seconds=10), None, NOW, ANI)
    assert wake(store) == after(seconds=10)
    (two,) = take(store, now=after(seconds=10))
    settle(store, two, Refused("422"), after(seconds=10))
    assert wake(store, after(seconds=10)) == after(seconds=40)


def test_what_is_not_composed_yet_wakes_for_no_account(store: Store) -> None:
    put(store, a_row(post=None, not_before=after(seconds=10), deadline=None))
    with store.write() as connection:
        outbox.pace(connection, "fedi", after(seconds=50))
    assert wake(store) == after(seconds=10)


def test_an_attempt_reads_as_it_was(store: Store) -> None:
    key = bring_to(store, State.UNCERTAIN, "s", "fedi")
    with store.write() as connection:
        outbox.resolve(connection, key, Event.RESOLVE_PUBLISHED, after(hours=1), ANI, receipt=receipt())
        (attempt,) = history.attempts(connection, key)
    assert (attempt.outcome, attempt.reason, attempt.began, attempt.ended, attempt.resolved) == (
        "unknown", "timed out", NOW, NOW, after(hours=1),
    )  # fmt: skip
    assert row(store, key).state is State.SENT


def test_what_a_login_published_in_a_time_and_what_may_be_out(store: Store) -> None:
    for number, state in enumerate((State.SENT, State.UNCERTAIN, State.SENDING, State.PENDING, State.MISSED)):
        bring_to(store, state, f"s{number}", "fedi")
    bring_to(store, State.SENT, "other", "x")

    def posts(start: float, end: float, account: str = "fedi") -> int:
        with store.read() as connection:
            return len(history.sent_posts(connection, account, after(minutes=start), after(minutes=end)))

    assert (posts(-60, 60), posts(-60, 60, "x"), posts(-60, 60, "y")) == (3, 1, 0)
    assert (posts(-60, -59), posts(59, 60)) == (0, 0)
