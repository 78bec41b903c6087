"""Language tags: those of BCP 47 in their right spelling, and a hint for each way to miss it."""

from __future__ import annotations

from pathlib import Path
from string import ascii_lowercase

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaign.workspace.language_tags import TWO_LETTERS, complaint, looked_up
from tests.workspace.small import CONFIG, every_problem, write


@pytest.mark.parametrize(
    "tag",
    [
        "id",
        "en",
        "ms",
        "jv",
        "ban",
        "tet",
        "tl",
        "fil",
        "cmn",
        "pt-BR",
        "es-419",
        "zh-Hant-TW",
        "sr-Latn",
        "fa-AF",
    ],
)
def test_good_ones(tag: str) -> None:
    assert complaint(tag) is None


@pytest.mark.parametrize(
    ("tag", "message", "hint"),
    [
        ("pt-br", "`pt-br` is not how the language is written", "write pt-BR"),
        ("EN", "`EN` is not how the language is written", "write en"),
        ("zh-hant", "is not how", "write zh-Hant"),
        ("en_US", "`en_US` is not how", "write en-US"),
        ("in", "`in` is not how", "write id"),
        ("iw", "`iw` is not how", "write he"),
        ("ind", "`ind` is not how", "write id"),
        ("en-UK", "is not how", "write en-GB"),
        ("eng-GB", "is not how", "write en-GB"),
        ("Indonesian", "`Indonesian` is not a language", "write id"),
        ("jp", "`jp` is not a language", "use codes such as id, en, pt-BR"),
        ("xx", "is not a language", "BCP 47"),
        ("en-XYZW", "is not a language", "BCP 47"),
        ("und", "`und` names no language", "one language"),
        ("mul", "`mul` names no language", "one language"),
        ("x-ours", "is not a language", "BCP 47"),
        ("", "is not a language", "BCP 47"),
        ("id\n", "is not a language", "BCP 47"),
    ],
)
def test_bad_ones(tag: str, message: str, hint: str) -> None:
    found = complaint(tag)
    assert found is not None
    assert message in found[0]
    assert hint in found[1]


def test_the_short_list_is_that_of_the_registry() -> None:
    pairs = {f"{first}{second}" for first in ascii_lowercase for second in ascii_lowercase}
    good = {tag for tag in pairs if looked_up(tag) is None}
    assert good >= TWO_LETTERS
    assert good - TWO_LETTERS == {"tl"}  # Tagalog, whose code the registry would rather have as fil


@settings(deadline=None)  # the first example loads the registry
@given(st.text() | st.from_regex(r"[A-Za-z]{1,9}([-_][A-Za-z0-9]{1,9}){0,4}", fullmatch=True))
def test_anything_is_judged_in_one_line_and_what_a_hint_says_is_good(tag: str) -> None:
    found = complaint(tag)
    if found is not None:
        assert "\n" not in "".join(found)
        if found[1].startswith("write "):
            assert complaint(found[1].removeprefix("write ")) is None


def test_wherever_a_language_may_stand(folder: Path) -> None:
    write(folder, "config.yaml", CONFIG.replace("language: en}", "language: en-uk}"))
    write(
        folder,
        "schedules/c.yaml",
        "title: {eng: A, id: B}\nhashtags: {in: [C]}\naudience: {country: ID, languages: [id, jp]}\n"
        "posts:\n  - {id: a, at: 2027-07-30 20:00, language: EN, text: {pt-br: D}}\n",
    )
    found = {problem.message for problem in every_problem(folder)}
    for tag in ("en-uk", "eng", "in", "jp", "EN", "pt-br"):
        assert any(f"`{tag}` is not" in message for message in found), (tag, found)
