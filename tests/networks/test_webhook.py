"""The webhook beyond the contract: what is signed, and what a receiver may answer."""

from __future__ import annotations

import hashlib
import hmac
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from campaign.core.outcome import CannotTell, Receipt, Refused, Scope, Sent, Unknown
from campaign.errors import CampaignError
from campaign.networks.webhook import Webhook, WebhookOptions
from tests.networks.case_webhook import CASE, NOW, SECRET
from tests.networks.cases import KEY, Bench
from tests.networks.memory import Memory, account, secret
from tests.networks.scripted import Reply, Request, ScriptedServer

POST = CASE.example()


def receiver_accepts(request: Request, now: float) -> bool:
    """What the documentation asks of a receiver, word for word."""
    body, timestamp = request.body, request.headers["X-Campaign-Timestamp"]
    expected = (
        "sha256=" + hmac.new(SECRET.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    )
    fits = hmac.compare_digest(expected, request.headers["X-Campaign-Signature"])
    return fits and abs(now - int(timestamp)) < 300


def test_the_body_says_everything_about_the_post(at: Bench, server: ScriptedServer) -> None:
    CASE.accept(server)
    post = replace(POST, part=2, parts=3, reply_to=Receipt("n1"))
    CASE.make(at).send(post, KEY, Memory())
    [request] = server.requests
    assert request.headers["Content-Type"] == "application/json"
    assert request.headers["Idempotency-Key"] == KEY
    assert request.json() == {
        "key": KEY,
        "text": POST.text,
        "part": 2,
        "parts": 3,
        "language": "id",
        "media": [
            {"name": m.file.rpartition("/")[2], "alt": m.alt, "type": "image/png", "sha256": m.sha256}
            for m in POST.media
        ],
        "link": "https://example.org/tanda",
        "warning": "perdagangan orang",
        "reply_to": "n1",
    }


def test_a_receiver_can_verify_the_signature(at: Bench, server: ScriptedServer) -> None:
    CASE.accept(server)
    CASE.make(at).send(POST, KEY, Memory())
    [request] = server.requests
    assert receiver_accepts(request, NOW.timestamp())
    assert not receiver_accepts(replace(request, body=request.body + b" "), NOW.timestamp())
    assert not receiver_accepts(request, NOW.timestamp() + 600)


def test_the_same_post_is_the_same_bytes_whenever_it_is_sent(at: Bench, server: ScriptedServer) -> None:
    CASE.accept(server)
    options = WebhookOptions(server=f"{at.url}/hook", secret=secret(SECRET))
    Webhook(options, clock=lambda: NOW).send(POST, KEY, Memory())
    Webhook(options, clock=lambda: NOW + timedelta(hours=5)).send(POST, KEY, Memory())
    first, second = server.requests
    assert first.body == second.body
    assert first.headers["X-Campaign-Signature"] != second.headers["X-Campaign-Signature"]


def test_made_from_an_account_it_signs_with_the_time_of_day(at: Bench, server: ScriptedServer) -> None:
    CASE.accept(server)
    options = WebhookOptions(server=f"{at.url}/hook", secret=secret(SECRET))
    webhook = Webhook.from_account(account("webhook", options), at.vault, at.files)
    assert isinstance(webhook.send(POST, KEY, Memory()), Sent)
    assert receiver_accepts(server.requests[0], time.time())


@pytest.mark.parametrize(
    ("reply", "receipt"),
    [
        (Reply(200, json={"id": "a", "url": "https://example.org/a"}), Receipt("a", "https://example.org/a")),
        (Reply(201, json={"id": 7}), Receipt("7")),
        (Reply(200, json={}), Receipt(KEY)),
        (Reply(200, json={"id": None, "url": None}), Receipt(KEY)),
        (Reply(200, json={"id": "a", "url": "javascript:alert(1)"}), Receipt("a")),
        (Reply(202), Receipt(KEY)),
        (Reply(200, body=b" \n"), Receipt(KEY)),
    ],
)
def test_what_a_receiver_may_answer(
    at: Bench, server: ScriptedServer, reply: Reply, receipt: Receipt
) -> None:
    server.on("POST", "/hook", reply)
    assert CASE.make(at).send(POST, KEY, Memory()) == Sent(receipt)


def test_a_login_page_is_no_success(at: Bench, server: ScriptedServer) -> None:
    server.on("POST", "/hook", Reply(200, body=b"<html>Welcome to the hotel</html>"))
    assert isinstance(CASE.make(at).send(POST, KEY, Memory()), Unknown)


def test_a_receiver_that_is_still_busy_with_the_key_may_have_it(at: Bench, server: ScriptedServer) -> None:
    server.on("POST", "/hook", Reply(409, json={"error": "in progress"}))
    assert isinstance(CASE.make(at).send(POST, KEY, Memory()), Unknown)


def test_a_refused_signature_is_about_the_account(at: Bench, server: ScriptedServer) -> None:
    server.on("POST", "/hook", Reply(403, json={"error": "bad signature"}))
    outcome = CASE.make(at).send(POST, KEY, Memory())
    assert isinstance(outcome, Refused)
    assert outcome.scope is Scope.ACCOUNT


def test_repeating_is_how_one_learns_what_became_of_it(at: Bench) -> None:
    webhook = CASE.make(at)
    assert webhook.repeat_safe_for == timedelta(hours=24)
    assert isinstance(webhook.find(POST, KEY, datetime(2027, 7, 30, tzinfo=UTC), Memory()), CannotTell)


@pytest.mark.parametrize("status", [204, 405, 501])
def test_whoami_takes_any_receiver_that_is_there(at: Bench, server: ScriptedServer, status: int) -> None:
    server.on("OPTIONS", "/hook", Reply(status))
    assert CASE.make(at).whoami() == f"webhook at {server.url[7:]}"
    assert receiver_accepts(server.requests[0], NOW.timestamp())


def test_whoami_of_an_address_where_nothing_is(at: Bench) -> None:
    with pytest.raises(CampaignError, match="404"):
        CASE.make(at).whoami()
