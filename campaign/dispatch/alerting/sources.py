"""All that alerts come from. A source looks at the store and the files and says what somebody has to know *now*.

It reads only, asks no clock and remembers nothing: it names a thing the same as long as it stands (``Alert.name``),
and the sending of alerts (``look``) takes care that each is told once. What has passed by itself meanwhile is not
told any more. It is asked once a minute, so it stays cheap: no ``Delivery`` with its post where a column will do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from sqlalchemy import Connection

from campaign.core.alert import Alert
from campaign.core.model import Workspace
from campaign.dispatch.alerting.accounts import accounts
from campaign.dispatch.alerting.approvals import approvals
from campaign.dispatch.alerting.flags import flags
from campaign.dispatch.alerting.knowledge import knowledge
from campaign.dispatch.alerting.machine import machine
from campaign.dispatch.alerting.pauses import pausing
from campaign.dispatch.alerting.posts import posts

Source = Callable[[Connection, Workspace, datetime], Iterable[Alert]]

SOURCES: tuple[Source, ...] = (posts, flags, accounts, approvals, knowledge, machine, pausing)
"""Each is ``(connection, workspace, now) -> alerts``; one file a part of the program, named here."""


def standing(connection: Connection, workspace: Workspace, now: datetime) -> list[Alert]:
    """All alerts that stand at ``now`` (aware UTC); of one name the first."""
    found: dict[str, Alert] = {}
    for source in SOURCES:
        for alert in source(connection, workspace, now):
            found.setdefault(alert.name, alert)
    return list(found.values())
