"""What a network charges, as a dated list, and the most that an account may spend."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from campaign.errors import Place


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
