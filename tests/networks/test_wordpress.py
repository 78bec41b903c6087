"""WordPress, proved against a real one: every request goes through a relay that writes it down and can lose answers."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from campaign.core.model import Media, Post
from campaign.core.outcome import Absent, CannotTell, Receipt, Refused, Retry, Scope, Sent, Unknown
from campaign.errors import CampaignError
from campaign.networks.base import Deletes, Network
from campaign.networks.wordpress import WordPress, WordPressOptions
from campaign.networks.wordpress_page import Picture, content, pictures_in, title
from tests.networks.case_wordpress import API, accept, read
from tests.networks.cases import PICTURE, drawn, moving
from tests.networks.memory import Folder, Memory, account, secret
from tests.networks.relay import Relay, relaying
from tests.networks.scripted import Effect, Hold, Reply, Request, Reset, ScriptedServer, scripted
from tests.networks.wordpress_server import WordPressServer

PUBLISH = ("POST", rf"{API}/posts/\d+")
CREATE = ("POST", f"{API}/posts")
UPLOAD = ("POST", f"{API}/media")
TRICKY = r"""Kata [gallery] & <script>alert("1")</script> \o/ C:\temp %s 🙂 «Ya»: 50 % … it's
baris kedua; lihat https://example.org/a?b=1&c=[2]_(d).

    <!-- wp:html --> <!--more--> {{ x }} &amp; &#91;

https://example.org/sendiri"""


@pytest.fixture
def relay(wordpress_server: WordPressServer) -> Iterator[Relay]:
    with relaying(wordpress_server.host, wordpress_server.port) as relay:
        yield relay


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    folder = Folder(tmp_path)
    folder.write("signs/01.png", PICTURE)
    folder.write("signs/02.png", drawn("PNG", (320, 240)))
    return folder


@pytest.fixture
def site(relay: Relay, folder: Folder, wordpress_server: WordPressServer) -> WordPress:
    return adapter(relay.url, folder, wordpress_server)


def adapter(
    url: str, folder: Folder, server: WordPressServer, user: str = "author", password: str = "", **keys: Any
) -> WordPress:
    word = secret(password or server.passwords[user])
    options = WordPressOptions(server=url, user=user, password=word, **keys)
    return WordPress.from_account(account("wordpress", options), Memory(), folder)


def pictures() -> tuple[Media, ...]:
    return (
        Media("signs/01.png", "Sebuah tangan memegang paspor", "image/png", "1" * 64),
        Media("signs/02.png", 'Tanda "kerja paksa" & <utang> [x]', "image/png", "2" * 64),
    )


def post(text: str = "Kenali tandanya.", **keys: Any) -> Post:
    return Post(text=text, language="id", **keys)


def new_key() -> str:
    return str(uuid4())


def now() -> datetime:
    return datetime.now(UTC)


def sent(outcome: object) -> Receipt:
    assert isinstance(outcome, Sent), outcome
    return outcome.receipt


def ours(server: WordPressServer, key: str) -> list[dict[str, Any]]:
    """All articles of that key, in whatever state."""
    slugs = ",".join((key, f"{key}-2", f"{key}-3", f"{key}__trashed"))
    return server.articles(slug=slugs, status="publish,future,draft,pending,private,trash")


Draft = tuple[str, Memory, int]
"""An attempt that got as far as a draft: its key, its notes, its number."""


# -- a real site --


def test_an_article_with_everything(site: WordPress, relay: Relay, wordpress_server: WordPressServer) -> None:
    key = new_key()
    words = post(
        "Kenali tandanya: paspor ditahan. https://example.org/act\n\nBaris kedua\nBaris ketiga",
        media=pictures(),
        warning="perdagangan orang",
    )
    receipt = sent(site.send(words, key, Memory()))
    [article] = ours(wordpress_server, key)
    assert (str(article["id"]), article["status"], article["slug"]) == (receipt.id, "publish", key)
    assert receipt.url == article["link"]
    assert receipt.author == "author"
    assert article["title"]["raw"] == "Kenali tandanya: paspor ditahan"
    assert read(article["content"]["raw"], key) == read(
        relay.script.asked(*PUBLISH)[0].json()["content"], key
    )
    seen = read(article["content"]["raw"], key)
    assert seen.text == words.text
    assert seen.warning == words.warning
    assert seen.language == "id"
    assert seen.alts == tuple(media.alt for media in words.media)
    library = [
        wordpress_server.ask("GET", f"/media/{number}") for number in dict(receipt.extra)["media"].split()
    ]
    assert [media["alt_text"] for media in library] == [words.media[0].alt, 'Tanda "kerja paksa" & [x]']
    assert [media["slug"][:2] for media in library] == ["01", "02"]
    assert wordpress_server.page(library[0]["source_url"]).content == PICTURE


def test_an_article_from_right_to_left(site: WordPress, wordpress_server: WordPressServer) -> None:
    key = new_key()
    words = replace(post("IOM: هل يحتفظ شخص آخر بجواز سفرك؟", warning="حزن"), language="ar")
    sent(site.send(words, key, Memory()))
    [article] = ours(wordpress_server, key)
    kept = article["content"]["raw"]
    assert kept.count('<!-- wp:paragraph {"direction":"rtl"} -->\n<p dir="rtl">') == 2
    assert kept.count('<span lang="ar">') == 2
    assert '<p dir="rtl"><span lang="ar">IOM: هل' in article["content"]["rendered"]


def test_a_site_keeps_every_word_as_it_is_written(site: WordPress, wordpress_server: WordPressServer) -> None:
    """An author may not write free HTML: WordPress filters what it does not allow, and nothing of ours is that."""
    key = new_key()
    words = post(TRICKY, media=pictures())
    sent(site.send(words, key, Memory()))
    [article] = ours(wordpress_server, key)
    shown = [
        Picture(n, u, m.alt)
        for (n, u), m in zip(_library(wordpress_server, article), words.media, strict=True)
    ]
    assert article["content"]["raw"] == content(words, shown).replace('"/>', '" />')
    assert article["title"]["raw"] == html.escape(title(TRICKY), quote=False)
    rendered = article["content"]["rendered"]
    assert "[gallery]" in html.unescape(rendered)
    assert "<script" not in rendered
    assert 'href="https://example.org/a?b=1&#038;c=' in rendered or "b=1&amp;c=" in rendered
    assert '<a href="https://example.org/sendiri"' in rendered  # and no frame that embeds it
    assert "<iframe" not in rendered


def _library(server: WordPressServer, article: dict[str, Any]) -> list[tuple[int, str]]:
    numbers = [int(number) for number in pictures_in(article["content"]["raw"])]
    return [(number, server.ask("GET", f"/media/{number}")["source_url"]) for number in numbers]


@pytest.mark.parametrize(
    ("warning", "featured", "is_shown"), [("", True, True), ("isi", True, False), ("", False, False)]
)
def test_the_first_picture_stands_above_an_article_unless_it_is_warned_of(
    relay: Relay,
    folder: Folder,
    wordpress_server: WordPressServer,
    warning: str,
    featured: bool,
    is_shown: bool,
) -> None:
    site = adapter(relay.url, folder, wordpress_server, featured=featured)
    key = new_key()
    receipt = sent(site.send(post(media=pictures(), warning=warning), key, Memory()))
    [article] = ours(wordpress_server, key)
    first = int(dict(receipt.extra)["media"].split()[0])
    assert article["featured_media"] == (first if is_shown else 0)


@pytest.mark.parametrize("kind", ["JPEG", "GIF", "WEBP"])
def test_other_kinds_of_pictures(
    site: WordPress, folder: Folder, wordpress_server: WordPressServer, kind: str
) -> None:
    folder.write("foto — dua.bin", moving() if kind == "GIF" else drawn(kind))
    words = post(media=(Media("foto — dua.bin", "", f"image/{kind.lower()}", "3" * 64),))
    receipt = sent(site.send(words, new_key(), Memory()))
    [number] = dict(receipt.extra)["media"].split()
    media = wordpress_server.ask("GET", f"/media/{number}")
    assert media["mime_type"] == f"image/{kind.lower()}"
    assert wordpress_server.page(media["source_url"]).status_code == 200


def test_whoami(site: WordPress, relay: Relay) -> None:
    assert site.whoami() == f"author on {relay.url.removeprefix('http://')}"


def test_whoami_of_somebody_who_may_not_publish(
    relay: Relay, folder: Folder, wordpress_server: WordPressServer
) -> None:
    with pytest.raises(CampaignError, match="publish_posts and upload_files") as caught:
        adapter(relay.url, folder, wordpress_server, "contributor").whoami()
    assert "Author" in caught.value.hint


def test_a_contributor_is_refused_at_the_last_step(
    relay: Relay, folder: Folder, wordpress_server: WordPressServer
) -> None:
    outcome = adapter(relay.url, folder, wordpress_server, "contributor").send(post(), new_key(), Memory())
    assert isinstance(outcome, Refused)
    assert outcome.scope is Scope.ACCOUNT
    assert "not allowed to publish" in outcome.reason


def test_a_contributor_can_upload_nothing(
    relay: Relay, folder: Folder, wordpress_server: WordPressServer
) -> None:
    site = adapter(relay.url, folder, wordpress_server, "contributor")
    outcome = site.send(post(media=pictures()), new_key(), Memory())
    assert isinstance(outcome, Refused)
    assert outcome.scope is Scope.ACCOUNT
    assert "not allowed" in outcome.reason


@pytest.mark.parametrize("user", ["author", "nobody"])
def test_a_wrong_password(relay: Relay, folder: Folder, wordpress_server: WordPressServer, user: str) -> None:
    site = adapter(relay.url, folder, wordpress_server, user, "abcd EFGH 1234 ijkl MNOP 5678")
    outcome = site.send(post(), new_key(), Memory())
    assert isinstance(outcome, Refused)
    assert outcome.scope is Scope.ACCOUNT
    with pytest.raises(CampaignError) as caught:
        site.whoami()
    assert "Application Passwords" in caught.value.hint


def test_a_password_that_was_revoked_since(
    relay: Relay, folder: Folder, wordpress_server: WordPressServer, draft: Draft
) -> None:
    """Our number is remembered then, and the first request that fails is a look-up, with 400."""
    vault = Memory()
    options = WordPressOptions(
        server=relay.url, user="author", password=secret(wordpress_server.passwords["author"])
    )
    WordPress.from_account(account("wordpress", options), vault, folder).whoami()
    revoked = WordPressOptions(server=relay.url, user="author", password=secret("revoked"))
    again = WordPress.from_account(account("wordpress", revoked), vault, folder)
    for notes in (Memory(), Memory({"article": str(draft[2])})):
        outcome = again.send(post(), new_key(), notes)
        assert isinstance(outcome, Refused), outcome
        assert outcome.scope is Scope.ACCOUNT
        assert isinstance(again.find(post(), new_key(), now(), notes), CannotTell)


def test_a_site_without_the_interface(wordpress_server: WordPressServer, folder: Folder) -> None:
    site = adapter(f"{wordpress_server.url}/wp-includes/css", folder, wordpress_server)
    outcome = site.send(post(), new_key(), Memory())
    assert isinstance(outcome, Refused)
    assert outcome.scope is Scope.ACCOUNT
    assert "Permalinks" in outcome.reason


# -- answers that were lost --

LOST: list[tuple[str, Effect]] = [
    ("reset", Reset()),
    ("bad-gateway", Reply(502)),
    ("in-the-middle", Reset(after=30)),
]


def lose(relay: Relay, request: tuple[str, str], how: Effect) -> None:
    """Let the next such request be carried out, and its answer be lost."""
    if isinstance(how, Reply):
        relay.misreport(*request, how.status)
    else:
        relay.script.fault(*request, how)


lost = pytest.mark.parametrize("how", [effect for _, effect in LOST], ids=[name for name, _ in LOST])


@lost
@pytest.mark.parametrize("kept", [True, False], ids=["noted", "notes-lost"])
def test_a_lost_answer_to_the_publishing_request(
    site: WordPress, relay: Relay, wordpress_server: WordPressServer, how: Effect, kept: bool
) -> None:
    key, notes = new_key(), Memory()
    lose(relay, PUBLISH, how)
    assert isinstance(site.send(post(), key, notes), Unknown)
    notes = notes if kept else Memory()
    found = site.find(post(), key, now(), notes)
    assert sent(found) == sent(site.send(post(), key, notes))
    [article] = ours(wordpress_server, key)
    assert article["status"] == "publish"
    assert len(relay.script.asked(*PUBLISH)) == 1


@lost
def test_a_lost_answer_to_the_draft(
    site: WordPress, relay: Relay, wordpress_server: WordPressServer, how: Effect
) -> None:
    key = new_key()
    lose(relay, CREATE, how)
    assert isinstance(site.send(post(media=pictures()), key, Memory()), Retry)
    [draft] = ours(wordpress_server, key)
    assert draft["status"] == "draft"
    found = site.find(post(), key, now(), Memory())
    assert isinstance(found, Absent)
    assert "draft" in found.reason
    sent(site.send(post("Lain.", media=pictures()), key, Memory()))
    [article] = ours(wordpress_server, key)
    assert article["id"] == draft["id"]
    assert article["status"] == "publish"
    assert article["title"]["raw"] == "Lain"  # what is sent now, not what the draft was made of


@lost
def test_a_lost_answer_to_an_upload(site: WordPress, relay: Relay, how: Effect) -> None:
    notes, key = Memory(), new_key()
    lose(relay, UPLOAD, how)
    assert isinstance(site.send(post(media=pictures()), key, notes), Retry)
    assert notes.kept == {}
    sent(site.send(post(media=pictures()), key, notes))
    assert len(relay.script.asked(*PUBLISH)) == 1


def test_a_publishing_request_that_never_arrived_is_repeated_with_the_same_draft(
    site: WordPress, relay: Relay, wordpress_server: WordPressServer
) -> None:
    key, notes = new_key(), Memory()
    relay.script.fault(*PUBLISH, Reply(503))
    assert isinstance(site.send(post(media=pictures()), key, notes), Unknown)
    assert isinstance(site.find(post(), key, now(), notes), Absent)
    sent(site.send(post(media=pictures()), key, notes))
    assert len(ours(wordpress_server, key)) == 1
    assert len(relay.script.asked(*UPLOAD)) == 2  # and with the same pictures


def test_a_draft_that_is_made_late_stays_a_draft(
    site: WordPress, relay: Relay, wordpress_server: WordPressServer
) -> None:
    """The lost request of the first attempt is carried out after the second attempt has looked for its draft."""
    key, late = new_key(), []
    script = relay.script

    def hold_back(request: Request) -> Reply:
        script.on(*CREATE, relay.pass_on)
        late.append(request)
        return Reply(504)

    def overtaken(request: Request) -> Reply:
        relay.pass_on(late.pop())
        script.on(*CREATE, relay.pass_on)
        return relay.pass_on(request)

    script.on(*CREATE, hold_back)
    assert isinstance(site.send(post(), key, Memory()), Retry)
    script.on(*CREATE, overtaken)
    receipt = sent(site.send(post(), key, Memory()))
    articles = {str(article["id"]): article for article in ours(wordpress_server, key)}
    assert sorted(article["status"] for article in articles.values()) == ["draft", "publish"]
    assert articles[receipt.id]["slug"] == f"{key}-2"
    # Also without notes (a store put back from a backup) the published one is the one that is found.
    assert sent(site.find(post(), key, now(), Memory())) == receipt
    assert sent(site.send(post(), key, Memory())) == receipt


def test_publishing_twice_is_publishing_once(site: WordPress, wordpress_server: WordPressServer) -> None:
    key = new_key()
    sent(site.send(post(), key, Memory()))
    [before] = ours(wordpress_server, key)
    body = {"title": before["title"]["raw"], "content": before["content"]["raw"], "status": "publish"}
    wordpress_server.ask("POST", f"/posts/{before['id']}", "author", json=body)
    [after] = ours(wordpress_server, key)
    assert after == before | {"modified": after["modified"], "modified_gmt": after["modified_gmt"]}


def test_it_is_not_there_before_it_is_sent(site: WordPress) -> None:
    assert isinstance(site.find(post(), new_key(), now(), Memory()), Absent)


# -- what people do on the site meanwhile --


@pytest.fixture
def draft(site: WordPress, relay: Relay, wordpress_server: WordPressServer) -> Draft:
    key, notes = new_key(), Memory()
    relay.script.fault(*PUBLISH, Reply(429))
    assert isinstance(site.send(post(), key, notes), Retry)
    return key, notes, ours(wordpress_server, key)[0]["id"]


@pytest.mark.parametrize("noted", [True, False])
@pytest.mark.parametrize("state", ["trash", "private", "future"])
def test_what_a_person_did_with_the_draft_is_respected(
    site: WordPress, relay: Relay, wordpress_server: WordPressServer, draft: Draft, state: str, noted: bool
) -> None:
    key, notes, number = draft
    if state == "trash":
        wordpress_server.ask("DELETE", f"/posts/{number}", "editor")
    else:
        body = {"status": state, "date": "2030-01-01T00:00:00"} if state == "future" else {"status": state}
        wordpress_server.ask("POST", f"/posts/{number}", "editor", json=body)
    notes = notes if noted else Memory()
    before = len(relay.script.asked(*PUBLISH))
    found = site.find(post(), key, now(), notes)
    outcome = site.send(post(), key, notes)
    assert isinstance(found, CannotTell)
    assert isinstance(outcome, Refused)
    assert outcome.scope is Scope.POST
    assert str(number) in outcome.reason and str(number) in found.reason
    assert len(relay.script.asked(*PUBLISH)) == before


def test_a_draft_that_somebody_deleted_for_good_is_not_made_again(
    site: WordPress, wordpress_server: WordPressServer, draft: Draft
) -> None:
    key, notes, number = draft
    wordpress_server.ask("DELETE", f"/posts/{number}?force=true", "editor")
    assert isinstance(site.find(post(), key, now(), notes), CannotTell)
    assert isinstance(site.send(post(), key, notes), Refused)
    assert ours(wordpress_server, key) == []


def test_a_person_who_published_the_draft_has_published_it(
    site: WordPress, wordpress_server: WordPressServer, draft: Draft
) -> None:
    key, notes, number = draft
    wordpress_server.ask(
        "POST", f"/posts/{number}", "editor", json={"status": "publish", "slug": "lebih-bagus"}
    )
    assert sent(site.find(post(), key, now(), notes)).id == str(number)
    assert sent(site.send(post(), key, notes)).url.endswith("/lebih-bagus/")


def test_an_article_of_another_user_is_not_ours(
    site: WordPress, relay: Relay, folder: Folder, wordpress_server: WordPressServer
) -> None:
    key = new_key()
    sent(adapter(relay.url, folder, wordpress_server, "editor").send(post(), key, Memory()))
    assert isinstance(site.send(post(), key, Memory()), Unknown)
    assert isinstance(site.find(post(), key, now(), Memory()), CannotTell)


def test_a_picture_that_was_deleted_is_uploaded_again(
    site: WordPress, relay: Relay, wordpress_server: WordPressServer
) -> None:
    key, notes = new_key(), Memory()
    relay.script.fault(*PUBLISH, Reply(429))
    site.send(post(media=pictures()), key, notes)
    number = next(value for name, value in notes.kept.items() if name.startswith("media-1"))
    wordpress_server.ask("DELETE", f"/media/{number}?force=true")
    receipt = sent(site.send(post(media=pictures()), key, notes))
    assert number not in dict(receipt.extra)["media"].split()
    assert len(relay.script.asked(*UPLOAD)) == 3


# -- taking it back --


def test_delete_takes_the_article_and_its_pictures(
    site: WordPress, wordpress_server: WordPressServer
) -> None:
    assert isinstance(site, Deletes)
    key = new_key()
    receipt = sent(site.send(post(media=pictures()), key, Memory()))
    [article] = ours(wordpress_server, key)
    files = [url for _, url in _library(wordpress_server, article)]
    assert [wordpress_server.page(url).status_code for url in files] == [200, 200]
    assert site.delete(receipt) == Sent(receipt)
    assert [wordpress_server.page(url).status_code for url in files] == [404, 404]
    assert wordpress_server.page(receipt.url).status_code == 404
    [article] = ours(wordpress_server, key)
    assert article["status"] == "trash"
    assert site.delete(receipt) == Sent(receipt)
    wordpress_server.ask("DELETE", f"/posts/{receipt.id}?force=true")
    assert site.delete(receipt) == Sent(receipt)


def test_delete_where_there_is_no_trash(
    folder: Folder, wordpress_server: WordPressServer, server: ScriptedServer
) -> None:
    site = adapter(server.url, folder, wordpress_server)
    server.on("DELETE", ".*", Reply(json={"deleted": True}))
    server.fault("DELETE", ".*", Reply(501, json={"code": "rest_trash_not_supported", "message": "no trash"}))
    assert site.delete(Receipt("5")) == Sent(Receipt("5"))
    assert [request.target for request in server.requests] == [f"{API}/posts/5", f"{API}/posts/5?force=true"]


def test_delete_that_is_refused(
    folder: Folder, wordpress_server: WordPressServer, server: ScriptedServer
) -> None:
    site = adapter(server.url, folder, wordpress_server)
    receipt = Receipt("5", extra=(("media", "8 9"),))
    server.on("DELETE", ".*", Reply(json={"deleted": True}))
    server.fault(
        "DELETE", f"{API}/media/8", Reply(403, json={"code": "rest_cannot_delete", "message": "Sorry"})
    )
    outcome = site.delete(receipt)
    assert isinstance(outcome, Refused)
    assert outcome.scope is Scope.ACCOUNT


# -- answers that a real site seldom gives --


@pytest.fixture
def scripted_site(at: Any, server: ScriptedServer) -> WordPress:
    accept(server)
    options = WordPressOptions(server=at.url, user="author", password=secret("abcd efgh"))
    return WordPress.from_account(account("wordpress", options), Memory(), at.files)


@pytest.mark.parametrize(
    ("request_", "reply", "expected"),
    [
        (CREATE, Reply(500, json={"code": "db_insert_error", "message": "Could not insert"}), Retry),
        (CREATE, Reply(503, body=b"Briefly unavailable for scheduled maintenance."), Retry),
        (CREATE, Reply(201, json={"id": "5"}), Retry),
        (UPLOAD, Reply(201, json={"id": 5}), Retry),
        (UPLOAD, Reply(507), Retry),
        (UPLOAD, Reply(500, json={"code": "rest_upload_unknown_error", "message": "type"}), Scope.POST),
        (UPLOAD, Reply(500, json={"code": "rest_upload_sideload_error", "message": "type"}), Scope.POST),
        (
            UPLOAD,
            Reply(400, json={"code": "rest_upload_no_data", "message": "No data supplied."}),
            Scope.POST,
        ),
        (UPLOAD, Reply(413), Scope.POST),
        (UPLOAD, Reply(400, json={"code": "rest_cannot_create", "message": "Sorry"}), Scope.ACCOUNT),
        (("GET", f"{API}/posts"), Reply(500), Retry),
        (("GET", f"{API}/posts"), Reply(json=[{"id": 5}]), Retry),
        (("GET", f"{API}/posts"), Reply(json={"id": 5}), Retry),
        (("GET", f"{API}/posts"), Reply(400, json={"code": "rest_invalid_param"}), Scope.ACCOUNT),
        (("GET", f"{API}/users/me"), Reply(302, headers=(("Location", "https://www.example.org/"),)), Retry),
        (("GET", f"{API}/users/me"), Reply(json={"id": 7}), Retry),
        (CREATE, Reply(404, json={"code": "rest_no_route", "message": "No route"}), Scope.ACCOUNT),
        (PUBLISH, Reply(404, json={"code": "rest_no_route", "message": "No route"}), Scope.ACCOUNT),
        (PUBLISH, Reply(404, json={"code": "rest_post_invalid_id", "message": "Invalid"}), Scope.POST),
        (PUBLISH, Reply(400, json={"code": "rest_invalid_param", "message": "Invalid"}), Scope.POST),
        (PUBLISH, Reply(json={"id": 1, "status": "pending", "author": 7}), Unknown),
        (PUBLISH, Reply(json={"id": 1, "status": "publish", "author": 8}), Unknown),
        (PUBLISH, Reply(json={"id": 1, "status": "publish"}), Unknown),
    ],
)
def test_what_an_answer_means(
    scripted_site: WordPress,
    server: ScriptedServer,
    request_: tuple[str, str],
    reply: Reply,
    expected: type | Scope,
) -> None:
    server.fault(*request_, reply)
    words = post(media=(Media("signs/01.png", "Gambar", "image/png", "1" * 64),))
    outcome = scripted_site.send(words, new_key(), Memory())
    if isinstance(expected, Scope):
        assert isinstance(outcome, Refused), outcome
        assert outcome.scope is expected
    else:
        assert isinstance(outcome, expected), outcome


def test_the_password_is_left_out_of_what_the_site_says(
    scripted_site: WordPress, server: ScriptedServer
) -> None:
    server.fault(*PUBLISH, Reply(400, json={"code": "x", "message": "abcdefgh and abcd efgh, sorry"}))
    outcome = scripted_site.send(post(), new_key(), Memory())
    assert isinstance(outcome, Refused)
    assert "abcd" not in outcome.reason
    assert "sorry" in outcome.reason


def test_an_address_of_a_picture_is_no_place_for_markup(
    scripted_site: WordPress, server: ScriptedServer
) -> None:
    server.on(*UPLOAD, Reply(201, json={"id": 5, "source_url": 'https://example.org/"><script>'}))
    words = post(media=(Media("signs/01.png", "Gambar", "image/png", "1" * 64),))
    sent(scripted_site.send(words, new_key(), Memory()))
    [request] = server.asked(*PUBLISH)
    assert "<script" not in request.json()["content"]


@pytest.mark.parametrize("server", ["http://example.org", "ftp://example.org", "example.org"])
def test_a_password_is_never_sent_in_the_clear(server: str) -> None:
    with pytest.raises(ValidationError):
        WordPressOptions(server=server, user="author", password=secret("x"))


def test_meets_the_contract(scripted_site: WordPress) -> None:
    assert isinstance(scripted_site, Network)
    assert not scripted_site.rules.threads


def test_a_site_in_a_folder(at: Any) -> None:
    with scripted() as server:
        server.on(
            "GET",
            f"/blog{API}/users/me",
            Reply(json={"id": 7, "name": "A", "capabilities": {"publish_posts": True, "upload_files": True}}),
        )
        options = WordPressOptions(server=f"{server.url}/blog/", user="author", password=secret("x"))
        assert (
            WordPress.from_account(account("wordpress", options), Memory(), at.files)
            .whoami()
            .startswith("A on ")
        )


def test_a_silent_site(at: Any, server: ScriptedServer) -> None:
    accept(server)
    server.fault("GET", f"{API}/users/me", Hold())
    options = WordPressOptions(server=at.url, user="author", password=secret("x"), timeout=0.2)
    outcome = WordPress.from_account(account("wordpress", options), Memory(), at.files).send(
        post(), new_key(), Memory()
    )
    assert isinstance(outcome, Retry)


# -- title and content, which are pure --


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Kenali tandanya: paspor ditahan. https://example.org/tanda", "Kenali tandanya: paspor ditahan"),
        ("Apa itu kerja paksa?\n\nIsi.", "Apa itu kerja paksa?"),
        ("\n\nhttps://example.org/x\nBaris kedua", "Baris kedua"),
        ("https://example.org/x", "https://example.org/x"),
        ("Dan kemudian...", "Dan kemudian..."),
        (
            "Perdagangan orang terjadi di sekitar kita. Kenali tandanya sejak awal, lalu minta tolong kepada ahli.",
            "Perdagangan orang terjadi di sekitar kita",
        ),
        (
            "Perdagangan orang terjadi di sekitar kita, di rumah, di kapal, di kebun, di pabrik, di dunia maya",
            "Perdagangan orang terjadi di sekitar kita, di rumah, di kapal, di kebun, di pabrik, di…",
        ),
        ("ก" * 120, "ก" * 90 + "…"),
        ("", ""),
    ],
)
def test_titles(text: str, expected: str) -> None:
    assert title(text) == expected


words = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp", "Zs"], include_characters="\n <>&\"'[]"),
    max_size=300,
)


@given(words)
@example(TRICKY)
@example(".")
@example("0 .")
def test_a_title_is_short_and_one_line(text: str) -> None:
    assert len(title(text)) <= 91
    assert title(text) == " ".join(title(text).split())
    assert bool(title(text)) == bool(text.strip())


@given(words, words)
@example(TRICKY, "<b>[x]")
def test_content_says_the_same_words_and_has_no_markup_but_ours(text: str, alt: str) -> None:
    made = content(post(text or "x"), [Picture(7, "https://example.org/7.png", alt)])
    assert set(re.findall(r"<(/?\w+|!--)", made)) <= {
        "!--", "p", "/p", "span", "/span", "a", "/a", "br", "figure", "/figure", "img"
    }  # fmt: skip
    assert "[" not in made
    assert re.findall(r"<!--(.*?)-->", made)[-2:] == [
        ' wp:image {"id":7,"sizeSlug":"full","linkDestination":"none"} ',
        " /wp:image ",
    ]
    seen = read(made, None)
    assert "".join(seen.text.split()) == "".join((text or "x").split())
    assert seen.alts == (" ".join(alt.split()),)
    assert pictures_in(made) == ["7"]
