"""The log is evidence: whatever is changed in it after it was sealed is found, and nothing else is called a change."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from sqlalchemy import select, text

from campaign.core.lifecycle import Event, State
from campaign.core.outcome import Sent, Unknown
from campaign.store import history, log, migrations, outbox, seals, tables
from campaign.store.chain import Difference
from campaign.store.database import Store
from campaign.store.verify import Verified, verify
from tests.store.made import (
    ANI,
    NOW,
    a_row,
    a_thread,
    after,
    bring_to,
    put,
    receipt,
    settle,
    take,
)


def checked(store: Store, *heads: str) -> Verified:
    with store.read() as connection:
        return verify(connection, heads)


def sealed(store: Store) -> None:
    while seals.keep(store, after(hours=1), all_of_it=True):
        pass


def a_history(store: Store) -> None:
    """Posts in every state, some of them redacted, withdrawn, found, tried again."""
    for number, state in enumerate(State):
        bring_to(store, state, f"s{number}", f"account{number}")
    sealed(store)
    lost = bring_to(store, State.UNCERTAIN, "lost", "fedi")
    gone = bring_to(store, State.SENT, "gone", "x")
    with store.write() as connection:
        outbox.found(connection, lost, receipt(7), after(minutes=1))
        outbox.withdrawing(connection, gone, receipt(), NOW, ANI)
        outbox.unwanted(connection, gone, "she asked for it", NOW, ANI)
        outbox.withdrawn(connection, gone, "", NOW, ANI)
        outbox.redact(connection, gone, NOW, ANI)
        outbox.redact(connection, lost, NOW, ANI)
    put(store, *a_thread(account="y"))
    (claim,) = take(store, "y")
    settle(store, claim, Unknown("reset"))
    with store.write() as connection:
        outbox.resolve(connection, claim.key, Event.RESOLVE_ABSENT, NOW, ANI)
    (claim,) = take(store, "y")
    settle(store, claim, Sent(receipt(9)))
    sealed(store)


def test_all_that_happens_is_sealed_and_holds(store: Store) -> None:
    assert checked(store) == Verified((), 0, 0, 0, 0, None, None, (), (), None)
    a_history(store)
    found = checked(store)
    assert found.differences == ()
    assert (found.seals, found.unsealed, found.since) == (2, 0, None)
    assert found.head is not None and found.head.n == 2
    bring_to(store, State.HELD, "later", "z")
    found = checked(store, found.head.sha256)
    assert (found.unsealed, found.since, found.lost) == (2, NOW, ())
    assert found.holds
    assert [head.n for head in found.continued] == [2]
