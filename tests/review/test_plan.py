"""What will go out: the files, and what people have decided about them."""

from datetime import UTC, date, datetime, timedelta

import pytest

from campaign.core.compose import Composer
from campaign.core.model import Target, Workspace
from campaign.review.plan import Ahead, look_ahead, plan_entries, plan_row, rows_around
from campaign.review.table import Columns, lines, plain
from campaign.store import outbox
from campaign.store.outbox import Who
from tests.dispatch.world import World, account, at, daily, slot, workspace

FEDI = account("fedi", ("en", "id"))
DAY = date(2027, 7, 1)
KEYS = (
    "key",
    "campaign",
    "slot",
    "account",
    "network",
    "language",
    "due",
    "due_utc",
    "text",
    "parts",
    "length",
    "limit",
    "cost",
    "problems",
    "paused",
)


@pytest.fixture
def files() -> Workspace:
    targets = [Target(FEDI, "en"), Target(FEDI, "id")]
    late = slot("late", at("2027-07-01T23:30"), [Target(FEDI, "en")], "Good night")
    return workspace([FEDI], [slot("s", daily(9), targets, "Hello world", repeat_after=timedelta()), late])


def plan(
    world: World, files: Workspace, first: date = DAY, last: date = DAY, after: bool = False
) -> list[Ahead]:
    with world.store.read() as connection:
        rows = rows_around(connection, first, last)
    composer = Composer(files, world.nets.rules)
    return look_ahead(files, composer, world.nets.rules, rows, first, last, world.now if after else None)


def test_a_row_keeps_its_contract(world: World, files: Workspace) -> None:
    first = plan_row(plan(world, files)[0])
    assert tuple(first) == KEYS
    assert first == {
        "key": "c/s/2027-07-01T09:00/fedi",
        "campaign": "c",
        "slot": "s",
        "account": "fedi",
        "network": "scripted",
        "language": "en",
        "due": "2027-07-01T09:00:00+07:00",
        "due_utc": "2027-07-01T02:00:00+00:00",
        "text": "Hello world",
        "parts": 1,
        "length": 11,
        "limit": 500,
        "cost": None,
        "problems": [],
        "paused": None,
    }


def test_days_are_whole_and_those_of_the_campaign(world: World, files: Workspace) -> None:
    keys = [post.key for post in plan(world, files, DAY, date(2027, 7, 2))]
    assert keys == [
        "c/s/2027-07-01T09:00/fedi",
        "c/s/2027-07-01T09:00/fedi.id",
        "c/late/2027-07-01T23:30/fedi",
        "c/s/2027-07-02T09:00/fedi",
        "c/s/2027-07-02T09:00/fedi.id",
    ]


def test_what_has_gone_is_left_out_from_now_on(world: World, files: Workspace) -> None:
    world.adopt(files)
    world.go(hours=2)
    assert [post.key for post in plan(world, files, after=True)] == ["c/late/2027-07-01T23:30/fedi"]
    assert [post.state for post in plan(world, files)][:2] == ["sent", "sent"]


def test_people_s_decisions_show(world: World, files: Workspace) -> None:
    world.adopt(files)
    world.go(hours=1)  # rows of the first morning
    again = workspace(
        [FEDI], [slot("s", at("2027-07-01T09:00", "2027-07-01T15:00"), [Target(FEDI, "en")], "New text")]
    )
    world.nets.broken.add("fedi")
    world.adopt(again)
    world.go(hours=6)
    key = "c/s/2027-07-01T15:00/fedi"
    to = datetime(2027, 7, 2, 3, tzinfo=UTC)
    with world.store.write() as connection:
        assert outbox.move(connection, key, to, None, world.now, Who("ani"))
    assert key not in [post.key for post in plan(world, again)]
    [moved] = plan(world, again, date(2027, 7, 2), date(2027, 7, 2))
    assert (moved.key, moved.due) == (key, to)
    with world.store.write() as connection:
        assert outbox.cancel(connection, key, "rain", world.now, Who("ani"))
    [row] = [post for post in plan(world, again) if post.key == key]
    assert row.ended
    assert any("cancelled: rain" in line for line in plain(lines(plan_entries([row]), Columns(), 80)))


def test_what_is_frozen_is_shown_as_it_is(world: World, files: Workspace) -> None:
    world.adopt(files)
    world.go(hours=1)
    edited = workspace([FEDI], [slot("s", daily(9), [Target(FEDI, "en")], "Edited since")])
    assert [post.posts[0].text for post in plan(world, edited)] == ["Hello world"]
    assert [post.posts[0].text for post in plan(world, edited, date(2027, 7, 3), date(2027, 7, 3))] == [
        "Edited since"
    ]


def test_people_read_both_times_and_what_is_wrong(world: World) -> None:
    files = workspace([FEDI], [slot("s", at("2027-07-01T06:00"), [Target(FEDI, "en")], "x" * 501)])
    shown = plain(lines(plan_entries(plan(world, files)), Columns(right=frozenset({1})), 80))
    assert shown[0] == "Thu 01 Jul 2027 06:00 WIB = 30 Jun 23:00 UTC  c/s/2027-07-01T06:00"
    assert shown[1].startswith("  fedi  501/500  xxx")
    assert "error: too long for scripted: 501 of 500" in shown[2]
    assert all(len(line) <= 80 for line in shown)
