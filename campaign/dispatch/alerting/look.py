"""One look: what stands now, who is to be told of it, and how that went.

Nothing leaves here that was not cleaned: what a network said may hold tokens, control characters, or a word that calls
everybody in a channel together.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from campaign.core import digest
from campaign.core.alert import Alert, AlertAddress
from campaign.core.digest import Message
from campaign.core.model import Workspace
from campaign.core.timetable import to_wall
from campaign.dispatch.alerting.sources import standing
from campaign.errors import CampaignError
from campaign.networks import messenger, redact
from campaign.store import alerted
from campaign.store.alerted import AddressRow
from campaign.store.database import Store
from campaign.workspace.secrets import Secrets

Tell = Callable[[str, str, str], str]
"""Sends title and body to an address; "" if it arrived, else why not (``networks.messenger.tell``)."""

_CALL = re.compile(r"@(?=everyone\b|here\b|channel\b)|<(?=[@!#])")
"""What calls people together on Discord and Slack, when a network's words or a name happen to say it."""


@dataclass
class Look:
    """Looks at one store. ``owner``: who this process is, for turns."""

    store: Store
    secrets: Secrets
    owner: str
    tell: Tell = messenger.tell

    def look(self, workspace: Workspace, now: datetime) -> list[str]:
        """Tell every address what it has to know at ``now`` (aware UTC), if it is time to. Returns what is worth a note
        here: that an address can't be reached (once), and that it can again. StoreError."""
        if not workspace.alerts:
            return []
        with self.store.read() as connection:
            alerts = standing(connection, workspace, now)
            known = alerted.addresses(connection)
        notes = []
        for address in workspace.alerts:
            wanted = [alert for alert in alerts if address.wants(alert)]
            row = known.get(address.name) or AddressRow(address.name)
            if wanted:
                notes.append(self._serve(workspace, address, wanted, row, now))
        return [note for note in notes if note]

    def _serve(
        self,
        workspace: Workspace,
        address: AlertAddress,
        wanted: Sequence[Alert],
        row: AddressRow,
        now: datetime,
    ) -> str:
        """Tell one address, if something waits for it and it is time; a note, or ""."""
        with self.store.read() as connection:  # as a rule there is nothing to tell: no need to write
            if not _due(connection, workspace, address, wanted, row, now):
                return ""
        with self.store.write() as connection:
            if not alerted.take(connection, address.name, self.owner, now):
                return ""  # another host is at it
            row = alerted.addresses(connection)[address.name]
            waiting = _due(connection, workspace, address, wanted, row, now)
            if not waiting:
                alerted.give_back(connection, address.name, self.owner)
                return ""
        failure = self.send(workspace, address, waiting)
        with self.store.write() as connection:
            if failure:
                later = now + digest.wait(row.fails + 1)
                alerted.failed(connection, address.name, self.owner, failure, now, later)
            else:
                given = digest.digest_due(now, workspace.zone, address.daily, row.digest_on)
                day = to_wall(now, workspace.zone).date() if given else None
                names = [alert.name for alert in waiting]
                alerted.told(connection, address.name, self.owner, names, now, day)
        if failure:
            return f"alerts to {address.name} do not arrive: {failure}" if failure != row.reason else ""
        return f"alerts to {address.name} arrive again" if row.fails else ""

    def send(self, workspace: Workspace, address: AlertAddress, waiting: Sequence[Alert]) -> str:
        """Tell an address these alerts in one message; "" if it arrived, else why not."""
        return self.say(address, digest.message([clean(alert) for alert in waiting], workspace.languages[0]))

    def say(self, address: AlertAddress, message: Message) -> str:
        """Send a message to an address; "" if it arrived, else why not."""
        try:
            where = self.secrets.resolve(address.secret).value
        except CampaignError as error:
            return error.message
        return self.tell(where, message.title, message.body)


def unusable(address: AlertAddress, secrets: Secrets) -> tuple[str, str]:
    """Why nothing can be sent to an address, and what to do about it; ("", "") if something can. Sends nothing."""
    try:
        where = secrets.resolve(address.secret).value
    except CampaignError as error:
        return error.message, error.hint
    if messenger.knows(where):
        return "", ""
    return (
        "it holds no address that Apprise knows",
        "docs/alerts.md has examples; the secret itself is not shown",
    )


def _due(
    connection: Connection,
    workspace: Workspace,
    address: AlertAddress,
    wanted: Sequence[Alert],
    row: AddressRow,
    now: datetime,
) -> list[Alert]:
    """What the address is to be told now; [] if nothing, or if it is not time."""
    if row.rests(now):
        return []
    untold = alerted.untold(connection, address.name, {alert.name for alert in wanted})
    waiting = [alert for alert in wanted if alert.name in untold]
    spoken = alerted.spoken(connection, address.name, now - digest.HOUR)
    due = digest.due(waiting, spoken, now, workspace.zone, address.daily, row.digest_on)
    return waiting if due else []


def clean(alert: Alert) -> Alert:
    """The same alert with nothing in it that may not be read by everybody, or that does anything but be read."""

    def plain(text: str) -> str:
        return _CALL.sub(lambda found: f"{found[0]}\u200b", redact.one_line(text))

    line = {language: plain(words) for language, words in alert.line.items()}
    return replace(alert, line=line, key=plain(alert.key), url=redact.one_line(alert.url, 500))
