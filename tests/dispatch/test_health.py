"""Signs of life: when the dead-man's switch is called, what is said about it, and what the watchdog hears."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from campaign.core.model import Secret, Target
from campaign.core.outcome import Refused, Scope
from campaign.dispatch.health import Health
from campaign.dispatch.sdnotify import Notifier
from campaign.workspace.secrets import Secrets
from tests.dispatch.test_sdnotify import listening
from tests.dispatch.world import World, account, at, slot, workspace
from tests.networks.scripted import Hold, Reply, scripted

HERE = "https://hc.example/1234"
FEDI = account()


class Switch:
    """A dead-man's switch that answers from a script (then: well) and counts."""

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)
        self.called: list[str] = []

    def __call__(self, address: str) -> str:
        self.called.append(address)
        return self.answers.pop(0) if self.answers else ""


def health(world: World, switch: Switch, **environ: str) -> Health:
    return Health(Secrets(world.root, environ), call=switch)


def ticked(world: World, of: Health, heartbeat: Secret | str | None = HERE) -> str:
    return of.ticked(world.store, heartbeat, world.now, lambda: "next post 18:30", wait=True)


def test_it_is_called_once_a_minute_at_most(world: World) -> None:
    switch = Switch()
    of = health(world, switch)
    for _ in range(10):
        assert ticked(world, of) == ""
        world.now += timedelta(seconds=20)
    assert switch.called == [HERE] * 4


def test_no_heartbeat_is_nothing_called(world: World) -> None:
    switch = Switch()
    assert ticked(world, health(world, switch), None) == ""
    assert switch.called == []


def test_a_failure_is_one_note_and_so_is_its_end(world: World) -> None:
    switch = Switch("hc.example answered 500", "hc.example answered 500", "")
    of = health(world, switch)
    notes = []
    for _ in range(5):
        notes.append(ticked(world, of))
        world.now += timedelta(minutes=1)
    assert notes == [
        "the heartbeat could not be called: hc.example answered 500",
        "",
        "the heartbeat is called again",
        "",
        "",
    ]


def test_what_breaks_inside_the_call_is_a_note_without_its_words(world: World) -> None:
    def broken(address: str) -> str:
        raise ZeroDivisionError(address)

    of = Health(Secrets(world.root, {}), call=broken)
    assert ticked(world, of) == "the heartbeat could not be called: ZeroDivisionError"


def test_the_address_may_be_a_secret(world: World) -> None:
    switch = Switch()
    of = health(world, switch, HEARTBEAT=HERE)
    assert ticked(world, of, Secret("env", "HEARTBEAT")) == ""
    assert switch.called == [HERE]
    world.now += timedelta(minutes=1)
    assert "MISSING" in ticked(world, of, Secret("env", "MISSING"))
    world.now += timedelta(minutes=1)
    assert ticked(world, of, Secret("env", "MISSING")) == ""


def test_an_overdue_post_stops_it_and_a_waiting_person_does_not(world: World) -> None:
    switch = Switch()
    of = health(world, switch)
    moments = at("2027-07-01T09:00", "2027-07-01T09:01")
    world.adopt(workspace([FEDI], [slot("s", moments, [Target(FEDI, "en")], if_late=None)]))
    world.nets.get(FEDI).script = [lambda post, key: Refused("token revoked", Scope.ACCOUNT)]
    world.go(hours=1)
    ticked(world, of)
    assert len(switch.called) == 1  # parked, but nothing is late yet
    world.go(minutes=5)
    ticked(world, of)
    assert len(switch.called) == 1
    world.go(minutes=15)  # tried again, and it works
    assert set(world.states().values()) == {"sent"}
    ticked(world, of)
    assert len(switch.called) == 2


def test_a_call_that_hangs_holds_nothing_up(world: World) -> None:
    """The real call, to a server that never answers: the tick goes on, and there is one call at a time."""
    with scripted() as server:
        server.on("GET", "/.*", Reply(200))
        server.fault("GET", "/.*", Hold())
        of = Health(Secrets(world.root, {}))
        address = f"{server.url}/ping/0123456789abcdef"
        for _ in range(3):
            assert of.ticked(world.store, address, world.now, str) == ""
            world.now += timedelta(minutes=1)
        assert len(server.requests) <= 1


def test_systemd_reads_how_it_stands(world: World, tmp_path: Path) -> None:
    with listening(str(tmp_path / "notify")) as inbox:
        of = Health(Secrets(world.root, {}), Notifier(str(tmp_path / "notify")), Switch())
        of.ready()
        ticked(world, of)
        of.stopping()
        heard = [inbox.recv(4096).decode() for _ in range(3)]
    assert heard == ["READY=1", "STATUS=next post 18:30", "STOPPING=1\nSTATUS=finishing what is being sent"]


@pytest.mark.parametrize("watchdog", [2.0, 30.0])
def test_the_watchdog_hears_only_of_work_that_came_round(
    world: World, tmp_path: Path, watchdog: float
) -> None:
    with listening(str(tmp_path / "notify")) as inbox:
        of = Health(Secrets(world.root, {}), Notifier(str(tmp_path / "notify"), watchdog), Switch())
        assert of.hungry(0.0)
        of.turned(0.0)
        assert inbox.recv(4096) == b"WATCHDOG=1"
        of.turned(watchdog / 2 - 0.1)
        assert not of.hungry(watchdog / 2 - 0.1)
        assert of.hungry(watchdog / 2)
        inbox.setblocking(False)
        with pytest.raises(BlockingIOError):
            inbox.recv(4096)
        of.turned(watchdog / 2)
        assert inbox.recv(4096) == b"WATCHDOG=1"


def test_without_a_watchdog_nothing_is_hungry(world: World) -> None:
    assert not health(world, Switch()).hungry(1e9)
