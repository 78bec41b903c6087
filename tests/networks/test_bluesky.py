"""Bluesky: rich text by bytes, a session that is kept, and posts on the real server (PDS)."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from pydantic import ValidationError

from campaign.core.model import Media, Post
from campaign.core.outcome import Absent, CannotTell, Receipt, Refused, Retry, Scope, Sent, Unknown
from campaign.errors import CampaignError
from campaign.networks.base import Deletes
from campaign.networks.bluesky import Bluesky, BlueskyOptions
from campaign.networks.bluesky_text import facets, mentions
from campaign.networks.bluesky_tid import Tids
from tests.networks.bluesky_server import BlueskyServer, Person
from tests.networks.case_bluesky import ACCESS, DID, HANDLE, PASSWORD, XRPC, accept, make
from tests.networks.cases import KEY, PICTURE, Bench
from tests.networks.memory import Folder, Memory, secret
from tests.networks.scripted import Reply, Request, ScriptedServer

SINCE = datetime(2027, 7, 30, tzinfo=UTC)
PUT = f"{XRPC}.repo.putRecord"
CREATE, REFRESH = f"{XRPC}.server.createSession", f"{XRPC}.server.refreshSession"


def post(text: str = "Halo", **keys: Any) -> Post:
    return Post(text=text, language="id", **keys)


def frozen(adapter: Bluesky, words: Post) -> Post:
    return replace(words, prepared=dict(adapter.prepare(words)))


def sent(outcome: object) -> Receipt:
    assert isinstance(outcome, Sent), outcome
    return outcome.receipt


# -- rich text ---------------------------------------------------------------------------------------------


def parts(text: str, people: dict[str, str] | None = None) -> list[tuple[str, str]]:
    """What each facet covers, cut out of the bytes, and what it says of it."""
    data = text.encode()
    found = []
    for facet in facets(text, people or {}):
        (feature,) = facet["features"]
        start, end = facet["index"]["byteStart"], facet["index"]["byteEnd"]
        said = feature.get("uri") or feature.get("tag") or feature.get("did")
        found.append((data[start:end].decode(), said))
    return found


LINK = "the link itself"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Lihat https://example.org/a?b=1.", [("https://example.org/a?b=1", LINK)]),
        ("👩‍👩‍👧 ya: (https://example.org)", [("https://example.org", LINK)]),
        (
            "#Akhiri 🙏 #orang, #2027 #16Hari",
            [("#Akhiri", "Akhiri"), ("#orang", "orang"), ("#16Hari", "16Hari")],
        ),
        ("https://example.org/#bagian #tanda", [("https://example.org/#bagian", LINK), ("#tanda", "tanda")]),
        ("#" + "x" * 65, []),
        ("é @Ani.test, @nobody.test, a@b.test", [("@Ani.test", "did:ani")]),
        ("https://x.org/@ani.test", [("https://x.org/@ani.test", LINK)]),
        ("nothing here", []),
    ],
)
def test_what_a_facet_covers(text: str, expected: list[tuple[str, str]]) -> None:
    said = [(covers, covers if says == LINK else says) for covers, says in expected]
    assert parts(text, {"ani.test": "did:ani", "nobody.test": ""}) == said


def test_mentions_are_handles() -> None:
    assert mentions("@ani.test @Ani.Test, (@budi.example.org) @c a@d.org @-x.org") == [
        "ani.test",
        "budi.example.org",
    ]
    assert mentions("@ani.test.xn--p1ai @budi.x1. (@c.xn--p1ai)") == [
        "ani.test.xn--p1ai",
        "budi.x1",
        "c.xn--p1ai",
    ]


@pytest.mark.parametrize("text", ["@ani.test.1", "@ani.test.é", "@ani.test-"])
def test_the_beginning_of_a_longer_name_mentions_nobody(text: str) -> None:
    assert mentions(text) == []


PIECES = st.sampled_from(
    [
        "https://example.org/é?x=1",
        "#tanda",
        "#日本",
        "@ani.test",
        "👩‍👩‍👧",
        "é",
        "é",
        "\n",
        " ",
        ".",
        "(",
        ")",
    ]
)


@given(st.lists(st.one_of(PIECES, st.text(max_size=5)), max_size=20))
def test_facets_lie_in_order_on_whole_characters(pieces: list[str]) -> None:
    text = "".join(pieces).encode("utf-8", "ignore").decode()
    data, end = text.encode(), 0
    for facet in facets(text, {"ani.test": "did:ani"}):
        start = facet["index"]["byteStart"]
        assert end <= start < facet["index"]["byteEnd"] <= len(data)
        end = facet["index"]["byteEnd"]
        covered = data[start:end].decode()  # raises when it begins or ends inside a character
        assert covered.lower().startswith(("http", "#", "＃", "@ani.test"))


# -- names of records --------------------------------------------------------------------------------------


def test_names_are_drawn_once_and_sort_by_time() -> None:
    now = [datetime(2027, 7, 30, tzinfo=UTC)]
    tids = Tids(lambda: now[0])
    drawn_now = [tids.next() for _ in range(500)]
    now[0] -= timedelta(days=1)  # a clock that is set back
    drawn_now += [tids.next() for _ in range(5)]
    now[0] += timedelta(days=2)
    drawn_now.append(tids.next())
    assert drawn_now == sorted(set(drawn_now))
    assert all(
        re.fullmatch(r"[234567abcdefghij][234567a-z]{12}", name) for name in drawn_now
    )  # atproto.com/specs/tid


# -- the session -------------------------------------------------------------------------------------------


def expired(status: int = 400, name: str = "ExpiredToken") -> Reply:
    return Reply(status, json={"error": name, "message": "Token has expired"})


def test_one_login_serves_many_posts_and_programs(at: Bench, server: ScriptedServer) -> None:
    accept(server)
    for adapter in (make(at), make(at)):
        sent(adapter.send(frozen(adapter, post()), KEY, Memory()))
    assert len(server.asked("POST", CREATE)) == 1
    assert all(r.headers["Authorization"] == f"Bearer {ACCESS}" for r in server.asked("POST", PUT))


def test_another_password_is_another_login(at: Bench, server: ScriptedServer) -> None:
    accept(server)
    sent(make(at).send(frozen(make(at), post()), KEY, Memory()))
    options = BlueskyOptions(server=at.url, handle=HANDLE, password=secret("another-pass-word"))
    other = Bluesky(options, at.vault, at.files)
    sent(other.send(frozen(other, post()), KEY, Memory()))
    assert [r.json()["password"] for r in server.asked("POST", CREATE)] == [PASSWORD, "another-pass-word"]


@pytest.mark.parametrize("name", ["ExpiredToken", "InvalidToken"])
def test_an_old_session_is_refreshed(at: Bench, server: ScriptedServer, name: str) -> None:
    accept(server)
    newer = {"did": DID, "handle": HANDLE, "accessJwt": "newer-access", "refreshJwt": "newer-refresh"}
    server.on("POST", REFRESH, Reply(json=newer))
    server.fault("POST", PUT, expired(name=name))
    adapter = make(at)
    sent(adapter.send(frozen(adapter, post()), KEY, Memory()))
    used = [request.headers["Authorization"] for request in server.asked("POST", PUT)]
    assert used == [f"Bearer {ACCESS}", "Bearer newer-access"]
    assert len(server.asked("POST", CREATE)) == 1
    sent(make(at).send(frozen(adapter, post()), KEY, Memory()))
    assert server.asked("POST", PUT)[-1].headers["Authorization"] == "Bearer newer-access"


def test_a_session_that_can_not_be_refreshed_is_made_anew(at: Bench, server: ScriptedServer) -> None:
    accept(server)
    server.on("POST", REFRESH, expired())
    server.fault("POST", PUT, expired())
    adapter = make(at)
    sent(adapter.send(frozen(adapter, post()), KEY, Memory()))
    assert len(server.asked("POST", CREATE)) == 2


def test_what_another_program_has_refreshed_is_used(at: Bench, server: ScriptedServer) -> None:
    accept(server)
    adapter = make(at)
    adapter.whoami()
    (name,) = at.vault.kept
    theirs = {**json.loads(at.vault.kept[name]), "access": "their-access"}

    def meanwhile(_: object) -> Reply:
        at.vault.put(name, json.dumps(theirs))
        return expired()

    server.on("POST", REFRESH, meanwhile)
    server.fault("POST", PUT, expired())
    sent(adapter.send(frozen(adapter, post()), KEY, Memory()))
    assert server.asked("POST", PUT)[-1].headers["Authorization"] == "Bearer their-access"
    assert len(server.asked("POST", CREATE)) == 1


def test_a_session_that_stays_expired_is_the_accounts_trouble(at: Bench, server: ScriptedServer) -> None:
    accept(server)
    server.on("POST", REFRESH, expired())
    server.on("POST", PUT, expired())
    adapter = make(at)
    outcome = adapter.send(frozen(adapter, post()), KEY, Memory())
    assert outcome == Refused("the session has expired", Scope.ACCOUNT)
    assert len(server.asked("POST", PUT)) == 2


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (
            Reply(401, json={"error": "AuthenticationRequired", "message": "Invalid identifier or password"}),
            Refused,
        ),
        (Reply(401, json={"error": "AuthFactorTokenRequired", "message": "A sign in code"}), Refused),
        (Reply(400, json={"error": "AccountTakedown", "message": "Account has been taken down"}), Refused),
        (Reply(429, json={"error": "RateLimitExceeded"}, headers=(("RateLimit-Reset", "90"),)), Retry),
        (Reply(500, json={"error": "InternalServerError"}), Retry),
        (Reply(200, json={"did": 5}), Retry),
    ],
)
def test_a_login_that_fails_publishes_nothing(
    at: Bench, server: ScriptedServer, answer: Reply, expected: type
) -> None:
    accept(server)
    server.fault("POST", CREATE, answer)
    adapter = make(at)
    outcome = adapter.send(frozen(adapter, post()), KEY, Memory())
    assert isinstance(outcome, expected)
    if isinstance(outcome, Refused):
        assert outcome.scope is Scope.ACCOUNT
    if answer.status == 429:
        assert outcome.wait == 90
    assert not server.asked("POST", PUT)


# -- answers -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["RepoTakendown", "AccountSuspended", "AccountDeactivated"])
def test_an_account_that_was_taken_down(at: Bench, server: ScriptedServer, name: str) -> None:
    accept(server)
    server.fault("POST", PUT, Reply(400, json={"error": name, "message": "gone"}))
    adapter = make(at)
    outcome = adapter.send(frozen(adapter, post()), KEY, Memory())
    assert isinstance(outcome, Refused) and outcome.scope is Scope.ACCOUNT


def test_a_post_of_somebody_else_is_no_receipt(at: Bench, server: ScriptedServer) -> None:
    accept(server)
    other = {"uri": "at://did:plc:other/app.bsky.feed.post/3k2y", "cid": "c"}
    server.on("POST", PUT, Reply(json=other))
    adapter = make(at)
    assert isinstance(adapter.send(frozen(adapter, post()), KEY, Memory()), Unknown)


def test_mentions_are_asked_for_once(at: Bench, server: ScriptedServer) -> None:
    accept(server)
    resolve = f"{XRPC}.identity.resolveHandle"

    def who(request: Request) -> Reply:
        return Reply(json={"did": "did:ani"}) if request.query["handle"] == ["ani.test"] else Reply(400)

    server.on("GET", resolve, who)
    adapter, notes = make(at), Memory()
    words = frozen(adapter, post("Halo @ani.test dan @nobody.test"))
    sent(adapter.send(words, KEY, notes))
    sent(adapter.send(words, KEY, notes))
    first, again = [r.json()["record"] for r in server.asked("POST", PUT)]
    assert first == again
    assert [f["features"][0]["did"] for f in first["facets"]] == ["did:ani"]
    assert len(server.asked("GET", resolve)) == 2
    server.fault("GET", resolve, Reply(500))
    assert isinstance(adapter.send(words, KEY, Memory()), Retry)


def test_a_picture_that_is_broken_refuses_the_post(at: Bench, server: ScriptedServer) -> None:
    accept(server)
    at.files.write("broken.jpg", b"\xff\xd8\xff nothing")
    adapter = make(at)
    outcome = adapter.send(
        frozen(adapter, post(media=(Media("broken.jpg", "x", "image/jpeg"),))), KEY, Memory()
    )
    assert isinstance(outcome, Refused) and outcome.scope is Scope.POST


@pytest.mark.parametrize("handle", ["harapan", "a b.test", ""])
def test_a_handle_is_a_name_with_dots(handle: str) -> None:
    with pytest.raises(ValidationError):
        BlueskyOptions(handle=handle, password=secret(PASSWORD))
    assert (
        BlueskyOptions(handle="@Harapan.Bsky.Social", password=secret(PASSWORD)).handle
        == "harapan.bsky.social"
    )
    assert BlueskyOptions(handle="a.b", password=secret(PASSWORD)).server == "https://bsky.social"


def test_a_label_where_there_is_a_warning(at: Bench, server: ScriptedServer) -> None:
    accept(server)
    options = BlueskyOptions(
        server=at.url, handle=HANDLE, password=secret(PASSWORD), warned_as="graphic-media"
    )
    adapter = Bluesky(options, at.vault, at.files)
    for words in (post(warning="kekerasan"), post()):
        sent(adapter.send(frozen(adapter, words), KEY, Memory()))
    warned, plain = [r.json()["record"] for r in server.asked("POST", PUT)]
    assert warned["labels"]["values"] == [{"val": "graphic-media"}]
    assert "labels" not in plain


def test_an_account_without_a_handle_is_named_by_its_did(at: Bench, server: ScriptedServer) -> None:
    accept(server)
    session = {"did": DID, "handle": "handle.invalid", "accessJwt": ACCESS, "refreshJwt": "r"}
    server.on("POST", CREATE, Reply(json=session))
    adapter = make(at)
    words = frozen(adapter, post())
    receipt = sent(adapter.send(words, KEY, Memory()))
    assert receipt.url == f"https://bsky.app/profile/{DID}/post/{words.prepared['rkey']}"
    assert receipt.author == DID


# -- the real server ---------------------------------------------------------------------------------------


@pytest.fixture
def person(bluesky_server: BlueskyServer) -> Person:
    return bluesky_server.person()


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    files = Folder(tmp_path)
    files.write("01.png", PICTURE)
    files.write("large.jpg", noise())
    return files


def noise() -> bytes:
    """A JPEG of some 3 MB, with the place where it was taken."""
    image = Image.effect_noise((2600, 2000), 90).convert("RGB")
    exif = Image.Exif()
    exif.get_ifd(0x8825)[1] = "S"  # GPSLatitudeRef
    out = BytesIO()
    image.save(out, "JPEG", quality=92, exif=exif.tobytes())
    return out.getvalue()


def real(person: Person, folder: Folder, vault: Memory | None = None) -> Bluesky:
    options = BlueskyOptions(server=person.server, handle=person.handle, password=secret(person.password))
    return Bluesky(options, vault or Memory(), folder)


def test_real_posts_are_whole(person: Person, folder: Folder) -> None:
    bluesky = real(person, folder)
    assert isinstance(bluesky, Deletes)
    assert bluesky.whoami() == f"@{person.handle}"
    text = f"Kenali tandanya 👀 #AkhiriPerdagangan @{person.handle} https://example.org/é"
    words = frozen(bluesky, post(text, link="https://example.org/é"))
    receipt = sent(bluesky.send(words, KEY, Memory()))
    rkey = words.prepared["rkey"]
    assert receipt.id == f"at://{person.did}/app.bsky.feed.post/{rkey}"
    assert receipt.url == f"https://bsky.app/profile/{person.handle}/post/{rkey}"
    record = person.record(rkey)
    assert record is not None
    assert (record["text"], record["langs"], record["createdAt"]) == (
        text,
        ["id"],
        words.prepared["createdAt"],
    )
    assert [f["features"][0]["$type"].rpartition("#")[2] for f in record["facets"]] == [
        "tag",
        "mention",
        "link",
    ]
    assert record["embed"]["external"]["title"] == "example.org/é"


def test_real_repeats_are_one_post_and_are_found(person: Person, folder: Folder) -> None:
    vault = Memory()
    bluesky = real(person, folder, vault)
    words = frozen(bluesky, post("sekali", media=(Media("01.png", "Pintu", "image/png"),)))
    assert isinstance(bluesky.find(words, KEY, SINCE, Memory()), Absent)
    first = sent(bluesky.send(words, KEY, Memory()))
    again = sent(real(person, folder, vault).send(words, KEY, Memory()))
    assert first == again
    assert len(person.records()) == 1
    assert bluesky.find(words, KEY, SINCE, Memory()) == Sent(first)
    assert sent(bluesky.delete(first)) == first
    assert sent(bluesky.delete(first)) == first
    assert person.records() == []
    theirs = replace(first, id="at://did:plc:somebodyelse/app.bsky.feed.post/3k")
    assert isinstance(bluesky.delete(theirs), Refused)
    assert isinstance(bluesky.find(words, KEY, SINCE, Memory()), Absent)


def test_real_pictures_carry_descriptions_and_nothing_of_the_camera(person: Person, folder: Folder) -> None:
    bluesky = real(person, folder)
    media = (Media("01.png", "Sebuah pintu", "image/png"), Media("large.jpg", "Kabut", "image/jpeg"))
    words = frozen(bluesky, post("dua gambar", media=media))
    sent(bluesky.send(words, KEY, Memory()))
    record = person.record(words.prepared["rkey"])
    assert record is not None
    door, fog = record["embed"]["images"]
    assert (door["alt"], door["aspectRatio"]) == ("Sebuah pintu", {"width": 400, "height": 320})
    assert fog["alt"] == "Kabut"
    assert fog["image"]["size"] <= 1_000_000
    assert len(folder.path("large.jpg").read_bytes()) > 1_000_000
    with Image.open(BytesIO(person.blob(fog["image"]["ref"]["$link"]))) as image:
        assert image.format == "JPEG"
        assert max(image.size) <= 2000
        assert not image.getexif()


def test_real_threads(person: Person, folder: Folder) -> None:
    bluesky = real(person, folder)
    receipts: list[Receipt] = []
    for number in (1, 2, 3):
        words = frozen(bluesky, post(f"bagian {number}", part=number, parts=3))
        if receipts:
            words = replace(words, root=receipts[0], reply_to=receipts[-1])
        receipts.append(sent(bluesky.send(words, KEY, Memory())))
    record = person.record(receipts[2].id.rpartition("/")[2])
    assert record is not None
    assert record["reply"]["root"]["uri"] == receipts[0].id
    assert record["reply"]["parent"] == {"uri": receipts[1].id, "cid": dict(receipts[1].extra)["cid"]}


@pytest.mark.parametrize("text", ["x" * 301, "👨‍👩‍👧‍👦" * 130], ids=["graphemes", "bytes"])
def test_real_limits_are_ours(person: Person, folder: Folder, text: str) -> None:
    from campaign.core.text import problems

    assert problems(text, "", Bluesky.rules)
    bluesky = real(person, folder)
    outcome = bluesky.send(frozen(bluesky, post(text)), KEY, Memory())
    assert isinstance(outcome, Refused) and outcome.scope is Scope.POST
    shorter = text[: len(text) // 2]
    assert not problems(shorter, "", Bluesky.rules)
    sent(bluesky.send(frozen(bluesky, post(shorter)), KEY, Memory()))


def test_real_wrong_password(person: Person, folder: Folder) -> None:
    bluesky = real(replace(person, password="wrong-password"), folder)
    outcome = bluesky.send(frozen(bluesky, post()), KEY, Memory())
    assert isinstance(outcome, Refused) and outcome.scope is Scope.ACCOUNT
    assert "Invalid identifier or password" in outcome.reason
    with pytest.raises(CampaignError) as caught:
        bluesky.whoami()
    assert "app password" in caught.value.hint
    assert isinstance(bluesky.find(frozen(bluesky, post()), KEY, SINCE, Memory()), CannotTell)


def test_real_sessions_are_refreshed(person: Person, folder: Folder) -> None:
    vault = Memory()
    bluesky = real(person, folder, vault)
    bluesky.whoami()
    (name,) = vault.kept
    kept = json.loads(vault.kept[name])
    vault.put(
        name, json.dumps({**kept, "access": kept["refresh"]})
    )  # a token that the server takes for no access
    sent(bluesky.send(frozen(bluesky, post()), KEY, Memory()))
    assert json.loads(vault.kept[name])["refresh"] != kept["refresh"]
    assert len(person.records()) == 1


def test_real_app_passwords_post_and_delete(person: Person, folder: Folder) -> None:
    bluesky = real(replace(person, password=person.app_password()), folder)
    assert bluesky.whoami() == f"@{person.handle}"
    receipt = sent(bluesky.send(frozen(bluesky, post()), KEY, Memory()))
    assert len(person.records()) == 1
    assert sent(bluesky.delete(receipt)) == receipt


def test_real_deactivated_accounts_are_no_good(person: Person, folder: Folder) -> None:
    bluesky = real(person, folder)
    assert bluesky.whoami() == f"@{person.handle}"
    person.call("deactivateAccount", {})
    with pytest.raises(CampaignError, match="deactivated"):
        bluesky.whoami()
    outcome = bluesky.send(frozen(bluesky, post()), KEY, Memory())
    assert isinstance(outcome, Refused) and outcome.scope is Scope.ACCOUNT
    assert isinstance(bluesky.find(frozen(bluesky, post()), KEY, SINCE, Memory()), CannotTell)


def test_real_repeats_write_again_what_somebody_deleted(person: Person, folder: Folder) -> None:
    bluesky = real(person, folder)
    words = frozen(bluesky, post())
    first = sent(bluesky.send(words, KEY, Memory()))
    sent(bluesky.delete(first))
    assert person.records() == []
    assert sent(bluesky.send(words, KEY, Memory())) == first  # docs/networks.md says so
    assert len(person.records()) == 1
