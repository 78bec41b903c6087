"""With a hundred thousand rows the loop's questions are still answered by indexes: the databases' own plans say so."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, bindparam, event, text

from campaign.core.lifecycle import State
from campaign.store import approvals, claims, concerns, history, overdue, paging, pauses, tables
from campaign.store.database import Store
from tests.store.conftest import NewPlace, Place
from tests.store.made import NOW, a_row, after, put, take

ACCOUNTS = [f"account{n}" for n in (1, 2, 3, 4)]

NUMBERS = {
    "sqlite": "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 25000)",
    "postgresql": "WITH numbers AS (SELECT generate_series(1, 25000) AS n)",
}

COPIES = """
    SELECT 'c/s/' || n || '/' || account, n || '-' || account, 'c', 's', CAST(n AS TEXT), account, account, 'm', 'id',
           CASE WHEN n <= 24000 THEN 'sent' ELSE 'pending' END, due, due, NULL, post, post, due, due, due
    FROM numbers, (SELECT account, post, not_before AS due FROM deliveries) AS first
"""


@pytest.fixture(scope="module")
def full(new_place: NewPlace) -> Iterator[Store]:
    """A store with 96,000 rows that were sent and 4,000 that are ready, of four accounts; the earliest is ``first``."""
    with new_place(True) as place:
        store = place.open()
        put(store, *(a_row("first", account, due=after(days=-1)) for account in ACCOUNTS))
        columns = (
            "key, network_key, campaign, slot, wall, target, account, network, language, state, due, not_before, "
            "deadline, post, receipt, sent_at, created_at, updated_at"
        )
        with store.write() as connection:
            numbers = NUMBERS[connection.dialect.name]
            connection.execute(text(f"INSERT INTO deliveries ({columns}) {numbers} {COPIES}"))
            if store.shared:
                connection.execute(text("ANALYZE"))
        yield store
        store.close()


def plans(store: Store, ask: Callable[[Connection], object]) -> list[str]:
    """The database's plans for all that ``ask`` asks it, as text."""
    asked: list[tuple[str, Any]] = []

    def remember(conn: Any, cursor: Any, sql: str, parameters: Any, context: Any, many: bool) -> None:
        asked.append((sql, parameters))

    with store.read() as connection:
        event.listen(connection, "before_cursor_execute", remember)
        ask(connection)
        explain = "EXPLAIN " if store.shared else "EXPLAIN QUERY PLAN "
        found = [connection.exec_driver_sql(explain + sql, values).all() for sql, values in list(asked)]
    return ["\n".join(str(row[-1]) for row in rows) for rows in found]


FEW = ("accounts", "CONSTANT", "pause_posts_open")
"""What may be read whole: logins, and what nobody has decided about."""


def scans(told: str) -> list[str]:
    """The lines of a plan that read the whole of the big table."""
    return [
        line
        for line in told.splitlines()
        if "Seq Scan on deliveries" in line
        or (line.strip().startswith("SCAN") and not any(name in line for name in FEW))
    ]


def test_a_claim_reads_no_more_than_it_must(full: Store) -> None:
    (told,) = plans(
        full, lambda connection: connection.execute(claims.ready(), {"now": NOW, "names": ACCOUNTS}).all()
    )
    assert scans(told) == [], told
    assert "deliveries_threads" in told
    # In order of due already: the first one that is ready is taken, without sorting those behind it.
    assert "deliveries_of_account" in told
    assert "TEMP B-TREE" not in told
    assert "Sort Key: one.due" not in told


def test_a_claim_among_a_hundred_thousand_takes_the_first(full: Store) -> None:
    with full.write() as connection:
        before = connection.execute(text("SELECT count(*) FROM attempts")).scalar()
    got = take(full, *ACCOUNTS)
    assert before == 0
    assert [claim.key.split("/")[1] for claim in got] == ["first"] * 4


def test_the_other_questions_of_each_tick_are_answered_by_indexes(full: Store) -> None:
    def ask(connection: Connection) -> None:
        history.next_wake(connection, NOW)
        history.uncertain_due(connection, NOW)
        history.rows_to_fill(connection, NOW)
        history.last_sent(connection, "account1")
        history.sent_on(connection, "account1", after(days=3), after(days=4))
        history.sent_texts(connection, "account1", after(days=3))

    told = plans(full, ask)
    assert len(told) >= 7
    for each in told:
        assert scans(each) == [], each


def test_looks_at_what_goes_on_now_are_answered_by_indexes(full: Store) -> None:
    def ask(connection: Connection) -> None:
        for state in (State.FAILED, State.MISSED):
            history.gone_wrong(connection, state, after(days=-7))
        history.deliveries(connection, states=[State.HELD, State.UNCERTAIN])
        history.still_out(connection)
        history.sent_of_slots(connection, "c", {"s2": after(days=-7)})
        history.row_ids_sent(connection, "c", "s2", "account1")
        history.accounts(connection)
        concerns.concerns(connection, after(days=-7))
        concerns.unwanted(connection, after(hours=-1))
        overdue.count(connection, after(days=-30))
        paging.page(connection, size=50, state=State.FAILED, since=after(days=-7))
        paging.briefs(connection, NOW, after(days=31), 2_000)
        pauses.standing(connection)
        pauses.fallen(connection)

    told = plans(full, ask)
    assert len(told) >= 15
    for each in told:
        assert scans(each) == [], each
    wrong = [each for each in told if "deliveries_wrong" in each]
    assert len(wrong) == 3, told


def test_the_verdicts_on_a_slot_are_found_among_many(place: Place) -> None:
    store = place.open()
    many = "SELECT 'c/s' || n || '/2027-07-30T08:00/fedi', '', 'approved', 'ani', '', :now, '' FROM numbers"
    with store.write() as connection:
        numbers = NUMBERS[connection.dialect.name]
        columns = 'key, content, verdict, "by", door, at, reason'
        connection.execute(
            text(f"INSERT INTO approvals ({columns}) {numbers} {many}").bindparams(
                bindparam("now", NOW, type_=tables.Instant())
            )
        )
        if store.shared:
            connection.execute(text("ANALYZE"))

    def ask(connection: Connection) -> None:
        asked = [("c", "s7"), ("c", "s"), ("d", "s7"), ("c", "s24999")]
        assert approvals.slots(connection, asked) == {("c", "s7"), ("c", "s24999")}
        assert list(approvals.votes_on_slot(connection, "c", "s7")) == ["c/s7/2027-07-30T08:00/fedi"]
        near = datetime.fromisoformat("2027-07-30T08:00")
        assert approvals.votes_on_slot(connection, "c", "s7", near, near)
        assert not approvals.votes_on_slot(connection, "c", "s7", near + timedelta(minutes=1), near)
        assert not approvals.votes_on_slot(connection, "c", "s7", None, near - timedelta(minutes=1))

    try:
        told = plans(store, ask)
        assert len(told) == 5
        for each in told:
            assert "SCAN approvals" not in each, each
            assert "Seq Scan on approvals" not in each, each
    finally:
        store.close()
