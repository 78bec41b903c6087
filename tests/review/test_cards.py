"""Cards: what a network would show, and how long it is there."""

from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest

from campaign.core.model import Media, Post
from campaign.core.text import TextRules, Unit
from campaign.errors import Level, Place, Problem
from campaign.review.cards import METER, Card, card_lines, cards_lines, meter
from campaign.review.preview_html import page
from campaign.review.table import plain

RULES = TextRules(limit=40, unit=Unit.CODE_POINTS)
DUE = datetime(2027, 7, 30, 13, 0, tzinfo=UTC)
POST = Post(
    "Tonight we light\na candle. " + "\U0001f56f" * 3,
    "en",
    (Media("a.jpg", "A candle & a <hand>"),),
    "trafficking",
)
CARD = Card("w/vigil/2027-07-30T20:00/fedi", DUE, "Asia/Jakarta", "fedi", "mastodon", "en", (POST,), RULES)


def test_a_card_shows_all_that_a_reader_would_see() -> None:
    assert plain(card_lines(CARD, 60)) == [
        "╭─ fedi (mastodon, en)  Fri 30 Jul 2027 20:00 WIB = 13:00 UTC",
        "│  [content warning: trafficking]",
        "│  Tonight we light",
        "│  a candle. \U0001f56f\U0001f56f\U0001f56f",
        "│  [picture a.jpg: A candle & a <hand>]",
        "│  ██████████████░░░░░░ 30/40 characters".replace("██████████████░░░░░░", "█" * 15 + "░" * 5),
        "╰─ w/vigil/2027-07-30T20:00/fedi",
    ]


@pytest.mark.parametrize(("used", "bar"), [(0, 0), (1, 1), (20, 10), (39, METER), (40, METER), (41, METER)])
def test_the_meter_fills_with_the_text(used: int, bar: int) -> None:
    card = replace(CARD, posts=(Post("x" * used, "en"),))
    [line] = [line for line in plain(card_lines(card, 80)) if "/40" in line]
    assert line.count("█") == bar
    assert ("1 too long" in line) == (used == 41)


def test_a_warning_counts_where_the_network_counts_it() -> None:
    post = Post("12345", "en", warning="123")
    assert meter(post, RULES).used == 5
    assert meter(post, replace(RULES, warning_counts=True)).used == 8
    assert str(meter(post, TextRules())) == "5 characters, no limit"


def test_parts_problems_and_origin_are_told() -> None:
    parts = tuple(replace(POST, text=f"part {n}", media=(), part=n, parts=2) for n in (1, 2))
    wrong = Problem(Place("a.yaml", 1, 1), "too long", "make it shorter", Level.ERROR)
    shown = plain(
        cards_lines([replace(CARD, posts=parts, problems=(wrong,), origin=("template: vigil.j2",))], 80)
    )
    assert "├─ part 2 of 2" in shown
    assert "   error: too long" in shown
    assert "   hint: make it shorter" in shown
    assert "   template: vigil.j2" in shown


class Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def test_the_page_needs_nothing_from_anybody() -> None:
    evil = replace(CARD, posts=(replace(POST, text="<script>alert(1)</script> https://example.org"),))
    html = page([CARD, evil], "World <Day>", lambda media: ("image/jpeg", b"\xff\xd8\xff"))
    parser = Page()
    parser.feed(html)
    tags = [tag for tag, _ in parser.tags]
    assert "script" not in tags and "link" not in tags and "iframe" not in tags
    assert "World &lt;Day&gt;" in html
    images = [attributes for tag, attributes in parser.tags if tag == "img"]
    assert [image["alt"] for image in images] == ["A candle & a <hand>"] * 2
    assert all(str(image["src"]).startswith("data:image/jpeg;base64,") for image in images)
    assert tags.count("section") == 1  # one moment, two cards
    assert tags.count("article") == 2


def test_a_picture_that_can_not_be_shown_is_named() -> None:
    html = page([CARD], "x", lambda media: None)
    assert "<img" not in html
    assert "a.jpg" in html
