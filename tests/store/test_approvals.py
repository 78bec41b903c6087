"""Approvals in the store: only ever added to, two people at once, and nothing left of what was removed."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from sqlalchemy import delete, text, update
from sqlalchemy.exc import DBAPIError

from campaign.core.approval import Verdict, Vote, missing
from campaign.core.content import content_of
from campaign.core.lifecycle import State
from campaign.core.model import Account, Approval, Target
from campaign.networks.base import Options
from campaign.store import approvals, history, migrations, outbox, tables
from campaign.store.database import Store
from campaign.store.migrations import MIGRATIONS
from tests.store.conftest import Place
from tests.store.made import ANI, NOW, a_post, a_row, after, bring_to, put, row

SECRET = "Wulandari"
CONTENT = content_of([a_post(SECRET)], Target(Account("fedi", "mastodon", ("id",), Options()), "id"), NOW)
KEY = a_row().key


def vote(by: str = "ani", verdict: Verdict = Verdict.APPROVED, reason: str = "") -> Vote:
    return Vote(KEY, CONTENT.digest(), verdict, by, f"cli {by}@h", NOW, reason, CONTENT)


def give(store: Store, *votes: Vote) -> None:
    with store.write() as connection:
        for one in votes:
            approvals.add(connection, one, NOW)


def given(store: Store) -> list[Vote]:
    with store.read() as connection:
        return approvals.votes_on(connection, KEY)


def test_a_vote_is_kept_as_it_was_given(store: Store) -> None:
    votes = [vote(), vote("budi", Verdict.REJECTED, "no"), vote("citra")]
    give(store, *votes)
    assert given(store) == votes
    with store.read() as connection:
        assert approvals.votes(connection, [KEY, "other"]) == {KEY: votes}
        assert approvals.all_votes(connection) == votes
        told = history.events(connection, key=KEY)
    assert [(event.kind, event.by) for event in told] == [
        ("approved", "ani"),
        ("rejected", "budi"),
        ("approved", "citra"),
    ]
    assert told[1].detail["reason"] == "no"


@pytest.mark.parametrize(
    "statement",
    [
        delete(tables.approvals),
        update(tables.approvals).values(by="budi"),
        update(tables.approvals).values(content="", reason="", shown=None, by="budi"),
        update(tables.approvals).values(reason="no"),
        update(tables.approvals).values(shown=None),
    ],
)
def test_nobody_changes_what_was_approved(store: Store, statement: object) -> None:
    give(store, vote())
    with pytest.raises(DBAPIError, match="only ever added to"), store.write() as connection:
        connection.execute(statement)  # type: ignore[call-overload]
    assert given(store) == [vote()]


def test_what_is_redacted_leaves_no_words_in_approvals(store: Store) -> None:
    give(store, vote(), vote("budi", Verdict.REJECTED, f"{SECRET} asked"))
    with store.write() as connection:
        approvals.clear(connection, KEY, CONTENT.digest(), ["ani"], "", NOW)
    assert bring_to(store, State.SENT, "signs", "fedi") == KEY
    with store.write() as connection:
        assert outbox.redact(connection, KEY, after(hours=1), ANI)
    assert [(one.by, one.verdict, one.content, one.reason, one.shown) for one in given(store)] == [
        ("ani", Verdict.APPROVED, "", "", None),
        ("budi", Verdict.REJECTED, "", "", None),
    ]
    with store.read() as connection:
        assert approvals.cleared_of(connection, [KEY])[KEY].by == ("ani",)
        everything = [
            str(tuple(line))
            for table in (tables.approvals, tables.cleared, tables.events, tables.deliveries)
            for line in connection.execute(table.select())
        ]
    assert not [line for line in everything if SECRET in line or CONTENT.digest() in line]


def test_two_people_at_once_both_count(place: Place) -> None:
    """Whoever comes second sees the first: the post is let go by exactly one of them."""
    store = place.open()
    put(store, replace(a_row(), state=State.HELD, reason="needs approval: x"))
    released: list[str] = []
    ready = threading.Barrier(2)

    def person(by: str) -> None:
        mine = place.open()
        ready.wait(10)
        with mine.write() as connection:
            outbox.lock_row(connection, KEY)
            approvals.add(connection, vote(by), NOW)
            lacks = missing(Approval.TWO, approvals.votes_on(connection, KEY), CONTENT.digest())
            if not lacks and outbox.release(connection, KEY, None, NOW):
                released.append(by)
        mine.close()

    people = [threading.Thread(target=person, args=(by,)) for by in ("ani", "budi")]
    for one in people:
        one.start()
    for one in people:
        one.join(30)
    assert len(given(store)) == 2
    assert len(released) == 1
    assert row(store, KEY).state is State.PENDING
    store.close()


def test_an_older_store_gets_the_tables(place: Place) -> None:
    store = place.open()
    before = next(n for n, step in enumerate(MIGRATIONS) if step.apply is migrations.approving)
    with store.write() as connection:
        for name in ("approvals", "cleared"):
            connection.execute(text(f"DROP TABLE {name}"))
        if connection.dialect.name == "postgresql":
            connection.execute(text("DROP FUNCTION approvals_only_blanked()"))
        MIGRATIONS[before].apply(connection)
    give(store, vote())
    with pytest.raises(DBAPIError, match="only ever added to"), store.write() as connection:
        connection.execute(delete(tables.approvals))
    store.close()


def test_when_a_person_moved_it(store: Store) -> None:
    put(store, a_row())
    with store.read() as connection:
        assert approvals.moved_to(connection, [KEY]) == {}
    with store.write() as connection:
        for hours in (1, 3):
            outbox.move(connection, KEY, after(hours=hours), None, NOW, ANI)
    with store.read() as connection:
        assert approvals.moved_to(connection, [KEY]) == {KEY: after(hours=3)}
