"""How the two databases are opened: durability, waiting, file modes, and what a transaction begins with."""

from __future__ import annotations

import json
import os
import sqlite3
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, ExceptionContext
from sqlalchemy.exc import DBAPIError, NoSuchModuleError

from campaign.errors import StoreError
from campaign.store.faults import damaged

BUSY = 30.0
"""Seconds that a writer waits for another one before it gives up."""

ABANDONED = 15.0
"""Seconds after which PostgreSQL ends a transaction in which nothing happens: its host was stopped or cut off. Shorter
than ``BUSY``, so that whoever waits for its locks gets them."""

CUT_OFF = 15.0
"""Seconds without a sign of the other end after which a connection counts as lost (both ends look)."""

_KEEPALIVE = {
    "keepalives_idle": 5,
    "keepalives_interval": 3,
    "keepalives_count": 3,
    "tcp_user_timeout": int(CUT_OFF * 1000),
}
"""For libpq: https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-KEEPALIVES (the last in milliseconds)."""

_ELSEWHERE = ("25006", "57P01", "57P02", "57P03")
"""Read-only (it has become a standby), or being shut down: a new connection may reach the server that took over."""

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


def scrub(engine: Engine, wait: float = BUSY) -> str:
    """Write a SQLite file anew without what was deleted in it, and empty its -wal; why that did not work, or "".
    ``wait``: seconds that others may take to finish what they are reading or writing."""
    pooled = engine.raw_connection()
    try:
        connection: sqlite3.Connection = pooled.driver_connection  # type: ignore[assignment]
        connection.execute("PRAGMA query_only = OFF")
        connection.execute(f"PRAGMA busy_timeout = {wait * 1000:.0f}")
        try:
            connection.execute("VACUUM")
        except sqlite3.Error as error:
            raise DBAPIError("VACUUM", None, error) from error
        # The old pages are still in the -wal, and in the file until the new ones are copied over them.
        busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    finally:
        pooled.invalidate()  # a connection like the others is made for the next one
    return "another program was reading the store, so its -wal file still holds the old pages" if busy else ""


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
    connect_args = {"connect_timeout": 10, "application_name": "campaign", **_KEEPALIVE}
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
    event.listen(engine, "handle_error", _leave_elsewhere)
    return engine


def _leave_elsewhere(context: ExceptionContext) -> None:
    if getattr(context.original_exception, "sqlstate", None) in _ELSEWHERE:
        context.is_disconnect = True


def _set_up_postgresql(connection: Any, record: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET lock_timeout = '{BUSY:.0f}s'")
        # A host that lost its network in the middle of a transaction must not keep its accounts locked.
        cursor.execute(f"SET idle_in_transaction_session_timeout = '{ABANDONED:.0f}s'")
        # Nor be seen as running when it is not: the server looks at its end of the line as well.
        cursor.execute("SET tcp_keepalives_idle = 5")
        cursor.execute("SET tcp_keepalives_interval = 3")
        cursor.execute("SET tcp_keepalives_count = 3")
        cursor.execute(f"SET tcp_user_timeout = '{CUT_OFF:.0f}s'")
    connection.commit()


def modes(engine: Engine) -> tuple[Engine, Engine]:
    """The same engine for reading (one snapshot, writing refused) and for writing."""
    if engine.dialect.name == "postgresql":
        # READ COMMITTED for writers: after a lock is had, the next statement sees what its last owner committed.
        reader = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        return reader, engine.execution_options(isolation_level="READ COMMITTED")
    return engine, engine.execution_options(**{_WRITES: True})
