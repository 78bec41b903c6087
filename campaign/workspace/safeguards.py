"""Reads safeguarding rules: the built-in ones, those of a pack, and the retired claims of posts/facts.yaml."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Annotated, Any, Literal

import yaml
from pydantic import Field

from campaign.core.safeguard.patterns import Unreadable, must_compile
from campaign.core.safeguard.rules import ANY, How, Rule
from campaign.errors import Level
from campaign.workspace.fields import OrOne
from campaign.workspace.findings import Findings, quoted
from campaign.workspace.keys import Keys
from campaign.workspace.knowledge import Loose, items
from campaign.workspace.yamlfile import Document, Map

BUILT_IN = "safeguards.yaml"

MAX_PATTERN = 2000
"""The longest pattern of a pack, in characters."""

LevelWord = Literal["error", "warn", "advice"]
ByLanguage = dict[Annotated[str, Field(pattern=r"^(any|[a-z]{2,3})$")], Annotated[list[str], OrOne()]]


class RuleKeys(Keys):
    """One rule, as a file spells it."""

    id: Annotated[str, Field(pattern=r"^([A-Z]{2}\d{2}|[a-z][a-z0-9-]{1,62})$")]
    name: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,62}$")]
    level: LevelWord
    how: Literal["text", "asset", "struct", "human"]
    says: Annotated[str, Field(min_length=1, max_length=300)]
    instead: Annotated[str, Field(max_length=300)] = ""
    group: str = ""
    accept: bool = True
    patterns: ByLanguage = Field(default_factory=dict)
    unless: ByLanguage = Field(default_factory=dict)
    bad: ByLanguage = Field(default_factory=dict)
    good: ByLanguage = Field(default_factory=dict)
    sources: Annotated[list[str], Field(min_length=1)]


class RetiredKeys(Loose):
    """A claim that must not be repeated, in posts/facts.yaml."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{1,62}$")]
    level: LevelWord = "error"
    pattern: Annotated[str, Field(min_length=1, max_length=MAX_PATTERN)]
    why: Annotated[str, Field(min_length=1)]
    replace_with: str | None = None


@lru_cache(maxsize=1)
def built_in() -> tuple[Rule, ...]:
    """The rules that always hold. They come with the program, and the tests read every one of them."""
    data = _built_in()
    return tuple(_rule(RuleKeys.model_validate(rule), data["sources"], origin="") for rule in data["rules"])


def checklist() -> tuple[str, ...]:
    """What only a person can judge, as questions."""
    return (*(rule.says for rule in built_in() if rule.how is How.HUMAN), *_built_in()["checklist"])


@lru_cache(maxsize=1)
def _built_in() -> Any:
    # Nobody has to be told a line and column of it, so it is read the quick way: every start of the command waits.
    data = files("campaign.workspace").joinpath(BUILT_IN).read_bytes()
    return yaml.load(data, getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe loaders


def read_rules(document: Document, findings: Findings) -> tuple[Rule, ...]:
    """The text rules of a pack. A rule with the id of a built-in one is refused: packs add, and remove none."""
    known = {rule.id for rule in built_in()}
    found: dict[str, Rule] = {}
    for index, rule in enumerate(_rules(document, findings, origin=document.name)):
        place = document.place(("rules", index, "id"))
        if rule.id in known or rule.id in found:
            hint = "a pack adds rules, and changes none: give it a name of its own"
            findings.add(place, f"there is a rule {quoted(rule.id)} already", hint, rule="duplicate-id")
        elif rule.how not in (How.TEXT, How.ASSET):
            hint = "a pack's rules are patterns: how: text or how: asset"
            findings.add(place, f"{quoted(rule.id)} is judged by nobody", hint, rule="safeguards")
        else:
            found[rule.id] = rule
    return tuple(found.values())


def read_retired(document: Document, findings: Findings) -> tuple[Rule, ...]:
    """The claims under ``retired:`` of posts/facts.yaml; one that is built in as well is there once."""
    if not isinstance(document.root, Map) or "retired" not in document.root:
        return ()
    known = {rule.id for rule in built_in()}
    rules = []
    for keys, index in items(document, "retired", RetiredKeys, findings):
        if keys.id not in known and _readable(
            keys.pattern, document, ("retired", index, "pattern"), findings
        ):
            rules.append(
                Rule(
                    id=keys.id,
                    name=keys.id,
                    level=Level(keys.level),
                    how=How.TEXT,
                    says=keys.why.rstrip("."),
                    instead=f"{{{{ fact('{keys.replace_with}') }}}}" if keys.replace_with else "",
                    patterns={ANY: (keys.pattern,)},
                    group="SG08",
                    origin=document.name,
                )
            )
    return tuple(rules)


def _rules(document: Document, findings: Findings, origin: str) -> Iterator[Rule]:
    titles = document.root.get("sources", {}) if isinstance(document.root, Map) else {}
    for keys, index in items(document, "rules", RuleKeys, findings):
        before = findings.errors()
        for kind in ("patterns", "unless"):
            for language, found in getattr(keys, kind).items():
                for number, pattern in enumerate(found):
                    _readable(pattern, document, ("rules", index, kind, language, number), findings)
        if findings.errors() == before:
            yield _rule(keys, titles, origin)


def _rule(keys: RuleKeys, titles: Mapping[str, Any], origin: str) -> Rule:
    return Rule(
        id=keys.id,
        name=keys.name,
        level=Level(keys.level),
        how=How(keys.how),
        says=keys.says,
        instead=keys.instead,
        patterns={language: tuple(found) for language, found in keys.patterns.items()},
        unless={language: tuple(found) for language, found in keys.unless.items()},
        group=keys.group,
        acceptable=keys.accept,
        sources=tuple(str(titles.get(source, source)) for source in keys.sources),
        origin=origin,
        bad={language: tuple(found) for language, found in keys.bad.items()},
        good={language: tuple(found) for language, found in keys.good.items()},
    )


def _readable(pattern: str, document: Document, path: tuple[str | int, ...], findings: Findings) -> bool:
    try:
        if len(pattern) > MAX_PATTERN:
            raise Unreadable(f"it is longer than {MAX_PATTERN} characters")
        must_compile(pattern)
    except Unreadable as stop:
        hint = "patterns are RE2's, which has no (?=…), (?<!…) and \\1: what is not meant goes under `unless`"
        findings.add(document.place(path), f"this pattern can't be used: {stop}", hint, rule="safeguards")
        return False
    return True
