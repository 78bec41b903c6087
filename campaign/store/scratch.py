"""A store for trying out: it lies in a temporary folder, waits for no disk, and may begin with what another one knows.

What is taken along is what decides about posts to come: rows that still wait or were decided about ahead, what went out
lately (gaps, caps, repeats), which rows of tables were used; each with its attempts and what the log says of it.
Sessions and tokens of the vault, the rest of the log, and who runs where stay behind.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, event, exists, insert, or_, select

from campaign.core.lifecycle import ENDED
from campaign.store import meta
from campaign.store.database import Store
from campaign.store.tables import (
    accounts,
    approvals,
    attempts,
    cleared,
    cursors,
    deliveries,
    events,
    pause_posts,
    pauses,
    sights,
    vault,
)
from campaign.store.upsert import BATCH

WHOLE = (accounts, cursors, sights, approvals, cleared, pauses)
"""Tables that are taken along as they are."""

OF_ROWS = (attempts, events, pause_posts)
"""Tables whose ``key`` names a delivery: what belongs to those that are taken along."""

LEFT = (
    "versions",
    "checkouts",
    "seals",
    "marks",
    "alerts_told",
    "alert_addresses",
    "web_tokens",
    "web_sessions",
)
"""Tables that stay behind. Of deliveries, meta and vault a part is taken."""


def a_store(folder: Path) -> Store:
    """A new store in a folder, which waits for no disk."""
    store = Store.open("sqlite:///campaign.db", folder, create=True)
    hurry(store)
    return store


def hurry(store: Store) -> None:
    """Let a SQLite store wait for the disk no more: a power cut then costs what nobody needs again."""

    @event.listens_for(store.engine, "connect")
    def relax(connection: Any, record: Any) -> None:
        connection.execute("PRAGMA synchronous = OFF")

    store.engine.dispose()  # the connections that are open already would go on waiting


def take_along(
    real: Connection, scratch: Connection, since: datetime, series: Collection[tuple[str, str]], told: str
) -> None:
    """Copy from a store into a new one what decides about posts to come. ``since`` (aware): what was due earlier and
    has ended counts no more, but for that of ``series``: (campaign, slot) whose tables' rows are used once. ``told``:
    the name in the vault under which servers' limits are kept, which are no secret."""
    for table in WHOLE:
        _copy(real, scratch, table)
    wanted = _wanted(since, series)
    # A later part names the one before it.
    _copy(real, scratch, deliveries, wanted, order=deliveries.c.part)
    for table in OF_ROWS:
        _copy(real, scratch, table, table.c.key.in_(select(deliveries.c.key).where(wanted)))
    _copy(real, scratch, vault, vault.c.name == told)
    identity = meta.get(real, meta.WORKSPACE)
    if identity is not None:
        meta.put(scratch, meta.WORKSPACE, identity)


def _wanted(since: datetime, series: Collection[tuple[str, str]]) -> ColumnElement[bool]:
    """What still waits, with its whole thread; what was due since then; what used a row of a table."""
    d, part = deliveries.c, deliveries.alias("other_part").c
    ended = [state.value for state in ENDED]
    waits = exists().where(
        part.campaign == d.campaign,
        part.slot == d.slot,
        part.wall == d.wall,
        part.target == d.target,
        part.state.not_in(ended),
    )
    used = [(d.campaign == campaign) & (d.slot == slot) for campaign, slot in series]
    return or_(d.state.not_in(ended), d.due >= since, (d.parts > 1) & waits, *used)


def _copy(
    real: Connection,
    scratch: Connection,
    table: Table,
    where: ColumnElement[bool] | None = None,
    order: ColumnElement[Any] | None = None,
) -> None:
    statement = select(table) if where is None else select(table).where(where)
    if order is not None:
        statement = statement.order_by(order)
    for rows in real.execute(statement).mappings().partitions(BATCH):
        scratch.execute(insert(table), [dict(row) for row in rows])
