"""The events of the log one by one: what happened, when, to which post, and who decided."""

from __future__ import annotations

import json
from typing import Any

from campaign.core.lifecycle import State
from campaign.core.model import parse_key
from campaign.review import times
from campaign.review.roles import Roles
from campaign.review.story import what_happened
from campaign.review.table import Cell, Line
from campaign.review.words import one_line
from campaign.store.history import EventRow

COLUMNS = ("event", "at", "kind", "key", "before", "after", "by", "door", "detail")
"""The keys of an event, in order: a contract that scripts rely on."""

_OURS = ("owner", "content")
"""Details that are nobody's business outside: which host sent it, and a hash that only the store can use."""


_SAYS = {state.value: state.say for state in State}


def event_row(event: EventRow, zone: str, roles: Roles) -> dict[str, Any]:
    """One event as ``log --events --json`` prints it, its time in an IANA zone; who decided by their role."""
    detail = {name: value for name, value in event.detail.items() if name not in _OURS}
    told: dict[str, Any] = roles.told(
        {
            "event": event.id,
            "at": times.iso(event.at, zone),
            "kind": event.kind,
            "key": event.key or None,
            "before": event.before or None,
            "after": event.after or None,
            "by": event.by,
            "door": event.door,
            "detail": detail,
        }
    )
    return told


def event_record(row: dict[str, Any]) -> dict[str, Any]:
    """The same for a spreadsheet: the details in one cell, as JSON."""
    detail = json.dumps(row["detail"], ensure_ascii=False) if row["detail"] else ""
    return {**row, "detail": detail}


def event_line(event: EventRow, zone: str) -> Line:
    """The same for people at this terminal: with the handle, and the reason."""
    said = what_happened(event.kind)
    if event.before != event.after and (said == event.kind or event.after != State.PENDING.value):
        said = _SAYS.get(event.after, said)
    by = f" by {event.by}" if event.by else ""
    reason = str(event.detail.get("reason", ""))
    told = ": ".join(filter(None, (event.key, said + by, reason)))
    return (Cell(times.stamp(event.at, zone), "dim"), Cell(f"  {one_line(told)}"))


def campaign_of(event: EventRow) -> str:
    """The campaign of an event's post; "" for one that is about none."""
    try:
        return parse_key(event.key).campaign
    except ValueError:
        return ""
