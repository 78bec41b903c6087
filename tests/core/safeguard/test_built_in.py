"""The built-in rules: each finds its bad examples, none its good ones, and a neutral text none of what stops a post."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from campaign.core.safeguard.judge import Rulebook
from campaign.core.safeguard.pasted import judge
from campaign.core.safeguard.reading import Read
from campaign.core.safeguard.rules import Finding, How, Rule
from campaign.errors import Level
from campaign.workspace.safeguards import built_in, checklist

HERE = Path(__file__).parent
DOMAIN = HERE.parents[2].parent / "shared" / "domain" / "safeguarding.yaml"
BOOK = Rulebook(built_in())
PATTERNS = (How.TEXT, How.ASSET)

NOT_BY_PATTERN = {"SG05", "SG07", "SG09"}
"""Rules of the domain with examples that the program judges in other ways: its own tests look at them."""


def find(rule: Rule, text: str, language: str) -> list[Finding]:
    return BOOK.description(text, language) if rule.how is How.ASSET else BOOK.text(Read(text), language)


def examples(kind: str) -> list[object]:
    return [
        pytest.param(rule, language, text, id=f"{rule.id}-{language}-{text[:24]}")
        for rule in built_in()
        if rule.how in PATTERNS
        for language, texts in getattr(rule, kind).items()
        for text in texts
    ]


@pytest.mark.parametrize(("rule", "language", "text"), examples("bad"))
def test_a_bad_example_is_found(rule: Rule, language: str, text: str) -> None:
    assert rule in {finding.rule for finding in find(rule, text, language)}


@pytest.mark.parametrize(("rule", "language", "text"), examples("good"))
def test_a_good_example_is_not(rule: Rule, language: str, text: str) -> None:
    found = find(rule, text, language)
    assert rule not in {finding.rule for finding in found}
    assert [finding for finding in found if finding.weight is Level.ERROR] == []


def test_every_pattern_has_an_example_of_its_own_in_both_languages() -> None:
    lacking = [
        (rule.id, kind)
        for rule in built_in()
        if rule.how in PATTERNS
        for kind in ("bad", "good")
        if set(getattr(rule, kind)) != {"en", "id"}
    ]
    assert lacking == []


def test_there_are_the_32_rules_and_the_12_of_accessibility_each_with_a_source() -> None:
    ids = [rule.id for rule in built_in()]
    assert len(set(ids)) == len(ids)
    assert {f"SG{n:02}" for n in range(1, 33)} | {f"AX{n:02}" for n in range(1, 13)} <= set(ids)
    assert all(rule.sources and all(rule.sources) for rule in built_in())
    assert len(checklist()) >= 9


def test_what_protects_people_can_be_let_pass_by_nobody() -> None:
    never = {rule.id for rule in built_in() if not rule.acceptable}
    assert never == {"SG01", "SG02", "SG03", "SG04", "SG05", "SG19", "SG20", "SG21", "SG29"}


@pytest.mark.parametrize("language", ["en", "id"])
def test_a_neutral_text_is_never_stopped(language: str) -> None:
    lines = (HERE / f"neutral.{language}.txt").read_text(encoding="utf-8").splitlines()
    assert len(lines) > 40
    stopped = [
        (line, finding.message)
        for line in lines
        for finding in BOOK.text(Read(line), language)
        if finding.weight is Level.ERROR
    ]
    assert stopped == []


def test_the_examples_that_the_rules_were_drawn_from() -> None:
    if not DOMAIN.is_file():
        pytest.skip("the domain's rules are not beside this checkout")
    known = yaml.safe_load(DOMAIN.read_text(encoding="utf-8"))
    wrong = []
    for drafted in known["rules"]:
        if drafted["id"] in NOT_BY_PATTERN:
            continue
        for kind in ("bad", "good"):
            for language, text in drafted.get(kind, {}).items():
                found = (*BOOK.text(Read(text), language), *BOOK.description(text, language))
                ids = {finding.rule.id for finding in found} | {finding.rule.group for finding in found}
                if (drafted["id"] in ids) is (kind == "good"):
                    wrong.append((kind, drafted["id"], language, text))
    assert wrong == []


ARTICLES = {
    "id": "Perdagangan manusia adalah kejahatan nomor 1 di dunia, dan jejaring sosial punya lebih "
    "dari 800 juta pengguna.\n"
    "FreedomNow menyediakan basis data pelaku perdagangan manusia yang dikenal. Mari menyelamatkan korban:\n"
    "para budak modern itu menunggu.",
    "en": "Human trafficking is crime no. 1 in the world, and social networks have over 800 million users.\n"
    "FreedomNow keeps a database of known traffickers. Help us rescue victims: these modern slaves wait for you.",
}


@pytest.mark.parametrize("language", ["en", "id"])
def test_an_article_with_the_old_claims_gets_all_that_is_wrong_with_it(language: str) -> None:
    problems = judge(ARTICLES[language], language, "article.txt", BOOK)
    assert {"SG03", "SG12", "SG28", "z-fastest-growing", "o-800m"} <= {problem.rule for problem in problems}
    claims = [problem.message for problem in problems if "[SG08 " in problem.message]
    assert len(claims) == 2
    database = next(problem for problem in problems if problem.rule == "SG03")
    assert (database.level, database.place.line) == (Level.ERROR, 2)
