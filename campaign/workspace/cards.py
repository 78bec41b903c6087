"""Draws cards. Typst (a typesetter, from the registry) breaks lines, kerns and draws; what it takes for that, the page
``press/card.typ`` and the typeface Plus Jakarta Sans, lies beside this file, so that nothing is fetched and no font of
the machine counts: the same card gives the same bytes wherever the same version of Typst runs.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from campaign.core.card import LEAST_FOOT, LEAST_TEXT, LEAST_TITLE, Card
from campaign.core.media import JPEG, PNG, WEBP, Shape
from campaign.errors import CampaignError

if TYPE_CHECKING:
    from typst import Fonts

KEPT = ".campaign/cards"
"""Where drawn cards are kept, from the folder of config.yaml. They may be removed: they are drawn again."""

LOGOS = {JPEG: "JPEG", PNG: "PNG", WEBP: "WEBP"}
"""What a logo may be: MIME type, and Pillow's name of it."""

_PRESS = Path(__file__).parent / "press"
_PAGE = _PRESS / "card.typ"
_FONT = _PRESS / "PlusJakartaSans.ttf"

_MOST = 3000
"""Characters of a card: more than have room on any, and few enough to be measured in a moment."""

_LARGEST_TITLE, _LARGEST_TEXT = 116, 56
_LOGO = (360, 84)  # pixels of a card 1080 wide: the most

_MARGINS = {
    Shape.SQUARE: (96, 96, 88),
    Shape.WIDE: (72, 60, 52),
    Shape.UPRIGHT: (96, 104, 96),
    Shape.TALL: (96, 270, 384),
}
"""Sides, top and bottom, in pixels of a card 1080 wide. Of a story, Meta's guide to ads advises
to keep some 14 % of the top and 20 % of the bottom free: its own buttons lie there."""

_END = b"IEND\xaeB`\x82"
"""What a whole PNG ends with (PNG specification, 5.3 and 11.2.5)."""


@dataclass(frozen=True, slots=True)
class _Logo:
    """A logo as it is put on a card."""

    png: bytes = b""
    size: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class CardPress:
    """Draws the cards of a workspace. ``root``: the folder of config.yaml."""

    root: Path

    def edition(self, logo: str) -> str:
        """Which pictures come out: another one for another Typst, page, typeface or logo. A logo that can't be read has
        one, too; ``trouble`` tells of it."""
        try:
            drawn = hashlib.sha256(self._logo(logo, 1080).png).hexdigest() if logo else ""
        except CampaignError:
            drawn = "unreadable"
        return f"{_edition()} {drawn}"

    def trouble(self, card: Card) -> str:
        """Why the card can't be drawn whole; "" if it can. It is measured, not drawn, and once."""
        try:
            return _measured(card, self._logo(card.logo, card.size[0]))
        except CampaignError as error:
            return error.message

    def draw(self, card: Card) -> bytes:
        """The card as a PNG. CampaignError when it can't be drawn whole."""
        try:
            return _drawn(card, self._logo(card.logo, card.size[0]), 72)
        except _NoRoom as error:
            raise CampaignError(f"the card can't be drawn: {error}", "shorten it") from None

    def keep(self, card: Card, file: Path) -> None:
        """Draw the card into a file, unless it is there and whole. CampaignError when it can't be drawn or written."""
        try:
            if file.is_file() and file.read_bytes().endswith(_END):
                return
            data = self.draw(card)
            file.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=file.parent, prefix=".", delete=False) as beside:
                beside.write(data)
            os.replace(beside.name, file)  # noqa: PTH105 - the name says what it does
        except OSError as error:
            hint = "look at its permissions, and at the room on the disk"
            raise CampaignError(f"{KEPT}/{file.name} can't be written: {error.strerror}", hint) from error

    def _logo(self, name: str, width: int) -> _Logo:
        if not name:
            return _Logo()
        path = self.root / "posts" / name
        try:
            about = path.stat()
            return _fitted(path, width, about.st_size, about.st_mtime_ns)
        except Exception as error:
            # There is nothing that a broken file can't make a decoder raise.
            raise CampaignError(
                f"the logo posts/{name} can't be read: {getattr(error, 'strerror', '') or error}"
            ) from error


@lru_cache(maxsize=32)
def _fitted(path: Path, width: int, size: int, changed: int) -> _Logo:
    """``size``, ``changed``: of the file (bytes, nanoseconds), so that another version of it is another logo."""
    from PIL import Image, ImageOps

    with Image.open(path, formats=tuple(LOGOS.values())) as opened:
        upright = ImageOps.exif_transpose(opened).convert("RGBA")
    widest, highest = (round(side * width / 1080) for side in _LOGO)
    upright.thumbnail((widest, highest), Image.Resampling.LANCZOS)
    out = BytesIO()
    upright.save(out, "PNG")
    return _Logo(out.getvalue(), upright.size)


@lru_cache(maxsize=1)
def _fonts() -> Fonts:
    import typst

    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[_PRESS])


@lru_cache(maxsize=1)
def _edition() -> str:
    from importlib.metadata import version

    seen = hashlib.sha256(_PAGE.read_bytes() + _FONT.read_bytes() + repr(_MARGINS).encode())
    return f"typst {version('typst')} {seen.hexdigest()}"


class _NoRoom(Exception):
    """Words for which a card has no room."""


@lru_cache(maxsize=4096)
def _measured(card: Card, logo: _Logo) -> str:
    try:
        _drawn(card, logo, 1)
    except _NoRoom as error:
        return str(error)
    return ""


def _drawn(card: Card, logo: _Logo, resolution: int) -> bytes:
    """``resolution``: pixels per inch; 72 for a whole card, less where only the error counts."""
    import typst

    if len(card.words) > _MOST:
        raise _NoRoom(f"it has {len(card.words):,} characters, far too many")
    compiler = typst.Compiler(
        _PAGE.read_bytes(),
        root=_PRESS,
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"card": json.dumps(_said(card, logo))},
    )
    try:
        # `query` would give the measures too, but Typst forgets what it worked out (1 MB a card) in `compile` only.
        drawn = compiler.compile(format="png", ppi=resolution)
    except typst.TypstError as error:
        _, found, told = error.message.partition("no room ")
        if not found:
            raise
        raise _NoRoom(_plainly(**json.loads(told))) from None
    if not isinstance(drawn, bytes):
        raise AssertionError(f"a card has one page, and this has several: {card}")
    return drawn


def _plainly(share: float, word: str) -> str:
    """``share``: of the room that the words need, in the smallest letters; ``word``: one that is too wide."""
    if word:
        return f"the word {word!r} is wider than the card, at {LEAST_TITLE} px"
    over = max(round((share - 1) * 100), 1)
    return f"it is {over} % too long, in the smallest letters that a phone shows readably ({LEAST_TEXT} px)"


def _said(card: Card, logo: _Logo) -> dict[str, Any]:
    """What the page is told."""
    width, height = card.size
    side, top, bottom = _MARGINS[card.shape]
    title, *below = card.paragraphs or [""]
    return {
        "width": width,
        "height": height,
        "margins": {"side": side, "top": top, "bottom": bottom},
        "colours": {"background": card.background, "text": card.text, "accent": card.accent},
        "language": card.language.partition("-")[0],
        "words": {"title": title, "below": below},
        "organisation": card.organisation,
        "logo": {"png": list(logo.png), "width": logo.size[0], "height": logo.size[1]},
        "sizes": {
            "title": [_LARGEST_TITLE, LEAST_TITLE],
            "text": [_LARGEST_TEXT, LEAST_TEXT],
            "foot": LEAST_FOOT,
        },
    }
