"""What today's files make of a post that is in the store already."""

from __future__ import annotations

from datetime import datetime

from campaign.core.compose import Composer, Composition
from campaign.core.model import Workspace, parse_key
from campaign.core.timetable import moment_at


def anew(workspace: Workspace, composer: Composer, key: str, now: datetime) -> Composition | None:
    """The composition of a delivery key (of any part) by the files as they are, judged at ``now`` (aware UTC). None:
    they do not plan it, or not any more."""
    name = parse_key(key)
    campaign = workspace.campaigns.get(name.campaign)
    slot = campaign.slot(name.slot) if campaign is not None else None
    target = workspace.target(name.target)
    if campaign is None or slot is None or target is None or target not in slot.targets:
        return None
    moment = moment_at(slot.timetable, name.wall)
    return composer.compose(campaign, slot, moment, target, now) if moment is not None else None
