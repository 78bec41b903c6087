"""What a preview shows: which occurrences somebody means, and a card for each account they go to."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from campaign.core.compose import Composer
from campaign.core.model import Account, Campaign, Slot, Target, Workspace, delivery_key, parse_key
from campaign.core.text import TextRules
from campaign.core.timetable import Moment, first, moment_at, moments
from campaign.errors import CampaignError
from campaign.review.cards import Card

LOOK_BACK = timedelta(days=366)
"""How far back an occurrence is looked for where none is ahead."""


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A planned post at one moment, for some of its accounts."""

    campaign: Campaign
    slot: Slot
    moment: Moment
    targets: tuple[Target, ...]


def occurrences(workspace: Workspace, wanted: str, now: datetime) -> list[Occurrence]:
    """What ``CAMPAIGN`` (the next occurrence of each planned post), ``CAMPAIGN/SLOT`` or a key means, by time. Where
    nothing is ahead, the last one that was. CampaignError when there is no such thing."""
    campaign_id, _, rest = wanted.partition("/")
    campaign = campaign_named(workspace, campaign_id)
    slot_id, _, rest = rest.partition("/")
    if rest:
        return [_of_key(campaign, wanted)]
    slots = [slot_named(campaign, slot_id)] if slot_id else campaign.slots
    found = [(slot, _next(slot, now)) for slot in slots]
    there = [Occurrence(campaign, slot, moment, slot.targets) for slot, moment in found if moment is not None]
    if not there:
        raise CampaignError(
            f"{wanted} has no occurrence in the year before or after now",
            "give a key: campaign plan shows them",
        )
    return sorted(there, key=lambda o: (o.moment.due, o.slot.id))


def cards(
    found: Collection[Occurrence], composer: Composer, rules: Callable[[Account], TextRules], *, explain: bool
) -> list[Card]:
    """A card for each account of each occurrence; what can't be posted is shown as far as it could be made."""
    made = []
    for occurrence in found:
        for target in occurrence.targets:
            composed = composer.compose(occurrence.campaign, occurrence.slot, occurrence.moment, target)
            made.append(
                Card(
                    key=delivery_key(
                        occurrence.campaign.id, occurrence.slot.id, occurrence.moment.wall, target.name
                    ),
                    due=occurrence.moment.due,
                    zone=occurrence.campaign.zone,
                    account=target.name,
                    network=target.account.network,
                    language=target.language,
                    posts=composed.drafts,
                    rules=rules(target.account),
                    problems=composed.problems,
                    origin=composed.explain if explain else (),
                )
            )
    return made


def campaign_named(workspace: Workspace, name: str) -> Campaign:
    """The campaign of that name. CampaignError when there is none, or when its file has errors."""
    campaign = workspace.campaigns.get(name)
    if campaign is not None:
        return campaign
    if name in workspace.broken:
        raise CampaignError(f"schedules/{name}.yaml has errors", "campaign check lists them")
    raise CampaignError(f"there is no campaign {name!r}", _near(name, workspace.campaigns))


def slot_named(campaign: Campaign, name: str) -> Slot:
    """The planned post of that name. CampaignError when there is none."""
    slot = campaign.slot(name)
    if slot is None:
        raise CampaignError(
            f"campaign {campaign.id!r} has no planned post {name!r}",
            _near(name, [s.id for s in campaign.slots]),
        )
    return slot


def _of_key(campaign: Campaign, text: str) -> Occurrence:
    try:
        key = parse_key(text)
    except ValueError:
        raise CampaignError(
            f"{text!r} is no key", "write CAMPAIGN/SLOT, or a key as campaign plan shows it"
        ) from None
    slot = slot_named(campaign, key.slot)
    moment = moment_at(slot.timetable, key.wall)
    if moment is None:
        raise CampaignError(
            f"{campaign.id}/{slot.id} has no occurrence at {key.wall}", "campaign plan shows the keys"
        )
    targets = tuple(target for target in slot.targets if target.name == key.target)
    if not targets:
        raise CampaignError(
            f"{campaign.id}/{slot.id} does not go to {key.target!r}",
            _near(key.target, [t.name for t in slot.targets]),
        )
    return Occurrence(campaign, slot, moment, targets)


def _next(slot: Slot, now: datetime) -> Moment | None:
    ahead = first(slot.timetable, now)
    if ahead is not None:
        return ahead
    last = None
    for moment in moments(slot.timetable, now - LOOK_BACK, now):
        last = moment
    return last


def _near(word: str, known: Collection[str]) -> str:
    near = difflib.get_close_matches(word, list(known), 1, 0.5)
    if near:
        return f"did you mean {near[0]}?"
    return "there are: " + ", ".join(sorted(known)) if known else "there is none yet: campaign new NAME"
