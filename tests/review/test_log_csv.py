"""The log as CSV: whole, and harmless in a spreadsheet."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign.review.log_csv import cell, csv_lines


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1", '=HYPERLINK("x")']
)
def test_no_cell_starts_a_formula(text: str) -> None:
    assert cell(text) == "'" + text


def test_ordinary_cells_stay_as_they_are() -> None:
    assert [cell(v) for v in ("Kenali", None, 3, ["a", "b"], True)] == ["Kenali", "", "3", "a; b", "yes"]


def test_media_are_named_by_file() -> None:
    assert cell([{"file": "a.jpg", "alt": "x"}, {"file": "b.jpg"}]) == "a.jpg; b.jpg"


@given(st.lists(st.fixed_dictionaries({"text": st.text(max_size=40), "n": st.integers(0, 9)}), max_size=20))
def test_every_row_comes_back_whole(rows: list[dict[str, object]]) -> None:
    out = "".join(csv_lines(["text", "n"], rows))
    back = list(csv.reader(io.StringIO(out, newline="")))
    assert back[0] == ["text", "n"]
    assert [
        r[0].removeprefix("'") if r[0] != row["text"] else r[0] for r, row in zip(back[1:], rows, strict=True)
    ] == [row["text"] for row in rows]
