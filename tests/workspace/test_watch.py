"""A change of any file that counts changes the fingerprint, nothing else does."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from campaign.workspace import watch
from campaign.workspace.tree import Entry
from campaign.workspace.watch import Watch, fingerprint
from tests.workspace.small import write


def touch(folder: Path, name: str, seconds: float) -> None:
    os.utime(folder / name, (seconds, seconds))


CHANGES: dict[str, Callable[[Path], object]] = {
    "edit": lambda folder: write(folder, "config.yaml", "timezone: UTC\n"),
    "new campaign": lambda folder: write(folder, "schedules/new.yaml", ""),
    "new picture": lambda folder: write(folder, "posts/deep/a.jpg", "x"),
    "new secret": lambda folder: write(folder, ".env", "A=1"),
    "delete": lambda folder: (folder / "posts/signs.csv").unlink(),
    "rename": lambda folder: (folder / "posts/signs.csv").rename(folder / "posts/sign.csv"),
    "same size, another time": lambda folder: touch(folder, "posts/signs.csv", 5),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_it_changes(folder: Path, change: Callable[[Path], object]) -> None:
    before, _ = fingerprint(folder)
    assert fingerprint(folder)[0] == before
    change(folder)
    assert fingerprint(folder)[0] != before


def test_a_file_put_in_place_of_another_with_the_same_time_and_size(folder: Path) -> None:
    path = folder / "posts/signs.csv"
    about = path.stat()
    before, _ = fingerprint(folder)
    other = folder / "other"
    other.write_bytes(path.read_bytes())
    os.utime(other, ns=(about.st_atime_ns, about.st_mtime_ns))
    other.rename(path)
    assert fingerprint(folder)[0] != before


def test_what_does_not_count(folder: Path) -> None:
    before, _ = fingerprint(folder)
    write(folder, "campaign.db", "x")
    write(folder, "public/index.html", "x")
    write(folder, "schedules/.it.yaml.swp", "x")
    assert fingerprint(folder)[0] == before


def test_the_newest_time(folder: Path) -> None:
    for path in [folder, *folder.rglob("*")]:
        os.utime(path, (1000, 1000))
    assert fingerprint(folder)[1] == 1000.0
    touch(folder, "posts/signs.csv", 2000.5)
    assert fingerprint(folder)[1] == 2000.5
    (folder / "posts/signs.csv").unlink()
    assert fingerprint(folder)[1] > 2000.5, "a file has just gone: its folder is restless"


def test_nothing_at_all(tmp_path: Path) -> None:
    assert fingerprint(tmp_path / "nowhere")[1] == 0.0


def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A line for each folder that is walked from now on."""
    walked: list[str] = []
    real = watch.walk

    def walk(folder: Path, label: str) -> Iterator[Entry]:
        walked.append(label)
        return real(folder, label)

    monkeypatch.setattr(watch, "walk", walk)
    return walked


MORE: dict[str, Callable[[Path], object]] = {
    **CHANGES,
    "a file in a folder that had none": lambda folder: write(folder, "posts/empty/a.jpg", "x"),
    "edited and put back in time": lambda folder: (
        (about := (folder / "posts/signs.csv").stat()),
        write(folder, "posts/signs.csv", "x" * (about.st_size + 1)),
        os.utime(folder / "posts/signs.csv", ns=(about.st_atime_ns, about.st_mtime_ns)),
    ),
}


@pytest.mark.parametrize("change", MORE.values(), ids=MORE.keys())
def test_a_watch_sees_it_at_the_next_look(
    folder: Path, change: Callable[[Path], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "posts/empty").mkdir()
    looks = Watch(folder)
    before = [looks.look() for _ in range(5)]
    assert set(before) == {fingerprint(folder)[0]}
    walked = counted(monkeypatch)
    assert looks.look() == before[0]
    assert walked == []
    change(folder)
    assert looks.look() == fingerprint(folder)[0] != before[0]


def test_a_watch_of_what_is_not_there_yet(tmp_path: Path) -> None:
    looks = Watch(tmp_path / "later")
    before = [looks.look() for _ in range(5)]
    write(tmp_path / "later", "schedules/new.yaml", "")
    assert looks.look() == fingerprint(tmp_path / "later")[0] != before[0]


def test_a_watch_looks_at_everything_now_and_then(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    walked = counted(monkeypatch)
    looks = Watch(folder)
    for _ in range(3 + 2 * (watch.ROUND + 1)):
        looks.look()
    assert len(walked) == 2 * (3 + 2)
