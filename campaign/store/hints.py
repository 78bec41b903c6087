"""A hint for SQLite's query planner, which guesses that any inequality is worth an index of its own."""

from __future__ import annotations

from typing import Any

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


@compiles(beside)
def _plain(element: beside, compiler: SQLCompiler, **options: Any) -> str:
    return compiler.process(element.clauses, **options)


@compiles(beside, "sqlite")
def _with_plus(element: beside, compiler: SQLCompiler, **options: Any) -> str:
    return "+" + compiler.process(element.clauses, **options)
