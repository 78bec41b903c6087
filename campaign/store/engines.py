"""How the two databases are opened: durability, waiting, file modes, and what a transaction begins with."""

from __future__ import annotations

import json
import os
import sqlite3
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import NoSuchModuleError

from campaign.errors import StoreError
from campaign.store.faults import damaged

BUSY = 30.0
"""Seconds that a writer waits for another one before it gives up."""

_WRITES = "campaign_writes"


def touch_private(path: Path) -> None:
    """Make an empty file that only its owner can read, if there is none. SQLite gives -wal and -shm the same mode."""
    os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))


def sqlite(path: Path) -> Engine:
    """An engine on a SQLite file; WAL, full durability, foreign keys on."""
    engine = create_engine(
        URL.create("sqlite+pysqlite", database=str(path)),
        connect_args={"timeout": BUSY, "check_same_thread": False},
        max_overflow=-1,
        json_deserializer=partial(_read_json, place=str(path)),
        hide_parameters=True,  # texts and sessions stay out of tracebacks
    )
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _read_json(text: str, place: str) -> Any:
    # We wrote JSON there; SQLite keeps no checksums, so this is where a damaged page may show first.
    try:
        return json.loads(text)
    except ValueError:
        raise damaged(place) from None


def _set_up_sqlite(connection: sqlite3.Connection, record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves; the driver would do so too late
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql(f"PRAGMA query_only = {'OFF' if writes else 'ON'}")
    # A transaction that reads before it writes would fail, not wait, if another wrote in between: so lock first.
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def postgresql(address: URL) -> Engine:
    """An engine on a PostgreSQL database through psycopg. StoreError when psycopg is not installed."""
    connect_args = {"connect_timeout": 10, "application_name": "campaign"}
    try:
        engine = create_engine(
            address.set(drivername="postgresql+psycopg"),
            connect_args={name: value for name, value in connect_args.items() if name not in address.query},
            max_overflow=-1,
            pool_pre_ping=True,
            hide_parameters=True,
        )
    except (ImportError, NoSuchModuleError):
        raise StoreError(
            "a PostgreSQL store needs psycopg, which is not installed", "pip install 'campaign[postgresql]'"
        ) from None
    event.listen(engine, "connect", _set_up_postgresql)
    return engine


def _set_up_postgresql(connection: Any, record: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET lock_timeout = '{BUSY:.0f}s'")
        # A host that lost its network in the middle of a transaction must not keep its accounts locked.
        cursor.execute("SET idle_in_transaction_session_timeout = '60s'")
    connection.commit()


def modes(engine: Engine) -> tuple[Engine, Engine]:
    """The same engine for reading (one snapshot, writing refused) and for writing."""
    if engine.dialect.name == "postgresql":
        # READ COMMITTED for writers: after a lock is had, the next statement sees what its last owner committed.
        reader = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        return reader, engine.execution_options(isolation_level="READ COMMITTED")
    return engine, engine.execution_options(**{_WRITES: True})
