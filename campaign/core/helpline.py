"""What `{{ hotline() }}` prints: the first help line that reaches a post's audience and that somebody has checked; and
which numbers in a text are none of a known help line.

Why one is not printed is said with the entry's id, so that a person knows whom to call before the post is due.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from campaign.core.budget import Fault
from campaign.core.hotlines import (
    VALID,
    Audience,
    Channel,
    Check,
    Hotline,
    Kind,
    Status,
    calling_words,
    confirmed,
    known,
    latest,
)
from campaign.core.model import Campaign, Slot, Target, Workspace, text_for
from campaign.core.phones import canonical, digits_of, may_hold_a_number, phone_like, short_numbers
from campaign.core.suggest import did_you_mean

RULE = "hotline"


@dataclass(frozen=True, slots=True)
class Said:
    """What a post prints: the ``text``, of which help line, and the numbers, page and hours that stand in it."""

    text: str
    hotline: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """For which post a help line is asked for; ``day``: on which it goes out."""

    workspace: Workspace
    campaign: Campaign
    slot: Slot
    target: Target
    day: date

    @property
    def preferred(self) -> tuple[str, ...]:
        """The order of preference: that of the campaign, else that of config.yaml."""
        own = self.campaign.hotlines
        return self.workspace.preferred if own is None else own


def say(asked: Asked, name: str | None) -> Said:
    """The name of a help line with its numbers, and its hours where they are confirmed. ``name``: only this one.

    Where none is confirmed: the official page if the slot says so, else a Fault that says what to do.
    """
    audience = _audience(asked)
    entries = _entries(asked, name)
    reasons: list[str] = []
    suited: list[Hotline] = []
    for entry in entries:
        # Who names an entry has decided whom it is for; only where it can be reached from is left to judge.
        why = _named(entry, audience) if name is not None else entry.unsuited(audience)
        if why:
            reasons.append(f"{entry.id} {why}")
            continue
        suited.append(entry)
        channels = [
            channel
            for channel in confirmed(entry, asked.workspace.checks, asked.day)
            if channel.serves_from(audience.abroad)
        ]
        if channels:
            return _printed(entry, channels, audience, asked.target.language)
        # A weak channel of a good entry is not why: the good ones are to be checked.
        good = [channel for channel in entry.channels if channel.status is Status.GREEN] or entry.channels
        why = why_unconfirmed(entry, good, asked.workspace.checks, asked.day)
        reasons.append(f"{entry.id} {why}")
    if asked.slot.page_if_stale:
        for entry in suited:
            if entry.page:
                return Said(entry.page, entry.id, (entry.page,))
        reasons.append("none of them has a `page:`" if suited else "so there is no page to name either")
    raise Fault(f"no help line can be printed: {'; '.join(reasons)}", _hint(suited, asked), RULE)


def stray_numbers(
    texts: Iterable[str],
    hotlines: Mapping[str, Hotline],
    audience: Audience | None,
    words: tuple[str, ...] | None = None,
) -> Iterator[tuple[str, str]]:
    """Message and hint for each number in texts that looks like one to call and is none of the audience's country.
    ``words``: those that stand before a number in the names of the help lines, where they are known already."""
    words = calling_words(hotlines.values()) if words is None else words
    return Numbers(hotlines, words).stray(texts, audience)


class Numbers:
    """The numbers of a workspace's help lines, gathered once for each country, to hold texts against. ``words``: those
    after which a number is one to call."""

    def __init__(self, hotlines: Mapping[str, Hotline], words: tuple[str, ...]) -> None:
        self._hotlines = hotlines
        self._words = words
        self._of: dict[str, tuple[Mapping[str, str], frozenset[str]]] = {}

    def stray(self, texts: Iterable[str], audience: Audience | None) -> Iterator[tuple[str, str]]:
        """Message and hint for each number in texts that looks like one to call and is none of the audience's
        country."""
        for text in filter(may_hold_a_number, filter(None, texts)):
            red, fine = self._in(audience.country if audience else "")
            yield from self._never(text, red, fine)
            for number in dict.fromkeys(phone_like(text, self._words)):
                if audience is None:
                    message = f"{number!r} looks like a phone number, and no `audience:` says for whom"
                    yield message, "write audience: {country: ID}, and the number into posts/hotlines.yaml"
                elif canonical(number, audience.country) not in fine:
                    message = f"{number!r} looks like a phone number, and is no help line known for {audience.country}"
                    yield (
                        message,
                        "write {{ hotline() }}, or add it to posts/hotlines.yaml; a figure: 1,000,000",
                    )

    def _never(self, text: str, red: Mapping[str, str], fine: frozenset[str]) -> Iterator[tuple[str, str]]:
        """The short numbers that are marked red: no word has to tell to call them, for people know what 110 is."""
        for number in dict.fromkeys(short_numbers(text, self._words)) if red else ():
            digits = digits_of(number)
            if digits in red and digits not in fine:
                message = (
                    f"{number!r} is the number of {red[digits]!r}, which is marked red: never to be published"
                )
                yield message, "leave it out; if it counts something, say what: 110 people"

    def _in(self, country: str) -> tuple[Mapping[str, str], frozenset[str]]:
        """Of a country's help lines ("": of all) the numbers marked red, and those that posts may hold ("": none)."""
        if country not in self._of:
            red = {
                canonical(channel.show, entry.country): entry.id
                for entry in self._hotlines.values()
                if not country or entry.country == country
                for channel in entry.channels
                if channel.kind is not Kind.WEB and Status.RED in (entry.status, channel.status)
            }
            fine = known(self._hotlines.values(), country) if country else frozenset()
            self._of[country] = red, fine
        return self._of[country]


def _audience(asked: Asked) -> Audience:
    audience = asked.workspace.speaks_to(asked.campaign, asked.target.account)
    if audience is None:
        raise Fault("a help line needs an `audience:`", "add audience: {country: ID} to config.yaml", RULE)
    return audience


def _entries(asked: Asked, name: str | None) -> list[Hotline]:
    there = asked.workspace.hotlines
    if name is None:
        if not asked.preferred:
            raise Fault("there is no list `hotlines:`", "add hotlines: [id-kp2mi] to config.yaml", RULE)
        return [there[wanted] for wanted in asked.preferred if wanted in there]
    if name not in there:
        raise Fault(f"there is no help line {name!r}{did_you_mean(name, there)}", "posts/hotlines.yaml", RULE)
    return [there[name]]


def _named(entry: Hotline, audience: Audience) -> str:
    if entry.country != audience.country:
        return entry.unsuited(audience)
    return entry.unreachable(audience)


def why_unconfirmed(entry: Hotline, channels: Iterable[Channel], checks: Sequence[Check], day: date) -> str:
    """Why none of these channels of an entry may be printed on a day."""
    channels = tuple(channels)
    if weak := [
        status for status in (entry.status, *(c.status for c in channels)) if status is not Status.GREEN
    ]:
        return f"is marked {weak[0]}: its source is too weak to print it"
    made = [
        check
        for channel in channels
        if (check := latest(entry, channel, checks)) is not None and check.on <= day
    ]
    if not made:
        return "was checked by nobody of this organisation"
    newest = max(made, key=lambda check: check.on)
    if newest.counts(day):
        return "was checked, but none of what reaches this audience"
    return f"was last checked on {newest.on}, which counts for {VALID.days} days, until {newest.until}"


def _hint(suited: list[Hotline], asked: Asked) -> str:
    if not suited:
        return "add one that is for this audience to `hotlines:` and posts/hotlines.yaml"
    hint = f"campaign hotlines verify {suited[0].id}"
    return hint if asked.slot.page_if_stale else f"{hint}; or write if_stale: page in the planned post"


def _printed(entry: Hotline, channels: list[Channel], audience: Audience, language: str) -> Said:
    name = text_for(entry.names, language)
    if not name:
        raise Fault(f"help line {entry.id!r} has no name in {language!r}", "posts/hotlines.yaml", "language")
    said = f"{name}: {', '.join(channel.printed(audience.abroad) for channel in channels)}"
    hours = text_for(entry.hours, language) if entry.hours_confirmed else None
    numbers = tuple(channel.show for channel in channels)
    return Said(f"{said} ({hours})", entry.id, (*numbers, hours)) if hours else Said(said, entry.id, numbers)
