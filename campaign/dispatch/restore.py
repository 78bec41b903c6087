"""After the store was put back from a backup: nothing that may have gone out since is sent before it was looked up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from campaign.dispatch.planner import Planner
from campaign.errors import CampaignError
from campaign.store import restoring
from campaign.store.database import Store
from campaign.store.log import Who


@dataclass(frozen=True, slots=True)
class Restored:
    """What was done. ``backup``: what the store knows ends there (aware UTC). ``doubtful``: keys that are repeated or
    looked up; ``held``: keys that a person has to decide."""

    backup: datetime
    doubtful: list[str]
    held: list[str]


def restored(store: Store, planner: Planner, now: datetime, who: Who) -> Restored:
    """Make rows of all that fell due since the backup, and doubt them and all that was waiting.

    CampaignError when a run is at work, or when the store has never worked. Doing it twice does no harm.
    """
    if runner := store.holder():
        raise CampaignError(
            f"campaign run is at work on {runner}",
            "stop it first: it would send what may have gone out already",
        )
    with store.hold():
        backup = _known_until(store)
        if backup is None:
            raise CampaignError("this store has never worked: there is nothing that it could have forgotten")
        planner.compare(now)
        planner.hold_orphaned_files(now)
        planner.plan(now, fresh=True)
        planner.fill(now)
        reason = f"the store was restored from a backup of {backup:%Y-%m-%d %H:%M} UTC; this may have gone out since"
        with store.write() as connection:
            doubtful, held = restoring.doubt(connection, min(backup, now), now, reason, who)
    return Restored(backup, doubtful, held)


def _known_until(store: Store) -> datetime | None:
    told = store.get("last_tick")
    with store.read() as connection:
        moments = [restoring.newest(connection), datetime.fromisoformat(told) if told else None]
    return max((moment for moment in moments if moment is not None), default=None)
