"""Is all well? The question that a monitor asks every few minutes."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta

import pytest

from campaign.core.lifecycle import Event
from campaign.core.model import QuietHours, Target, Workspace
from campaign.core.outcome import Handed, Outcome, Refused, Retry, Scope, Unknown
from campaign.errors import Level, Place, Problem
from campaign.review.coming import Coming, coming, headline
from campaign.review.status import Status, read, status_json, status_lines
from campaign.review.table import plain
from campaign.store import outbox
from campaign.store.holding import Runner
from campaign.store.outbox import Who
from tests.dispatch.world import T0, ZONE, World, account, at, daily, slot, workspace

FEDI = account()
HOST = Runner("ngo-laptop", 41, T0)
KEYS = [
    "running",
    "next",
    "last_tick",
    "last_tick_by",
    "overdue",
    "uncertain",
    "failed",
    "held",
    "missed",
    "unapproved",
    "to_withdraw",
    "parked",
    "waiting",
    "flagged",
    "paused",
    "problems",
]


def space(**more: object) -> Workspace:
    return workspace([FEDI], [slot("s", at("2027-07-01T09:00"), [Target(FEDI, "en")], "Hello", **more)])


def status(world: World, files: Workspace, runner: Runner | None = HOST, **facts: str) -> Status:
    with world.store.read() as connection:
        return read(connection, files, [], runner, facts.get, world.now)


def shown(found: Status) -> str:
    return "\n".join(plain(status_lines(found, lambda campaign: ZONE, ZONE, 80)))


def answering(outcome: Outcome) -> list[Callable[..., Outcome]]:
    return [lambda post, key: outcome] * 20


def test_all_is_well(world: World) -> None:
    world.adopt(space())
    world.go(hours=2)
    found = status(world, space())
    assert not found.needs_a_person
    assert shown(found) == "Nothing needs a person."
    said = status_json(found, lambda campaign: ZONE, ZONE)
    assert list(said) == KEYS
    assert said["running"] == {"host": "ngo-laptop", "pid": 41, "since": "2027-07-01T08:00:00+07:00"}
    assert said["next"] is None
    assert all(said[key] == [] for key in KEYS[4:])


@pytest.mark.parametrize(
    ("outcome", "group", "says"),
    [
        (Unknown("timed out"), "uncertain", "campaign resolve KEY"),
        (Refused("422 no"), "failed", "campaign retry KEY"),
        (Handed("ani has it"), "held", "campaign resolve KEY"),
    ],
)
def test_what_ended_badly_needs_a_person(world: World, outcome: Outcome, group: str, says: str) -> None:
    world.nets.get(FEDI).repeat_safe_for = timedelta()
    world.nets.get(FEDI).script = answering(outcome)
    world.adopt(space(if_late=None))
    world.go(hours=1)
    found = status(world, space())
    assert found.needs_a_person
    [row] = status_json(found, lambda campaign: ZONE, ZONE)[group]
    assert row["key"] == "c/s/2027-07-01T09:00/fedi"
    assert says in shown(found)


def test_a_missed_post_is_news_for_a_day(world: World) -> None:
    world.adopt(space())
    world.now += timedelta(hours=5)
    world.settle()
    found = status(world, space())
    assert [row.key for row in found.missed] == ["c/s/2027-07-01T09:00/fedi"]
    world.now += timedelta(hours=24)
    assert not status(world, space()).needs_a_person


def test_an_account_that_does_not_work(world: World) -> None:
    world.nets.get(FEDI).script = answering(Refused("401 token revoked", Scope.ACCOUNT))
    world.adopt(space(if_late=None))
    world.go(hours=1, minutes=5)
    found = status(world, space())
    [parked] = status_json(found, lambda campaign: ZONE, ZONE)["parked"]
    assert (parked["account"], parked["reason"]) == ("fedi", "401 token revoked")
    assert [row.key for row in found.overdue] == ["c/s/2027-07-01T09:00/fedi"]
    assert "campaign accounts check" in shown(found)


def test_what_is_tried_in_vain_is_overdue(world: World) -> None:
    world.nets.get(FEDI).script = answering(Retry("503"))
    world.adopt(space(if_late=None))
    world.go(hours=1, minutes=10)
    assert len(status(world, space()).overdue) == 1


def test_what_waits_on_purpose_is_not_overdue(world: World) -> None:
    slow = account("slow", gap=timedelta(minutes=30))
    quiet = {"quiet": QuietHours(time(8), time(10))}
    files = workspace(
        [slow, FEDI],
        [
            slot("s", at("2027-07-01T09:00"), [Target(slow, "en")], "one"),
            slot("t", at("2027-07-01T09:00"), [Target(slow, "en")], "two"),
            slot("u", at("2027-07-01T09:00"), [Target(FEDI, "en")], "three", **quiet),
        ],
    )
    world.adopt(files)
    world.go(hours=1, minutes=20)
    assert sorted(world.states().values()) == ["pending", "pending", "sent"]
    assert status(world, files).overdue == ()


def test_a_time_that_passed_while_nothing_was_running(world: World) -> None:
    daily_posts = workspace([FEDI], [slot("s", daily(9), [Target(FEDI, "en")], "Hello")])
    world.adopt(daily_posts)
    world.go(hours=2)
    world.now += timedelta(days=2)
    found = status(world, daily_posts, None)
    assert [post.key for post in found.unplanned] == [f"c/s/2027-07-{day}T09:00/fedi" for day in ("02", "03")]
    rows = status_json(found, lambda campaign: ZONE, ZONE)["overdue"]
    assert [row["say"] for row in rows] == ["waiting to be sent"] * 2
    assert "nothing was running" in shown(found)


def test_what_was_never_planned_is_not_overdue(world: World) -> None:
    world.now += timedelta(hours=5)
    assert not status(world, space(), None).needs_a_person


def test_nothing_running_matters_only_while_posts_are_ahead(world: World) -> None:
    assert status(world, space(), None).needs_a_person
    assert not status(world, space(), HOST).needs_a_person


def test_a_failed_post_that_was_given_up_asks_no_more(world: World) -> None:
    world.nets.get(FEDI).repeat_safe_for = timedelta()
    world.nets.get(FEDI).script = answering(Unknown("timed out"))
    world.adopt(space(if_late=None))
    world.go(hours=1)
    with world.store.write() as connection:
        key = "c/s/2027-07-01T09:00/fedi"
        assert outbox.resolve(connection, key, Event.RESOLVE_GIVE_UP, world.now, Who("ani"))
    assert not status(world, space()).needs_a_person


def test_a_run_that_hangs_and_a_clock_that_jumped(world: World) -> None:
    old = (world.now - timedelta(minutes=30)).isoformat()
    found = status(world, space(), HOST, last_tick=old, clock="the clock jumped back by 60 min")
    assert found.needs_a_person
    assert "gave its last sign 30 min ago" in shown(found)
    assert "the clock jumped back" in shown(found)


def test_only_errors_of_files_need_a_person(world: World) -> None:
    for level, needs in ((Level.ERROR, True), (Level.WARN, False)):
        problem = Problem(Place("config.yaml", 1, 1), "wrong", level=level)
        with world.store.read() as connection:
            assert (
                read(connection, space(), [problem], HOST, lambda name: None, world.now).needs_a_person
                is needs
            )


def test_what_comes_counts_posts_not_rows_that_are_decided(world: World) -> None:
    target = [Target(FEDI, "en")]
    files = workspace(
        [FEDI],
        [
            slot("s", at("2027-07-01T09:00", "2027-07-01T20:00"), target, "a"),
            slot("t", at("2027-07-02T10:00"), target, "b"),
        ],
    )
    with world.store.read() as connection:
        assert coming(connection, files, world.now) == Coming(datetime(2027, 7, 1, 2, tzinfo=UTC), 2)
    world.adopt(files)
    world.go(hours=2)
    with world.store.read() as connection:
        assert coming(connection, files, world.now) == Coming(datetime(2027, 7, 1, 13, tzinfo=UTC), 1)
    world.go(hours=12)
    with world.store.read() as connection:
        assert coming(connection, files, world.now) == Coming(datetime(2027, 7, 2, 3, tzinfo=UTC), 0)
    world.go(days=2)
    with world.store.read() as connection:
        assert coming(connection, files, world.now) == Coming(None, 0)


@pytest.mark.parametrize(
    ("runner", "ahead", "says"),
    [
        (HOST, Coming(T0 + timedelta(hours=10, minutes=30), 1), "Running on ngo-laptop, next post 18:30"),
        (HOST, Coming(None, 0), "Running on ngo-laptop, nothing is planned"),
        (
            None,
            Coming(T0, 3),
            "NOTHING IS RUNNING: 3 posts today will not go out. Start it: campaign run",
        ),
        (
            None,
            Coming(T0 + timedelta(days=1), 0),
            "NOTHING IS RUNNING, next post tomorrow 08:00. Start it: campaign run",
        ),
        (None, Coming(None, 0), "Nothing is running, and nothing is planned"),
    ],
)
def test_the_first_line(runner: Runner | None, ahead: Coming, says: str) -> None:
    assert headline(runner, ahead, T0, ZONE) == says


def test_between_two_passes_of_cron_it_is_kept_going(world: World) -> None:
    slots = [slot("s", at("2027-07-01T08:05", "2027-07-01T09:00"), [Target(FEDI, "en")], "Hello")]
    files = workspace([FEDI], slots)
    world.adopt(files)
    world.settle()
    facts = {"last_tick": world.now.isoformat(), "last_tick_by": "once"}
    world.now += timedelta(minutes=3)
    found = status(world, files, None, **facts)
    assert found.kept and not found.needs_a_person
    said = headline(None, found.ahead, world.now, ZONE, found.last_tick)
    assert said == "Kept going by campaign run --once, last 3 min ago, next post 08:05"
    world.now += timedelta(minutes=6)  # a post is due since 4 minutes: the next pass takes it
    assert not status(world, files, None, **facts).needs_a_person
    # A loop that stopped is no cron, and a cron that does not come again is none either.
    assert status(world, files, None, **(facts | {"last_tick_by": "run"})).needs_a_person
    world.now += timedelta(minutes=2)
    found = status(world, files, None, **facts)
    assert found.needs_a_person and not found.kept and found.unplanned


def test_what_could_do_harm_is_named_first(world: World) -> None:
    world.nets.get(FEDI).script = answering(Handed("ani has it"))
    two = [
        slot("a", at("2027-07-01T09:00"), [Target(FEDI, "en")], "Hello"),
        slot("b", at("2027-07-01T09:01"), [Target(FEDI, "en")], "Call 128"),
    ]
    files = workspace([FEDI], two)
    world.adopt(files)
    world.go(hours=1, minutes=5)
    found = status(world, files)
    assert found.needs_a_person
    said = status_json(found, lambda campaign: ZONE, ZONE)
    assert [row["slot"] for row in said["held"]] == ["b", "a"]
    lines = shown(found).splitlines()
    assert lines[0].startswith("Not sent, for it could do harm  (goes out by itself once mended")
    other = next(n for n, line in enumerate(lines) if line.startswith("Waiting for a person"))
    assert "c/b/2027-07-01T09:01" in "\n".join(lines[:other])
    assert "c/a/2027-07-01T09:00" in "\n".join(lines[other:])
    assert all(len(line) <= 80 for line in lines if not line.startswith(" "))
