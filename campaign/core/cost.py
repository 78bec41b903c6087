"""What posts cost where a network charges for them: a dated list of prices, and what they come to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from campaign.errors import Place

if TYPE_CHECKING:
    from campaign.core.model import Post

_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Prices:
    """What a network charges, in US dollars, as it said on a day; ``source``: where.

    Each part of a thread counts. ``post``: a part without a link. ``link``: a part that holds one or more, instead.
    ``described``: further, for each picture that has a description.
    """

    as_of: date
    source: str
    post: Decimal
    link: Decimal
    described: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Budget:
    """The most that an account's posts may cost in a calendar month, in US dollars, and where that is written."""

    most: Decimal
    place: Place


def cost(posts: Iterable[Post], prices: Prices) -> Decimal:
    """What the parts of a post cost together, in US dollars."""
    total = Decimal(0)
    for post in posts:
        total += prices.link if holds_link(post.text) else prices.post
        total += prices.described * sum(bool(media.alt) for media in post.media)
    return total


@lru_cache(maxsize=4096)
def holds_link(text: str) -> bool:
    """Whether a text holds what X makes a link of (twitter-text): also an address without https://."""
    if "." not in text:
        return False
    import twitter_text  # costs start-up time

    return bool(twitter_text.extract_urls_with_indices(text))


def dollars(amount: Decimal) -> str:
    """``US$0.62``; whole dollars without cents: ``US$20``. What is less than a cent is not hidden: ``US$0.005``."""
    cents = amount.quantize(_CENT, ROUND_HALF_UP)
    if amount and amount < _CENT:
        return f"US${amount.normalize():f}"
    return f"US${cents:,.0f}" if cents == cents.to_integral_value() else f"US${cents:,}"
