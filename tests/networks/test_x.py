"""X, proved against a loopback server that verifies signatures and bodies."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from campaign.core.model import Media, Post
from campaign.core.outcome import Absent, CannotTell, Receipt, Refused, Retry, Scope, Sent, Unknown
from campaign.errors import CampaignError
from campaign.networks.base import Deletes, Network
from campaign.networks.media import upload_note
from campaign.networks.x import X, XOptions
from tests.networks import openapi
from tests.networks.cases import KEY, PICTURE, moving
from tests.networks.fake_x import KEYS, FakeX
from tests.networks.memory import Folder, Memory, account, secret
from tests.networks.scripted import Hold, Reply, Reset, ScriptedServer, scripted

TWEETS = "/2/tweets"
UPLOAD = "/2/media/upload"
LISTING = "/2/users/777/tweets"


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with scripted() as server:
        yield server


@pytest.fixture
def fake(server: ScriptedServer) -> FakeX:
    return FakeX(server)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    folder = Folder(tmp_path)
    for name in ("01.png", "02.png", "moves.gif", "film.mp4"):
        folder.write(name, PICTURE)
    folder.write("moves.gif", moving())
    return folder


def adapter(
    fake: FakeX,
    folder: Folder,
    vault: Memory | None = None,
    *,
    timeout: float = 30.0,
    keys: Mapping[str, str] = KEYS,
) -> X:
    secrets = {name: secret(value) for name, value in keys.items()}
    options = XOptions.model_validate({"server": fake.server.url, "timeout": timeout, **secrets})
    return X.from_account(account("x", options), vault or Memory(), folder)


@pytest.fixture
def x(fake: FakeX, folder: Folder) -> X:
    return adapter(fake, folder)


def post(text: str = "Kenali tandanya & bertanyalah: https://example.org/act?a=1&b=2", **keys: Any) -> Post:
    return Post(text=text, language="id", **keys)


def pictures(*files: str) -> tuple[Media, ...]:
    return tuple(Media(file, f"Gambar {file}") for file in files)


def sent(outcome: object) -> Receipt:
    assert isinstance(outcome, Sent), outcome
    return outcome.receipt


def now() -> datetime:
    return datetime.now(UTC)


def problem(status: int, detail: str, title: str = "Forbidden") -> Reply:
    return Reply(status, json={"title": title, "type": "about:blank", "status": status, "detail": detail})


def test_meets_the_contract(x: X) -> None:
    assert isinstance(x, Network)
    assert isinstance(x, Deletes)
    assert x.prepare(post()) == {}
    assert x.repeat_safe_for == timedelta()


def test_is_light_to_import() -> None:
    code = "import sys, campaign.networks.x; sys.exit('requests' in sys.modules or 'tweepy' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[2])


def test_the_server_is_x_unless_told_otherwise() -> None:
    secrets = {name: secret(value) for name, value in KEYS.items()}
    assert XOptions.model_validate(secrets).server == "https://api.x.com"
    with pytest.raises(ValidationError):
        XOptions.model_validate({"server": "http://api.example", **secrets})


def test_whoami(x: X) -> None:
    assert x.whoami() == "@harapan"


def test_a_post(x: X, fake: FakeX) -> None:
    words = post()
    receipt = sent(x.send(words, KEY, Memory()))
    assert fake.posts[0]["typed"] == words.text
    assert receipt == Receipt(fake.posts[0]["id"], f"https://x.com/i/status/{fake.posts[0]['id']}")
    (request,) = fake.server.asked("POST", TWEETS)
    assert request.json() == {"text": words.text}


def test_the_address_has_the_name_once_it_is_known(fake: FakeX, folder: Folder) -> None:
    vault = Memory()
    adapter(fake, folder, vault).whoami()
    receipt = sent(adapter(fake, folder, vault).send(post(), KEY, Memory()))
    assert receipt == Receipt(receipt.id, f"https://x.com/harapan/status/{receipt.id}", "@harapan")
    other = sent(adapter(fake, folder, vault).send(post("lain"), KEY, Memory()))
    assert other.author == "@harapan"
    assert len(fake.server.asked("GET", "/2/users/me")) == 1


def test_pictures_with_their_descriptions(x: X, fake: FakeX) -> None:
    sent(x.send(post(media=pictures("01.png", "02.png")), KEY, Memory()))
    (request,) = fake.server.asked("POST", TWEETS)
    ids = request.json()["media"]["media_ids"]
    assert [fake.alts[media_id] for media_id in ids] == ["Gambar 01.png", "Gambar 02.png"]
    assert fake.server.asked("POST", UPLOAD)[0].form() == {"media": PICTURE, "media_category": b"tweet_image"}


def test_a_thread(x: X, fake: FakeX) -> None:
    first = sent(x.send(post("satu", parts=2), KEY, Memory()))
    sent(x.send(post("dua", part=2, parts=2, root=first, reply_to=first), KEY, Memory()))
    assert fake.posts[0]["reply"] == first.id


# -- the answer is lost --------------------------------------------------------------------------------------


@pytest.mark.parametrize("effect", [Reset(), Reset(40), Hold()])
@pytest.mark.parametrize("media", [(), pictures("01.png")])
def test_a_lost_answer_is_unknown_and_then_found(
    effect: Reset | Hold, media: tuple[Media, ...], fake: FakeX, folder: Folder
) -> None:
    x = adapter(fake, folder, timeout=0.5 if isinstance(effect, Hold) else 30.0)
    fake.server.fault("POST", TWEETS, effect)
    since, notes, words = now(), Memory(), post(media=media)
    assert isinstance(x.send(words, KEY, notes), Unknown)
    receipt = sent(x.find(words, KEY, since, notes))
    assert receipt == Receipt(fake.posts[0]["id"], f"https://x.com/harapan/status/{receipt.id}", "@harapan")


def test_what_never_arrived_is_absent(x: X, fake: FakeX) -> None:
    fake.server.fault("POST", TWEETS, Reply(503))
    since, notes = now(), Memory()
    assert isinstance(x.send(post(), KEY, notes), Unknown)
    assert isinstance(x.find(post(), KEY, since, notes), Absent)
    sent(x.send(post(), KEY, notes))


def test_found_on_a_later_page(x: X, fake: FakeX) -> None:
    since = now()
    receipt = sent(x.send(post(), KEY, Memory()))
    for number in range(14):
        sent(x.send(post(f"lain {number}"), KEY, Memory()))
    assert sent(x.find(post(), KEY, since, Memory())).id == receipt.id
    assert len(fake.server.asked("GET", LISTING)) == 2


def test_pages_are_read_no_further_than_the_attempt(x: X, fake: FakeX) -> None:
    for number in range(14):
        sent(x.send(post(f"lain {number}"), KEY, Memory()))
    assert isinstance(x.find(post(), KEY, now() + timedelta(hours=2), Memory()), Absent)
    assert len(fake.server.asked("GET", LISTING)) == 1


def test_too_many_posts_since_prove_nothing(x: X, fake: FakeX) -> None:
    for number in range(201):
        one = {"id": str(number), "text": "lain", "typed": "lain", "created_at": now().isoformat()}
        fake.posts.append(one)
    assert isinstance(x.find(post(), KEY, now(), Memory()), CannotTell)


def test_as_many_pictures_make_it_the_same(x: X) -> None:
    since = now()
    sent(x.send(post(), KEY, Memory()))
    assert isinstance(x.find(post(media=pictures("01.png")), KEY, since, Memory()), Absent)


@pytest.mark.parametrize(
    "reply",
    [
        Reply(json={}),
        Reply(json=[]),
        Reply(json={"errors": [{"title": "Internal"}]}),
        Reply(json={"data": [], "meta": {"result_count": 3}}),
        Reply(json={"data": [{"id": "1"}], "meta": {"result_count": 1}}),
        Reply(body=b"<html>"),
        Reply(500),
        Reply(401),
        Reply(429),
    ],
)
def test_a_listing_that_fails_proves_nothing(reply: Reply, x: X, fake: FakeX) -> None:
    fake.server.fault("GET", LISTING, reply)
    assert isinstance(x.find(post(), KEY, now(), Memory()), CannotTell)


def test_a_user_that_can_not_be_asked_for_proves_nothing(x: X, fake: FakeX) -> None:
    fake.server.fault("GET", "/2/users/me", Reply(503), Reply(json={"data": {"id": "777"}}))
    assert isinstance(x.find(post(), KEY, now(), Memory()), CannotTell)
    assert isinstance(x.find(post(), KEY, now(), Memory()), CannotTell)


# -- the same text twice -------------------------------------------------------------------------------------


def test_a_duplicate_at_the_first_attempt_is_refused_in_the_words_of_x(x: X) -> None:
    sent(x.send(post(), KEY, Memory()))
    outcome = x.send(post(), KEY, Memory())
    assert isinstance(outcome, Refused)
    assert outcome.scope is Scope.POST
    assert "You are not allowed to create a Tweet with duplicate content." in outcome.reason


def test_a_duplicate_after_a_lost_answer_is_looked_up(x: X, fake: FakeX) -> None:
    since, notes = now(), Memory()
    fake.server.fault("POST", TWEETS, Reset())
    assert isinstance(x.send(post(), KEY, notes), Unknown)
    assert isinstance(x.send(post(), KEY, notes), Unknown)
    assert sent(x.find(post(), KEY, since, notes)).id == fake.posts[0]["id"]


def test_a_duplicate_that_is_not_among_the_newest_is_for_a_person(x: X, fake: FakeX) -> None:
    """Otherwise: absent, sent again, refused as duplicate, looked up, absent... for ever."""
    notes = Memory()
    fake.server.fault("POST", TWEETS, Reset())
    assert isinstance(x.send(post(), KEY, notes), Unknown)
    assert isinstance(x.send(post(), KEY, notes), Unknown)
    assert isinstance(x.find(post(), KEY, now() + timedelta(hours=2), notes), CannotTell)


@pytest.mark.parametrize("certain", [Reply(429), Reply(401), Reply(400)])
def test_a_certain_answer_before_is_no_sign_of_anything(certain: Reply, x: X, fake: FakeX) -> None:
    sent(x.send(post(), KEY, Memory()))
    notes = Memory()
    fake.server.fault("POST", TWEETS, certain)
    assert isinstance(x.send(post(), KEY, notes), Retry | Refused)
    assert isinstance(x.send(post(), KEY, notes), Refused)


# -- answers -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reply", "scope"),
    [
        (problem(400, "Your media IDs are invalid."), Scope.POST),
        (problem(401, "Unauthorized"), Scope.ACCOUNT),
        (problem(402, "Your enrolled account does not have any credits.", "CreditsDepleted"), Scope.ACCOUNT),
        (problem(403, "You are not permitted to perform this action."), Scope.ACCOUNT),
        (
            problem(403, "Your client app is not configured with the appropriate oauth1 app permissions."),
            Scope.ACCOUNT,
        ),
        (
            problem(403, "Your account is suspended and is not permitted to access this feature."),
            Scope.ACCOUNT,
        ),
        (problem(403, "This request looks like it might be automated."), Scope.POST),
        (problem(429, "Usage cap exceeded: Monthly product cap", "UsageCapExceeded"), Scope.ACCOUNT),
    ],
)
def test_refusals(reply: Reply, scope: Scope, x: X, fake: FakeX) -> None:
    fake.server.fault("POST", TWEETS, reply)
    outcome = x.send(post(), KEY, Memory())
    assert isinstance(outcome, Refused)
    assert outcome.scope is scope
    assert str(reply.json["detail"]) in outcome.reason


def test_a_reply_that_x_does_not_allow_is_about_the_post(x: X, fake: FakeX) -> None:
    words = (
        "Reply to this conversation is not allowed because you have not been mentioned or otherwise engaged"
        " by the author of the post you are replying to."
    )
    fake.server.fault("POST", TWEETS, problem(403, words))
    outcome = x.send(post(reply_to=Receipt("1")), KEY, Memory())
    assert isinstance(outcome, Refused)
    assert outcome.scope is Scope.POST


def test_a_rate_limit_says_when(x: X, fake: FakeX) -> None:
    at = datetime(2027, 7, 30, 8, 0, tzinfo=UTC)
    headers = (
        ("Date", at.strftime("%a, %d %b %Y %H:%M:%S GMT")),
        ("x-rate-limit-remaining", "0"),
        ("x-rate-limit-reset", str(int(at.timestamp()) + 480)),
    )
    fake.server.fault("POST", TWEETS, Reply(429, json={"title": "Too Many Requests"}, headers=headers))
    outcome = x.send(post(), KEY, Memory())
    assert isinstance(outcome, Retry)
    assert outcome.after == outcome.wait == 480


def test_the_limit_of_a_day_holds_longer_than_that_of_a_quarter_of_an_hour(x: X, fake: FakeX) -> None:
    at = datetime(2027, 7, 30, 8, 0, tzinfo=UTC)
    headers = (
        ("Date", at.strftime("%a, %d %b %Y %H:%M:%S GMT")),
        ("x-rate-limit-remaining", "99"),
        ("x-rate-limit-reset", str(int(at.timestamp()) + 480)),
        ("x-user-limit-24hour-remaining", "0"),
        ("x-user-limit-24hour-reset", str(int(at.timestamp()) + 7200)),
    )
    fake.server.fault("POST", TWEETS, Reply(429, json={"title": "Too Many Requests"}, headers=headers))
    outcome = x.send(post(), KEY, Memory())
    assert isinstance(outcome, Retry)
    assert (outcome.after, outcome.wait) == (480, 7200)


@pytest.mark.parametrize(
    "body", [{}, {"data": None}, {"data": {"text": "x"}}, {"data": {"id": "x"}}, ["data"]]
)
def test_a_success_that_names_no_post_is_unknown(body: Any, x: X, fake: FakeX) -> None:
    fake.server.fault("POST", TWEETS, Reply(201, json=body))
    assert isinstance(x.send(post(), KEY, Memory()), Unknown)


@pytest.mark.parametrize("name", KEYS)
def test_a_wrong_key_is_about_the_account_and_stays_secret(
    name: str, fake: FakeX, folder: Folder, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    x = adapter(fake, folder, keys={**KEYS, name: "wrong-value-of-a-secret"})
    outcome = x.send(post(), KEY, Memory())
    assert isinstance(outcome, Refused)
    assert outcome.scope is Scope.ACCOUNT
    with pytest.raises(CampaignError) as failure:
        x.whoami()
    assert failure.value.hint
    seen = f"{outcome} {failure.value} {caplog.text}"
    assert not [value for value in (*KEYS.values(), "wrong-value", "oauth_signature") if value in seen]


# -- pictures ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("step", "effect"),
    [
        *(
            (step, effect)
            for step in (UPLOAD, "/2/media/metadata")
            for effect in (Reset(), Reply(503), Reply(429))
        ),
        (UPLOAD, Reply(json={})),
    ],
)
def test_a_step_before_the_post_that_fails_is_tried_again(
    step: str, effect: Reset | Reply, x: X, fake: FakeX
) -> None:
    fake.server.fault("POST", step, effect)
    notes, words = Memory(), post(media=pictures("01.png"))
    assert isinstance(x.send(words, KEY, notes), Retry)
    assert not fake.posts
    sent(x.send(words, KEY, notes))


def test_an_animation_that_takes_its_time(x: X, fake: FakeX) -> None:
    fake.working = 2
    notes, words = Memory(), post(media=pictures("moves.gif"))
    for _ in range(2):
        outcome = x.send(words, KEY, notes)
        assert isinstance(outcome, Retry)
        assert outcome.after == 3
    assert not fake.posts
    sent(x.send(words, KEY, notes))
    assert len(fake.server.asked("POST", UPLOAD)) == 1


def test_an_animation_that_x_has_thrown_away_is_uploaded_anew(x: X, fake: FakeX) -> None:
    sent(
        x.send(
            post(media=pictures("moves.gif")), KEY, Memory({upload_note(1, pictures("moves.gif")[0]): "123"})
        )
    )
    assert len(fake.server.asked("POST", UPLOAD)) == 1


def test_an_animation_that_x_can_not_read(x: X, fake: FakeX) -> None:
    failed = {"data": {"id": "1", "processing_info": {"state": "failed"}}}
    fake.server.fault("POST", UPLOAD, Reply(json=failed))
    assert isinstance(x.send(post(media=pictures("moves.gif")), KEY, Memory()), Refused)


@pytest.mark.parametrize("file", ["film.mp4", "gone.png"])
def test_a_file_that_can_not_be_sent_is_refused(file: str, x: X, fake: FakeX) -> None:
    outcome = x.send(post(media=pictures(file)), KEY, Memory())
    assert isinstance(outcome, Refused)
    assert file in outcome.reason
    assert not fake.server.requests


def test_requests_are_as_x_describes_them(x: X, fake: FakeX) -> None:
    """X publishes the description under its developer agreement: it is read where it lies, and not in this project."""
    receipt = sent(x.send(post(media=pictures("01.png", "moves.gif")), KEY, Memory()))
    sent(x.send(post("kedua", reply_to=receipt), KEY, Memory()))
    x.find(post("kedua"), KEY, now(), Memory())
    x.delete(receipt)
    assert len(fake.server.requests) >= 9
    for request in fake.server.requests:
        openapi.check(request, openapi.X)


# -- taking back ---------------------------------------------------------------------------------------------


def test_deleting_twice(x: X, fake: FakeX) -> None:
    receipt = sent(x.send(post(), KEY, Memory()))
    assert x.delete(receipt) == Sent(receipt)
    assert not fake.posts
    assert x.delete(receipt) == Sent(receipt)


def test_a_deletion_without_an_answer_is_unknown(x: X, fake: FakeX) -> None:
    receipt = sent(x.send(post(), KEY, Memory()))
    fake.server.fault("DELETE", f"{TWEETS}/{receipt.id}", Reply(500))
    assert isinstance(x.delete(receipt), Unknown)
