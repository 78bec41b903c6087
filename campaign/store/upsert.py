"""INSERT that leaves what is there, and the one helper that splits long lists: the same for both databases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import Connection, Table

T = TypeVar("T")

BATCH = 500
"""Values in one IN (...): far below what either database allows."""


def insert_missing(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]
) -> list[tuple[Any, ...]]:
    """Insert the rows whose primary keys are not there yet; the primary keys that were inserted."""
    if not rows:
        return []
    key = list(table.primary_key.columns)
    statement = _insert(connection, table).on_conflict_do_nothing(index_elements=key).returning(*key)
    return [tuple(row) for row in connection.execute(statement, [dict(row) for row in rows])]


def _insert(connection: Connection, table: Table) -> Any:
    # Late: the other database's dialect is not loaded.
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects import postgresql

        return postgresql.insert(table)
    from sqlalchemy.dialects import sqlite

    return sqlite.insert(table)


def batches(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """The values, at most ``BATCH`` at a time."""
    for start in range(0, len(values), BATCH):
        yield values[start : start + BATCH]
