"""What files say of cards, and every usual mistake at its place."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from jsonschema import Draft7Validator
from PIL import Image

from campaign.core.card import Card, CardText, Style
from campaign.core.media import Shape
from campaign.errors import Place
from campaign.workspace.load import load
from campaign.workspace.schema import campaign_schema, config_schema
from tests.workspace.small import CONFIG, SPECS, every_problem, one, with_slot, write

SLOT = "at: 2027-07-30 20:00\ntext: {id: Halo, en: Hello}\n"
DAY = "schedules/day.yaml"


def png() -> bytes:
    out = BytesIO()
    Image.new("RGB", (80, 80), "red").save(out, "PNG")
    return out.getvalue()


def card_of(folder: Path, slot: str, head: str = "") -> CardText | None:
    write(folder, DAY, with_slot(SLOT + slot, head))
    workspace = load(folder, SPECS)
    assert workspace.problems == ()
    return workspace.campaigns["day"].slots[0].card


def test_how_cards_look(folder: Path) -> None:
    write(folder, "posts/images/logo.png", png())
    cards = """\
cards:
  colours: {background: "#F5EFE6", text: "#22303a"}
  logo: ./images/logo.png
  organisation: "{{ vars.org }}"
"""
    write(folder, "config.yaml", CONFIG + cards)
    workspace = load(folder, SPECS)
    assert workspace.problems == ()
    accent = Style().accent
    style = Style(
        "#f5efe6", "#22303a", accent, "images/logo.png", {"": "{{ vars.org }}"}, workspace.cards.place
    )
    assert workspace.cards == style
    assert str(workspace.cards.place) == "config.yaml:18:1"


def test_without_a_word_on_cards_they_have_the_usual_look(folder: Path) -> None:
    workspace = load(folder, SPECS)
    assert workspace.cards == Style()
    assert workspace.press is not None
    card = Card("Halo", "id", Shape.SQUARE, "#ffffff", "#000000", "#000000")
    assert workspace.press.trouble(card) == ""


@pytest.mark.parametrize(
    ("cards", "place", "message"),
    [
        (
            'cards:\n  colours: {background: "#ffffff", text: "#777777"}\n',
            "config.yaml:19:12",
            "`colours`: the text #777777 on #ffffff has a contrast of 4.47 : 1",
        ),
        (
            'cards:\n  colours: {text: "#12343b"}\n',  # on the usual background, which is that colour
            "config.yaml:19:12",
            "`colours`: the text #12343b on #12343b has a contrast of 1.00 : 1",
        ),
        ("cards:\n  colours:\n    text: #ffffff\n", "config.yaml:20:10", "`text`: there is no colour"),
        ('cards: {colours: {text: "white"}}\n', "config.yaml:18:25", "`text`: `white` is not a colour"),
        ('cards: {colours: {accent: "#fff"}}\n', "config.yaml:18:27", "`accent`: `#fff` is not a colour"),
        ("cards: {logo: logo.png}\n", "config.yaml:18:15", "there is no picture posts/logo.png"),
        ("cards: {logo: signs.csv}\n", "config.yaml:18:15", "there is no picture posts/signs.csv"),
        ("cards: {logo: facts.yaml}\n", "config.yaml:18:15", "posts/facts.yaml is no picture and no film"),
        ("cards: {logos: x.png}\n", "config.yaml:18:9", "unknown key `logos` (did you mean 'logo'?)"),
        ("cards: teal\n", "config.yaml:18:8", "`cards` takes a mapping (key: value), not `teal`"),
    ],
)
def test_each_mistake_of_the_look_has_its_place(folder: Path, cards: str, place: str, message: str) -> None:
    write(folder, "config.yaml", CONFIG + cards)
    found = one(folder)
    assert (str(found.place), found.message[: len(message)]) == (place, message)
    assert found.hint


def test_a_colour_without_quotes_is_a_comment_and_says_so(folder: Path) -> None:
    write(folder, "config.yaml", CONFIG + "cards:\n  colours:\n    text: #ffffff\n")
    assert one(folder).hint == 'what follows a # is a comment: put it in quotes, "#12343b"'


@pytest.mark.parametrize(
    ("data", "message"),
    [(b"GIF89a" + bytes(20), "posts/logo.png is broken"), (b"", "posts/logo.png is empty")],
)
def test_a_logo_is_a_picture(folder: Path, data: bytes, message: str) -> None:
    write(folder, "posts/logo.png", data)
    write(folder, "config.yaml", CONFIG + "cards: {logo: logo.png}\n")
    assert one(folder).message.startswith(message)


def test_a_moving_picture_is_no_logo(folder: Path) -> None:
    out = BytesIO()
    Image.new("P", (9, 9)).save(out, "GIF")
    write(folder, "posts/logo.gif", out.getvalue())
    write(folder, "config.yaml", CONFIG + "cards: {logo: logo.gif}\n")
    assert one(folder).message == "posts/logo.gif can't be a logo"


def test_a_card_is_written_as_its_words_or_in_full(folder: Path) -> None:
    place = Place(DAY, 7, 11)
    assert card_of(folder, "card: {id: Satu, en: One}") == CardText(place, {"id": "Satu", "en": "One"})
    assert card_of(folder, 'card: "Satu"') == CardText(place, {"": "Satu"})
    full = "card: {text: {id: Satu, en: One}, shape: 9:16, networks: x}"
    assert card_of(folder, full) == CardText(place, {"id": "Satu", "en": "One"}, None, Shape.TALL, ("x",))
    assert card_of(folder, "card: {template: signs, networks: [x, feed]}") == CardText(
        place, None, "signs", None, ("x", "feed")
    )
    assert card_of(folder, "") is None


def test_a_campaign_gives_its_card_to_posts_without_a_picture(folder: Path) -> None:
    write(folder, "posts/a.png", png())
    head = 'starts: 2027-07-01\nends: 2027-07-31\ncard: "{{ campaign.title }}"\n'
    inherited = CardText(Place(DAY, 3, 7), {"": "{{ campaign.title }}"})
    assert card_of(folder, "", head) == inherited
    assert card_of(folder, "card: Own", head) == CardText(Place(DAY, 8, 11), {"": "Own"})
    assert card_of(folder, 'image: {file: a.png, alt: "A door"}', head) is None
    assert card_of(folder, 'video: {file: a.mp4, alt: "A door"}', head) is None


@pytest.mark.parametrize(
    ("slot", "place", "message"),
    [
        ("card: {text: A, template: signs}", "7:11", "`card`: takes exactly one of `text` and `template`"),
        ("card: {shape: 4:5}", "7:11", "`card`: takes exactly one of `text` and `template`"),
        ("card: {template: sings}", "7:22", "no template called `sings` (did you mean 'signs'?)"),
        ("card: {text: A, shape: 4:3}", "7:28", "`shape`: `4:3` does not belong here"),
        ("card: {text: A, shap: 1:1}", "7:21", "unknown key `shap` (did you mean 'shape'?)"),
        (
            "card: {text: A, networks: [mastodn]}",
            "7:32",
            "there is no network called `mastodn` (did you mean 'mastodon'?)",
        ),
        ('card: {id: ""}', "7:11", "`text`: the text in `id` is empty"),
        ("card: [A]", "7:11", "`card` takes a mapping (key: value), not a list"),
        ("card: {}", "7:11", "`card`: takes exactly one of `text` and `template`"),
        ("card: A\n" + 'image: {file: a.png, alt: "A door"}', "7:5", "a post has either `image` or `card`"),
        ("card: A\n" + 'video: {file: a.mp4, alt: "A door"}', "7:5", "a post has either `video` or `card`"),
    ],
)
def test_each_mistake_of_a_card_has_its_place(folder: Path, slot: str, place: str, message: str) -> None:
    write(folder, DAY, with_slot(SLOT + slot))
    found = one(folder)
    assert (str(found.place), found.message[: len(message)]) == (f"{DAY}:{place}", message)
    assert found.hint


def test_a_mistake_in_the_card_of_a_campaign_is_told_once(folder: Path) -> None:
    head = "starts: 2027-07-01\nends: 2027-07-31\ncard: {template: sings}\n"
    write(folder, DAY, with_slot(SLOT, head) + "  - {id: other, at: 2027-07-20 10:00, text: Halo}\n")
    assert [str(problem.place) for problem in every_problem(folder)] == [f"{DAY}:3:18"]


def test_editors_know_the_keys() -> None:
    slot = {"id": "a", "text": "A", "at": "2027-07-30 20:00"}
    check = Draft7Validator(campaign_schema())
    for card in ("Halo", {"id": "Halo"}, {"text": "A", "shape": "1:1"}, {"template": "a", "networks": ["x"]}):
        assert check.is_valid({"posts": [{**slot, "card": card}], "card": card}), card
    for card in (["A"], {"shape": "4:3", "text": "A"}, {"template": 3}):
        assert not check.is_valid({"posts": [{**slot, "card": card}]}), card
    config = Draft7Validator(config_schema(SPECS))
    assert config.is_valid({"timezone": "UTC", "cards": {"colours": {"text": "#ffffff"}, "logo": "a.png"}})
    assert not config.is_valid({"timezone": "UTC", "cards": {"colours": {"text": "white"}}})
