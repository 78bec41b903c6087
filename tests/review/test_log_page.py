"""The log as a page for volunteers: bounded, without what is not theirs, and whole in a real browser."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from PIL import Image
from playwright.sync_api import Browser, expect

from campaign.core.lifecycle import State
from campaign.core.marks import Mark, Verdict, by_post, post_of
from campaign.core.model import Media, Person, Post, Target, Workspace
from campaign.core.outcome import Receipt
from campaign.review import log_html
from campaign.review.checklist import QUESTIONS
from campaign.review.log_html import due_of, latest, page
from campaign.review.log_page import words as own
from campaign.review.log_pictures import MOST_BYTES, RULES, Small, small
from campaign.store import history
from campaign.store.history import Delivery
from campaign.workspace.files import MediaFiles
from tests.browser import Tab, browser, tab
from tests.dispatch.world import World, account, at, slot, workspace
from tests.networks.reading import Reader

NOW = datetime(2027, 7, 31, 1, 0, tzinfo=UTC)
DUE = datetime(2027, 7, 30, 13, 0, tzinfo=UTC)
IDENTITY = UUID("6d9f0f3e-2f5b-4c8f-9f5a-1c1c5f0b7a10")
PICTURE = Media("candles/<b>lilin.jpg", 'A candle "burns" <i>here</i>.', "image/jpeg", "0" * 64)
SMALL = Small("image/webp", b"RIFF", 40, 30)


def a_row(number: int = 1, text: str = "Tonight we light a candle.", **changes: Any) -> Delivery:
    """A post that is out. ``changes`` win; those of the post stand in ``post``."""
    part = changes.get("part", 1)
    wall = f"{DUE + timedelta(hours=7, minutes=number):%Y-%m-%dT%H:%M}"
    key = f"c/s/{wall}/fedi" + (f"#{part}" if part > 1 else "")
    language = changes.get("language", "en")
    post = Post(text, language, part=part, parts=changes.get("parts", 1), **changes.pop("post", {}))
    values: dict[str, Any] = dict.fromkeys(Delivery.__dataclass_fields__)
    values |= {
        "key": key,
        "network_key": "secret-of-the-network",
        "campaign": "c",
        "slot": "s",
        "wall": wall,
        "target": "fedi.en",
        "account": "fedi",
        "network": "mastodon",
        "language": language,
        "part": part,
        "parts": 1,
        "state": State.SENT,
        "reason": "a reason of ours",
        "due": DUE + timedelta(minutes=number),
        "sent_at": DUE + timedelta(minutes=number),
        "post": post,
        "attempt": 1,
        "receipt": Receipt("1", f"https://fedi.example/{number}", "@org"),
        "reviewed_by": (),
    }
    return Delivery(**values | changes)


def space() -> Workspace:
    return replace(
        workspace([account()], []),
        people={name: Person(name, frozenset({"review"})) for name in ("ani", "sari")},
    )


def html(
    rows: Sequence[Delivery], marks: Sequence[Mark] = (), picture: Any = lambda media: SMALL, **more: Any
) -> str:
    posts: dict[str, list[Delivery]] = {}
    for row in rows:
        posts.setdefault(post_of(row.key), []).append(row)
    left_out = more.pop("left_out", 0)
    made = page(posts, by_post(marks), left_out, space(), IDENTITY, picture, NOW, **{"language": "en"} | more)
    return made.decode()


ARABIC = "نضيء شمعة الليلة."
HOSTILE = "</textarea></script><script>alert(1)</script><img src=x onerror=alert(1)>\u202e{{ 7*7 }}"


def a_page() -> str:
    """A page with one of everything."""
    thread = [
        a_row(5, f"Part {number}", part=number, parts=2, post={"warning": "Grief" if number == 1 else ""})
        for number in (1, 2)
    ]
    key = a_row(1).key
    flag = Mark("1", key, Verdict.FLAG, "the <b>link</b> is dead", "ani", "cli", NOW)
    rows = [
        a_row(1, post={"media": (PICTURE,), "facts": ("many",), "cited": {"fact:many": ("50 million.",)}}),
        a_row(2, ARABIC, language="ar", post={"media": (replace(PICTURE, alt="شمعة"),)}),
        a_row(
            3, HOSTILE, target="<script>alert(2)</script>", receipt=Receipt("1", "javascript:alert(3)", "<b>")
        ),
        a_row(4, state=State.FAILED, receipt=None, sent_at=None),
        *thread,
        a_row(6, redacted_at=NOW, redacted_by="ani", withdraw_at=NOW, withdrawn_at=NOW),
    ]
    return html(rows, [flag])


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as running:
        yield running


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("page") / "week.html"
    made.write_text(a_page(), encoding="utf-8")
    return made


@pytest.fixture
def opened(chromium: Browser, file: Path) -> Iterator[Tab]:
    with tab(chromium) as one:
        one.page.goto(file.as_uri())
        yield one


@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (1200, "dark")])
def test_no_accessibility_rule_is_broken_and_nothing_is_cut_off(
    chromium: Browser, file: Path, width: int, scheme: str
) -> None:
    with tab(chromium, viewport={"width": width, "height": 800}, color_scheme=scheme) as one:
        one.page.goto(file.as_uri())
        one.page.get_by_label("Something is wrong").first.check()
        assert one.page.evaluate("document.documentElement.scrollWidth") <= width
        assert one.broken_rules() == []
        one.page.emulate_media(media="print")
        expect(one.page.get_by_role("button", name="Save my marks")).to_be_hidden()
        expect(one.page.get_by_role("radio").first).to_be_hidden()
        assert one.outside() == [] and one.said == []


def test_a_volunteer_marks_with_the_keyboard_and_is_told_what_is_missing(opened: Tab) -> None:
    page = opened.page
    expect(page.locator("#count")).to_have_text("0 of 5 marked")
    page.get_by_role("button", name="Save my marks").click()
    expect(page.get_by_role("alert")).to_have_text("You have marked no post yet.")
    first = page.get_by_role("group", name="Your mark fedi.en (@org), 30 July 2027, 20:01 WIB")
    first.get_by_label("Not looked at yet").focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#count")).to_have_text("1 of 5 marked")
    expect(first.get_by_role("textbox")).to_be_hidden()
    page.keyboard.press("ArrowDown")
    page.get_by_role("button", name="Save my marks").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("Say what is wrong with this post.")
    expect(first.get_by_role("textbox")).to_be_focused()
    page.keyboard.type("The wrong picture")
    page.get_by_role("button", name="Save my marks").click()
    expect(page.get_by_role("alert")).to_contain_text("Write your handle first")
    field = page.get_by_label("Your handle")
    expect(field).to_be_focused()
    assert field.get_attribute("aria-invalid") == "true"
    page.keyboard.type("Ibu Sari")
    page.get_by_role("button", name="Save my marks").click()
    expect(page.get_by_role("alert")).to_contain_text("Write your handle first")
    field.fill("sari")
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save my marks").click()
    assert saved.value.suggested_filename == "marks-sari-2027-07-31.json"
    expect(page.get_by_role("status")).to_contain_text("Send this file to whoever sent you the page.")
    page.get_by_text("Was no file saved?").click()
    assert page.get_by_label("Your marks as text").input_value() == saved.value.path().read_text("utf-8")


def test_the_policy_lets_nothing_else_run_or_load(opened: Tab) -> None:
    stopped = opened.page.evaluate(
        "() => new Promise((resolve) => { const stopped = [];"
        " document.addEventListener('securitypolicyviolation', (event) => {"
        " stopped.push(event.effectiveDirective); if (stopped.length === 2) resolve(stopped.sort()); });"
        " const s = document.createElement('script'); s.textContent = 'document.title = \"owned\"';"
        " document.head.append(s); const i = new Image(); i.src = 'https://tracker.example/x.gif';"
        " document.body.append(i); })"
    )
    assert stopped == ["img-src", "script-src-elem"]


def test_without_script_it_can_be_read_and_no_control_pretends(chromium: Browser, file: Path) -> None:
    with tab(chromium, java_script_enabled=False) as one:
        one.page.goto(file.as_uri())
        expect(one.page.get_by_text("Here the page can only be read.")).to_be_visible()
        expect(one.page.get_by_text("Tonight we light a candle.").first).to_be_visible()
        assert one.page.get_by_role("button").count() == one.page.get_by_role("radio").count() == 0


def test_what_is_not_theirs_is_not_on_the_page() -> None:
    text = a_page()
    for inside in ("secret-of-the-network", "a reason of ours", "ani", "javascript:", str(IDENTITY)):
        assert inside not in text.replace("human", ""), inside
    waiting = html([a_row(1, "Not out yet", state=State.PENDING, receipt=None, sent_at=None)])
    assert (
        "Not out yet" not in waiting
        and "fieldset" not in waiting.partition("</style>")[2].partition("<script>")[0]
    )
    assert "Waiting to be sent: Mastodon, account fedi.en." in waiting
    assert "Looked at before by: reviewer 1." in text
    assert "Its text was removed from the record." in text
    assert "It was withdrawn since." in text
    named = html([a_row(1)], [Mark("1", a_row(1).key, Verdict.OK, "", "ani", "cli", NOW)], names=True)
    assert "Looked at before by: ani." in named


def test_nothing_in_a_text_or_a_name_can_change_the_page() -> None:
    plain, nasty = (
        [tag for tag, _ in Reader(html([a_row(1, text, target=text, receipt=Receipt("1", "", text))])).tags]
        for text in ("plain", HOSTILE)
    )
    assert plain == nasty
    assert "\u202e" not in a_page()


def test_each_text_says_its_language_and_direction_and_pictures_their_description() -> None:
    read = Reader(a_page())
    arabic = [values for _, values in read.tags if values.get("dir") == "rtl"]
    assert {values["lang"] for values in arabic} == {"ar"}
    assert read.alts == ['A candle "burns" <i>here</i>.', "شمعة"]
    hrefs = [values["href"] for tag, values in read.tags if tag == "a"]
    assert "https://fedi.example/1" in hrefs and "https://fedi.example/6" not in hrefs


def test_a_long_log_makes_a_bounded_page_of_the_latest(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_html, "MOST_POSTS", 3)
    hourly = at(*(f"2027-07-01T{hour:02}:00" for hour in range(9, 17)))
    world.adopt(workspace([account()], [slot("s", hourly, [Target(account(), "en")], "Hello")]))
    world.go(hours=12)
    with world.store.read() as connection:
        rows = history.deliveries(connection)
        posts, left_out = latest(connection, due_of(rows))
    assert (len(rows), left_out) == (8, 5)
    assert [key.split("/")[2] for key in posts] == [f"2027-07-01T{hour}:00" for hour in (14, 15, 16)]
    long = [a_row(number, f"Post {number}. " + "x" * 20_000) for number in range(3)]
    text = html(long, left_out=left_out)
    assert "5 older posts are not on this page" in text and "Only the beginning is shown." in text
    assert len(text) < 3 * log_html.MOST_LETTERS + 30_000


def test_the_pictures_of_the_latest_posts_come_first_where_there_is_no_room_for_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(log_html, "MOST_PICTURES", 2 * len(SMALL.data))
    pictures = [replace(PICTURE, sha256=str(number) * 64) for number in range(3)]
    text = html([a_row(number, post={"media": (pictures[number],)}) for number in range(3)])
    assert text.count("data:image/webp") == 2
    assert text.index("is not on this page, which would become too large") < text.index("data:image/webp")


def test_a_picture_is_shown_small_and_only_as_it_was_published(tmp_path: Path) -> None:
    (tmp_path / "posts").mkdir()
    file = tmp_path / "posts" / "a.jpg"
    taken = Image.Exif()
    taken[0x010F] = "Camera of Wulandari"
    Image.effect_noise((2400, 1200), 90).convert("RGB").save(file, exif=taken)
    make = small(MediaFiles(tmp_path))
    media = Media("a.jpg", "Noise", "image/jpeg", hashlib.sha256(file.read_bytes()).hexdigest())
    made = make(media)
    assert made is not None
    assert (made.type, max(made.width, made.height) <= 560) == ("image/webp", True)
    assert len(made.data) <= (RULES.max_bytes or 0) < MOST_BYTES
    assert b"Wulandari" not in made.data
    assert make(replace(media, sha256="0" * 64)) is None  # it was changed since
    assert make(replace(media, file="../secret.jpg")) is None
    assert make(replace(media, file="gone.jpg")) is None


def test_both_languages_say_the_same_things() -> None:
    english, indonesian = own.words("en"), own.words("id")
    assert english.keys() == indonesian.keys()
    for key, text in english.items():
        fields = {part.partition("}")[0] for part in text.split("{")[1:]}
        assert fields == {part.partition("}")[0] for part in indonesian[key].split("{")[1:]}, key
    assert len(QUESTIONS["en"]) == len(QUESTIONS["id"])
    assert own.state(State.MISSED, "quiet day: a vigil", "id") == "Tidak dikirim"
    assert {own.state(state, "", "id") for state in State}.isdisjoint(own.state(s, "", "en") for s in State)
    text = html([a_row(1)], language="id")
    assert '<html lang="id"' in text and "Terbit pada 30 Juli 2027 pukul 20.01 WIB: Mastodon" in text
