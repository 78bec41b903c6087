"""When an account may publish again: its gap and its daily cap, also over posts that may be out."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from campaign.core.model import Account
from campaign.core.pacing import next_slot
from campaign.store import history, outbox


def pace(connection: Connection, account: Account, zone: str, now: datetime) -> None:
    """Work out anew when an account may publish again. ``zone``: the workspace's, whose days the cap counts.

    What may be out counts as if it were: a network that accepted it shows it to readers, whether we know or not.
    """
    day = now.astimezone(ZoneInfo(zone)).replace(hour=0, minute=0, second=0, microsecond=0)
    tomorrow = day + timedelta(days=1)
    doubtful = history.in_doubt(connection, account.id)
    last = max(
        filter(None, [history.last_sent(connection, account.id), *(at for _, at in doubtful)]), default=None
    )
    today = history.sent_on(connection, account.id, day, tomorrow)
    today += sum(part == 1 and day <= at < tomorrow for part, at in doubtful)
    outbox.pace(connection, account.id, next_slot(now, last, today, account.gap, account.daily, zone))
