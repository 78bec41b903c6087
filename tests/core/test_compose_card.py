"""Cards of posts: which words, which shape, who judges them. The press is the real one; it only measures here."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from campaign.core.card import CardText, Style
from campaign.core.compose import Composition
from campaign.core.media import JPEG, PNG, MediaRules, Shape
from campaign.core.model import Account, Media, Slot, Target
from campaign.core.text import TextRules
from campaign.errors import Level, Place
from campaign.workspace.cards import CardPress
from tests.core.test_compose import FEDI, HERE, RULES, TWITTER, a_slot, compose, fact, only, problem

CARD = Place("schedules/world-day.yaml", 20, 7)
WORDS = {"id": "Paspormu milikmu.\n\nMintalah kembali.", "en": "Your passport is yours.\n\nAsk for it."}
IG = Account(
    "ig",
    "instagram",
    ("id", "en"),
    None,
    media=MediaRules(kinds=frozenset({JPEG}), ratio=(0.8, 1.91), card=Shape.UPRIGHT),
)


@pytest.fixture(autouse=True)
def rules(monkeypatch: pytest.MonkeyPatch) -> None:
    more = {
        "instagram": TextRules(limit=2200, images=10, alt_limit=1000, needs_media=True),
        "chat": TextRules(images=1, alt_in_text=True),
    }
    monkeypatch.setattr("tests.core.test_compose.RULES", RULES | more)


def with_card(
    slot: Slot | None = None, *, on: Target | None = None, space: dict[str, Any] | None = None, **card: Any
) -> Composition:
    values = {"text": WORDS} if not {"text", "template"} & card.keys() else {}
    wanted = replace(slot or a_slot(), card=CardText(CARD, **values, **card))
    return compose(wanted, on, **{"press": CardPress(Path("/nowhere")), **(space or {})})


def picture(composition: Composition) -> Media:
    (media,) = only(composition).media
    assert media.card is not None
    return media


def test_a_card_is_the_picture_of_a_text() -> None:
    media = picture(
        with_card(
            space={"cards": Style(organisation={"": "Yayasan {{ vars.city }}"}), "vars": {"city": "Solo"}}
        )
    )
    assert media.alt == "Kartu bertuliskan: Paspormu milikmu. Mintalah kembali. Yayasan Solo."
    assert media.type == PNG and media.sha256 == ""
    assert media.card is not None
    assert media.file == media.card.name(CardPress(Path("/nowhere")).edition(""))
    assert (media.card.shape, media.card.language) == (Shape.SQUARE, "id")
    assert media.card.words == WORDS["id"]


def test_each_language_has_its_own_card() -> None:
    media = picture(with_card(on=Target(FEDI, "en")))
    assert media.alt == "Card with the words: Your passport is yours. Ask for it."
    assert media.file != picture(with_card()).file


def test_a_network_that_needs_a_picture_takes_the_card_in_its_own_shape() -> None:
    target = Target(IG, "id")
    assert problem(compose(a_slot(), target), "media").hint == (
        "give it an image: or a card:, or leave this account out"
    )
    media = picture(with_card(on=target))
    assert media.card is not None and media.card.shape is Shape.UPRIGHT
    told = problem(with_card(on=target, shape=Shape.TALL), "card")
    assert told.message.startswith("instagram can't take a 9:16 card")


def test_only_the_networks_that_are_named_get_it() -> None:
    assert only(with_card(networks=("instagram",))).media == ()
    picture(with_card(on=Target(IG, "id"), networks=("instagram",)))
    assert problem(with_card(on=Target(IG, "id"), networks=("x",)), "media").message == (
        "instagram takes no text without a picture"
    )


def test_a_template_has_the_words_and_sees_what_a_text_sees() -> None:
    templates = {"c.id.j2": "{{ row.title }}\n\n{{ fact('total') }}", "c.x.id.j2": "Untuk X"}
    rows = ({"id": "1", "title": "Paspor ditahan"},)
    space = {"templates": templates, "tables": {"s.csv": rows}, "facts": {"total": fact("total")}}
    slot = a_slot(rows="s.csv")
    post = only(with_card(slot, template="c", space=space))
    assert post.media[0].alt == "Kartu bertuliskan: Paspor ditahan. Fakta."
    assert post.facts == ("total",)
    assert picture(with_card(slot, on=Target(TWITTER, "id"), template="c", space=space)).alt.endswith(
        "Untuk X."
    )


@pytest.mark.parametrize(
    ("card", "rule", "place", "message"),
    [
        ({"text": {"en": "Hi"}}, "language", HERE, "there is no card in 'id', only in 'en'"),
        ({"text": {"": "{{ nope }}"}}, "template", CARD, "'nope'"),
        ({"text": {"": "{{ '' }}"}}, "card", CARD, "the card has no words"),
        ({"text": {"": "A\n---\nB"}}, "card", CARD, "a card is one picture, and this has 2 parts"),
        ({"text": {"": "Ayo \U0001f56f"}}, "card", CARD, "cards have no letter for '\U0001f56f' (U+1F56F)"),
        ({"text": {"": "panjang " * 200}}, "card", CARD, "the 1:1 card has no room for this: it is "),
        ({"text": {"": "x" * 60}}, "card", CARD, "the 1:1 card has no room for this: the word "),
        ({"template": "none"}, "template", HERE, "there is no template 'none'"),
        ({"template": "long"}, "card", Place("posts/long.j2"), "the 1:1 card has no room"),
        ({"template": "bad"}, "template", Place("posts/bad.j2", 2), "'nope'"),
    ],
)
def test_each_fault_of_a_card_has_its_place(
    card: dict[str, Any], rule: str, place: Place, message: str
) -> None:
    templates = {"long.j2": "panjang " * 200, "bad.j2": "A\n{{ nope }}"}
    told = problem(with_card(space={"templates": templates}, **card), rule)
    assert told.place == place
    assert message in told.message
    assert told.hint or rule == "template"


def test_without_a_press_nothing_goes_out_half() -> None:
    assert problem(with_card(space={"press": None}), "card").place == CARD


def test_too_long_a_card_names_the_shape_with_the_most_room() -> None:
    assert problem(with_card(text={"": "panjang " * 200}), "card").hint == "shorten it, or write shape: 4:5"
    upright = with_card(text={"": "panjang " * 200}, shape=Shape.UPRIGHT)
    assert problem(upright, "card").hint == "shorten it"


def test_what_looks_like_a_phone_number_is_judged_on_a_card_too() -> None:
    told = problem(with_card(text={"": "Hubungi +62 812-3456-7890"}), "phone")
    assert "7890" in told.message


def test_a_value_is_rendered_once() -> None:
    rows = ({"id": "1", "title": "{{ vars }} dan {% raw %}"},)
    media = picture(
        with_card(a_slot(rows="s.csv"), text={"": "{{ row.title }}"}, space={"tables": {"s.csv": rows}})
    )
    assert media.card is not None and media.card.words == "{{ vars }} dan {% raw %}"
    assert "{{ vars }} dan {% raw %}" in media.alt


def test_the_organisation_speaks_the_language_of_the_post() -> None:
    style = Style(organisation={"en": "Hope Foundation"}, place=Place("config.yaml", 20))
    told = problem(with_card(space={"cards": style}), "card")
    assert told.message == "`organisation` of the cards has no text in 'id'"
    assert told.place == Place("config.yaml", 20)


def test_a_network_without_pictures_goes_out_without_the_card() -> None:
    sms = Account("sms", "sms", ("id",), None)
    composition = with_card(on=Target(sms, "id"))
    assert [(found.rule, found.level, found.place) for found in composition.problems] == [
        ("media", Level.WARN, CARD)
    ]
    assert composition.posts[0].media == ()


def test_a_card_says_what_it_is_where_its_words_stand_in_the_text() -> None:
    chat = Account("chat", "chat", ("id",), None)
    assert only(with_card(on=Target(chat, "id"))).text == (
        "Halo\n\n[Kartu bertuliskan: Paspormu milikmu. Mintalah kembali.]"
    )


def test_words_that_are_too_long_to_be_read_out_are_told_of() -> None:
    short = Account("ig", "instagram", ("id",), None, media=replace(IG.media, card=Shape.UPRIGHT))
    words = {"": "Judul\n\n" + "a b c d e f g h i j " * 20}
    assert picture(with_card(on=Target(short, "id"), text=words)).alt
    tight = {**RULES, "mastodon": replace(RULES["mastodon"], alt_limit=100)}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tests.core.test_compose.RULES", tight)
        told = problem(with_card(text={"": "Judul\n\n" + "jangan " * 20}), "alt")
    assert told.message.startswith("the picture's description is too long for mastodon: ")
