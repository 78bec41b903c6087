"""One delivery to its network and back: the only place from which a post leaves this machine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from campaign.core.model import Post
from campaign.core.outcome import CannotTell, Found, Outcome, Refused, Retry, Scope, Unknown
from campaign.dispatch.escaped import escaped
from campaign.dispatch.freeze import Described
from campaign.errors import CampaignError
from campaign.networks import fence
from campaign.networks.base import Network, Notes
from campaign.store.history import Delivery
from campaign.store.outbox import Claim

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
    if wrong := _wrong_picture(claim.post, files):
        return Retry(wrong) if others else Refused(wrong, Scope.HERE)
    if errand.lease.over(uptime()):
        # The machine slept between the claim and now; somebody else may have taken the row over.
        return Retry("the machine was asleep when it was time to send")
    try:
        with fence.put_up(lambda: errand.lease.over(uptime())):
            return adapter.send(claim.post, claim.network_key, _Leased(notes, errand.lease, uptime))
    except CampaignError as error:
        return Unknown(error.message)
    except Exception as error:  # noqa: BLE001 - whatever an adapter does, the row must say what is known
        return Unknown(escaped(claim.network, error))


def _wrong_picture(post: Post, files: Described) -> str:
    """Which picture is gone or another than when the post was made; "" if none is."""
    for media in post.media:
        try:
            files.draw(media)  # another host, or one whose kept cards were removed, has no file of it
            if files.describe(media.file)[1] != media.sha256:
                what = "the card" if media.card else f"posts/{media.file}"
                return f"{what} is not the picture it was when the post was made"
        except CampaignError as error:
            return error.message
        except Exception as error:  # noqa: BLE001 - nothing has left yet: whatever broke, the row must say so
            return f"posts/{media.file} can't be read: {type(error).__name__}: {error}"
    return ""


def look(adapter: Network, delivery: Delivery, notes: Notes) -> Found:
    """Ask the network what became of an uncertain delivery. Never raises."""
    assert delivery.post is not None and delivery.first_attempt is not None  # noqa: S101 - CHECKs of the store
    try:
        return adapter.find(delivery.post, delivery.network_key, delivery.first_attempt, notes)
    except CampaignError as error:
        return CannotTell(error.message)
    except Exception as error:  # noqa: BLE001
        return CannotTell(escaped(delivery.network, error))


def next_look(first_attempt: datetime, now: datetime) -> datetime:
    """When to look again at what could not be told: as long again as it has been open, from 10 minutes to a day."""
    open_for = (now - first_attempt).total_seconds()
    return now + type(now - first_attempt)(seconds=min(max(open_for, 600.0), 86400.0))
