"""Two small questions to a server: real ones, to servers on this machine."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime

import pytest

from campaign.networks import ping
from tests.networks.scripted import Hold, Reply, Reset, ScriptedServer, closed_port

NOW = datetime(2027, 7, 30, 1, 0, tzinfo=UTC)
TOKEN = "0123456789abcdef-token"


@pytest.mark.parametrize("status", [200, 204])
def test_a_call_that_is_answered_is_fine(server: ScriptedServer, status: int) -> None:
    server.on("GET", "/.*", Reply(status))
    assert ping.call(f"{server.url}/ping/{TOKEN}?status=up") == ""
    (request,) = server.requests
    assert request.path == f"/ping/{TOKEN}"
    assert "Authorization" not in request.headers


@pytest.mark.parametrize("status", [301, 404, 500])
def test_any_other_answer_says_so_without_the_address(server: ScriptedServer, status: int) -> None:
    server.on("GET", "/.*", Reply(status, headers=(("Location", f"/{TOKEN}"),)))
    said = ping.call(f"{server.url}/{TOKEN}")
    assert said == f"{server.url[7:]} answered {status}"
    assert len(server.requests) == 1


@pytest.mark.parametrize("effect", [Hold(), Reset()])
def test_a_lost_answer_is_a_reason(server: ScriptedServer, effect: Hold | Reset) -> None:
    server.on("GET", "/.*", Reply(200))
    server.fault("GET", "/.*", effect)
    said = ping.call(f"{server.url}/{TOKEN}", timeout=(0.2, 0.2))
    assert said
    assert TOKEN not in said


def test_nobody_there_is_a_reason_and_no_date() -> None:
    with closed_port() as url:
        assert "no connection" in ping.call(f"{url}/{TOKEN}")
        assert ping.date(url) is None


@pytest.mark.parametrize("status", [200, 401, 404, 405])
def test_the_date_stands_in_any_answer(server: ScriptedServer, status: int) -> None:
    told = (("Date", format_datetime(NOW, usegmt=True)),)
    server.on("HEAD", "/.*", Reply(status, headers=told))
    assert ping.date(f"{server.url}/") == ping.Shown(NOW, server.url[7:])


def test_no_date_or_an_unreadable_one_is_none(server: ScriptedServer) -> None:
    server.on("HEAD", "/.*", Reply(200))
    assert ping.date(f"{server.url}/") is None
    server.on("HEAD", "/.*", Reply(200, headers=(("Date", "today"),)))
    assert ping.date(f"{server.url}/") is None
