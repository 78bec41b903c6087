"""The installed command under systemd, with a dead-man's switch, and after a long rest: over real sockets."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from campaign.store.database import Store
from tests.acceptance.test_loop import CONFIG, Loop, campaign, log, plan, soon
from tests.dispatch.test_sdnotify import listening
from tests.networks.scripted import Reply, ScriptedServer, closed_port, scripted


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    for name in ("schedules", "posts"):
        (tmp_path / name).mkdir()
    (tmp_path / "config.yaml").write_text(CONFIG)
    plan(tmp_path, ("later", soon(3600), "Later"))
    yield tmp_path


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with scripted() as running:
        running.on("GET", "/ping/.*", Reply(200))
        yield running


def test_systemd_hears_of_every_step(folder: Path, server: ScriptedServer, tmp_path: Path) -> None:
    (folder / "config.yaml").write_text(CONFIG + "heartbeat: {env: SWITCH}\n")
    where = str(tmp_path / "notify")
    with listening(where) as inbox:
        inbox.settimeout(60)
        loop = Loop(
            folder, NOTIFY_SOCKET=where, WATCHDOG_USEC="2000000", SWITCH=f"{server.url}/ping/0123456789abcdef"
        )
        heard: list[str] = []
        try:
            while not (
                heard.count("WATCHDOG=1") >= 3 and "READY=1" in heard and server.asked("GET", "/ping/.*")
            ):
                heard += inbox.recv(4096).decode().splitlines()
        finally:
            code = loop.stop()
        inbox.setblocking(False)
        while True:
            try:
                heard += inbox.recv(4096).decode().splitlines()
            except BlockingIOError:
                break
    assert code == 0, loop.lines
    assert any(line.startswith("STATUS=next post ") for line in heard)
    assert "STOPPING=1" in heard
    assert len(server.asked("GET", "/ping/.*")) <= 2  # not once a step
    assert not any("0123456789abcdef" in line for line in loop.lines)


def test_a_pass_of_cron_calls_the_switch_too_and_status_counts_it(
    folder: Path, server: ScriptedServer
) -> None:
    (folder / "config.yaml").write_text(f"{CONFIG}heartbeat: '{server.url}/ping/0123456789abcdef'\n")
    assert campaign(folder, "run", "--once", "--new-store").returncode == 0
    assert len(server.asked("GET", "/ping/.*")) == 1
    status = campaign(folder, "status")
    assert status.returncode == 0, status.stdout
    assert status.stdout.startswith("Kept going by campaign run --once, last just now, next post ")
    assert campaign(folder, "plan").stdout.startswith("Kept going by campaign run --once")


def test_a_switch_that_fails_stops_nothing(folder: Path) -> None:
    plan(folder, ("first", soon(1), "The first"))
    with closed_port() as url:
        (folder / "config.yaml").write_text(f"{CONFIG}heartbeat: '{url}/ping/0123456789abcdef'\n")
        done = campaign(folder, "run", "--once", "--new-store")
    assert done.returncode == 0, done.stderr
    assert "the heartbeat could not be called: no connection" in done.stdout
    assert "0123456789abcdef" not in done.stdout + done.stderr


# -- after a long rest -----------------------------------------------------------------------------------------------


def rested(folder: Path, server: str) -> None:
    """The store was at work two days ago, and there is an account on a server."""
    hook = f"  hook: {{network: webhook, server: '{server}', secret: {{env: HOOK}}, language: en}}\n"
    (folder / "config.yaml").write_text(CONFIG + hook)
    (folder / ".env").write_text("HOOK=s3cr3t\n")
    (folder / ".env").chmod(0o600)
    assert campaign(folder, "run", "--once", "--new-store").returncode == 0
    store = Store.open("sqlite:///campaign.db", folder, create=False)
    store.set("last_tick", (datetime.now(UTC) - timedelta(days=2)).isoformat())
    store.close()


def says(server: ScriptedServer, ahead: timedelta) -> None:
    date = format_datetime(datetime.now(UTC) + ahead, usegmt=True)
    server.on("HEAD", "/.*", Reply(200, headers=(("Date", date),)))


def test_a_clock_that_a_server_contradicts_sends_nothing(folder: Path, server: ScriptedServer) -> None:
    says(server, -timedelta(days=365))
    rested(folder, server.url)
    plan(folder, ("later", soon(3600), "Later"))
    refused = campaign(folder, "run", "--once")
    assert refused.returncode == 1
    assert "365 days ahead of that of 127.0.0.1" in refused.stderr
    assert "hint:" in refused.stderr
    assert log(folder) == {}
    assert "Authorization" not in server.asked("HEAD", "/.*")[0].headers
    assert campaign(folder, "run", "--once", "--trust-clock").returncode == 0
    assert campaign(folder, "run", "--once").returncode == 0  # it was at work just now


def test_a_clock_that_agrees_and_a_server_that_is_away_let_it_go_on(
    folder: Path, server: ScriptedServer
) -> None:
    says(server, timedelta(seconds=2))
    rested(folder, server.url)
    agreed = campaign(folder, "run", "--once")
    assert agreed.returncode == 0, agreed.stderr
    with closed_port() as url:
        rested(folder, url)
        alone = campaign(folder, "run", "--once")
    assert alone.returncode == 0, alone.stderr
    assert "no server could be asked" in alone.stdout


def test_the_loop_waits_for_the_clock(folder: Path, server: ScriptedServer, tmp_path: Path) -> None:
    says(server, -timedelta(hours=5))
    rested(folder, server.url)
    with listening(str(tmp_path / "notify")) as inbox:
        inbox.settimeout(60)
        loop = Loop(folder, NOTIFY_SOCKET=str(tmp_path / "notify"))
        try:
            assert inbox.recv(4096) == b"READY=1"  # it is alive, and waits
            loop.wait_for("5 h ahead of that of")
        finally:
            code = loop.stop()
    assert code == 0, loop.lines
    store = Store.open("sqlite:///campaign.db", folder, create=False)
    told = store.get("last_tick")
    store.close()
    assert told is not None
    assert datetime.fromisoformat(told) < datetime.now(UTC) - timedelta(
        days=1
    )  # the doubted time is not written
