"""A look at a SQLite file before it is opened for work: what is not a sound store of ours is never written to.

Opening alone would write: it turns on the write-ahead log, which changes the header and makes two files beside it.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from campaign.errors import StoreError
from campaign.store import faults, schema
from campaign.store.tables import metadata

CHECKED = 64 * 1024 * 1024
"""Bytes up to which a store is read through before it is written to: a fraction of a second. ``campaign doctor`` reads
larger ones through."""


def look(path: Path, *, thorough: bool) -> int | None:
    """The version of the store in a file, None where it holds nothing yet. StoreError when it (not being empty) is no
    database, another program's, newer than this program, or damaged.

    Nothing is written, nor made beside it. ``thorough``: read the whole of it, if it is not larger than ``CHECKED``.
    """
    try:
        with closing(_connect(path)) as connection:
            found = _ours(connection, path)
            if _cut_off(path):
                raise faults.damaged(str(path))
            if thorough and path.stat().st_size <= CHECKED and unsound(connection):
                raise faults.damaged(str(path))
            return found
    except (sqlite3.Error, OSError) as error:
        raise faults.explain(error, str(path)) or error from error


def unsound(connection: sqlite3.Connection) -> str:
    """The first thing that is wrong with a database's pages and indexes; "" if nothing is."""
    told: str = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    return "" if told == "ok" else " ".join(told.split())


def connect(path: Path) -> sqlite3.Connection:
    """The same look for others: a connection that writes nothing. StoreError."""
    try:
        return _connect(path)
    except (sqlite3.Error, OSError) as error:
        raise faults.explain(error, str(path)) or error from error


def _connect(path: Path) -> sqlite3.Connection:
    log = path.with_name(path.name + "-wal")
    # A log means that the newest facts stand there, so it has to be read, with locks. Without one nobody has the file
    # open, and "immutable" makes SQLite take no lock and make no file: https://www.sqlite.org/uri.html#uriimmutable
    how = "mode=ro" if log.exists() and log.stat().st_size else "immutable=1"
    return sqlite3.connect(f"{path.absolute().as_uri()}?{how}", uri=True, timeout=30.0)


def _cut_off(path: Path) -> bool:
    """Whether the end of the file is missing: SQLite fills half a page with zeros, and says nothing. The header knows
    how many pages there are (https://www.sqlite.org/fileformat.html#in_header_database_size), while no log is beside
    it."""
    log = path.with_name(path.name + "-wal")
    if log.exists() and log.stat().st_size:
        return False
    with path.open("rb") as file:
        head = file.read(100)
    size, pages = int.from_bytes(head[16:18]), int.from_bytes(head[28:32])
    told = head[24:28] == head[92:96]
    return told and path.stat().st_size < pages * (65_536 if size == 1 else size)


def _ours(connection: sqlite3.Connection, path: Path) -> int | None:
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    if not tables:
        return None  # made by a process that died before it was a store
    told = None
    if "meta" in tables:
        columns = {row[1] for row in connection.execute("PRAGMA table_info(meta)")}
        if columns >= {"name", "value"}:
            told = connection.execute("SELECT value FROM meta WHERE name = 'schema'").fetchone()
    if told is None or not str(told[0]).isdecimal():
        name = min(tables & set(metadata.tables), default=min(tables))
        raise StoreError(
            f"{path} is a database of another program (it has a table {name!r}), not a store of campaign",
            "is `store:` in config.yaml the right file? campaign needs one of its own",
        )
    schema.check(int(told[0]), str(path))
    return int(told[0])
