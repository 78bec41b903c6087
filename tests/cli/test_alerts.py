"""Alerts from the command's side: a pass of cron tells, status says who can't be told, the doctor tries it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from campaign.store.database import Store
from tests.cli.conftest import Place
from tests.networks.scripted import Reply, ScriptedServer, scripted

TOKEN = "alert-secret-J7x2pXzQ9"
TEXT = "Tonight we light a candle for Sari"


@pytest.fixture
def inbox() -> Iterator[ScriptedServer]:
    with scripted() as server:
        server.on("POST", "/inbox", Reply(200))
        yield server


@pytest.fixture
def told(place: Place, inbox: ScriptedServer) -> Place:
    """A workspace in which somebody is told of alerts."""
    config = (place.folder / "config.yaml").read_text()
    hook = f"  hook: {{network: webhook, server: '{inbox.url}/hook', secret: {{env: HOOK}}, language: en}}\n"
    place.write("config.yaml", f"{config}{hook}alerts: [{{env: ALERT_URL}}]\n")
    place.campaign("[hook]", TEXT)
    inbox.on("POST", "/hook", Reply(422, {"error": f"not like that: {TEXT}"}))
    where = inbox.url.replace("http://", f"json://ani:{TOKEN}@") + "/inbox"
    place.write(".env", f"ALERT_URL={where}\nHOOK=hook-secret-1234567\n")
    (place.folder / ".env").chmod(0o600)
    return place


def messages(server: ScriptedServer) -> list[str]:
    return [request.json()["message"] for request in server.asked("POST", "/inbox")]


def test_a_pass_tells_at_its_end_and_once(told: Place, inbox: ScriptedServer) -> None:
    assert told("run", "--once", "--new-store").code == 0
    told("post", "c/vigil")
    [said] = messages(inbox)
    title, line = said.splitlines()
    assert title == "Not published: 1"
    key = told.vigil.replace("site", "hook")
    assert line == f"- {key}: the network did not take it (campaign log says why)"
    told("run", "--once")
    assert len(messages(inbox)) == 1


def test_who_cannot_be_told_is_a_problem_in_status_until_the_doctor_gets_through(
    told: Place, inbox: ScriptedServer
) -> None:
    inbox.on("POST", "/inbox", Reply(503))
    told("run", "--once", "--new-store")
    said = told("post", "c/vigil")
    assert "alerts to env:ALERT_URL do not arrive" in said.out + said.err
    status = told("status")
    assert status.code == 1
    assert "env:ALERT_URL can't be reached, first tried just now" in " ".join(status.out.split())
    trial = told("doctor", "--alert")
    assert trial.code == 1 and "error  alert" in trial.out
    inbox.on("POST", "/inbox", Reply(200))
    trial = told("doctor", "--alert", "--json")
    assert (trial.rows()[-1]["check"], trial.rows()[-1]["level"]) == ("alert", "ok")
    assert messages(inbox)[-1] == "Alerts arrive here. Nothing has to be done."
    assert "can't be reached" not in told("status").out
    told("run", "--once")
    assert messages(inbox)[-1].startswith("Not published: 1")
    for text in (said.out, said.err, status.out, trial.out):
        assert TOKEN not in text


def test_the_doctor_says_which_address_is_none(told: Place) -> None:
    told.write(".env", f"ALERT_URL=no-such-service://{TOKEN}\nHOOK=x2345678\n")
    found = {row["check"]: row for row in told("doctor", "--json").rows()}
    assert found["alerts"]["level"] == "error"
    assert "env:ALERT_URL: it holds no address that Apprise knows" in found["alerts"]["message"]
    assert TOKEN not in str(found)


def test_without_alerts_the_doctor_says_so(place: Place) -> None:
    found = {row["check"]: row for row in place("doctor", "--json").rows()}
    assert (found["alerts"]["level"], "no `alerts`" in found["alerts"]["message"]) == ("ok", True)
    trial = place("doctor", "--alert")
    assert trial.code == 1 and "names no address for alerts" in trial.out


def test_a_clock_that_a_pass_does_not_believe_is_told_once_and_forgotten_when_it_is_right(
    told: Place, inbox: ScriptedServer
) -> None:
    told("run", "--once", "--new-store")
    store = Store.open("sqlite:///campaign.db", told.folder, create=False)
    try:
        last = store.get("last_tick")
        assert last is not None
        store.set("last_tick", (datetime.now(UTC) + timedelta(days=3)).isoformat())
        for _ in range(2):
            assert told("run", "--once").code == 1
        assert messages(inbox) == [
            "The clock: 1\n- it can't be believed, so nothing is sent (campaign status says why)"
        ]
        assert "but this store was at work at" in " ".join(told("status").out.split())
        store.set("last_tick", last)
        told("run", "--once")
        assert "but this store was at work at" not in " ".join(told("status").out.split())
    finally:
        store.close()
