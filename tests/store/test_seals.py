"""The log is evidence: whatever is changed in it after it was sealed is found, and nothing else is called a change."""

from __future__ import annotations

import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from itertools import pairwise

import pytest
from sqlalchemy import Connection, select, text

from campaign.core.lifecycle import Event, State
from campaign.core.outcome import Sent, Unknown
from campaign.errors import StoreError
from campaign.store import history, log, migrations, outbox
from campaign.store.database import Store
from campaign.store.evidence import seals
from campaign.store.evidence.verify import SHOWN, Verified, verify
from campaign.store.tables import deliveries, events
from tests.servers import Postgres, require
from tests.store.conftest import Place
from tests.store.made import ANI, NOW, a_row, a_thread, after, bring_to, put, receipt, settle, take


def checked(store: Store, *heads: str) -> Verified:
    with store.read() as connection:
        return verify(connection, heads)


def seal_all(store: Store) -> None:
    while seals.keep(store, after(hours=1), all_of_it=True):
        pass


def a_history(store: Store) -> None:
    """Posts in every state, some of them redacted, withdrawn, found, tried again; three seals."""
    for number, state in enumerate(State):
        bring_to(store, state, f"s{number}", f"account{number}")
    seal_all(store)
    lost = bring_to(store, State.UNCERTAIN, "lost", "fedi")
    gone = bring_to(store, State.SENT, "gone", "x")
    with store.write() as connection:
        outbox.found(connection, lost, receipt(7), after(minutes=1))
        outbox.withdrawing(connection, gone, receipt(), NOW, ANI)
        outbox.unwanted(connection, gone, "she asked for it", NOW, ANI)
        outbox.redact(connection, gone, NOW, ANI)
        outbox.withdrawn(connection, gone, "", NOW, ANI)
    seal_all(store)
    put(store, *a_thread(account="y"))
    (claim,) = take(store, "y")
    settle(store, claim, Unknown("reset"))
    with store.write() as connection:
        outbox.resolve(connection, claim.key, Event.RESOLVE_ABSENT, NOW, ANI)
        outbox.redact(connection, lost, NOW, ANI)  # after it was sealed
        outbox.redact(connection, gone, NOW, ANI)  # again
    (claim,) = take(store, "y")
    settle(store, claim, Sent(receipt(9)))
    seal_all(store)


def test_all_that_happens_is_sealed_and_holds(store: Store) -> None:
    assert checked(store) == Verified((), 0, 0, 0, 0, None, None, (), (), None)
    a_history(store)
    found = checked(store)
    assert found.differences == ()
    assert found.head is not None
    assert (found.seals, found.head.n, found.unsealed, found.since) == (3, 3, 0, None)
    bring_to(store, State.HELD, "later", "z")
    found = checked(store, found.head.sha256)
    assert (found.unsealed, found.since, found.lost) == (2, NOW, ())
    assert found.holds
    assert [head.n for head in found.continued] == [3]


# -- whatever is changed ---------------------------------------------------------------------------------


class _Back(Exception):
    """Nothing of it stays."""


@contextmanager
def tampered(store: Store, *statements: str) -> Iterator[Connection]:
    """The store after somebody who owns the database did this, for the block only."""
    drop = (
        ("events_no_update", "events_no_delete", "seals_no_update", "seals_no_delete")
        if not store.shared
        else ("events_no_update ON events", "events_no_delete ON events", "seals_no_change ON seals")
    )
    try:
        with store.write() as connection:
            for trigger in drop:
                connection.execute(text(f"DROP TRIGGER {trigger}"))
            for statement in statements:
                connection.execute(text(statement))
            yield connection
            raise _Back
    except _Back:
        pass


def every_change_of_the_log(store: Store) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What is changed, and how: every column of every event and seal, each of them removed or changed for another,
    events put in. Not the removal of the last seal, which only a head that was kept finds."""
    with store.read() as connection:
        ids = connection.execute(select(events.c.id).order_by(events.c.id)).scalars().all()
        last = connection.execute(text("SELECT max(n) FROM seals")).scalar_one()
    columns = "at, kind, key, before, after, by, door, detail, salt"
    quoted = columns.replace("before", '"before"').replace("by", '"by"')
    for id_ in ids:
        this = f"WHERE id = {id_}"
        yield f"event {id_}", (f"DELETE FROM events {this}",)
        yield f"event {id_}", (f"UPDATE events SET at = '2027-07-30 01:00:00.000001' {this}",)
        for column in ("kind", "key", '"before"', '"after"', '"by"', "door"):
            yield f"event {id_}", (f"UPDATE events SET {column} = {column} || 'x' {this}",)
        yield f"event {id_}", (f"""UPDATE events SET detail = '{{"reason": "all was well"}}' {this}""",)
        yield f"event {id_}", (f"UPDATE events SET salt = 'abc' {this}",)
        yield f"event {id_}", (f"UPDATE events SET id = -{id_} {this}",)
    for one, two in pairwise(ids):
        swap = (
            f"UPDATE events SET id = -1 WHERE id = {one}",
            f"UPDATE events SET id = {one} WHERE id = {two}",
            f"UPDATE events SET id = {two} WHERE id = -1",
        )
        yield f"event {one}", swap
    yield "event 0", (f"INSERT INTO events (id, {quoted}) SELECT 0, {quoted} FROM events WHERE id = 3",)
    for n in range(1, last + 1):
        this = f"WHERE n = {n}"
        for column in ("previous", "sha256", "entries"):
            change = f"UPDATE seals SET {column} = replace({column}, substr({column}, 2, 1), 'z') {this}"
            if n > 1 or column != "previous":
                yield "seal", (change,)
        yield "seal", (f"UPDATE seals SET entries = 'nonsense' {this}",)
        yield "seal", (f"UPDATE seals SET previous = 'abc' {this}",)
        yield "seal", (f"UPDATE seals SET at = '2027-07-30 01:00:00.000001' {this}",)
        for column in ("first", "last"):
            yield "seal", (f"UPDATE seals SET {column} = {column} + 1 {this}",)
        if n < last:
            yield "seal", (f"DELETE FROM seals {this}",)
            swap = (
                f"UPDATE seals SET n = -1 WHERE n = {n}",
                f"UPDATE seals SET n = {n} WHERE n = {n + 1}",
                f"UPDATE seals SET n = {n + 1} WHERE n = -1",
            )
            yield "seal", swap
        yield "seal", (f"UPDATE seals SET n = n + 100 {this}",)


def test_whatever_is_changed_in_the_log_is_found(store: Store) -> None:
    a_history(store)
    tried = 0
    for number, (where, statements) in enumerate(every_change_of_the_log(store)):
        if number % (29 if store.shared else 3):
            continue  # a part of them that has each kind; on PostgreSQL a statement takes longer
        with tampered(store, *statements) as connection:
            found = verify(connection)
            named = [f"event {one.event} seal {one.seal}" for one in found.differences]
            assert not found.holds, statements
            assert any(where in name for name in named), (statements, found.differences)
            tried += 1
    assert tried > 15
    assert checked(store).holds


SENT = "WHERE key LIKE '%/s4/%'"
CHANGES = {
    "what was sent": (
        f"UPDATE deliveries SET post = replace(CAST(post AS TEXT), 'Kenali', 'Abaikan'){{cast}} {SENT}",
        f"UPDATE deliveries SET post = replace(CAST(post AS TEXT), '0000', '1111'){{cast}} {SENT}",
        f"UPDATE deliveries SET post = replace(CAST(post AS TEXT), 'A poster', 'A cat'){{cast}} {SENT}",
        f"UPDATE deliveries SET receipt = replace(CAST(receipt AS TEXT), '@org', '@other'){{cast}} {SENT}",
        f"UPDATE deliveries SET sent_at = '2027-07-30 01:00:00.000001' {SENT}",
        f"UPDATE deliveries SET account = 'other' {SENT}",
        f"UPDATE deliveries SET network_key = 'other' {SENT}",
        f"UPDATE deliveries SET receipt = '[]' {SENT}",
    ),
    "was due": (f"UPDATE deliveries SET due = '2027-07-30 01:00:00.000001' {SENT}",),
    "the log says": (
        "UPDATE deliveries SET state = 'cancelled' WHERE key LIKE '%/s0/%'",
        f"INSERT INTO attempts SELECT key, 2, repeat, began, lease_until, ended, outcome, reason, resolved, receipt,"
        f" notes, owner FROM attempts {SENT}",
        f"DELETE FROM attempts {SENT}",
    ),
    "its row is gone": (f"DELETE FROM attempts {SENT}; DELETE FROM deliveries {SENT}",),
    "no event says": (
        "UPDATE deliveries SET key = 'world-day/z/2027-07-30T08:00/a' WHERE key LIKE '%/s0/%'",
    ),
    "who removed its text": ("UPDATE deliveries SET redacted_by = 'budi' WHERE redacted_by = 'ani'",),
    "withdrawn": ("UPDATE deliveries SET withdrawn_at = NULL WHERE withdrawn_at IS NOT NULL",),
}


def test_what_was_published_is_bound_to_the_log(store: Store) -> None:
    a_history(store)
    with store.read() as connection:
        key = connection.execute(select(deliveries.c.key).where(deliveries.c.key.like("%/s4/%"))).scalar_one()
    assert key.endswith("/account4")
    cast = "::json" if store.shared else ""
    for said, changes in CHANGES.items():
        for change in changes:
            with tampered(store, *change.format(cast=cast).split("; ")) as connection:
                found = verify(connection)
                assert any(said in one.what for one in found.differences), (change, found.differences)


def test_a_text_that_was_removed_leaves_nothing_to_guess_it_by(store: Store) -> None:
    a_history(store)
    with store.read() as connection:
        left = connection.execute(
            select(events.c.kind, events.c.salt, events.c.detail).where(events.c.key.like("%/lost/%"))
        ).all()
    blanked = [row for row in left if row.detail == log.REMOVED]
    assert {row.kind for row in blanked} == {"claim", "unknown", "found"}
    assert all(row.salt is None for row in blanked)
    assert all("content" not in row.detail for row in left if row.kind != "redacted")
    assert checked(store).holds


def test_a_text_that_was_removed_without_a_word_is_found(store: Store) -> None:
    key = bring_to(store, State.SENT, "s", "fedi")
    seal_all(store)
    with store.write() as connection:  # the database lets that pass: redaction needs it
        connection.execute(
            events.update()
            .where(events.c.key == key, events.c.kind == "sent")
            .values(detail=log.REMOVED, salt=None)
        )
    found = checked(store)
    assert found.differences[0].what == "its details were removed, and no redaction is on record"


def test_bytes_that_are_no_text_are_a_difference_and_no_crash(place: Place) -> None:
    if not place.url.startswith("sqlite"):
        pytest.skip("PostgreSQL lets none in")
    store = place.open()
    bring_to(store, State.SENT, "s", "fedi")
    seal_all(store)
    for statement in (
        "UPDATE events SET door = CAST(x'ff41' AS TEXT) WHERE id = 2",
        "UPDATE events SET at = 'yesterday', kind = 7, key = x'00ff' WHERE id = 2",
        "UPDATE events SET detail = '{' WHERE id = 2",
        "UPDATE deliveries SET post = CAST(x'ff' AS TEXT)",
        "UPDATE deliveries SET post = '{', receipt = '7', due = 'never'",
        "UPDATE seals SET first = 'one', entries = x'ff', at = 'never'",
    ):
        with tampered(store, statement) as connection:
            assert verify(connection).differences, statement
    with sqlite3.connect(place.root / "campaign.db") as other:
        other.execute("UPDATE deliveries SET reason = CAST(x'ff41' AS TEXT)")
    other.close()
    with pytest.raises(StoreError, match="is damaged"), store.read() as connection:
        history.deliveries(connection)
    store.close()


def test_a_lot_of_differences_is_counted(store: Store) -> None:
    put(store, *(a_row(f"s{n}") for n in range(SHOWN + 20)))
    seal_all(store)
    with tampered(store, "UPDATE events SET door = 'cli ani@elsewhere'") as connection:
        found = verify(connection)
    assert (len(found.differences), found.number) == (SHOWN, SHOWN + 20)


# -- heads -----------------------------------------------------------------------------------------------


def test_only_a_head_kept_elsewhere_shows_that_all_was_sealed_anew(store: Store) -> None:
    put(store, a_row())
    seal_all(store)
    kept = checked(store).head
    assert kept is not None
    with tampered(store, "DELETE FROM seals", """UPDATE events SET "by" = 'budi'""") as connection:
        assert seals.seal(connection, after(hours=1)) == 1
        assert verify(connection).holds
        found = verify(connection, [kept.sha256])
        assert (found.holds, found.lost, found.number) == (False, (kept.sha256,), 0)
    with tampered(store, "DELETE FROM seals") as connection:  # the last seal, or all of them
        assert verify(connection).holds
        assert verify(connection, [kept.sha256]).lost == (kept.sha256,)


# -- when is sealed, and what ----------------------------------------------------------------------------


def test_a_seal_is_made_when_one_event_is_old_or_many_wait(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seals, "MOST", 5)
    assert seals.keep(store, NOW, all_of_it=True) == 0
    put(store, a_row("a"))
    assert seals.keep(store, NOW + seals.AGE - timedelta(seconds=1)) == 0
    assert seals.keep(store, NOW + seals.AGE) == 1
    put(store, *(a_row(f"b{n}") for n in range(7)), now=after(hours=1))
    assert [seals.keep(store, after(hours=1)) for _ in range(3)] == [5, 0, 0]
    assert seals.keep(store, after(hours=1), all_of_it=True) == 2
    found = checked(store)
    assert (found.seals, found.sealed, found.holds) == (3, 8, True)


def test_seals_stay_as_they_are(store: Store) -> None:
    put(store, a_row())
    seal_all(store)
    for change in ("UPDATE seals SET n = 7", "DELETE FROM seals"):
        with pytest.raises(Exception, match="only ever added to"), store.write() as connection:
            connection.execute(text(change))


def test_a_lower_id_that_is_committed_later_is_sealed_too(place: Place) -> None:
    if not place.url.startswith("postgresql"):
        pytest.skip("in SQLite one transaction writes at a time")
    one, two = place.open(), place.open()
    with one.write() as slow:
        log.write(slow, NOW, "parked", detail={"account": "fedi"})
        with two.write() as quick:
            log.write(quick, NOW, "parked", detail={"account": "x"})
        with two.read() as connection:
            (seen,) = history.events(connection)
        assert (seen.id, seen.detail["account"]) == (2, "x")
        assert seals.keep(two, after(hours=1)) == 0  # what comes before it is not there yet
    with one.read() as looker:  # who only reads keeps nobody from sealing
        history.events(looker)
        assert seals.keep(two, after(hours=1)) == 2
    with two.write() as slow, pytest.raises(_Back):
        log.write(slow, NOW, "parked")
        assert seals.keep(one, after(hours=2)) == 0
        raise _Back
    assert seals.keep(one, after(hours=2), all_of_it=True) == 1
    assert checked(one) == checked(two)
    assert (checked(one).sealed, checked(one).holds) == (3, True)
    one.close()
    two.close()


def test_two_that_seal_at_once_do_not_get_into_each_other_s_way(place: Place) -> None:
    if not place.url.startswith("postgresql"):
        pytest.skip("in SQLite one transaction writes at a time")
    one, two = place.open(), place.open()
    put(one, a_row())
    with one.write() as first, two.write() as second:
        assert seals.seal(first, after(hours=1)) == 1
        assert seals.seal(second, after(hours=1)) == 0
    assert checked(two).holds
    one.close()
    two.close()


# -- backups and older stores ----------------------------------------------------------------------------


def test_a_backup_made_while_it_runs_holds_too(place: Place, request: pytest.FixtureRequest) -> None:
    store = place.open()
    a_history(store)
    kept = checked(store)
    assert kept.head is not None
    if store.shared:
        name = place.url.rpartition("/")[2]
        server: Postgres = request.getfixturevalue("server")
        server.run(f"CREATE DATABASE {name}_back")
        plain = place.url.replace("+psycopg", "")
        dumped = subprocess.run(
            [require("pg_dump", "apt install postgresql-client"), plain], capture_output=True, check=True
        )
        done = subprocess.run(
            [
                require("psql", "apt install postgresql-client"),
                "-q",
                "-v",
                "ON_ERROR_STOP=1",
                f"{plain}_back",
            ],
            input=dumped.stdout,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        back = Store.open(f"{place.url}_back", place.root, create=False)
    else:
        with closing(sqlite3.connect(place.root / "campaign.db")) as source:
            source.execute("VACUUM INTO ?", (str(place.root / "back.db"),))
        back = Store.open("sqlite:///back.db", place.root, create=False)
    assert checked(back, kept.head.sha256) == checked(store, kept.head.sha256)
    put(back, a_row("later"), now=after(hours=2))
    assert seals.keep(back, after(hours=3)) == 1
    assert checked(back, kept.head.sha256).holds
    back.close()
    store.close()


def older(store: Store) -> None:
    """Make a store what it was before there were seals."""
    with store.write() as connection:
        for trigger in log.LIFTED[connection.dialect.name]:
            connection.execute(text(trigger))
        connection.execute(text("DROP TABLE seals"))
        connection.execute(
            text("""UPDATE events SET detail = '{"attempt": 1}' WHERE kind IN ('claim', 'sent')""")
        )
        connection.execute(text("ALTER TABLE events DROP COLUMN salt"))
        for statement in log.ONLY_BLANKED[connection.dialect.name][-1 if store.shared else 0 :][:1]:
            connection.execute(text(statement.replace("events_no_delete", "events_no_update")))


def test_an_older_store_is_taken_over_as_it_is_found(store: Store) -> None:
    sent, waits = bring_to(store, State.SENT, "s", "fedi"), bring_to(store, State.HELD, "h", "x")
    older(store)
    with store.write() as connection:
        migrations.seals(connection)
        before = history.events(connection)
    taken = [event for event in before if event.kind == log.TAKEN_OVER]
    assert [(event.key, dict(event.detail).get("events")) for event in taken] == [("", 5), (sent, None)]
    assert waits not in {event.key for event in taken}
    seal_all(store)
    found = checked(store)
    assert found.differences == ()
    assert found.taken_over is not None
    assert abs(found.taken_over - store.clock()) < timedelta(minutes=5)
    with tampered(
        store, f"UPDATE deliveries SET sent_at = '2027-07-30 01:00:00.000001' WHERE key = '{sent}'"
    ) as connection:
        assert not verify(connection).holds
    with store.write() as connection:
        assert outbox.redact(connection, sent, NOW, ANI)
    assert checked(store).holds
    with pytest.raises(Exception, match="only ever added to"), store.write() as connection:
        connection.execute(events.update().values(by="nobody"))


def test_an_empty_older_store_has_nothing_to_take_over(store: Store) -> None:
    older(store)
    with store.write() as connection:
        migrations.seals(connection)
    assert checked(store).taken_over is None
