"""Facts, as they are in the project's own knowledge."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from campaign.errors import Level
from campaign.workspace.findings import Findings
from campaign.workspace.knowledge import read_facts
from campaign.workspace.load import load
from campaign.workspace.yamlfile import read
from tests.workspace.small import FACTS, SPECS, every_problem, lines, write

SHARED = Path(__file__).resolve().parents[3] / "shared" / "domain"
shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared knowledge is not beside this checkout")


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


@pytest.mark.parametrize(
    "source", ["", ", source: ''", ", source: {title: ''}", ", source: {publisher: ILO}"]
)
def test_a_fact_without_a_source_is_refused(folder: Path, source: str) -> None:
    write(folder, "posts/facts.yaml", f"facts:\n  - {{id: a, text: b{source}}}\n")
    (problem, *_) = every_problem(folder)
    assert (problem.level, problem.place.file, problem.place.line) == (Level.ERROR, "posts/facts.yaml", 2)


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
    facts = read_facts(read("f.yaml", (SHARED / "facts.yaml").read_bytes()), findings)
    assert findings.problems == []
    assert len(facts) == 33
    assert sum(fact.publishable for fact in facts.values()) == 31
    assert all(set(fact.text) == {"en", "id"} for fact in facts.values())
