"""Rivals are pinned, and one that is not there is left out with the reason."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests import servers
from tests.benchmarks import rivals
from tests.benchmarks.measure import ROOT, LeftOut


@pytest.fixture
def nothing_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(rivals, "FOLDER", tmp_path)
    monkeypatch.setattr(servers, "find", lambda name: f"/usr/bin/{name}")
    return tmp_path


def test_all_are_pinned_and_make_lock_knows_them() -> None:
    python = {name for name, rival in rivals.RIVALS.items() if not rival.node}
    for name in python:
        pinned = (rivals.PINS / f"{name}.txt").read_text()
        assert re.search(rf"^{rivals.RIVALS[name].package.lower()}==", pinned, re.MULTILINE), name
    made = re.search(r"^PIP_RIVALS := (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert made is not None and set(made[1].split()) == python


def test_what_is_not_installed_is_left_out(nothing_here: Path) -> None:
    assert "python -m tests.benchmarks.rivals installs it" in rivals.missing("huey")
    with pytest.raises(LeftOut, match="huey is left out"):
        rivals.needing("huey", lambda: pytest.fail("it was run"))()


def test_what_lacks_a_program_says_how_to_install_it(
    nothing_here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(servers, "find", lambda name: "")
    assert rivals.missing("celery") == "celery is left out: apt-get install redis-server"


def test_one_that_is_installed_in_its_pinned_version_works(
    nothing_here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    monkeypatch.setattr(rivals, "_call", lambda *words, place: made.append(place.name))
    monkeypatch.setattr(rivals.venv, "create", lambda place, with_pip: None)
    assert list(rivals.install()) == []
    assert sorted(made) == sorted(rivals.RIVALS)
    assert list(rivals.install()) == [] and len(made) == len(rivals.RIVALS), "not a second time"
    assert rivals.needing("huey", lambda: {"ms": 1.0})() == {"ms": 1.0}

    (nothing_here / "huey" / ".made").write_text("other pins")
    assert "huey" in rivals.missing("huey")


def test_one_that_can_not_be_installed_is_told_of(
    nothing_here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*words: str, place: Path) -> None:
        raise subprocess.CalledProcessError(1, words, stderr="a warning\nno such version\n")

    monkeypatch.setattr(rivals, "_call", fail)
    monkeypatch.setattr(rivals.venv, "create", lambda place, with_pip: None)
    told = list(rivals.install())
    assert "huey could not be installed: no such version" in told
    assert any(line.startswith("huey is left out") for line in told)
