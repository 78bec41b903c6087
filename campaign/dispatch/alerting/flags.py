"""Alerts about flags: somebody has looked at a post that is out, and said that something is wrong with it.

What they wrote is not told: it may quote the post, or name somebody.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Connection

from campaign.core.alert import Alert, AlertKind
from campaign.core.model import Workspace
from campaign.store import history, marks


def flags(connection: Connection, workspace: Workspace, now: datetime) -> Iterator[Alert]:
    """The flags that are open, each once, whoever put it; told at once."""
    standing = marks.flagged(connection)
    rows = history.by_keys(connection, {mark.key for mark in standing})
    for mark in standing:
        row = rows[mark.key]
        url = row.receipt.url if row.receipt is not None and row.withdrawn_at is None else ""
        yield Alert(f"flag:{mark.id}", AlertKind.FLAG, True, mark.at, FLAGGED, mark.key, url)


FLAGGED = {
    "en": "somebody has looked at it and says that something is wrong (campaign review --flagged)",
    "id": "sudah diperiksa dan ditandai: ada yang keliru (campaign review --flagged)",
}
