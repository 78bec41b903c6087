"""Near-identical words from several logins: how near, and that the quick look finds what a slow one does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign.core.coalition import Said, twins, words

T0 = datetime(2027, 7, 1, tzinfo=UTC)


def said(login: str, text: str, hours: float = 0, network: str = "x") -> Said:
    return Said(login, network, T0 + timedelta(hours=hours), tuple(text.split("|")))


TEXT = "Satu dua tiga empat lima enam tujuh delapan sembilan sepuluh sebelas dua belas."


@pytest.mark.parametrize(
    ("one", "two", "near"),
    [
        (TEXT, TEXT, True),
        (TEXT, TEXT.upper().replace(" ", ",\n"), True),
        (TEXT, f"{TEXT} https://example.org/x #tag @org@example.org 🙏", True),
        (TEXT, TEXT.replace("belas.", "puluh."), True),  # 10 of 12 runs
        (TEXT, TEXT.replace("sebelas dua", "dua puluh"), False),  # 8 of 14
        (TEXT, "Kenali tandanya", False),
        ("Satu dua", "Dua satu", False),
        ("Satu dua", "satu, DUA!", True),
        ("🙏🏽 🕯", "🙏🏽 🕯", True),
        ("🙏🏽", "🕯", False),
        ("#a", "#b", False),
        ("人口贩卖是犯罪，请打电话求助，我们会帮助你", "人口贩卖是犯罪！请打电话求助，我们会帮助您", True),
        ("人口贩卖是犯罪", "请打电话求助吧", False),
        ("ﬁlm tamat", "film tamat", True),
        ("Satu.|Dua.", "Satu. Dua.", True),
    ],
)
def test_how_near(one: str, two: str, near: bool) -> None:
    assert twins([said("a", one), said("b", two)]) == ({1: 0} if near else {})
    assert twins([said("a", two), said("b", one)]) == ({1: 0} if near else {})
    assert twins([said("a", one), said("a", two)]) == {}
    assert twins([said("a", one), said("b", two, network="mastodon")]) == {}


def test_words_that_count() -> None:
    assert words(["Kenali #Tanda: https://a.example/b?c", "ani@example.org 129!"]) == [
        "kenali",
        "ani",
        "example",
        "org",
        "129",
    ]


def test_the_nearest_in_time_within_a_day_is_named() -> None:
    spoken = [
        said("a", TEXT),
        said("a", TEXT, 3),
        said("b", TEXT, 5),
        said("c", TEXT, 28.99),
        said("d", TEXT, 53),
    ]
    assert twins(spoken) == {2: 1, 3: 2}
    assert twins(spoken[::-1]) == {2: 3, 1: 2}


WORDS = st.lists(st.sampled_from(["a", "b", "c", "d"]), min_size=1, max_size=14).map(" ".join)
POSTS = st.lists(st.builds(said, st.sampled_from(["a", "b", "c"]), WORDS, st.integers(0, 60)), max_size=14)


@given(POSTS)
def test_the_quick_look_finds_what_a_slow_one_does(spoken: list[Said]) -> None:
    def runs(one: Said) -> set[tuple[str, ...]]:
        there = one.texts[0].split()
        return {tuple(there[i : i + 3]) for i in range(max(1, len(there) - 2))}

    def alike(one: Said, other: Said) -> bool:
        mine, theirs = runs(one), runs(other)
        return Fraction(len(mine & theirs), len(mine | theirs)) >= Fraction(4, 5)

    order = sorted(range(len(spoken)), key=lambda i: (spoken[i].at, i))
    slow = {}
    for place, index in enumerate(order):
        for other in reversed(order[:place]):
            one, two = spoken[index], spoken[other]
            if one.at - two.at < timedelta(hours=24) and one.login != two.login and alike(one, two):
                slow[index] = other
                break
    assert twins(spoken) == slow
