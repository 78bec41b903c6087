"""Which posts use a fact, a help line or a consent: what has to go when it turns out wrong, or is taken back."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from campaign.core.compose import Composer
from campaign.core.hotlines import Hotline, Kind, address, calling_words
from campaign.core.model import Campaign, Post, Slot, Workspace, delivery_key
from campaign.core.phones import canonical, phone_like
from campaign.core.timetable import Moment, moments

AHEAD = timedelta(days=366)
"""How far ahead the files are looked through."""

MOST = 400
"""Occurrences of one planned post that are composed at most: more than a post a day for a year."""


class Kinds(StrEnum):
    """What a post may use."""

    FACT = "fact"
    HOTLINE = "hotline"
    CONSENT = "consent"


@dataclass(frozen=True, slots=True)
class Thing:
    """A fact, a help line or a consent, by its id."""

    kind: Kinds
    id: str

    def known(self, workspace: Workspace) -> Mapping[str, object]:
        """Those of its kind that the files know, by id."""
        match self.kind:
            case Kinds.FACT:
                return workspace.facts
            case Kinds.HOTLINE:
                return workspace.hotlines
            case Kinds.CONSENT:
                return workspace.consents

    def used_by(self, post: Post, hotlines: Mapping[str, Hotline]) -> bool:
        """Whether a post uses it. A help line counts also where somebody typed its number: the digits are compared."""
        match self.kind:
            case Kinds.FACT:
                return self.id in post.facts
            case Kinds.CONSENT:
                return self.id in post.consents
            case Kinds.HOTLINE:
                hotline = hotlines.get(self.id)
                if self.id in post.hotlines:
                    return True
                return hotline is not None and _names(post, hotline, calling_words(hotlines.values()))


def _names(post: Post, hotline: Hotline, words: tuple[str, ...]) -> bool:
    """Whether a post says one of a help line's numbers, or the address of one of its pages."""
    numbers = {canonical(c.show, hotline.country) for c in hotline.channels if c.kind is not Kind.WEB}
    pages = [address(c.show) for c in hotline.channels if c.kind is Kind.WEB]
    pages += [address(hotline.page)] if hotline.page else []
    for text in (post.text, post.warning, *(media.alt for media in post.media)):
        if any(page in text.casefold() for page in pages):
            return True
        if any(canonical(number, hotline.country) in numbers for number in phone_like(text, words)):
            return True
    return False


def still_planned(
    workspace: Workspace,
    composer: Composer,
    thing: Thing,
    now: datetime,
    decided: Callable[[Collection[str]], Collection[str]] = lambda keys: (),
) -> Iterator[tuple[Campaign, Slot, Moment]]:
    """The planned posts that use it still, with the first occurrence within a year of ``now`` (aware) that does.
    ``decided``: those of some keys that have gone out or were cancelled ahead of their time."""
    for campaign, slot in workspace.slots():
        for number, moment in enumerate(moments(slot.timetable, now, now + AHEAD)):
            if number >= MOST:
                break
            keys = [delivery_key(campaign.id, slot.id, moment.wall, target.name) for target in slot.targets]
            if len(decided(keys)) < len(keys) and _uses(workspace, composer, thing, campaign, slot, moment):
                yield campaign, slot, moment
                break


def _uses(
    workspace: Workspace, composer: Composer, thing: Thing, campaign: Campaign, slot: Slot, moment: Moment
) -> bool:
    if thing.kind is Kinds.CONSENT:
        return thing.id in slot.consents
    return any(
        thing.used_by(post, workspace.hotlines)
        for target in slot.targets
        for post in composer.compose(campaign, slot, moment, target).drafts
    )
