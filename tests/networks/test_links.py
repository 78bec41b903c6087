"""Does an address answer? Real TLS to a server on this machine; nothing leaves it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from campaign.networks.links import HOPS, Opened, State, opened
from tests.networks.scripted import Hold, Reply, Reset, ScriptedServer, closed_port
from tests.networks.tls import secure, trust

QUICK = (0.5, 0.5)


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedServer]:
    trust(tmp_path, monkeypatch)
    with secure() as server:
        yield server


def to(where: str, status: int = 301) -> Reply:
    return Reply(status, headers=(("Location", where),))


def test_a_page_that_answers_is_asked_for_its_head_only(site: ScriptedServer) -> None:
    site.on("HEAD", "/a", Reply(200))
    assert opened(f"{site.url}/a") == Opened(f"{site.url}/a", State.ANSWERS, 200, f"{site.url}/a")
    (request,) = site.requests
    assert request.method == "HEAD"
    assert request.headers["User-Agent"].startswith("campaign/")
    assert "Authorization" not in request.headers and "Cookie" not in request.headers


@pytest.mark.parametrize("status", [403, 404, 405, 501])
def test_a_server_that_knows_no_head_is_asked_as_a_browser_would(site: ScriptedServer, status: int) -> None:
    site.on("HEAD", "/a", Reply(status))
    site.on("GET", "/a", Reply(200, body=b"hello"))
    assert opened(f"{site.url}/a").state is State.ANSWERS
    assert [request.method for request in site.requests] == ["HEAD", "GET"]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_where_it_moved_is_said(site: ScriptedServer, status: int) -> None:
    site.on("HEAD", "/old", to("/new", status))
    site.on("HEAD", "/new", Reply(200))
    assert opened(f"{site.url}/old") == Opened(f"{site.url}/old", State.MOVED, 200, f"{site.url}/new")


def test_a_circle_ends(site: ScriptedServer) -> None:
    site.on("HEAD", "/.*", to("/round"))
    answer = opened(f"{site.url}/a")
    assert (answer.state, answer.reason) == (State.SILENT, f"more than {HOPS} redirects")
    assert len(site.requests) == HOPS + 1


def test_what_is_not_https_is_not_asked(site: ScriptedServer, server: ScriptedServer) -> None:
    assert "not https" in opened(f"{server.url}/a").reason
    site.on("HEAD", "/a", to(f"{server.url}/b"))
    answer = opened(f"{site.url}/a")
    assert (answer.state, answer.end) == (State.SILENT, f"{server.url}/b")
    assert server.requests == []


@pytest.mark.parametrize(("status", "hint"), [(404, ""), (410, ""), (500, ""), (403, "open it in a browser")])
def test_an_error_is_silence_with_its_reason(site: ScriptedServer, status: int, hint: str) -> None:
    site.on("HEAD", "/.*", Reply(status))
    site.on("GET", "/.*", Reply(status))
    answer = opened(f"{site.url}/a")
    assert (answer.state, answer.status) == (State.SILENT, status)
    assert f"answered {status}" in answer.reason and hint in answer.reason


@pytest.mark.parametrize("effect", [Hold(), Reset()])
def test_no_whole_answer_is_silence(site: ScriptedServer, effect: Hold | Reset) -> None:
    site.on("HEAD", "/a", Reply(200))
    site.fault("HEAD", "/a", effect)
    answer = opened(f"{site.url}/a", QUICK)
    assert (answer.state, answer.status) == (State.SILENT, None)
    assert answer.reason


def test_nobody_there_and_a_stranger_s_certificate(
    site: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closed_port() as url:
        assert "no connection" in opened(url.replace("http:", "https:"), QUICK).reason
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    assert "no secure connection" in opened(f"{site.url}/a", QUICK).reason
    assert site.requests == []
