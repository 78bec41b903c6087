"""Columns as the texts that stand in the database: what was tampered with is to be found, not to trip its reader."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Text, cast, func, type_coerce


def text(connection: Connection, column: Column[Any]) -> ColumnElement[Any]:
    """A text or JSON column, as it is spelled there."""
    if connection.dialect.name == "postgresql":
        return cast(column, Text)
    return type_coerce(column, Text)


def moment(connection: Connection, column: Column[Any]) -> ColumnElement[Any]:
    """An instant in UTC, spelled as ``instant`` does."""
    if connection.dialect.name == "postgresql":
        return func.to_char(func.timezone("UTC", column), "YYYY-MM-DD HH24:MI:SS.US")
    return type_coerce(column, Text)


def instant(value: datetime) -> str:
    """``2027-07-30 01:00:00.000000``, in UTC, as SQLite keeps it."""
    return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}"


def parsed(text: object) -> datetime | None:
    """The aware instant that a text of ``instant`` says; None for any other text."""
    try:
        return datetime.fromisoformat(str(text)).replace(tzinfo=UTC)
    except ValueError:
        return None


@contextmanager
def any_bytes(connection: Connection) -> Iterator[None]:
    """In the block, a SQLite text that is no proper UTF-8 is read all the same (PostgreSQL lets none in)."""
    driver = connection.connection.driver_connection
    if not isinstance(driver, sqlite3.Connection):
        yield
        return
    before, driver.text_factory = driver.text_factory, lambda data: data.decode("utf-8", "surrogateescape")
    try:
        yield
    finally:
        driver.text_factory = before
