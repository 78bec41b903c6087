"""A change of any file that counts changes the fingerprint, nothing else does."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from campaign.workspace.watch import fingerprint
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
