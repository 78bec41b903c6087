"""The matrix of missing translations: nothing is left out, and it fits the terminal."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from campaign.errors import Gap, Level, Place, Problem
from campaign.review.problems import check_lines
from campaign.review.table import plain
from campaign.review.translations import matrix_lines

HINT = "  hint: write what is missing, or say `language:` where only some are meant"


def lacks(*gaps: Gap, level: Level = Level.WARN) -> list[Problem]:
    return [
        Problem(Place("schedules/a.yaml", 1, 1), "lacks it", level=level, rule="r", gap=gap) for gap in gaps
    ]


def test_rows_are_planned_posts_and_columns_languages() -> None:
    found = lacks(
        Gap("world-day", "signs", "pt-BR", "text"),
        Gap("world-day", "signs", "pt-BR", "alt"),
        Gap("world-day", "", "en", "title"),
        Gap("vigil", "candle", "ar", "warning"),
        Gap("vigil", "candle", "ar", "warning"),
    )
    assert plain(matrix_lines(found, 80)) == [
        "Missing translations",
        "  schedules/vigil.yaml",
        "            ar",
        "    candle  warning",
        "  schedules/world-day.yaml",
        "                en     pt-BR",
        "    (campaign)  title  -",
        "    signs       -      alt, text",
        HINT,
    ]


def test_what_does_not_fit_beside_stands_below_and_a_long_name_above() -> None:
    name = "a-planned-post-with-a-rather-long-name"
    found = lacks(
        *(Gap("a", name, code, what) for code in ("ar", "en", "id") for what in ("alt", "hashtags", "text"))
    )
    assert plain(matrix_lines(found, 80)) == [
        "Missing translations",
        "  schedules/a.yaml",
        "                              ar                   en",
        f"    {name}",
        "                              alt, hashtags, text  alt, hashtags, text",
        "                              id",
        f"    {name}",
        "                              alt, hashtags, text",
        HINT,
    ]


WORDS = ("account", "alt", "hashtags", "template", "text", "title", "warning")


@given(
    st.sets(
        st.builds(
            Gap,
            st.sampled_from(["a", "world-day"]),
            st.sampled_from(["", "b", "know-the-signs", "x" * 63]),
            st.sampled_from(["ar", "en", "id", "pt-BR", "zh-Hant-TW"]),
            st.sampled_from(WORDS),
        ),
        min_size=1,
    )
)
def test_nothing_is_left_out_and_nothing_is_too_wide(gaps: set[Gap]) -> None:
    lines = plain(matrix_lines(lacks(*gaps), 80))
    assert all(cell_len(line) <= 80 for line in lines)
    told = " ".join(lines).replace(",", " ").split()
    assert sum(told.count(word) for word in WORDS) == len(gaps)
    for gap in gaps:
        assert {gap.slot or "(campaign)", gap.language, f"schedules/{gap.campaign}.yaml"} <= set(told)


def test_warnings_stand_in_the_matrix_alone_and_errors_above_as_well() -> None:
    shown = plain(
        check_lines(lacks(Gap("a", "b", "en", "alt"), level=Level.ERROR) + lacks(Gap("a", "b", "en", "text")))
    )
    assert shown[:3] == ["schedules/a.yaml:1:1: lacks it", "", "Missing translations"]
    assert shown.count("schedules/a.yaml:1:1: lacks it") == 1
    assert "    b  alt, text" in shown


def test_nothing_missing_shows_nothing() -> None:
    assert matrix_lines([Problem(Place("a"), "b")], 80) == []
