"""A rehearsal is what `plan` says and what `run` would do: the same engine, another clock, nothing outside of it."""

from __future__ import annotations

import json
import socket
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from campaign.core.ahead import outlook
from campaign.core.compose import Composer
from campaign.core.lifecycle import State
from campaign.core.model import Account, Approval, Campaign, QuietHours, Slot, Target, Workspace
from campaign.core.timetable import Timetable, Weekly
from campaign.dispatch.adapters import LIMITS
from campaign.dispatch.decide import Desk
from campaign.dispatch.freeze import Freezer
from campaign.dispatch.rehearse import Rehearsed, Stop, approved, rehearse
from campaign.errors import Place
from campaign.networks import registry
from campaign.networks.feed import FeedOptions
from campaign.store.database import Store
from campaign.store.outbox import Who
from campaign.store.tables import metadata
from campaign.store.vault import Shelf
from campaign.workspace.files import MediaFiles
from tests.dispatch.world import ID, T0, ZONE, World, at, slot

WEEK = T0 + timedelta(days=7)


def account(name: str = "fedi", **more: object) -> Account:
    return Account(name, "feed", ("en",), FeedOptions(), **more)  # type: ignore[arg-type]


def targets(*accounts: Account) -> list[Target]:
    return [Target(one, "en") for one in accounts]


def workspace(accounts: list[Account], slots: list[Slot]) -> Workspace:
    campaign = Campaign("c", {"en": "C"}, ZONE, tuple(slots), Place("schedules/c.yaml"), "1")
    by_id = {one.id: one for one in accounts}
    return Workspace(Path("/nowhere"), ID, ZONE, "sqlite:///none.db", ("en",), by_id, {"c": campaign})


def daily(hour: int) -> Timetable:
    return Timetable(Weekly(frozenset(range(7)), (time(hour),)), ZONE, starts=date(2027, 7, 1))


def play(space: Workspace, end: datetime = WEEK, **more: object) -> Rehearsed:
    return rehearse(space, MediaFiles(Path("/nowhere")), T0, end, **more)  # type: ignore[arg-type]


def states(played: Rehearsed) -> Mapping[str, str]:
    return {row.key: row.state.value for row in played.rows if row.due > T0}


# -- it is the plan -----------------------------------------------------------------------


HOURS = st.integers(0, 23)
QUIET = st.sampled_from([None, QuietHours(time(22), time(6)), QuietHours(time(12), time(15))])
LATE = st.sampled_from([None, timedelta(minutes=1), timedelta(hours=2), timedelta(hours=9)])


@st.composite
def spaces(draw: st.DrawFn) -> Workspace:
    """Up to three accounts with gaps and caps; daily posts at hours that may meet, in quiet hours or not."""
    accounts = [
        account(
            name,
            gap=timedelta(minutes=draw(st.sampled_from([0, 0, 45, 200]))),
            daily=draw(st.sampled_from([None, None, 1, 2])),
        )
        for name in ("a", "b", "d")[: draw(st.integers(1, 3))]
    ]
    slots = [
        slot(
            f"s{number}",
            daily(draw(HOURS)),
            targets(
                *draw(
                    st.lists(st.sampled_from(accounts), min_size=1, max_size=3, unique_by=lambda one: one.id)
                )
            ),
            f"Text {number} on {{{{ occurrence.date }}}}",
            quiet=draw(QUIET),
            if_late=draw(LATE),
        )
        for number in range(draw(st.integers(1, 4)))
    ]
    return workspace(accounts, slots)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(space=spaces())
def test_it_is_what_the_plan_says(space: Workspace) -> None:
    composer = Composer(space, lambda one: registry.network(one.network).rules)
    end = T0 + timedelta(days=2)
    # Both look at some days more: what comes after the end never goes first.
    planned = {post.key: post for post in outlook(space, composer, T0, end + timedelta(days=8))}
    rows = {row.key: row for row in play(space, end).rows if T0 < row.due <= end}
    assert rows.keys() == {key for key, post in planned.items() if post.moment.due <= end}
    for key, row in rows.items():
        assert (row.state is State.MISSED) == bool(planned[key].missed), key
        if row.state is State.SENT:
            assert row.sent_at == planned[key].goes_out, key
        elif row.state is State.PENDING:  # `always`, and a cap that never lets it catch up
            assert planned[key].goes_out > end + timedelta(days=7), key


def test_threads_go_out_in_order_and_together() -> None:
    text = "One.\n---\nTwo.\n---\nThree."
    played = play(
        workspace([account(gap=timedelta(hours=1))], [slot("s", daily(9), targets(account()), text)])
    )
    first = [row for row in played.rows if row.wall == "2027-07-02T09:00"]
    assert [(row.part, row.state, row.sent_at) for row in first] == [
        (part, State.SENT, first[0].due) for part in (1, 2, 3)
    ]


def test_a_network_that_takes_no_text_twice_refuses_it() -> None:
    x = replace(account("x"), network="x")
    first = slot("a", at("2027-07-02T09:00"), targets(x), "The same", repeat_after=timedelta(days=3))
    again = replace(first, id="b", timetable=Timetable(at("2027-07-04T09:00", "2027-07-06T09:00"), ZONE))
    played = play(workspace([x], [first, again]))
    assert states(played) == {
        "c/a/2027-07-02T09:00/x": "sent",
        "c/b/2027-07-04T09:00/x": "failed",
        "c/b/2027-07-06T09:00/x": "sent",
    }
    assert "x takes no text twice; it said the same as c/a/2027-07-02T09:00/x" in [
        r.reason for r in played.rows
    ]


# -- nothing outside ----------------------------------------------------------------------


def test_no_socket_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*args: object, **more: object) -> None:
        raise AssertionError("a rehearsal opens no connection")

    monkeypatch.setattr(socket.socket, "connect", forbidden)
    monkeypatch.setattr(socket, "getaddrinfo", forbidden)
    assert set(states(play(workspace([account()], [slot("s", daily(9), targets(account()))]))).values()) == {
        "sent"
    }


def test_it_may_begin_while_the_machine_is_off(world: World) -> None:
    space = workspace([account()], [slot("s", daily(9), targets(account()), if_late=None)])
    world.adopt(space)
    world.settle()  # it ran until now
    off = Stop(T0 - timedelta(minutes=1), T0 + timedelta(hours=9))
    played = rehearse(space, world.files, T0, T0 + timedelta(hours=12), real=world.store, stops=[off])
    rows = {row.key: row for row in played.rows}
    assert rows["c/s/2027-07-01T09:00/fedi"].sent_at == off.end


def test_what_needs_a_person_waits_and_can_be_taken_as_given() -> None:
    one = slot("s", at("2027-07-02T09:00"), targets(account()), approval=Approval.ONE)
    space = workspace([account()], [one])
    (row,) = play(space).rows
    assert row.state is State.MISSED
    assert "needs approval" in row.reason
    (row,) = play(approved(space)).rows
    assert row.state is State.SENT


def test_while_the_machine_is_off_nothing_goes_out() -> None:
    soon = slot("soon", daily(9), targets(account()))
    always = slot("always", daily(10), targets(account()), if_late=None)
    off = Stop(datetime(2027, 7, 2, 12, tzinfo=UTC), datetime(2027, 7, 4, 12, tzinfo=UTC))
    played = play(workspace([account()], [soon, always]), stops=[off])
    rows = {(row.slot, row.wall[8:10]): row for row in played.rows if row.due > T0}
    assert {day for (name, day), row in rows.items() if name == "soon" and row.state is State.MISSED} == {
        "03",
        "04",
    }
    assert {row.sent_at for (name, day), row in rows.items() if name == "always" and day in ("03", "04")} == {
        off.end
    }
    assert rows["soon", "05"].sent_at == rows["soon", "05"].due


# -- from what is so far --------------------------------------------------------------------


def desk(world: World, space: Workspace) -> Desk:
    """Where a person decides on the world's store."""
    composer = Composer(space, world.nets.rules)
    who = Who("ani", "cli")
    return Desk(world.store, space, composer, world.nets, Freezer(ID, world.files), world.now, who)  # type: ignore[arg-type]


def dump(store: Store) -> list[str]:
    """All that stands in a store."""
    with store.read() as connection:
        return [str(connection.execute(select(table)).all()) for table in metadata.sorted_tables]


def test_it_respects_what_people_decided_and_changes_nothing(world: World) -> None:
    space = workspace([account()], [slot("s", daily(9), targets(account()), repeat_after=timedelta(0))])
    world.adopt(space)
    world.go(hours=2)  # today's is out
    Shelf(world.store, "fedi").put("token", "very secret")
    cancelled, moved = (f"c/s/2027-07-0{day}T09:00/fedi" for day in (2, 3))
    desk(world, space).cancel([cancelled], "not now")
    later = datetime(2027, 7, 5, 11, tzinfo=UTC)
    desk(world, space).move(moved, later)
    before = dump(world.store)
    played = rehearse(space, world.files, world.now, WEEK, real=world.store)
    rows = {row.key: row for row in played.rows}
    assert rows["c/s/2027-07-01T09:00/fedi"].sent_at == datetime(2027, 7, 1, 2, tzinfo=UTC)
    assert rows[cancelled].state is State.CANCELLED
    assert (rows[moved].state, rows[moved].sent_at) == (State.SENT, later)
    assert rows["c/s/2027-07-04T09:00/fedi"].sent_at == rows["c/s/2027-07-04T09:00/fedi"].due
    assert dump(world.store) == before
    assert world.nets.by_account["fedi"].order == ["s"]  # only what really went out


def test_what_went_out_today_counts_for_the_cap(world: World) -> None:
    accounts = [account(daily=1)]
    space = workspace(
        accounts,
        [slot("early", daily(9), targets(*accounts)), slot("late", daily(12), targets(*accounts))],
    )
    world.adopt(space)
    world.go(hours=2)
    played = rehearse(space, world.files, world.now, T0 + timedelta(hours=12), real=world.store)
    rows = {row.key: row for row in played.rows}
    missed = "c/late/2027-07-01T12:00/fedi"
    assert rows[missed].state is State.MISSED
    assert played.missed[missed].next_at == datetime(2027, 7, 1, 17, tzinfo=UTC)  # midnight in Jakarta


def test_limits_that_a_server_told_are_kept(world: World) -> None:
    space = workspace(
        [account()], [slot("s", at("2027-07-02T09:00"), targets(account()), "Far too long a text")]
    )
    rules = replace(registry.network("feed").rules, limit=8)
    Shelf(world.store, "fedi").put(LIMITS, json.dumps(asdict(rules)))
    (row,) = rehearse(space, world.files, T0, WEEK, real=world.store).rows
    assert row.state is State.FAILED
    assert "too long" in row.reason
