"""Cards as pictures: seen in their pixels, never compared with a picture that somebody kept."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from fontTools.ttLib import TTFont
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageColor

from campaign.core.card import SIZES, Card, Style, made, unset
from campaign.core.media import Shape
from campaign.core.model import Media
from campaign.errors import CampaignError
from campaign.workspace.cards import _FONT, _LOGO, _MARGINS, KEPT, CardPress
from campaign.workspace.files import MediaFiles

LIGHT = Style("#f5efe6", "#22303a", "#b5532d")
PRESS = CardPress(Path("/nowhere"))
WORDS = (
    "Paspormu milikmu.\n\nTidak ada majikan atau agen yang boleh menahannya. Mintalah bantuan kalau diambil."
)


def card(words: str = WORDS, shape: Shape = Shape.SQUARE, style: Style = LIGHT, by: str = "Yayasan") -> Card:
    return made(words, "id", shape, style, by)


def pixels(drawn: bytes) -> Image.Image:
    with Image.open(BytesIO(drawn)) as image:
        return image.convert("RGB")


def blank(image: Image.Image, box: tuple[float, float, float, float], colour: str = LIGHT.background) -> bool:
    """Whether nothing stands in a part of a card (left, top, right, bottom)."""
    part = image.crop(tuple(round(edge) for edge in box))
    return part.getcolors() == [(part.width * part.height, ImageColor.getrgb(colour))]


def margins_are_empty(image: Image.Image, shape: Shape) -> bool:
    """Letters may reach a few pixels into a margin (descenders, and the round of an O)."""
    width, height = image.size
    unit = width / 1080
    side, top, bottom = (size * unit for size in _MARGINS[shape])
    over = 12 * unit
    return (
        blank(image, (0, 0, side - over, height))
        and blank(image, (width - side + over, 0, width, height))
        and blank(image, (0, 0, width, top - over))
        and blank(image, (0, height - bottom + over, width, height))
    )


@pytest.mark.parametrize("shape", Shape)
def test_each_shape_has_its_size_its_colours_and_its_margins(shape: Shape) -> None:
    image = pixels(PRESS.draw(card("Paspormu milikmu.\n\nMintalah bantuan.", shape)))
    assert image.size == SIZES[shape]
    assert margins_are_empty(image, shape)
    colours = {colour for _, colour in image.getcolors(1 << 20)}
    for colour in (LIGHT.background, LIGHT.text, LIGHT.accent):
        assert ImageColor.getrgb(colour) in colours


def test_the_same_card_is_the_same_bytes_in_another_process() -> None:
    code = (
        "import hashlib, pathlib\n"
        "from campaign.workspace.cards import CardPress\n"
        "from tests.workspace.test_cards import card\n"
        "print(hashlib.sha256(CardPress(pathlib.Path('/elsewhere')).draw(card())).hexdigest())"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    drawn = PRESS.draw(card())
    assert told.stdout.strip() == hashlib.sha256(drawn).hexdigest()
    assert drawn == CardPress(Path("/nowhere")).draw(card())
    assert drawn != PRESS.draw(card(WORDS + "!"))


SLOW: Any = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
"""A card is drawn for each example, beside whatever else the machine does."""

LETTERS = "aeioubcdghjklmnprstwy"
SIGNS = "".join(chr(code) for code in range(0x21, 0x2213) if unset(chr(code)) == "")
WORD = st.one_of(
    st.text(LETTERS, min_size=1, max_size=14),
    st.text(SIGNS, min_size=1, max_size=12),
    st.text("()[]{}/!?.,:;\"'“”‘’«»‹›„‚–—-…%\u00a0#a", min_size=1, max_size=6),
    st.sampled_from(
        [
            "pertanggungjawaban",
            "internationalisation",
            "“gratis”",
            "—",
            "é",
            "Ồ",
            "jgpqy",
            "https://contoh.id/bantuan",
        ]
    ),
)
PARAGRAPH = st.lists(WORD, min_size=1, max_size=25).map(" ".join)


@settings(max_examples=40, **SLOW)
@given(st.lists(PARAGRAPH, min_size=1, max_size=4).map("\n\n".join), st.sampled_from(Shape))
def test_whatever_is_drawn_stands_within_the_margins_and_above_the_foot(words: str, shape: Shape) -> None:
    wanted = card(words, shape)
    if PRESS.trouble(wanted):
        with pytest.raises(CampaignError, match="the card can't be drawn"):
            PRESS.draw(wanted)
        return
    assert margins_are_empty(pixels(PRESS.draw(wanted)), shape)


@pytest.fixture(scope="module")
def branded(tmp_path_factory: pytest.TempPathFactory) -> CardPress:
    """A press of a workspace with logos."""
    root = tmp_path_factory.mktemp("workspace")
    (root / "posts").mkdir()
    Image.new("RGBA", (400, 400), LIGHT.accent).save(root / "posts" / "logo.png")
    return CardPress(root)


BRANDED = replace(LIGHT, logo="logo.png")


@settings(max_examples=20, **SLOW)
@given(words=st.lists(PARAGRAPH, min_size=1, max_size=4).map("\n\n".join), shape=st.sampled_from(Shape))
def test_words_do_not_run_into_the_foot(branded: CardPress, words: str, shape: Shape) -> None:
    wanted = card(words, shape, BRANDED)
    if branded.trouble(wanted):
        return
    image = pixels(branded.draw(wanted))
    unit = image.width / 1080
    foot = image.height - (_MARGINS[shape][2] + _LOGO[1]) * unit
    assert blank(image, (0, foot - 22 * unit, image.width, foot - 4 * unit))


def test_the_logo_stands_at_the_foot_in_its_own_ratio(branded: CardPress) -> None:
    image = pixels(branded.draw(card(style=BRANDED)))
    side, _, bottom = _MARGINS[Shape.SQUARE]
    box = (side, image.height - bottom - _LOGO[1], side + _LOGO[1], image.height - bottom)
    assert blank(image, box, LIGHT.accent)
    assert blank(image, (box[2], box[1], box[2] + 20, box[3]))


def test_a_wide_logo_leaves_room_for_the_name(tmp_path: Path) -> None:
    (tmp_path / "posts").mkdir()
    Image.new("RGB", (3000, 300), LIGHT.accent).save(tmp_path / "posts" / "logo.png")
    image = pixels(CardPress(tmp_path).draw(card(style=BRANDED)))
    side, _, bottom = _MARGINS[Shape.SQUARE]
    foot = image.crop((0, image.height - bottom - 36, image.width, image.height - bottom))
    accent = [x for x in range(foot.width) if foot.getpixel((x, 18)) == ImageColor.getrgb(LIGHT.accent)]
    assert (accent[0], accent[-1] + 1) == (side, side + _LOGO[0])
    assert not blank(foot, (side + _LOGO[0] + 20, 0, foot.width, foot.height))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_logo_may_be_of_these_kinds(tmp_path: Path, kind: str) -> None:
    (tmp_path / "posts").mkdir()
    Image.new("RGB", (90, 90), "#123456").save(tmp_path / "posts" / "logo.png", kind)
    assert CardPress(tmp_path).trouble(card(style=BRANDED)) == ""


def test_a_logo_that_can_not_be_read_is_told_of(tmp_path: Path) -> None:
    press = CardPress(tmp_path)
    assert press.trouble(card(style=BRANDED)) == (
        "the logo posts/logo.png can't be read: No such file or directory"
    )
    (tmp_path / "posts").mkdir()
    (tmp_path / "posts" / "logo.png").write_bytes(b"\x89PNG\r\n\x1a\n broken")
    assert press.trouble(card(style=BRANDED)).startswith("the logo posts/logo.png can't be read: ")
    with pytest.raises(CampaignError, match=r"posts/logo\.png"):
        press.draw(card(style=BRANDED))


def test_another_logo_is_another_edition(tmp_path: Path) -> None:
    press, logo = CardPress(tmp_path), tmp_path / "posts" / "logo.png"
    logo.parent.mkdir()
    editions = {press.edition(""), press.edition("logo.png")}
    for colour in ("red", "blue"):
        Image.new("RGB", (90, 90), colour).save(logo)
        editions.add(press.edition("logo.png"))
    assert len(editions) == 4


def test_what_has_no_room_is_refused_never_cut() -> None:
    long = card("Judul.\n\n" + "Jangan berangkat tanpa kontrak yang kamu pahami. " * 20)
    assert re.fullmatch(
        r"it is \d+ % too long, in the smallest letters that .* \(40 px\)", PRESS.trouble(long)
    )
    assert PRESS.trouble(replace(long, shape=Shape.UPRIGHT)) != ""
    word = card("pertanggungjawaban" * 3)
    assert PRESS.trouble(word) == (
        "the word 'pertanggungjawabanpertanggungjawabanpertanggungjawaban' is wider than the card, at 60 px"
    )
    assert "wider than the card" in PRESS.trouble(card(by="Y" * 60))
    assert PRESS.trouble(card("a b " * 5000)) == "it has 20,000 characters, far too many"


def test_words_are_words_never_code() -> None:
    """What would be markup or code in Typst stands on the card as it is written."""
    for words in ('#panic("x")', "= A *b* _c_ $x^2$", '") #read("card.typ") //', "\\u{41} {a: [b]} <fit> @x"):
        image = pixels(PRESS.draw(card(words)))
        assert margins_are_empty(image, Shape.SQUARE)
        assert image.tobytes() != pixels(PRESS.draw(card("-"))).tobytes()


def test_letters_shrink_no_further_than_a_phone_shows_readably() -> None:
    """A line of the smallest text is as high as the design says: x-height 0.5 to 0.6 of 40 px."""
    words = "Judul.\n\n" + "xxxx xxxx xxxx " * 36
    fits = next(
        wanted
        for cut in range(len(words), 0, -5)
        if not PRESS.trouble(wanted := card(words[:cut].strip(), by=""))
    )
    image = pixels(PRESS.draw(fits))
    text = [row for row in range(image.height) if not blank(image, (0, row, image.width, row + 1))]
    last = max(text)
    line = next(n for n in range(1, 100) if last - n not in text)
    assert 0.5 * 40 <= line <= 0.6 * 40


def test_every_letter_that_cards_take_has_a_glyph() -> None:
    glyphs = TTFont(_FONT).getBestCmap()
    taken = [code for code in range(0x20, 0x3000) if unset(chr(code)) == ""]
    assert [f"U+{code:04X}" for code in taken if code not in glyphs] == []
    assert len(taken) > 400


def test_a_kept_card_is_drawn_once_and_again_when_it_is_torn(tmp_path: Path) -> None:
    press, file = CardPress(tmp_path), tmp_path / KEPT / "a.png"
    press.keep(card(), file)
    whole, made_at = file.read_bytes(), file.stat().st_mtime_ns
    press.keep(card(), file)
    assert file.stat().st_mtime_ns == made_at
    file.write_bytes(whole[:1000])
    press.keep(card(), file)
    assert file.read_bytes() == whole
    assert [path.name for path in file.parent.iterdir()] == ["a.png"]


def test_a_folder_that_can_not_be_written_is_told_of(tmp_path: Path) -> None:
    (tmp_path / ".campaign").write_text("a file stands in the way")
    with pytest.raises(CampaignError, match=r"\.campaign/cards/a\.png can't be written"):
        CardPress(tmp_path).keep(card(), tmp_path / KEPT / "a.png")


def test_files_find_a_card_once_it_is_drawn(tmp_path: Path) -> None:
    files, wanted = MediaFiles(tmp_path), card()
    media = Media(wanted.name(PRESS.edition("")), wanted.described(), card=wanted)
    with pytest.raises(CampaignError, match="is gone"):
        files.path(media.file)
    files.draw(media)
    assert files.path(media.file).is_relative_to(tmp_path / KEPT)
    assert files.describe(media.file)[0] == "image/png"


@pytest.mark.parametrize("file", ["a.png", ".cards/../../x.png", ".cards/a.png", "/etc/passwd"])
def test_a_card_is_drawn_nowhere_else(tmp_path: Path, file: str) -> None:
    with pytest.raises(CampaignError, match="is no file of a card"):
        MediaFiles(tmp_path).draw(Media(file, "x", card=card()))
    assert list(tmp_path.iterdir()) == []


def test_another_picture_is_left_as_it_is(tmp_path: Path) -> None:
    MediaFiles(tmp_path).draw(Media("a.png", "x"))
    assert list(tmp_path.iterdir()) == []
