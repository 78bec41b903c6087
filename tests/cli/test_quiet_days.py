"""Quiet days by the command: said ahead by `check` and `plan` (tests/acceptance: kept back by `run`)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.cli.conftest import CONFIG, ZONE, Place, day


def observance(days: int, more: str = "tone: remembrance") -> str:
    """An observance so many days from today."""
    on = datetime.now(ZONE).date() + timedelta(days=days)
    rule = f"{{type: announced, dates: {{{on.year}: {on}}}}}"
    return f"observances:\n  - {{id: memory, rule: {rule}, name: {{en: Day of Memory}}, {more}}}\n"


@pytest.fixture
def quiet(place: Place) -> Place:
    """A cheerful daily post; the day after tomorrow is one of remembrance."""
    place.write("schedules/observances.yaml", observance(2))
    place.write(
        "schedules/c.yaml",
        f"""\
accounts: [site]
starts: {day(1)}
posts:
  - id: daily
    tone: cheerful
    every: {{days: [day], at: "09:00"}}
    text: {{en: "Day {{{{ occurrence.date }}}}"}}
  - {{id: vigil, tone: cheerful, at: {day(2)} 20:00, text: {{en: Sing with us}}}}
""",
    )
    return place


def test_check_and_plan_say_it_beforehand(quiet: Place) -> None:
    done = quiet("check", "--json")
    assert done.code == 0
    found = {row["key"]: row for row in done.rows()}
    daily, vigil = (
        found[f"c/{name}/{day(2)}T{at}/site"] for name, at in (("daily", "09:00"), ("vigil", "20:00"))
    )
    assert (daily["level"], vigil["level"]) == ("advice", "warn")
    assert daily["rule"] == vigil["rule"] == "quiet-day"
    assert vigil["message"].startswith("will not be sent: quiet day: ")
    assert vigil["message"].endswith(" is Day of Memory, and this post is cheerful")
    planned = {row["key"]: row for row in quiet("plan", "--json").rows()}
    assert [p["rule"] for p in planned[vigil["key"]]["problems"]] == ["quiet-day"]
    assert planned[f"c/daily/{day(3)}T09:00/site"]["problems"] == []
    said = quiet("plan").out
    assert "will not be sent: quiet day" in said


def test_a_post_that_asks_for_no_cheer_is_planned_as_ever(quiet: Place) -> None:
    text = (quiet.folder / "schedules" / "c.yaml").read_text().replace("tone: cheerful", "tone: neutral")
    quiet.write("schedules/c.yaml", text)
    assert quiet("check", "--json").rows() == []


def test_public_holidays_are_known_by_the_library(place: Place) -> None:
    place.write("config.yaml", CONFIG + "audience: {country: ID}\nquiet_on: holidays\n")
    post = '{id: it, every: {days: [day], at: "09:00"}, text: {en: "Day {{ occurrence.date }}"}}'
    place.write("schedules/c.yaml", f"accounts: [site]\nposts:\n  - {post}\n")
    rows = place("plan", "--from", "2027-08-16", "--to", "2027-08-18", "--json").rows()
    told = [[problem["message"] for problem in row["problems"]] for row in rows]
    assert told == [
        [],
        ["will not be sent: quiet day: 17 Aug 2027 is Independence Day, a public holiday (ID)"],
        [],
    ]


def test_a_date_that_has_to_be_announced_is_asked_for(place: Place) -> None:
    ago = datetime.now(ZONE).date() - timedelta(days=351)
    place.write(
        "schedules/observances.yaml",
        f"observances:\n  - {{id: free, rule: {{type: announced, dates: [{ago}]}}, lead_days: 28}}\n",
    )
    post = '{id: it, on: free, at: "09:00", text: {en: Today}}'
    place.write("schedules/c.yaml", f"accounts: [site]\nposts:\n  - {post}\n")
    (row,) = place("check", "--json").rows()
    assert (row["level"], row["rule"]) == ("warn", "unannounced")
    assert row["message"].startswith("no date announced for 20")
    assert "schedules/observances.yaml" in row["hint"]
