"""Matrix: one event for each post, by the specification's own description, and on a real homeserver (Synapse)."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from pydantic import ValidationError

from campaign.core.model import Media, Post
from campaign.core.outcome import Absent, CannotTell, Receipt, Refused, Retry, Scope, Sent, Unknown
from campaign.errors import CampaignError
from campaign.networks.base import Deletes
from campaign.networks.matrix import Matrix, MatrixOptions
from tests.networks.case_matrix import IN_ROOM, ME, NOW, PUBLISH, TOKEN, V3, accept, make
from tests.networks.cases import KEY, PICTURE, Bench
from tests.networks.matrix_server import MatrixServer, Member
from tests.networks.memory import Folder, Memory, secret
from tests.networks.openapi import SPECS
from tests.networks.scripted import Reply, ScriptedServer

SINCE = NOW - timedelta(minutes=5)
OTHER_KEY = "00000000-0000-0000-0000-000000000001"
DOOR = Media("signs/01.png", "Sebuah pintu", "image/png")
FILM = b"\0\0\0\x18ftypisom" + b"\0" * 100


def post(text: str = "Kenali tandanya", **keys: Any) -> Post:
    return Post(text=text, language="id", **keys)


def sent(outcome: object) -> Receipt:
    assert isinstance(outcome, Sent), outcome
    return outcome.receipt


def no(status: int, code: str, **more: Any) -> Reply:
    return Reply(status, json={"errcode": code, "error": "in their words", **more})


# -- events ------------------------------------------------------------------------------------------------


def test_a_text_is_one_event(at: Bench, server: ScriptedServer) -> None:
    accept(server)
    receipt = sent(make(at).send(post(), KEY, Memory()))
    (request,) = server.asked("PUT", PUBLISH)
    assert request.path.endswith(KEY)
    assert request.json() == {"msgtype": "m.text", "body": "Kenali tandanya"}
    assert receipt == Receipt("$event0", "https://matrix.to/#/%23kabar:harapan.test/%24event0", ME)


def test_a_notice(at: Bench, server: ScriptedServer) -> None:
    accept(server)
    options = MatrixOptions(server=at.url, room="#kabar:harapan.test", token=secret(TOKEN), notice=True)
    sent(Matrix(options, at.vault, at.files).send(post(), KEY, Memory()))
    assert server.asked("PUT", PUBLISH)[0].json()["msgtype"] == "m.notice"


def test_a_picture_has_the_text_as_its_caption(at: Bench, server: ScriptedServer) -> None:
    accept(server)
    notes = Memory()
    sent(make(at).send(post(media=(DOOR,)), KEY, notes))
    assert server.asked("PUT", PUBLISH)[0].json() == {
        "msgtype": "m.image",
        "body": "Kenali tandanya",
        "filename": "01.png",
        "url": "mxc://harapan.test/abc",
        "info": {"mimetype": "image/png", "size": len(PICTURE), "w": 400, "h": 320},
    }
    sent(make(at).send(post(media=(DOOR,)), KEY, notes))
    assert len(server.asked("POST", "/_matrix/media/v3/upload")) == 1


def test_a_film(at: Bench, server: ScriptedServer) -> None:
    accept(server)
    at.files.write("film.mp4", FILM)
    sent(make(at).send(post(media=(Media("film.mp4", "Lilin", "video/mp4"),)), KEY, Memory()))
    assert server.asked("PUT", PUBLISH)[0].json()["msgtype"] == "m.video"


def test_parts_of_a_thread(at: Bench, server: ScriptedServer) -> None:
    accept(server)
    sent(make(at).send(post(part=3, parts=3, root=Receipt("$a"), reply_to=Receipt("$b")), KEY, Memory()))
    related = server.asked("PUT", PUBLISH)[0].json()["m.relates_to"]
    assert related == {
        "rel_type": "m.thread",
        "event_id": "$a",
        "is_falling_back": True,
        "m.in_reply_to": {"event_id": "$b"},
    }


def test_requests_are_as_the_specification_describes_them(at: Bench, server: ScriptedServer) -> None:
    described = []
    for name in ("matrix-room_send.yaml", "matrix-content-repo.yaml"):
        if not (SPECS / name).exists():
            pytest.skip(f"{name} is not there")
        described.append(yaml.safe_load((SPECS / name).read_text()))
    send, content = described
    accept(server)
    sent(make(at).send(post(media=(DOOR,)), KEY, Memory()))
    (put,) = server.asked("PUT", PUBLISH)
    (template,) = send["paths"]
    pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(f"{V3}{template}"))
    assert re.fullmatch(pattern, put.path)
    body = send["paths"][template]["put"]["requestBody"]["content"]["application/json"]["schema"]
    Draft202012Validator(body).validate(put.json())
    (upload,) = server.asked("POST", "/_matrix/media/v3/upload")
    names = [p["$ref"].rpartition("/")[2] for p in content["paths"]["/media/v3/upload"]["post"]["parameters"]]
    parameters = [content["components"]["parameters"][name] for name in names]
    known = {parameter["name"] for parameter in parameters if parameter["in"] == "query"}
    assert set(upload.query) <= known


# -- what the server says of itself ------------------------------------------------------------------------


def test_a_picture_is_made_to_fit_the_servers_limit(at: Bench, server: ScriptedServer) -> None:
    accept(server)
    server.on("GET", "/_matrix/client/v1/media/config", Reply(404, json={"errcode": "M_UNRECOGNIZED"}))
    server.on("GET", "/_matrix/media/v3/config", Reply(json={"m.upload.size": 700}))
    sent(make(at).send(post(media=(DOOR,)), KEY, Memory()))
    assert len(server.asked("POST", "/_matrix/media/v3/upload")[0].body) <= 700
    at.files.write("film.mp4", FILM * 20)
    film = post(media=(Media("film.mp4", "Lilin", "video/mp4"),))
    outcome = make(at).send(film, OTHER_KEY, Memory())
    assert isinstance(outcome, Refused) and outcome.scope is Scope.POST


def test_an_encrypted_room_is_refused(at: Bench, server: ScriptedServer) -> None:
    accept(server)
    server.on("GET", f"{IN_ROOM}/state/m.room.encryption", Reply(json={"algorithm": "m.megolm.v1.aes-sha2"}))
    outcome = make(at).send(post(), KEY, Memory())
    assert isinstance(outcome, Refused) and outcome.scope is Scope.ACCOUNT
    assert "is encrypted" in outcome.reason
    assert not server.asked("PUT", PUBLISH)
    with pytest.raises(CampaignError):
        make(at).whoami()


def test_the_room_is_asked_for_once(at: Bench, server: ScriptedServer) -> None:
    accept(server)
    for key in (KEY, OTHER_KEY):
        sent(make(at).send(post(), key, Memory()))
    assert len(server.asked("GET", f"{V3}/account/whoami")) == 1


def test_a_room_that_becomes_encrypted_is_refused_from_then_on(at: Bench, server: ScriptedServer) -> None:
    accept(server)
    sent(make(at).send(post(), KEY, Memory()))
    server.on("GET", f"{IN_ROOM}/state/m.room.encryption", Reply(json={"algorithm": "m.megolm.v1.aes-sha2"}))
    outcome = make(at).send(post(), OTHER_KEY, Memory())
    assert isinstance(outcome, Refused) and "is encrypted" in outcome.reason
    assert len(server.asked("PUT", PUBLISH)) == 1


def test_a_limit_that_can_not_be_asked_for_now_is_asked_for_later(at: Bench, server: ScriptedServer) -> None:
    accept(server)
    server.on("GET", "/_matrix/client/v1/media/config", no(503, "M_UNKNOWN"))
    assert isinstance(make(at).send(post(), KEY, Memory()), Retry)
    server.on("GET", "/_matrix/client/v1/media/config", Reply(json={"m.upload.size": 700}))
    sent(make(at).send(post(media=(DOOR,)), KEY, Memory()))
    assert len(server.asked("POST", "/_matrix/media/v3/upload")[0].body) <= 700


@pytest.mark.parametrize("membership", ["leave", "invite", "ban"])
def test_whoami_says_when_the_account_is_not_in_the_room(
    at: Bench, server: ScriptedServer, membership: str
) -> None:
    accept(server)
    assert make(at).whoami() == f"{ME} in #kabar:harapan.test"
    server.on("GET", f"{IN_ROOM}/state/m.room.member/.*", Reply(json={"membership": membership}))
    with pytest.raises(CampaignError) as caught:
        make(at).whoami()
    assert "join" in caught.value.hint


# -- answers -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "scope"),
    [
        (no(401, "M_UNKNOWN_TOKEN", soft_logout=True), Scope.ACCOUNT),
        (no(403, "M_FORBIDDEN"), Scope.ACCOUNT),
        (no(403, "M_RESOURCE_LIMIT_EXCEEDED"), Scope.ACCOUNT),
        (no(403, "M_USER_SUSPENDED"), Scope.ACCOUNT),
        (no(400, "M_USER_DEACTIVATED"), Scope.ACCOUNT),
        (no(404, "M_NOT_FOUND"), Scope.ACCOUNT),
        (no(413, "M_TOO_LARGE"), Scope.POST),
        (no(400, "M_BAD_JSON"), Scope.POST),
    ],
)
def test_what_a_refusal_is_about(at: Bench, server: ScriptedServer, answer: Reply, scope: Scope) -> None:
    accept(server)
    server.on("PUT", PUBLISH, answer)
    outcome = make(at).send(post(), KEY, Memory())
    assert isinstance(outcome, Refused)
    assert outcome.scope is scope
    assert "in their words" in outcome.reason


def test_the_wait_in_the_body(at: Bench, server: ScriptedServer) -> None:
    accept(server)
    server.on("PUT", PUBLISH, no(429, "M_LIMIT_EXCEEDED", retry_after_ms=2500))
    outcome = make(at).send(post(), KEY, Memory())
    assert isinstance(outcome, Retry)
    assert (outcome.after, outcome.wait) == (2.5, 2.5)


def test_an_answer_without_an_event_is_unknown(at: Bench, server: ScriptedServer) -> None:
    accept(server)
    server.on("PUT", PUBLISH, Reply(json={}))
    assert isinstance(make(at).send(post(), KEY, Memory()), Unknown)


def event(number: int, **keys: Any) -> dict[str, Any]:
    usual = {
        "event_id": f"$e{number}",
        "sender": ME,
        "origin_server_ts": int(NOW.timestamp() * 1000),
        "content": {"body": "Kenali tandanya"},
    }
    return {**usual, **keys}


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([event(1, unsigned={"transaction_id": KEY})], Sent),
        ([event(1, unsigned={"transaction_id": OTHER_KEY})], Absent),
        ([event(1)], Sent),  # the server has forgotten the transaction: by its words
        ([event(1, sender="@lain:harapan.test")], Absent),
        ([event(1, content={}, unsigned={"transaction_id": OTHER_KEY})], Absent),
        ([event(1, content={})], Sent),  # taken back: it may have been this one, and is not sent again
        ([event(1), event(2)], CannotTell),
        ([{}], CannotTell),
    ],
)
def test_reading_back(
    at: Bench, server: ScriptedServer, events: list[dict[str, Any]], expected: type
) -> None:
    accept(server)
    server.on("GET", f"{IN_ROOM}/messages", Reply(json={"chunk": events}))
    assert isinstance(make(at).find(post(), KEY, SINCE, Memory()), expected)


def test_reading_back_over_pages(at: Bench, server: ScriptedServer) -> None:
    accept(server)
    pages = {None: {"chunk": [], "end": "t1"}, "t1": {"chunk": [event(1)], "end": "t2"}, "t2": {"chunk": []}}
    server.on("GET", f"{IN_ROOM}/messages", lambda r: Reply(json=pages[r.query.get("from", [None])[0]]))
    assert isinstance(make(at).find(post(), KEY, SINCE, Memory()), Sent)
    server.on("GET", f"{IN_ROOM}/messages", no(403, "M_FORBIDDEN"))
    assert isinstance(make(at).find(post(), KEY, SINCE, Memory()), CannotTell)


@pytest.mark.parametrize("room", ["kabar", "https://matrix.to/#/#kabar:x", "", "#a b:x"])
def test_a_room_is_a_name_or_an_id(room: str) -> None:
    with pytest.raises(ValidationError):
        MatrixOptions(server="https://matrix.example", room=room, token=secret(TOKEN))


# -- the real server ---------------------------------------------------------------------------------------


@pytest.fixture
def member(matrix_server: MatrixServer) -> Member:
    return matrix_server.member()


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    files = Folder(tmp_path)
    files.write("door.png", PICTURE)
    files.write("noise.png", noise())
    return files


def noise() -> bytes:
    """A picture larger than the server takes."""
    from io import BytesIO

    from PIL import Image

    out = BytesIO()
    Image.effect_noise((900, 700), 90).convert("RGB").save(out, "PNG")
    return out.getvalue()


def real(member: Member, folder: Folder, room: str = "") -> Matrix:
    options = MatrixOptions(server=member.url, room=room or member.alias, token=secret(member.token))
    return Matrix(options, Memory(), folder)


LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def test_real_posts_are_one_event_however_often_they_are_sent(member: Member, folder: Folder) -> None:
    matrix = real(member, folder)
    assert isinstance(matrix, Deletes)
    assert matrix.whoami() == f"{member.user} in {member.alias}"
    assert isinstance(matrix.find(post(), KEY, LONG_AGO, Memory()), Absent)
    first = sent(matrix.send(post('Kenali "tandanya"\n👀'), KEY, Memory()))
    again = sent(real(member, folder, member.room).send(post('Kenali "tandanya"\n👀'), KEY, Memory()))
    assert first.id == again.id
    (message,) = member.messages()
    assert message["content"]["body"] == 'Kenali "tandanya"\n👀'
    assert matrix.find(post('Kenali "tandanya"\n👀'), KEY, LONG_AGO, Memory()) == Sent(first)
    assert isinstance(matrix.find(post("lain"), OTHER_KEY, LONG_AGO, Memory()), Absent)
    assert matrix.delete(first) == Sent(first)
    assert matrix.delete(first) == Sent(first)
    assert member.messages()[0]["content"] == {}
    assert isinstance(matrix.delete(replace(first, url="https://matrix.to/#/!other:example/x")), Refused)


def test_real_another_device_finds_it_by_its_words(
    matrix_server: MatrixServer, member: Member, folder: Folder
) -> None:
    receipt = sent(real(member, folder).send(post(), KEY, Memory()))
    other = real(matrix_server.login(member), folder)
    assert other.find(post(), KEY, LONG_AGO, Memory()) == Sent(receipt)


def test_real_another_login_does_not_repeat(
    matrix_server: MatrixServer, member: Member, folder: Folder
) -> None:
    notes = Memory()
    receipt = sent(real(member, folder).send(post(), KEY, notes))
    other = real(matrix_server.login(member), folder)
    assert isinstance(other.send(post(), KEY, notes), Unknown)
    assert other.find(post(), KEY, LONG_AGO, notes) == Sent(receipt)
    assert len(member.messages()) == 1


def test_real_pictures_are_made_to_fit(member: Member, folder: Folder) -> None:
    matrix = real(member, folder)
    for key, file in ((KEY, "door.png"), (OTHER_KEY, "noise.png")):
        sent(matrix.send(post(media=(Media(file, "Gambar", "image/png"),)), key, Memory()))
    noisy, door = (message["content"] for message in member.messages())
    assert (door["msgtype"], door["filename"], door["info"]["w"]) == ("m.image", "door.png", 400)
    assert noisy["info"]["size"] <= 200 * 1024 < len(folder.path("noise.png").read_bytes())


def test_real_threads(member: Member, folder: Folder) -> None:
    matrix = real(member, folder)
    root = sent(matrix.send(post("bagian 1"), KEY, Memory()))
    second = replace(post("bagian 2"), part=2, parts=2, root=root, reply_to=root)
    sent(matrix.send(second, OTHER_KEY, Memory()))
    assert member.messages()[0]["content"]["m.relates_to"]["event_id"] == root.id


def test_real_limits_are_ours(member: Member, folder: Folder) -> None:
    matrix = real(member, folder)
    sent(matrix.send(post('"\n' * 15_000), KEY, Memory()))  # 30,000 bytes, each of them two in an event
    outcome = matrix.send(post("x" * 70_000), OTHER_KEY, Memory())
    assert isinstance(outcome, Refused) and outcome.scope is Scope.POST


def test_real_strangers_and_wrong_tokens(matrix_server: MatrixServer, member: Member, folder: Folder) -> None:
    stranger = real(matrix_server.member(), folder, member.room)
    outcome = stranger.send(post(), KEY, Memory())
    assert isinstance(outcome, Refused) and outcome.scope is Scope.ACCOUNT
    wrong = real(replace(member, token="syt_wrong_token"), folder)
    outcome = wrong.send(post(), KEY, Memory())
    assert isinstance(outcome, Refused) and outcome.scope is Scope.ACCOUNT
    with pytest.raises(CampaignError):
        wrong.whoami()
    assert member.messages() == []


def test_real_encrypted_rooms_are_refused(member: Member, folder: Folder) -> None:
    path = f"/_matrix/client/v3/rooms/{member.room}/state/m.room.encryption"
    member.ask("PUT", path, json={"algorithm": "m.megolm.v1.aes-sha2"})
    outcome = real(member, folder).send(post(), KEY, Memory())
    assert isinstance(outcome, Refused) and "is encrypted" in outcome.reason
