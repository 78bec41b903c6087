"""Posts that are written from right to left, on every page that shows them, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from campaign.core.model import Media, Post
from campaign.core.outcome import Sent
from campaign.core.text import TextRules
from campaign.networks.email_message import Letter, message
from campaign.networks.feed import Feed, FeedOptions
from campaign.networks.handoff_page.render import Copy
from campaign.networks.handoff_page.render import page as handoff_page
from campaign.networks.media import Fitted
from campaign.review.cards import Card, card_lines
from campaign.review.preview_html import page as preview_page
from campaign.review.table import plain
from tests.browser import browser, tab
from tests.networks.cases import KEY, PICTURE
from tests.networks.memory import Folder, Memory
from tests.networks.test_email import body, parsed

NOW = datetime(2027, 7, 30, 1, 0, tzinfo=UTC)
SAID = {
    # Each begins with something Latin, which `dir=auto` would take for the direction of the whole.
    "ar": ("IOM: هل يحتفظ شخص آخر بجواز سفرك؟\n\nhttps://example.org/a اطلب المساعدة متى شئت.", "شمعة مضيئة"),
    "fa": ("IOM: آیا کسی گذرنامهٔ شما را نگه داشته است؟\n\nhttps://example.org/a کمک بخواهید.", "شمعی روشن"),
    "he": ("IOM: האם מישהו אחר מחזיק בדרכון שלך?\n\nhttps://example.org/a אפשר לבקש עזרה.", "נר דולק"),
    "ur": ("IOM: کیا آپ کا پاسپورٹ کسی اور کے پاس ہے؟\n\nhttps://example.org/a مدد مانگیں۔", "جلتی ہوئی شمع"),
}
LATIN = Post(
    "Kenali tandanya, tanpa menghakimi.", "id", (Media("a.png", "Lilin menyala", "image/png"),), "Duka"
)


def post(language: str) -> Post:
    text, alt = SAID[language]
    return Post(text, language, (Media("a.png", alt, "image/png"),), alt, "https://example.org/a")


@pytest.fixture(scope="module")
def running() -> Iterator[Browser]:
    with browser() as opened:
        yield opened


PAGE_ALONE = ("document-title", "landmark-one-main", "region", "page-has-heading-one")
"""Rules for pages that a mail does not keep: its title is its subject, and it has no landmarks."""

WHERE = """element => {
  const range = document.createRange();
  range.selectNodeContents(element);
  const all = [...range.getClientRects()].filter(r => r.width > 0);
  const last = all.filter(r => Math.abs(r.bottom - Math.max(...all.map(r => r.bottom))) < 4);
  const style = getComputedStyle(element), box = element.getBoundingClientRect();
  const right = box.right - parseFloat(style.paddingRight) - Math.max(...last.map(r => r.right));
  const left = Math.min(...last.map(r => r.left)) - box.left - parseFloat(style.paddingLeft);
  const side = Math.abs(right) < 2 && left > 2 ? "right" : Math.abs(left) < 2 && right > 2 ? "left" : "both";
  return {direction: style.direction, lang: element.closest("[lang]")?.lang, side: all.length ? side : ""};
}"""
"""Direction and language of an element, and the side from which its last line begins."""


def computed(page: Page, selector: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = page.locator(selector).evaluate_all(f"all => all.map({WHERE})")
    return found


def laid(page: Page, selector: str) -> list[tuple[str, str]]:
    """Language and direction of each element, as the browser computes them."""
    return [(found["lang"], found["direction"]) for found in computed(page, selector)]


def sides(page: Page, selector: str) -> set[str]:
    """On which side the last lines of the elements begin."""
    return {found["side"] for found in computed(page, selector)}


def open_page(running: Browser, path: Path, rules: tuple[str, ...] = ()) -> Iterator[Page]:
    with tab(running, viewport={"width": 700, "height": 900}) as opened:
        opened.page.goto(path.as_uri())
        yield opened.page
        assert opened.outside() == []
        assert [rule for rule in opened.broken_rules() if rule.partition(":")[0] not in rules] == []


@pytest.mark.parametrize("language", SAID)
def test_preview(running: Browser, tmp_path: Path, language: str) -> None:
    cards = [
        Card(
            f"c/a/2027-07-30T08:00/{name}",
            NOW,
            "Asia/Jakarta",
            name,
            "feed",
            shown.language,
            (shown,),
            TextRules(),
        )
        for name, shown in (("site", LATIN), ("site.x", post(language)))
    ]
    html = preview_page(cards, "c", lambda media: ("image/png", PICTURE))
    (tmp_path / "preview.html").write_text(html, encoding="utf-8")
    for page in open_page(running, tmp_path / "preview.html"):
        assert laid(page, "p.text") == [("id", "ltr"), (language, "rtl")]
        assert laid(page, "p.cw, img")[2:] == [(language, "rtl")] * 2
        assert sides(page, "article:last-child p.text") == {"right"}
        assert set(laid(page, "p.quiet, h3, code")) == {("en", "ltr")}


@pytest.mark.parametrize(("language", "said"), [("ar", "ar, right to left"), ("id", "id")])
def test_preview_in_a_terminal_says_so(language: str, said: str) -> None:
    shown = LATIN if language == "id" else post(language)
    card = Card("c/a/2027-07-30T08:00/x", NOW, "Asia/Jakarta", "x", "feed", language, (shown,), TextRules())
    lines = plain(card_lines(card, 80))
    assert lines[0].startswith(f"╭─ x (feed, {said})")
    assert f"│  {shown.text.splitlines()[0]}" in lines, "letters stay in their order: the terminal turns them"


@pytest.mark.parametrize("language", SAID)
def test_feed(running: Browser, tmp_path: Path, language: str) -> None:
    files = Folder(tmp_path)
    files.write("a.png", PICTURE)
    feed = Feed(FeedOptions(timezone="Asia/Jakarta"), language, files, clock=lambda: NOW)
    plain_post = replace(post(language), warning="")
    first = feed.send(replace(plain_post, parts=2), KEY, Memory())
    assert isinstance(first, Sent)
    second = replace(plain_post, part=2, parts=2, root=first.receipt, reply_to=first.receipt)
    assert isinstance(feed.send(second, KEY.replace("6", "7"), Memory()), Sent)
    for page in open_page(running, tmp_path / "public" / "index.html"):
        assert laid(page, "html") == [(language, "rtl")]
        assert set(laid(page, ".text p")) == {(language, "rtl")}
        assert sides(page, ".text p") == {"right"}
        assert set(laid(page, ".part, .skip, footer h2")) == {("en", "ltr")}, "our own words are English here"
        dot = page.locator(".thread section").first.evaluate("e => getComputedStyle(e, '::before').right")
        assert dot == "0px", "the line of a thread hangs on the side where reading begins"
    atom = (tmp_path / "public" / "feed.xml").read_text(encoding="utf-8")
    assert f'xml:lang="{language}"' in atom
    assert f"&lt;div lang=&#34;{language}&#34; dir=&#34;rtl&#34;&gt;" in atom


@pytest.mark.parametrize("language", SAID)
def test_handoff(running: Browser, tmp_path: Path, language: str) -> None:
    copy = Copy("1.png", "image/png", post(language).media[0].alt, PICTURE)
    (tmp_path / "post.html").write_bytes(
        handoff_page(post(language), "ani", "c/a/2027-07-30T08:00/wa", [copy])
    )
    for page in open_page(running, tmp_path / "post.html"):
        assert laid(page, "html, h1, #command") == [("en", "ltr")] * 3
        assert laid(page, "#text, #alt-1, .warning span, img") == [(language, "rtl")] * 4


@pytest.mark.parametrize("language", SAID)
def test_email(running: Browser, tmp_path: Path, language: str) -> None:
    letter = Letter("Harapan <a@example.org>", "l@example.org", NOW, KEY, "example.org", "x")
    mail = parsed(message(post(language), letter, [Fitted("a.png", PICTURE, "image/png")]))
    assert mail["Content-Language"] == language
    page_text = body(mail, "html").replace(f'src="cid:1.{KEY}@example.org"', 'src="data:,"')
    (tmp_path / "mail.html").write_text(page_text, encoding="utf-8")
    for page in open_page(running, tmp_path / "mail.html", PAGE_ALONE):
        assert set(laid(page, "html, body > div, p, img")) == {(language, "rtl")}
        assert sides(page, "p:has(a)") == {"right"}
        # Webmail takes the inside of the body alone.
        page.evaluate("document.documentElement.removeAttribute('dir')")
        assert sides(page, "p:has(a)") == {"right"}
