"""Instagram, against a double that keeps containers and posts and fetches each picture from its public address."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from pydantic import ValidationError

from campaign.core.model import Media, Post, Public
from campaign.core.outcome import (
    Absent,
    CannotTell,
    Found,
    Outcome,
    Receipt,
    Refused,
    Retry,
    Scope,
    Sent,
    Unknown,
)
from campaign.core.text import problems
from campaign.errors import CampaignError
from campaign.networks.base import Deletes, Network
from campaign.networks.instagram import Instagram, InstagramOptions
from tests.networks.cases import KEY, PICTURE, Bench, drawn
from tests.networks.double_meta import Container, InstagramDouble, although, refusal, unsupported
from tests.networks.fetching import fetch, public
from tests.networks.memory import Memory, account, secret
from tests.networks.scripted import Reply, Reset, ScriptedServer

TOKEN = "IGAAinstagram-token-Zq3"
NOW = datetime(2027, 7, 30, 1, 0, tzinfo=UTC)
USER = "17841400000000001"
CREATE, PUBLISH, LIST = f"/v26.0/{USER}/media", f"/v26.0/{USER}/media_publish", f"/v26.0/{USER}/media"
NODE = r"/v26.0/\d+"
TEXT = "Kenali tandanya: paspor ditahan. #AkhiriPerdaganganOrang"


@pytest.fixture
def world(at: Bench) -> Iterator[Public]:
    with public(at.files.root) as served:
        yield served


@pytest.fixture
def double(server: ScriptedServer) -> InstagramDouble:
    return InstagramDouble(server, TOKEN, now=lambda: NOW, fetch=fetch)


def adapter(at: Bench, world: Public | None, now: datetime = NOW, **keys: Any) -> Instagram:
    options = InstagramOptions(
        **{"server": at.url, "user": USER, "token": secret(TOKEN), "timeout": at.timeout, **keys}
    )
    return Instagram(options, at.vault, at.files, world, clock=lambda: now)


@pytest.fixture
def instagram(at: Bench, world: Public, double: InstagramDouble) -> Instagram:
    return adapter(at, world)


def pictures(count: int) -> tuple[Media, ...]:
    return tuple(
        Media(f"signs/{n:02}.png", f"Gambar {n}", "image/png", f"{n:x}" * 32) for n in range(1, count + 1)
    )


def post(count: int = 1, text: str = TEXT, **keys: Any) -> Post:
    return Post(**{"text": text, "language": "id", "media": pictures(count), **keys})


def find(instagram: Instagram, of: Post, notes: Memory | None = None) -> Found:
    return instagram.find(of, KEY, NOW - timedelta(minutes=5), notes or Memory())


def listed(number: int, text: str, minutes: float, **more: Any) -> dict[str, Any]:
    made = (NOW - timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%S+0000")
    url = f"https://www.instagram.com/p/{number}/"
    return {
        "id": str(number),
        "caption": text,
        "timestamp": made,
        "permalink": url,
        "media_type": "IMAGE",
        **more,
    }


def test_meets_the_contract(instagram: Instagram) -> None:
    assert isinstance(instagram, Network)
    assert isinstance(instagram, Deletes)
    assert instagram.repeat_safe_for == timedelta()
    assert instagram.prepare(post()) == {}


def test_is_made_of_an_account(at: Bench, world: Public, double: InstagramDouble) -> None:
    options = InstagramOptions(server=at.url, user=USER, token=secret(TOKEN))
    named = replace(account("instagram", options), public=world)
    assert isinstance(Instagram.from_account(named, at.vault, at.files).send(post(), KEY, Memory()), Sent)


def test_is_light_to_import() -> None:
    code = (
        "import sys, campaign.networks.instagram; sys.exit('requests' in sys.modules or 'PIL' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[2])


@pytest.mark.parametrize(
    "keys", [{"server": "http://graph.example"}, {"user": "harapan"}, {"version": "26.0"}]
)
def test_options_that_are_wrong(at: Bench, keys: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        adapter(at, None, **keys)


def test_the_caption_is_counted_in_utf16() -> None:
    assert problems("👋" * 1100, "", Instagram.rules) == []
    assert problems("👋" * 1100 + "a", "", Instagram.rules) == ["2201 of 2200 UTF-16 units"]
    assert Instagram.rules.needs_media
    assert not Instagram.rules.threads


# -- publishing -----------------------------------------------------------------------------------------------


def test_one_picture(instagram: Instagram, double: InstagramDouble, server: ScriptedServer) -> None:
    sent = instagram.send(post(text=f"{TEXT}\n\n👋 & <ya> 100 %"), KEY, Memory())
    [published] = double.posts
    assert sent == Sent(Receipt(published["id"], published["permalink"], "@harapan"), None)
    assert published["caption"] == f"{TEXT}\n\n👋 & <ya> 100 %"
    assert published["alts"] == ("Gambar 1",)
    assert len(server.asked("POST", PUBLISH)) == 1


@pytest.mark.parametrize("count", [2, 10])
def test_a_carousel(at: Bench, instagram: Instagram, double: InstagramDouble, count: int) -> None:
    for media in pictures(count):
        at.files.write(media.file, PICTURE)
    assert isinstance(instagram.send(post(count), KEY, Memory()), Sent)
    [published] = double.posts
    assert published["media_type"] == "CAROUSEL_ALBUM"
    assert published["alts"] == tuple(f"Gambar {n}" for n in range(1, count + 1))
    assert len(double.fetched) == count
    [whole] = [made for made in double.containers.values() if made.state == "PUBLISHED"]
    assert whole.fields["caption"] == TEXT
    children = [made for made in double.containers.values() if made is not whole]
    assert all("caption" not in child.fields for child in children)


@pytest.mark.parametrize("size", [(400, 500), (800, 419), (3000, 2000), (2000, 2500)])
def test_what_is_fetched_is_a_jpeg_with_nothing_but_the_picture(
    at: Bench, instagram: Instagram, double: InstagramDouble, size: tuple[int, int]
) -> None:
    exif = Image.Exif()
    exif[0x010F] = "Camera of a survivor"
    at.files.write("signs/01.png", drawn("PNG", size, exif=exif))
    assert isinstance(instagram.send(post(), KEY, Memory()), Sent)
    [image] = double.fetched  # the double fails when anything else is in it
    assert image.format == "JPEG"
    assert max(image.size) <= 1800


@pytest.mark.parametrize("size", [(400, 600), (800, 400)])
def test_a_shape_that_instagram_does_not_take(
    at: Bench, instagram: Instagram, double: InstagramDouble, size: tuple[int, int]
) -> None:
    at.files.write("signs/01.png", drawn("PNG", size))
    outcome = instagram.send(post(), KEY, Memory())
    assert isinstance(outcome, Refused)
    assert outcome.scope is Scope.POST
    assert double.containers == {}


def test_without_a_public_address_nothing_can_be_fetched(at: Bench, double: InstagramDouble) -> None:
    outcome = adapter(at, None).send(post(), KEY, Memory())
    assert isinstance(outcome, Refused)
    assert outcome.scope is Scope.HERE
    assert "public address" in outcome.reason
    assert double.containers == {}


def test_an_address_that_nobody_serves_is_tried_again(
    at: Bench, instagram: Instagram, double: InstagramDouble
) -> None:
    def unreachable(address: str) -> bytes:
        raise OSError

    double.fetch = unreachable
    assert isinstance(instagram.send(post(), KEY, Memory()), Retry)
    double.fetch = fetch
    assert isinstance(instagram.send(post(), KEY, Memory()), Sent)


def test_the_token_is_in_the_header_and_nowhere_else(
    instagram: Instagram, double: InstagramDouble, server: ScriptedServer
) -> None:
    instagram.send(post(2), KEY, Memory())
    instagram.whoami()
    find(instagram, post(2))
    for request in server.requests:
        if request.path != "/refresh_access_token":  # documented with the token in the address, and so asked
            assert request.headers["Authorization"] == f"Bearer {TOKEN}"
            assert TOKEN not in request.target
            assert TOKEN.encode() not in request.body


def test_a_fresh_token_is_used_at_once(
    instagram: Instagram, double: InstagramDouble, server: ScriptedServer
) -> None:
    double.young = False
    assert isinstance(instagram.send(post(), KEY, Memory()), Sent)
    [asked] = server.asked("POST", PUBLISH)
    assert "-fresh-" in str(asked.headers["Authorization"])


def test_a_receipt_without_an_address_is_a_receipt(
    instagram: Instagram, double: InstagramDouble, server: ScriptedServer
) -> None:
    server.fault("POST", PUBLISH, although(Reply(json={"id": "123"})))  # no such post can be asked for
    assert instagram.send(post(), KEY, Memory()) == Sent(Receipt("123"))


# -- containers -----------------------------------------------------------------------------------------------


def container_of(double: InstagramDouble) -> tuple[str, Container]:
    return next(reversed(double.containers.items()))


def test_the_container_is_noted_before_it_is_published(
    instagram: Instagram, double: InstagramDouble, server: ScriptedServer
) -> None:
    notes = Memory()
    seen: list[str] = []
    decide = server.decide

    def watching(request: Any) -> Any:
        if request.path == PUBLISH:
            seen.append(notes.kept["container"].partition(" ")[0])
        return decide(request)

    server.decide = watching  # type: ignore[method-assign]
    instagram.send(post(), KEY, notes)
    assert seen == [container_of(double)[0]]


@pytest.mark.parametrize("count", [1, 2])
def test_while_it_is_worked_on_it_waits_and_nothing_is_made_twice(
    instagram: Instagram, double: InstagramDouble, count: int
) -> None:
    double.working = 2
    notes = Memory()
    outcomes = [instagram.send(post(count), KEY, notes) for _ in range(20) if not double.posts]
    assert all(isinstance(one, Retry) and one.after == 30.0 for one in outcomes[:-1])
    assert len(outcomes) > 2
    assert isinstance(outcomes[-1], Sent)
    assert len(double.containers) == (1 if count == 1 else count + 1)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("Error: Media upload has failed with error code 2207003", Retry),
        ("Error: Media upload has failed with error code 2207052", Retry),
        ("Error: Media upload has failed with error code 2207026", Refused),
        ("Error: it is no picture", Refused),
    ],
)
def test_a_container_that_fails(
    instagram: Instagram, double: InstagramDouble, words: str, expected: type[Outcome]
) -> None:
    double.spoils = words
    notes = Memory()
    outcome = instagram.send(post(), KEY, notes)
    assert isinstance(outcome, expected)
    assert words in outcome.reason  # type: ignore[union-attr]
    double.spoils = ""
    assert isinstance(instagram.send(post(), KEY, notes), Sent)
    assert len(double.containers) == 2


@pytest.mark.parametrize("state", ["ERROR", "EXPIRED"])
def test_a_container_that_can_not_be_used_any_more_is_made_anew(
    instagram: Instagram, double: InstagramDouble, server: ScriptedServer, state: str
) -> None:
    notes = Memory()
    server.fault("POST", PUBLISH, refusal(400, 4))
    assert isinstance(instagram.send(post(2), KEY, notes), Retry)
    for made in double.containers.values():
        made.state = state
    assert isinstance(instagram.send(post(2), KEY, notes), Sent)
    assert len(double.containers) == 6


def test_a_finished_container_of_an_earlier_attempt_is_published(
    instagram: Instagram, double: InstagramDouble, server: ScriptedServer
) -> None:
    notes = Memory()
    server.fault("POST", PUBLISH, refusal(400, 9007, 2207027), refusal(400, 24, 2207008))
    for _ in range(2):
        outcome = instagram.send(post(), KEY, notes)
        assert isinstance(outcome, Retry)
        assert outcome.after == 30.0
    assert isinstance(instagram.send(post(), KEY, notes), Sent)
    assert len(double.containers) == 1


def test_a_container_that_is_not_there_yet_is_waited_for(
    instagram: Instagram, double: InstagramDouble, server: ScriptedServer
) -> None:
    server.fault("GET", NODE, unsupported("GET", "17900000000000001"))
    notes = Memory()
    outcome = instagram.send(post(), KEY, notes)
    assert isinstance(outcome, Retry)
    assert outcome.after == 30.0
    assert isinstance(instagram.send(post(), KEY, notes), Sent)
    assert len(double.containers) == 1


def test_a_container_that_is_not_found_twice_is_given_up(
    instagram: Instagram, double: InstagramDouble, server: ScriptedServer
) -> None:
    """As the documentation asks: try again once or twice, then generate a new container."""
    double.lost = 2
    notes = Memory()
    for _ in range(2):
        outcome = instagram.send(post(), KEY, notes)
        assert isinstance(outcome, Retry)
        assert outcome.after == 30.0
    assert len(double.containers) == 1
    assert isinstance(instagram.send(post(), KEY, notes), Sent)
    assert len(double.containers) == 2


def test_a_new_text_is_not_the_old_container(
    instagram: Instagram, double: InstagramDouble, server: ScriptedServer
) -> None:
    """A person may have a failed post sent with a new text: the notes are those of the delivery."""
    notes = Memory()
    server.fault("POST", PUBLISH, refusal(400, 100))
    assert isinstance(instagram.send(post(text="Nomor telepon yang salah"), KEY, notes), Refused)
    assert isinstance(instagram.send(post(text="Nomor telepon yang benar"), KEY, notes), Sent)
    assert [one["caption"] for one in double.posts] == ["Nomor telepon yang benar"]


@pytest.mark.parametrize("effect", [Reset(), Reply(500), Reply(200, body=b"<html>"), Reply(200, json={})])
@pytest.mark.parametrize("count", [1, 2])
def test_a_step_that_got_no_answer_is_tried_again(
    instagram: Instagram, double: InstagramDouble, server: ScriptedServer, effect: Any, count: int
) -> None:
    server.fault("POST", CREATE, effect)
    notes = Memory()
    assert isinstance(instagram.send(post(count), KEY, notes), Retry)
    server.fault("GET", NODE, effect)
    assert isinstance(instagram.send(post(count), KEY, notes), Retry)
    server.fault("GET", NODE, effect)
    assert isinstance(instagram.send(post(count), KEY, notes), Retry)
    assert double.posts == []
    assert isinstance(instagram.send(post(count), KEY, notes), Sent)


# -- limits ---------------------------------------------------------------------------------------------------


def test_when_the_posts_of_a_day_are_used_up_nothing_is_made(
    instagram: Instagram, double: InstagramDouble
) -> None:
    double.used = double.total = 50
    outcome = instagram.send(post(), KEY, Memory())
    assert isinstance(outcome, Retry)
    assert outcome.after == outcome.wait == 3600.0
    assert "50 posts in 24 hours" in outcome.reason
    assert double.containers == {}


def test_when_they_are_used_up_in_between(
    instagram: Instagram, double: InstagramDouble, server: ScriptedServer
) -> None:
    server.fault("POST", PUBLISH, refusal(400, 9, 2207042))
    outcome = instagram.send(post(), KEY, Memory())
    assert isinstance(outcome, Retry)
    assert outcome.after == outcome.wait == 3600.0


@pytest.mark.parametrize(
    "answer",
    [Reply(500), Reply(404), Reply(json={"data": []}), Reply(json={"data": [{"quota_usage": 99}]}), Reply(json=[1]),
     Reply(json={"data": [{"quota_usage": "x", "config": {"quota_total": "y"}}]}), Reset()],
)  # fmt: skip
def test_a_quota_that_is_not_told_stops_nothing(
    instagram: Instagram, double: InstagramDouble, server: ScriptedServer, answer: Any
) -> None:
    server.fault("GET", f"/v26.0/{USER}/content_publishing_limit", answer)
    assert isinstance(instagram.send(post(), KEY, Memory()), Sent)


# -- what became of it ----------------------------------------------------------------------------------------


LOST = [
    Reset(),
    although(refusal(500, 2)),
    although(refusal(400, 4, 2207051)),
    although(refusal(400, -1, 2207001)),
]


@pytest.mark.parametrize("effect", LOST)
@pytest.mark.parametrize("count", [1, 2])
def test_a_post_that_went_out_behind_an_error_is_found(
    instagram: Instagram, double: InstagramDouble, server: ScriptedServer, effect: Any, count: int
) -> None:
    """2207051, "suspected to be spam": gitroomhq/postiz-app#1681 saw it although the post went out."""
    server.fault("POST", PUBLISH, effect)
    notes = Memory()
    assert isinstance(instagram.send(post(count), KEY, notes), Unknown)
    [published] = double.posts
    receipt = Receipt(published["id"], published["permalink"], "@harapan")
    assert find(instagram, post(count), notes) == Sent(receipt)
    assert instagram.send(post(count), KEY, notes) == Sent(
        receipt
    )  # and sent again it is not published again
    assert len(double.posts) == 1


def test_a_post_that_did_not_go_out_is_absent_and_goes_out_from_its_container(
    instagram: Instagram, double: InstagramDouble, server: ScriptedServer
) -> None:
    server.fault("POST", PUBLISH, refusal(500, 2))
    notes = Memory()
    assert isinstance(instagram.send(post(), KEY, notes), Unknown)
    assert isinstance(find(instagram, post(), notes), Absent)
    assert isinstance(instagram.send(post(), KEY, notes), Sent)
    assert len(double.containers) == len(double.posts) == 1


def test_the_newest_post_is_not_blindly_ours(
    instagram: Instagram, double: InstagramDouble, server: ScriptedServer
) -> None:
    server.fault("POST", PUBLISH, Reset())
    notes = Memory()
    instagram.send(post(), KEY, notes)
    double.posts.insert(0, listed(99, "Dari telepon", -1))
    found = find(instagram, post(), notes)
    assert isinstance(found, Sent)
    assert found.receipt.id == double.posts[1]["id"]


@pytest.mark.parametrize("again", [False, True])
def test_container_and_list_contradict_each_other(
    instagram: Instagram, double: InstagramDouble, server: ScriptedServer, again: bool
) -> None:
    """A list that lags behind must not lead to a second post."""
    server.fault("POST", PUBLISH, Reset())
    notes = Memory()
    instagram.send(post(), KEY, notes)
    double.posts = []
    if again:
        assert isinstance(instagram.send(post(), KEY, notes), Unknown)
    assert isinstance(find(instagram, post(), notes), CannotTell)
    assert len(server.asked("POST", PUBLISH)) == 1


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("FINISHED", Absent),
        ("ERROR", Absent),
        ("EXPIRED", Absent),
        ("IN_PROGRESS", CannotTell),
        ("PUBLISHED", CannotTell),
    ],
)
def test_what_each_state_says_of_a_post_that_is_not_listed(
    instagram: Instagram, double: InstagramDouble, server: ScriptedServer, state: str, expected: type[Found]
) -> None:
    server.fault("POST", PUBLISH, refusal(500, 2))
    notes = Memory()
    instagram.send(post(), KEY, notes)
    container_of(double)[1].state = state
    assert isinstance(find(instagram, post(), notes), expected)


def test_a_container_that_is_gone_leaves_it_to_the_list(
    instagram: Instagram, double: InstagramDouble, server: ScriptedServer
) -> None:
    server.fault("POST", PUBLISH, Reset())
    notes = Memory()
    instagram.send(post(), KEY, notes)
    double.containers.clear()
    assert isinstance(find(instagram, post(), notes), Sent)
    assert isinstance(instagram.send(post(), KEY, notes), Sent)
    double.posts.clear()
    assert isinstance(find(instagram, post(), notes), Absent)
    server.fault("GET", LIST, Reply(500))
    assert isinstance(instagram.send(post(), KEY, notes), Unknown)
    assert len(server.asked("POST", PUBLISH)) == 1


@pytest.mark.parametrize(
    "reply",
    [
        Reply(500),
        Reply(200, body=b"<html>"),
        Reply(200, json={"id": "1"}),
        refusal(400, 190),
        refusal(400, 100),
    ],
)
def test_a_container_that_can_not_be_asked_tells_nothing(
    instagram: Instagram, double: InstagramDouble, server: ScriptedServer, reply: Reply
) -> None:
    server.fault("POST", PUBLISH, refusal(500, 2))
    notes = Memory()
    instagram.send(post(), KEY, notes)
    server.fault("GET", NODE, reply)
    assert isinstance(find(instagram, post(), notes), CannotTell)


@pytest.mark.parametrize(
    "reply",
    [
        Reply(500),
        Reply(200, json={}),
        Reply(200, json={"data": [{"id": "1"}]}),
        Reply(200, json={"data": ["x"]}),
    ],
)
def test_a_list_that_can_not_be_had_tells_nothing(
    instagram: Instagram, double: InstagramDouble, server: ScriptedServer, reply: Reply
) -> None:
    server.fault("GET", LIST, reply)
    assert isinstance(find(instagram, post()), CannotTell)


CAROUSEL = {"media_type": "CAROUSEL_ALBUM"}


@pytest.mark.parametrize(
    ("more", "count", "expected"),
    [
        ({}, 1, Sent),
        ({}, 2, Absent),
        ({**CAROUSEL, "children": {"data": [{"id": "1"}, {"id": "2"}]}}, 2, Sent),
        ({**CAROUSEL, "children": {"data": [{"id": "1"}, {"id": "2"}]}}, 3, Absent),
        (CAROUSEL, 3, Sent),  # not told: it must not pass for somebody else's
        ({"caption": None}, 1, Absent),
    ],
)
def test_pictures_are_counted_where_they_are_told(
    instagram: Instagram, double: InstagramDouble, more: dict[str, Any], count: int, expected: type[Found]
) -> None:
    double.posts = [listed(1, TEXT, 3) | more]
    assert isinstance(find(instagram, post(count)), expected)


def test_it_is_looked_for_on_all_pages(
    instagram: Instagram, double: InstagramDouble, server: ScriptedServer
) -> None:
    double.posts = [listed(n, f"Lain {n}", 1) for n in range(120)] + [listed(999, TEXT, 3)]
    found = find(instagram, post())
    assert isinstance(found, Sent)
    assert found.receipt == Receipt("999", "https://www.instagram.com/p/999/")


# -- the login ------------------------------------------------------------------------------------------------


def test_a_token_that_was_revoked_stops_the_account(instagram: Instagram, double: InstagramDouble) -> None:
    double.tokens.clear()
    outcome = instagram.send(post(), KEY, Memory())
    assert isinstance(outcome, Refused)
    assert outcome.scope is Scope.ACCOUNT
    assert "190/463" in outcome.reason


@pytest.mark.parametrize(("code", "subcode"), [(25, 2207050), (10, None), (200, None), (368, None)])
def test_an_account_that_is_restricted(
    instagram: Instagram, double: InstagramDouble, server: ScriptedServer, code: int, subcode: int | None
) -> None:
    server.fault("POST", PUBLISH, refusal(400, code, subcode))
    outcome = instagram.send(post(), KEY, Memory())
    assert isinstance(outcome, Refused)
    assert outcome.scope is Scope.ACCOUNT


def test_whoami(instagram: Instagram, double: InstagramDouble) -> None:
    assert instagram.whoami() == "@harapan"
    double.tokens.clear()
    with pytest.raises(CampaignError) as caught:
        instagram.whoami()
    assert "60 days" in caught.value.hint


# -- taking back ----------------------------------------------------------------------------------------------


def test_taking_back(instagram: Instagram, double: InstagramDouble) -> None:
    sent = instagram.send(post(), KEY, Memory())
    assert isinstance(sent, Sent)
    double.may_delete = False  # as with Instagram's own login
    assert isinstance(instagram.delete(sent.receipt), Refused)
    assert len(double.posts) == 1
    double.may_delete = True
    assert instagram.delete(sent.receipt) == Sent(sent.receipt)
    assert instagram.delete(sent.receipt) == Sent(sent.receipt)  # gone before
    assert double.posts == []
