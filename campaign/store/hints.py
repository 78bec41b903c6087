"""Hints for the query planners: how a column is looked at, so that the right index is taken, or none for it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from campaign.store.tables import Instant


class beside(FunctionElement[Any]):
    """An instant that is looked at row by row, so that the index is chosen by the other terms or by the order.

    The unary plus: https://www.sqlite.org/optoverview.html#disqualifying_where_clause_terms_using_unary_
    """

    name = "beside"
    type = Instant()
    inherit_cache = True


class beside_text(FunctionElement[Any]):
    """The same for a text: SQLite, which knows no numbers here, takes an equal state for something rare."""

    name = "beside_text"
    type = Text()
    inherit_cache = True


class bytewise(FunctionElement[Any]):
    """A text that is compared byte by byte, so that a range of texts is what begins alike, whatever language the
    database sorts by."""

    name = "bytewise"
    type = Text()
    inherit_cache = True


@compiles(beside)
@compiles(beside_text)
@compiles(bytewise)
def _plain(element: FunctionElement[Any], compiler: SQLCompiler, **options: Any) -> str:
    return compiler.process(element.clauses, **options)


@compiles(beside, "sqlite")
@compiles(beside_text, "sqlite")
def _with_plus(element: FunctionElement[Any], compiler: SQLCompiler, **options: Any) -> str:
    return "+" + compiler.process(element.clauses, **options)


@compiles(beside, "postgresql")
def _with_nothing_added(element: FunctionElement[Any], compiler: SQLCompiler, **options: Any) -> str:
    # Before it has statistics PostgreSQL takes every range for rare, and walks all that is due for each account.
    return f"({compiler.process(element.clauses, **options)} + interval '0')"


@compiles(bytewise, "postgresql")
def _collated(element: FunctionElement[Any], compiler: SQLCompiler, **options: Any) -> str:
    return f'({compiler.process(element.clauses, **options)} COLLATE "C")'
