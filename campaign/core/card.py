"""Cards: a few words as a picture in the organisation's colours. What is wanted is a value; it is drawn elsewhere.

Judged here, without drawing: contrast, letters, shapes, and the text for people who can't see the picture.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

from campaign.core.media import PNG, MediaRules, Picture, Shape, unfit
from campaign.errors import Place

SIZES = {
    Shape.SQUARE: (1080, 1080),
    Shape.WIDE: (1200, 630),
    Shape.UPRIGHT: (1080, 1350),
    Shape.TALL: (1080, 1920),
}
"""Pixels, width and height. Instagram scales what is wider than 1,440 and takes up to 1.91 times as wide as high, which
1200 x 630 stays just below (its documentation: networks/instagram.py)."""

LEAST_TITLE, LEAST_TEXT, LEAST_FOOT = 60, 40, 36
"""The smallest letters, in pixels of a card 1080 wide: on a phone that shows it 360 wide these are 20, 13 and 12 CSS
pixels. Our own bound; WCAG names none."""

LEAST_CONTRAST = 4.5
"""WCAG 2.2, success criterion 1.4.3. It allows 3 for large text, but the smaller text of a card is not large on a
phone, so that one number holds for all of it."""

HEX = re.compile(r"#[0-9a-fA-F]{6}")
"""How a colour is written."""

FOLDER = ".cards"
"""Where the files of cards lie, as ``Media.file`` names them: no file below posts/ can be called so, as hidden ones are
passed over."""

INTRODUCED = {"en": "Card with the words: {}", "id": "Kartu bertuliskan: {}"}
"""How the description of a card begins; in other languages its words stand alone."""

_LETTERS = re.compile(
    "[\u0020-\u007e\u00a0-\u00ac\u00ae-\u0107\u010a-\u0113\u0116-\u011b\u011e-\u0123\u0126-\u012b\u012e-\u0131"
    "\u0136\u0137\u0139-\u013e\u0141-\u0148\u014a-\u014d\u0150-\u015b\u015e-\u016b\u016e-\u017e"
    "\u01a0\u01a1\u01af\u01b0\u0218-\u021b\u1e80-\u1e85\u1e9e\u1ea0-\u1ef9"
    "\u2010\u2013\u2014\u2018-\u201a\u201c-\u201e\u2020-\u2022\u2026\u2030\u2039\u203a"
    "\u20a9\u20ab\u20ac\u20b1\u20b9\u20ba\u2122\u2190-\u2193\u2212\n]*"
)
"""What can be set: the Latin letters of European languages, of Indonesian, Malay, Tagalog and Vietnamese, and the signs
that go with them. A test holds it against the typeface."""


@dataclass(frozen=True, slots=True)
class Style:
    """How an organisation's cards look (``cards:`` of config.yaml). Colours as ``#rrggbb``; ``logo``: below posts/, ""
    without one; ``organisation``: its name by language, a template."""

    background: str = "#12343b"
    text: str = "#ffffff"
    accent: str = "#e1b382"
    logo: str = ""
    organisation: Mapping[str, str] = field(default_factory=dict)
    place: Place = field(default_factory=lambda: Place("config.yaml"))


@dataclass(frozen=True, slots=True)
class CardText:
    """What a slot says of its card: words by language, or a template's name. ``shape`` None: as its network has it.
    ``networks``: only there (none: wherever pictures go)."""

    place: Place
    text: Mapping[str, str] | None = None
    template: str | None = None
    shape: Shape | None = None
    networks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Card:
    """A card as it is to be drawn. The first paragraph of ``words`` is its title."""

    words: str
    language: str
    shape: Shape
    background: str
    text: str
    accent: str
    logo: str = ""
    organisation: str = ""

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return SIZES[self.shape]

    @property
    def paragraphs(self) -> list[str]:
        """The title and what stands below it."""
        return [part for part in re.split(r"\n{2,}", self.words) if part.strip()]

    def as_json(self) -> dict[str, str]:
        """The form that the store keeps, from which any host can draw it."""
        return asdict(self)

    @staticmethod
    def from_json(data: Mapping[str, str]) -> Card:
        values: dict[str, Any] = {**data, "shape": Shape(data["shape"])}
        return Card(**values)

    def name(self, edition: str) -> str:
        """The ``Media.file`` of the card as an ``edition`` of the press draws it."""
        seen = json.dumps([self.as_json(), edition], sort_keys=True, ensure_ascii=False)
        return f"{FOLDER}/{hashlib.sha256(seen.encode()).hexdigest()[:32]}.png"

    def described(self) -> str:
        """For people who can't see it: all that stands on it, in one line."""
        said = [*self.paragraphs, self.organisation]
        words = " ".join(_ended(" ".join(part.split())) for part in said if part.strip())
        return INTRODUCED.get(self.language, "{}").format(words)


class Press(Protocol):
    """What draws cards."""

    def edition(self, logo: str) -> str:
        """Another one draws other pictures from the same card (another layout, another file of the logo)."""

    def trouble(self, card: Card) -> str:
        """Why a card can't be drawn whole; "" if it can."""


def made(words: str, language: str, shape: Shape, style: Style, organisation: str) -> Card:
    """The card of some words in a style."""
    return Card(
        unicodedata.normalize("NFC", words.replace("\t", " ")),
        language,
        shape,
        style.background,
        style.text,
        style.accent,
        style.logo,
        unicodedata.normalize("NFC", " ".join(organisation.split())),
    )


def unset(text: str) -> str:
    """The first sign of a text that cards have no letter for; "" if they have all of them."""
    found = _LETTERS.match(text)
    end = found.end() if found else 0
    return text[end : end + 1]


def against(card: Card, network: str, rules: MediaRules, press: Press) -> tuple[str, str] | None:
    """Why a card can't go out on a network: message and hint; None: it can."""
    for said in (card.words, card.organisation):
        if sign := unset(said):
            return (
                f"cards have no letter for {sign!r} (U+{ord(sign):04X})",
                "they are set in Latin letters, without emoji: use other words, or a picture of your own",
            )
    if why := unfit(Picture(PNG, 0, *card.size), rules):
        return f"{network} can't take a {card.shape} card: it {why}", "leave shape: or this account out"
    if why := press.trouble(card):
        hint = "shorten it" if card.shape is Shape.UPRIGHT else f"shorten it, or write shape: {Shape.UPRIGHT}"
        return f"the {card.shape} card has no room for this: {why}", hint
    return None


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours (``#rrggbb``), 1 to 21, as WCAG 2.2 defines it."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    """Relative luminance after WCAG 2.2 (sRGB)."""
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _ended(sentence: str) -> str:
    """With a full stop, so that what is read out has a pause there."""
    return sentence if sentence[-1:] in ".!?…:”\"'’" else f"{sentence}."
