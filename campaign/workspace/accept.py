"""A slot's ``accept:``: which findings of the safeguarding rules people let pass, and whether they may."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from campaign.core.safeguard.rules import Accepted, Rule
from campaign.errors import Level
from campaign.workspace.findings import Findings, did_you_mean, quoted
from campaign.workspace.yamlfile import Document, Step

if TYPE_CHECKING:
    from campaign.workspace.schedules import AcceptKeys
    from campaign.workspace.slots import Around

RULE = "accept"


def read_accept(
    entries: Sequence[AcceptKeys],
    path: Sequence[Step],
    document: Document,
    around: Around,
    findings: Findings,
) -> tuple[Accepted, ...]:
    """What people let pass. A rule that nobody may let pass, or too few people for it, is an error."""
    made = []
    for index, entry in enumerate(entries):
        where = (*path, index) if len(entries) > 1 or _listed(document, path) else tuple(path)
        rule = around.rules.get(entry.rule)
        if rule is None:
            message = f"no rule called {quoted(entry.rule)}{did_you_mean(entry.rule, around.rules)}"
            findings.add(
                document.place((*where, "rule")), message, "its id is in brackets in `check`", rule=RULE
            )
        elif _may(entry, rule, where, document, around, findings):
            made.append(
                Accepted(entry.rule, entry.words, tuple(dict.fromkeys(entry.by)), entry.reason.strip())
            )
    return tuple(made)


def _listed(document: Document, path: Sequence[Step]) -> bool:
    """Whether the entries stand in a list, or one stands alone."""
    return document.place((*path, 0)) != document.place(path)


def _may(
    entry: AcceptKeys,
    rule: Rule,
    where: Sequence[Step],
    document: Document,
    around: Around,
    findings: Findings,
) -> bool:
    before = findings.errors()
    if not rule.acceptable:
        message = f"nobody can let {rule.id} ({rule.name}) pass: {rule.says}"
        findings.add(document.place((*where, "rule")), message, rule.instead, rule=RULE)
    people = around.settings.people
    for handle in entry.by:
        place = document.place((*where, "by"))
        if handle not in people:
            message = f"nobody called {quoted(handle)} in `people`{did_you_mean(handle, people)}"
            findings.add(
                place, message, f"people: {{{handle}: {{can: [safeguard]}}}} in config.yaml", rule=RULE
            )
        elif "safeguard" not in people[handle].can:
            message = f"{handle} can't let a safeguarding rule pass"
            findings.add(place, message, f"add safeguard to `can` of {handle} in config.yaml", rule=RULE)
    if rule.level is Level.ERROR and len(set(entry.by)) < 2:
        message = f"{rule.id} ({rule.name}) stops a post: it takes two people to let it pass"
        findings.add(document.place((*where, "by")), message, "write by: [ani, budi]", rule=RULE)
    return findings.errors() == before
