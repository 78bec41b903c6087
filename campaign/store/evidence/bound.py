"""What the events on sending vouch for: the columns of a delivery that say what left, where and when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping

from campaign.core.lifecycle import State
from campaign.core.outcome import Receipt
from campaign.store.evidence.raw import instant

COLUMNS = ("account", "network", "network_key", "language", "due", "post", "receipt", "sent_at")
"""Text, descriptions, hashes of pictures, link, facts, what was let pass (all in ``post``); for which account; what the
network answered, and when it went out."""

VOUCHED = (State.SENDING, State.UNCERTAIN, State.SENT)
"""In these states a row is as its last event with a content says."""


def content(row: Mapping[str, Any] | RowMapping) -> dict[str, Any]:
    """Of a row, what an event vouches for that leads to ``sending`` or ``sent``."""
    return {name: _plain(row[name]) for name in COLUMNS}


def left(row: Mapping[str, Any] | RowMapping) -> dict[str, Any]:
    """The same of a row whose text was removed. Not its address: that goes later, when the post is withdrawn."""
    receipt = row["receipt"]
    there = Receipt.from_json(receipt).without_address().as_json() if receipt is not None else None
    return content({**row, "receipt": there})


def _plain(value: Any) -> Any:
    return instant(value) if isinstance(value, datetime) else value
