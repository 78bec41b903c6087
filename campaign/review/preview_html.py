"""The preview as one HTML page that needs nothing else: pictures inside, no script, no request to anybody."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from datetime import datetime
from importlib.resources import files
from itertools import groupby

from campaign.core.languages import direction
from campaign.core.model import Media
from campaign.review import times
from campaign.review.cards import Card, meter, named
from campaign.review.words import safe

Picture = Callable[[Media], tuple[str, bytes] | None]
"""MIME type and bytes of a picture; None where it can't be shown (then its name stands there)."""


def page(cards: Sequence[Card], title: str, picture: Picture) -> str:
    """The page, in UTF-8 when it is written. Cards of one moment stand side by side."""
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"shown": safe, "named": named, "direction": direction}
    environment.globals |= {
        "meter": meter,
        "source": lambda media: _source(picture(media)),
    }
    template = files("campaign.review").joinpath("preview.html.j2").read_text(encoding="utf-8")
    moments = [
        {
            "when": times.stamp(due, cards_there[0].zone),
            "utc": times.utc_clock(due, cards_there[0].zone),
            "iso": times.iso(due, cards_there[0].zone),
            "planned": slot,
            "cards": cards_there,
        }
        for (due, slot), cards_there in _moments(cards)
    ]
    return environment.from_string(template).render(title=title, moments=moments)


def _moments(cards: Sequence[Card]) -> list[tuple[tuple[datetime, str], list[Card]]]:
    def moment(card: Card) -> tuple[datetime, str]:
        return card.due, card.key.rsplit("/", 1)[0]

    return [(key, list(there)) for key, there in groupby(cards, moment)]


def _source(found: tuple[str, bytes] | None) -> str:
    if found is None:
        return ""
    kind, data = found
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"
