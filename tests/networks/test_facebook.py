"""Facebook Pages, against a double that keeps a Page's posts and photos (double_meta.py)."""

from __future__ import annotations

import hashlib
import hmac
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from campaign.core.model import Media, Post
from campaign.core.outcome import Absent, CannotTell, Receipt, Refused, Retry, Scope, Sent, Unknown
from campaign.errors import CampaignError
from campaign.networks.base import Deletes, Network
from campaign.networks.facebook import Facebook, FacebookOptions
from tests.networks.cases import KEY, PICTURE, Bench, drawn
from tests.networks.double_meta import PageDouble, although, refusal
from tests.networks.memory import Memory, account, secret
from tests.networks.scripted import Hold, Reply, Reset, ScriptedServer

TOKEN = "EAAfacebook-page-token-Zq3"
NOW = datetime(2027, 7, 30, 1, 0, tzinfo=UTC)
PAGE = "104857600"
FEED, PHOTOS, LIST = f"/v26.0/{PAGE}/feed", f"/v26.0/{PAGE}/photos", f"/v26.0/{PAGE}/published_posts"
TEXT = "Kenali tandanya: paspor ditahan. https://example.org/tanda"


@pytest.fixture
def double(server: ScriptedServer) -> PageDouble:
    return PageDouble(server, TOKEN, now=lambda: NOW)


def adapter(at: Bench, **keys: Any) -> Facebook:
    options = FacebookOptions(
        **{"server": at.url, "page": PAGE, "token": secret(TOKEN), "timeout": at.timeout, **keys}
    )
    return Facebook.from_account(account("facebook", options), at.vault, at.files)


@pytest.fixture
def facebook(at: Bench, double: PageDouble) -> Facebook:
    return adapter(at)


def post(**keys: Any) -> Post:
    return Post(**{"text": TEXT, "language": "id", **keys})


def pictures(count: int) -> tuple[Media, ...]:
    return tuple(
        Media(f"signs/{n:02}.png", f"Gambar {n}", "image/png", f"{n}" * 64) for n in range(1, count + 1)
    )


def find(facebook: Facebook, of: Post, notes: Memory | None = None, ago: float = 5.0) -> object:
    return facebook.find(of, KEY, NOW - timedelta(minutes=ago), notes or Memory())


def test_meets_the_contract(facebook: Facebook) -> None:
    assert isinstance(facebook, Network)
    assert isinstance(facebook, Deletes)
    assert facebook.repeat_safe_for == timedelta()
    assert not facebook.rules.threads


def test_is_light_to_import() -> None:
    code = (
        "import sys, campaign.networks.facebook; sys.exit('requests' in sys.modules or 'PIL' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[2])


@pytest.mark.parametrize(
    "keys",
    [
        {"server": "http://graph.example"},
        {"page": "harapan"},
        {"page": "1/../2"},
        {"version": "26"},
        {"version": "v1/x"},
    ],
)
def test_options_that_are_wrong(at: Bench, keys: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        adapter(at, **keys)


def test_the_usual_server_and_version() -> None:
    options = FacebookOptions(page=PAGE, token=secret(TOKEN))
    assert (options.server, options.version) == ("https://graph.facebook.com", "v26.0")


def test_the_version_is_an_option(at: Bench, server: ScriptedServer) -> None:
    PageDouble(server, TOKEN, version="v27.0", now=lambda: NOW)
    assert isinstance(adapter(at, version="v27.0").send(post(), KEY, Memory()), Sent)


# -- publishing -----------------------------------------------------------------------------------------------


def test_a_text(facebook: Facebook, double: PageDouble, server: ScriptedServer) -> None:
    sent = facebook.send(post(text="Terima kasih 👋\n\n#Akhiri"), KEY, Memory())
    assert sent == Sent(
        Receipt(double.posts[0]["id"], f"https://www.facebook.com/{double.posts[0]['id']}", PAGE), None
    )
    assert server.asked("POST", FEED)[0].json() == {"message": "Terima kasih 👋\n\n#Akhiri"}


def test_a_link_gets_its_card(facebook: Facebook, double: PageDouble) -> None:
    assert isinstance(facebook.send(post(link="https://example.org/tanda"), KEY, Memory()), Sent)
    assert double.posts[0]["link"] == "https://example.org/tanda"


@pytest.mark.parametrize("count", [1, 2, 10])
def test_pictures_are_uploaded_unpublished_and_go_out_in_one_post(
    at: Bench, facebook: Facebook, double: PageDouble, server: ScriptedServer, count: int
) -> None:
    for media in pictures(count):
        at.files.write(media.file, PICTURE)
    with_pictures = post(media=pictures(count), link="https://example.org/tanda")
    assert isinstance(facebook.send(with_pictures, KEY, Memory()), Sent)
    [published] = double.posts
    assert published["alts"] == tuple(f"Gambar {n}" for n in range(1, count + 1))
    assert published["link"] is None
    assert len(server.asked("POST", PHOTOS)) == count
    assert len(server.asked("POST", FEED)) == 1


def test_a_picture_without_a_description(at: Bench, facebook: Facebook, double: PageDouble) -> None:
    assert isinstance(facebook.send(post(media=(Media("signs/01.png", ""),)), KEY, Memory()), Sent)
    assert double.posts[0]["alts"] == ("",)


def test_what_a_camera_wrote_does_not_leave(at: Bench, facebook: Facebook, double: PageDouble) -> None:
    from PIL import Image

    exif = Image.Exif()
    exif[0x010F] = "Camera of a survivor"
    at.files.write("signs/01.jpg", drawn("JPEG", exif=exif))
    assert isinstance(facebook.send(post(media=(Media("signs/01.jpg", "a"),)), KEY, Memory()), Sent)
    [(kind, _)] = double.photos.values()  # the double fails when anything but the picture is in it
    assert kind == "JPEG"


def test_a_picture_that_is_broken_is_refused_before_anything_leaves(
    at: Bench, facebook: Facebook, server: ScriptedServer
) -> None:
    at.files.write("signs/01.png", b"no picture")
    outcome = facebook.send(post(media=pictures(1)), KEY, Memory())
    assert isinstance(outcome, Refused)
    assert outcome.scope is Scope.POST
    assert server.requests == []


@pytest.mark.parametrize("effect", [Reset(), Reply(500), Reply(200, body=b"<html>"), Reply(200, json={})])
def test_an_upload_that_got_no_answer_is_tried_again(
    facebook: Facebook, double: PageDouble, server: ScriptedServer, effect: Any
) -> None:
    server.fault("POST", PHOTOS, effect)
    assert isinstance(facebook.send(post(media=pictures(1)), KEY, Memory()), Retry)
    assert server.asked("POST", FEED) == []


def test_photos_of_an_earlier_attempt_are_used_again(
    facebook: Facebook, double: PageDouble, server: ScriptedServer
) -> None:
    notes = Memory()
    server.fault("POST", PHOTOS, although(Reply(200, json={"id": "77"})), Reset())
    double.photos["77"] = ("PNG", "Gambar 1")
    assert isinstance(facebook.send(post(media=pictures(2)), KEY, notes), Retry)
    assert isinstance(facebook.send(post(media=pictures(2)), KEY, notes), Sent)
    assert double.posts[0]["alts"] == ("Gambar 1", "Gambar 2")
    assert len(server.asked("POST", PHOTOS)) == 3


def test_a_photo_that_is_gone_is_uploaded_again(
    facebook: Facebook, double: PageDouble, server: ScriptedServer
) -> None:
    notes = Memory()
    server.fault("POST", FEED, refusal(400, 4))
    assert isinstance(facebook.send(post(media=pictures(1)), KEY, notes), Retry)
    double.photos.clear()
    assert isinstance(facebook.send(post(media=pictures(1)), KEY, notes), Sent)
    assert len(server.asked("POST", PHOTOS)) == 2


def test_a_photo_that_can_not_be_asked_for_is_no_reason_to_upload_twice(
    facebook: Facebook, double: PageDouble, server: ScriptedServer
) -> None:
    notes = Memory()
    server.fault("POST", FEED, refusal(400, 4))
    facebook.send(post(media=pictures(1)), KEY, notes)
    server.fault("GET", r"/v26.0/\d+", Reply(500))
    assert isinstance(facebook.send(post(media=pictures(1)), KEY, notes), Retry)
    assert len(server.asked("POST", PHOTOS)) == 1


def test_another_picture_in_the_same_delivery_is_uploaded(
    facebook: Facebook, double: PageDouble, server: ScriptedServer
) -> None:
    """A person may have a failed post sent with a new text and picture: the notes are those of the delivery."""
    notes = Memory()
    server.fault("POST", FEED, refusal(400, 100))
    assert isinstance(facebook.send(post(media=pictures(1)), KEY, notes), Refused)
    [media] = pictures(1)
    other = replace(media, sha256="f" * 64, alt="Sebuah tangan")
    assert isinstance(facebook.send(post(media=(other,)), KEY, notes), Sent)
    assert double.posts[0]["alts"] == ("Sebuah tangan",)


def test_a_post_of_somebody_else_is_not_ours(
    facebook: Facebook, double: PageDouble, server: ScriptedServer
) -> None:
    server.fault("POST", FEED, although(Reply(json={"id": "999_1"})))
    assert isinstance(facebook.send(post(), KEY, Memory()), Unknown)


def test_the_limit_that_an_answer_calls_used_up(
    facebook: Facebook, double: PageDouble, server: ScriptedServer
) -> None:
    usage = '{"104857600": [{"type": "pages", "call_count": 100, "estimated_time_to_regain_access": 4}]}'
    headers = (("X-Business-Use-Case-Usage", usage),)
    server.fault("POST", FEED, although(Reply(json={"id": f"{PAGE}_1"}, headers=headers)))
    outcome = facebook.send(post(), KEY, Memory())
    assert isinstance(outcome, Sent)
    assert outcome.wait == 240.0


def test_the_token_is_in_the_header_and_nowhere_else(
    facebook: Facebook, double: PageDouble, server: ScriptedServer
) -> None:
    facebook.send(post(media=pictures(2)), KEY, Memory())
    facebook.whoami()
    find(facebook, post())
    assert server.requests
    for request in server.requests:
        assert request.headers["Authorization"] == f"Bearer {TOKEN}"
        assert TOKEN not in request.target
        assert TOKEN.encode() not in request.body


def test_an_app_that_requires_its_secret_gets_the_proof(
    at: Bench, double: PageDouble, server: ScriptedServer
) -> None:
    """Graph API, securing requests: HMAC-SHA256 of the token with the app's secret, in hex."""
    facebook = adapter(at, app_secret=secret("the-app-secret-of-ours"))
    assert isinstance(facebook.send(post(media=pictures(1)), KEY, Memory()), Sent)
    facebook.whoami()
    proof = hmac.new(b"the-app-secret-of-ours", TOKEN.encode(), hashlib.sha256).hexdigest()
    assert {tuple(request.query["appsecret_proof"]) for request in server.requests} == {(proof,)}


# -- what became of it ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "effect", [Reset(), although(refusal(500, 2, message="retry later")), although(refusal(500, 1))]
)
@pytest.mark.parametrize("count", [0, 1, 3])
def test_a_post_that_went_out_behind_an_error_is_found(
    at: Bench, facebook: Facebook, double: PageDouble, server: ScriptedServer, effect: Any, count: int
) -> None:
    """arsduo/koala#699: "please retry your request later", and the post was there."""
    for media in pictures(count):
        at.files.write(media.file, PICTURE)
    server.fault("POST", FEED, effect)
    ours, notes = post(media=pictures(count)), Memory()
    assert isinstance(facebook.send(ours, KEY, notes), Unknown)
    found = find(facebook, ours, notes)
    assert isinstance(found, Sent)
    assert found.receipt == Receipt(
        double.posts[0]["id"], f"https://www.facebook.com/{double.posts[0]['id']}", PAGE
    )
    assert len(double.posts) == 1


def test_a_post_that_did_not_go_out_is_absent(
    facebook: Facebook, double: PageDouble, server: ScriptedServer
) -> None:
    server.fault("POST", FEED, refusal(500, 2))
    notes = Memory()
    assert isinstance(facebook.send(post(), KEY, notes), Unknown)
    assert isinstance(find(facebook, post(), notes), Absent)
    assert isinstance(facebook.send(post(), KEY, notes), Sent)
    assert len(double.posts) == 1


def listed(number: int, text: str, minutes: float, **more: Any) -> dict[str, Any]:
    made = (NOW - timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%S+0000")
    return {"id": f"{PAGE}_{number}", "message": text, "created_time": made, **more}


PHOTO = {"attachments": {"data": [{"media_type": "photo"}]}}
CARD = {"attachments": {"data": [{"media_type": "link"}]}}
BARE_ALBUM = {"attachments": {"data": [{"media_type": "album"}]}}


@pytest.mark.parametrize(
    ("more", "count", "expected"),
    [
        (PHOTO, 1, Sent),
        (PHOTO, 2, Absent),
        (PHOTO, 0, Absent),
        (CARD, 0, Sent),
        (CARD, 1, Absent),
        ({}, 0, Sent),
        ({}, 1, Sent),  # not told yet: it must not pass for somebody else's
        (BARE_ALBUM, 3, Sent),
        ({"attachments": {"data": []}}, 1, Sent),
    ],
)
def test_pictures_are_counted_where_they_are_told(
    facebook: Facebook, double: PageDouble, more: dict[str, Any], count: int, expected: type
) -> None:
    double.posts = [listed(1, TEXT, 3, **more)]
    assert isinstance(find(facebook, post(media=pictures(count))), expected)


def test_it_is_looked_for_on_all_pages(
    facebook: Facebook, double: PageDouble, server: ScriptedServer
) -> None:
    double.posts = [listed(n, f"Lain {n}", 1) for n in range(120)] + [
        listed(999, TEXT, 3),
        listed(1000, "Lama", 300),
    ]
    found = find(facebook, post())
    assert isinstance(found, Sent)
    assert found.receipt.id == f"{PAGE}_999"
    assert len(server.asked("GET", LIST)) == 3


def test_a_list_that_does_not_reach_back_proves_nothing(facebook: Facebook, double: PageDouble) -> None:
    double.posts = [listed(n, f"Lain {n}", 1) for n in range(1_050)]
    assert isinstance(find(facebook, post()), CannotTell)


def test_the_same_text_twice_is_for_a_person(facebook: Facebook, double: PageDouble) -> None:
    double.posts = [listed(2, TEXT, 1), listed(1, TEXT, 3)]
    assert isinstance(find(facebook, post()), CannotTell)


def test_the_same_text_from_before_is_for_a_person(facebook: Facebook, double: PageDouble) -> None:
    double.posts = [listed(1, TEXT, 30)]
    assert isinstance(find(facebook, post()), CannotTell)


@pytest.mark.parametrize(
    "reply",
    [
        Reply(500),
        Reply(200, body=b"<html>"),
        Reply(200, json={}),
        Reply(200, json={"data": [{"id": "1"}]}),
        Reply(200, json={"data": ["x"]}),
        Reply(200, json={"data": [{"id": "1", "created_time": "yesterday"}]}),
        refusal(400, 190),
        refusal(403, 10),
    ],
)
def test_a_list_that_can_not_be_had_tells_nothing(
    facebook: Facebook, double: PageDouble, server: ScriptedServer, reply: Reply
) -> None:
    server.fault("GET", LIST, reply)
    assert isinstance(find(facebook, post()), CannotTell)


def test_a_duplicate_after_a_lost_answer_is_looked_up(
    facebook: Facebook, double: PageDouble, server: ScriptedServer
) -> None:
    double.duplicates = True
    server.fault("POST", FEED, Reset())
    notes = Memory()
    assert isinstance(facebook.send(post(), KEY, notes), Unknown)
    assert isinstance(facebook.send(post(), KEY, notes), Unknown)  # 506: a twin is there
    assert isinstance(find(facebook, post(), notes), Sent)
    assert len(double.posts) == 1
    double.posts = []
    assert isinstance(find(facebook, post(), notes), CannotTell)  # Facebook contradicts itself


def test_a_duplicate_of_an_older_post_is_refused(facebook: Facebook, double: PageDouble) -> None:
    double.duplicates = True
    double.posts = [listed(1, TEXT, 60 * 24)]
    notes = Memory()
    outcome = facebook.send(post(), KEY, notes)
    assert isinstance(outcome, Refused)
    assert outcome.scope is Scope.POST
    assert "Duplicate status message" in outcome.reason


def test_a_refusal_closes_the_question(
    facebook: Facebook, double: PageDouble, server: ScriptedServer
) -> None:
    """After a refusal nothing may be out, so that a later 506 speaks of an older post."""
    double.duplicates = True
    double.posts = [listed(1, TEXT, 60 * 24)]
    notes = Memory()
    server.fault("POST", FEED, refusal(400, 4))
    assert isinstance(facebook.send(post(), KEY, notes), Retry)
    assert isinstance(facebook.send(post(), KEY, notes), Refused)


# -- the login ------------------------------------------------------------------------------------------------


def test_a_token_that_was_revoked_stops_the_account(facebook: Facebook, double: PageDouble) -> None:
    double.tokens.clear()
    for media in ((), pictures(1)):
        outcome = facebook.send(post(media=media), KEY, Memory())
        assert isinstance(outcome, Refused)
        assert outcome.scope is Scope.ACCOUNT
        assert "190/463" in outcome.reason


def test_whoami_names_the_page(facebook: Facebook) -> None:
    assert facebook.whoami() == "Yayasan Harapan"


def test_a_persons_token_is_no_pages_token(facebook: Facebook, double: PageDouble) -> None:
    double.owner = {"id": "5", "name": "Ani"}
    with pytest.raises(CampaignError) as caught:
        facebook.whoami()
    assert "Ani" in caught.value.message
    assert "Page access token" in caught.value.hint


def test_a_silent_server(at: Bench, double: PageDouble, server: ScriptedServer) -> None:
    server.fault("POST", FEED, Hold())
    assert isinstance(adapter(at, timeout=0.2).send(post(), KEY, Memory()), Unknown)


# -- taking back ----------------------------------------------------------------------------------------------


def test_taking_back(facebook: Facebook, double: PageDouble) -> None:
    sent = facebook.send(post(), KEY, Memory())
    assert isinstance(sent, Sent)
    assert facebook.delete(sent.receipt) == Sent(sent.receipt)
    assert double.posts == []
    assert facebook.delete(sent.receipt) == Sent(sent.receipt)  # gone before


def test_what_can_not_be_taken_back_is_not_called_gone(facebook: Facebook, double: PageDouble) -> None:
    sent = facebook.send(post(), KEY, Memory())
    assert isinstance(sent, Sent)
    double.may_delete = False
    assert isinstance(facebook.delete(sent.receipt), Refused)
    assert len(double.posts) == 1
