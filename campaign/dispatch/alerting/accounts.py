"""Alerts about logins: one that does not work, one that ends soon."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Connection

from campaign.core.alert import Alert, AlertKind, quotes
from campaign.core.model import Text, Workspace
from campaign.store import concerns, history


def accounts(connection: Connection, workspace: Workspace, now: datetime) -> Iterator[Alert]:
    """The accounts that do not work, told once as long as they stay so."""
    for row in history.accounts(connection).values():
        if row.parked_since is not None and row.parked_until is not None:
            name = f"parked:{row.account}:{row.parked_since.isoformat()}"
            said = tuple(concerns.latest_texts(connection, row.account))
            yield Alert(
                name, AlertKind.PARKED, True, row.parked_since, _parked(row.account, row.parked_reason, said)
            )


def _parked(account: str, reason: str, said: tuple[str, ...]) -> Text:
    """With the network's own words, if they repeat nothing of what the account was to publish lately."""
    because = f": {reason}" if reason and not quotes(reason, said) else ""
    return {
        "en": f"{account} does not work, its posts wait{because}",
        "id": f"{account} tidak berfungsi, unggahannya menunggu{because}",
    }
