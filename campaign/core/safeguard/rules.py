"""What a safeguarding rule is, and what it finds.

The rules themselves are data (campaign/workspace/safeguards.yaml, and those of packs); who finds what is in the other
files of this folder. A rule that is a pattern is one for RE2, whose time grows with the text only: no rule, not even a
stranger's, can bring a check to a halt.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from campaign.errors import Level

ANY = "any"
"""The key of patterns that hold in every language."""


class How(StrEnum):
    """Who judges: patterns on what is said, patterns on descriptions of pictures, the program, or a person."""

    TEXT = "text"
    ASSET = "asset"
    STRUCT = "struct"
    HUMAN = "human"


class Pillar(StrEnum):
    """What a post is about, where that asks for more than its words: a slot's ``pillar:``."""

    SIGNS = "signs"
    FORMS = "forms"
    STORY = "story"
    SAFE_MIGRATION = "safe-migration"
    HELP = "help"


Patterns = Mapping[str, tuple[str, ...]]
"""RE2 patterns by language (``en``, ``id``) or ANY; upper and lower case are the same."""


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """One rule.

    ``says``: what is wrong with what it finds; ``instead``: what to do. ``patterns``: what it finds; not what lies
    within a match of ``unless``. ``group``: the rule that this is a part of (a retired claim is one of SG08).
    ``acceptable``: people may let it pass (``accept:``). ``sources``: titles and addresses. ``origin``: the file it
    stands in, if it is not one of ours. ``bad``, ``good``: examples by language.
    """

    id: str
    name: str
    level: Level
    how: How
    says: str
    instead: str = ""
    patterns: Patterns = field(default_factory=dict)
    unless: Patterns = field(default_factory=dict)
    group: str = ""
    acceptable: bool = True
    sources: tuple[str, ...] = ()
    origin: str = ""
    bad: Patterns = field(default_factory=dict)
    good: Patterns = field(default_factory=dict)

    @property
    def title(self) -> str:
        """``SG03 accused-named``; ``SG08 z-avg-age`` for a part of SG08."""
        return f"{self.group} {self.id}" if self.group else f"{self.id} {self.name}"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule found: its words ("" where there are none to point at), and where they stand in the text."""

    rule: Rule
    words: str = ""
    start: int = 0
    end: int = 0
    level: Level | None = None
    """If it is not that of the rule."""

    @property
    def weight(self) -> Level:
        return self.level or self.rule.level

    @property
    def message(self) -> str:
        """``"known traffickers": names a suspect [SG03 accused-named]``."""
        quoted = f'"{self.words}": ' if self.words else ""
        return f"{quoted}{self.rule.says} [{self.rule.title}]"


@dataclass(frozen=True, slots=True)
class Accepted:
    """That people let a rule pass for exactly these words ("": a finding without words). ``by``: handles."""

    rule: str
    words: str
    by: tuple[str, ...]
    reason: str
