"""What a template said to one account, for others that it can't tell apart: rendered once, said to all of them.

A post goes to many accounts, and few templates name the account or its network. What is kept is kept for one
occurrence, and under all that else could make a difference: the template or text, the language, the row's columns,
whom the account speaks to. A template that names the account, or another template, and a post with a tracked link
(it holds the network's name) are rendered for each.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from campaign.core.hotlines import Audience
from campaign.core.model import Campaign, Post, Slot, Target
from campaign.core.timetable import Moment
from campaign.errors import Problem

Key = tuple[str, str, tuple[str, ...], Audience | None]


@dataclass(frozen=True, slots=True)
class Echo:
    """The parts of a text, and what the templates printed and noted on the way (as ``Scope`` does)."""

    parts: tuple[str, ...]
    facts: tuple[str, ...]
    hotlines: tuple[str, ...]
    cited: Mapping[str, tuple[str, ...]]
    helped: tuple[str, ...]
    explain: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Judged:
    """The finished parts of a post without pictures and content warning, and what the safeguarding rules, and what its
    letters and numbers, have against it: that depends on the words, the language and whom the account speaks to."""

    posts: tuple[Post, ...]
    by_rules: tuple[Problem, ...]
    by_words: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Echoes:
    """Those of one occurrence, judged at ``now`` (None: at its own time). ``judged``: by what was said, the parts that
    it makes on a network, and that network as far as the rules know of it."""

    campaign: Campaign
    slot: Slot
    moment: Moment
    now: datetime | None
    said: dict[Key, Echo] = field(default_factory=dict)
    judged: dict[tuple[Key, tuple[str, ...], str], Judged] = field(default_factory=dict)

    def of(self, campaign: Campaign, slot: Slot, moment: Moment, now: datetime | None) -> bool:
        """Whether they are those of this very occurrence, by the same files."""
        return self.slot is slot and self.campaign is campaign and self.moment == moment and self.now == now


def key(source: str, target: Target, columns: tuple[str, ...]) -> Key | None:
    """Under what is kept that a template (its name, or the text itself) said to a target. None: nothing is, for the
    account has words of its own."""
    account = target.account
    return None if account.vars else (source, target.language, columns, account.audience)
