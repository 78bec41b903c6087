"""What alerts come from: each source looks at the store as it stands, asks no clock, and names things so that each is
told once."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest

from campaign.core.alert import Alert
from campaign.core.hotlines import Audience, Channel, Check, Hotline, How, Kind, Reach, Status
from campaign.core.model import Fact, Target, Workspace
from campaign.core.outcome import Handed, Refused, Unknown
from campaign.dispatch.alerting.posts import LOOKED
from campaign.dispatch.alerting.sources import SOURCES, Source, standing
from campaign.networks.graph_token import Token
from campaign.networks.http import Answer
from campaign.store import log, place
from campaign.store.vault import Shelf
from tests.dispatch.world import T0, World, account, at, slot, workspace

FEDI, BSKY = account(), account("bsky")
TEXT = "Tonight we light a candle for Sari"


def busy(world: World) -> None:
    """A world in which one post failed, one may be out, and one waits for a person."""
    both = [Target(FEDI, "en"), Target(BSKY, "en")]
    world.adopt(workspace([FEDI, BSKY], [slot("s", at("2027-07-01T09:00"), both, TEXT)]))
    world.nets.get(FEDI).script = [lambda post, key: Refused("fedi.example answered 422: no such language")]
    world.nets.get(BSKY).script = [lambda post, key: Unknown("nobody answered")]
    world.nets.get(BSKY).repeat_safe_for = timedelta()
    world.go(hours=2)


def stand(world: World) -> list[Alert]:
    with world.store.read() as connection:
        assert world.engine.planner is not None
        return standing(connection, world.engine.planner.workspace, world.now)


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.__name__)
def test_a_source_is_pure_of_clock_and_writes_nothing(world: World, source: Source) -> None:
    busy(world)
    assert world.engine.planner is not None
    space = world.engine.planner.workspace
    with world.store.read() as connection:  # can't write
        once, again = (list(source(connection, space, world.now)) for _ in range(2))
        later = list(source(connection, space, world.now + timedelta(minutes=1)))
    assert once == again
    assert {alert.name for alert in once} <= {alert.name for alert in later}
    for alert in once:
        assert alert.at <= world.now
        assert set(alert.line) >= {"en", "id"}
        assert all("\n" not in said and TEXT[:10] not in said for said in alert.line.values())


def test_names_of_sources_are_their_own(world: World) -> None:
    busy(world)
    names = [alert.name for alert in stand(world)]
    assert len(names) == len(set(names)) == 2


def test_what_may_be_out_is_left_to_the_program_for_a_while(world: World) -> None:
    both = [Target(FEDI, "en")]
    world.adopt(workspace([FEDI], [slot("s", at("2027-07-01T08:01"), both, TEXT)]))
    world.nets.get(FEDI).script = [lambda post, key: Unknown("nobody answered")]
    world.nets.get(FEDI).repeat_safe_for = timedelta()
    world.go(minutes=2)
    assert stand(world) == []
    world.go(seconds=LOOKED.total_seconds())
    assert [alert.kind for alert in stand(world)] == ["uncertain"]


def names(world: World, space: Workspace) -> list[str]:
    with world.store.read() as connection:
        return [alert.name for alert in standing(connection, space, world.now)]


@pytest.mark.parametrize(
    ("days", "told"),
    [
        (15, []),
        (14, ["token:fedi:2027-07-14:14"]),
        (8, ["token:fedi:2027-07-08:14"]),
        (7, ["token:fedi:2027-07-07:7"]),
        (3, ["token:fedi:2027-07-03:7"]),
        (2, ["token:fedi:2027-07-02:2"]),
        (0, []),
    ],
)
def test_a_token_that_ends_is_told_three_times(world: World, days: int, told: list[str]) -> None:
    login = account(token_until=date(2027, 6, 30) + timedelta(days=days))
    world.now = T0 - timedelta(hours=8)  # the first minute of 1 July in Jakarta
    assert names(world, workspace([login], [])) == told


@pytest.mark.parametrize("left", [13.5, 1.5, 40])
def test_the_end_of_a_token_that_is_exchanged_is_in_the_vault(world: World, left: float) -> None:
    """An account had a token that ended long ago; the one that is in use now was exchanged last."""

    class Answers:
        def get(self, path: str, **more: object) -> Answer:
            body = {"access_token": "fresh-secret-token", "expires_in": int(left * 86400)}
            return Answer(200, (), json.dumps(body).encode())

        base_url = "https://graph.instagram.com"

    shelf = Shelf(world.store, "fedi")
    old = {"token": "old", "expires": T0.isoformat(), "asked": (T0 - timedelta(days=60)).isoformat()}
    shelf.put("token for 0123456789abcdef", json.dumps(old))
    Token(Answers(), "new-secret-token", shelf, "ig_refresh_token", lambda: world.now).keep_fresh()  # type: ignore[arg-type]
    stage = next((str(days) for days in (2, 7, 14) if left <= days), None)
    day = (world.now + timedelta(days=left)).astimezone(ZoneInfo("Asia/Jakarta")).date()
    found = names(world, workspace([FEDI], []))
    assert found == ([f"token:fedi:{day}:{stage}"] if stage else [])


def test_the_tokens_of_a_vault_are_never_told(world: World) -> None:
    Shelf(world.store, "fedi").put("token for x", '{"token": "s3cr3t", "expires": 5}')
    assert names(world, workspace([FEDI], [])) == []  # what can't be read says nothing


def knowing(review_by: date, checked: date | None) -> Workspace:
    """Posts in three and in six days that print a fact and a help line."""
    fact = Fact("total", {"": "One in four is a child"}, "IOM", "", 2021, True, review_by)
    kp2mi = Hotline(
        "id-kp2mi",
        {"en": "KP2MI"},
        "ID",
        (Channel(Kind.PHONE, "08001000", Reach.ANYWHERE, Status.GREEN),),
        Status.GREEN,
        "its page",
    )
    checks = (Check("id-kp2mi", "08001000", "ani", checked, How.CALLED),) if checked else ()
    moments = at("2027-07-04T09:00", "2027-07-07T09:00")
    return workspace(
        [FEDI],
        [slot("s", moments, [Target(FEDI, "en")], "{{ fact('total') }}. {{ hotline() }}")],
        facts={"total": fact},
        hotlines={"id-kp2mi": kp2mi},
        checks=checks,
        audience=Audience("ID"),
        preferred=("id-kp2mi",),
    )


def told(world: World, space: Workspace) -> list[tuple[str, bool, str, str]]:
    with world.store.read() as connection:
        found = standing(connection, space, world.now)
    return [(alert.kind.value, alert.urgent, alert.key, alert.line["en"]) for alert in found]


def test_a_help_line_whose_check_runs_out_before_a_post_is_told_in_time(world: World) -> None:
    space = knowing(date(2028, 1, 1), date(2027, 4, 6))  # counts until 5 July
    stale = "was last checked on 2027-04-06, which counts for 90 days, until 2027-07-05"
    [(kind, urgent, key, line)] = told(world, space)
    assert (kind, urgent, key) == ("hotline", False, "c/s/2027-07-07T09:00/fedi")
    assert line == f"would not be sent: no help line can be printed: id-kp2mi {stale}"
    world.now += timedelta(days=5, hours=2)
    [(_, urgent, *_)] = told(world, space)
    assert urgent  # a day is left
    assert told(world, knowing(date(2028, 1, 1), date(2027, 7, 1))) == []


def test_a_fact_that_is_due_for_review_is_told_once_for_all_its_posts(world: World) -> None:
    space = knowing(date(2027, 7, 2), date(2027, 7, 1))
    [(kind, urgent, key, line)] = told(world, space)
    assert (kind, urgent, key) == ("fact", False, "c/s/2027-07-04T09:00/fedi")
    assert line == "would not be sent (and 1 more): fact 'total' had to be reviewed by 2027-07-02"
    assert "child" not in line


def test_what_is_decided_already_is_not_told(world: World) -> None:
    space = knowing(date(2027, 7, 2), date(2027, 7, 1))
    world.adopt(space)
    world.go(days=7)
    assert [kind for kind, *_ in told(world, space)] != ["fact"]


def test_a_clock_that_is_not_believed_is_told_once(world: World) -> None:
    space = workspace([FEDI], [])
    world.store.set("last_tick", T0.isoformat())
    world.store.set("clock", "the clock jumped ahead by 60 min; nothing is sent until it is right again")
    assert names(world, space) == [f"clock:{T0.isoformat()}"]
    world.store.set("clock", "")
    assert names(world, space) == []


def test_a_disk_that_is_almost_full_is_told_once_a_day(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    space = replace(workspace([FEDI], []), root=world.root)
    assert names(world, space) == []
    monkeypatch.setattr(place.shutil, "disk_usage", lambda path: SimpleNamespace(free=place.TIGHT - 1))
    assert names(world, space) == ["space:2027-07-01"]
    world.now += timedelta(days=1)
    assert names(world, space) == ["space:2027-07-02"]


def test_what_a_pause_holds_is_told_by_the_pause_alone(world: World) -> None:
    space = workspace([FEDI], [slot("s", at("2027-07-01T09:00"), [Target(FEDI, "en")], TEXT)])
    world.adopt(space)
    world.nets.get(FEDI).script = [lambda post, key: Handed("paused by ani: the news")]
    world.go(hours=2)
    assert list(world.states().values()) == ["held"]
    assert names(world, space) == []


def test_a_post_published_twice_is_told_with_the_address_of_the_second(world: World) -> None:
    space = workspace([FEDI], [slot("s", at("2027-07-01T09:00"), [Target(FEDI, "en")], TEXT)])
    world.adopt(space)
    world.go(hours=2)
    [key] = world.rows()
    with world.store.write() as connection:
        detail = {"id": "2", "url": "https://net.example/2", "other_id": "1", "other_url": "x"}
        log.write(connection, world.now, "doubled", key=key, before="sent", after="sent", detail=detail)
    with world.store.read() as connection:
        [alert] = standing(connection, space, world.now)
    assert (alert.kind, alert.urgent, alert.url) == ("doubled", True, "https://net.example/2")
