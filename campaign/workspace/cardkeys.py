"""What files say of cards: ``cards:`` of config.yaml (how they look) and ``card:`` of a slot (what stands on one)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Annotated, Any

from pydantic import (
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    PlainValidator,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import CoreSchema, core_schema

from campaign.core.card import HEX, LEAST_CONTRAST, CardText, Style, contrast
from campaign.core.media import Picture, Shape
from campaign.errors import Place
from campaign.workspace.cards import LOGOS
from campaign.workspace.fields import OrOne, Texts
from campaign.workspace.findings import Findings, did_you_mean, quoted
from campaign.workspace.keys import Keys
from campaign.workspace.language_tags import LANGUAGE
from campaign.workspace.readers import kind_of, one_of, wrong
from campaign.workspace.yamlfile import Document, Step

_USUAL = Style()


def read_colour(value: Any) -> str:
    """``#12343b``."""
    if value is None:
        wrong("there is no colour", 'what follows a # is a comment: put it in quotes, "#12343b"')
    if not isinstance(value, str) or not HEX.fullmatch(value):
        wrong(f"{kind_of(value)} is not a colour", 'write six digits in quotes: "#12343b"')
    return value.lower()


Colour = Annotated[
    str,
    PlainValidator(read_colour),
    WithJsonSchema({"description": 'A colour: "#12343b".', "type": "string", "pattern": f"^{HEX.pattern}$"}),
]

ShapeWord = Annotated[
    Shape,
    PlainValidator(lambda value: Shape(one_of(*Shape)(value))),
    WithJsonSchema({"enum": [shape.value for shape in Shape]}),
]


class ColourKeys(Keys):
    """The three colours of a card."""

    background: Colour = Field(_USUAL.background, description="Of the whole card.")
    text: Colour = Field(_USUAL.text, description="Of all words; at least 4.5 : 1 against the background.")
    accent: Colour = Field(_USUAL.accent, description="Of the bar above the title: decoration, no words.")

    @model_validator(mode="after")
    def _readable(self) -> ColourKeys:
        ratio = contrast(self.text, self.background)
        if ratio < LEAST_CONTRAST:
            # Cut off, not rounded: 4.49 must not be told as 4.5.
            told = f"{int(ratio * 100) / 100:.2f} : 1"
            wrong(
                f"the text {self.text} on {self.background} has a contrast of {told}",
                f"{LEAST_CONTRAST} : 1 is the least that many people can read: make one darker or the other lighter",
                "contrast",
            )
        return self


class CardsKeys(Keys):
    """How cards look."""

    colours: ColourKeys | None = Field(None, description="background, text, accent.")
    logo: Annotated[str, Field(min_length=1)] | None = Field(
        None, description="A picture below posts/: images/logo.png. It stands at the foot."
    )
    organisation: Texts | None = Field(
        None, description="What stands at the foot beside the logo: your name, or {{ vars.org }} (in quotes)."
    )

    def value(self, place: Place) -> Style:
        colours = self.colours or ColourKeys.model_validate({})
        return Style(
            colours.background,
            colours.text,
            colours.accent,
            (self.logo or "").removeprefix("./"),
            self.organisation or {},
            place,
        )


class CardKeys(Keys):
    """A card: its words, or a template that has them."""

    text: Texts | None = Field(None, description="The words, by language. The first paragraph is the title.")
    template: Annotated[str, Field(min_length=1)] | None = Field(
        None, description="A template below posts/ that has the words, without .j2 and without language."
    )
    shape: ShapeWord | None = Field(None, description="1:1, 4:5, 9:16 or 1.91:1. Default: the network's.")

    networks: Annotated[list[str], Field(min_length=1), OrOne()] | None = Field(
        None, description="Only there; elsewhere the post goes out without it. Default: wherever pictures go."
    )

    @model_validator(mode="after")
    def _either(self) -> CardKeys:
        if (self.text is None) == (self.template is None):
            wrong("takes exactly one of `text` and `template`", "write card: {id: …, en: …}", "card")
        return self

    def value(self, place: Place) -> CardText:
        return CardText(place, self.text, self.template, self.shape, tuple(self.networks or ()))


class _OrWords:
    """Marks a card that may be written as its words alone."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(_whole, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        whole = handler(schema)
        return {"anyOf": [handler.resolve_ref_schema(whole)["properties"]["text"], whole]}


def _whole(value: Any) -> Any:
    """``text``, where only the words were written."""
    words = isinstance(value, str) or (
        isinstance(value, dict) and all(LANGUAGE.fullmatch(key) or not key for key in value)
    )
    return {"text": value} if words and value != {} else value


CardValue = Annotated[CardKeys, _OrWords()]


def card_of(
    keys: CardKeys | None,
    path: tuple[Step, ...],
    document: Document,
    stems: Collection[str],
    networks: Collection[str],
    findings: Findings,
) -> CardText | None:
    """The card of a slot, or of all slots of a campaign. ``path``: where it stands; ``stems``: what templates may be
    called; ``networks``: all that there are."""
    if keys is None:
        return None
    for index, name in enumerate(keys.networks or ()):
        if name not in networks:
            findings.add(
                document.place((*path, "networks", index)),
                f"there is no network called {quoted(name)}{did_you_mean(name, networks)}",
                f"write one of: {', '.join(sorted(networks))}",
                rule="unknown-network",
            )
    if keys.template is not None and keys.template not in stems:
        findings.add(
            document.place((*path, "template")),
            f"no template called {quoted(keys.template)}{did_you_mean(keys.template, stems)}",
            "it is a file below posts/ that ends in .j2, named here without .j2 and without language",
            rule="unknown-template",
        )
    return keys.value(document.place(path))


def logo_must_be_there(
    style: Style,
    document: Document,
    media: Collection[str],
    pictures: Mapping[str, Picture],
    findings: Findings,
) -> None:
    """The logo is a still picture below posts/."""
    if not style.logo:
        return
    place = document.place(("cards", "logo"))
    if style.logo not in media:
        findings.add(
            place,
            f"there is no picture posts/{style.logo}{did_you_mean(style.logo, sorted(media))}",
            "name a file below posts/, for example images/logo.png",
            rule="media",
        )
    elif trouble := pictures[style.logo].trouble:
        findings.add(place, f"posts/{style.logo} {trouble}", "save it as PNG", rule="media")
    elif pictures[style.logo].type not in LOGOS:
        findings.add(place, f"posts/{style.logo} can't be a logo", "save it as PNG", rule="media")
