"""Alerts about the machine, as far as a run that is alive can tell: its clock is not believed, so nothing is sent.

That nothing runs at all, nobody here can say: the heartbeat of config.yaml is for that (``dispatch.health``).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Connection

from campaign.core.alert import Alert, AlertKind
from campaign.core.model import Workspace
from campaign.store import meta


def machine(connection: Connection, workspace: Workspace, now: datetime) -> Iterator[Alert]:
    """The doubt about the clock that the loop has written down, if it has one; told once for each last good step."""
    if meta.get(connection, "clock"):
        last = meta.get(connection, "last_tick") or "never"
        yield Alert(f"clock:{last}", AlertKind.CLOCK, True, now, DOUBT)


DOUBT = {
    "en": "it can't be believed, so nothing is sent (campaign status says why)",
    "id": "tidak dapat dipercaya, jadi tidak ada yang dikirim (campaign status menjelaskan sebabnya)",
}
