"""The words of the design as values: workspace, campaign, slot, account, target, post.

All are frozen. A time that is local ("wall") is a naive datetime; an instant is an aware datetime in UTC.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from campaign.core.card import CardText, Press, Style
from campaign.core.claims import Claim
from campaign.core.consents import Consent
from campaign.core.hotlines import Audience, Check, Hotline, calling_words
from campaign.core.languages import fallbacks
from campaign.core.media import ANY_MEDIA, MediaRules, Picture
from campaign.core.observances import NoHolidays, Observance, PublicHolidays, Tone
from campaign.core.organisations import Organisation
from campaign.core.packs import Pack, below
from campaign.core.post import Key as Key
from campaign.core.post import Media as Media
from campaign.core.post import Post as Post
from campaign.core.post import delivery_key as delivery_key
from campaign.core.post import fact_cited as fact_cited
from campaign.core.post import hotline_cited as hotline_cited
from campaign.core.post import network_key as network_key
from campaign.core.post import parse_key as parse_key
from campaign.core.post import wall_text as wall_text
from campaign.core.prices import Budget, Prices
from campaign.core.safeguard.rules import Accepted, Pillar, Rule
from campaign.core.text import TextRules
from campaign.core.timetable import Timetable
from campaign.errors import Place, Problem

if TYPE_CHECKING:
    from pydantic import BaseModel

    from campaign.core.alert import AlertAddress  # it is made of our words

ID = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
"""What a campaign, slot, account, fact... may be called."""

Text = Mapping[str, str]
"""A text by language ("id", "en"); the key "" stands for every language that has no text of its own."""

AD_HOC = "now"
"""The campaign id of what ``post --text`` says, which stands in no file; no file may be called so."""

DEFAULT_LATE = timedelta(hours=2)

SENDERS = 64
"""Accounts served side by side, if config.yaml does not say."""

MOST_SENDERS = 256
"""More than that one process can't keep busy: it is the processor that counts then."""
DROP_LATE = timedelta(seconds=60)
"""What ``if_late: drop`` means: a minute for the loop to wake up, no more."""

DEFAULT_REPEAT_AFTER = timedelta(days=30)


def text_for(text: Text, language: str) -> str | None:
    """The text for a language (for ``pt-BR`` also one in ``pt``), or None when there is none."""
    chosen = language_of(text, language)
    return None if chosen is None else text[chosen]


def language_of(things: Mapping[str, Any], language: str) -> str | None:
    """Under which key of a mapping by language that of a language stands; None when it has none."""
    if language in things:
        return language
    return next((code for code in (*fallbacks(language), "") if code in things), None)


class Thread(StrEnum):
    """What becomes of a text that is too long for its network: a problem, or the parts of a thread."""

    AS_WRITTEN = ""
    AUTO = "auto"
    NUMBERED = "numbered"


class Approval(StrEnum):
    """How many people must approve a post before it is sent. A narrower place may only tighten it."""

    NONE = "none"
    ONE = "one"
    TWO = "two"


@dataclass(frozen=True, slots=True)
class Secret:
    """A reference to a secret, ``{env: NAME}``, ``{file: PATH}`` or ``{keyring: NAME}``; never shows its value.

    ``value`` is there only after the dispatch has resolved it, just before an adapter is made.
    """

    kind: str
    name: str
    _value: str | None = field(default=None, repr=False, compare=False)

    @property
    def value(self) -> str:
        if self._value is None:
            raise LookupError(f"secret {self.kind}:{self.name} was not resolved")
        return self._value

    def resolved(self, value: str) -> Secret:
        return replace(self, _value=value)


class Spec(Protocol):
    """The part of a network that the workspace loader and ``check`` need; it loads no HTTP library."""

    name: ClassVar[str]
    rules: ClassVar[TextRules]
    media: ClassVar[MediaRules]
    options: ClassVar[type[BaseModel]]


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Local times between which nothing is posted; ``start`` may be later than ``end`` (over midnight)."""

    start: time
    end: time


@dataclass(frozen=True, slots=True)
class Link:
    """A named address of a campaign. ``help`` marks a way to get help: it is never tracked, shortened or redirected."""

    url: str
    track: bool = False
    help: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who decides or reviews, by handle (never a legal name), and what they may do."""

    handle: str
    can: frozenset[str]


@dataclass(frozen=True, slots=True)
class Public:
    """A folder (from that of config.yaml) whose files the world can fetch below an address that ends with a slash."""

    url: str
    folder: str


@dataclass(frozen=True, slots=True)
class Account:
    """One login on one network. ``options`` is the network's own options class, already validated.

    ``languages``: the first is that of the plain target ``fedi``; the others are targets ``fedi.en``.
    ``gap``, ``daily``: the least time between two posts and the most posts in a day of the workspace's zone, over all
    languages of the login (None: no cap). ``media``: what its network takes. ``public``: the workspace's ``media_url``,
    for networks that fetch media. ``prices``: what its network charges (None: nothing that is known). ``budget``: its
    own of the workspace's ``budget``. ``audience``: whom its posts speak to, if it says so itself. ``token_until``: the
    last day on which its token works, if the files say so.
    """

    id: str
    network: str
    languages: tuple[str, ...]
    options: Any
    gap: timedelta = timedelta()
    daily: int | None = None
    test: bool = False
    approval: Approval = Approval.NONE
    vars: Mapping[str, Any] = field(default_factory=dict)
    media: MediaRules = ANY_MEDIA
    public: Public | None = None
    prices: Prices | None = None
    budget: Budget | None = None
    audience: Audience | None = None
    token_until: date | None = None
    place: Place = field(default_factory=lambda: Place("config.yaml"))


@dataclass(frozen=True, slots=True)
class Target:
    """An account in one of its languages."""

    account: Account
    language: str

    @property
    def name(self) -> str:
        """``fedi`` in the account's first language, ``fedi.en`` in another."""
        return (
            self.account.id
            if self.language == self.account.languages[0]
            else f"{self.account.id}.{self.language}"
        )


@dataclass(frozen=True, slots=True)
class Image:
    """A picture of a slot: its path below posts/ (a template: ``signs/{{ row.id }}.jpg``) and its alt by language."""

    file: str
    alt: Text
    place: Place


@dataclass(frozen=True, slots=True)
class Slot:
    """A planned post: when (timetable), what (template or text), where (targets). Inheritance is already applied,
    except ``vars`` and ``links``, whose layers are merged per account by core.compose.
    """

    id: str
    timetable: Timetable
    targets: tuple[Target, ...]
    place: Place
    template: str | None = None
    text: Text | None = None
    wordings: tuple[Text, ...] = ()
    """Other words for ``text``, for partner kits (core.wordings)."""
    rows: str | None = None
    images: tuple[Image, ...] = ()
    video: Image | None = None
    card: CardText | None = None
    warning: Text = field(default_factory=dict)
    tags: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    vars: Mapping[str, Any] = field(default_factory=dict)
    links: Mapping[str, Link] = field(default_factory=dict)
    if_late: timedelta | None = DEFAULT_LATE
    """How late a post may still go out; None: always."""
    approval: Approval = Approval.NONE
    quiet: QuietHours | None = None
    """The quiet hours that hold for this slot (None: there are none, or it ignores them)."""
    repeat_after: timedelta = DEFAULT_REPEAT_AFTER
    thread: Thread = Thread.AS_WRITTEN
    page_if_stale: bool = False
    """While no help line is confirmed, the official page stands in for it."""
    consents: tuple[str, ...] = ()
    """Ids of the consents that it needs, and where the file names them."""
    consent_at: Place = field(default_factory=lambda: Place(""))
    pillar: Pillar | None = None
    """What it is about, where that asks for more than its words: a sign needs a caveat, a story a consent."""
    accept: tuple[Accepted, ...] = ()
    """What people let pass of the safeguarding rules."""
    explicit: bool = False
    """True for ``at`` and ``on``: moments that a person wrote down one by one."""
    on: str = ""
    """The observance that it hangs on, if it does."""
    tone: Tone = Tone.NEUTRAL
    quiet_on: tuple[str, ...] = ()
    """Observances on whose days it says nothing; "holidays": the public holidays of its audience's country."""

    def card_on(self, network: str) -> CardText | None:
        """What it says of its card, if a network is to have one."""
        card = self.card
        return card if card is not None and (not card.networks or network in card.networks) else None


@dataclass(frozen=True, slots=True)
class Campaign:
    """One file schedules/NAME.yaml; ``digest`` is the SHA-256 (hex) of its text."""

    id: str
    title: Text
    zone: str
    slots: tuple[Slot, ...]
    place: Place
    digest: str
    starts: date | None = None
    ends: date | None = None
    hashtags: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    vars: Mapping[str, Any] = field(default_factory=dict)
    links: Mapping[str, Link] = field(default_factory=dict)
    audience: Audience | None = None
    hotlines: tuple[str, ...] | None = None
    _by_id: Mapping[str, Slot] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_id", {slot.id: slot for slot in reversed(self.slots)})

    def slot(self, slot_id: str) -> Slot | None:
        """The (first) slot of that id."""
        return self._by_id.get(slot_id)


@dataclass(frozen=True, slots=True)
class Fact:
    """A sourced statement that may be printed until ``review_by`` (a day, inclusive) if it is publishable. ``topic``:
    what it is about, as the directory groups it. ``pack``: the pack that it came with ("": the workspace's own)."""

    id: str
    text: Text
    source: str
    url: str
    year: int | None
    publishable: bool
    review_by: date | None
    topic: str = ""
    pack: str = ""


@dataclass(frozen=True, slots=True)
class Workspace:
    """Everything that the files of a workspace say, at one moment.

    ``templates``: name below posts/ -> source; ``tables``: CSV name below posts/ -> its rows; ``media``: names below
    posts/ of all other files; ``pictures``: what each of those is. ``problems``: what the loader found. A campaign with
    an error is in ``broken`` and not in ``campaigns``. ``digest``: changes when any file that counts changes.
    ``common``: of the bytes of what all campaigns share (config.yaml, texts and rows in posts/, observances), the same
    wherever the same files lie. ``checks``: of help lines, by this organisation. ``preferred``: ids of help lines.
    ``packs``: those in use, in the order in which they win.
    ``cards``: how cards look; ``press``: what draws them.
    ``rules``: the safeguarding rules, built-in and added.
    """

    root: PurePath
    id: uuid.UUID | None
    zone: str
    store: str
    languages: tuple[str, ...]
    accounts: Mapping[str, Account]
    campaigns: Mapping[str, Campaign]
    templates: Mapping[str, str] = field(default_factory=dict)
    tables: Mapping[str, tuple[Mapping[str, str], ...]] = field(default_factory=dict)
    media: frozenset[str] = frozenset()
    pictures: Mapping[str, Picture] = field(default_factory=dict, compare=False, repr=False)
    facts: Mapping[str, Fact] = field(default_factory=dict)
    people: Mapping[str, Person] = field(default_factory=dict)
    vars: Mapping[str, Any] = field(default_factory=dict)
    links: Mapping[str, Link] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    broken: frozenset[str] = frozenset()
    digest: str = ""
    common: str = ""
    heartbeat: Secret | str | None = None
    senders: int = SENDERS
    alerts: tuple[AlertAddress, ...] = ()
    hotlines: Mapping[str, Hotline] = field(default_factory=dict)
    checks: tuple[Check, ...] = ()
    audience: Audience | None = None
    preferred: tuple[str, ...] = ()
    consents: Mapping[str, Consent] = field(default_factory=dict)
    packs: tuple[Pack, ...] = ()
    cards: Style = field(default_factory=Style)
    press: Press | None = field(default=None, compare=False, repr=False)
    organisations: Mapping[str, Organisation] = field(default_factory=dict)
    claims: Mapping[str, Claim] = field(default_factory=dict)
    observances: Mapping[str, Observance] = field(default_factory=dict)
    holidays: PublicHolidays = field(default_factory=NoHolidays, compare=False, repr=False)
    rules: tuple[Rule, ...] = field(default=(), repr=False)
    kept: object = field(default=None, compare=False, repr=False)
    """What the loader keeps of these files, so that those which have not changed are not parsed again."""

    @property
    def pack_ids(self) -> tuple[str, ...]:
        return tuple(pack.id for pack in self.packs)

    def described(self, file: str) -> Text:
        """What a pack says that its picture or film (path below posts/) shows, by language."""
        found = (pack.alts[name] for pack in self.packs for name in pack.alts if below(pack.id, name) == file)
        return next(found, {})

    calling: tuple[str, ...] = field(init=False, repr=False, compare=False)
    """The words in names of help lines after which a number is one to call: asked for with every text."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "calling", calling_words(self.hotlines.values()))

    def slots(self) -> Iterator[tuple[Campaign, Slot]]:
        for campaign in self.campaigns.values():
            for slot in campaign.slots:
                yield campaign, slot

    def speaks_to(self, campaign: Campaign | None, account: Account | None) -> Audience | None:
        """The audience of a post; later wins: config.yaml, campaign, account."""
        own = (place.audience for place in (account, campaign) if place is not None)
        return next((audience for audience in own if audience is not None), self.audience)

    def target(self, name: str) -> Target | None:
        """The target called ``fedi`` or ``fedi.en``, or None."""
        account_id, _, language = name.partition(".")
        account = self.accounts.get(account_id)
        if account is None or (language and language not in account.languages):
            return None
        return Target(account, language or account.languages[0])


def utc(moment: datetime) -> datetime:
    """An aware datetime in UTC."""
    return moment.astimezone(UTC)
