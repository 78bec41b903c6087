"""What alerts are made from: what stands in a state that somebody has to know of, and by which event it got there."""

from __future__ import annotations

from campaign.core.lifecycle import Event, State
from campaign.core.outcome import Refused, Scope, Sent
from campaign.store import concerns, log, outbox
from campaign.store.concerns import Unwanted
from campaign.store.database import Store
from tests.store.made import ANI, NOW, a_row, a_thread, after, bring_to, put, receipt, settle, take

TOLD = {State.UNCERTAIN, State.HELD, State.FAILED, State.MISSED}


def standing(store: Store, **since: float) -> dict[str, concerns.Concern]:
    with store.read() as connection:
        return {one.key: one for one in concerns.concerns(connection, after(**since))}


def test_each_state_that_needs_a_person_is_one_and_no_other(store: Store) -> None:
    order = sorted(State, key=lambda state: state is State.HELD)  # or it would be missed with the one that is
    keys = {state: bring_to(store, state, state.value, f"a-{state.value}") for state in order}
    found = standing(store, days=-7)
    assert {one.state for one in found.values()} == TOLD
    for state in TOLD:
        one = found[keys[state]]
        assert (one.state, one.account, one.network) == (state, f"a-{state.value}", "mastodon")
        assert one.at >= NOW
    # What has ended long ago is no news; what still waits is.
    assert {one.state for one in standing(store, days=8).values()} == {State.UNCERTAIN, State.HELD}


def test_a_second_failure_of_the_same_post_is_another_event(store: Store) -> None:
    [key] = put(store, a_row())
    settle(store, take(store)[0], Refused("422 no"))
    first = standing(store, days=-7)[key]
    with store.write() as connection:
        assert outbox.again(connection, key, after(minutes=5), ANI, deadline=after(hours=3))
    assert standing(store, days=-7) == {}
    settle(store, take(store, now=after(minutes=5))[0], Refused("422 no"), after(minutes=5))
    again = standing(store, days=-7)[key]
    assert again.event > first.event
    assert (again.at, again.reason) == (after(minutes=5), "422 no")


def test_neither_later_parts_of_a_thread_nor_what_a_person_gave_up(store: Store) -> None:
    first, *_ = put(store, *a_thread())
    settle(store, take(store)[0], Refused("422 no"))
    with store.write() as connection:
        outbox.break_threads(connection, NOW)
    assert list(standing(store, days=-7)) == [first]
    held = bring_to(store, State.HELD, "h", "other")
    with store.write() as connection:
        assert outbox.resolve(connection, held, Event.RESOLVE_GIVE_UP, NOW, ANI)
    assert list(standing(store, days=-7)) == [first]


def test_what_is_published_twice_or_still_out(store: Store) -> None:
    [key] = put(store, a_row())
    settle(store, take(store)[0], Sent(receipt()))
    with store.write() as connection:
        detail = {"id": "2", "url": "https://mastodon.example/@org/2", "other_id": "1", "other_url": "x"}
        log.write(connection, NOW, "doubled", key=key, before="sent", after="sent", detail=detail)
        outbox.unwanted(connection, key, "wrong name", after(hours=1), ANI)
    with store.read() as connection:
        [twice] = concerns.doubled(connection, after(days=-7))
        assert (twice.key, twice.at, twice.url) == (key, NOW, "https://mastodon.example/@org/2")
        assert concerns.doubled(connection, after(days=1)) == []
        assert concerns.unwanted(connection, after(hours=1)) == []
        assert concerns.unwanted(connection, after(hours=2)) == [Unwanted(key, after(hours=1))]


def test_the_words_that_an_account_tried_last(store: Store) -> None:
    put(store, a_row(), a_row("other", "x"))
    settle(store, take(store)[0], Refused("revoked", Scope.ACCOUNT))
    with store.read() as connection:
        said = concerns.latest_texts(connection, "fedi")
    assert said == ["Kenali tandanya.", "", "", "A poster"]
