"""Slack: one message with its pictures, errors that come with 200, looking up by our key, and the webhook."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from campaign.core.model import Media, Post
from campaign.core.outcome import Absent, CannotTell, Outcome, Receipt, Refused, Retry, Scope, Sent, Unknown
from campaign.errors import CampaignError
from campaign.networks.base import Deletes
from campaign.networks.slack import Slack, SlackOptions
from tests.networks.case_slack import CHANNEL, ME, TOKEN, accept, make
from tests.networks.cases import KEY, PICTURE, Bench
from tests.networks.memory import Memory, secret
from tests.networks.openapi import SPECS
from tests.networks.scripted import Reply, Request, ScriptedServer

SINCE = datetime(2027, 7, 30, 1, 0, tzinfo=UTC)
OTHER_KEY = "00000000-0000-0000-0000-000000000001"
POST = "/api/chat.postMessage"
HISTORY = "/api/conversations.history"
PICTURES = (Media("signs/01.png", "Sebuah pintu", "image/png"), Media("signs/02.png", "Paspor", "image/png"))
HOOK = "https://hooks.slack.com/services/T111/B222/hook-Zq3x9Kp7w2"
HOOKED = "/services/T111/B222/hook-Zq3x9Kp7w2"


def post(text: str = "Kenali *tandanya* <b> & https://example.org/a_b", **keys: Any) -> Post:
    return Post(text=text, language="id", **keys)


def sent(outcome: object) -> Receipt:
    assert isinstance(outcome, Sent), outcome
    return outcome.receipt


def no(error: str, **more: Any) -> Reply:
    return Reply(json={"ok": False, "error": error, **more})


def answered(at: Bench, server: ScriptedServer, answer: Reply, **keys: Any) -> Outcome:
    accept(server)
    server.on("POST", POST, answer)
    return make(at).send(post(**keys), KEY, Memory())


# -- messages ----------------------------------------------------------------------------------------------


def test_a_text_arrives_as_it_is_written(at: Bench, server: ScriptedServer) -> None:
    accept(server)
    receipt = sent(make(at).send(post(), KEY, Memory()))
    (request,) = server.asked("POST", POST)
    said = request.json()
    assert said["text"] == "Kenali *tandanya* &lt;b&gt; &amp; https://example.org/a_b"
    assert (said["mrkdwn"], said["link_names"], said["channel"]) == (False, False, CHANNEL)
    assert said["metadata"]["event_payload"] == {"key": KEY}
    assert "blocks" not in said
    url = f"https://harapan.slack.com/archives/{CHANNEL}/p1816909200000000"
    assert receipt == Receipt("1816909200.000000", url, "@kabar")
    assert request.headers["Authorization"] == f"Bearer {TOKEN}"


def test_pictures_and_text_are_one_message(at: Bench, server: ScriptedServer) -> None:
    accept(server)
    sent(make(at).send(post(media=PICTURES), KEY, Memory()))
    blocks = server.asked("POST", POST)[0].json()["blocks"]
    assert blocks[0]["elements"][0]["elements"] == [
        {"type": "text", "text": "Kenali *tandanya* <b> & "},
        {"type": "link", "url": "https://example.org/a_b"},
    ]
    assert blocks[1:] == [
        {"type": "image", "slack_file": {"id": "F0"}, "alt_text": "Sebuah pintu"},
        {"type": "image", "slack_file": {"id": "F1"}, "alt_text": "Paspor"},
    ]
    uploads = server.asked("POST", "/upload/v1/.*")
    assert [request.body for request in uploads] == [PICTURE, PICTURE]
    assert [request.headers["Authorization"] for request in uploads] == [None, None]
    shared = [r.json() for r in server.asked("POST", "/api/files.completeUploadExternal")]
    assert all("channel_id" not in body for body in shared)  # nothing is shown before the message


def test_what_was_uploaded_is_used_again(at: Bench, server: ScriptedServer) -> None:
    accept(server)
    notes = Memory()
    server.fault("POST", POST, no("invalid_blocks", response_metadata={"messages": ["invalid slack_file"]}))
    outcome = make(at).send(post(media=PICTURES), KEY, notes)
    assert isinstance(outcome, Retry) and outcome.after == 10  # Slack is still working on it
    sent(make(at).send(post(media=PICTURES), KEY, notes))
    assert len(server.asked("POST", "/upload/v1/.*")) == 2


def test_a_file_that_stays_unusable_is_uploaded_anew(at: Bench, server: ScriptedServer) -> None:
    accept(server)
    notes = Memory()
    broken = no("invalid_blocks", response_metadata={"messages": ["invalid slack_file"]})
    server.fault("POST", POST, broken, broken)
    for _ in range(2):
        assert isinstance(make(at).send(post(media=PICTURES), KEY, notes), Retry)
    sent(make(at).send(post(media=PICTURES), KEY, notes))
    assert len(server.asked("POST", "/upload/v1/.*")) == 4


@pytest.mark.parametrize(
    "place",
    [
        "http://slack.com/x",
        "https://example.org/upload",
        "http://files.slack.com/x",
        "https://slack.com.evil.org/x",
        "https://someone@files.slack.com/x",
        "https://files.slack.com:99999/x",
        "https://files.slack.com:0/x",
        "https://[",
        "",
    ],
)
def test_pictures_go_to_slack_and_nowhere_else(at: Bench, server: ScriptedServer, place: str) -> None:
    accept(server)
    answer = {"ok": True, "upload_url": place, "file_id": "F9"}
    server.on("GET", "/api/files.getUploadURLExternal", Reply(json=answer))
    assert isinstance(make(at).send(post(media=PICTURES), KEY, Memory()), Retry)
    assert not server.asked("POST", POST)


def test_parts_of_a_thread(at: Bench, server: ScriptedServer) -> None:
    accept(server)
    sent(make(at).send(post(part=3, parts=3, root=Receipt("1.1"), reply_to=Receipt("1.2")), KEY, Memory()))
    assert server.asked("POST", POST)[0].json()["thread_ts"] == "1.1"


def test_requests_are_as_the_description_has_them(at: Bench, server: ScriptedServer) -> None:
    path = SPECS / "slack-openapi-v2.json"
    if not path.exists():
        pytest.skip(f"{path.name} is not there")
    paths = json.loads(path.read_text())["paths"]
    newer = {"metadata", "include_all_metadata"}  # the description is of 2021
    accept(server)
    slack = make(at)
    receipt = sent(slack.send(post(media=PICTURES, reply_to=Receipt("1.1")), KEY, Memory()))
    slack.find(post(), KEY, SINCE, Memory())
    slack.find(post(reply_to=Receipt("1.1")), KEY, SINCE, Memory())
    slack.whoami()
    slack.delete(receipt)
    checked = set()
    for request in server.requests:
        method = request.path.removeprefix("/api")
        if method in paths:
            operation = paths[method][request.method.lower()]
            known = {p["name"]: p for p in operation["parameters"]} | dict.fromkeys(newer)
            given = set(request.json() if request.body else request.query)
            assert given <= set(known), method
            needed = {name for name, p in known.items() if p and p.get("required") and name != "token"}
            assert needed <= given, method
            checked.add(method)
    assert {
        "/chat.postMessage",
        "/conversations.history",
        "/conversations.replies",
        "/chat.delete",
    } <= checked


# -- answers -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "scope"),
    [
        ("invalid_auth", Scope.ACCOUNT),
        ("token_revoked", Scope.ACCOUNT),
        ("account_inactive", Scope.ACCOUNT),
        ("not_in_channel", Scope.ACCOUNT),
        ("channel_not_found", Scope.ACCOUNT),
        ("is_archived", Scope.ACCOUNT),
        ("missing_scope", Scope.ACCOUNT),
        ("restricted_action", Scope.ACCOUNT),
        ("accesslimited", Scope.ACCOUNT),
        ("cannot_reply_to_message", Scope.POST),
        ("msg_too_long", Scope.POST),
        ("no_text", Scope.POST),
        ("invalid_blocks", Scope.POST),
    ],
)
def test_what_a_no_is_about(at: Bench, server: ScriptedServer, error: str, scope: Scope) -> None:
    outcome = answered(at, server, no(error, needed="chat:write"))
    assert isinstance(outcome, Refused)
    assert outcome.scope is scope
    assert error in outcome.reason and "chat:write" in outcome.reason


@pytest.mark.parametrize(
    "error", ["fatal_error", "internal_error", "service_unavailable", "request_timeout", ""]
)
def test_a_no_that_may_be_a_yes(at: Bench, server: ScriptedServer, error: str) -> None:
    assert isinstance(answered(at, server, no(error)), Unknown)
    assert isinstance(answered(at, server, Reply(400, json={"ok": False, "error": "fatal_error"})), Unknown)


@pytest.mark.parametrize("details", ["x", ["x"], {"messages": "x"}])
def test_a_no_with_details_that_nobody_can_read(at: Bench, server: ScriptedServer, details: Any) -> None:
    outcome = answered(at, server, no("no_text", response_metadata=details))
    assert isinstance(outcome, Refused) and outcome.reason.endswith(": no_text")


def test_too_many_messages(at: Bench, server: ScriptedServer) -> None:
    outcome = answered(at, server, no("ratelimited"))
    assert isinstance(outcome, Retry) and outcome.wait == 60
    outcome = answered(at, server, Reply(429, json={"ok": False}, headers=(("Retry-After", "7"),)))
    assert isinstance(outcome, Retry) and outcome.wait == 7


def test_a_message_of_another_bot_is_unknown(at: Bench, server: ScriptedServer) -> None:
    other = {"ok": True, "ts": "1.1", "message": {"bot_id": "B9"}}
    assert isinstance(answered(at, server, Reply(json=other)), Unknown)
    assert isinstance(answered(at, server, Reply(json={"ok": True})), Unknown)


@pytest.mark.parametrize("step", ["files.getUploadURLExternal", "files.completeUploadExternal"])
def test_an_upload_that_fails_publishes_nothing(at: Bench, server: ScriptedServer, step: str) -> None:
    accept(server)
    for method in ("GET", "POST"):
        server.on(method, f"/api/{step}", no("internal_error"))
    assert isinstance(make(at).send(post(media=PICTURES), KEY, Memory()), Retry)
    assert not server.asked("POST", POST)


def test_a_token_that_is_no_bots(at: Bench, server: ScriptedServer) -> None:
    accept(server)
    server.on("GET", "/api/auth.test", Reply(json={k: v for k, v in ME.items() if k != "bot_id"}))
    outcome = make(at).send(post(), KEY, Memory())
    assert isinstance(outcome, Refused) and outcome.scope is Scope.ACCOUNT
    assert "xoxb-" in outcome.reason


# -- looking up --------------------------------------------------------------------------------------------


def test_looking_up_by_our_key(at: Bench, server: ScriptedServer) -> None:
    accept(server)
    slack = make(at)
    assert isinstance(slack.find(post(), KEY, SINCE, Memory()), Absent)
    receipt = sent(slack.send(post(), KEY, Memory()))
    assert slack.find(post(), KEY, SINCE, Memory()) == Sent(receipt)
    assert isinstance(slack.find(post(), OTHER_KEY, SINCE, Memory()), Absent)
    (query, *_) = [request.query for request in server.asked("GET", HISTORY)]
    assert query["include_all_metadata"] == ["true"]
    assert float(query["oldest"][0]) < SINCE.timestamp()


def test_what_stands_in_a_thread_is_looked_for_there(at: Bench, server: ScriptedServer) -> None:
    accept(server)
    make(at).find(post(reply_to=Receipt("1.2"), root=Receipt("1.1")), KEY, SINCE, Memory())
    (request,) = server.asked("GET", "/api/conversations.replies")
    assert request.query["ts"] == ["1.1"]


def test_looking_up_over_pages(at: Bench, server: ScriptedServer) -> None:
    accept(server)
    ours = {"ts": "5.5", "metadata": {"event_type": "campaign_post", "event_payload": {"key": KEY}}}

    def page(request: Request) -> Reply:
        if "cursor" in request.query:
            return Reply(json={"ok": True, "messages": [{"ts": "1.0"}, ours], "has_more": False})
        more = {"next_cursor": "c2"}
        return Reply(json={"ok": True, "messages": [], "has_more": True, "response_metadata": more})

    server.on("GET", HISTORY, page)
    assert sent(make(at).find(post(), KEY, SINCE, Memory())).id == "5.5"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (no("missing_scope"), "channels:history"),
        (no("internal_error"), "internal_error"),
        (Reply(json={"ok": True}), "nobody can read"),
        (Reply(json={"ok": True, "messages": ["x"]}), "nobody can read"),
        (Reply(json={"ok": True, "messages": [{"ts": "1.0", "metadata": "x"}]}), "nobody can read"),
        (Reply(json={"ok": True, "messages": [], "response_metadata": ["x"]}), "nobody can read"),
        (Reply(json={"ok": True, "messages": [], "has_more": True}), "to its end"),
    ],
)
def test_a_history_that_can_not_be_read(at: Bench, server: ScriptedServer, answer: Reply, words: str) -> None:
    accept(server)
    server.on("GET", HISTORY, answer)
    found = make(at).find(post(), KEY, SINCE, Memory())
    assert isinstance(found, CannotTell) and words in found.reason


# -- the bot, and taking back ------------------------------------------------------------------------------


def test_whoami(at: Bench, server: ScriptedServer) -> None:
    accept(server)
    assert make(at).whoami() == "@kabar in #kabar"
    server.on("GET", "/api/conversations.info", Reply(json={"ok": True, "channel": {"is_member": False}}))
    with pytest.raises(CampaignError) as caught:
        make(at).whoami()
    assert "/invite" in caught.value.hint


def test_taking_back(at: Bench, server: ScriptedServer) -> None:
    accept(server)
    slack = make(at)
    assert isinstance(slack, Deletes)
    receipt = sent(slack.send(post(), KEY, Memory()))
    for answer, expected in (
        (Reply(json={"ok": True}), Sent),
        (no("message_not_found"), Sent),
        (no("cant_delete_message"), Refused),
    ):
        server.on("POST", "/api/chat.delete", answer)
        assert isinstance(slack.delete(receipt), expected)
    elsewhere = replace(receipt, url="https://kabar.slack.com/archives/C999/p1")
    assert isinstance(slack.delete(elsewhere), Refused)  # unknown here is not gone there


@pytest.mark.parametrize(
    "keys",
    [
        {},
        {"token": secret(TOKEN)},
        {"token": secret(TOKEN), "channel": "kabar"},
        {"token": secret(TOKEN), "channel": CHANNEL, "webhook": secret(HOOK)},
    ],
)
def test_a_bot_or_a_webhook(keys: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        SlackOptions(**keys)


# -- the webhook -------------------------------------------------------------------------------------------


def hook(at: Bench, address: str = HOOK) -> Slack:
    return Slack(SlackOptions(server=at.url, webhook=secret(address)), at.vault, at.files)


def test_a_webhook_takes_text(at: Bench, server: ScriptedServer) -> None:
    server.on("POST", HOOKED, Reply(200, body=b"ok"))
    slack = hook(at)
    assert sent(slack.send(post(), KEY, Memory())) == Receipt(KEY)
    assert server.asked("POST", HOOKED)[0].json()["text"].startswith("Kenali *tandanya* &lt;b&gt;")
    assert isinstance(slack.find(post(), KEY, SINCE, Memory()), CannotTell)
    assert isinstance(slack.delete(Receipt(KEY)), Refused)
    assert "T111" in slack.whoami() and "hook-Zq3" not in slack.whoami()
    outcome = slack.send(post(media=PICTURES), KEY, Memory())
    assert isinstance(outcome, Refused) and outcome.scope is Scope.POST
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (Reply(404, body=b"no_service"), Scope.ACCOUNT),
        (Reply(403, body=b"action_prohibited"), Scope.ACCOUNT),
        (Reply(410, body=b"channel_is_archived"), Scope.ACCOUNT),
        (Reply(400, body=b"user_not_found"), Scope.ACCOUNT),
        (Reply(400, body=b"invalid_payload"), Scope.POST),
        (Reply(200, body=b"<html>"), None),
        (Reply(500, body=b"rollup_error"), None),
    ],
)
def test_what_a_webhook_says(
    at: Bench, server: ScriptedServer, answer: Reply, expected: Scope | None
) -> None:
    server.on("POST", HOOKED, answer)
    outcome = hook(at).send(post(), KEY, Memory())
    if expected is None:
        assert isinstance(outcome, Unknown)
    else:
        assert isinstance(outcome, Refused) and outcome.scope is expected
    assert "hook-Zq3" not in outcome.reason


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org/services/T1/B1/abcdef",
        "https://hooks.slack.com/triggers/T1/2/abcdef",
        "https://hooks.slack.com/workflows/T1/A1/2/abcdef",
    ],
)
def test_another_address_is_no_webhook(at: Bench, address: str) -> None:
    with pytest.raises(CampaignError) as caught:
        hook(at, address)
    assert "abcdef" not in str(caught.value)
