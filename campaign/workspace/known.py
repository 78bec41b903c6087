"""What a workspace knows beside its campaigns: facts, help lines, rules, days, its own and that of its packs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from campaign.core.claims import Claim
from campaign.core.consents import Consent
from campaign.core.hotlines import Check, Hotline
from campaign.core.model import Fact, Spec
from campaign.core.observances import Observance
from campaign.core.organisations import Organisation
from campaign.core.packs import Pack
from campaign.core.safeguard.rules import Rule
from campaign.workspace import (
    checks,
    claims,
    consents,
    hotlines,
    knowledge,
    observances,
    organisations,
    packs,
    safeguards,
)
from campaign.workspace.config import Settings
from campaign.workspace.findings import Findings
from campaign.workspace.templates import Posts
from campaign.workspace.yamlfile import Document

Value = TypeVar("Value")
Marked = TypeVar("Marked", Fact, Hotline)


@dataclass(frozen=True, slots=True)
class Known:
    """All knowledge of a workspace, by id; what each kind is stands in ``core.model.Workspace``."""

    facts: Mapping[str, Fact]
    claims: Mapping[str, Claim]
    rules: tuple[Rule, ...]
    hotlines: Mapping[str, Hotline]
    checks: tuple[Check, ...]
    consents: Mapping[str, Consent]
    organisations: Mapping[str, Organisation]
    observances: Mapping[str, Observance]


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where it is read from. ``there``: the workspace's own files (posts/facts.yaml); ``packs``: those in use;
    ``read``: a file as a document, its bytes counted once towards the workspace's digests."""

    there: Collection[str]
    posts: Posts
    packs: tuple[Pack, ...]
    read: Callable[[str], Document]
    findings: Findings

    def own(self, name: str) -> Document | None:
        return self.read(name) if name in self.there else None

    def all(
        self,
        name: str,
        key: str,
        reader: Callable[[Document, Findings], Mapping[str, Value]],
        origin: Callable[[Value, str], Value] = lambda value, pack: value,
    ) -> dict[str, Value]:
        """The entries of a kind, the workspace's own before those of its packs. ``origin`` marks one with its pack."""
        document = self.own(name)
        own = reader(document, self.findings) if document is not None else {}
        file = name.rpartition("/")[2]
        return packs.with_packs(
            own, file, key, reader, self.packs, self.posts, self.read, self.findings, origin
        )


def read_known(shelf: Shelf, settings: Settings | None, specs: Mapping[str, Spec]) -> Known:
    """All of it; what is wrong is in the shelf's findings."""
    findings = shelf.findings
    rules, retired = safeguards.built_in(), {}
    if (document := shelf.own(knowledge.FACTS)) is not None:
        rules += safeguards.read_retired(document, findings)
        retired = claims.read_claims(document, findings)
    rules += packs.added_rules(rules, shelf.packs, shelf.posts, shelf.read, findings)
    lines = shelf.all(hotlines.NAME, "hotlines", hotlines.read_hotlines, _came_with)
    return Known(
        facts=shelf.all(knowledge.FACTS, "facts", knowledge.read_facts, _came_with),
        claims=retired,
        rules=rules,
        hotlines=lines,
        checks=_checks(shelf, settings, lines),
        consents=_consents(shelf, specs),
        organisations=shelf.all(
            organisations.NAME,
            "organisations",
            lambda document, found: organisations.read_organisations(document, lines, found),
        ),
        observances=shelf.all(observances.NAME, "observances", observances.read_observances),
    )


def _checks(shelf: Shelf, settings: Settings | None, lines: Mapping[str, Hotline]) -> tuple[Check, ...]:
    """Only the workspace's own: a check that came with a pack counts for nobody else."""
    document = shelf.own(checks.NAME)
    if document is None:
        return ()
    return checks.read_checks(document, settings.id if settings else None, lines, shelf.findings)


def _consents(shelf: Shelf, specs: Mapping[str, Spec]) -> Mapping[str, Consent]:
    """Only the workspace's own: nobody agrees on behalf of another organisation."""
    document = shelf.own(consents.NAME)
    return consents.read_consents(document, specs, shelf.findings) if document is not None else {}


def _came_with(entry: Marked, pack: str) -> Marked:
    return replace(entry, pack=pack)
