"""What waits to be sent under a consent that no longer covers it is held; it goes on when the files say yes again.

The occurrence's own day counts, as when the post was made: what changes meanwhile is the record in the files.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection

from campaign.core.consents import Status
from campaign.core.lifecycle import State
from campaign.core.model import Workspace
from campaign.core.timetable import to_wall
from campaign.store import history, outbox
from campaign.store.history import Delivery

_HELD = "not under its consent: "
"""What the reason of a row begins with that is held here."""


def refusal(workspace: Workspace, row: Delivery) -> str:
    """Why a frozen post may not go out under today's consents, or ""."""
    campaign = workspace.campaigns.get(row.campaign)
    day = to_wall(row.due, campaign.zone if campaign else workspace.zone).date()
    for name in row.post.consents if row.post is not None else ():
        consent = workspace.consents.get(name)
        if consent is None:
            return f"there is no consent {name!r} any more"
        if (against := consent.against(row.network, row.language, day)) is not None:
            return against[1]
    return ""


def against(workspace: Workspace, row: Delivery) -> str:
    """The same as the reason of a row that it holds, or ""."""
    why = refusal(workspace, row)
    return _HELD + why if why else ""


def waiting(connection: Connection) -> list[Delivery]:
    """What has not gone out and needs a consent."""
    rows = history.deliveries(connection, states=[State.PENDING, State.HELD])
    return [row for row in rows if row.post is not None and row.post.consents]


def judge(connection: Connection, workspace: Workspace, rows: Iterable[Delivery], now: datetime) -> None:
    """pending -> held of what has no consent any more, and back."""
    for row in rows:
        why = refusal(workspace, row)
        if why and row.state is State.PENDING:
            outbox.hold(connection, row.key, _HELD + why, now)
        elif not why and row.state is State.HELD and row.reason.startswith(_HELD):
            outbox.release(connection, row.key, row.deadline, now)


def any_withdrawn(workspace: Workspace) -> bool:
    """Whether rows have to be judged again before each claim: one may come back that was on its way meanwhile."""
    return any(consent.status is Status.WITHDRAWN for consent in workspace.consents.values())
