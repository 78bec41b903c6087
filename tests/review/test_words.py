"""Text that is safe to show, and short enough."""

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from campaign.review.words import count, cut, first_line, first_words, one_line, safe


def test_a_text_can_not_steer_the_terminal() -> None:
    assert safe("red\x1b[31m\x9b2J\r\nok\u202eko") == "red[31m2J\nokko"


def test_emoji_joiners_and_accents_stay() -> None:
    family = "👩‍👧 ra\u0308t"
    assert safe(family) == family


def test_first_line_is_the_first_that_says_something() -> None:
    assert first_line("\n  \n  Kenali  tandanya \nlagi") == "Kenali tandanya"
    assert first_line(" \n") == ""


def test_a_long_line_is_cut_between_words() -> None:
    assert first_words("A job abroad that needs no papers", 20) == "A job abroad that…"
    assert first_words("short", 20) == "short"


def test_wide_characters_count_two_cells() -> None:
    assert cut("人身取引反対世界デー", 9) == "人身取引…"


@given(st.text(), st.integers(min_value=1, max_value=60))
def test_what_is_cut_fits(text: str, width: int) -> None:
    assert cell_len(cut(one_line(text), width)) <= width


@given(st.text())
def test_one_line_is_one_line(text: str) -> None:
    assert len(one_line(text).splitlines()) <= 1


def test_counted_nouns() -> None:
    assert [count(n, "post") for n in (0, 1, 2)] == ["0 posts", "1 post", "2 posts"]
