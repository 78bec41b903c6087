"""Cells of tables: no formula gets out, and every text comes back as it was."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign.core.cells import FORMULA, defused, restored

TEXTS = st.text() | st.text(alphabet="'=+-@ \t\nx", max_size=6)


@given(TEXTS)
def test_what_was_defused_comes_back(text: str) -> None:
    cell = defused(text)
    assert restored(cell) == text
    assert not cell.lstrip().startswith(FORMULA) or cell.startswith("'")


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        (" =1+1", "' =1+1"),
        ("'=1+1", "''=1+1"),
        ("'tis the season", "'tis the season"),
        ("hello", "hello"),
        ("@ani", "'@ani"),
    ],
)
def test_how_it_looks(text: str, cell: str) -> None:
    assert defused(text) == cell
