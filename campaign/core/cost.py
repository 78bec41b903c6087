"""What posts cost where a network charges for them."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from campaign.core.model import Post
from campaign.core.prices import Prices

_CENT = Decimal("0.01")


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


def exactly(amount: Decimal) -> str:
    """A price as it stands in the list: ``US$0.015``, ``US$0.20``."""
    cents = amount.quantize(_CENT)
    return f"US${cents if cents == amount else amount.normalize():f}"


def dollars(amount: Decimal) -> str:
    """``US$0.62``; whole dollars without cents: ``US$20``. What is less than a cent is not hidden: ``US$0.005``."""
    cents = amount.quantize(_CENT, ROUND_HALF_UP)
    if amount and amount < _CENT:
        return f"US${amount.normalize():f}"
    return f"US${cents:,.0f}" if cents == cents.to_integral_value() else f"US${cents:,}"
