"""Alerts about the machine, as far as a run that is alive can tell: its clock is not believed, its disk is full.

That nothing runs at all, nobody here can say: the heartbeat of config.yaml is for that (``dispatch.health``).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from campaign.core.alert import Alert, AlertKind
from campaign.core.model import Workspace
from campaign.core.timetable import to_wall
from campaign.store import meta, place


def machine(connection: Connection, workspace: Workspace, now: datetime) -> Iterator[Alert]:
    """The doubt about the clock that the loop has written down, told once for each last good step; and a disk on which
    hardly anything can be written down any more, told once a day."""
    if meta.get(connection, "clock"):
        last = meta.get(connection, "last_tick") or "never"
        yield Alert(f"clock:{last}", AlertKind.CLOCK, True, now, DOUBT)
    path = place.file_of(workspace.store, Path(workspace.root))
    if path is not None and path.parent.is_dir() and place.free(path) < place.TIGHT:
        day = to_wall(now, workspace.zone).date()
        yield Alert(f"space:{day}", AlertKind.STORE, True, now, FULL)


DOUBT = {
    "en": "it can't be believed, so nothing is sent (campaign status says why)",
    "id": "tidak dapat dipercaya, jadi tidak ada yang dikirim (campaign status menjelaskan sebabnya)",
}
FULL = {
    "en": "its disk is almost full; when it is, nothing is sent (campaign doctor)",
    "id": "disknya hampir penuh; jika penuh, tidak ada yang dikirim (campaign doctor)",
}
