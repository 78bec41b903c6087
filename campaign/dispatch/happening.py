"""What the loop tells whoever watches it: one line of news per change of a delivery."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Happening:
    """A change of one delivery (``key`` set) or of the loop itself (``key`` empty).

    ``at``: aware UTC; ``zone``: the zone to show it in; ``kind``: the state that it led to ("sent", "failed", ...) or
    "note"; ``text``: the post's first line; ``reason``, ``url``: empty where there is none.
    """

    at: datetime
    kind: str
    zone: str
    key: str = ""
    account: str = ""
    text: str = ""
    reason: str = ""
    url: str = ""


Say = Callable[[Happening], None]


@dataclass(frozen=True, slots=True)
class Summary:
    """What one pass did, counted by the state that deliveries ended in (``quiet``: missed because of its day), and the
    workspace's error-level problems."""

    sent: int = 0
    failed: int = 0
    uncertain: int = 0
    held: int = 0
    missed: int = 0
    quiet: int = 0
    retrying: int = 0
    problems: int = 0
    barred: int = 0
    """Of those held: what was not sent because what it says is wrong, or can't be vouched for, just now."""
