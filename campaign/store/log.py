"""The log: one event per transition and decision. It is only ever added to: the database refuses anything else, but
for one change, which a redaction makes: the free text of an event gives way to ``{"removed": true}``."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert

from campaign.store.evidence.hashes import canonical, salted
from campaign.store.tables import events

REFUSAL = "the log is only ever added to"

REMOVED = {"removed": True}
"""What stands in an event whose free text was removed (see ``redacting``)."""

REDACTED = "redacted"
"""The event that says who removed a text; without one, a removed detail is a difference."""

TAKEN_OVER = "taken-over"
"""The event of an older store that was found without seals."""

BLANKED = json.dumps(REMOVED)
"""The same as the database spells it."""

_FIXED = ("id", "at", "kind", "key", "before", "after", "by", "door")
_SAME = " AND ".join(f'NEW."{name}" = OLD."{name}"' for name in _FIXED)

ONLY_BLANKED = {
    "sqlite": (
        f"CREATE TRIGGER events_no_update BEFORE UPDATE ON events WHEN NOT (NEW.detail = '{BLANKED}' AND {_SAME}) "
        f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
    ),
    "postgresql": (
        "CREATE FUNCTION events_only_blanked() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF NEW.detail::text = '{BLANKED}' AND {_SAME} THEN RETURN NEW; END IF; "
        f"RAISE EXCEPTION '{REFUSAL}'; END $$",
        "CREATE TRIGGER events_no_update BEFORE UPDATE ON events "
        "FOR EACH ROW EXECUTE FUNCTION events_only_blanked()",
        "CREATE TRIGGER events_no_delete BEFORE DELETE OR TRUNCATE ON events "
        "FOR EACH STATEMENT EXECUTE FUNCTION events_refuse()",
    ),
}
"""The part of the guards that came with redaction, by database."""

_WHOLE = f"'{BLANKED}' AND NEW.salt IS NULL AND {_SAME}"

SEALED = {
    "sqlite": (
        "CREATE TRIGGER events_no_update BEFORE UPDATE ON events "
        f"WHEN NOT (NEW.detail = {_WHOLE}) BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
        f"CREATE TRIGGER seals_no_update BEFORE UPDATE ON seals BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
        f"CREATE TRIGGER seals_no_delete BEFORE DELETE ON seals BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
    ),
    "postgresql": (
        "CREATE OR REPLACE FUNCTION events_only_blanked() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF NEW.detail::text = {_WHOLE} THEN RETURN NEW; END IF; "
        f"RAISE EXCEPTION '{REFUSAL}'; END $$",
        "CREATE TRIGGER events_no_update BEFORE UPDATE ON events "
        "FOR EACH ROW EXECUTE FUNCTION events_only_blanked()",
        "CREATE TRIGGER seals_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON seals "
        "FOR EACH STATEMENT EXECUTE FUNCTION events_refuse()",
    ),
}
"""The part that came with seals: the salt of a blanked detail goes too, and seals stay as they are."""

LIFTED = {
    "sqlite": ("DROP TRIGGER events_no_update",),
    "postgresql": ("DROP TRIGGER events_no_update ON events",),
}
"""What makes room for ``SEALED`` in an older store."""

GUARDS = {
    "sqlite": (
        f"CREATE TRIGGER events_no_delete BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
        *SEALED["sqlite"],
    ),
    "postgresql": (
        "CREATE FUNCTION events_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$",
        *SEALED["postgresql"],
        "CREATE TRIGGER events_no_delete BEFORE DELETE OR TRUNCATE ON events "
        "FOR EACH STATEMENT EXECUTE FUNCTION events_refuse()",
    ),
}
"""What makes the tables of events and seals append-only, by database."""


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
    content: Mapping[str, Any] | None = None,
) -> None:
    """Add one event. ``detail`` holds JSON values; empty ones (None, "") are left out. ``content``: what the event
    vouches for (see ``bound``); only its salted hash is written."""
    row = event(now, kind, key=key, before=before, after=after, who=who, detail=detail, content=content)
    write_all(connection, [row])


def event(
    now: datetime,
    kind: str,
    *,
    key: str = "",
    before: str = "",
    after: str = "",
    who: Who = LOOP,
    detail: Mapping[str, Any] | None = None,
    content: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The row of an event, for ``write_all``."""
    told = {name: value for name, value in (detail or {}).items() if value is not None and value != ""}
    salt = secrets.token_hex(16)
    if content is not None:
        told["content"] = salted(salt, canonical(content))
    return {
        "at": now,
        "kind": kind,
        "key": key,
        "before": before,
        "after": after,
        "by": who.by,
        "door": who.door,
        "detail": told,
        "salt": salt,
    }


def write_all(connection: Connection, rows: list[dict[str, Any]]) -> None:
    """Add events in this order."""
    if rows:
        connection.execute(insert(events), rows)
