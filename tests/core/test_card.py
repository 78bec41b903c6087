"""Cards as values: contrast, letters, names, and what is read out to people who can't see them."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign.core.card import LEAST_CONTRAST, SIZES, Card, Style, against, contrast, made, unset
from campaign.core.media import ANY_MEDIA, MediaRules, Shape
from campaign.core.model import Media, Post

CARD = made("Paspormu milikmu.\n\nTidak seorang pun", "id", Shape.SQUARE, Style(), "Yayasan  Harapan")
COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


class Roomy:
    """A press that takes every card."""

    def edition(self, logo: str) -> str:
        return "1"

    def trouble(self, card: Card) -> str:
        return ""


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#ffffff", "#ffffff", 1.0),
        # WebAIM, "Contrast and Color Accessibility": the greys on both sides of 4.5 and of 3, and pure colours.
        ("#777777", "#ffffff", 4.48),
        ("#767676", "#ffffff", 4.54),
        ("#949494", "#ffffff", 3.03),
        ("#ff0000", "#ffffff", 4.00),
        ("#0000ff", "#ffffff", 8.59),
        ("#00ff00", "#ffffff", 1.37),
    ],
)
def test_contrast_is_that_of_wcag(one: str, other: str, ratio: float) -> None:
    assert contrast(one, other) == pytest.approx(ratio, abs=0.005)


@given(COLOURS, COLOURS)
def test_contrast_is_the_same_both_ways_and_within_its_bounds(one: str, other: str) -> None:
    assert contrast(one, other) == contrast(other, one)
    assert 1 <= contrast(one, other) <= 21


def test_the_usual_colours_can_be_read() -> None:
    style = Style()
    assert contrast(style.text, style.background) >= LEAST_CONTRAST


@pytest.mark.parametrize("shape", Shape)
def test_a_size_is_what_its_shape_says(shape: Shape) -> None:
    width, height = SIZES[shape]
    wide, high = (float(number) for number in shape.split(":"))
    assert width / height == pytest.approx(wide / high, rel=0.005)
    assert min(width, height) >= 600


@pytest.mark.parametrize(
    "words",
    [
        "Kenali tandanya: “paspor ditahan” – jangan diam… ‘kan?",
        "Café, naïve, señorita, Łódź, İstanbul, Nguyễn Thị Hồng, 5 € · £10 · Rp 5.000",
        "WhatsApp +62 812-3456-7890 (24 jam) • 100% gratis → sekarang!\nBaris kedua",
    ],
)
def test_latin_letters_and_their_signs_are_there(words: str) -> None:
    assert unset(words) == ""


@pytest.mark.parametrize(
    ("words", "sign"),
    [
        ("Ayo \U0001f56f", "\U0001f56f"),
        ("Tolong ช่วย", "ช"),
        ("مساعدة", "م"),
        ("ᨅᨔ ᨕᨘᨁᨗ", "ᨅ"),
        ("so\u00adft", "\u00ad"),
        ("a\u200bb", "\u200b"),
        ("\u0301a", "\u0301"),
    ],
)
def test_what_can_not_be_set_is_named(words: str, sign: str) -> None:
    assert unset(words) == sign


def test_letters_are_composed_before_they_are_set() -> None:
    apart = unicodedata.normalize("NFD", "Nguyễn é")
    assert unset(apart) != ""
    assert made(apart, "vi", Shape.SQUARE, Style(), "").words == "Nguyễn é"


def test_what_is_read_out_holds_every_word() -> None:
    assert CARD.described() == "Kartu bertuliskan: Paspormu milikmu. Tidak seorang pun. Yayasan Harapan."
    english = replace(CARD, words="Is it\nyours?", language="en", organisation="")
    assert english.described() == "Card with the words: Is it yours?"
    assert replace(english, language="ms").described() == "Is it yours?"


@given(st.text(st.sampled_from("ab é.\n“"), min_size=1).filter(str.strip))
def test_no_word_is_missing_from_what_is_read_out(words: str) -> None:
    said = made(words, "en", Shape.SQUARE, Style(), "Org").described()
    for word in words.split():
        assert word in said
    assert "\n" not in said


@given(
    st.sampled_from(["words", "language", "background", "text", "accent", "logo", "organisation"]),
    st.sampled_from(["en", "#000000", "x"]),
)
def test_another_card_has_another_file(field: str, value: str) -> None:
    changed = replace(CARD, **{field: value})
    assert (changed.name("1") == CARD.name("1")) == (changed == CARD)
    assert CARD.name("2") != CARD.name("1")
    assert replace(CARD, shape=Shape.TALL).name("1") != CARD.name("1")
    assert CARD.name("1") == replace(CARD).name("1")


def test_a_post_keeps_its_card_in_the_store() -> None:
    post = Post("Halo", "id", (Media(CARD.name("1"), CARD.described(), "image/png", "ab" * 32, CARD),))
    kept = json.loads(json.dumps(post.as_json()))
    assert Post.from_json(kept) == post
    assert Post.from_json(kept).digest() == post.digest()
    other = replace(post, media=(replace(post.media[0], card=replace(CARD, accent="#000000")),))
    assert other.digest() != post.digest()


def test_a_picture_is_kept_as_before_there_were_cards() -> None:
    post = Post("Halo", "id", (Media("a.jpg", "A door", "image/jpeg", "ab" * 32),))
    assert post.as_json()["media"] == [
        {"file": "a.jpg", "alt": "A door", "type": "image/jpeg", "sha256": "ab" * 32}
    ]
    assert Post.from_json(post.as_json()) == post


def test_a_network_takes_the_shapes_within_its_ratio() -> None:
    rules = MediaRules(ratio=(0.8, 1.91))
    verdicts = {
        shape: against(replace(CARD, shape=shape), "instagram", rules, Roomy()) is None for shape in Shape
    }
    assert verdicts == {Shape.SQUARE: True, Shape.WIDE: True, Shape.UPRIGHT: True, Shape.TALL: False}
    told = against(replace(CARD, shape=Shape.TALL), "instagram", rules, Roomy())
    assert told is not None
    assert told[0] == (
        "instagram can't take a 9:16 card: it is 0.56 times as wide as high; it takes 0.80 to 1.91"
    )


def test_letters_of_the_organisation_count_too() -> None:
    told = against(replace(CARD, organisation="Yayasan ✓"), "x", ANY_MEDIA, Roomy())
    assert told is not None and told[0] == "cards have no letter for '✓' (U+2713)"
