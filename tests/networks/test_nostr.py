"""Nostr beyond the contract: names, ids and tags, several relays with one answer, and a real relay."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from campaign.core.model import Media, Post, Public
from campaign.core.outcome import (
    Absent,
    CannotTell,
    Outcome,
    Receipt,
    Refused,
    Retry,
    Scope,
    Sent,
    Unknown,
)
from campaign.errors import CampaignError
from campaign.networks import fence, nostr_names
from campaign.networks.base import Deletes, ServerLimits
from campaign.networks.nostr import Nostr, NostrOptions
from campaign.networks.nostr_event import clean, event_id, genuine, hashtags, unsigned
from tests.networks import double_nostr
from tests.networks.case_nostr import HEX, NOW, NSEC, PUBLIC
from tests.networks.cases import KEY, PICTURE, PICTURE_SHA256, Bench, No, example
from tests.networks.double_nostr import DoubleRelay
from tests.networks.memory import Memory, account, secret
from tests.networks.nostr_server import NostrServer, nostr_server, running
from tests.networks.scripted import Hold, Instead, ScriptedServer, closed_port

__all__ = ["nostr_server"]

NPUB = "npub10elfcs4fr0l0r8af98jlmgdh9c8tcxjvz9qkw038js35mp4dma8qzvjptg"
PUBKEY = "7e7e9c42a91bfef19fa929e5fda1b72e0ebc1a4c1141673e2794234d86addf4e"
"""The public half of the key, as NIP-19 gives it too."""
SINCE = NOW - timedelta(minutes=5)

settled = settings(deadline=None, derandomize=True)


@pytest.fixture
def relays() -> Iterator[list[DoubleRelay]]:
    with ExitStack() as stack:
        yield [stack.enter_context(double_nostr.relay()) for _ in range(3)]


def nostr(at: Bench, *urls: str, clock: datetime | None = NOW, timeout: float = 20.0) -> Nostr:
    options = NostrOptions(key=secret(NSEC), relays=list(urls), timeout=timeout)
    if clock is None:
        return Nostr(options, PUBLIC, at.files)
    return Nostr(options, PUBLIC, at.files, clock=lambda: clock)


def on(at: Bench, relays: list[DoubleRelay], **options: Any) -> Nostr:
    return nostr(at, *(relay.url for relay in relays), **options)


def prepared(adapter: Nostr, post: Post | None = None) -> Post:
    post = post or example()
    return replace(post, prepared=dict(adapter.prepare(post)))


def send(adapter: Nostr, post: Post | None = None) -> Outcome:
    return adapter.send(prepared(adapter, post), KEY, Memory())


def tagged(event: dict[str, Any], name: str) -> list[list[str]]:
    return [tag for tag in event["tags"] if tag[0] == name]


# -- names (NIP-19) --


def test_the_names_are_those_of_the_standard() -> None:
    """The examples of NIP-19."""
    assert nostr_names.secret_key(NSEC).hex() == HEX
    assert nostr_names.npub(bytes.fromhex(PUBKEY)) == NPUB
    assert nostr_names.decode("npub", NPUB).hex() == PUBKEY


@settled
@given(st.binary(max_size=200))
def test_what_is_encoded_is_read_back(data: bytes) -> None:
    assert nostr_names.decode("nevent", nostr_names.encode("nevent", data)) == data


@settled
@given(st.integers(0, 51), st.sampled_from("qpzry9x8gf2tvdw0s3jn54khce6mua7l"))
def test_one_wrong_letter_is_noticed(place: int, letter: str) -> None:
    wrong = NSEC[: 6 + place] + letter + NSEC[7 + place :]
    if wrong != NSEC:
        with pytest.raises(ValueError, match="neither an nsec nor"):
            nostr_names.secret_key(wrong)


def test_an_nevent_names_event_relays_author_and_kind() -> None:
    name = nostr_names.nevent(bytes(32), ["wss://a.example", "wss://" + "b" * 300], bytes.fromhex(PUBKEY), 1)
    data = nostr_names.decode("nevent", name)
    author = bytes((2, 32)) + bytes.fromhex(PUBKEY)
    assert data == bytes((0, 32)) + bytes(32) + bytes((1, 15)) + b"wss://a.example" + author + bytes(
        (3, 4, 0, 0, 0, 1)
    )


# -- what is signed --


def test_the_id_is_the_hash_of_the_content() -> None:
    text = f'[0,"{PUBKEY}",1,1,[["t","a"]],"Tanda \\"kerja paksa\\"\\n😀"]'
    assert event_id(PUBKEY, 1, 1, [["t", "a"]], 'Tanda "kerja paksa"\n😀') == (
        hashlib.sha256(text.encode()).hexdigest()
    )


@settled
@given(st.text(st.characters()))
def test_no_text_has_an_id_that_relays_could_compute_otherwise(text: str) -> None:
    kept = clean(text)
    assert clean(kept) == kept
    assert all(c >= " " or c in "\t\n" for c in kept)
    spelled = json.dumps(kept, ensure_ascii=False)
    assert "\\u" not in spelled.replace("\\\\", "")
    assert genuine(json.loads(json.dumps(unsigned(PUBKEY, 1, 1, [], kept))))


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("#StopTrafficking now", ["stoptrafficking"]),
        ("(#Satu, #dua) #SATU", ["satu", "dua"]),
        ("https://example.org/a#b #c", ["c"]),
        ("#2027 a#b ##c &#39; #人身売買", ["人身売買"]),
        ("nothing", []),
    ],
)
def test_hashtags_become_tags(text: str, tags: list[str]) -> None:
    assert hashtags(text) == tags


def test_the_note_carries_everything(at: Bench, relays: list[DoubleRelay]) -> None:
    adapter = on(at, relays[:1])
    post = replace(example(), text=f"{example().text} #Tanda")
    outcome = send(adapter, post)
    assert isinstance(outcome, Sent)
    [event] = relays[0].events.values()
    url = f"{PUBLIC.url}{PICTURE_SHA256}.png"
    assert event["content"] == f"{post.text}\n\n{url}\n{url}"
    assert event["created_at"] == int(NOW.timestamp())
    assert event["pubkey"] == PUBKEY
    assert tagged(event, "t") == [["t", "tanda"]]
    assert tagged(event, "L") == [["L", "ISO-639-1"]]
    assert tagged(event, "l") == [["l", "id", "ISO-639-1"]]
    assert tagged(event, "content-warning") == [["content-warning", "perdagangan orang"]]
    assert tagged(event, "imeta")[0] == [
        "imeta",
        f"url {url}",
        "m image/png",
        "dim 400x320",
        f"x {PICTURE_SHA256}",
        "alt Sebuah tangan memegang paspor",
    ]
    published = at.files.root / "public" / "fetch" / f"{PICTURE_SHA256}.png"
    assert published.read_bytes() == PICTURE
    receipt = outcome.receipt
    assert receipt.id == event["id"]
    assert receipt.author == NPUB
    assert (
        nostr_names.decode("nevent", receipt.url.removeprefix("https://njump.me/"))[2:34].hex() == receipt.id
    )


def test_a_thread_hangs_together(at: Bench, relays: list[DoubleRelay]) -> None:
    adapter = on(at, relays[:1])
    receipts: list[Receipt] = []
    for number in (1, 2, 3):
        part = Post(f"Part {number}", "en", part=number, parts=3)
        if receipts:
            part = replace(part, root=receipts[0], reply_to=receipts[-1])
        outcome = send(adapter, part)
        assert isinstance(outcome, Sent)
        receipts.append(outcome.receipt)
    first, second, third = (relays[0].events[receipt.id] for receipt in receipts)
    url = relays[0].url
    assert tagged(first, "e") == tagged(first, "p") == []
    assert tagged(second, "e") == [["e", first["id"], url, "root", PUBKEY]]
    assert tagged(third, "e") == [
        ["e", first["id"], url, "root", PUBKEY],
        ["e", second["id"], url, "reply", PUBKEY],
    ]
    assert tagged(second, "p") == tagged(third, "p") == [["p", PUBKEY]]


def test_without_a_public_folder_a_picture_can_not_be_shown(at: Bench, relays: list[DoubleRelay]) -> None:
    options = NostrOptions(key=secret(NSEC), relays=[relays[0].url])
    adapter = Nostr(options, None, at.files, clock=lambda: NOW)
    outcome = send(adapter)
    assert isinstance(outcome, Refused)
    assert outcome.scope is Scope.HERE
    assert "media_url" in outcome.reason
    assert isinstance(send(adapter, Post("Only text", "en")), Sent)


def test_a_picture_keeps_its_address_when_it_would_be_encoded_otherwise(
    at: Bench, relays: list[DoubleRelay]
) -> None:
    """As after an update of Pillow between two attempts: another address would be another note."""
    adapter, notes = on(at, relays[:1]), Memory()
    post = prepared(adapter)
    first = adapter.send(post, KEY, notes)
    for media in post.media:
        at.files.write(media.file, b"other bytes, which are not even a picture")
    assert adapter.send(post, KEY, notes) == first
    assert len(relays[0].events) == 1


def test_a_post_made_ready_for_another_key_is_not_signed_with_this_one(
    at: Bench, relays: list[DoubleRelay]
) -> None:
    adapter = on(at, relays[:1])
    post = replace(example(), prepared={**adapter.prepare(example()), "author": "00" * 32})
    outcome = adapter.send(post, KEY, Memory())
    assert isinstance(outcome, Refused)
    assert outcome.scope is Scope.HERE
    assert relays[0].attempts() == 0


def test_no_secret_is_frozen_or_noted(at: Bench, relays: list[DoubleRelay]) -> None:
    adapter, notes = on(at, relays[:1]), Memory()
    post = prepared(adapter)
    adapter.send(post, KEY, notes)
    kept = json.dumps([dict(post.prepared), notes.kept])
    assert NSEC not in kept
    assert HEX not in kept
    assert json.loads(json.dumps(dict(post.prepared))) == {
        "created_at": int(NOW.timestamp()),
        "author": PUBKEY,
    }


# -- several relays, one outcome --


@pytest.mark.parametrize(
    ("words", "kind", "scope"),
    [
        ("blocked: you are banned from posting here", Refused, Scope.ACCOUNT),
        ("restricted: not on our list", Refused, Scope.ACCOUNT),
        ("auth-required: members only", Refused, Scope.ACCOUNT),
        ("pow: 28 bits needed", Refused, Scope.ACCOUNT),
        ("invalid: event creation date is too far off", Refused, Scope.POST),
        ("mute: nobody listens", Refused, Scope.POST),
        ("we do not like it", Refused, Scope.POST),
        ("rate-limited: slow down there chief", Retry, None),
        ("error: could not connect to the database", Retry, None),
        ("duplicate: already have this event", Sent, None),
    ],
)
def test_what_a_relay_may_say(
    at: Bench, relays: list[DoubleRelay], words: str, kind: type[Outcome], scope: Scope | None
) -> None:
    relays[0].words = words
    outcome = send(on(at, relays[:1]))
    assert isinstance(outcome, kind)
    if not isinstance(outcome, Sent):
        assert words in outcome.reason
        assert relays[0].url[5:] in outcome.reason
    if isinstance(outcome, Refused):
        assert outcome.scope is scope


def test_one_relay_that_takes_it_is_enough(at: Bench, relays: list[DoubleRelay]) -> None:
    relays[0].words = "blocked: no"
    relays[1].fault(Hold())
    with closed_port() as closed:
        adapter = nostr(at, closed.replace("http", "ws"), *(relay.url for relay in relays), timeout=2.0)
        outcome = send(adapter)
    assert isinstance(outcome, Sent)
    assert dict(outcome.receipt.extra) == {"relays": relays[2].url}
    assert set(relays[2].events) == {outcome.receipt.id}


@pytest.mark.parametrize(
    ("words", "held", "kind"),
    [
        (("blocked: a", "invalid: b"), False, Refused),
        (("blocked: a", "rate-limited: b"), False, Retry),
        (("blocked: a", "rate-limited: b"), True, Unknown),
    ],
)
def test_the_least_certain_answer_counts(
    at: Bench, relays: list[DoubleRelay], words: tuple[str, str], held: bool, kind: type[Outcome]
) -> None:
    relays[0].words, relays[1].words = words
    relays[2].words = "blocked: c"
    if held:
        relays[2].words = ""
        relays[2].fault(Hold())
    outcome = send(on(at, relays, timeout=2.0))
    assert isinstance(outcome, kind)
    if isinstance(outcome, Refused):
        assert outcome.scope is Scope.POST
    if not isinstance(outcome, Sent):
        assert words[0] in outcome.reason


def test_a_relay_that_does_not_answer_questions_is_not_ready(at: Bench, relays: list[DoubleRelay]) -> None:
    relays[0].mute = True
    with pytest.raises(CampaignError, match="no answer within 2 s"):
        on(at, relays[:1], timeout=2.0).whoami()


def test_a_sender_that_was_away_says_nothing(at: Bench, relays: list[DoubleRelay]) -> None:
    adapter = on(at, relays[:2])
    post = prepared(adapter)
    with fence.put_up(lambda: True):
        outcome = adapter.send(post, KEY, Memory())
    assert isinstance(outcome, Retry)
    assert [relay.attempts() for relay in relays[:2]] == [0, 0]


def test_a_web_server_is_no_relay(at: Bench, server: ScriptedServer) -> None:
    adapter = nostr(at, server.url.replace("http", "ws"))
    outcome = send(adapter)
    assert isinstance(outcome, Retry)
    assert "404" in outcome.reason
    with pytest.raises(CampaignError, match="404"):
        adapter.whoami()


def test_an_answer_that_is_none_can_not_be_read(at: Bench, relays: list[DoubleRelay]) -> None:
    for garbage in (b"[1", b"{}", b"[]", b"[" * 3000, b'["OK"]'):
        relays[0].fault(Instead(garbage))
        outcome = send(on(at, relays[:1], timeout=1.0))
        assert isinstance(outcome, Unknown)


def test_what_a_relay_says_beside_an_answer_explains_why_there_is_none(
    at: Bench, relays: list[DoubleRelay]
) -> None:
    relays[0].fault(Instead(b'["NOTICE", "too many connections"]'))
    outcome = send(on(at, relays[:1], timeout=1.0))
    assert isinstance(outcome, Unknown)
    assert "too many connections" in outcome.reason


def test_a_relay_of_members_is_logged_in_to(at: Bench, relays: list[DoubleRelay]) -> None:
    relays[0].login = "a challenge"
    adapter = on(at, relays[:1])
    assert "1 of 1 relays" in adapter.whoami()
    outcome = send(adapter)
    assert isinstance(outcome, Sent)
    login = relays[0].logins[-1]
    assert login["kind"] == 22242
    assert double_nostr.genuine(login)
    assert outcome.receipt.id in relays[0].events


# -- looking up --


def test_it_is_found_where_it_is(at: Bench, relays: list[DoubleRelay]) -> None:
    relays[0].words = "blocked: no"
    adapter = on(at, relays)
    post = prepared(adapter)
    sent = adapter.send(post, KEY, Memory())
    assert adapter.find(post, KEY, SINCE, Memory()) == sent


def test_it_is_absent_only_when_every_relay_says_so(at: Bench, relays: list[DoubleRelay]) -> None:
    adapter = on(at, relays, timeout=2.0)
    post = prepared(adapter)
    assert isinstance(adapter.find(post, KEY, SINCE, Memory()), Absent)
    relays[1].mute = True
    found = adapter.find(post, KEY, SINCE, Memory())
    assert isinstance(found, CannotTell)
    assert relays[1].url[5:] in found.reason


def test_a_relay_that_shows_something_else_proves_nothing(at: Bench, relays: list[DoubleRelay]) -> None:
    adapter = on(at, relays[:1])
    post = prepared(adapter)
    adapter.send(post, KEY, Memory())
    [event] = relays[0].events.values()
    event["content"] = "Somebody else's words under the id of ours"
    assert isinstance(adapter.find(post, KEY, SINCE, Memory()), Absent)


def test_what_was_sent_is_looked_for_also_when_it_could_not_be_made_again(
    at: Bench, relays: list[DoubleRelay]
) -> None:
    adapter, notes = on(at, relays[:1]), Memory()
    post = prepared(adapter)
    sent = adapter.send(post, KEY, notes)
    at.files.path(post.media[0].file).unlink()
    assert adapter.find(post, KEY, SINCE, notes) == sent
    assert isinstance(adapter.find(post, KEY, SINCE, Memory()), CannotTell)


# -- taking back --


def test_it_is_gone_when_every_relay_that_has_it_agrees(at: Bench, relays: list[DoubleRelay]) -> None:
    relays[0].words = "blocked: no"
    adapter = on(at, relays)
    sent = send(adapter)
    assert isinstance(sent, Sent)
    assert isinstance(adapter, Deletes)
    assert adapter.delete(sent.receipt) == sent
    [request] = [event for event in relays[1].events.values() if event["kind"] == 5]
    assert request["tags"] == [["e", sent.receipt.id], ["k", "1"]]
    relays[2].fault(No("deletions are closed"))
    refused = adapter.delete(sent.receipt)
    assert isinstance(refused, Refused)
    assert "deletions are closed" in refused.reason


def test_a_relay_that_is_no_longer_asked_still_has_it(at: Bench, relays: list[DoubleRelay]) -> None:
    sent = send(on(at, relays))
    assert isinstance(sent, Sent)
    outcome = on(at, relays[:2]).delete(sent.receipt)
    assert isinstance(outcome, Refused)
    assert relays[2].url in outcome.reason


def test_another_key_can_not_take_it_back(at: Bench, relays: list[DoubleRelay]) -> None:
    sent = send(on(at, relays[:1]))
    assert isinstance(sent, Sent)
    options = NostrOptions(key=secret("01" * 32), relays=[relays[0].url])
    outcome = Nostr(options, PUBLIC, at.files).delete(sent.receipt)
    assert isinstance(outcome, Refused)
    assert NPUB in outcome.reason
    assert relays[0].attempts() == 1


# -- limits --


def test_the_smallest_limits_of_all_relays_hold(at: Bench, relays: list[DoubleRelay]) -> None:
    relays[0].document = b'{"limitation": {"max_content_length": 8196, "max_message_length": 65536}}'
    relays[1].document = b'{"limitation": {"max_content_length": 5000}}'
    relays[2].document = b'{"limitation": "none"}'
    adapter = on(at, relays)
    assert isinstance(adapter, ServerLimits)
    rules = adapter.server_limits()
    assert rules.limit == 5000
    assert rules.media_limit is not None
    assert rules.media_limit == 5000 - 4 * len(f"\n{PUBLIC.url}{PICTURE_SHA256}.webp") - 1
    assert rules.max_bytes == 32768
    assert rules.images == 4
    assert relays[0].accepts == ["application/nostr+json"]


def test_relays_that_tell_nothing_limit_nothing(at: Bench, relays: list[DoubleRelay]) -> None:
    relays[1].document = b"<html>"
    rules = on(at, relays[:2]).server_limits()
    assert rules.limit is rules.media_limit is rules.max_bytes is None
    with pytest.raises(CampaignError):
        on(at, relays[1:2]).server_limits()


# -- options --


@pytest.mark.parametrize(
    "relay",
    [
        "https://relay.example",
        "ws://relay.example",
        "wss://",
        "wss://user@relay.example",
        "wss://relay.example/?a=b",
    ],
)
def test_what_is_no_relay(relay: str) -> None:
    with pytest.raises(ValidationError):
        NostrOptions(key=secret(NSEC), relays=[relay])


def test_relays_are_needed() -> None:
    with pytest.raises(ValidationError):
        NostrOptions(key=secret(NSEC), relays=[])
    assert NostrOptions(key=secret(NSEC), relays=["wss://a.example/"]).relays == ["wss://a.example"]


@pytest.mark.parametrize("key", ["nsec1" + "q" * 58, "00" * 32, "abc", NPUB, "ff" * 32, HEX[:62]])
def test_a_key_that_is_none_is_not_repeated(at: Bench, key: str) -> None:
    options = NostrOptions(key=secret(key), relays=["ws://127.0.0.1:1"])
    with pytest.raises(CampaignError) as caught:
        Nostr.from_account(account("nostr", options), at.vault, at.files)
    assert key not in caught.value.message + caught.value.hint
    assert "nsec1" in caught.value.hint


def test_a_key_in_hex_is_the_same_key(at: Bench) -> None:
    options = NostrOptions(key=secret(HEX), relays=["ws://127.0.0.1:1"])
    adapter = Nostr.from_account(account("nostr", options), at.vault, at.files)
    assert adapter.prepare(example())["author"] == PUBKEY


@pytest.mark.parametrize("package", ["coincurve", "websockets"])
def test_without_the_extra_it_says_what_to_install(
    at: Bench, monkeypatch: pytest.MonkeyPatch, package: str
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(CampaignError) as caught:
        nostr(at, "ws://127.0.0.1:1")
    assert caught.value.hint == "pip install 'campaign[nostr]'"


# -- a relay that nobody here wrote --


def test_a_real_relay_takes_it_once_and_shows_it(at: Bench, nostr_server: NostrServer) -> None:
    adapter = nostr(at, nostr_server.url, clock=None)
    assert adapter.whoami() == f"{NPUB} on 1 of 1 relays"
    post = prepared(
        adapter, replace(example(), text='"Tanda" \\ \t kerja paksa 😀\nhttps://example.org #Tanda')
    )
    assert isinstance(adapter.find(post, KEY, SINCE, Memory()), Absent)
    sent = adapter.send(post, KEY, Memory())
    assert isinstance(sent, Sent)
    again = nostr(at, nostr_server.url, clock=None).send(post, KEY, Memory())  # "duplicate: exists"
    assert again == sent
    assert adapter.find(post, KEY, SINCE, Memory()) == sent
    [event] = nostr_server.events(ids=[sent.receipt.id])
    assert double_nostr.genuine(event)
    assert event["content"].startswith(post.text)
    assert nostr_server.events(**{"#t": ["tanda"], "ids": [sent.receipt.id]}) == [event]

    assert adapter.delete(sent.receipt) == sent
    assert nostr_server.events(ids=[sent.receipt.id]) == []


def test_a_real_relay_hangs_parts_together(at: Bench, nostr_server: NostrServer) -> None:
    adapter = nostr(at, nostr_server.url, clock=None)
    first = send(adapter, Post("Part 1", "en", part=1, parts=2))
    assert isinstance(first, Sent)
    second = send(adapter, Post("Part 2", "en", part=2, parts=2, root=first.receipt, reply_to=first.receipt))
    assert isinstance(second, Sent)
    assert [event["id"] for event in nostr_server.events(**{"#e": [first.receipt.id]})] == [second.receipt.id]


def test_a_real_relay_refuses_in_its_own_words(at: Bench, nostr_server: NostrServer) -> None:
    long = send(nostr(at, nostr_server.url, clock=None), Post("x" * 5000, "en"))
    assert isinstance(long, Refused)
    assert long.scope is Scope.POST
    assert "280 characters should be enough" in long.reason
    old = send(nostr(at, nostr_server.url, clock=datetime(2020, 1, 1, tzinfo=UTC)), Post("Old", "en"))
    assert isinstance(old, Refused)
    assert "too old" in old.reason
    assert nostr(at, nostr_server.url).server_limits().limit is None


def test_a_real_relay_of_members(at: Bench, tmp_path: Path) -> None:
    with running(tmp_path, members=PUBKEY) as server:
        outcome = send(nostr(at, server.url, clock=None), Post("For members", "en"))
        assert isinstance(outcome, Sent)
        options = NostrOptions(key=secret("01" * 32), relays=[server.url])
        refused = send(Nostr(options, PUBLIC, at.files), Post("From a stranger", "en"))
        assert isinstance(refused, Refused)
        assert refused.scope is Scope.ACCOUNT


def test_the_frozen_form_of_a_picture_without_a_hash_is_never_noted(
    at: Bench, relays: list[DoubleRelay]
) -> None:
    notes = Memory()
    adapter = on(at, relays[:1])
    media = (Media("signs/01.png", "A hand", "image/png"),)
    adapter.send(prepared(adapter, Post("Text", "en", media=media)), KEY, notes)
    assert set(notes.kept) == {"id"}


def test_the_address_of_pictures_is_that_of_the_workspace(at: Bench) -> None:
    public = Public("https://fetch.example/", "elsewhere")
    options = NostrOptions(key=secret(NSEC), relays=["ws://127.0.0.1:1"])
    made = replace(account("nostr", options), public=public)
    adapter = Nostr.from_account(made, at.vault, at.files)
    adapter.send(prepared(adapter), KEY, notes := Memory())
    assert json.loads(notes.kept[f"picture {PICTURE_SHA256}"])["url"].startswith(public.url)
    assert (at.files.root / "elsewhere" / f"{PICTURE_SHA256}.png").exists()
