"""Alerts about crisis pauses: whether one is still wanted, and what waits for a decision after one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import Connection

from campaign.core.alert import Alert, AlertKind
from campaign.core.model import Text, Workspace
from campaign.core.pause import ASK_AFTER, Pause
from campaign.store import pauses

DECIDING = timedelta(hours=1)
"""How long whoever ends a pause has for deciding about what fell into it before everybody is reminded."""


def pausing(connection: Connection, workspace: Workspace, now: datetime) -> Iterator[Alert]:
    """Never with a reason: a message may end up with strangers."""
    standing = pauses.standing(connection)
    last = pauses.last_fell(connection, [pause.id for pause in standing])
    for pause in standing:
        if pause.asks(now):
            # Of each day that it goes on, once.
            since = pause.asked or pause.since
            days = (now - since) // ASK_AFTER
            name = f"pause:{pause.id}:{since.isoformat()}:{days}"
            yield Alert(name, AlertKind.PAUSE, True, since + days * ASK_AFTER, _wanted(pause))
        elif pause.end is not None and now >= pause.end + _patience(pause):
            yield Alert(
                f"pause-ended:{pause.id}:{last.get(pause.id)}",
                AlertKind.PAUSE,
                True,
                pause.end,
                _waits(pause),
            )


def _patience(pause: Pause) -> timedelta:
    """None for a pause that has ended by itself: nobody may be at it."""
    return timedelta() if pause.end == pause.until else DECIDING


def _wanted(pause: Pause) -> Text:
    number = pause.id
    return {
        "en": f"pause {number} has gone on for a day: is it still wanted? "
        f"(campaign pause --keep {number}, or: campaign resume {number})",
        "id": f"jeda {number} sudah berlangsung sehari: masih diperlukan? "
        f"(campaign pause --keep {number}, atau: campaign resume {number})",
    }


def _waits(pause: Pause) -> Text:
    return {
        "en": f"pause {pause.id} has ended, and posts that fell into it wait for a decision "
        f"(campaign resume {pause.id})",
        "id": f"jeda {pause.id} sudah berakhir, dan kiriman yang tertahan menunggu keputusan "
        f"(campaign resume {pause.id})",
    }
