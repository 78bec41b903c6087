"""A lease: renewed by the one who has it, and only while it is so."""

from __future__ import annotations

from datetime import timedelta

import pytest

from campaign.core.lifecycle import LEASE, State
from campaign.core.outcome import Sent
from campaign.store import history, outbox
from campaign.store.database import Store
from tests.store.made import NOW, a_row, after, put, receipt, row, settle, take


def renew(store: Store, key: str, attempt: int = 1, owner: str = "host:1", minutes: float = 1) -> bool:
    now = after(minutes=minutes)
    with store.write() as connection:
        return outbox.renew(connection, key, attempt, owner, now + LEASE, now)


def test_a_renewed_lease_ends_later_and_is_not_taken_for_lost_before(store: Store) -> None:
    put(store, a_row())
    (claim,) = take(store)
    assert renew(store, claim.key)
    assert row(store, claim.key).lease_until == after(minutes=1) + LEASE
    with store.write() as connection:
        assert history.attempts(connection, claim.key)[0].lease_until == after(minutes=1) + LEASE
        assert outbox.orphan(connection, NOW + LEASE) == []
        assert outbox.orphan(connection, after(minutes=1) + LEASE) == [claim.key]


@pytest.mark.parametrize("what", ["another attempt", "another owner", "ended", "over"])
def test_only_the_one_who_has_it_renews_it(store: Store, what: str) -> None:
    put(store, a_row())
    (claim,) = take(store)
    if what == "ended":
        settle(store, claim, Sent(receipt()))
    before = row(store, claim.key)
    attempt = 2 if what == "another attempt" else 1
    owner = "host:2" if what == "another owner" else "host:1"
    minutes = LEASE / timedelta(minutes=1) if what == "over" else 1
    assert not renew(store, claim.key, attempt, owner, minutes)
    assert row(store, claim.key) == before


def test_an_owner_knows_what_the_store_counts_as_its_own(store: Store) -> None:
    put(store, a_row("a", "fedi"), a_row("b", "bsky"))
    (claim,) = take(store, "fedi")
    with store.write() as connection:
        assert outbox.in_flight(connection, "host:1") == [(claim.key, 1)]
        assert outbox.in_flight(connection, "host:2") == []
    assert row(store, claim.key).state is State.SENDING
