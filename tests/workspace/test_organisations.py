"""posts/organisations.yaml: read whole, and each mistake with its line and column."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from campaign.core.organisations import Looked, Seen, Sort
from campaign.errors import Level
from campaign.workspace.load import load
from tests.workspace.small import SPECS, every_problem, lines, one, write
from tests.workspace.test_hotlines import LINES

NAME = "posts/organisations.yaml"
ENTRIES = """\
organisations:
  - id: harapan
    name: {en: Hope House, id: Rumah Harapan}
    formerly: [Old Hope]
    kind: help
    does: {en: Listens and goes along., id: Mendengar dan mendampingi.}
    countries: [ID, MY]
    languages: [id]
    url: https://harapan.example
    hotlines: [id-sapa129]
    source: https://example.org/about
    checked: {on: 2026-11-20, how: opened}
    review_by: 2027-05-31
    note: Ask for an interpreter.
  - {id: other, name: Other, kind: action, does: Asks., url: "https://o.example",
     source: "https://a.example", checked: {on: 2026-11-20, how: archived}, review_by: 2027-01-01}
"""


@pytest.fixture
def helped(folder: Path) -> Path:
    write(folder, "posts/hotlines.yaml", LINES)
    write(folder, NAME, ENTRIES)
    return folder


def test_an_entry_is_read_whole(helped: Path) -> None:
    workspace = load(helped, SPECS)
    assert lines(workspace.problems) == []
    entry = workspace.organisations["harapan"]
    assert (entry.sort, entry.formerly, entry.countries, entry.hotlines) == (
        Sort.HELP,
        ("Old Hope",),
        ("ID", "MY"),
        ("id-sapa129",),
    )
    assert entry.checked == Looked(date(2026, 11, 20), Seen.OPENED)
    assert entry.note == {"": "Ask for an interpreter."}
    assert [entry.stale(date(2027, 5, 31)), entry.stale(date(2027, 6, 1))] == [False, True]
    assert workspace.organisations["other"].checked.how is Seen.ARCHIVED


@pytest.mark.parametrize("word", ["old hope", "RUMAH", "goes along", "MY", "help", "interpreter"])
def test_it_is_found_by_any_of_its_words(helped: Path, word: str) -> None:
    found = [one.id for one in load(helped, SPECS).organisations.values() if one.matches(word)]
    assert found == ["harapan"]


@pytest.mark.parametrize(
    ("old", "new", "where", "message"),
    [
        ("    formerly:", "    formaly:", "4:5", "unknown key `formaly` (did you mean 'formerly'?)"),
        ("kind: help", "kind: hlp", "5:11", "`hlp`"),
        ("kind: help", "kind: suspect", "5:11", "there is no kind `suspect`"),
        ("kind: help", "kind: Tersangka", "5:11", "there is no kind `Tersangka`"),
        ("[ID, MY]", "[ID, Malaysia]", "7:21", "`Malaysia` is not a country"),
        ("https://harapan", "http://harapan", "9:10", "is not encrypted"),
        (
            "https://harapan.example\n",
            "https://harapan.example?utm_source=x\n",
            "9:10",
            "counts who follows it",
        ),
        ("source: https://example.org/about", "source: a book", "11:13", "is not an address"),
        ("how: opened", "how: heard", "12:36", "can't be `heard`"),
        ("    checked: {on: 2026-11-20, how: opened}\n", "", "2:5", "`checked` is missing"),
        ("review_by: 2027-05-31", "review_by: soon", "13:16", "`soon`"),
        ("review_by: 2027-05-31", "review_by: 2026-11-19", "13:16", "before the day of the check"),
        ("id: other", "id: harapan", "15:10", "`harapan` is there twice"),
    ],
)
def test_mistakes_in_an_entry(helped: Path, old: str, new: str, where: str, message: str) -> None:
    assert old in ENTRIES
    write(helped, NAME, ENTRIES.replace(old, new, 1))
    problem = one(helped)
    assert message in problem.message, problem.message
    assert problem.level is Level.ERROR
    assert problem.hint
    assert str(problem.place) == f"{NAME}:{where}"


def test_a_help_line_that_is_not_there_is_a_warning(helped: Path) -> None:
    write(helped, NAME, ENTRIES.replace("[id-sapa129]", "[id-sapa19]"))
    problem = one(helped)
    assert problem.level is Level.WARN
    assert str(problem) == f"{NAME}:10:16: no help line called `id-sapa19` (did you mean 'id-sapa129'?)"
    assert load(helped, SPECS).organisations["harapan"].hotlines == ("id-sapa19",)


@pytest.mark.parametrize("key", ["suspects", "traffickers", "pelaku", "people"])
def test_no_second_list_may_stand_there(helped: Path, key: str) -> None:
    write(helped, NAME, f"{ENTRIES}{key}: [{{name: Somebody}}]\n")
    problem = one(helped)
    assert f"unknown key `{key}`" in problem.message
    assert problem.place.line == 17
    assert (problem.rule == "suspects") == (key != "people")
    assert ("never who is accused" in problem.hint) == (key != "people")


def test_a_file_of_another_kind_or_ending(folder: Path) -> None:
    write(folder, NAME, "[]\n")
    assert "there is no list `organisations:`" in one(folder).message
    write(folder, NAME, "organisations: []\n")
    assert every_problem(folder) == ()
    write(folder, "posts/organisations.yml", "organisations: []\n")
    assert "rename it to posts/organisations.yaml" in one(folder, "ending").hint


def test_it_counts_towards_the_digest(helped: Path) -> None:
    before = load(helped, SPECS)
    write(helped, NAME, ENTRIES.replace("Listens", "Hears"))
    after = load(helped, SPECS)
    assert before.digest != after.digest
    assert before.common != after.common
