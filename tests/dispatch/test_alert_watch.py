"""Alerts beside the work: nothing that breaks or hangs there reaches the loop, and a store that is away is told without
it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from campaign.core.alert import AlertAddress
from campaign.core.model import Secret, Workspace
from campaign.dispatch.alerting import watch
from campaign.dispatch.alerting.look import Look
from campaign.dispatch.alerting.watch import AWAY, Alerts
from campaign.errors import StoreError
from campaign.workspace.secrets import Secrets
from tests.dispatch.world import T0, World, account, workspace

SPACE = replace(workspace([account()], []), alerts=(AlertAddress(Secret("env", "A")),))


class Broken(Look):
    """A look that ends as told."""

    error: Exception

    def look(self, workspace: Workspace, now: Any) -> list[str]:
        raise self.error


@pytest.fixture
def notes() -> list[str]:
    return []


def alerts(world: World, notes: list[str], kind: type[Look] = Look, **more: Any) -> Alerts:
    look = kind(world.store, Secrets(world.root, {"A": "json://127.0.0.1:1"}), "host:1", **more)
    return Alerts(look, lambda: SPACE, lambda: world.now, notes.append)


def test_a_bug_is_noted_once_and_reaches_nobody(
    world: World, notes: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    of = alerts(world, notes, Broken)
    of.look.error = ZeroDivisionError("s3cr3t")  # type: ignore[attr-defined]
    for _ in range(3):
        of.once(world.now)
    [note] = notes
    assert note.startswith("alerts: ZeroDivisionError at test_alert_watch.py:")
    assert "s3cr3t" not in note + caplog.text


def test_a_store_that_is_away_is_told_once_after_three_minutes(world: World, notes: list[str]) -> None:
    sent: list[str] = []
    of = alerts(world, notes, Broken, tell=lambda address, title, body: sent.append(body) or "")
    of.look.error = StoreError("database is locked")  # type: ignore[attr-defined]
    for minute in range(10):
        of.once(T0 + timedelta(minutes=minute))
    assert len(sent) == 1
    assert sent[0].startswith("The record: 1\n- nothing can be written down, so nothing is sent")
    assert "locked" not in sent[0]
    of.store_back()
    of.once(T0 + timedelta(minutes=20))
    assert len(sent) == 1
    of.store_away(T0 + timedelta(minutes=30))  # again, on another day
    of.once(T0 + timedelta(minutes=30) + AWAY)
    assert len(sent) == 2
    assert notes == []


@pytest.fixture
def hanging() -> Iterator[tuple[threading.Event, threading.Event]]:
    """Set when somebody is being told; and what lets that end."""
    begun, over = threading.Event(), threading.Event()
    yield begun, over
    over.set()


def test_the_end_of_a_run_waits_for_no_message(
    world: World,
    notes: list[str],
    hanging: tuple[threading.Event, threading.Event],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun, over = hanging
    monkeypatch.setattr(watch, "STOP", 0.05)
    world.store.set("clock", "the clock jumped")  # something to tell

    def hangs(address: str, title: str, body: str) -> str:
        begun.set()
        over.wait()
        return ""

    of = replace(alerts(world, notes, tell=hangs), every=timedelta(milliseconds=1))
    of.start()
    assert begun.wait(30)
    of.stop()  # returns although the message hangs
    [thread] = [one for one in threading.enumerate() if one.name == "alerts"]
    assert thread.daemon
    over.set()
    thread.join(30)
    assert not thread.is_alive()
