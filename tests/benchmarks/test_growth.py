"""Nothing that is looked at all the time gets slower with the log: what SQLite does for it is counted, not timed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import Engine, event

from campaign.store import history
from campaign.store.evidence.verify import verify
from tests.benchmarks.growing import WORK, Grown, stores

FEW, MANY = 60, 6_000

GROW = ("deliveries", "attempts", "events", "seals", "approvals", "cleared", "marks", "pause_posts")

EVERY = 20
"""SQLite tells of each so many steps of its machine; one step is about a column or a row looked at."""


@dataclass
class Seen:
    """What a database was asked: its statements with their plans, and the steps that it took for all of them."""

    statements: Counter[str] = field(default_factory=Counter)
    plans: dict[str, list[str]] = field(default_factory=dict)
    steps: int = 0


@contextmanager
def looked_at() -> Iterator[Seen]:
    """All that any SQLite database is asked in the block."""
    seen = Seen()

    def count() -> int:
        seen.steps += EVERY
        return 0

    def before(conn: Any, cursor: Any, sql: str, values: Any, context: Any, many: bool) -> None:
        driver = conn.connection.driver_connection
        seen.statements[sql] += 1
        if sql.startswith(("SELECT", "UPDATE", "DELETE", "WITH")) and sql not in seen.plans and not many:
            driver.set_progress_handler(None, 0)
            seen.plans[sql] = [row[-1] for row in driver.execute("EXPLAIN QUERY PLAN " + sql, values)]
        driver.set_progress_handler(count, EVERY)

    event.listen(Engine, "before_cursor_execute", before)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", before)


@pytest.fixture(scope="module")
def grown() -> Iterator[tuple[Grown, Grown]]:
    with stores(FEW, FEW, MANY) as found:
        yield found[FEW], found[MANY]


def test_the_month_at_the_end_is_a_real_one(grown: tuple[Grown, Grown]) -> None:
    few, many = grown
    with few.here.store.read() as connection:
        assert verify(connection).holds
        small = history.counts(connection)
    with many.here.store.read() as connection:
        large = history.counts(connection)
    assert sum(large.values()) >= MANY
    for state, number in small.items():
        ended = state.value in ("sent", "failed", "missed")
        assert (large[state] >= 50 * number) if ended else (large[state] == number), state


@pytest.mark.parametrize("name", WORK)
def test_more_in_the_log_is_not_more_to_read(grown: tuple[Grown, Grown], name: str) -> None:
    seen: list[Seen] = []
    for it in grown:
        WORK[name](it)  # what is made once is made
        with looked_at() as one:
            WORK[name](it)
        seen.append(one)
    few, many = seen
    assert many.statements.total() == few.statements.total()
    # A hundred times as many rows: the trees are a level deeper, and a few flags more were closed.
    assert many.steps <= 1.3 * few.steps + 2_000
    for sql, plan in many.plans.items():
        for line in plan:
            words = line.split()
            whole = words[0] == "SCAN" and words[1] in GROW and "USING" not in words
            assert not whole, (line, sql)
