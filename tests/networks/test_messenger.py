"""Messages through the real Apprise to servers of this machine: they arrive, are bounded, tell no secret."""

from __future__ import annotations

import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from campaign.networks import messenger
from tests.networks.scripted import Hold, Reply, ScriptedServer, closed_port
from tests.networks.smtp_server import PASSWORD, USER, smtp

TOKEN = "alert-token-J7x2pXzQ9"


def json_at(server: ScriptedServer, path: str = "/inbox") -> str:
    server.on("POST", path, Reply(200))
    return server.url.replace("http://", f"json://ani:{TOKEN}@") + path


def test_a_message_arrives_by_mail() -> None:
    with smtp(tls="none") as server:
        address = (
            f"mailto://{server.url.removeprefix('smtp://')}?from=kabar@harapan.example&to=ani@harapan.example"
        )
        assert (
            messenger.tell(f"{address}&mode=insecure", "campaign: 1 to know", "Not published: 1\n- c/s: <b>")
            == ""
        )
    [message] = server.messages
    assert message["Subject"] == "campaign: 1 to know"
    assert message["To"] == "ani@harapan.example"
    body = message.get_body(("plain", "html"))
    assert body is not None
    assert "Not published: 1" in body.get_content()
    assert "<b>" not in body.get_content() or body.get_content_type() == "text/plain"


def test_a_mail_server_whose_certificate_nobody_vouches_for_gets_no_password() -> None:
    with smtp() as server:
        host = server.url.removeprefix("smtp://")
        address = (
            f"mailtos://{USER}:{PASSWORD}@{host}?from=kabar@harapan.example&to=ani@x.example&mode=starttls"
        )
        said = messenger.tell(address, "t", "b")
        assert said and PASSWORD not in said
        assert "AUTH" not in server.said and server.messages == []


def test_a_message_arrives_by_ntfy(server: ScriptedServer) -> None:
    server.on("POST", "/.*", Reply(200, {"id": "1"}))
    address = server.url.replace("http://", "ntfy://") + "/campaign-alerts-7f3a9c"
    assert messenger.tell(address, "campaign: 1 to know", "Not published: 1") == ""
    [request] = server.requests
    assert b"Not published: 1" in request.body


def test_an_address_may_be_several(server: ScriptedServer) -> None:
    both = f"{json_at(server)}, {json_at(server, '/other')}"
    assert messenger.knows(both)
    assert messenger.tell(both, "t", "b") == ""
    assert sorted(request.path for request in server.requests) == ["/inbox", "/other"]


@pytest.mark.parametrize("address", ["", "no-such-service://x", "https", "[", "\0", "json://", "mailto://"])
def test_an_address_that_is_none_is_a_reason(address: str) -> None:
    assert not messenger.knows(address)
    assert messenger.tell(address, "t", "b") == "the address is none that Apprise knows"


@pytest.mark.parametrize("status", [401, 404, 500, 503])
def test_what_is_not_taken_says_why_and_no_more(
    server: ScriptedServer, status: int, capfd: pytest.CaptureFixture[str]
) -> None:
    address = json_at(server)
    server.on("POST", "/inbox", Reply(status, body=TOKEN.encode()))
    said = messenger.tell(address, "t", "b")
    assert str(status) in said or "error" in said.lower()
    assert "\n" not in said and TOKEN not in said
    assert capfd.readouterr() == ("", "")  # Apprise warns on stderr if nobody listens


def test_a_server_that_is_not_there_is_a_reason() -> None:
    said = messenger.tell(f"json://ani:{TOKEN}@127.0.0.1:{closed_port()}/inbox", "t", "b")
    assert said and TOKEN not in said


def test_a_server_that_never_answers_is_given_up_and_not_asked_twice(server: ScriptedServer) -> None:
    address = json_at(server) + "?rto=1.5"
    server.fault("POST", "/inbox", Hold())
    began = time.monotonic()
    assert messenger.tell(address, "t", "b", limit=0.2) == "no answer within 0.2 s"
    assert messenger.tell(address, "t", "b", limit=0.2) == "the message before is still on its way"
    assert time.monotonic() - began < 1.5
    # What still waits keeps no process from ending.
    hanging = [thread for thread in threading.enumerate() if thread.name == "message"]
    assert hanging and all(thread.daemon for thread in hanging)
    for thread in hanging:
        thread.join(10)
    assert messenger.tell(address, "t", "b") == ""


def test_two_messages_to_one_person_at_once_both_arrive(server: ScriptedServer) -> None:
    address = json_at(server)
    with ThreadPoolExecutor(2) as several:
        said = list(several.map(lambda title: messenger.tell(address, title, "b"), ["one", "two"]))
    assert said == ["", ""]
    assert sorted(request.json()["title"] for request in server.requests) == ["one", "two"]


def test_each_hears_its_own_reasons_only(server: ScriptedServer) -> None:
    addresses = {}
    for status in (403, 404, 500, 503):
        addresses[status] = json_at(server, f"/{status}")
        server.on("POST", f"/{status}", Reply(status))
    with ThreadPoolExecutor(4) as several:
        said = dict(
            zip(
                addresses, several.map(lambda a: messenger.tell(a, "t", "b"), addresses.values()), strict=True
            )
        )
    for status, reason in said.items():
        assert not any(str(other) in reason for other in addresses if other != status), said


def test_no_thread_stays_behind(server: ScriptedServer) -> None:
    address = json_at(server)
    for _ in range(5):
        assert messenger.tell(address, "t", "b") == ""
    # Neither ours nor those of Apprise's own pool, which the end of a process would wait for.
    assert not [
        thread for thread in threading.enumerate() if thread.name.startswith(("message", "ThreadPool"))
    ]


def test_the_addresses_in_the_docs_are_some_that_apprise_knows() -> None:
    docs = Path(__file__).resolve().parents[2] / "docs" / "alerts.md"
    addresses = re.findall(r"ALERT_URL=([^\s`]+)", docs.read_text(encoding="utf-8"))
    assert len(addresses) == 4
    assert [address for address in addresses if not messenger.knows(address)] == []
