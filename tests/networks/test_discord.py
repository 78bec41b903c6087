"""Discord: escaped Markdown, a bot and a webhook by the API's own description, and which refusal is about what."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from campaign.core.model import Media, Post
from campaign.core.outcome import Absent, CannotTell, Receipt, Refused, Retry, Scope, Sent, Unknown
from campaign.core.text import length
from campaign.errors import CampaignError
from campaign.networks.base import Deletes
from campaign.networks.discord import Discord, DiscordOptions
from campaign.networks.discord_text import escaped, shown
from tests.networks import openapi
from tests.networks.case_discord import CHANNEL, ME, NOW, TOKEN, accept, fields, make
from tests.networks.cases import KEY, Bench
from tests.networks.memory import Memory, secret
from tests.networks.scripted import Reply, ScriptedServer

SINCE = NOW - timedelta(minutes=5)
HOOK = "https://discord.com/api/webhooks/123/hook-Zq3_x9Kp7w2"
HOOKED = "/api/v10/webhooks/123/hook-Zq3_x9Kp7w2"
PICTURES = (Media("signs/01.png", "Sebuah pintu", "image/png"), Media("signs/02.png", "Paspor", "image/png"))


def post(text: str = "Kenali *tandanya*", **keys: Any) -> Post:
    return Post(text=text, language="id", **keys)


def sent(outcome: object) -> Receipt:
    assert isinstance(outcome, Sent), outcome
    return outcome.receipt


# -- the text ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "sent_as"),
    [
        ("*tebal* _miring_ ~x~ `kode` ||x||", r"\*tebal\* \_miring\_ \~x\~ \`kode\` \|\|x\|\|"),
        ("# judul\n## dua\n#Akhiri", "\\# judul\n\\## dua\n#Akhiri"),
        ("> kutip\n>>> banyak\n-# kecil", "\\> kutip\n\\>>> banyak\n\\-# kecil"),
        ("1. satu\n- dua\n+ tiga\n2027. x", "1\\. satu\n\\- dua\n\\+ tiga\n2027\\. x"),
        ("20.00 - 21.00, a-b", "20.00 - 21.00, a-b"),
        ("[teks](https://example.org/a_b_c) <@77>", r"\[teks](https://example.org/a_b_c) \<@77>"),
        ("https://example.org/a_b*c @everyone", "https://example.org/a_b*c @everyone"),
        ("https://example.org/a_ x_", r"https://example.org/a_ x\_"),
    ],
)
def test_nothing_in_a_text_is_markup(text: str, sent_as: str) -> None:
    assert escaped(text) == sent_as
    assert shown(sent_as) == text


LINES = st.lists(
    st.one_of(
        st.sampled_from(
            ["# ", "- ", "> ", "1. ", "*", "_", "\\", "\n", "`", "[x](y)", "https://example.org/a_b", " "]
        ),
        st.text("abc #1.-+>é👩", max_size=6),
    ),
    max_size=15,
)


@given(LINES)
def test_what_is_escaped_is_shown_as_written_and_fits(pieces: list[str]) -> None:
    text = "".join(pieces)
    sent_as = escaped(text)
    assert len(sent_as.encode("utf-16-le")) // 2 <= length(text, Discord.rules) + 1
    if "https" not in text:  # in a link a backslash is a backslash
        assert shown(sent_as) == text


# -- a bot -------------------------------------------------------------------------------------------------


def test_a_message_by_its_description(at: Bench, server: ScriptedServer) -> None:
    accept(server)
    receipt = sent(make(at).send(post(reply_to=Receipt("899")), KEY, Memory()))
    (request,) = server.asked("POST", f"{CHANNEL}/messages")
    openapi.check(request, openapi.DISCORD, below="/api/v10")
    said = request.json()
    assert said["content"] == r"Kenali \*tandanya\*"
    assert said["allowed_mentions"] == {"parse": []}
    assert said["enforce_nonce"] is True and len(said["nonce"]) <= 25
    assert said["message_reference"] == {"message_id": "899"}
    assert receipt == Receipt("900", "https://discord.com/channels/400/500/900", "harapan")
    assert request.headers["Authorization"] == f"Bot {TOKEN}"


def test_pictures_by_their_description(at: Bench, server: ScriptedServer) -> None:
    accept(server)
    sent(make(at).send(post(media=PICTURES, warning="kekerasan"), KEY, Memory()))
    (request,) = server.asked("POST", f"{CHANNEL}/messages")
    openapi.check(request, openapi.DISCORD, below="/api/v10")
    assert set(request.form()) == {"payload_json", "files[0]", "files[1]"}
    assert fields(request)["attachments"] == [
        {"id": "0", "filename": "SPOILER_01.png", "description": "Sebuah pintu"},
        {"id": "1", "filename": "SPOILER_02.png", "description": "Paspor"},
    ]


def test_two_keys_are_two_nonces(at: Bench, server: ScriptedServer) -> None:
    accept(server)
    for key in (KEY, "00000000-0000-0000-0000-000000000001", "ffffffff-ffff-ffff-ffff-ffffffffffff"):
        sent(make(at).send(post(), key, Memory()))
    nonces = [fields(request)["nonce"] for request in server.asked("POST", f"{CHANNEL}/messages")]
    assert len(set(nonces)) == 3
    assert max(map(len, nonces)) == 25


def test_the_login_is_asked_about_once(at: Bench, server: ScriptedServer) -> None:
    accept(server)
    sent(make(at).send(post(), KEY, Memory()))
    sent(make(at).send(post("lain"), "00000000-0000-0000-0000-000000000001", Memory()))
    assert len(server.asked("GET", CHANNEL)) == 1


def test_reading_back(at: Bench, server: ScriptedServer) -> None:
    accept(server)
    discord = make(at)
    receipt = sent(discord.send(post(media=PICTURES), KEY, Memory()))
    assert discord.find(post(media=PICTURES), KEY, SINCE, Memory()) == Sent(receipt)
    assert isinstance(
        discord.find(post(), KEY, SINCE, Memory()), Absent
    )  # without pictures it is another one
    assert isinstance(discord.find(post("lain"), KEY, SINCE, Memory()), Absent)
    (request, *_) = server.asked("GET", f"{CHANNEL}/messages")
    openapi.check(request, openapi.DISCORD, below="/api/v10")


def test_a_channel_without_messages_may_be_one_without_the_right_to_read(
    at: Bench, server: ScriptedServer
) -> None:
    """The message is out, and Discord answers 200 with an empty list to a bot that may not Read Message History."""
    accept(server)
    discord = make(at)
    sent(discord.send(post(), KEY, Memory()))
    server.on("GET", f"{CHANNEL}/messages", Reply(json=[]))
    found = discord.find(post(), KEY, SINCE, Memory())
    assert isinstance(found, CannotTell)
    assert "Read Message History" in found.reason


def test_reading_back_sees_only_our_own(at: Bench, server: ScriptedServer) -> None:
    accept(server)
    theirs = {"id": "1", "author": {"id": "78"}, "content": post().text, "timestamp": NOW.isoformat()}
    server.on("GET", f"{CHANNEL}/messages", lambda r: Reply(json=[] if "before" in r.query else [theirs]))
    assert isinstance(make(at).find(post(), KEY, SINCE, Memory()), Absent)


def no(status: int, code: int, words: str = "in their words") -> Reply:
    return Reply(status, json={"code": code, "message": words})


@pytest.mark.parametrize("answer", [no(403, 50001, "Missing Access"), Reply(200, json=[{}]), Reply(500)])
def test_a_channel_that_can_not_be_read(at: Bench, server: ScriptedServer, answer: Reply) -> None:
    accept(server)
    server.on("GET", f"{CHANNEL}/messages", answer)
    assert isinstance(make(at).find(post(), KEY, SINCE, Memory()), CannotTell)


@pytest.mark.parametrize(
    ("answer", "scope"),
    [
        (no(401, 0, "401: Unauthorized"), Scope.ACCOUNT),
        (no(403, 50001, "Missing Access"), Scope.ACCOUNT),
        (no(403, 50013, "Missing Permissions"), Scope.ACCOUNT),
        (no(404, 10003, "Unknown Channel"), Scope.ACCOUNT),
        (no(404, 10015, "Unknown Webhook"), Scope.ACCOUNT),
        (no(400, 50008, "Cannot send messages in a non-text channel"), Scope.ACCOUNT),
        (no(403, 20009, "Explicit content cannot be sent"), Scope.POST),
        (no(400, 50035, "Invalid Form Body"), Scope.POST),
        (no(400, 50006, "Cannot send an empty message"), Scope.POST),
        (no(413, 40005, "Request entity too large"), Scope.POST),
    ],
)
def test_what_a_refusal_is_about(at: Bench, server: ScriptedServer, answer: Reply, scope: Scope) -> None:
    accept(server)
    server.on("POST", f"{CHANNEL}/messages", answer)
    outcome = make(at).send(post(), KEY, Memory())
    assert isinstance(outcome, Refused)
    assert outcome.scope is scope
    assert answer.json["message"] in outcome.reason


def test_the_wait_in_the_body(at: Bench, server: ScriptedServer) -> None:
    accept(server)
    body = {"message": "You are being rate limited.", "retry_after": 1.5, "global": False}
    server.on("POST", f"{CHANNEL}/messages", Reply(429, json=body))
    outcome = make(at).send(post(), KEY, Memory())
    assert isinstance(outcome, Retry)
    assert (outcome.after, outcome.wait) == (1.5, 1.5)


def test_a_message_of_another_author_is_unknown(at: Bench, server: ScriptedServer) -> None:
    accept(server)
    other = {"id": "1", "author": {"id": "78"}}
    server.on("POST", f"{CHANNEL}/messages", Reply(json=other))
    assert isinstance(make(at).send(post(), KEY, Memory()), Unknown)


def test_taking_back(at: Bench, server: ScriptedServer) -> None:
    accept(server)
    discord = make(at)
    assert isinstance(discord, Deletes)
    receipt = sent(discord.send(post(), KEY, Memory()))
    server.on("DELETE", f"{CHANNEL}/messages/900", Reply(204))
    assert discord.delete(receipt) == Sent(receipt)
    server.on("DELETE", f"{CHANNEL}/messages/900", no(404, 10008, "Unknown Message"))
    assert discord.delete(receipt) == Sent(receipt)
    server.on("DELETE", f"{CHANNEL}/messages/900", no(404, 10003, "Unknown Channel"))
    assert isinstance(discord.delete(receipt), Refused)
    openapi.check(server.asked("DELETE", f"{CHANNEL}/messages/900")[0], openapi.DISCORD, below="/api/v10")
    elsewhere = replace(receipt, url="https://discord.com/channels/1/2/900")
    server.on("DELETE", f"{CHANNEL}/messages/900", no(404, 10008, "Unknown Message"))
    assert isinstance(discord.delete(elsewhere), Refused)  # unknown here is not gone there


# -- a webhook ---------------------------------------------------------------------------------------------


def hook(at: Bench) -> Discord:
    options = DiscordOptions(server=at.url, webhook=secret(HOOK))
    return Discord(options, at.vault, at.files)


def hooked(server: ScriptedServer) -> None:
    about = {"id": "123", "name": "Kabar", "guild_id": "400", "channel_id": "500"}
    server.on("GET", HOOKED, Reply(json=about))
    made = {"id": "901", "webhook_id": "123", "author": {"id": "123"}}
    server.on("POST", HOOKED, Reply(json=made))


def test_a_webhook_by_its_description(at: Bench, server: ScriptedServer) -> None:
    hooked(server)
    discord = hook(at)
    assert discord.whoami() == "Kabar"
    receipt = sent(discord.send(post(media=PICTURES), KEY, Memory()))
    (request,) = server.asked("POST", HOOKED)
    openapi.check(request, openapi.DISCORD, below="/api/v10")
    assert request.query == {"wait": ["true"]}
    assert "nonce" not in fields(request)
    assert receipt == Receipt("901", "https://discord.com/channels/400/500/901", "Kabar")
    assert isinstance(discord.find(post(), KEY, SINCE, Memory()), CannotTell)
    server.on("DELETE", f"{HOOKED}/messages/901", Reply(204))
    assert discord.delete(receipt) == Sent(receipt)


def test_a_webhook_that_was_deleted(at: Bench, server: ScriptedServer) -> None:
    hooked(server)
    discord = hook(at)
    discord.whoami()
    server.on("POST", HOOKED, no(404, 10015, "Unknown Webhook"))
    outcome = discord.send(post(), KEY, Memory())
    assert isinstance(outcome, Refused) and outcome.scope is Scope.ACCOUNT
    server.on("GET", HOOKED, no(404, 10015, "Unknown Webhook"))
    with pytest.raises(CampaignError) as caught:
        discord.whoami()
    assert "Unknown Webhook" in caught.value.message
    assert "hook-Zq3_x9Kp7w2" not in str(caught.value) + outcome.reason


def test_another_address_is_no_webhook(at: Bench) -> None:
    options = DiscordOptions(server=at.url, webhook=secret("https://example.org/api/webhooks/1/abcdef"))
    with pytest.raises(CampaignError) as caught:
        Discord(options, at.vault, at.files)
    assert "abcdef" not in str(caught.value)


@pytest.mark.parametrize(
    "keys",
    [
        {},
        {"token": secret(TOKEN)},
        {"channel": "500"},
        {"token": secret(TOKEN), "channel": "#kabar"},
        {"token": secret(TOKEN), "channel": "500", "webhook": secret(HOOK)},
        {"channel": "500", "webhook": secret(HOOK)},
    ],
)
def test_a_bot_or_a_webhook(keys: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        DiscordOptions(**keys)


def test_the_bots_name(at: Bench, server: ScriptedServer) -> None:
    accept(server)
    assert make(at).whoami() == ME["username"]
