"""The calendar of observances, as files spell it and as it is in the project's own."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from campaign.core.named import days
from campaign.core.observances import LEAD_DAYS, Tone
from campaign.core.timetable import Dates, Nth, Span, Which, Yearly
from campaign.workspace.findings import Findings
from campaign.workspace.observances import read_observances
from campaign.workspace.yamlfile import read
from tests.workspace.small import OBSERVANCES, one, write

ROOT = Path(__file__).resolve().parents[2]
OURS = ROOT / "schedules" / "observances.yaml"
SHARED = ROOT.parent / "shared" / "domain" / "observances.yaml"


def the_calendar(data: bytes) -> Any:
    findings = Findings()
    found = read_observances(read("o.yaml", data), findings)
    assert findings.problems == []
    return found


def test_the_kinds_of_rule() -> None:
    more = "  - {id: mothers, rule: {type: nth, month: 5, weekday: sun, n: 2}}\n"
    found = the_calendar((OBSERVANCES + more).encode())
    assert {name: observance.rule for name, observance in found.items()} == {
        "un-wdatip": Yearly(7, 30),
        "sixteen-days": Span(Yearly(11, 25), Yearly(12, 10)),
        "us-month": Span(Yearly(1, 1), Yearly(1, 31)),
        "moving": Dates((date(2027, 7, 11),)),
        "unknown-day": Dates(()),
        "mothers": Nth(5, 6, 2),
    }


def test_what_else_an_entry_says() -> None:
    entry = "{id: a, rule: {type: month, month: 2}, scope: [ID, MY], tone: remembrance, lead_days: 5, "
    entry += "name: {id: Hari, en: Day}}"
    found = the_calendar(f"observances: [{entry}, {{id: b, rule: {{type: month, month: 4}}}}]\n".encode())
    assert (found["a"].scope, found["a"].tone, found["a"].lead_days) == ({"ID", "MY"}, Tone.REMEMBRANCE, 5)
    assert [found["a"].called(language) for language in ("id", "en", "fr")] == ["Hari", "Day", "Day"]
    assert (found["b"].scope, found["b"].tone, found["b"].lead_days) == ({"global"}, Tone.NEUTRAL, LEAD_DAYS)
    assert found["b"].called("id") == "b"
    assert [found[name].is_on(date(2028, 2, 29)) for name in ("a", "b")] == [True, False]


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ("rule: {type: fixed, month: 7}", "`day` is missing"),
        ("rule: {type: fixed, month: 13, day: 1}", "`month`"),
        ("rule: {type: fixed, month: 2, day: 30}", "there is no such day"),
        ("rule: {type: fixd, month: 2, day: 3}", "`fixd` is not a kind of rule"),
        ("rule: {type: range, from: {month: 1}, to: {month: 1, day: 1}}", "`day` is missing"),
        ("rule: {type: range, from: {month: 1, day: 1}}", "`to` is missing"),
        ("rule: {type: range, from: {month: 1, day: 1}, to: {month: 4, day: 31}}", "there is no such day"),
        ("rule: {type: nth, month: 5, weekday: sunday, n: 2}", "`sunday` does not belong here"),
        ("rule: {type: nth, month: 5, weekday: sun, n: 0}", "`n`: the number 0 does not belong here"),
        ("rule: {type: nth, month: 5, weekday: sun, n: 6}", "`n`: the number 6 does not belong here"),
        ("rule: {type: announced, dates: {2027: 11 July}}", "`11 July` is not a day"),
        ("rule: {type: announced, dates: {2027: 2026-07-11}}", "2026-07-11 does not lie in 2027"),
        ("rule: {type: announced, dates: 5}", "`dates` takes a list"),
        ("rule: 7-30", "a rule is a mapping"),
        ("rule: {type: month, month: 1}, scope: world", "`world` is not a scope"),
        ("rule: {type: month, month: 1}, scope: id", "`id` is not a country"),
        ("rule: {type: month, month: 1}, scope: [ID, global]", "`global` is not a scope"),
        ("rule: {type: month, month: 1}, scope: []", "the scope is empty"),
        ("rule: {type: month, month: 1}, tone: sad", "`sad` does not belong here"),
        ("rule: {type: month, month: 1}, lead_days: -1", "`lead_days`"),
    ],
)
def test_mistakes(folder: Path, keys: str, message: str) -> None:
    write(folder, "schedules/observances.yaml", f"observances:\n  - {{id: it, {keys}}}\n")
    problem = one(folder)
    assert message in problem.message
    assert (problem.place.file, problem.place.line) == ("schedules/observances.yaml", 2)


@pytest.mark.parametrize("name", ["holidays", "starts", "ends"])
def test_words_with_a_meaning_are_no_names(folder: Path, name: str) -> None:
    rule = "rule: {type: fixed, month: 7, day: 1}"
    write(folder, "schedules/observances.yaml", f"observances:\n  - {{id: {name}, {rule}}}\n")
    assert f"no observance can be called `{name}`" in one(folder).message


# -- the project's own --

DAYS_OF_2027 = {
    "un-wdatip": (7, 30),
    "eu-anti-trafficking-day": (10, 18),
    "us-nhtad": (1, 11),
    "us-nhtpm": (1, 1),
    "un-abolition-slavery": (12, 2),
    "un-slave-trade-remembrance": (8, 23),
    "un-slavery-victims-remembrance": (3, 25),
    "un-migrants": (12, 18),
    "sixteen-days": (11, 25),
    "un-girl-child": (10, 11),
    "labour-day": (5, 1),
}


@pytest.mark.parametrize("year", [2026, 2027, 2028, 2029])
def test_our_calendar_gives_the_right_days(year: int) -> None:
    found = the_calendar(OURS.read_bytes())
    for name, (month, day) in DAYS_OF_2027.items():
        of_the_year = days(found[name].rule, Which.FIRST, date(year, 1, 1), date(year, 12, 31))
        assert list(of_the_year) == [date(year, month, day)], name
    last = days(found["sixteen-days"].rule, Which.LAST, date(year, 1, 1), date(year, 12, 31))
    assert list(last) == [date(year, 12, 10)]


def test_our_days_of_remembrance() -> None:
    found = the_calendar(OURS.read_bytes())
    assert {name for name, observance in found.items() if observance.tone is Tone.REMEMBRANCE} == {
        "un-slave-trade-remembrance",
        "un-slavery-victims-remembrance",
    }
    assert all({"en", "id"} <= set(observance.names) for observance in found.values())


@pytest.mark.skipif(not SHARED.is_file(), reason="the shared knowledge is not beside this checkout")
def test_our_calendar_carries_all_entries_of_the_research() -> None:
    ours, theirs = (
        {entry["id"]: entry for entry in yaml.safe_load(path.read_text())["observances"]}
        for path in (OURS, SHARED)
    )
    assert len(theirs) == 30
    assert {name: ours[name] for name in theirs} == theirs
