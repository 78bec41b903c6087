"""docs/performance.md says what was measured, and the command says what broke."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.benchmarks import __main__ as command
from tests.benchmarks import rivals
from tests.benchmarks.measure import Bar, Contest, Contestant, Figures, LeftOut
from tests.benchmarks.report import Measured, Row, outcome, page, words

BARS = (
    Bar("ours", "ms", 0.5, "theirs"),
    Bar("ours", "ms", 0.1, "theirs", why="the disk is flushed"),
    Bar("ours", "lost", 0, every=True),
    Bar("ours", "ms", 1.0, "theirs elsewhere"),
)


def contest(*, broken: bool = False) -> Contest:
    @contextmanager
    def prepare(size: int) -> Iterator[Mapping[str, Contestant]]:
        def absent() -> Figures:
            raise LeftOut("elsewhere is left out: apt-get install it")

        yield {
            "ours": lambda: {"ms": 1.0 / (not broken), "lost": 0.0},
            "theirs": lambda: {"ms": 4.0, "s": 1234.5},
            "theirs elsewhere": absent,
        }

    return Contest("things done", 1000, 1, prepare, BARS, about="Nobody was hurt.")


ROW = Row(
    size=1000,
    rounds=3,
    seconds=61.2,
    date="2027-07-01T01:00:00+00:00",
    results={
        "ours": {"ms": [1.0, 2.0, 1.5], "lost": [0, 0, 0]},
        "theirs": {"ms": [4.0, 4.0, 5.0], "s": [1234.5, 2, 3]},
    },
    absent={"theirs elsewhere": "elsewhere is left out: apt-get install it"},
    failed={"a third": "RuntimeError: no luck\nand more"},
)


def lines(notes: str = "## What did not help\n\nPrayer.\n") -> list[str]:
    measured = Measured({"cores": "2"}, {"Python": "3.11.7"}, {"things": ROW})
    return page(measured, {"others": contest(), "things": contest()}, notes).splitlines()


def test_each_bar_has_a_line_with_what_was_measured_and_how_it_stands() -> None:
    assert [line for line in lines() if line.startswith("| [things]")] == [
        "| [things](#things) | ms of ours at most 0.5 x ms of theirs | 0.3 [0.25..0.5] | met |",
        "| [things](#things) | ms of ours at most 0.1 x ms of theirs | 0.3 [0.25..0.5] "
        "| **BEHIND by 200 %**: the disk is flushed |",
        "| [things](#things) | lost of ours at most 0 in every round | 0 [0..0] | met |",
        "| [things](#things) | ms of ours at most 1 x ms of theirs elsewhere | not measured "
        "| not measured: elsewhere is left out: apt-get install it |",
    ]


def test_a_row_tells_what_was_done_and_all_figures() -> None:
    told = lines()
    begin = told.index("## things")
    assert told[begin + 2 : begin + 13] == [
        "1,000 things done. 3 rounds on 2027-07-01, 61 s in all.",
        "",
        "Nobody was hurt.",
        "",
        "| | ms | lost | s |",
        "|---|---|---|---|",
        "| ours | 1.5<br>[1..2] | 0 |  |",
        "| theirs | 4<br>[4..5] |  | 3<br>[2..1,234] |",
        "",
        "Left out: theirs elsewhere (elsewhere is left out: apt-get install it).",
        "",
    ]
    assert "Broke: a third (RuntimeError: no luck)." in told


def test_machine_versions_and_notes_are_there_and_a_row_that_was_not_measured_is_not() -> None:
    told = lines()
    assert {"- cores: 2", "- Python: 3.11.7"} <= set(told)
    assert told[-3:] == ["## What did not help", "", "Prayer."]
    assert "## others" not in told


def test_a_bar_is_said_in_words() -> None:
    assert words(Bar("a", "posts/s", 1.9, "b", least=True)) == "posts/s of a at least 1.9 x posts/s of b"
    assert words(Bar("a", "peak", 1.3, "a", of="idle")) == "peak of a at most 1.3 x its idle"
    assert outcome(Bar("a third", "ms", 1.0), ROW) == "not measured: RuntimeError: no luck\nand more"


def test_what_is_kept_comes_back() -> None:
    measured = Measured({"cores": "2"}, {"Python": "3"}, {"things": ROW})
    assert Measured.from_json(json.loads(json.dumps(measured.as_json()))) == measured


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(command, "CONTESTS", {"things": contest(), "broken": contest(broken=True)})
    monkeypatch.setattr(command, "ROWS", {"things": contest()})
    monkeypatch.setattr(command, "PAGE", tmp_path / "performance.md")
    monkeypatch.setattr(rivals, "install", lambda: iter(["huey could not be installed: no network"]))
    monkeypatch.setattr(command.machine, "versions", lambda: {"Python": "3"})
    return tmp_path


def run(here: Path, *words: str) -> int:
    return command.main([*words, "--json", str(here / "bench.json")])


def test_all_rows_are_measured_and_written(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(here, "--rounds", "2") == 0
    told = capsys.readouterr()
    assert "huey could not be installed: no network\n" in told.out
    assert "theirs elsewhere: left out: elsewhere is left out: apt-get install it\n" in told.out
    assert "BEHIND by 150 %" in told.out
    assert told.err == ""
    kept = json.loads((here / "bench.json").read_text())
    assert kept["rows"]["things"]["results"]["theirs"] == {"ms": [4.0, 4.0], "s": [1234.5, 1234.5]}
    assert "BEHIND by 150 %" in (here / "performance.md").read_text()


def test_one_row_is_only_printed_unless_it_is_asked_for(here: Path) -> None:
    assert run(here, "things", "--rounds", "1") == 0
    assert not (here / "performance.md").exists()
    assert run(here, "things", "--rounds", "1", "--write") == 0
    assert "## things" in (here / "performance.md").read_text()


def test_what_breaks_is_named_and_is_an_error(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(here, "things", "--rounds", "1") == 0
    assert run(here, "broken", "--rounds", "1", "--merge", "--write") == 1
    assert "broke: broken: ours: ZeroDivisionError: float division by zero\n" in capsys.readouterr().err
    assert "Broke: ours (ZeroDivisionError" in (here / "performance.md").read_text()
    assert "## things" in (here / "performance.md").read_text()  # what was kept


def test_the_page_is_written_anew_without_measuring(here: Path) -> None:
    assert run(here, "things", "--rounds", "1") == 0
    before = (here / "bench.json").read_text()
    assert run(here, "--rounds", "0") == 0
    assert (here / "bench.json").read_text() == before
    assert "## things" in (here / "performance.md").read_text()


def test_a_contest_that_is_not_there_is_refused(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        run(here, "thongs")
    assert stop.value.code == 2
    assert "no contest called thongs" in capsys.readouterr().err
