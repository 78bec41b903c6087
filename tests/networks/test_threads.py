"""Threads, against a double that keeps containers, posts and replies, and fetches each picture (double_meta.py).

What it shares with Instagram, container for container, is tested in test_instagram.py.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from campaign.core.model import Media, Post, Public
from campaign.core.outcome import Absent, CannotTell, Found, Receipt, Refused, Retry, Scope, Sent, Unknown
from campaign.core.text import problems
from campaign.networks.base import Deletes, Network
from campaign.networks.threads import Threads, ThreadsOptions
from tests.networks.cases import KEY, PICTURE, Bench, drawn
from tests.networks.double_meta import ThreadsDouble, although, refusal
from tests.networks.fetching import fetch, public
from tests.networks.memory import Memory, account, secret
from tests.networks.scripted import Reply, Reset, ScriptedServer

TOKEN = "THAAthreads-token-Zq3"
NOW = datetime(2027, 7, 30, 1, 0, tzinfo=UTC)
PUBLISH = "/v1.0/me/threads_publish"
TEXT = "Kenali tandanya: paspor ditahan. https://example.org/tanda"


@pytest.fixture
def world(at: Bench) -> Iterator[Public]:
    with public(at.files.root) as served:
        yield served


@pytest.fixture
def double(server: ScriptedServer) -> ThreadsDouble:
    return ThreadsDouble(server, TOKEN, now=lambda: NOW, fetch=fetch)


def adapter(at: Bench, world: Public | None, **keys: Any) -> Threads:
    options = ThreadsOptions(**{"server": at.url, "token": secret(TOKEN), "timeout": at.timeout, **keys})
    return Threads(options, at.vault, at.files, world, clock=lambda: NOW)


@pytest.fixture
def threads(at: Bench, world: Public, double: ThreadsDouble) -> Threads:
    return adapter(at, world)


def pictures(count: int) -> tuple[Media, ...]:
    names = [f"{n:02}" for n in range(1, count + 1)]
    return tuple(Media(f"signs/{name}.png", f"Gambar {name}", "image/png", name * 32) for name in names)


def post(count: int = 0, text: str = TEXT, **keys: Any) -> Post:
    return Post(**{"text": text, "language": "id", "media": pictures(count), **keys})


def find(threads: Threads, of: Post, notes: Memory | None = None) -> Found:
    return threads.find(of, KEY, NOW - timedelta(minutes=5), notes or Memory())


def sent(outcome: object) -> Receipt:
    assert isinstance(outcome, Sent), outcome
    return outcome.receipt


def test_meets_the_contract(threads: Threads) -> None:
    assert isinstance(threads, Network)
    assert isinstance(threads, Deletes)
    assert threads.repeat_safe_for == timedelta()


def test_is_light_to_import() -> None:
    code = (
        "import sys, campaign.networks.threads; sys.exit('requests' in sys.modules or 'PIL' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[2])


@pytest.mark.parametrize(
    "keys", [{"server": "http://graph.example"}, {"user": "@harapan"}, {"user": "me/../1"}]
)
def test_options_that_are_wrong(at: Bench, keys: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        adapter(at, None, **keys)


def test_is_made_of_an_account(at: Bench, world: Public, double: ThreadsDouble) -> None:
    options = ThreadsOptions(server=at.url, user=double.user, token=secret(TOKEN))
    named = replace(account("threads", options), public=world)
    assert isinstance(Threads.from_account(named, at.vault, at.files).send(post(1), KEY, Memory()), Sent)
    assert double.posts[0]["alts"] == ("Gambar 01",)


def test_an_emoji_counts_its_bytes() -> None:
    assert problems("a" * 496 + "👋", "", Threads.rules) == []
    assert problems("a" * 497 + "👋", "", Threads.rules) == ["501 of 500 characters, emoji in bytes"]
    assert Threads.rules.links == 5


# -- publishing -----------------------------------------------------------------------------------------------


def test_a_text_needs_no_public_address(at: Bench, double: ThreadsDouble) -> None:
    threads = adapter(at, None)
    outcome = threads.send(post(text="Terima kasih 👋\n\n& <ya>"), KEY, Memory())
    [published] = double.posts
    assert outcome == Sent(Receipt(published["id"], published["permalink"], "@harapan"), None)
    assert (published["text"], published["media_type"]) == ("Terima kasih 👋\n\n& <ya>", "TEXT_POST")
    refused = threads.send(post(1), KEY, Memory())
    assert isinstance(refused, Refused)
    assert refused.scope is Scope.HERE


@pytest.mark.parametrize("count", [1, 2, 20])
def test_pictures(at: Bench, threads: Threads, double: ThreadsDouble, count: int) -> None:
    for media in pictures(count):
        at.files.write(media.file, PICTURE)
    sent(threads.send(post(count), KEY, Memory()))
    [published] = double.posts
    assert published["alts"] == tuple(media.alt for media in pictures(count))
    assert published["text"] == TEXT
    assert published["media_type"] == ("IMAGE" if count == 1 else "CAROUSEL_ALBUM")
    assert {image.format for image in double.fetched} == {"PNG"}  # as it is: it may be


def test_a_shape_that_threads_does_not_take(at: Bench, threads: Threads, double: ThreadsDouble) -> None:
    at.files.write("signs/01.png", drawn("PNG", (1100, 100)))
    assert isinstance(threads.send(post(1), KEY, Memory()), Refused)
    assert double.containers == {}


def test_a_thread(threads: Threads, double: ThreadsDouble) -> None:
    first = sent(threads.send(post(text="Bagian satu", parts=3), KEY, Memory()))
    second = sent(
        threads.send(post(1, "Bagian dua", part=2, parts=3, root=first, reply_to=first), KEY, Memory())
    )
    sent(threads.send(post(text="Bagian tiga", part=3, parts=3, root=first, reply_to=second), KEY, Memory()))
    by_text = {one["text"]: one for one in double.posts}
    assert "replied_to" not in by_text["Bagian satu"]
    assert by_text["Bagian dua"]["replied_to"] == {"id": first.id}
    assert by_text["Bagian tiga"]["replied_to"] == {"id": second.id}


def test_replies_have_a_quota_of_their_own(
    threads: Threads, double: ThreadsDouble, server: ScriptedServer
) -> None:
    first = sent(threads.send(post(), KEY, Memory()))
    double.used = double.total
    outcome = threads.send(post(text="Bagian dua", reply_to=first), KEY, Memory())
    assert isinstance(outcome, Retry)
    assert outcome.wait == 3600.0
    assert [
        request.query["fields"] for request in server.asked("GET", "/v1.0/me/threads_publishing_limit")
    ] == [
        ["quota_usage,config"],
        ["reply_quota_usage,reply_config"],
    ]


# -- containers -----------------------------------------------------------------------------------------------


def test_a_container_that_threads_loses_for_a_while(threads: Threads, double: ThreadsDouble) -> None:
    """fbsamples/threads_api#70: 24/4279009 although it is FINISHED."""
    double.lost = 1
    notes = Memory()
    outcome = threads.send(post(), KEY, notes)
    assert isinstance(outcome, Retry)
    assert outcome.after == 30.0
    assert "cannot be found" in outcome.reason
    sent(threads.send(post(), KEY, notes))
    assert len(double.containers) == len(double.posts) == 1


@pytest.mark.parametrize(
    ("words", "expected"),
    [("FAILED_DOWNLOADING_VIDEO", Retry), ("UNKNOWN", Retry), ("INVALID_ASPEC_RATIO", Refused)],
)
def test_a_container_that_fails(threads: Threads, double: ThreadsDouble, words: str, expected: type) -> None:
    double.spoils = words
    outcome = threads.send(post(1), KEY, Memory())
    assert isinstance(outcome, expected)
    assert words in outcome.reason


# -- what became of it ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("turns", [False, True])
@pytest.mark.parametrize("count", [0, 1, 3])
def test_a_post_whose_answer_was_lost_is_found(
    at: Bench, threads: Threads, double: ThreadsDouble, server: ScriptedServer, turns: bool, count: int
) -> None:
    """Also where a published container can't be asked for its status any more (exileum/meta-mcp#143)."""
    for media in pictures(count):
        at.files.write(media.file, PICTURE)
    double.turns = turns
    server.fault("POST", PUBLISH, Reset())
    notes = Memory()
    assert isinstance(threads.send(post(count), KEY, notes), Unknown)
    receipt = Receipt(double.posts[0]["id"], double.posts[0]["permalink"], "@harapan")
    assert find(threads, post(count), notes) == Sent(receipt)
    assert threads.send(post(count), KEY, notes) == Sent(receipt)
    assert len(double.posts) == 1
    double.posts = []
    assert isinstance(find(threads, post(count), notes), CannotTell)


def test_a_post_that_did_not_go_out_is_absent(
    threads: Threads, double: ThreadsDouble, server: ScriptedServer
) -> None:
    server.fault("POST", PUBLISH, refusal(500, 1))
    notes = Memory()
    assert isinstance(threads.send(post(), KEY, notes), Unknown)
    assert isinstance(find(threads, post(), notes), Absent)
    sent(threads.send(post(), KEY, notes))
    assert len(double.posts) == 1


def test_a_reply_is_looked_for_among_the_replies(
    threads: Threads, double: ThreadsDouble, server: ScriptedServer
) -> None:
    first = sent(threads.send(post(text="Bagian satu"), KEY, Memory()))
    other = sent(threads.send(post(text="Lain"), KEY, Memory()))
    part = post(text="Bagian dua", reply_to=first)
    assert isinstance(find(threads, part), Absent)
    server.fault("POST", PUBLISH, although(Reply(502)))
    notes = Memory()
    assert isinstance(threads.send(part, KEY, notes), Unknown)
    found = find(threads, part, notes)
    assert isinstance(found, Sent)
    assert found.receipt.id == double.posts[0]["id"]
    assert isinstance(find(threads, replace(part, reply_to=other)), Absent)  # the same words to somebody else
    assert isinstance(find(threads, replace(part, reply_to=None)), Absent)


def test_a_list_that_can_not_be_had_tells_nothing(
    threads: Threads, double: ThreadsDouble, server: ScriptedServer
) -> None:
    server.fault("GET", "/v1.0/me/threads", refusal(500, 2))
    assert isinstance(find(threads, post()), CannotTell)


# -- the login, taking back -----------------------------------------------------------------------------------


def test_an_account_that_is_restricted(
    threads: Threads, double: ThreadsDouble, server: ScriptedServer
) -> None:
    server.fault("POST", "/v1.0/me/threads", refusal(400, 10, 4279013))
    outcome = threads.send(post(), KEY, Memory())
    assert isinstance(outcome, Refused)
    assert outcome.scope is Scope.ACCOUNT


def test_the_token_is_exchanged_as_threads_wants_it(
    threads: Threads, double: ThreadsDouble, server: ScriptedServer
) -> None:
    double.young = False
    assert threads.whoami() == "@harapan"
    [asked] = server.asked("GET", "/refresh_access_token")
    assert asked.query["grant_type"] == ["th_refresh_token"]
    [who] = server.asked("GET", "/v1.0/me")
    assert "-fresh-" in str(who.headers["Authorization"])


def test_taking_back(threads: Threads, double: ThreadsDouble) -> None:
    receipt = sent(threads.send(post(), KEY, Memory()))
    assert threads.delete(receipt) == Sent(receipt)
    assert threads.delete(receipt) == Sent(receipt)  # gone before
    assert double.posts == []
