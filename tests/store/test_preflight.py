"""What is not a sound store of ours is left as it is, to the byte, and nothing is made beside it."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from campaign.errors import StoreError
from campaign.store import meta
from campaign.store.database import Store
from tests.store.made import a_row, put


def _letter(path: Path) -> None:
    path.write_text("This is not a database, it is a letter.\n" * 200)


def _half_a_header(path: Path) -> None:
    path.write_bytes(b"SQLite format 3\0" + b"\x10\x00\x01\x01")


def _another_program(path: Path) -> None:
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE meta (key, value)")
    other.execute("CREATE TABLE songs (name)")
    other.commit()
    other.close()


def _another_one_with_the_same_words(path: Path) -> None:
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE meta (name, value)")
    other.execute("INSERT INTO meta VALUES ('schema', 'music')")
    other.commit()
    other.close()


def _store(path: Path) -> Store:
    return Store.open(f"sqlite:///{path}", path.parent, create=True)


def _newer(path: Path) -> None:
    store = _store(path)
    store.set(meta.SCHEMA, "99")
    store.close()


def _damaged(path: Path) -> None:
    store = _store(path)
    put(store, *(a_row(f"s{n}") for n in range(300)))
    store.close()
    size = path.stat().st_size
    with path.open("r+b") as file:
        for page in range(size // 4096 // 2, size // 4096, 3):
            file.seek(page * 4096)
            file.write(b"\xff" * 4096)


FOREIGN = [_letter, _half_a_header, _another_program, _another_one_with_the_same_words, _newer, _damaged]


@pytest.mark.parametrize("make", FOREIGN, ids=lambda make: make.__name__.strip("_"))
def test_it_is_refused_and_left_as_it_is(tmp_path: Path, make: Callable[[Path], None]) -> None:
    path = tmp_path / "campaign.db"
    make(path)
    before, about = path.read_bytes(), path.stat()
    with pytest.raises(StoreError) as failed:
        Store.open("sqlite:///campaign.db", tmp_path, create=True)
    assert failed.value.hint
    assert path.read_bytes() == before
    assert path.stat().st_mtime_ns == about.st_mtime_ns
    assert [entry.name for entry in tmp_path.iterdir()] == ["campaign.db"]


@pytest.mark.parametrize("make", FOREIGN[:-1], ids=lambda make: make.__name__.strip("_"))
def test_also_by_verbs_that_only_look(tmp_path: Path, make: Callable[[Path], None]) -> None:
    path = tmp_path / "campaign.db"
    make(path)
    before = path.read_bytes()
    with pytest.raises(StoreError):
        Store.open("sqlite:///campaign.db", tmp_path, create=False)
    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["campaign.db"]


def test_names_that_mean_something_in_an_address_are_only_names(tmp_path: Path) -> None:
    folder = tmp_path / "a b?c#d%20é"
    folder.mkdir()
    for _ in range(2):
        store = Store.open("sqlite:///campaign.db", folder, create=True)
        store.set("a", "b")
        store.close()
    assert store.created is False


def test_what_stands_in_the_log_of_a_killed_process_counts(tmp_path: Path) -> None:
    """The store was made and written by a newer program in a log that no one has put into the file yet."""
    code = (
        "import os, signal, sys; from pathlib import Path; from campaign.store.database import Store\n"
        "store = Store.open('sqlite:///campaign.db', Path(sys.argv[1]), create=True)\n"
        "store.set('schema', sys.argv[2]); os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path), "99"], check=False)
    assert done.returncode == -signal.SIGKILL
    before = {p.name: p.read_bytes() for p in tmp_path.iterdir() if not p.name.endswith("-shm")}
    assert len(before) == 2
    with pytest.raises(StoreError, match="newer campaign"):
        Store.open("sqlite:///campaign.db", tmp_path, create=True)
    after = {p.name: p.read_bytes() for p in tmp_path.iterdir() if not p.name.endswith("-shm")}
    assert after == before


def test_an_empty_database_may_become_a_store(tmp_path: Path) -> None:
    empty = sqlite3.connect(tmp_path / "campaign.db")
    empty.execute("PRAGMA journal_mode = WAL")
    empty.close()
    store = Store.open("sqlite:///campaign.db", tmp_path, create=True)
    assert store.created
    store.close()
