"""A trial message to every address of ``alerts:``, so that nobody finds out in a crisis that none arrives."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from campaign.core.digest import Message
from campaign.core.model import Workspace, text_for
from campaign.dispatch.alerting.look import Look
from campaign.dispatch.doctor import ERROR, OK, Finding
from campaign.store import alerted

TITLE = {"en": "campaign: a trial message", "id": "campaign: pesan percobaan"}
BODY = {
    "en": "Alerts arrive here. Nothing has to be done.",
    "id": "Peringatan tiba di sini. Tidak ada yang perlu dilakukan.",
}


def tried(look: Look, workspace: Workspace, now: datetime) -> Iterator[Finding]:
    """Send a trial message to each address now (aware UTC), and say what came back. Where one arrives, what waits
    for it is told with the next look. StoreError."""
    if not workspace.alerts:
        hint = "write alerts: [{env: ALERT_URL}] into config.yaml (docs/alerts.md)"
        yield Finding("alert", ERROR, "config.yaml names no address for alerts", hint)
    language = workspace.languages[0]
    message = Message(*(text_for(words, language) or words["en"] for words in (TITLE, BODY)))
    for address in workspace.alerts:
        failure = look.say(address, message)
        if failure:
            hint = "look at the address and its service; docs/alerts.md has examples"
            yield Finding("alert", ERROR, f"{address.name}: {failure}", hint)
            continue
        with look.store.write() as connection:
            alerted.told(connection, address.name, look.owner, (), now)
        yield Finding("alert", OK, f"{address.name} took a trial message: look whether it has arrived")
