"""Observances and facts, as they are in the project's own knowledge."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from campaign.core.timetable import Dates, Yearly
from campaign.workspace.findings import Findings
from campaign.workspace.knowledge import read_facts, read_observances
from campaign.workspace.load import load
from campaign.workspace.yamlfile import read
from tests.workspace.small import FACTS, OBSERVANCES, SPECS, every_problem, lines, one, write

SHARED = Path(__file__).resolve().parents[3] / "shared" / "domain"
shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared knowledge is not beside this checkout")


def test_the_four_kinds_of_rule() -> None:
    findings = Findings()
    assert read_observances(read("o.yaml", OBSERVANCES.encode()), findings) == {
        "un-wdatip": Yearly(7, 30),
        "sixteen-days": Yearly(11, 25),
        "us-month": Yearly(1, 1),
        "moving": Dates((date(2027, 7, 11),)),
        "unknown-day": Dates(()),
    }
    assert findings.problems == []


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("{type: fixed, month: 7}", "`day` is missing"),
        ("{type: fixed, month: 13, day: 1}", "`month`"),
        ("{type: fixed, month: 2, day: 30}", "there is no such day"),
        ("{type: fixd, month: 2, day: 3}", "`fixd` is not a kind of rule"),
        ("{type: range, from: {month: 1}}", "`day` is missing"),
        ("{type: announced, dates: {2027: 11 July}}", "`11 July` is not a day"),
        ("{type: announced, dates: 5}", "`dates` takes a list"),
        ("7-30", "a rule is a mapping"),
    ],
)
def test_mistakes_in_a_rule(folder: Path, rule: str, message: str) -> None:
    write(folder, "schedules/observances.yaml", f"observances:\n  - {{id: it, rule: {rule}}}\n")
    problem = one(folder)
    assert message in problem.message
    assert (problem.place.file, problem.place.line) == ("schedules/observances.yaml", 2)


def test_facts(folder: Path) -> None:
    fact = load(folder, SPECS).facts["total"]
    assert fact.text == {"en": "About 50 million.", "id": "Sekitar 50 juta."}
    assert (fact.source, fact.url, fact.year) == ("ILO: Global Estimates", "https://example.org/report", 2022)
    assert (fact.publishable, fact.review_by) == (True, date(2027, 3, 31))


def test_a_fact_is_publishable_only_if_it_says_so(folder: Path) -> None:
    write(folder, "posts/facts.yaml", "facts: [{id: a, text: b, source: c}, {id: a, text: b, source: c}]\n")
    workspace = load(folder, SPECS)
    assert not workspace.facts["a"].publishable
    assert [problem.rule for problem in workspace.problems] == ["duplicate-id"]
    write(
        folder,
        "posts/facts.yaml",
        "facts: [{id: a, text: b, source: c, publishable: yes, review_by: 2027}]\n",
    )
    assert len(every_problem(folder)) == 2


def test_later_knowledge_only_has_to_be_yaml(folder: Path) -> None:
    write(folder, "posts/consents.yaml", "anything: [1, 2]\n")
    assert every_problem(folder) == ()
    write(folder, "posts/consents.yaml", "a: 1\na: 2\n")
    assert lines(every_problem(folder)) == ["posts/consents.yaml:2:1: `a` is written twice"]


def test_a_retired_claim_says_what_it_is_about_and_why_or_nothing(folder: Path) -> None:
    retired = (
        "retired:\n  - {id: z-one, pattern: zzz, why: b}\n"
        "  - {id: z-two, pattern: yyy, why: b, about: Rank, because: No data., replace_with: total}\n"
    )
    write(folder, "posts/facts.yaml", FACTS + retired)
    claims = load(folder, SPECS).claims
    assert list(claims) == ["z-two"]
    assert (claims["z-two"].about, claims["z-two"].instead) == ({"": "Rank"}, "total")
    write(folder, "posts/facts.yaml", FACTS + retired.replace(", because: No data.", ""))
    (line,) = lines(every_problem(folder))
    assert line == "posts/facts.yaml:9:5: `about` and `because` belong together"


@shared
def test_the_shared_knowledge_loads() -> None:
    findings = Findings()
    observances = read_observances(read("o.yaml", (SHARED / "observances.yaml").read_bytes()), findings)
    facts = read_facts(read("f.yaml", (SHARED / "facts.yaml").read_bytes()), findings)
    assert findings.problems == []
    assert (len(observances), len(facts)) == (30, 33)
    assert observances["un-wdatip"] == Yearly(7, 30)
    assert sum(fact.publishable for fact in facts.values()) == 31
    assert all(set(fact.text) == {"en", "id"} for fact in facts.values())
