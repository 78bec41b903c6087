"""The log: one event per transition and decision. It is only ever added to: the database refuses anything else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert

from campaign.store.tables import events

REFUSAL = "the log is only ever added to"

GUARDS = {
    "sqlite": (
        f"CREATE TRIGGER events_no_update BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
        f"CREATE TRIGGER events_no_delete BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
    ),
    "postgresql": (
        "CREATE FUNCTION events_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$",
        "CREATE TRIGGER events_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON events "
        "FOR EACH STATEMENT EXECUTE FUNCTION events_refuse()",
    ),
}
"""What makes the table of events append-only, by database."""


@dataclass(frozen=True, slots=True)
class Who:
    """Who decided: a handle of ``people`` and the door they came through. The loop itself is ``Who()``."""

    by: str = ""
    door: str = ""


LOOP = Who()


def write(
    connection: Connection,
    now: datetime,
    kind: str,
    *,
    key: str = "",
    before: str = "",
    after: str = "",
    who: Who = LOOP,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Add one event. ``detail`` holds JSON values; empty ones (None, "") are left out."""
    write_all(connection, [event(now, kind, key=key, before=before, after=after, who=who, detail=detail)])


def event(
    now: datetime,
    kind: str,
    *,
    key: str = "",
    before: str = "",
    after: str = "",
    who: Who = LOOP,
    detail: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The row of an event, for ``write_all``."""
    told = {name: value for name, value in (detail or {}).items() if value is not None and value != ""}
    return {
        "at": now,
        "kind": kind,
        "key": key,
        "before": before,
        "after": after,
        "by": who.by,
        "door": who.door,
        "detail": told,
    }


def write_all(connection: Connection, rows: list[dict[str, Any]]) -> None:
    """Add events in this order."""
    if rows:
        connection.execute(insert(events), rows)
