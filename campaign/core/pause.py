"""A crisis pause as a value: what it covers, how long it is in force, and how it is said.

Nothing that a pause covers begins while it is in force. Its end releases nothing: what fell into it waits for a
person who looks at each post (`campaign resume`).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from campaign.core.languages import fallbacks
from campaign.core.model import Campaign, Slot, Target

PAUSED = "paused by "
"""How the reason of a row begins that a pause holds; by it such a row is known."""

ASK_AFTER = timedelta(hours=24)
"""A pause without an end is asked about when it is this old, and again each time this much later."""

LONGEST_REASON = 300
"""Characters of a reason that are kept: it stands in the reason of every post that it holds."""


@dataclass(frozen=True, slots=True)
class About:
    """What a pause asks of a post: ``account`` is the login, ``target`` its name with the language (fedi.en); ``tags``
    as ``tags_of`` spells them."""

    campaign: str
    account: str
    target: str
    language: str
    tags: frozenset[str] | None = frozenset()


@dataclass(frozen=True, slots=True)
class Scope:
    """Which posts a pause covers. Several names of one kind: any of them. Several kinds: all of them. No name at all:
    every post."""

    campaigns: frozenset[str] = frozenset()
    accounts: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()

    @property
    def everything(self) -> bool:
        return not (self.campaigns or self.accounts or self.languages or self.tags)

    def covers(self, post: About) -> bool:
        """Whether the pause is about this post. An account means all its languages, ``fedi.en`` that one; ``pt`` means
        ``pt-BR`` as well."""
        return (
            (not self.campaigns or post.campaign in self.campaigns)
            and (not self.accounts or post.account in self.accounts or post.target in self.accounts)
            and (not self.languages or not self.languages.isdisjoint(fallbacks(post.language)))
            and (not self.tags or post.tags is None or not self.tags.isdisjoint(post.tags))
        )

    def as_json(self) -> dict[str, list[str]]:
        """The form it has in the store and for programs."""
        return {field.name: sorted(getattr(self, field.name)) for field in fields(self)}

    @staticmethod
    def from_json(data: Mapping[str, Iterable[str]]) -> Scope:
        return Scope(**{field.name: frozenset(data.get(field.name, ())) for field in fields(Scope)})

    @property
    def say(self) -> str:
        """``everything``, or ``campaign world-day, account fedi or x, tag #vigil``."""
        named = [
            (self.campaigns, "campaign", ""),
            (self.accounts, "account", ""),
            (self.languages, "language", ""),
            (self.tags, "tag", "#"),
        ]
        said = [
            f"{word} {' or '.join(sign + name for name in sorted(names))}"
            for names, word, sign in named
            if names
        ]
        return ", ".join(said) or "everything"


@dataclass(frozen=True, slots=True)
class Pause:
    """One pause. ``host``: of the file PAUSE that made it (host:folder; "": a person did, ``by``). ``until``: when it
    ends by itself (None: never). ``asked``: when somebody last said that it is wanted. ``ended`` None: in force, unless
    ``until`` has come. Instants are aware UTC."""

    id: int
    scope: Scope
    reason: str
    by: str
    door: str
    since: datetime
    until: datetime | None = None
    asked: datetime | None = None
    ended: datetime | None = None
    ended_by: str = ""
    host: str = ""

    @property
    def end(self) -> datetime | None:
        """When it ended or will end; None: open."""
        both = [moment for moment in (self.ended, self.until) if moment is not None]
        return min(both, default=None)

    def in_force(self, now: datetime) -> bool:
        """Whether it stops what it covers. Its beginning is not asked: a clock that is behind must not wait for it."""
        return self.ended is None and (self.until is None or now < self.until)

    def asks(self, now: datetime) -> bool:
        """Whether it is time to ask if it is still wanted."""
        return self.in_force(now) and self.until is None and now - (self.asked or self.since) >= ASK_AFTER

    @property
    def who(self) -> str:
        """Whose it is: a handle, or the file on its host."""
        return f"the file PAUSE on {self.host.partition(':')[0]}" if self.host else self.by

    @property
    def because(self) -> str:
        """The reason of a row that it holds."""
        return f"{PAUSED}{self.who}" + (f": {self.reason}" if self.reason else "")


def is_paused(reason: str) -> bool:
    """Whether a held row waits for the end of a pause and a decision."""
    return reason.startswith(PAUSED)


def fell(reason: str) -> bool:
    """The same of a row that may have become too late since: the store puts that in front."""
    return is_paused(reason) or f"; {PAUSED}" in reason


def stops(
    pauses: Sequence[Pause], post: About, ready: datetime, decided: datetime | None, now: datetime
) -> Pause | None:
    """The pause that stops a post which could go out at ``now``, or None.

    One in force does. So does one that has ended, if the post was ready (``ready``: its not_before) before that end and
    nobody has decided about it since (``decided``: when somebody last did): else what no loop had looked at during the
    pause would be flushed by its end.
    """
    covering = [pause for pause in pauses if pause.scope.covers(post)]
    for pause in covering:
        if pause.in_force(now):
            return pause
    for pause in covering:
        end = pause.end
        if end is not None and ready < end and (decided is None or decided < end):
            return pause
    return None


def tag(text: str) -> str:
    """A tag as tags are compared: without its #, in one case."""
    return text.strip().removeprefix("#").casefold()


def tags_of(campaign: Campaign | None, slot: Slot | None) -> frozenset[str]:
    """The tags of a planned post: its own and those of its campaign, in all languages."""
    named = [
        place for place in (campaign.hashtags if campaign else None, slot.tags if slot else None) if place
    ]
    return frozenset(tag(word) for by_language in named for words in by_language.values() for word in words)


def about(campaign: Campaign, slot: Slot, target: Target) -> About:
    """What a pause asks of a planned post."""
    return About(campaign.id, target.account.id, target.name, target.language, tags_of(campaign, slot))


def clean_reason(text: str) -> str:
    """A reason on one line, without what could steer a terminal, at most ``LONGEST_REASON`` characters."""
    words = " ".join("".join(" " if _steers(character) else character for character in text).split())
    return words if len(words) <= LONGEST_REASON else words[: LONGEST_REASON - 1].rstrip() + "…"


def _steers(character: str) -> bool:
    return (
        unicodedata.category(character) in ("Cc", "Cs") or unicodedata.bidirectional(character) in _OVERRIDES
    )


_OVERRIDES = frozenset(("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"))


def names_of(scope: Scope) -> list[tuple[str, str]]:
    """The names in a scope with the word for their kind."""
    kinds = (
        ("campaign", scope.campaigns),
        ("account", scope.accounts),
        ("language", scope.languages),
        ("tag", scope.tags),
    )
    return [(kind, name) for kind, names in kinds for name in sorted(names)]
