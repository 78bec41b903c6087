"""Review marks in the store, on both databases: only added, each once; a redaction takes their words."""

from __future__ import annotations

import uuid
from datetime import datetime

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError

from campaign.core.lifecycle import State
from campaign.core.marks import Mark, Verdict
from campaign.core.outcome import Sent
from campaign.store import history, marks, migrations, outbox, tables
from campaign.store.database import Store
from campaign.store.evidence.verify import verify
from campaign.store.marks import Counted
from tests.store.made import ANI, NOW, a_row, a_thread, after, bring_to, kinds, put, receipt, settle, take


def a_mark(key: str, verdict: Verdict = Verdict.OK, said: str = "", by: str = "sari", **more: object) -> Mark:
    values = {"id": str(uuid.uuid4()), "door": "cli", "at": NOW} | more
    return Mark(key=key, verdict=verdict, text=said, by=by, **values)  # type: ignore[arg-type]


def add(store: Store, *new: Mark) -> list[Mark]:
    with store.write() as connection:
        return marks.add(connection, new)


def flagged(store: Store, campaign: str | None = None) -> list[str]:
    with store.read() as connection:
        return [mark.text for mark in marks.flagged(connection, campaign)]


def left(store: Store, **which: object) -> tuple[list[str], int]:
    with store.read() as connection:
        rows, number = marks.unreviewed(connection, **which)  # type: ignore[arg-type]
    return [row.key for row in rows], number


def published(store: Store, slot: str, account: str = "fedi", at: datetime = NOW) -> str:
    put(store, a_row(slot, account, due=at, not_before=at))
    (claim,) = take(store, account, now=at)
    settle(store, claim, Sent(receipt()), at)
    return claim.key


def test_a_mark_counts_once_and_is_an_event_of_the_log(store: Store) -> None:
    key = bring_to(store, State.SENT, "s", "fedi")
    one = a_mark(key, Verdict.FLAG, "the wrong picture")
    assert add(store, one) == [one]
    assert add(store, one) == []
    with store.read() as connection:
        assert marks.of_posts(connection, [key]) == {key: [one]}
        event = history.events(connection, key)[-1]
        salt = connection.execute(select(tables.marks.c.salt)).scalar_one()
    # The words stand in the mark alone, so that they can be removed; the event vouches for them.
    assert (event.by, event.detail) == (
        "sari",
        {"mark": one.id, "said": marks.vouched("the wrong picture", salt)},
    )
    assert kinds(store, key).count("flagged") == 1


def test_a_flag_stays_open_until_a_close_names_it(store: Store) -> None:
    key = bring_to(store, State.SENT, "s", "fedi")
    first, second = a_mark(key, Verdict.FLAG, "first"), a_mark(key, Verdict.FLAG, "second", at=after(hours=1))
    add(store, first, second, a_mark(key, by="budi"))
    assert flagged(store) == ["first", "second"]
    add(store, a_mark(key, Verdict.CLOSE, flag=first.id))
    assert flagged(store) == flagged(store, "world-day") == ["second"]
    assert flagged(store, "other") == []


def test_what_nobody_has_looked_at_the_latest_first(store: Store) -> None:
    old = published(store, "old", at=after(hours=-2))
    new = published(store, "new", "paper")
    published(store, "trial", "trial")
    seen = published(store, "seen", "site")
    put(store, *a_thread(account="x", parts=2))
    for number in (1, 2):
        (claim,) = take(store, "x")
        settle(store, claim, Sent(receipt(number)), after(minutes=number))
    add(store, a_mark(seen))
    thread = "world-day/thread/2027-07-30T08:00/x"
    assert left(store, without=["trial"]) == ([thread, new, old], 3)
    assert left(store, without=["trial"], limit=1) == ([thread], 3)
    assert left(store, without=["trial"], until=NOW) == ([old], 1)
    assert left(store, campaign="other") == ([], 0)
    add(store, a_mark(old, Verdict.FLAG, "no"), a_mark(thread))
    assert left(store, without=["trial"]) == ([new], 1)
    with store.read() as connection:
        rows = history.deliveries(connection, slot="thread")
        assert [row.reviewed_by for row in rows] == [(), ()]
        assert [row.reviewed_by for row in marks.with_reviewers(connection, rows)] == [("sari",), ("sari",)]
        counted = marks.counted(connection, after(hours=-3), after(hours=1), ["trial"])
    assert counted == [Counted("world-day", sent=4, reviewed=3, flagged=1, open=1)]


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM marks",
        "UPDATE marks SET verdict = 'ok'",
        "UPDATE marks SET text = 'fine'",
        "UPDATE marks SET salt = ''",
    ],
)
def test_the_database_lets_nobody_change_a_mark(store: Store, change: str) -> None:
    key = bring_to(store, State.SENT, "s", "fedi")
    add(store, a_mark(key, Verdict.FLAG, "wrong"))
    with pytest.raises(DBAPIError, match=marks.REFUSAL), store.write() as connection:
        connection.execute(text(change))
    assert flagged(store) == ["wrong"]


def test_a_redaction_takes_the_words_of_marks_and_leaves_the_marks(store: Store) -> None:
    key = bring_to(store, State.SENT, "s", "fedi")
    one = a_mark(key, Verdict.FLAG, "names Wulandari")
    add(store, one, a_mark(key, by="budi"))
    with store.write() as connection:
        assert outbox.redact(connection, key, NOW, ANI)
    with store.read() as connection:
        told = [event.detail for event in history.events(connection, key)]
        there = marks.of_posts(connection, [key])[key]
        assert verify(connection).holds
        assert connection.execute(select(tables.marks.c.salt)).scalars().all() == ["", ""]
    assert "Wulandari" not in str(told)
    assert {mark.text for mark in there} == {""}
    assert flagged(store) == [""]  # it is still wrong
    assert add(store, one) == []  # and a file that comes again does not bring the words back
    with store.write() as connection, pytest.raises(DBAPIError):
        connection.execute(update(tables.marks).values(text="again"))


def test_a_thread_s_marks_are_redacted_with_any_of_its_parts(store: Store) -> None:
    put(store, *a_thread(parts=2))
    for number in (1, 2):
        (claim,) = take(store)
        settle(store, claim, Sent(receipt(number)))
    first = "world-day/thread/2027-07-30T08:00/fedi"
    add(store, a_mark(first, Verdict.FLAG, "names Wulandari"))
    with store.write() as connection:
        assert outbox.redact(connection, f"{first}#2", NOW, ANI)
    with store.read() as connection:
        assert "Wulandari" not in str([event.detail for event in history.events(connection)])
        assert verify(connection).holds
    assert flagged(store) == [""]


TAMPERED = {
    "UPDATE marks SET text = 'all fine'": "what the review mark says was changed",
    "UPDATE marks SET text = ''": "what the review mark says was changed",
    "UPDATE marks SET by = 'budi'": "the review mark was changed",
    "DELETE FROM marks": "the review mark is gone",
    "INSERT INTO marks (id, key, verdict, by, at) SELECT 'x', key, 'ok', 'budi', at FROM marks": "no event says how",
}


@pytest.mark.parametrize(("change", "says"), TAMPERED.items())
def test_whoever_changes_a_mark_in_the_file_is_found_out(store: Store, change: str, says: str) -> None:
    key = bring_to(store, State.SENT, "s", "fedi")
    add(store, a_mark(key, Verdict.FLAG, "wrong"))

    def found() -> list[str]:
        with store.read() as connection:
            return [difference.what for difference in verify(connection).differences]

    assert found() == []
    with store.write() as connection:
        off = {"sqlite": "DROP TRIGGER", "postgresql": "ALTER TABLE marks DISABLE TRIGGER"}
        for name in ("marks_no_update", "marks_no_delete"):
            connection.execute(text(f"{off[connection.dialect.name]} {name}"))
        connection.execute(text(change))
    (told,) = found()
    assert told.startswith(says)


def test_a_store_from_before_marks_gets_them(store: Store) -> None:
    key = bring_to(store, State.SENT, "s", "fedi")
    with store.write() as connection:
        connection.execute(text("DROP TABLE marks"))
        connection.execute(text("DROP INDEX deliveries_out"))
        if connection.dialect.name == "postgresql":
            connection.execute(text("DROP FUNCTION marks_only_added"))
    with store.write() as connection:
        migrations.review_marks(connection)
    add(store, a_mark(key, Verdict.FLAG, "wrong"))
    with pytest.raises(DBAPIError, match=marks.REFUSAL), store.write() as connection:
        connection.execute(text("DELETE FROM marks"))
