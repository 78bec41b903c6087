"""The shared HTTP client: what left, what came back, and what that means."""

from __future__ import annotations

import gzip
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from campaign.core.outcome import Refused, Retry, Scope, Unknown
from campaign.errors import CampaignError
from campaign.networks import transport
from campaign.networks.http import Answer, Client, SafeServer, Server, failure, required, said, unpublished
from tests.networks.scripted import Instead, Reply, Request, Reset, ScriptedServer, closed_port
from tests.networks.tls import secure

NOW = datetime(2027, 7, 30, 1, 0, tzinfo=UTC)


def client(server: ScriptedServer, **options: Any) -> Client:
    return Client(server.url, **options)


def ok(server: ScriptedServer, **reply: Any) -> None:
    server.on("POST", "/p", Reply(200, **reply))
    server.on("GET", "/p", Reply(200, **reply))


# -- a success
# ----------------------------------------------------------------------------------------------------------


def test_a_success_is_an_answer_that_can_be_read(server: ScriptedServer) -> None:
    ok(server, json={"id": 7}, headers=(("X-Two", "a"), ("X-Two", "b")))
    answer = client(server).post("/p", json={"text": "é"}, key="k-1", headers={"X-Own": "1"})
    assert isinstance(answer, Answer)
    assert answer.object() == {"id": 7}
    assert isinstance(answer.array(), Unknown)
    assert [value for name, value in answer.lines if name == "X-Two"] == ["a", "b"]
    [request] = server.requests
    assert request.json() == {"text": "é"}
    assert request.headers["Idempotency-Key"] == "k-1"
    assert request.headers["X-Own"] == "1"
    assert request.headers["User-Agent"].startswith("campaign/")


def test_one_connection_serves_several_requests(server: ScriptedServer) -> None:
    ok(server, json={})
    http = client(server)
    for _ in range(3):
        http.get("/p")
    assert len({request.peer for request in server.requests}) == 1


def test_a_connection_that_stood_idle_is_not_trusted(
    server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server may be hanging up right now, and the post on it would be lost without anybody knowing."""
    ok(server, json={})
    http = client(server)
    http.get("/p")
    monkeypatch.setattr(transport, "IDLE", -1.0)
    http.get("/p")
    assert len({request.peer for request in server.requests}) == 2


def test_nothing_is_kept_between_requests(server: ScriptedServer) -> None:
    ok(server, json={}, headers=(("Set-Cookie", "session=abc; Path=/"),))
    http = client(server)
    http.get("/p")
    http.get("/p")
    assert server.requests[1].headers["Cookie"] is None


def test_a_password_in_netrc_does_not_replace_our_token(
    server: ScriptedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login ani password other\n")
    monkeypatch.setenv("NETRC", str(netrc))
    ok(server, json={})
    client(server, headers={"Authorization": "Bearer our-token-1"}).get("/p")
    assert server.requests[0].headers["Authorization"] == "Bearer our-token-1"


def test_certificates_are_verified() -> None:
    with secure() as server:
        result = Client(server.url).post("/p", data=b"x")
    assert isinstance(result, Retry)
    assert "certificate verify failed" in result.reason
    assert server.requests == []


# -- it broke: had the request left?
# ------------------------------------------------------------------------------------


def test_a_refused_connection_sent_nothing() -> None:
    with closed_port() as url:
        result = Client(url).post("/p", data=b"x")
    assert isinstance(result, Retry)
    assert "refused" in result.reason.lower()


def test_a_name_that_is_not_found_sent_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def lookup(*args: Any, **kwargs: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    result = Client("https://nowhere.example").post("/p", data=b"x")
    assert result == Retry("the name nowhere.example was not found")


@pytest.mark.parametrize("head", [b"Content-Length: 100000\r\n\r\n", b"X-Long: "], ids=["body", "header"])
def test_an_answer_that_drips_is_given_up(server: ScriptedServer, head: bytes) -> None:
    """Never silent for a whole timeout, and never done: a thousand seconds, if nothing bounded the whole."""
    ok(server)
    server.fault("POST", "/p", Instead(b"HTTP/1.1 200 OK\r\n" + head + b"a" * 20000, pause=0.05))
    assert isinstance(client(server, timeout=(5, 0.2)).post("/p"), Unknown)


def test_a_connection_that_is_not_made_in_time_sent_nothing() -> None:
    with _full_backlog() as url:
        result = Client(url, timeout=(0.2, 5)).post("/p", data=b"x")
    assert isinstance(result, Retry)
    assert "within 0.2 s" in result.reason


@contextmanager
def _full_backlog() -> Iterator[str]:
    """A port that listens and never takes a connection; its queue is full, so that the kernel drops ours."""
    with ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def test_a_tls_failure_comes_before_the_request(server: ScriptedServer) -> None:
    result = Client(server.url.replace("http:", "https:")).post("/p", data=b"x")
    assert isinstance(result, Retry)
    assert "secure connection" in result.reason
    assert server.requests == []


def test_a_proxy_that_refuses_the_tunnel_sent_nothing(
    server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CONNECT leaves before the request does and must not be taken for it."""
    monkeypatch.setenv("HTTPS_PROXY", server.url)
    result = Client("https://example.org").post("/p", data=b"x")
    assert isinstance(result, Retry)


@pytest.mark.parametrize("after", [0, 10, 60])
def test_a_reset_after_the_request_is_unknown(server: ScriptedServer, after: int) -> None:
    ok(server, json={"id": "x" * 200})
    server.fault("POST", "/p", Reset(after))
    result = client(server).post("/p", data=b"x")
    assert isinstance(result, Unknown)
    assert "after the request was sent" in result.reason


def test_a_body_that_is_not_what_it_says_is_unknown(server: ScriptedServer) -> None:
    ok(server, body=b"no gzip", headers=(("Content-Encoding", "gzip"),))
    assert isinstance(client(server).post("/p", data=b"x"), Unknown)


def test_a_huge_answer_is_not_read_to_the_end(server: ScriptedServer) -> None:
    ok(server, body=b"[" + b"1," * 40_000)
    assert isinstance(client(server, limit=10_000).post("/p", data=b"x"), Unknown)


def test_a_small_answer_that_unpacks_to_a_huge_one_is_not_unpacked(server: ScriptedServer) -> None:
    ok(server, body=gzip.compress(b" " * 30_000_000), headers=(("Content-Encoding", "gzip"),))
    assert isinstance(client(server, limit=1_000_000).post("/p", data=b"x"), Unknown)


def test_of_an_error_the_status_is_enough(server: ScriptedServer) -> None:
    """Whatever becomes of its body, a 422 is a refusal and a 429 a wait."""
    server.on("POST", "/p", Reply(422, body=b"x" * 50_000))
    assert isinstance(client(server, limit=10_000).post("/p", data=b"x"), Refused)
    server.on(
        "POST", "/p", Reply(429, body=b"cut", headers=(("Content-Length", "999"), ("Retry-After", "7")))
    )
    server.fault("POST", "/p", Reset(after=105))
    assert client(server).post("/p", data=b"x") == Retry(f"{server.url[7:]} answered 429", 7.0, 7.0)


def test_a_failure_never_shows_the_path_or_the_query(server: ScriptedServer) -> None:
    with closed_port() as url:
        result = Client(url).get("/bot123:TOKEN-in-path/x", params={"sig": "abc"})
    assert isinstance(result, Retry)
    assert "TOKEN" not in result.reason
    assert "abc" not in result.reason


# -- the table
# ----------------------------------------------------------------------------------------------------------


def answer(status: int, body: bytes = b"", *lines: tuple[str, str]) -> Answer:
    return Answer(status, lines, body, "example.org")


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_a_success_is_no_failure(status: int) -> None:
    assert failure(answer(status)) is None


@pytest.mark.parametrize(
    ("status", "kind", "scope"),
    [
        (301, Unknown, None),
        (304, Unknown, None),
        (400, Refused, Scope.POST),
        (401, Refused, Scope.ACCOUNT),
        (402, Refused, Scope.ACCOUNT),
        (403, Refused, Scope.POST),
        (404, Refused, Scope.POST),
        (408, Unknown, None),
        (410, Refused, Scope.POST),
        (413, Refused, Scope.POST),
        (422, Refused, Scope.POST),
        (429, Retry, None),
        (500, Unknown, None),
        (501, Unknown, None),
        (503, Unknown, None),
        (599, Unknown, None),
    ],
)
def test_the_table(status: int, kind: type, scope: Scope | None) -> None:
    result = failure(answer(status))
    assert isinstance(result, kind)
    assert getattr(result, "scope", None) is scope
    assert str(status) in str(result)


def test_an_adapter_reads_errors_first_and_may_leave_them_to_the_table() -> None:
    suspended = Refused("suspended", Scope.ACCOUNT)

    def classify(got: Answer) -> Refused | None:
        return suspended if got.status == 403 else None

    assert failure(answer(403), classify) is suspended
    assert failure(answer(404), classify) == Refused("example.org answered 404")
    assert failure(answer(302), lambda _: suspended) == Unknown(
        "example.org answered 302, a redirect to another address, which is not followed"
    )


def test_a_wait_counts_from_the_servers_own_clock() -> None:
    until = ("Retry-After", "Fri, 30 Jul 2027 01:01:30 GMT")
    ours_is_wrong = NOW - timedelta(days=300)
    dated = answer(429, b"", ("Date", "Fri, 30 Jul 2027 01:00:00 GMT"), until)
    assert failure(dated, now=lambda: ours_is_wrong) == Retry("example.org answered 429", 90.0, 90.0)
    assert failure(answer(429, b"", until), now=lambda: NOW) == Retry("example.org answered 429", 90.0, 90.0)


@pytest.mark.parametrize(
    ("body", "kind", "words"),
    [
        (b'{"error":"Text too long"}', "application/json", "Text too long"),
        (
            b'{"error":"invalid_grant","error_description":"Expired"}',
            "application/json",
            "invalid_grant; Expired",
        ),
        (
            b'{"title":"Forbidden","detail":"Not permitted","status":403}',
            "application/json",
            "Forbidden; Not permitted",
        ),
        (b'{"errors":[{"message":"Duplicate","code":187}]}', "application/json", "Duplicate"),
        (b'{"ok":false,"description":"chat not found"}', "application/json", "chat not found"),
        (b'{"error":{"message":"Bad token","code":190}}', "application/json", "Bad token"),
        (b"Bandwidth   exceeded\nsorry", "text/plain; charset=utf-8", "Bandwidth exceeded sorry"),
    ],
)
def test_the_networks_own_words_are_the_reason(body: bytes, kind: str, words: str) -> None:
    assert said(answer(400, body, ("Content-Type", kind))) == f"example.org answered 400: {words}"


@pytest.mark.parametrize("body", [b"<html><h1>Oops", b"[" * 100_000, b"null", b"{}", b'{"error": 5}'])
def test_an_error_page_says_nothing(body: bytes) -> None:
    assert said(answer(500, body, ("Content-Type", "text/html"))) == "example.org answered 500"


def test_what_a_step_before_the_post_left_open_does_not_matter() -> None:
    assert unpublished(Unknown("lost")) == Retry("lost")
    assert unpublished(Refused("too big")) == Refused("too big")


def test_whoever_needs_an_answer_gets_it_or_an_error() -> None:
    good = answer(200)
    assert required(good, "asking") is good
    with pytest.raises(CampaignError, match=r"^asking: revoked$") as caught:
        required(Refused("revoked"), "asking", "make a new token")
    assert caught.value.hint == "make a new token"


def test_a_redirect_back_home_is_not_followed_either(server: ScriptedServer) -> None:
    def again(request: Request) -> Reply:
        return Reply(307, headers=(("Location", "/p2"),))

    server.on("POST", "/p", again)
    server.on("POST", "/p2", Reply(200, json={}))
    assert isinstance(client(server).post("/p", data=b"x"), Unknown)
    assert [request.path for request in server.requests] == ["/p"]


# -- addresses
# ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "read"),
    [
        ("https://mastodon.example", "https://mastodon.example"),
        ("https://example.org:8443/sub/", "https://example.org:8443/sub"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
    ],
)
def test_an_address_of_a_server(address: str, read: str) -> None:
    assert TypeAdapter(Server).validate_python(address) == read
    assert TypeAdapter(SafeServer).validate_python(address) == read


@pytest.mark.parametrize(
    "address",
    [
        "mastodon.example",
        "ftp://example.org",
        "https://",
        "https://ani:pw@example.org",
        "https://example.org/?a=1",
        "https://example.org/#x",
        "https://example.org:99999",
        "",
    ],
)
def test_what_is_no_address_of_a_server(address: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Server).validate_python(address)


def test_a_token_goes_nowhere_unencrypted_but_to_this_machine() -> None:
    with pytest.raises(ValidationError, match="https"):
        TypeAdapter(SafeServer).validate_python("http://mastodon.example")
