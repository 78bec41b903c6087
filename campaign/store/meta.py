"""Small facts about the store itself: its version, the workspace's id, who runs, the last tick, the bell."""

from __future__ import annotations

from sqlalchemy import Connection, Integer, Text, cast, delete, insert, select, update

from campaign.store.tables import meta
from campaign.store.upsert import insert_missing

SCHEMA = "schema"
WORKSPACE = "workspace"
NUDGE = "nudge"


def get(connection: Connection, name: str) -> str | None:
    """A fact, or None."""
    value: str | None = connection.execute(select(meta.c.value).where(meta.c.name == name)).scalar()
    return value


def put(connection: Connection, name: str, value: str) -> None:
    """Set a fact; nothing is written if it stands so already."""
    changed = connection.execute(
        update(meta).where(meta.c.name == name, meta.c.value != value).values(value=value)
    )
    if not changed.rowcount:
        insert_missing(connection, meta, [{"name": name, "value": value}])


def keep(connection: Connection, name: str, default: str) -> str:
    """The fact that stands there, or ``default``, which then stands there for good."""
    insert_missing(connection, meta, [{"name": name, "value": default}])
    return get(connection, name) or default


def drop(connection: Connection, name: str, value: str) -> None:
    """Forget a fact, if it still stands so."""
    connection.execute(delete(meta).where(meta.c.name == name, meta.c.value == value))


def starting_with(connection: Connection, prefix: str) -> dict[str, str]:
    """The facts whose names begin so, without that beginning."""
    rows = connection.execute(
        select(meta.c.name, meta.c.value).where(meta.c.name.startswith(prefix, autoescape=True))
    )
    return {row.name.removeprefix(prefix): row.value for row in rows}


def ring(connection: Connection) -> None:
    """Raise the bell's counter, which the loop looks at each second."""
    raised = cast(cast(meta.c.value, Integer) + 1, Text)
    rung = connection.execute(update(meta).where(meta.c.name == NUDGE).values(value=raised))
    if not rung.rowcount:
        connection.execute(insert(meta).values(name=NUDGE, value="1"))


def rings(connection: Connection) -> int:
    """How often the bell was rung."""
    return int(get(connection, NUDGE) or 0)
