"""How long a text is for a network: the limits as data, one counter per unit."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Unit(StrEnum):
    """What a network counts."""

    CODE_POINTS = "code points"
    UTF16 = "UTF-16 units"
    GRAPHEMES = "characters"
    BYTES = "bytes"
    WEIGHTED = "weighted characters"  # X: twitter-text configuration v3
    MASTODON = "Mastodon characters"  # graphemes; a link counts url_length, @user@host counts @user


@dataclass(frozen=True, slots=True)
class TextRules:
    """The limits of one network, numbers only. ``limit`` None: none known. Sources stand beside each adapter's rules.

    ``url_length``: what any link counts (MASTODON, WEIGHTED). ``max_bytes``: a second limit in UTF-8 bytes.
    ``images``: pictures that one part may carry; ``alt_limit``: code points of a description.
    ``warning_counts``: the content warning counts towards the limit. ``threads``: parts can be chained.
    ``duplicates``: the network refuses the same text twice.
    """

    limit: int | None = None
    unit: Unit = Unit.CODE_POINTS
    url_length: int | None = None
    max_bytes: int | None = None
    images: int = 0
    alt_limit: int | None = None
    warning_counts: bool = False
    threads: bool = True
    duplicates: bool = False


def length(text: str, rules: TextRules) -> int:
    """The length of a text in the unit of the rules."""
    raise NotImplementedError
