"""The indexes over a part of their table. They are needed only where tables are made, and loading them costs: a
database's own option (``postgresql_where``) loads that database's dialect."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Index, text

from campaign.store.tables import deliveries, events, pause_posts


def _index(name: str, where: str, *columns: Column[Any], unique: bool = False) -> Index:
    condition = text(where)
    return Index(name, *columns, unique=unique, sqlite_where=condition, postgresql_where=condition)


_d, _e, _p = deliveries.c, events.c, pause_posts.c

THREADS = _index("deliveries_threads", "previous IS NOT NULL", _d.state, _d.account, _d.due)
UNWANTED = _index("deliveries_unwanted", "withdraw_at IS NOT NULL", _d.state)
STILL_OUT = _index("deliveries_still_out", "withdraw_at IS NOT NULL AND withdrawn_at IS NULL", _d.withdraw_at)

_WRONG = "state IN ('failed', 'missed')"
WRONG = _index("deliveries_wrong", _WRONG, _d.state, _d.due)
WRONG_LATELY = _index("deliveries_wrong_lately", _WRONG, _d.state, _d.updated_at)
"""Of all that ever went wrong, the latest is asked for: by when it was due, and by when it went wrong."""

UNDECIDED = _index("pause_posts_open", "decided IS NULL", _p.pause, _p.key)

OUT = _index(
    "deliveries_out", "sent_at IS NOT NULL AND part = 1", _d.sent_at, _d.key, _d.campaign, _d.account
)
"""What went out when, and whether somebody has looked at it, is asked of all that ever went out."""

ONE_IN_FLIGHT = _index("one_in_flight", "state = 'sending'", _d.account, unique=True)
"""An account has one request in flight, whoever tries, on whichever host."""

DOUBLED = _index("events_doubled", "kind = 'doubled'", _e.id)
