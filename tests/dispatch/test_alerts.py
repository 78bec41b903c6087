"""Alerts as they arrive: few, once, and with nothing in them that not everybody may read. Receivers are real ones on
127.0.0.1, and so is Apprise."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from campaign.core.alert import AlertAddress, AlertKind
from campaign.core.digest import HOURLY
from campaign.core.model import Secret, Target, Workspace
from campaign.core.outcome import Refused, Scope
from campaign.dispatch.alerting.look import Look
from campaign.networks import messenger
from campaign.store import alerted
from campaign.workspace.secrets import Secrets
from tests.dispatch.world import World, account, at, daily, slot, workspace
from tests.networks.scripted import Reply, ScriptedServer, scripted

FEDI = account()
TOKEN = "alert-secret-J7x2pXzQ9"
HERE = AlertAddress(Secret("env", "ALERT_URL"))
TEXT = "Tonight we light a candle for Sari"


@pytest.fixture
def inbox() -> Iterator[ScriptedServer]:
    with scripted() as server:
        server.on("POST", "/inbox", Reply(200))
        yield server


def url(server: ScriptedServer) -> str:
    return server.url.replace("http://", f"json://ani:{TOKEN}@") + "/inbox"


def read(server: ScriptedServer) -> list[Any]:
    return [request.json() for request in server.requests]


class Office:
    """A world whose people are told: looks once a minute, as a run does."""

    def __init__(self, world: World, address: str, *, to: AlertAddress = HERE, **more: Any) -> None:
        self.world = world
        self.look = Look(world.store, Secrets(world.root, {"ALERT_URL": address}), "host:1")
        self.more = {"alerts": (to,), **more}
        self.notes: list[str] = []

    def adopt(self, space: Workspace) -> None:
        self.world.adopt(replace(space, **self.more))

    @property
    def space(self) -> Workspace:
        assert self.world.engine.planner is not None
        return self.world.engine.planner.workspace

    def go(self, minutes: int) -> None:
        """Let the work go on, and nobody look."""
        self.world.go(minutes=minutes)

    def minutes(self, number: int, step: int = 1) -> None:
        """Look every so many minutes, while there is nothing to do."""
        for _ in range(0, number, step):
            self.world.now += timedelta(minutes=step)
            self.notes += self.look.look(self.space, self.world.now)


def refuse(world: World, number: int, reason: str = "fedi.example answered 422: no such language") -> None:
    world.nets.get(FEDI).script = [lambda post, key: Refused(reason)] * number


def failing(world: World, address: str, reason: str = "422: no such language", **more: Any) -> Office:
    """One post that has just failed, at 09:00."""
    office = Office(world, address, **more)
    office.adopt(workspace([FEDI], [slot("s", at("2027-07-01T09:00"), [Target(FEDI, "en")], TEXT)]))
    refuse(world, 1, reason)
    office.go(60)
    return office


def test_a_failure_is_told_within_a_minute_and_once(world: World, inbox: ScriptedServer) -> None:
    office = failing(world, url(inbox))
    office.minutes(60)
    [message] = read(inbox)
    assert message["title"] == "campaign: 1 to know"
    assert message["message"] == ("Not published: 1\n- c/s/2027-07-01T09:00/fedi: 422: no such language")
    assert office.notes == []


def test_it_is_said_in_the_language_of_messages(world: World, inbox: ScriptedServer) -> None:
    office = failing(world, url(inbox), languages=("id", "en"))
    office.minutes(1)
    [message] = read(inbox)
    assert message["title"] == "campaign: 1 hal perlu diketahui"
    assert message["message"].startswith("Tidak terbit: 1\n- c/s/2027-07-01T09:00/fedi: 422")


def test_a_storm_of_500_failures_is_a_handful_of_messages(world: World, inbox: ScriptedServer) -> None:
    office = Office(world, url(inbox))
    many = [account(f"a{number}") for number in range(100)]
    targets = [Target(one, "en") for one in many]
    moments = at(*(f"2027-07-01T09:{minute:02}" for minute in (0, 1, 2, 30, 31)))
    office.adopt(workspace(many, [slot("s", moments, targets)]))
    for one in many:
        world.nets.get(one).script = [lambda post, key: Refused("422 no")] * 5
    office.go(60)
    for minute in range(1, 35):
        if minute in (1, 2, 30, 31):
            world.go(minutes=1)
            world.now -= timedelta(minutes=1)
        office.minutes(1)
    office.minutes(120, 10)
    assert list(world.states().values()) == ["failed"] * 500
    messages = read(inbox)
    assert len(messages) <= HOURLY
    # Each of the 500 is in the count of one message.
    counts = [
        int(line.rpartition(": ")[2])
        for message in messages
        for line in message["message"].splitlines()
        if line.startswith("Not published")
    ]
    assert sum(counts) == 500
    assert all(len(message["message"]) <= 1800 for message in messages)


def test_a_receiver_that_is_down_is_tried_less_and_less_and_told_all_when_it_is_back(
    world: World, inbox: ScriptedServer
) -> None:
    inbox.on("POST", "/inbox", Reply(503))
    office = failing(world, url(inbox))
    office.minutes(180, 3)
    assert 5 <= len(inbox.requests) <= 10
    assert len(office.notes) == 1
    assert office.notes[0].startswith("alerts to env:ALERT_URL do not arrive: ")
    assert TOKEN not in office.notes[0]
    with world.store.read() as connection:
        row = alerted.addresses(connection)[HERE.name]
    assert row.fails == len(inbox.requests)
    assert row.failing_since is not None
    before = len(inbox.requests)
    inbox.on("POST", "/inbox", Reply(200))
    office.minutes(70, 5)
    assert len(inbox.requests) == before + 1
    assert "Not published: 1" in read(inbox)[-1]["message"]
    assert office.notes[1:] == ["alerts to env:ALERT_URL arrive again"]
    with world.store.read() as connection:
        assert alerted.addresses(connection)[HERE.name].fails == 0


def test_what_has_passed_by_itself_meanwhile_is_not_told(world: World, inbox: ScriptedServer) -> None:
    office = Office(world, url(inbox))
    moments = at("2027-07-01T09:00")
    office.adopt(workspace([FEDI], [slot("s", moments, [Target(FEDI, "en")], if_late=None)]))
    world.nets.get(FEDI).script = [lambda post, key: Refused("token revoked", Scope.ACCOUNT)]
    office.go(60)
    inbox.on("POST", "/inbox", Reply(503))
    office.minutes(5)
    before = len(inbox.requests)
    assert before
    inbox.on("POST", "/inbox", Reply(200))
    office.go(15)  # it is tried again, and works
    assert set(world.states().values()) == {"sent"}
    office.minutes(60, 5)
    assert len(inbox.requests) == before


SECRETS = ("tok_live_9f8e7d6c5b4a", "hunter2hunter2")


@pytest.mark.parametrize("scope", [Scope.POST, Scope.ACCOUNT])
def test_no_secret_and_no_word_of_a_post_ever_leaves(
    world: World, inbox: ScriptedServer, scope: Scope
) -> None:
    messenger.redact.remember(SECRETS)
    said = f"https://x:{SECRETS[1]}@fedi.example/?access_token={SECRETS[0]} says: '{TEXT.upper()}'\x1b[31m is taken"
    office = Office(world, url(inbox))
    moments = at("2027-07-01T09:00", "2027-07-01T09:01")
    office.adopt(workspace([FEDI], [slot("s", moments, [Target(FEDI, "en")], TEXT)]))
    world.nets.get(FEDI).script = [lambda post, key: Refused(said, scope)] * 2
    office.go(61)
    office.minutes(24 * 60, 30)
    everything = str(read(inbox))
    assert read(inbox)
    for word in (*SECRETS, "candle", "CANDLE", "Sari", "\x1b"):
        assert word not in everything


def test_the_words_of_a_network_call_nobody_together(world: World, inbox: ScriptedServer) -> None:
    office = failing(world, url(inbox), "422 @everyone look <!channel> \u202e<script>")
    office.minutes(1)
    [message] = read(inbox)
    assert "@everyone" not in message["message"] and "<!" not in message["message"]
    assert "\u202e" not in message["message"]


def test_an_address_is_told_its_kinds_only(world: World, inbox: ScriptedServer) -> None:
    office = failing(world, url(inbox), to=replace(HERE, kinds=frozenset({AlertKind.FLAG})))
    office.minutes(60, 10)
    assert inbox.requests == []


def test_what_can_wait_is_told_at_the_hour_of_the_digest(world: World, inbox: ScriptedServer) -> None:
    office = Office(world, url(inbox))
    hand = replace(FEDI, network="handoff")
    office.adopt(workspace([hand], [slot("s", daily(9), [Target(hand, "en")])]))
    from campaign.core.outcome import Handed

    world.nets.get(hand).script = [lambda post, key: Handed(f"waiting for ani: {TEXT}")] * 9
    office.go(60)
    office.minutes(1)  # the first day's digest is due, and there was none
    assert len(inbox.requests) == 1
    office.go(24 * 60)
    office.minutes(60, 10)
    assert len(inbox.requests) == 2  # eight o'clock has passed on the second day, too
    office.go(24 * 60 - 61)
    office.minutes(60, 10)
    assert "somebody posts it by hand" in read(inbox)[-1]["message"]


def test_two_hosts_tell_a_thing_once(world: World, inbox: ScriptedServer) -> None:
    office = failing(world, url(inbox))
    other = Look(world.store, office.look.secrets, "host:2")

    def meanwhile(address: str, title: str, body: str) -> str:
        assert other.look(office.space, world.now) == []
        return messenger.tell(address, title, body)

    office.look.tell = meanwhile
    office.minutes(1)
    assert len(inbox.requests) == 1
    assert other.look(office.space, world.now + timedelta(minutes=10)) == []
    assert len(inbox.requests) == 1


def test_a_host_that_dies_after_sending_makes_it_come_once_more(world: World, inbox: ScriptedServer) -> None:
    office = failing(world, url(inbox))

    class Killed(BaseException):
        pass

    def dies(address: str, title: str, body: str) -> str:
        assert messenger.tell(address, title, body) == ""
        raise Killed

    office.look.tell = dies
    with pytest.raises(Killed):
        office.minutes(1)
    office.look = Look(world.store, office.look.secrets, "host:2")
    office.minutes(20)
    assert len(inbox.requests) == 2


def test_a_secret_that_is_missing_is_said_like_a_receiver_that_is_down(world: World, tmp_path: Path) -> None:
    office = failing(world, "")
    office.look.secrets = Secrets(tmp_path, {})
    office.minutes(5)
    assert office.notes == ["alerts to env:ALERT_URL do not arrive: the variable ALERT_URL is not set"]
