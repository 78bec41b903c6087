"""One delivery to its network and back: the only place from which a post leaves this machine."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from campaign.core.outcome import CannotTell, Found, Outcome, Refused, Retry, Scope, Unknown
from campaign.dispatch.freeze import Described
from campaign.errors import CampaignError
from campaign.networks import fence
from campaign.networks.base import Network, Notes
from campaign.store.history import Delivery
from campaign.store.outbox import Claim

log = logging.getLogger(__name__)

Uptime = Callable[[], float]
"""Seconds since the machine started, sleep included (CLOCK_BOOTTIME): it never jumps."""


@dataclass(slots=True)
class Lease:
    """Until when a claimed row is ours, as a point of uptime, which no change of the wall clock moves.

    The thread that ticks renews it, in the store first; the sender only reads it.
    """

    began: float
    ends: float

    def over(self, uptime: float) -> bool:
        """Whether somebody else may have taken the row over."""
        return uptime >= self.ends


@dataclass(frozen=True, slots=True)
class Errand:
    """A claim on its way."""

    claim: Claim
    lease: Lease


class LeaseLostError(CampaignError):
    """A sender was away for so long that somebody else may be sending its post."""


@dataclass(frozen=True, slots=True)
class _Leased:
    """Notes that stop a sender whose lease has ended: it notes something between an upload and the publishing."""

    notes: Notes
    lease: Lease
    uptime: Uptime

    def put(self, name: str, value: str) -> None:
        self.notes.put(name, value)  # kept in any case: whoever looks the post up can use it
        if self.lease.over(self.uptime()):
            raise LeaseLostError("the machine was away for too long while it was sending")

    def get(self, name: str) -> str | None:
        return self.notes.get(name)


def deliver(
    errand: Errand,
    adapter: Network,
    notes: Notes,
    files: Described,
    uptime: Uptime,
    *,
    others: bool = False,
) -> Outcome:
    """Send one claimed part. Never raises: what escapes from an adapter counts as Unknown. ``others``: other hosts
    share the work, so that a picture which is not here may be there."""
    claim = errand.claim
    try:
        for media in claim.post.media:
            if files.describe(media.file)[1] != media.sha256:
                reason = f"posts/{media.file} is not the picture it was when the post was made"
                return Retry(reason) if others else Refused(reason, Scope.HERE)
    except CampaignError as error:
        return Retry(error.message) if others else Refused(error.message, Scope.HERE)
    if errand.lease.over(uptime()):
        # The machine slept between the claim and now; somebody else may have taken the row over.
        return Retry("the machine was asleep when it was time to send")
    try:
        with fence.put_up(lambda: errand.lease.over(uptime())):
            return adapter.send(claim.post, claim.network_key, _Leased(notes, errand.lease, uptime))
    except CampaignError as error:
        return Unknown(error.message)
    except Exception as error:  # noqa: BLE001 - whatever an adapter does, the row must say what is known
        return Unknown(_escaped(claim.network, error))


def look(adapter: Network, delivery: Delivery, notes: Notes) -> Found:
    """Ask the network what became of an uncertain delivery. Never raises."""
    assert delivery.post is not None and delivery.first_attempt is not None  # noqa: S101 - CHECKs of the store
    try:
        return adapter.find(delivery.post, delivery.network_key, delivery.first_attempt, notes)
    except CampaignError as error:
        return CannotTell(error.message)
    except Exception as error:  # noqa: BLE001
        return CannotTell(_escaped(delivery.network, error))


def _escaped(network: str, error: Exception) -> str:
    """Where an adapter broke, without the exception's own text: that may hold a secret."""
    frames = traceback.extract_tb(error.__traceback__)
    at = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "?"
    reason = f"{network}: {type(error).__name__} at {at} (a bug of the adapter)"
    log.error(reason)
    return reason


def next_look(first_attempt: datetime, now: datetime) -> datetime:
    """When to look again at what could not be told: as long again as it has been open, from 10 minutes to a day."""
    open_for = (now - first_attempt).total_seconds()
    return now + type(now - first_attempt)(seconds=min(max(open_for, 600.0), 86400.0))
