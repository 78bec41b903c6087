"""The log: one event per transition and decision. It is only ever added to: the database refuses anything else, but
for one change, which a redaction makes: the free text of an event gives way to ``{"removed": true}``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert

from campaign.store.tables import events

REFUSAL = "the log is only ever added to"

REMOVED = {"removed": True}
"""What stands in an event whose free text was removed (see ``redacting``)."""

_BLANKED = json.dumps(REMOVED)
_FIXED = ("id", "at", "kind", "key", "before", "after", "by", "door")
_SAME = " AND ".join(f'NEW."{name}" = OLD."{name}"' for name in _FIXED)

ONLY_BLANKED = {
    "sqlite": (
        f"CREATE TRIGGER events_no_update BEFORE UPDATE ON events WHEN NOT (NEW.detail = '{_BLANKED}' AND {_SAME}) "
        f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
    ),
    "postgresql": (
        "CREATE FUNCTION events_only_blanked() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF NEW.detail::text = '{_BLANKED}' AND {_SAME} THEN RETURN NEW; END IF; "
        f"RAISE EXCEPTION '{REFUSAL}'; END $$",
        "CREATE TRIGGER events_no_update BEFORE UPDATE ON events "
        "FOR EACH ROW EXECUTE FUNCTION events_only_blanked()",
        "CREATE TRIGGER events_no_delete BEFORE DELETE OR TRUNCATE ON events "
        "FOR EACH STATEMENT EXECUTE FUNCTION events_refuse()",
    ),
}
"""The part of the guards that came with redaction, by database."""

GUARDS = {
    "sqlite": (
        f"CREATE TRIGGER events_no_delete BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
        *ONLY_BLANKED["sqlite"],
    ),
    "postgresql": (
        "CREATE FUNCTION events_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$",
        *ONLY_BLANKED["postgresql"],
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
