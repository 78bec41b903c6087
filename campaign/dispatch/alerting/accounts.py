"""Alerts about logins: one that does not work, one that ends soon."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from sqlalchemy import Connection

from campaign.core.alert import Alert, AlertKind, quotes
from campaign.core.model import Text, Workspace
from campaign.core.timetable import to_utc, to_wall
from campaign.networks import graph_token
from campaign.store import concerns, history, vault

DAYS = (2, 7, 14)
"""How many days before its end a token is told of; the last time at once."""


def accounts(connection: Connection, workspace: Workspace, now: datetime) -> Iterator[Alert]:
    """The accounts that do not work, told once as long as they stay so; and those whose token ends soon."""
    for row in history.accounts(connection).values():
        if row.parked_since is not None and row.parked_until is not None:
            name = f"parked:{row.account}:{row.parked_since.isoformat()}"
            said = tuple(concerns.latest_texts(connection, row.account))
            yield Alert(
                name, AlertKind.PARKED, True, row.parked_since, _parked(row.account, row.parked_reason, said)
            )
    kept = vault.beginning(connection, graph_token.KEPT)
    for login in workspace.accounts.values():
        written = login.token_until
        end = graph_token.ends(kept.get(login.id, ())) if written is None else _midnight(written, workspace)
        stage = next(
            (days for days in DAYS if end is not None and now < end <= now + timedelta(days=days)), None
        )
        if end is not None and stage is not None:
            day = written or to_wall(end, workspace.zone).date()
            name = f"token:{login.id}:{day}:{stage}"
            yield Alert(name, AlertKind.TOKEN, stage == min(DAYS), now, _ending(login.id, day))


def _midnight(day: date, workspace: Workspace) -> datetime:
    """The end of a day in the workspace's zone."""
    return to_utc(datetime.combine(day + timedelta(days=1), time()), workspace.zone)


def _ending(account: str, day: date) -> Text:
    return {
        "en": f"the token of {account} ends on {day}: make a new one (docs/networks.md)",
        "id": f"token {account} berakhir pada {day}: buatlah yang baru (docs/networks.md)",
    }


def _parked(account: str, reason: str, said: tuple[str, ...]) -> Text:
    """With the network's own words, if they repeat nothing of what the account was to publish lately."""
    because = f": {reason}" if reason and not quotes(reason, said) else ""
    return {
        "en": f"{account} does not work, its posts wait{because}",
        "id": f"{account} tidak berfungsi, unggahannya menunggu{because}",
    }
