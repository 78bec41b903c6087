"""Help lines: which entry reaches an audience, which of its ways in this organisation has checked, and until when.

A wrong or dead number harms people, so nothing here trusts a number because it stands in a file: a person has to have
called it, or read it on the official page, at most ``VALID`` ago (our domain research: 90 days, then anew).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache

from campaign.core.phones import canonical, digits_of

VALID = timedelta(days=90)
"""How long a check counts, from the day on which it was made; after that the entry is stale."""


class Kind(StrEnum):
    """What kind of way in a channel is."""

    PHONE = "phone"
    WHATSAPP = "whatsapp"
    SMS = "sms"
    WEB = "web"


class Reach(StrEnum):
    """From where a channel can be used, seen from the country of its entry."""

    DOMESTIC = "domestic"
    ABROAD = "abroad"
    ANYWHERE = "anywhere"


class Status(StrEnum):
    """How well the source of an entry stands: only green may be printed; red is never a known number."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"


class Group(StrEnum):
    """Whom a service is for, where it is not for everybody."""

    CHILDREN = "children"
    MEN = "men"
    MIGRANT_WORKERS = "migrant-workers"
    WOMEN = "women"


class How(StrEnum):
    """How a channel was checked: somebody called it, or read it on the official page."""

    CALLED = "called"
    PAGE = "page"


@dataclass(frozen=True, slots=True)
class Audience:
    """Whom posts speak to: people of a country (ISO 3166 alpha-2, or EU), abroad or at home; ``who``: only these;
    ``languages``: what they read (empty: what the accounts post in); ``subdivision``: the part of the country whose
    public holidays count, as ISO 3166-2 spells it behind the hyphen."""

    country: str
    abroad: bool = False
    who: frozenset[Group] = frozenset()
    languages: tuple[str, ...] = ()
    subdivision: str = ""


@dataclass(frozen=True, slots=True)
class Channel:
    """One way in. ``show``: as it is printed; ``e164``: the same with its country code, printed for people abroad."""

    kind: Kind
    show: str
    reach: Reach
    status: Status
    e164: str = ""

    def serves_from(self, abroad: bool) -> bool:
        """Whether it can be used from abroad, or from inside of the country."""
        return self.reach in (Reach.ANYWHERE, Reach.ABROAD if abroad else Reach.DOMESTIC)

    def is_written(self, typed: str, country: str) -> bool:
        """Whether somebody's spelling means this channel: the same digits, or the same address of a page."""
        if self.kind is Kind.WEB:
            return address(typed) == address(self.show)
        return bool(digits_of(typed)) and canonical(typed, country) == canonical(self.show, country)

    def printed(self, abroad: bool) -> str:
        """As a post says it: ``129``, ``WhatsApp +62811…``."""
        said = self.e164 if abroad and self.e164 and not self.show.startswith("+") else self.show
        return {Kind.WHATSAPP: f"WhatsApp {said}", Kind.SMS: f"SMS {said}"}.get(self.kind, said)


@dataclass(frozen=True, slots=True)
class Hotline:
    """One entry of posts/hotlines.yaml. ``serves``: the only groups it is for (empty: everybody); ``audience``: the
    same in words; ``page``: its official page; ``source``: where the entry was read; ``emergency``: the country's own
    number for immediate danger; ``pack``: the pack that it came with ("": the workspace's own)."""

    id: str
    names: Mapping[str, str]
    country: str
    channels: tuple[Channel, ...]
    status: Status
    source: str
    page: str = ""
    serves: frozenset[Group] = frozenset()
    audience: Mapping[str, str] = field(default_factory=dict)
    hours: Mapping[str, str] = field(default_factory=dict)
    hours_confirmed: bool = False
    languages: tuple[str, ...] = ()
    emergency: str = ""
    pack: str = ""

    def unsuited(self, audience: Audience) -> str:
        """Why it is not for an audience, or "" when it is: another country, other people, or it can't be reached."""
        if self.country != audience.country:
            return f"is for people in {self.country}, the audience is {audience.country}"
        if self.serves and not (audience.who and audience.who <= self.serves):
            return f"serves {', '.join(sorted(self.serves))} only"
        return self.unreachable(audience)

    def unreachable(self, audience: Audience) -> str:
        """Why nobody of an audience gets through from where they are, or ""."""
        if any(channel.serves_from(audience.abroad) for channel in self.channels):
            return ""
        return f"can't be reached from {'abroad' if audience.abroad else 'inside of the country'}"


@dataclass(frozen=True, slots=True)
class Check:
    """A person of this organisation (``by``, a handle) has checked a channel; ``written``: what they typed."""

    hotline: str
    written: str
    by: str
    on: date
    how: How

    @property
    def until(self) -> date:
        """The last day on which it counts."""
        return self.on + VALID

    def counts(self, day: date) -> bool:
        return self.on <= day <= self.until


def latest(hotline: Hotline, channel: Channel, checks: Iterable[Check]) -> Check | None:
    """The newest check of a channel, whether it still counts or not; None when there was none. A check binds the very
    digits that were typed: once the entry's number changes, it is a check of nothing."""
    own = (
        check
        for check in checks
        if check.hotline == hotline.id and channel.is_written(check.written, hotline.country)
    )
    return max(own, key=lambda check: check.on, default=None)


def confirmed(hotline: Hotline, checks: Sequence[Check], day: date) -> tuple[Channel, ...]:
    """The channels that may be printed on a day: green, and checked within ``VALID``."""
    if hotline.status is not Status.GREEN:
        return ()
    return tuple(
        channel
        for channel in hotline.channels
        if channel.status is Status.GREEN
        and (check := latest(hotline, channel, checks)) is not None
        and check.counts(day)
    )


def stale(hotline: Hotline, checks: Sequence[Check], day: date) -> bool:
    """Whether nothing of an entry may be printed on a day."""
    return not confirmed(hotline, checks, day)


def known(hotlines: Iterable[Hotline], country: str) -> frozenset[str]:
    """The numbers of a country's green entries (emergency numbers too) that a post may hold, in canonical form."""
    numbers: set[str] = set()
    for hotline in hotlines:
        if hotline.country != country or hotline.status is not Status.GREEN:
            continue
        if hotline.emergency:
            numbers.add(canonical(hotline.emergency, country))
        for channel in hotline.channels:
            if channel.kind is not Kind.WEB and channel.status is Status.GREEN:
                numbers.add(canonical(channel.show, country))
    return frozenset(numbers)


def calling_words(hotlines: Iterable[Hotline]) -> tuple[str, ...]:
    """The words that stand before a number in the names of services: after ``SAPA`` a number is one to call."""
    return _before_numbers(tuple(name for hotline in hotlines for name in hotline.names.values()))


@lru_cache(maxsize=64)  # asked of every text, and there are few lists of names
def _before_numbers(names: tuple[str, ...]) -> tuple[str, ...]:
    found = (match[1].casefold() for name in names for match in _NUMBERED.finditer(name))
    return tuple(sorted(set(found)))


_NUMBERED = re.compile(r"([^\W\d_]{2,30}) \(?\d{2,}")


def address(text: str) -> str:
    """The address of a page without what makes no difference: scheme, ``www.``, capitals, a slash at the end."""
    bare = text.strip().casefold()
    for beginning in ("https://", "http://", "www."):
        bare = bare.removeprefix(beginning)
    return bare.rstrip("/")
