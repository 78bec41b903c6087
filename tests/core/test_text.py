"""A text is as long as its network says: every unit, against vectors and the libraries themselves."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign.core.text import TextRules, Unit, hashtags, length, limit, measure, problems

VECTORS = Path(__file__).parents[3] / "shared" / "vectors" / "text-length.json"


def vectors(section: str) -> list[dict[str, Any]]:
    if not VECTORS.is_file():
        pytest.skip(f"the vectors are not there: {VECTORS.name}")
    cases: list[dict[str, Any]] = json.loads(VECTORS.read_text("utf-8"))[section]
    assert cases
    return cases


def count(text: str, unit: Unit) -> int:
    return length(text, TextRules(unit=unit))


@pytest.mark.parametrize("section", ["x_official", "x_computed"])
def test_x_counts_as_twitter_text_does(section: str) -> None:
    for case in vectors(section):
        assert count(case["text"], Unit.WEIGHTED) == case["weightedLength"], case


def test_mastodon_counts_as_mastodon_does() -> None:
    rules = TextRules(unit=Unit.MASTODON, warning_counts=True)
    for case in vectors("mastodon_computed"):
        assert measure(case["text"], case.get("spoiler_text", ""), rules) == case["length"], case


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", 0),
        ("Malam ini kami menyalakan lilin.", 32),
        (
            "naïve ሰላም 日本語 नमस्ते",
            len("naïve ሰላም 日本語 नमस्ते"),
        ),  # letters are characters, whatever they weigh
        ("Hello, world! 👋", 14 + 4),
        ("🇮🇩", 8),
        ("1\ufe0f\u20e3", 7),  # a keycap: the digit belongs to it
        ("1 # *", 5),  # which are emoji by Unicode's widest property, and none to a reader
        ("👨‍👩‍👧‍👦", 4 * 4 + 3 * 3),
        ("👋🏽", 8),
        ("☎️", 6),
        ("a👋b", 6),
    ],
)
def test_threads_counts_an_emoji_in_bytes(text: str, expected: int) -> None:
    assert count(text, Unit.EMOJI_BYTES) == expected


@given(st.text())
def test_emoji_in_bytes_lies_between_characters_and_bytes(text: str) -> None:
    assert count(text, Unit.CODE_POINTS) <= count(text, Unit.EMOJI_BYTES) <= count(text, Unit.BYTES)


def test_plain_units() -> None:
    for case in vectors("units_computed"):
        got = [
            count(case["text"], unit) for unit in (Unit.CODE_POINTS, Unit.UTF16, Unit.BYTES, Unit.GRAPHEMES)
        ]
        assert got == [case["codepoints"], case["utf16"], case["utf8"], case["graphemes"]], case


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", 0),
        ("Malam ini pukul 20.00 kami menyalakan lilin.", 44),
        ("Lihat https://example.org/a/very/long/address?with=a&query=too", 6 + 23),
        ("Lihat (https://example.org), ya", 6 + 1 + 23 + 5),
        ("HTTPS://EXAMPLE.ORG/x", 23),
        ("a bare example.org/path counts in full", 38),
        ("ftp://example.org", 17),
        ("@ani@mastodon.example terima kasih", 17),
        ("ani@mastodon.example", 20),
        ("dua https://a.example.org/1 https://b.example.org/2", 4 + 23 + 1 + 23),
        ("https://a.example/1", 19),  # .example is no domain
        ("👩‍👧‍👦 keluarga", 10),
    ],
)
def test_mastodon_by_hand(text: str, expected: int) -> None:
    assert count(text, Unit.MASTODON) == expected


def test_the_server_says_what_a_link_counts() -> None:
    text = "Lihat https://example.org/act"
    assert length(text, TextRules(unit=Unit.MASTODON, url_length=30)) == 36
    assert length(text, TextRules(unit=Unit.WEIGHTED, url_length=30)) == 36
    assert length(f"{text} 😷", TextRules(unit=Unit.WEIGHTED, url_length=30)) == 39
    assert length(text, TextRules(unit=Unit.GRAPHEMES, url_length=30)) == 29


def test_a_warning_counts_where_the_network_says_so() -> None:
    mastodon = TextRules(limit=500, unit=Unit.MASTODON, warning_counts=True)
    assert measure("teks", "perdagangan orang", mastodon) == 21
    assert (
        measure("teks", "https://example.org/a-long-address", mastodon) == 4 + 34
    )  # not shortened in a warning
    assert measure("teks", "perdagangan orang", TextRules(limit=280)) == 4
    assert measure("teks", "ab", TextRules(unit=Unit.CODE_POINTS, warning_counts=True)) == 6


def test_problems_give_both_numbers() -> None:
    x = TextRules(limit=280, unit=Unit.WEIGHTED)
    assert problems("x" * 312, "", x) == ["312 of 280 weighted characters"]
    assert problems("x" * 280, "", x) == []
    bluesky = TextRules(limit=300, unit=Unit.GRAPHEMES, max_bytes=3000)
    assert problems("😷" * 301, "", bluesky) == ["301 of 300 characters"]
    assert problems("👨‍👩‍👧‍👦" * 150, "", bluesky) == ["3750 of 3000 bytes"]
    assert len(problems("👨‍👩‍👧‍👦" * 301, "", bluesky)) == 2
    assert problems("x" * 10_000, "", TextRules()) == []
    counted = TextRules(limit=10, unit=Unit.MASTODON, warning_counts=True)
    assert problems("x" * 8, "abc", counted) == ["11 of 10 Mastodon characters"]


def test_what_is_sent_with_a_backslash_counts_twice() -> None:
    rules = TextRules(limit=5, escaped="()")
    assert length("(a)", rules) == 5
    assert problems("(a)", "", rules) == []
    assert problems("(ab)", "", rules) == ["6 of 5 code points"]


def test_a_text_beside_a_picture_has_its_own_limit() -> None:
    rules = TextRules(limit=10, media_limit=3)
    assert (limit(rules, media=False), limit(rules, media=True)) == (10, 3)
    assert limit(TextRules(limit=10), media=True) == 10
    assert problems("abcd", "", rules) == []
    assert problems("abcd", "", rules, media=True) == ["4 of 3 code points beside a picture"]


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("#Akhiri perdagangan #orang!", ["Akhiri", "orang"]),
        ("no#tag, no &#39;, https://example.org/#part, #1, #", []),
        ("(#a) \uff03日本 #16Hari #a_b", ["a", "日本", "16Hari", "a_b"]),
    ],
)
def test_hashtags(text: str, tags: list[str]) -> None:
    assert hashtags(text) == tags


def test_too_many_hashtags_and_links() -> None:
    rules = TextRules(hashtags=1, links=1)
    assert problems("#a https://example.org https://example.org.", "", rules) == []
    assert problems("#a #b https://example.org/1 https://example.org/2", "", rules) == [
        "2 of 1 hashtags",
        "2 of 1 links",
    ]


def test_half_a_character_is_counted_not_raised() -> None:
    for unit in Unit:
        assert count("a\ud83d b", unit) >= 3


PIECES = st.sampled_from(
    [
        "http://t.co/abc",
        "https://example.org/a(b)",
        "gov.uk",
        "日本example.com/x",
        "😷",
        "👨‍👩‍👧",
        "©",
        "1️⃣",
        "é",
        "\r\n",
        "—",
        "क्षि",
    ]
)
TEXTS = st.lists(PIECES | st.text(st.characters(exclude_categories=["Cs"]), max_size=5), max_size=12).map(
    "".join
)


@given(TEXTS)
def test_the_short_cut_for_x_counts_as_the_library(text: str) -> None:
    import twitter_text

    assert count(text, Unit.WEIGHTED) == twitter_text.parse_tweet(text).weightedLength


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_units_agree_with_the_encodings(text: str) -> None:
    assert count(text, Unit.UTF16) == len(text.encode("utf-16-le")) // 2
    assert count(text, Unit.BYTES) == len(text.encode("utf-8"))
    assert count(text, Unit.GRAPHEMES) <= count(text, Unit.CODE_POINTS) <= count(text, Unit.UTF16)


@given(st.text(max_size=40))
def test_no_text_is_too_strange_to_be_counted(text: str) -> None:
    for unit in Unit:
        assert 0 <= count(text, unit) <= 4 * len(text) + 23 * text.count(".") + 23 * text.count(":")
