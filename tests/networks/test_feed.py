"""The feed beyond the contract: pages and Atom that strangers can read, and nothing lost at any moment."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from campaign.core.model import Media, Post
from campaign.core.outcome import Absent, CannotTell, Receipt, Refused, Retry, Sent, Unknown
from campaign.networks.feed import Feed, FeedOptions
from campaign.networks.feed_page.words import date_text, markup
from tests.networks.case_feed import ATOM, CASE, NOW, folder, read
from tests.networks.cases import KEY, PICTURE, Bench, Seen
from tests.networks.memory import Memory, account
from tests.networks.reading import Reader

POST = CASE.example()
PLAIN = Post("Halo.", "id")
SINCE = NOW - timedelta(minutes=5)


def key(number: int) -> str:
    return str(uuid.uuid5(uuid.UUID(KEY), str(number)))


def feed(at: Bench, now: datetime = NOW, first_language: str = "id", **options: Any) -> Feed:
    options = {"timezone": "Asia/Jakarta", **options}
    return Feed(FeedOptions(**options), first_language, at.files, clock=lambda: now)


def send(at: Bench, post: Post, number: int, now: datetime = NOW, **options: Any) -> Receipt:
    outcome = feed(at, now, **options).send(post, key(number), Memory())
    assert isinstance(outcome, Sent), outcome
    return outcome.receipt


def html(at: Bench, name: str = "index.html") -> str:
    return (folder(at) / name).read_text()


def atom(at: Bench, name: str = "feed.xml") -> list[Seen]:
    return read((folder(at) / name).read_bytes())


def files(at: Bench) -> dict[str, bytes]:
    root = folder(at)
    return {str(p.relative_to(root)): p.read_bytes() for p in sorted(root.rglob("*")) if p.is_file()}


# -- what a reader gets
# ---------------------------------------------------------------------------------------------------


def test_a_post_has_an_address_that_stays(at: Bench) -> None:
    receipt = send(at, POST, 1, link="https://example.org/kabar/")
    assert receipt == Receipt(key(1), f"https://example.org/kabar/2027-07.html#p-{key(1)}")
    assert f'id="p-{key(1)}"' in html(at, "2027-07.html")
    local = send(at, POST, 2).url
    assert local == f"{folder(at).as_uri()}/2027-07.html#p-{key(2)}"


def test_the_page_shows_the_newest_first_with_local_dates(at: Bench) -> None:
    send(at, replace(PLAIN, text="lama"), 1)
    send(at, replace(PLAIN, text="baru"), 2, NOW + timedelta(days=2, hours=20))
    page = html(at)
    assert page.index("baru") < page.index("lama")
    assert '<time datetime="2027-07-30T08:00:00+07:00">30 Juli 2027 pukul 08.00 WIB</time>' in page
    assert "2 Agustus 2027 pukul 04.00 WIB" in page
    assert page.index("Agustus 2027") < page.index("Juli 2027")
    assert f'id="p-{key(2)}"' in html(at, "2027-08.html")


def test_a_warning_folds_text_and_pictures_away(at: Bench) -> None:
    send(at, POST, 1)
    inside = html(at).split("<details>")[1].split("</details>")[0]
    assert "perdagangan orang" in inside.split("</summary>")[0]
    assert "Kenali tandanya" in inside
    assert inside.count("<img") == 2
    send(at, replace(POST, warning=""), 2)
    assert html(at).count("<details>") == 1


def test_the_parts_of_a_thread_are_one_article_even_over_a_month(at: Bench) -> None:
    night = datetime(2027, 7, 31, 16, 59, tzinfo=UTC)  # 23:59 in Jakarta
    root = send(at, replace(PLAIN, text="satu", parts=3), 1, night)
    second = send(
        at,
        replace(PLAIN, text="dua", part=2, parts=3, root=root, reply_to=root),
        2,
        night + timedelta(minutes=5),
    )
    send(at, replace(PLAIN, text="di antara"), 9, night + timedelta(minutes=6))
    send(
        at,
        replace(PLAIN, text="tiga", part=3, parts=3, root=root, reply_to=second),
        3,
        night + timedelta(hours=1),
    )
    [article] = re.findall(r'<article[^>]* class="thread">.*?</article>', html(at, "2027-07.html"), re.DOTALL)
    assert re.findall(r"<p>(\w+)", article) == ["satu", "dua", "tiga"]
    assert "Bagian 2 dari 3" in article
    assert article in html(at)
    document = ElementTree.fromstring((folder(at) / "feed.xml").read_bytes())
    replies = [e.get("ref") for e in document.iter("{http://purl.org/syndication/thread/1.0}in-reply-to")]
    assert replies == [f"urn:uuid:{key(1)}"] * 2


def test_each_language_has_its_own_pages_that_lead_to_each_other(at: Bench) -> None:
    send(at, PLAIN, 1, title="Kabar Harapan")
    assert "index.en.html" not in html(at)
    english = replace(PLAIN, text="Hello.", language="en")
    receipt = send(at, english, 2, title="Harapan news")
    assert receipt.url.endswith(f"/2027-07.en.html#p-{key(2)}")
    assert '<html lang="en" dir="ltr">' in html(at, "index.en.html")
    assert '<a href="index.en.html" hreflang="en" lang="en" dir="ltr">English</a>' in html(at)
    assert '<a href="index.html" hreflang="id" lang="id" dir="ltr">Bahasa Indonesia</a>' in html(
        at, "index.en.html"
    )
    assert "Hello" not in html(at)
    assert "Kabar Harapan</h1>" in html(at)
    assert "Harapan news</h1>" in html(at, "index.en.html")
    assert [seen.text for seen in atom(at)] == ["Halo."]
    assert [seen.text for seen in atom(at, "feed.en.xml")] == ["Hello."]
    ids = {feedparser.parse((folder(at) / n).read_bytes()).feed.id for n in ("feed.xml", "feed.en.xml")}
    assert len(ids) == 2


def test_the_first_language_has_its_page_before_it_has_a_post(at: Bench) -> None:
    send(at, replace(PLAIN, text="Hello.", language="en"), 1)
    assert "Belum ada yang diterbitkan." in html(at)
    assert "2027-07.html" not in html(at)
    assert atom(at) == []
    assert not feedparser.parse((folder(at) / "feed.xml").read_bytes()).bozo


def test_the_front_page_stays_short_and_the_months_keep_all(
    at: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("campaign.networks.feed._NEWEST", 3)
    for number in range(5):
        send(at, replace(PLAIN, text=f"nomor {number}"), number, NOW - timedelta(days=40 - number * 10))
    assert re.findall(r"nomor \d", html(at)) == ["nomor 4", "nomor 3", "nomor 2"]
    assert [seen.text for seen in atom(at)] == ["nomor 4", "nomor 3", "nomor 2"]
    assert '<a href="2027-06.html">Juni 2027</a>' in html(at)
    assert "nomor 0" in html(at, "2027-06.html")


def test_pictures_are_kept_under_the_name_of_their_content(at: Bench) -> None:
    send(at, POST, 1)
    send(at, replace(POST, media=POST.media[:1]), 2)
    [kept] = (folder(at) / "media").iterdir()
    assert kept.name == f"{POST.media[0].sha256}.png"
    assert kept.read_bytes() == PICTURE


# -- Atom --------------------------------------------------------------------------------------------------
# ---------------


def test_a_stranger_can_read_the_atom_feed(at: Bench) -> None:
    send(at, POST, 1, link="https://example.org/kabar", title="Yayasan <Harapan> & kawan")
    document = feedparser.parse((folder(at) / "feed.xml").read_bytes())
    assert not document.bozo
    assert document.version == "atom10"
    assert document.feed.title_detail.value == "Yayasan &lt;Harapan&gt; &amp; kawan" or document.feed.title
    assert document.feed.author
    assert document.feed.language == "id"
    links = {link.rel: link.href for link in document.feed.links}
    assert links == {
        "alternate": "https://example.org/kabar/index.html",
        "self": "https://example.org/kabar/feed.xml",
    }
    [entry] = document.entries
    assert entry.id == f"urn:uuid:{key(1)}"
    assert entry.updated == entry.published == "2027-07-30T01:00:00+00:00"
    assert entry.link == f"https://example.org/kabar/2027-07.html#p-{key(1)}"
    assert entry.title == "Peringatan isi: perdagangan orang"
    enclosures = [(e.href, e.type, int(e.length)) for e in entry.enclosures]
    picture = f"https://example.org/kabar/media/{POST.media[0].sha256}.png"
    assert enclosures == [(picture, "image/png", len(PICTURE))] * 2


def test_the_atom_feed_has_what_the_rfc_demands(at: Bench) -> None:
    """RFC 4287, 4.1.1 and 4.1.2: exactly one id, title and updated; an author; unique ids; an alternate link."""
    root = send(at, replace(PLAIN, parts=2), 1)
    send(at, replace(PLAIN, text="\n \n", part=2, parts=2, root=root), 2)
    send(at, POST, 3)
    document = ElementTree.fromstring((folder(at) / "feed.xml").read_bytes())
    assert document.tag == f"{ATOM}feed"
    assert document.find(f"{ATOM}author/{ATOM}name") is not None
    entries = document.findall(f"{ATOM}entry")
    for element in (document, *entries):
        for name in ("id", "title", "updated"):
            [only] = element.findall(f"{ATOM}{name}")
            assert only.text
        datetime.fromisoformat(element.findtext(f"{ATOM}updated") or "")
        uuid.UUID((element.findtext(f"{ATOM}id") or "").removeprefix("urn:uuid:"))
        assert [link for link in element.findall(f"{ATOM}link") if link.get("rel") == "alternate"]
    ids = [entry.findtext(f"{ATOM}id") for entry in entries]
    assert len(set(ids)) == len(ids) == 3


def test_ids_stay_when_more_is_published(at: Bench) -> None:
    send(at, PLAIN, 1)
    before = feedparser.parse((folder(at) / "feed.xml").read_bytes())
    send(at, POST, 2, NOW + timedelta(hours=1))
    after = feedparser.parse((folder(at) / "feed.xml").read_bytes())
    assert after.feed.id == before.feed.id
    assert after.entries[1] == before.entries[0]


def test_what_xml_cannot_hold_does_not_break_it(at: Bench) -> None:
    send(at, replace(PLAIN, text="a\x00b\x0bc\ufffe &amp; ]]> <!-- \u2028"), 1)
    assert not feedparser.parse((folder(at) / "feed.xml").read_bytes()).bozo


# -- untrusted text
# -------------------------------------------------------------------------------------------------------

NASTY = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "https://example.org/\"onmouseover='alert(1)'",
    "javascript:alert(1) data:text/html,<b> https://a<script>",
    "{{ 7 * 7 }} {% endif %}",
    "</details></article></main>",
]


@pytest.mark.parametrize("nasty", NASTY)
def test_nothing_in_a_post_can_change_the_page(at: Bench, nasty: str) -> None:
    media = (replace(POST.media[0], alt=nasty),)
    send(at, replace(POST, text=nasty, warning=nasty, media=media), 1, title=nasty)
    tags = [(tag, values) for tag, values in Reader(html(at)).tags if tag != "a"]
    allowed = {
        "class",
        "id",
        "lang",
        "dir",
        "src",
        "alt",
        "loading",
        "datetime",
        "aria-label",
        "aria-labelledby",
    }
    assert not [tag for tag, _ in tags if tag == "script"]
    assert [tag for tag, _ in tags].count("img") == 1
    body = [(tag, values) for tag, values in tags if tag not in ("meta", "link", "html")]
    assert not [values for _, values in body if set(values) - allowed]
    assert [seen.alts for seen in atom(at)] == [(nasty,)]
    assert "49" not in html(at).split("<main")[1].split(key(1))[-1]


@given(st.text())
def test_text_becomes_html_that_says_the_same(text: str) -> None:
    reader = Reader(str(markup(text)))
    assert {tag for tag, _ in reader.tags} <= {"p", "br", "a"}
    assert all((v["href"] or "").startswith(("http://", "https://")) for t, v in reader.tags if t == "a")
    shown = "".join("".join(reader.paragraphs).split())
    assert shown.replace("\r", "") == "".join(text.split()).replace("\r", "")


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("lihat https://example.org/a.", ["https://example.org/a"]),
        ("(https://example.org/a)", ["https://example.org/a"]),
        ("https://id.wikipedia.org/wiki/Budak_(film), ya", ["https://id.wikipedia.org/wiki/Budak_(film)"]),
        ("https://a.example/?x=1&y=2 http://b.example!", ["https://a.example/?x=1&y=2", "http://b.example"]),
        ("“https://example.org”", ["https://example.org"]),
        ("ftp://example.org example.org http:// https://", []),
    ],
)
def test_links_are_those_of_the_sentence(text: str, links: list[str]) -> None:
    assert [values["href"] for tag, values in Reader(str(markup(text))).tags if tag == "a"] == links


def test_a_page_works_under_a_strict_policy(at: Bench) -> None:
    """No script, no inline style, nothing from another host."""
    send(at, POST, 1)
    for tag, values in Reader(html(at)).tags:
        assert tag not in ("script", "style", "iframe")
        assert not [name for name in values if name == "style" or name.startswith("on")]
        for name in ("src", "href"):
            if tag != "a":
                assert not (values.get(name) or "").startswith(("http", "//"))


def test_a_page_is_readable_without_seeing_it(at: Bench) -> None:
    send(at, POST, 1)
    tags = Reader(html(at)).tags
    names = [tag for tag, _ in tags]
    assert names.count("h1") == names.count("main") == names.count("header") == 1
    assert tags[0] == ("html", {"lang": "id", "dir": "ltr"})
    assert [values["alt"] for tag, values in tags if tag == "img"] == [media.alt for media in POST.media]
    ids = [values["id"] for _, values in tags if "id" in values]
    assert len(ids) == len(set(ids))
    targets = {(v["href"] or "")[1:] for t, v in tags if t == "a" and (v["href"] or "").startswith("#")}
    assert targets <= set(ids)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("id", "30 Juli 2027 pukul 01.00 UTC"),
        ("en", "30 July 2027, 01:00 UTC"),
        ("ms", "30 Julai 2027, 01:00 UTC"),
        ("pt-BR", "30 de julho de 2027, 01:00 UTC"),
        ("ar", "30 يوليو 2027, 01:00 UTC"),
        ("tet", "30 July 2027, 01:00 UTC"),
    ],
)
def test_dates_are_written_as_people_write_them(language: str, text: str) -> None:
    assert date_text(NOW, language) == text


# -- once, and for good
# ---------------------------------------------------------------------------------------------------


def test_a_repeat_changes_not_a_byte_even_later_and_elsewhere(at: Bench) -> None:
    first = send(at, POST, 1)
    before = files(at)
    at.files.path(POST.media[0].file).unlink()
    assert send(at, POST, 1, NOW + timedelta(days=3)) == first
    assert files(at) == before


def test_two_accounts_may_share_a_folder(at: Bench) -> None:
    """From many threads at once, as different processes would: each with its own lock."""
    outcomes: list[object] = []

    def work(number: int) -> None:
        post = replace(POST, text=f"nomor {number}", language=("id", "en")[number % 2])
        outcomes.append(feed(at).send(post, key(number), Memory()))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(isinstance(outcome, Sent) for outcome in outcomes)
    assert len(outcomes) == 12
    assert len(atom(at)) == len(atom(at, "feed.en.xml")) == 6
    assert html(at).count("<article") == html(at, "index.en.html").count("<article") == 6


CRASHING = """
import os, shutil, sys
from dataclasses import replace
from pathlib import Path
from campaign.networks.feed_page import pages
from tests.networks.cases import bench
from tests.networks.memory import Memory
from tests.networks.test_feed import POST, feed, key, send

# A child that is killed just before its n-th step towards the disk, for each n there is.
base, language = Path(sys.argv[1]), sys.argv[2]
second = replace(POST, text="kedua", language=language, media=POST.media[:1])
pages._environment()
os.fsync = lambda handle: None  # what was written survives the death of a process without it; counted all the same
send(bench("", base / "0"), POST, 1)

def die_before(step):
    adapter = feed(bench("", shutil.copytree(base / "0", base / str(step))))
    child = os.fork()
    if child == 0:
        left = [step]
        def counted(real):
            def call(*args, **kwargs):
                left[0] -= 1
                if not left[0]:
                    os._exit(9)
                return real(*args, **kwargs)
            return call
        for name in ("fsync", "replace", "mkdir", "unlink"):
            setattr(os, name, counted(getattr(os, name)))
        adapter.send(second, key(2), Memory())
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9

step = 1
while die_before(step):
    step += 1
print(step)
"""


@pytest.mark.parametrize("language", ["id", "en"])
def test_a_crash_at_any_step_loses_and_doubles_nothing(tmp_path: Path, language: str) -> None:
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", CRASHING, str(tmp_path), language],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    )
    last = int(done.stdout)
    assert last > 12
    second = replace(POST, text="kedua", language=language, media=POST.media[:1])
    whole: dict[str, bytes] = {}
    for step in range(last, 0, -1):
        at = Bench("", _folder(tmp_path / str(step)))
        for name in ("feed.xml", "index.html", "2027-07.html"):
            assert key(1) in html(at, name)  # whole at once, before anybody repairs anything
        ElementTree.fromstring(html(at, "feed.xml").partition("?>")[2])
        found = feed(at).find(second, key(2), SINCE, Memory())
        assert isinstance(found, Sent | Absent)
        assert send(at, second, 2).id == key(2)
        seen = [entry.key for entry in atom(at)] + [
            entry.key for entry in (atom(at, "feed.en.xml") if language == "en" else [])
        ]
        assert sorted(map(str, seen)) == sorted([key(1), key(2)])
        whole = whole or files(at)
        assert files(at) == whole, step


def _folder(root: Path) -> Any:
    from tests.networks.memory import Folder

    return Folder(root)


def test_find_puts_right_what_a_crash_left(at: Bench) -> None:
    send(at, PLAIN, 1)
    before = files(at)
    (folder(at) / "index.html").unlink()
    assert isinstance(feed(at).find(PLAIN, key(1), SINCE, Memory()), Sent)
    assert files(at) == before
    assert isinstance(feed(at).find(PLAIN, key(2), SINCE, Memory()), Absent)


def test_a_damaged_entry_is_named_not_dropped(at: Bench) -> None:
    send(at, PLAIN, 1)
    (folder(at) / "entries" / "2027-07" / f"{key(1)}.json").write_text('{"key": ')
    outcome = feed(at).send(PLAIN, key(2), Memory())
    assert isinstance(outcome, Unknown)
    assert f"{key(1)}.json is damaged" in outcome.reason
    assert isinstance(feed(at).find(PLAIN, key(1), SINCE, Memory()), CannotTell)
    assert isinstance(feed(at).send(PLAIN, key(1), Memory()), Retry)


def test_damaged_settings_are_named(at: Bench) -> None:
    send(at, PLAIN, 1)
    (folder(at) / "feed.json").write_text("[]")
    outcome = feed(at).send(PLAIN, key(2), Memory())
    assert isinstance(outcome, Unknown)
    assert "feed.json is damaged" in outcome.reason


def test_what_is_neither_picture_nor_film_is_refused(at: Bench) -> None:
    at.files.write("x.html", b"<script>")
    outcome = feed(at).send(replace(PLAIN, media=(Media("x.html", "x"),)), key(1), Memory())
    assert isinstance(outcome, Refused)
    assert not (folder(at) / "entries").exists()


# -- taking back
# ----------------------------------------------------------------------------------------------------------


def test_a_withdrawn_post_is_gone_from_every_page(at: Bench) -> None:
    other = replace(PLAIN, text="tetap")
    send(at, other, 1)
    receipt = send(at, POST, 2, NOW + timedelta(days=5))
    assert feed(at).delete(receipt) == Sent(receipt)
    assert [seen.text for seen in atom(at)] == ["tetap"]
    left = files(at)
    assert not [name for name, data in left.items() if key(2).encode() in data or key(2) in name]
    assert not [name for name in left if name.startswith("media/") or "2027-08" in name]
    assert feed(at).delete(receipt) == Sent(receipt)
    assert isinstance(feed(at).find(POST, key(2), SINCE, Memory()), Absent)


def test_a_picture_that_another_post_uses_stays(at: Bench) -> None:
    send(at, POST, 1)
    feed(at).delete(send(at, POST, 2))
    assert len(list((folder(at) / "media").iterdir())) == 1


def test_withdrawing_from_a_folder_that_is_not_there(at: Bench) -> None:
    assert feed(at).delete(Receipt(key(1))) == Sent(Receipt(key(1)))
    assert not folder(at).exists()


# -- options -----------------------------------------------------------------------------------------------
# ---------------


def test_made_from_an_account_it_publishes_now(at: Bench) -> None:
    adapter = Feed.from_account(account("feed", FeedOptions(folder="situs/kabar")), at.vault, at.files)
    before = datetime.now(UTC).replace(microsecond=0)
    assert isinstance(adapter.send(PLAIN, KEY, Memory()), Sent)
    [path] = (at.files.root / "situs/kabar/entries").glob("*/*.json")
    assert datetime.fromisoformat(json.loads(path.read_text())["published"]) >= before


@pytest.mark.parametrize(
    "options", [{"timezone": "Asia/Nowhere"}, {"timezone": "../etc"}, {"folder": ""}, {"link": "x"}]
)
def test_options_that_make_no_sense(options: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        FeedOptions(**options)
