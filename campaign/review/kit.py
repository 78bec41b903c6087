"""A partner kit as a value: what it says in which wordings, for which networks, and until when it can be trusted.

A kit is for organisations that do not have this program. review.kit_gather makes one, review.kit_files writes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from campaign.core.model import Campaign, Media, Post
from campaign.core.text import TextRules
from campaign.review.kit_knowledge import Knowledge


@dataclass(frozen=True, slots=True)
class Block:
    """The same wordings for some networks. Each wording has the parts of its thread; most have one."""

    networks: tuple[str, ...]
    wordings: tuple[tuple[Post, ...], ...]


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to say in one language. ``dates``: aware, in the campaign's zone, when the campaign itself says it."""

    slot: str
    language: str
    dates: tuple[datetime, ...]
    blocks: tuple[Block, ...]

    @property
    def media(self) -> tuple[Media, ...]:
        """Its pictures, each once."""
        found = (m for block in self.blocks for posts in block.wordings for post in posts for m in post.media)
        return tuple(dict.fromkeys(found))


@dataclass(frozen=True, slots=True)
class Kit:
    """A kit before it is written. ``made``: the day on which it was. ``review_by``: the last day on which it may be
    used without a look at its help lines, facts and links. ``rules``: the limits of each network."""

    campaign: Campaign
    org: Mapping[str, str]
    contact: Mapping[str, str]
    made: date
    review_by: date
    items: tuple[Item, ...]
    rules: Mapping[str, TextRules]
    knowledge: Knowledge
    hashtags: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def languages(self) -> tuple[str, ...]:
        """Those of its texts, the first is that of its first page."""
        return tuple(dict.fromkeys(item.language for item in self.items))

    @property
    def networks(self) -> tuple[str, ...]:
        return tuple(
            sorted({name for item in self.items for block in item.blocks for name in block.networks})
        )

    def late(self) -> tuple[Item, ...]:
        """What is planned only after the kit has to be looked at again."""
        return tuple(item for item in self.items if item.dates[0].date() > self.review_by)


def text_in(texts: Mapping[str, str], language: str) -> str:
    """A text in a language, else in any, else ""."""
    return texts.get(language) or texts.get("") or next(iter(texts.values()), "")
