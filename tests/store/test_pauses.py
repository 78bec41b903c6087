"""Pauses in both databases: the gate that claims and pauses go through, and what fell into a pause."""

from __future__ import annotations

import threading
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from campaign.core.pause import Scope
from campaign.store import advisory, history, outbox, pauses
from campaign.store.database import Store
from campaign.store.holding import _number
from campaign.store.log import Who
from tests.store.conftest import Place
from tests.store.made import ANI, NOW, a_row, put

LATER = NOW + timedelta(hours=1)


def test_a_pause_is_committed_before_a_claim_or_after_it_but_never_beside_it(place: Place) -> None:
    claiming, pausing = place.open(), place.open()
    done = threading.Event()

    def pause() -> None:
        with pausing.write() as connection:
            pauses.add(connection, Scope(), "quake", NOW, ANI)
        done.set()

    other = threading.Thread(target=pause)
    with claiming.write() as connection:
        assert pauses.at_the_gate(connection, NOW) == []
        other.start()
        assert not done.wait(0.3)  # it can't be committed while a claim that has not seen it may be
    other.join(30)
    assert done.is_set()
    with claiming.write() as connection:
        (made,) = pauses.at_the_gate(connection, NOW)
        assert made.in_force(NOW) and made.by == "ani"
    claiming.close()
    pausing.close()


def test_what_fell_in_waits_until_somebody_decides(store: Store) -> None:
    key, other = put(store, a_row("a"), a_row("b"))
    with store.write() as connection:
        pause = pauses.add(connection, Scope(campaigns=frozenset({"c"})), "quake", NOW, ANI, until=LATER)
        for one in (key, other):
            assert outbox.hold(connection, one, pause.because, NOW)
        pauses.fell(connection, pause.id, [key, other], NOW)
        pauses.fell(connection, pause.id, [key], NOW)  # twice is once
        assert [row.key for _, row in pauses.fallen(connection)] == [key, other]
        assert pauses.fallen(connection, [99]) == []
        assert pauses.decided(connection, [key]) == {}
        pauses.decide(connection, key, "send", LATER)
        assert pauses.decided(connection, [key, other]) == {key: LATER}
        assert not pauses.waits(connection, key) and pauses.waits(connection, other)
        pauses.fell(connection, pause.id, [key], LATER)  # it fell in again
        assert pauses.waits(connection, key)
        assert outbox.cancel(connection, other, "not any more", LATER, ANI)
        assert [row.key for _, row in pauses.fallen(connection)] == [key]


def test_an_end_comes_once_and_is_on_record(store: Store) -> None:
    with store.write() as connection:
        first = pauses.add(connection, Scope(), "quake", NOW, ANI, until=LATER)
        second = pauses.add(connection, Scope(), "hacked", NOW, Who("budi", "cli"))
        assert [one.id for one in pauses.standing(connection)] == [first.id, second.id]
        assert pauses.expire(connection, LATER - timedelta(seconds=1)) == []
        assert pauses.expire(connection, LATER) == [first.id]
        assert pauses.expire(connection, LATER) == []
        assert not pauses.end(connection, first.id, LATER, ANI)
        assert pauses.keep(connection, second.id, LATER, ANI)
        assert pauses.end(connection, second.id, LATER, ANI)
        assert not pauses.keep(connection, second.id, LATER, ANI)
        assert pauses.standing(connection) == []
        kinds = [event.kind for event in history.events(connection)]
        assert kinds == ["pause", "pause", "pause-ended", "pause-kept", "pause-ended"]
        ended = pauses.get(connection, first.id)
        assert ended is not None and (ended.ended, ended.ended_by) == (LATER, "until")
        assert len(pauses.relevant(connection, LATER)) == 2
        assert pauses.relevant(connection, LATER + pauses.REACH) == []


def test_each_purpose_has_a_lock_of_its_own() -> None:
    own = [advisory.PLANNER, advisory.MIGRATIONS, advisory.SEALS, advisory.GATE]
    assert len(set(own)) == len(own)


@given(st.text())
def test_no_host_has_the_lock_of_a_purpose(host: str) -> None:
    assert _number(host) > advisory.MIGRATIONS
