"""Guarded writes: every change of a delivery is one UPDATE that names the state and the attempt it leaves.

All functions take an open connection inside ``Store.write()`` and the time; none reads a clock. A guard that does not
hold returns False (somebody else was first), it never raises. They live in the modules named here; this is their door.
"""

from __future__ import annotations

from campaign.store.breaker import works
from campaign.store.claims import (
    Judge,
    Turn,
    in_flight,
    orphan,
    renew,
    repeat,
    ripe,
    take,
    waiting,
)
from campaign.store.decisions import (
    again,
    break_threads,
    brought,
    cancel,
    hold,
    hold_on,
    lock_row,
    miss,
    move,
    refreeze,
    refuse,
    release,
    resolve,
)
from campaign.store.log import Who
from campaign.store.looking import absent, found, look_later
from campaign.store.notes import notes, put_note
from campaign.store.pacing import pace
from campaign.store.planned import advance, advance_all, fill, insert, see
from campaign.store.redacting import redact
from campaign.store.rows import Claim, NewDelivery
from campaign.store.settling import Answered, settle, settle_all
from campaign.store.withdrawing import cancel_unwanted, not_withdrawn, unwanted, withdrawing, withdrawn

__all__ = [
    "Answered",
    "Claim",
    "Judge",
    "NewDelivery",
    "Turn",
    "Who",
    "absent",
    "advance",
    "advance_all",
    "again",
    "break_threads",
    "brought",
    "cancel",
    "cancel_unwanted",
    "fill",
    "found",
    "hold",
    "hold_on",
    "in_flight",
    "insert",
    "lock_row",
    "look_later",
    "miss",
    "move",
    "not_withdrawn",
    "notes",
    "orphan",
    "pace",
    "put_note",
    "redact",
    "refreeze",
    "refuse",
    "release",
    "renew",
    "repeat",
    "resolve",
    "ripe",
    "see",
    "settle",
    "settle_all",
    "take",
    "unwanted",
    "waiting",
    "withdrawing",
    "withdrawn",
    "works",
]
