"""Mastodon, proved against mastodon-mock: every request goes through a proxy that writes it down."""

from __future__ import annotations

import logging
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from pydantic import ValidationError

from campaign.core.model import Media, Post
from campaign.core.outcome import Absent, CannotTell, Receipt, Refused, Retry, Scope, Sent, Unknown
from campaign.core.text import TextRules, Unit
from campaign.errors import CampaignError
from campaign.networks.base import Deletes, Network, ServerLimits
from campaign.networks.mastodon import Mastodon, MastodonOptions
from campaign.networks.media import upload_note
from tests.networks import openapi
from tests.networks.cases import PICTURE
from tests.networks.mastodon_server import MastodonServer
from tests.networks.memory import Folder, Memory, account, secret
from tests.networks.relay import Relay, relaying
from tests.networks.scripted import Effect, Hold, Reply, Reset

STATUSES = "/api/v1/statuses"
MEDIA = "/api/v2/media"
NODEINFO = "/nodeinfo/2.0"


@pytest.fixture
def relay(mastodon_server: MastodonServer) -> Iterator[Relay]:
    with relaying(mastodon_server.host, mastodon_server.port) as relay:
        yield relay


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    folder = Folder(tmp_path)
    folder.write("signs/01.png", PICTURE)
    folder.write("signs/02.png", PICTURE)
    return folder


def adapter(
    url: str,
    folder: Folder,
    vault: Memory | None = None,
    *,
    token: str = "mock_token",
    timeout: float = 30.0,
    **keys: Any,
) -> Mastodon:
    options = MastodonOptions(server=url, token=secret(token), timeout=timeout, **keys)
    return Mastodon.from_account(account("mastodon", options), vault or Memory(), folder)


@pytest.fixture
def mastodon(relay: Relay, folder: Folder) -> Mastodon:
    return adapter(relay.url, folder)


def post(text: str = "", **keys: Any) -> Post:
    """A post that no other test has."""
    return Post(text=f"{text} {uuid4().hex}".strip(), language="id", **keys)


def pictures(*names: str) -> tuple[Media, ...]:
    return tuple(Media(f"signs/{name}.png", f"Gambar {name}: sebuah pintu", "image/png") for name in names)


def sent(outcome: object) -> Receipt:
    assert isinstance(outcome, Sent), outcome
    return outcome.receipt


def key() -> str:
    return str(uuid4())


def now() -> datetime:
    return datetime.now(UTC)


def test_meets_the_contract(mastodon: Mastodon) -> None:
    assert isinstance(mastodon, Network)
    assert isinstance(mastodon, Deletes)
    assert isinstance(mastodon, ServerLimits)
    assert mastodon.prepare(post()) == {}


def test_is_light_to_import() -> None:
    code = "import sys, campaign.networks.mastodon; sys.exit('requests' in sys.modules or 'tweepy' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[2])


@pytest.mark.parametrize("server", ["http://mastodon.example", "ftp://mastodon.example", "mastodon.example"])
def test_a_token_is_never_sent_in_the_clear(server: str) -> None:
    with pytest.raises(ValidationError):
        MastodonOptions(server=server, token=secret("t"))


def test_whoami(mastodon: Mastodon, relay: Relay) -> None:
    assert mastodon.whoami() == f"@testuser@127.0.0.1:{relay.url.rpartition(':')[2]}"


def test_a_status_with_everything(relay: Relay, folder: Folder, mastodon_server: MastodonServer) -> None:
    mastodon = adapter(relay.url, folder, visibility="unlisted")
    words = post(
        "Kenali tandanya: https://example.org/act", warning="perdagangan orang", media=pictures("01", "02")
    )
    name = key()
    receipt = sent(mastodon.send(words, name, Memory()))
    status = mastodon_server.ask("GET", f"{STATUSES}/{receipt.id}")
    assert status["url"] == receipt.url
    assert status["visibility"] == "unlisted"
    assert status["language"] == "id"
    assert status["spoiler_text"] == "perdagangan orang"
    assert [media["description"] for media in status["media_attachments"]] == [
        "Gambar 01: sebuah pintu",
        "Gambar 02: sebuah pintu",
    ]
    assert receipt.author == mastodon.whoami()
    (request,) = relay.script.asked("POST", STATUSES)
    assert request.headers["Idempotency-Key"] == name
    assert request.json()["status"] == words.text
    assert relay.script.asked("POST", MEDIA)[0].form()["file"] == PICTURE


def test_a_plain_status_sends_nothing_it_does_not_need(mastodon: Mastodon, relay: Relay) -> None:
    words = post("Halo")
    sent(mastodon.send(words, key(), Memory()))
    (request,) = relay.script.asked("POST", STATUSES)
    assert request.json() == {"status": words.text, "visibility": "public", "language": "id"}


def test_a_thread(mastodon: Mastodon, mastodon_server: MastodonServer) -> None:
    first = sent(mastodon.send(post("satu", parts=2), key(), Memory()))
    second = sent(mastodon.send(post("dua", part=2, parts=2, root=first, reply_to=first), key(), Memory()))
    assert mastodon_server.ask("GET", f"{STATUSES}/{second.id}")["in_reply_to_id"] == first.id


def test_a_part_whose_parent_is_gone_is_refused_as_a_post(mastodon: Mastodon, relay: Relay) -> None:
    relay.script.on("POST", STATUSES, Reply(404, json={"error": "Record not found"}))
    outcome = mastodon.send(post(reply_to=Receipt("1")), key(), Memory())
    assert isinstance(outcome, Refused)
    assert outcome.scope is Scope.POST
    assert "Record not found" in outcome.reason


def test_every_request_is_one_that_mastodon_describes(mastodon: Mastodon, relay: Relay) -> None:
    first = sent(mastodon.send(post("a", warning="cw", media=pictures("01")), key(), Memory()))
    sent(mastodon.send(post("b", reply_to=first), key(), Memory()))
    mastodon.find(post("c"), key(), now(), Memory())
    mastodon.server_limits()
    mastodon.whoami()
    sent(mastodon.delete(first))
    described = [request for request in relay.script.requests if request.path != NODEINFO]
    assert {request.method for request in described} == {"GET", "POST", "DELETE"}
    for request in described:
        openapi.check(request)


# -- the answer is lost: it is out, and nobody said so -------------------------------------------------------


@pytest.mark.parametrize("how", [Reset(), Reset(400), Hold(), 502, 503])
def test_a_lost_answer_is_unknown_and_then_found(
    how: Effect | int, relay: Relay, folder: Folder, mastodon_server: MastodonServer
) -> None:
    vault = Memory()
    adapter(relay.url, folder, vault).whoami()
    mastodon = adapter(relay.url, folder, vault, timeout=2.0 if isinstance(how, Hold) else 30.0)
    words = post("Malam ini <kami> & *mereka* menyalakan lilin.\n\nhttps://example.org/a_b", warning="lilin")
    name, notes, since = key(), Memory(), now()
    if isinstance(how, int):
        relay.misreport("POST", STATUSES, how)
    else:
        relay.script.fault("POST", STATUSES, how)
    assert isinstance(mastodon.send(words, name, notes), Unknown)
    receipt = sent(mastodon.find(words, name, since, notes))
    assert mastodon_server.ask("GET", f"{STATUSES}/{receipt.id}")["spoiler_text"] == "lilin"


def test_the_same_key_again_is_the_same_status(
    mastodon: Mastodon, relay: Relay, mastodon_server: MastodonServer
) -> None:
    words, name, notes = post("sekali saja", media=pictures("01")), key(), Memory()
    relay.script.fault("POST", STATUSES, Reset())
    assert isinstance(mastodon.send(words, name, notes), Unknown)
    assert mastodon.repeat_safe_for == timedelta(hours=1)
    receipt = sent(mastodon.send(words, name, notes))
    assert [s["id"] for s in mastodon_server.statuses() if words.text in s["content"]] == [receipt.id]


def test_what_never_arrived_is_absent(mastodon: Mastodon, mastodon_server: MastodonServer) -> None:
    mastodon.whoami()
    mastodon_server.fault("POST", STATUSES, {"type": "status", "status": 503})
    words, since = post("tidak sampai"), now()
    assert isinstance(mastodon.send(words, key(), Memory()), Unknown)
    assert isinstance(mastodon.find(words, key(), since, Memory()), Absent)


def test_an_answer_that_nobody_can_read_is_unknown(
    mastodon: Mastodon, mastodon_server: MastodonServer
) -> None:
    mastodon.whoami()
    mastodon_server.fault("POST", STATUSES, {"type": "malformed"})
    assert isinstance(mastodon.send(post(), key(), Memory()), Unknown)


def test_a_receipt_of_somebody_else_is_unknown(mastodon: Mastodon, relay: Relay) -> None:
    other = {"id": "1", "url": "https://m.example/@x/1", "account": {"id": "999999", "acct": "x"}}
    relay.script.on("POST", STATUSES, Reply(200, json=other))
    outcome = mastodon.send(post(), key(), Memory())
    assert isinstance(outcome, Unknown)
    assert "@x@" in outcome.reason


@pytest.mark.parametrize("status", [{}, {"id": None, "account": None}, {"id": "1", "scheduled_at": "2027"}])
def test_a_success_that_names_no_status_is_unknown(
    status: dict[str, Any], mastodon: Mastodon, relay: Relay
) -> None:
    relay.script.on("POST", STATUSES, Reply(200, json=status))
    assert isinstance(mastodon.send(post(), key(), Memory()), Unknown)


# -- looking it up -------------------------------------------------------------------------------------------


def test_absent_when_the_list_reaches_back_past_the_attempt(mastodon: Mastodon, relay: Relay) -> None:
    sent(mastodon.send(post("sebelumnya"), key(), Memory()))
    since = now() + timedelta(hours=2)
    assert isinstance(mastodon.find(post(), key(), since, Memory()), Absent)
    listings = [r for r in relay.script.requests if r.path.endswith("/statuses") and r.method == "GET"]
    assert len(listings) == 1


def test_finds_it_behind_many_newer_ones(mastodon: Mastodon, relay: Relay) -> None:
    words, since = post("yang pertama"), now()
    receipt = sent(mastodon.send(words, key(), Memory()))
    for number in range(45):
        sent(mastodon.send(post(str(number)), key(), Memory()))
    assert sent(mastodon.find(words, key(), since, Memory())) == receipt
    listings = [r for r in relay.script.requests if r.path.endswith("/statuses") and r.method == "GET"]
    assert "max_id" in listings[1].query


@pytest.mark.parametrize(
    "other",
    [
        {"warning": "lain"},
        {"media": pictures("01")},
        {"reply_to": Receipt("1")},
    ],
)
def test_a_post_that_differs_in_more_than_text_is_another(other: dict[str, Any], mastodon: Mastodon) -> None:
    words, since = post("mirip"), now()
    sent(mastodon.send(words, key(), Memory()))
    again = Post(words.text, "id", **other)
    assert isinstance(mastodon.find(again, key(), since, Memory()), Absent)


def test_two_that_read_the_same_are_for_a_person(mastodon: Mastodon) -> None:
    words, since = post("dobel"), now()
    urls = [sent(mastodon.send(words, key(), Memory())).url for _ in range(2)]
    found = mastodon.find(words, key(), since, Memory())
    assert isinstance(found, CannotTell)
    assert all(url in found.reason for url in urls)


def test_the_same_text_shortly_before_the_attempt_is_for_a_person(mastodon: Mastodon) -> None:
    words = post("jam server")
    sent(mastodon.send(words, key(), Memory()))
    assert isinstance(mastodon.find(words, key(), now() + timedelta(minutes=5), Memory()), CannotTell)


@pytest.mark.parametrize(
    "reply",
    [Reply(json={"no": "list"}), Reply(json=[{"id": "1"}]), Reply(json=[5]), Reply(500), Reply(401), Reset()],
)
def test_a_listing_that_fails_proves_nothing(
    reply: Effect, mastodon: Mastodon, relay: Relay, mastodon_server: MastodonServer
) -> None:
    me = mastodon_server.ask("GET", "/api/v1/accounts/verify_credentials")["id"]
    relay.script.fault("GET", f"/api/v1/accounts/{me}/statuses", reply)
    assert isinstance(mastodon.find(post(), key(), now(), Memory()), CannotTell)


# -- answers -------------------------------------------------------------------------------------------------


def test_a_rate_limit_says_when(mastodon: Mastodon, mastodon_server: MastodonServer) -> None:
    mastodon.whoami()
    mastodon_server.fault("POST", STATUSES, {"type": "ratelimit"})
    outcome = mastodon.send(post(), key(), Memory())
    assert isinstance(outcome, Retry)
    assert outcome.after == 300


def test_text_over_the_limit_is_refused_in_the_servers_words(mastodon: Mastodon) -> None:
    outcome = mastodon.send(post("x" * 600), key(), Memory())
    assert isinstance(outcome, Refused)
    assert outcome.scope is Scope.POST
    assert "Text is too long" in outcome.reason


def test_a_token_that_does_not_work(relay: Relay, folder: Folder, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    wrong = adapter(relay.url, folder, token="a-token-that-was-revoked")
    outcome = wrong.send(post(), key(), Memory())
    assert isinstance(outcome, Refused)
    assert outcome.scope is Scope.ACCOUNT
    with pytest.raises(CampaignError) as failure:
        wrong.whoami()
    assert failure.value.hint
    assert not relay.script.asked("POST", STATUSES)
    assert "a-token-that" not in f"{outcome} {failure.value} {caplog.text}"


def test_forbidden_is_about_the_account(mastodon: Mastodon, mastodon_server: MastodonServer) -> None:
    mastodon.whoami()
    effect = {"type": "status", "status": 403, "body": {"error": "Your login is currently disabled"}}
    mastodon_server.fault("POST", STATUSES, effect)
    outcome = mastodon.send(post(), key(), Memory())
    assert isinstance(outcome, Refused)
    assert outcome.scope is Scope.ACCOUNT
    assert "currently disabled" in outcome.reason


def test_a_server_that_is_not_there(folder: Folder) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        mastodon = adapter(f"http://127.0.0.1:{unused.getsockname()[1]}", folder)
        assert isinstance(mastodon.send(post(), key(), Memory()), Retry)
        assert isinstance(mastodon.find(post(), key(), now(), Memory()), CannotTell)
        with pytest.raises(CampaignError):
            mastodon.whoami()
        with pytest.raises(CampaignError):
            mastodon.server_limits()


# -- pictures ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("effect", [Reset(), Reset(30), Reply(503), Reply(500), Reply(json={}), Reply(429)])
def test_an_upload_that_fails_is_tried_again_without_what_is_done(
    effect: Effect, mastodon: Mastodon, relay: Relay
) -> None:
    notes, words = Memory(), post("bergambar")
    relay.script.fault("POST", STATUSES, Reply(429))
    assert isinstance(mastodon.send(replace(words, media=pictures("01")), key(), notes), Retry)
    relay.script.fault("POST", MEDIA, effect)
    two = replace(words, media=pictures("01", "02"))
    assert isinstance(mastodon.send(two, key(), notes), Retry)
    assert len(relay.script.asked("POST", STATUSES)) == 1
    sent(mastodon.send(two, key(), notes))
    assert len(relay.script.asked("POST", MEDIA)) == 3


def test_a_picture_that_the_server_is_still_working_on(mastodon: Mastodon, relay: Relay) -> None:
    notes, words, name = Memory(), post("lambat", media=pictures("01", "02")), key()
    relay.misreport("POST", MEDIA, 202)
    outcome = mastodon.send(words, name, notes)
    assert isinstance(outcome, Retry)
    assert outcome.after == 5
    first = notes.kept[upload_note(1, words.media[0])]
    relay.misreport("GET", f"/api/v1/media/{first}", 206)
    assert isinstance(mastodon.send(words, name, notes), Retry)
    assert not relay.script.asked("POST", STATUSES)
    sent(mastodon.send(words, name, notes))
    assert len(relay.script.asked("POST", MEDIA)) == 2


def test_an_upload_that_the_server_has_thrown_away_is_made_again(
    mastodon: Mastodon, relay: Relay, mastodon_server: MastodonServer
) -> None:
    note = upload_note(1, pictures("01")[0])
    notes = Memory({note: "999999"})
    receipt = sent(mastodon.send(post(media=pictures("01")), key(), notes))
    attached = mastodon_server.ask("GET", f"{STATUSES}/{receipt.id}")["media_attachments"]
    assert [media["id"] for media in attached] == [notes.kept[note]]


def test_another_description_is_uploaded_with_the_new_text(mastodon: Mastodon, relay: Relay) -> None:
    """`retry --new-text` keeps the notes of the attempts before."""
    notes, name = Memory(), key()
    relay.misreport("POST", MEDIA, 202)
    mastodon.send(post("lama", media=pictures("01")), name, notes)
    new = replace(pictures("01")[0], alt="Gambar yang lain")
    sent(mastodon.send(post("baru", media=(new,)), name, notes))
    described = [request.form()["description"].decode() for request in relay.script.asked("POST", MEDIA)]
    assert described == [pictures("01")[0].alt, "Gambar yang lain"]


def test_a_picture_that_is_gone_is_refused(mastodon: Mastodon, relay: Relay) -> None:
    outcome = mastodon.send(post(media=pictures("03")), key(), Memory())
    assert outcome == Refused("posts/signs/03.png can't be read: No such file or directory")
    assert not relay.script.asked("POST", STATUSES)


def test_a_picture_that_the_server_refuses(mastodon: Mastodon, relay: Relay) -> None:
    relay.script.on(
        "POST", MEDIA, Reply(422, json={"error": "Validation failed: File content type is invalid"})
    )
    outcome = mastodon.send(post(media=pictures("01")), key(), Memory())
    assert isinstance(outcome, Refused)
    assert outcome.scope is Scope.POST


# -- taking back ---------------------------------------------------------------------------------------------


def test_deleting_twice(mastodon: Mastodon, mastodon_server: MastodonServer) -> None:
    receipt = sent(mastodon.send(post("sebentar"), key(), Memory()))
    assert mastodon.delete(receipt) == Sent(receipt)
    assert receipt.id not in [status["id"] for status in mastodon_server.statuses()]
    assert mastodon.delete(receipt) == Sent(receipt)


def test_what_another_login_posted_is_not_gone(mastodon: Mastodon, relay: Relay) -> None:
    """A real server says "not found" of it, too; then it is looked at."""
    receipt = sent(mastodon.send(post("milik orang lain"), key(), Memory()))
    path = f"{STATUSES}/{receipt.id}"
    relay.script.on("DELETE", path, Reply(404, json={"error": "Record not found"}))
    outcome = mastodon.delete(receipt)
    assert isinstance(outcome, Refused)
    assert "not a post of this login" in outcome.reason
    relay.script.on("GET", path, Reply(500))
    assert isinstance(mastodon.delete(receipt), Unknown)


def test_a_deletion_without_an_answer_is_unknown(mastodon: Mastodon, relay: Relay) -> None:
    receipt = sent(mastodon.send(post(), key(), Memory()))
    relay.misreport("DELETE", f"{STATUSES}/{receipt.id}", 500)
    assert isinstance(mastodon.delete(receipt), Unknown)


# -- what the server says about itself -----------------------------------------------------------------------


def test_the_servers_own_limits(mastodon: Mastodon) -> None:
    assert mastodon.server_limits() == TextRules(
        limit=500, unit=Unit.MASTODON, url_length=23, images=4, alt_limit=1500, warning_counts=True
    )


def test_gotosocial_counts_code_points_and_does_not_know_our_key(mastodon: Mastodon, relay: Relay) -> None:
    relay.script.on(
        "GET", NODEINFO, Reply(200, json={"software": {"name": "gotosocial", "version": "0.19.1"}})
    )
    configuration = {
        "statuses": {"max_characters": 5000, "max_media_attachments": 6, "characters_reserved_per_url": 25},
        "media_attachments": {"description_limit": 5000},
    }
    relay.script.on("GET", "/api/v2/instance", Reply(200, json={"configuration": configuration}))
    assert mastodon.server_limits() == TextRules(
        limit=5000, unit=Unit.CODE_POINTS, images=6, alt_limit=5000, warning_counts=True
    )
    assert mastodon.repeat_safe_for == timedelta()


def test_an_older_server_has_its_limits_in_version_1(mastodon: Mastodon, relay: Relay) -> None:
    relay.script.on("GET", NODEINFO, Reply(200, json={"software": {"name": "Pleroma"}}))
    relay.script.on("GET", "/api/v2/instance", Reply(404, json={"error": "Not found"}))
    relay.script.on(
        "GET", "/api/v1/instance", Reply(200, json={"max_toot_chars": 5001, "configuration": None})
    )
    limits = mastodon.server_limits()
    assert (limits.limit, limits.images, limits.url_length) == (5001, 4, 23)
    assert mastodon.repeat_safe_for == timedelta()


def test_limits_that_nobody_can_read(mastodon: Mastodon, relay: Relay) -> None:
    relay.script.on("GET", "/api/v2/instance", Reply(200, json=["no", "object"]))
    with pytest.raises(CampaignError):
        mastodon.server_limits()


def test_what_the_server_is_is_asked_once_and_before_the_first_post(relay: Relay, folder: Folder) -> None:
    vault = Memory()
    first = adapter(relay.url, folder, vault)
    assert first.repeat_safe_for == timedelta()
    sent(first.send(post(), key(), Memory()))
    order = [request.path for request in relay.script.requests]
    assert order.index(NODEINFO) < order.index(STATUSES)
    second = adapter(relay.url, folder, vault)
    assert second.repeat_safe_for == timedelta(hours=1)
    sent(second.send(post(), key(), Memory()))
    for asked_once in (NODEINFO, "/api/v1/accounts/verify_credentials"):
        assert len(relay.script.asked("GET", asked_once)) == 1


@pytest.mark.parametrize("document", [[], {"software": "mastodon"}, {"software": {"name": 5}}, {}])
def test_a_server_that_does_not_say_what_it_is(document: Any, mastodon: Mastodon, relay: Relay) -> None:
    relay.script.on("GET", NODEINFO, Reply(200, json=document))
    sent(mastodon.send(post(), key(), Memory()))
    assert mastodon.repeat_safe_for == timedelta()


def test_nothing_is_posted_while_the_server_can_not_be_asked(mastodon: Mastodon, relay: Relay) -> None:
    relay.script.on("GET", NODEINFO, Reply(502, json={}))
    assert isinstance(mastodon.send(post(), key(), Memory()), Retry)
    assert not relay.script.asked("POST", STATUSES)
