"""What posts cost where a network charges for them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from campaign.core.cost import cost, dollars, exactly, holds_link
from campaign.core.model import Media, Post
from campaign.core.prices import Prices

PRICES = Prices(date(2026, 8, 22), "x", Decimal("0.015"), Decimal("0.2"), Decimal("0.005"))


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("Kenali tandanya.", False),
        ("Lihat https://example.org/a sekarang", True),
        ("Lihat example.org", True),
        ("Pukul 20.00 di Jl. Sudirman No.5, dr.Sari", False),
        ("ani@example.org", False),
        ("", False),
    ],
)
def test_a_link_is_what_x_makes_one_of(text: str, holds: bool) -> None:
    assert holds_link(text) is holds


def test_each_part_counts_and_a_description_too() -> None:
    picture, bare = Media("a.jpg", "Dua orang"), Media("b.jpg", "")
    parts = [
        Post("Satu", "id", media=(picture, picture, bare), part=1, parts=2),
        Post("Dua https://example.org https://example.org/b", "id", part=2, parts=2),
    ]
    assert cost(parts, PRICES) == Decimal("0.225")
    assert cost([], PRICES) == 0


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        ("0.615", "US$0.62"),
        ("24.1", "US$24.10"),
        ("20", "US$20"),
        ("20.00", "US$20"),
        ("1234.5", "US$1,234.50"),
        ("0.005", "US$0.005"),
        ("0", "US$0"),
    ],
)
def test_dollars(amount: str, said: str) -> None:
    assert dollars(Decimal(amount)) == said


@pytest.mark.parametrize(("amount", "shown"), [("0.015", "US$0.015"), ("0.2", "US$0.20"), ("1", "US$1.00")])
def test_a_price_is_not_rounded(amount: str, shown: str) -> None:
    assert exactly(Decimal(amount)) == shown
