"""A person wants a post gone: what becomes of a row in each state, and that nothing sends it any more."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, text, update
from sqlalchemy.exc import DBAPIError

from campaign.core.lifecycle import State
from campaign.core.outcome import Receipt, Retry, Sent, Unknown
from campaign.store import history, log, migrations, outbox
from campaign.store.database import Store
from campaign.store.tables import events
from tests.store.made import (
    ANI,
    NOW,
    a_row,
    a_thread,
    after,
    begin,
    bring_to,
    kinds,
    put,
    receipt,
    row,
    settle,
    take,
)


def unwanted(store: Store, key: str, reason: str = "wrong name") -> State | None:
    with store.write() as connection:
        return outbox.unwanted(connection, key, reason, after(hours=1), ANI)


def still_out(store: Store) -> list[str]:
    with store.read() as connection:
        return [found.key for found in history.still_out(connection)]


@pytest.mark.parametrize("state", State)
def test_what_has_not_gone_out_is_cancelled_and_the_rest_keeps_its_state(store: Store, state: State) -> None:
    key = bring_to(store, state, "s", "fedi")
    told = len(kinds(store, key))
    cancelled = state in (State.PENDING, State.HELD, State.FAILED, State.MISSED, State.CANCELLED)
    assert unwanted(store, key) is (State.CANCELLED if cancelled else state)
    found = row(store, key)
    assert found.state is (State.CANCELLED if cancelled else state)
    assert found.withdraw_at == after(hours=1)
    assert (found.withdrawn_at, found.redacted_at) == (None, None)
    events = kinds(store, key)[told:]
    assert events == ["withdraw", *(["cancel"] if cancelled and state is not State.CANCELLED else [])]
    assert still_out(store) == ([] if cancelled else [key])
    assert unwanted(store, key) is found.state  # again: nothing more is said
    assert kinds(store, key)[told:] == events
    assert row(store, key).withdraw_at == after(hours=1)


def test_of_a_row_that_is_not_there(store: Store) -> None:
    assert unwanted(store, "no/such/2027-07-30T08:00/row") is None


def test_what_comes_back_unsent_is_cancelled_before_anything_is_claimed(store: Store) -> None:
    put(store, a_row())
    (claim,) = take(store)
    unwanted(store, claim.key)
    assert settle(store, claim, Retry("busy"), after(minutes=1)) is State.PENDING
    later = after(hours=1)
    assert take(store, now=later) == []  # also where nobody has cancelled it yet
    with store.write() as connection:
        assert outbox.cancel_unwanted(connection, later) == [claim.key]
        assert outbox.cancel_unwanted(connection, later) == []
    assert row(store, claim.key).state is State.CANCELLED
    assert row(store, claim.key).reason


def test_what_others_wait_for_goes_on(store: Store) -> None:
    put(store, a_row("a"), a_row("b", due=after(minutes=1), not_before=after(minutes=1)))
    (claim,) = take(store)
    unwanted(store, claim.key)
    settle(store, claim, Retry("busy"))
    with store.write() as connection:
        outbox.cancel_unwanted(connection, after(hours=1))
        (other,) = begin(connection, ["fedi"], now=after(hours=1))
    assert other.key != claim.key


def test_a_late_receipt_makes_it_something_to_delete(store: Store) -> None:
    put(store, a_row())
    (claim,) = take(store)
    with store.write() as connection:
        outbox.orphan(connection, after(hours=1), everyone=True)
        assert outbox.absent(connection, claim.key, "not there", after(hours=1))
    assert unwanted(store, claim.key) is State.CANCELLED
    assert settle(store, claim, Sent(receipt()), after(hours=2)) is State.SENT
    assert still_out(store) == [claim.key]


def test_a_deletion_is_on_record_before_and_after(store: Store) -> None:
    key = bring_to(store, State.SENT, "s", "fedi")
    unwanted(store, key)
    with store.write() as connection:
        outbox.withdrawing(connection, key, receipt(), after(hours=2), ANI)
        outbox.not_withdrawn(connection, key, "timed out", after(hours=2), ANI)
    assert still_out(store) == [key]
    with store.write() as connection:
        outbox.withdrawing(connection, key, receipt(), after(hours=3), ANI)
        outbox.withdrawn(connection, key, "", after(hours=3), ANI)
    found = row(store, key)
    assert (found.state, found.withdrawn_at, found.receipt) == (State.SENT, after(hours=3), receipt())
    assert still_out(store) == []
    with store.read() as connection:
        told = history.events(connection, key)[-5:]
    assert [(event.kind, event.before, event.after, event.by) for event in told] == [
        (kind, "sent", "sent", "ani")
        for kind in ("withdraw", "withdrawing", "not-withdrawn", "withdrawing", "withdrawn")
    ]
    assert told[1].detail == {"id": "1", "url": receipt().url}
    assert told[2].detail == {"reason": "timed out"}


def test_the_later_parts_of_a_thread_come_first(store: Store) -> None:
    put(store, *a_thread(parts=3))
    for number in (1, 2, 3):
        (claim,) = take(store)
        settle(store, claim, Sent(receipt(number)))
    keys = [found.key for found in a_thread(parts=3)]
    for key in keys:
        unwanted(store, key)
    assert still_out(store) == keys[::-1]


# -- older stores ----------------------------------------------------------------------------------------


def make_old(store: Store) -> None:
    """Take out of a store what came with the migration."""
    old = {
        "sqlite": (
            "DROP TRIGGER events_no_update",
            "CREATE TRIGGER events_no_update BEFORE UPDATE ON events "
            f"BEGIN SELECT RAISE(ABORT, '{log.REFUSAL}'); END",
        ),
        "postgresql": (
            "DROP TRIGGER events_no_update ON events",
            "DROP TRIGGER events_no_delete ON events",
            "DROP FUNCTION events_only_blanked",
            "CREATE TRIGGER events_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON events "
            "FOR EACH STATEMENT EXECUTE FUNCTION events_refuse()",
        ),
    }
    with store.write() as connection:
        indexes = ("DROP INDEX deliveries_unwanted", "DROP INDEX deliveries_still_out")
        for statement in (*indexes, *old[connection.dialect.name]):
            connection.execute(text(statement))
        for column in ("withdraw_at", "withdrawn_at", "redacted_at", "redacted_by"):
            connection.execute(text(f"ALTER TABLE deliveries DROP COLUMN {column}"))
        # What the older program wrote knows no consents.
        posts = {
            "sqlite": "json_remove(post, '$.consents')",
            "postgresql": "(post::jsonb - 'consents')::json",
        }
        connection.execute(text(f"UPDATE deliveries SET post = {posts[connection.dialect.name]}"))


def test_an_older_store_gets_what_is_needed(store: Store) -> None:
    sent = bring_to(store, State.SENT, "s", "fedi")
    unsure = bring_to(store, State.UNCERTAIN, "u", "x")
    make_old(store)
    with store.write() as connection:
        migrations.removals(connection)
    assert row(store, sent).post is not None
    unwanted(store, sent)
    unwanted(store, unsure)
    assert still_out(store) == [sent, unsure]
    with store.write() as connection:
        assert outbox.redact(connection, sent, NOW, ANI)
        assert not outbox.redact(connection, unsure, NOW, ANI)
    assert row(store, sent).redacted_by == "ani"
    for change in (update(events).values(by="nobody"), delete(events)):
        with pytest.raises(DBAPIError, match="only ever added to"), store.write() as connection:
            connection.execute(change)


def test_unknown_answers_leave_it_uncertain(store: Store) -> None:
    put(store, a_row())
    (claim,) = take(store)
    unwanted(store, claim.key)
    assert settle(store, claim, Unknown("timed out")) is State.UNCERTAIN
    with store.write() as connection:
        assert outbox.cancel_unwanted(connection, after(hours=9)) == []
        assert outbox.found(connection, claim.key, Receipt("7", "https://a.example/7", "org"), after(hours=9))
    assert still_out(store) == [claim.key]
