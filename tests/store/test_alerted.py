"""Who was told what: one turn at a time, told once, and an address that can't be reached."""

from __future__ import annotations

from datetime import date, timedelta

from campaign.store import alerted, migrations
from campaign.store.alerted import TURN, AddressRow
from campaign.store.database import Store
from campaign.store.tables import alert_addresses, alerts_told, events
from tests.store.made import NOW

A, MINUTE = "env:A", timedelta(minutes=1)


def test_one_host_at_a_time_has_the_turn(store: Store) -> None:
    with store.write() as connection:
        assert alerted.take(connection, A, "host:1", NOW)
        assert not alerted.take(connection, A, "host:2", NOW + MINUTE)
        assert alerted.take(connection, "env:B", "host:2", NOW + MINUTE)
        alerted.told(connection, A, "host:1", ["x", "y"], NOW + MINUTE, date(2027, 7, 1))
        assert alerted.untold(connection, A, {"x", "y", "z"}) == {"z"}
        assert alerted.untold(connection, "env:B", {"x"}) == {"x"}
        assert alerted.spoken(connection, A, NOW) == [NOW + MINUTE]  # one message
        assert alerted.addresses(connection)[A] == AddressRow(A, date(2027, 7, 1))
        assert alerted.take(connection, A, "host:2", NOW + MINUTE)


def test_the_turn_of_a_host_that_died_ends_by_itself(store: Store) -> None:
    with store.write() as connection:
        assert alerted.take(connection, A, "host:1", NOW)
        assert alerted.take(connection, A, "host:2", NOW + TURN)
        alerted.give_back(connection, A, "host:1")  # it was only slow: the turn is no longer its own
        assert not alerted.take(connection, A, "host:3", NOW + TURN + MINUTE)


def test_a_turn_that_a_wrong_clock_wrote_holds_nobody_up(store: Store) -> None:
    with store.write() as connection:
        assert alerted.take(connection, A, "host:1", NOW + timedelta(days=365))
        assert alerted.take(connection, A, "host:2", NOW)


def test_an_address_that_cannot_be_reached_rests(store: Store) -> None:
    with store.write() as connection:
        for minute in range(2):
            at = NOW + minute * MINUTE
            assert alerted.take(connection, A, "host:1", at)
            alerted.failed(connection, A, "host:1", "no route", at, at + MINUTE)
        row = alerted.addresses(connection)[A]
        assert (row.fails, row.failing_since, row.reason) == (2, NOW, "no route")
        assert row.rests(NOW + 1.5 * MINUTE) and not row.rests(NOW + 2 * MINUTE)
        assert not row.rests(NOW - timedelta(days=1))  # written under a clock that was wrong
        alerted.told(connection, A, "host:1", (), NOW + 2 * MINUTE)
        assert alerted.addresses(connection)[A] == AddressRow(A)


def test_a_store_from_before_alerts_gets_them(store: Store) -> None:
    with store.write() as connection:
        for table in (alerts_told, alert_addresses):
            table.drop(connection)
        [index] = [index for index in events.indexes if index.name == "events_doubled"]
        index.drop(connection)
    with store.write() as connection:
        migrations.alerts(connection)
    with store.write() as connection:
        assert alerted.take(connection, A, "host:1", NOW)
