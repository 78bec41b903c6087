"""Telegram: messages, photos, albums and films by the Bot API's own description, and its many ways to say no."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from campaign.core.model import Media, Post
from campaign.core.outcome import CannotTell, Receipt, Refused, Retry, Scope, Sent, Unknown
from campaign.errors import CampaignError
from campaign.networks.base import Deletes
from campaign.networks.telegram import Telegram, TelegramOptions
from tests.networks import botapi
from tests.networks.case_telegram import CHAT, PUBLISH, TOKEN, accept, fields, make
from tests.networks.cases import KEY, Bench
from tests.networks.memory import Memory, secret
from tests.networks.scripted import Reply, ScriptedServer

FILM = b"\0\0\0\x18ftypisom" + b"\0" * 100
PICTURES = (Media("signs/01.png", "Sebuah pintu", "image/png"), Media("signs/02.png", "Paspor", "image/png"))


def post(text: str = "<b>Kenali</b> & #tanda", **keys: Any) -> Post:
    return Post(text=text, language="id", **keys)


def sent(outcome: object) -> Receipt:
    assert isinstance(outcome, Sent), outcome
    return outcome.receipt


def call(server: ScriptedServer) -> tuple[str, dict[str, Any]]:
    """The one call that was made, after it was held against the description."""
    (request,) = server.asked("POST", PUBLISH)
    method, said = request.path.rpartition("/")[2], fields(request)
    files = set(request.form()) - set(said) if "multipart" in request.headers["Content-Type"] else set()
    botapi.check(method, said, files)
    return method, said


def test_a_text_arrives_as_it_is_written(at: Bench, server: ScriptedServer) -> None:
    accept(server)
    receipt = sent(make(at).send(post(), KEY, Memory()))
    method, said = call(server)
    assert (method, said["text"], said["chat_id"]) == ("sendMessage", "<b>Kenali</b> & #tanda", "@harapan")
    assert "parse_mode" not in said
    assert receipt.url == "https://t.me/harapan/1"
    assert (receipt.id, receipt.author) == ("1", "@harapan")


def test_one_picture_goes_with_a_caption(at: Bench, server: ScriptedServer) -> None:
    accept(server)
    sent(make(at).send(post(media=PICTURES[:1], warning="kekerasan"), KEY, Memory()))
    method, said = call(server)
    assert (method, said["caption"], said["has_spoiler"]) == ("sendPhoto", "<b>Kenali</b> & #tanda", True)


def test_several_pictures_are_an_album(at: Bench, server: ScriptedServer) -> None:
    accept(server)
    receipt = sent(make(at).send(post(media=PICTURES), KEY, Memory()))
    method, said = call(server)
    assert method == "sendMediaGroup"
    assert [item["media"] for item in said["media"]] == ["attach://p0", "attach://p1"]
    assert [item.get("caption") for item in said["media"]] == ["<b>Kenali</b> & #tanda", None]
    assert dict(receipt.extra) == {"chat": str(CHAT["id"]), "ids": "1 2"}


def test_a_film(at: Bench, server: ScriptedServer) -> None:
    accept(server)
    at.files.write("film.mp4", FILM)
    sent(make(at).send(post(media=(Media("film.mp4", "Lilin", "video/mp4"),)), KEY, Memory()))
    assert call(server)[0] == "sendVideo"


def test_parts_of_a_thread_are_replies(at: Bench, server: ScriptedServer) -> None:
    accept(server)
    sent(make(at).send(post(part=2, parts=2, reply_to=Receipt("41")), KEY, Memory()))
    assert call(server)[1]["reply_parameters"] == {"message_id": 41}


def test_quietly(at: Bench, server: ScriptedServer) -> None:
    accept(server)
    options = TelegramOptions(server=at.url, chat="@harapan", token=secret(TOKEN), silent=True)
    sent(Telegram(options, at.files).send(post(), KEY, Memory()))
    assert call(server)[1]["disable_notification"] is True


@pytest.mark.parametrize(
    ("chat", "there", "url"),
    [
        (-1001234567890, {"id": -1001234567890, "title": "Tertutup"}, "https://t.me/c/1234567890/1"),
        ("-42", {"id": -42, "title": "Tim"}, ""),
        ("@Harapan", CHAT, "https://t.me/harapan/1"),
    ],
)
def test_the_address_of_a_message(
    at: Bench, server: ScriptedServer, chat: str | int, there: dict[str, Any], url: str
) -> None:
    answer = {"ok": True, "result": {"message_id": 1, "chat": there}}
    server.on("POST", PUBLISH, Reply(json=answer))
    options = TelegramOptions(server=at.url, chat=chat, token=secret(TOKEN))
    telegram = Telegram(options, at.files)
    assert sent(telegram.send(post(), KEY, Memory())).url == url
    found = telegram.find(post(), KEY, datetime(2027, 7, 30, tzinfo=UTC), Memory())
    assert isinstance(found, CannotTell)
    assert url.rpartition("/")[0].lower() in found.reason.lower()


@pytest.mark.parametrize(
    "answer", [{"ok": True}, {"ok": False}, {"ok": True, "result": []}, {"ok": True, "result": 5}]
)
def test_a_success_that_says_nothing_is_unknown(at: Bench, server: ScriptedServer, answer: Any) -> None:
    server.on("POST", PUBLISH, Reply(json=answer))
    assert isinstance(make(at).send(post(), KEY, Memory()), Unknown)


def test_a_message_in_another_chat_is_unknown(at: Bench, server: ScriptedServer) -> None:
    other = {"message_id": 1, "chat": {"id": -5, "username": "lain"}}
    server.on("POST", PUBLISH, Reply(json={"ok": True, "result": other}))
    options = TelegramOptions(server=at.url, chat=-6, token=secret(TOKEN))
    assert isinstance(Telegram(options, at.files).send(post(), KEY, Memory()), Unknown)
    assert sent(make(at).send(post(), KEY, Memory())).url == "https://t.me/lain/1"  # its other name


def no(status: int, words: str, **parameters: Any) -> Reply:
    body = {"ok": False, "error_code": status, "description": words, "parameters": parameters}
    return Reply(status, json=body)


@pytest.mark.parametrize(
    ("answer", "scope"),
    [
        (no(401, "Unauthorized"), Scope.ACCOUNT),
        (no(404, "Not Found"), Scope.ACCOUNT),
        (no(403, "Forbidden: bot was kicked from the channel chat"), Scope.ACCOUNT),
        (no(403, "Forbidden: bot is not a member of the channel chat"), Scope.ACCOUNT),
        (no(400, "Bad Request: chat not found"), Scope.ACCOUNT),
        (no(400, "Bad Request: need administrator rights in the channel chat"), Scope.ACCOUNT),
        (no(400, "Bad Request: not enough rights to send photos to the chat"), Scope.ACCOUNT),
        (no(400, "Bad Request: CHAT_WRITE_FORBIDDEN"), Scope.ACCOUNT),
        (no(400, "Bad Request: message is too long"), Scope.POST),
        (no(400, "Bad Request: message caption is too long"), Scope.POST),
        (no(400, "Bad Request: IMAGE_PROCESS_FAILED"), Scope.POST),
        (no(400, "Bad Request: message to be replied not found"), Scope.POST),
        (no(413, "Request Entity Too Large"), Scope.POST),
    ],
)
def test_what_a_refusal_is_about(at: Bench, server: ScriptedServer, answer: Reply, scope: Scope) -> None:
    server.on("POST", PUBLISH, answer)
    outcome = make(at).send(post(), KEY, Memory())
    assert isinstance(outcome, Refused)
    assert outcome.scope is scope
    assert answer.json["description"] in outcome.reason


def test_a_group_that_has_become_another_chat(at: Bench, server: ScriptedServer) -> None:
    words = "Bad Request: group chat was upgraded to a supergroup chat"
    server.on("POST", PUBLISH, no(400, words, migrate_to_chat_id=-1009))
    outcome = make(at).send(post(), KEY, Memory())
    assert isinstance(outcome, Refused) and outcome.scope is Scope.ACCOUNT
    assert "chat: -1009" in outcome.reason


def test_too_many_messages(at: Bench, server: ScriptedServer) -> None:
    server.on("POST", PUBLISH, no(429, "Too Many Requests: retry after 31", retry_after=31))
    outcome = make(at).send(post(), KEY, Memory())
    assert isinstance(outcome, Retry)
    assert (outcome.after, outcome.wait) == (31.0, 31.0)


def test_the_token_is_never_told(at: Bench, server: ScriptedServer) -> None:
    server.on("POST", PUBLISH, no(400, f"Bad Request: https://api.telegram.org/bot{TOKEN}/sendMessage"))
    outcome = make(at).send(post(), KEY, Memory())
    assert isinstance(outcome, Refused)
    assert TOKEN not in outcome.reason and TOKEN.partition(":")[2] not in outcome.reason


def test_taking_back(at: Bench, server: ScriptedServer) -> None:
    accept(server)
    telegram = make(at)
    assert isinstance(telegram, Deletes)
    receipt = sent(telegram.send(post(media=PICTURES), KEY, Memory()))
    assert telegram.delete(receipt) == Sent(receipt)
    (request,) = server.asked("POST", "/bot[^/]+/deleteMessages")
    botapi.check("deleteMessages", request.json(), set())
    assert request.json() == {"chat_id": str(CHAT["id"]), "message_ids": [1, 2]}
    server.on("POST", "/bot[^/]+/deleteMessages", no(400, "Bad Request: message can't be deleted"))
    assert isinstance(telegram.delete(receipt), Refused)


@pytest.mark.parametrize(
    ("chat", "member", "may"),
    [
        ("channel", {"status": "administrator", "can_post_messages": True}, True),
        ("channel", {"status": "administrator", "can_post_messages": False}, False),
        ("channel", {"status": "member"}, False),
        ("channel", {"status": "creator"}, True),
        ("supergroup", {"status": "member"}, True),
        ("supergroup", {"status": "kicked"}, False),
    ],
)
def test_whoami_says_whether_the_bot_may_post(
    at: Bench, server: ScriptedServer, chat: str, member: dict[str, Any], may: bool
) -> None:
    accept(server)
    server.on("GET", "/bot[^/]+/getChat", Reply(json={"ok": True, "result": {**CHAT, "type": chat}}))
    server.on("GET", "/bot[^/]+/getChatMember", Reply(json={"ok": True, "result": member}))
    if may:
        assert make(at).whoami() == "@harapan_bot in Harapan"
    else:
        with pytest.raises(CampaignError) as caught:
            make(at).whoami()
        assert "administrator" in caught.value.hint
    assert not server.asked("POST", PUBLISH)


@pytest.mark.parametrize("chat", ["harapan", "@a", "@with space", "https://t.me/harapan", ""])
def test_a_chat_is_a_name_or_a_number(chat: str) -> None:
    with pytest.raises(ValidationError):
        TelegramOptions(chat=chat, token=secret(TOKEN))


def test_a_picture_that_is_broken_is_not_sent(at: Bench, server: ScriptedServer) -> None:
    at.files.write("signs/01.png", b"")
    outcome = make(at).send(post(media=PICTURES), KEY, Memory())
    assert isinstance(outcome, Refused) and outcome.scope is Scope.POST
    assert "0 bytes" in outcome.reason
    assert not server.requests


def test_a_film_of_another_kind_is_not_sent(at: Bench, server: ScriptedServer) -> None:
    at.files.write("film.webm", FILM)
    film = replace(PICTURES[0], file="film.webm", type="video/webm")
    assert isinstance(make(at).send(post(media=(film,)), KEY, Memory()), Refused)
