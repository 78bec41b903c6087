"""Why a post waits: in the log, in status and in the plan, from what really happened to it."""

from __future__ import annotations

from datetime import time, timedelta

from campaign.core.model import QuietHours, Target, Workspace
from campaign.core.outcome import Receipt, Refused, Retry, Scope, Sent
from campaign.review.status import read, status_json, status_lines
from campaign.review.table import plain
from campaign.review.waiting import explained, waits
from campaign.store import history
from tests.dispatch.world import ZONE, World, account, at, slot, workspace


def two(world: World, **login: object) -> Workspace:
    """Two posts at 09:00 and 09:01, which is when the world stands."""
    fedi = account(**login)
    moments = at("2027-07-01T09:00", "2027-07-01T09:01")
    files = workspace([fedi], [slot("s", moments, [Target(fedi, "en")], if_late=None)])
    world.adopt(files)
    return files


def reasons(world: World, files: Workspace) -> list[str]:
    with world.store.read() as connection:
        rows = explained(history.deliveries(connection), history.accounts(connection), files, world.now)
    return [row.reason for row in rows]


def test_a_gap(world: World) -> None:
    files = two(world, gap=timedelta(minutes=30))
    world.go(hours=1, minutes=5)
    assert reasons(world, files) == ["", "waits for the gap of fedi until 09:30"]
    with world.store.read() as connection:
        found = read(connection, files, [], None, {}.get, world.now)
    assert not found.overdue
    assert "1 post: waits for the gap of fedi until 09:30" in "\n".join(
        plain(status_lines(found, lambda campaign: ZONE, ZONE, 100))
    )
    assert status_json(found, lambda campaign: ZONE, ZONE)["waiting"] == [
        {
            "account": "fedi",
            "reason": "waits for the gap of fedi until 09:30",
            "until": "2027-07-01T09:30:00+07:00",
            "posts": 1,
        }
    ]


def test_a_daily_cap(world: World) -> None:
    files = two(world, daily=1)
    world.go(hours=1, minutes=5)
    assert reasons(world, files) == ["", "the daily cap of fedi is reached until tomorrow 00:00"]


def test_an_account_that_does_not_work(world: World) -> None:
    files = two(world)
    world.nets.get(account()).script = [lambda post, key: Refused("token revoked", Scope.ACCOUNT)]
    world.go(hours=1, minutes=5)
    said = "fedi does not work: token revoked; tried again 09:15"
    assert reasons(world, files) == [said, said]
    with world.store.read() as connection:
        rows = history.deliveries(connection)
        assert waits(rows, history.accounts(connection), files, world.now) == []


def test_the_networks_own_limit(world: World) -> None:
    files = two(world)
    world.nets.get(account()).script = [lambda post, key: Sent(Receipt("1"), wait=1200.0)]
    world.go(hours=1, minutes=5)
    assert reasons(world, files) == ["", "the network lets fedi publish again 09:20"]
    world.go(minutes=16)
    assert set(world.states().values()) == {"sent"}


def test_a_retry_says_why_and_when(world: World) -> None:
    files = two(world)
    world.nets.get(account()).script = [lambda post, key: Retry("busy", 600)]
    world.go(hours=1, minutes=5)
    assert reasons(world, files) == ["busy; tried again 09:10", ""]


def test_quiet_hours(world: World) -> None:
    fedi = account()

    night = QuietHours(time(8, 30), time(9, 45))
    files = workspace(
        [fedi],
        [
            slot("a", at("2027-07-01T09:00"), [Target(fedi, "en")], quiet=night),
        ],
    )
    world.adopt(files)
    world.go(hours=1, minutes=1)
    assert reasons(world, files) == ["waits until 09:45"]
    world.go(hours=1)
    assert reasons(world, files) == [""]
