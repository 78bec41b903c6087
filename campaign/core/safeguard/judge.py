"""Holds a text, or a whole post, against all rules."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from campaign.core.phones import phone_like
from campaign.core.safeguard.patterns import patterns
from campaign.core.safeguard.plain import folded
from campaign.core.safeguard.reading import Read, stretches
from campaign.core.safeguard.rules import Accepted, Finding, How, Pillar, Rule
from campaign.errors import Level

_NEEDS_HELP = (Pillar.SIGNS, Pillar.FORMS, Pillar.STORY, Pillar.SAFE_MIGRATION, Pillar.HELP)

_HEDGES = re.compile(r"\b(may|might|could|can|bisa|mungkin|dapat|boleh jadi)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Said:
    """What a post says. ``alts``: of its pictures. ``help``: addresses of help that it may point to. ``facts``: what
    facts printed. ``numbers``: words before a number that is called. ``approved``: a person has to approve it.
    ``consent``: the consent that it names."""

    parts: tuple[str, ...]
    language: str
    network: str = ""
    warning: str = ""
    alts: tuple[str, ...] = ()
    pillar: Pillar | None = None
    help: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    approved: bool = False
    consent: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A finding, where it stands, and who let it pass, if anybody may and did."""

    finding: Finding
    where: str = ""
    accepted: Accepted | None = None

    @property
    def level(self) -> Level:
        return Level.ADVICE if self.accepted else self.finding.weight

    @property
    def message(self) -> str:
        message = f"{self.where}{self.finding.message}"
        if self.accepted is None:
            return message
        return f"{message} - let pass by {' and '.join(self.accepted.by)}: {self.accepted.reason}"


@dataclass(frozen=True)
class Rulebook:
    """All rules that hold in a workspace."""

    rules: tuple[Rule, ...] = field(default=())

    @cached_property
    def by_id(self) -> dict[str, Rule]:
        return {rule.id: rule for rule in self.rules}

    def text(self, read: Read, language: str) -> list[Finding]:
        """What is wrong with a text by itself, in its order."""
        found = [*self._patterns(language, How.TEXT, read.text), *self._read(read)]
        return sorted(found, key=lambda one: (one.start, one.end, one.rule.id))

    def description(self, alt: str, language: str) -> list[Finding]:
        """What is wrong with the description of a picture."""
        return [
            *self._patterns(language, How.ASSET, alt),
            *self._patterns(language, How.TEXT, alt),
            *(one for one in self._read(Read(alt)) if one.rule.id == "AX04"),
        ]

    def post(self, said: Said, accept: Sequence[Accepted] = ()) -> list[Verdict]:
        """What is wrong with a post, and what of it people let pass."""
        if not self.rules:
            return []
        return [Verdict(finding, where, _accepted(finding, accept)) for where, finding in self._of_post(said)]

    # What is kept is kept under all that it depends on besides these rules: the same text goes to many accounts, and is
    # looked at again at the next check and before it leaves.

    @cached_property
    def _of_post(self) -> Callable[[Said], tuple[tuple[str, Finding], ...]]:
        return lru_cache(maxsize=2048)(lambda said: tuple(self._post(said)))

    @cached_property
    def _patterns(self) -> Callable[[str, How, str], tuple[Finding, ...]]:
        rules = self.rules
        return lru_cache(maxsize=8192)(
            lambda language, how, text: tuple(patterns(rules, language, how).find(text))
        )

    # -- the parts of a post ------------------------------------------------------------------------------------------

    def _post(self, said: Said) -> Iterator[tuple[str, Finding]]:
        for number, part in enumerate(said.parts, 1):
            where = f"part {number}: " if len(said.parts) > 1 else ""
            read = Read(part, said.network, said.facts, said.numbers)
            for finding in self.text(read, said.language):
                if not _behind_a_warning(finding, said, number):
                    yield where, finding
        for finding in (
            self.text(Read(said.warning, numbers=said.numbers), said.language) if said.warning else ()
        ):
            yield "content warning: ", finding
        for alt in said.alts:
            for finding in self.description(alt, said.language):
                yield "description: ", finding
            if folded(alt) == folded(said.parts[0]):
                yield from self._whole("AX01", "description: ")
        yield from self._about(said)

    def _about(self, said: Said) -> Iterator[tuple[str, Finding]]:
        """What a post of its kind has to have, in its first part: most people read no other."""
        first = said.parts[0]
        if said.pillar in _NEEDS_HELP and not _points_to_help(first, said):
            # Who says "here is help" and does not say where speaks to people who need it.
            yield from self._whole("SG07", level=Level.ERROR if said.pillar is Pillar.HELP else None)
        if said.pillar is Pillar.SIGNS and not _hedged(first):
            yield from self._whole("SG23")
        if said.pillar is Pillar.STORY:
            if not said.consent:
                yield from self._whole("SG19")
            if not said.approved:
                yield from self._whole("SG30")

    def _whole(self, rule: str, where: str = "", level: Level | None = None) -> Iterator[tuple[str, Finding]]:
        if rule in self.by_id:
            yield where, Finding(self.by_id[rule], level=level)

    def _read(self, read: Read) -> Iterator[Finding]:
        for name, start, end in stretches(read):
            if name in self.by_id:
                yield Finding(self.by_id[name], _short(read.text[start:end]), start, end)


@lru_cache(maxsize=8)
def rulebook(rules: tuple[Rule, ...]) -> Rulebook:
    """The rulebook of some rules, made once."""
    return Rulebook(rules)


def _accepted(finding: Finding, accept: Sequence[Accepted]) -> Accepted | None:
    if not finding.rule.acceptable:
        return None
    words = folded(finding.words)
    return next((one for one in accept if one.rule == finding.rule.id and folded(one.words) == words), None)


def _behind_a_warning(finding: Finding, said: Said, part: int) -> bool:
    """Explicit words may stand behind a content warning, but not in the first line, which many networks show."""
    if finding.rule.id != "SG18" or not said.warning:
        return False
    return part > 1 or "\n" in said.parts[0][: finding.start].lstrip("\n")


def _points_to_help(first: str, said: Said) -> bool:
    return any(address in first for address in said.help) or bool(phone_like(first, said.numbers))


def _hedged(text: str) -> bool:
    return _HEDGES.search(text) is not None


def _short(words: str) -> str:
    one_line = " ".join(words.split())
    return one_line if len(one_line) <= 60 else f"{one_line[:59]}…"
