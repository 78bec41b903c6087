"""What people read of alerts: which address can't be reached, so that nobody trusts a silence."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Connection

from campaign.core.model import Workspace
from campaign.errors import Place, Problem
from campaign.review import times
from campaign.store import alerted


def unreached(connection: Connection, workspace: Workspace, now: datetime) -> Iterator[Problem]:
    """The addresses of config.yaml whose last message did not arrive."""
    known = alerted.addresses(connection)
    for address in workspace.alerts:
        row = known.get(address.name)
        if row is not None and row.failing_since is not None:
            since = times.ago(row.failing_since, now)
            message = f"{address.name} can't be reached, first tried {since}: {row.reason}"
            yield Problem(Place("alerts"), message, "campaign doctor --alert tries it at once", rule="alerts")
