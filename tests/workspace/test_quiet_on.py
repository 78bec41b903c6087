"""`tone`, `quiet_on` and `day` in files, and public holidays from the library."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from campaign.core.hotlines import Audience
from campaign.core.model import Slot
from campaign.core.observances import Tone
from campaign.core.timetable import On, Span, Which, Yearly
from campaign.workspace import publicdays
from campaign.workspace.load import load
from campaign.workspace.publicdays import PublicDays
from tests.workspace.small import CONFIG, SPECS, every_problem, lines, one, with_slot, write

AT = "text: a\nat: 2027-07-30 20:00"
ID = "audience: {country: ID}\n"


def the_slot(folder: Path, keys: str = "", head: str = "", config: str = "") -> Slot:
    write(folder, "config.yaml", CONFIG + config)
    write(folder, "schedules/it.yaml", with_slot(f"{AT}\n{keys}", head))
    assert lines(every_problem(folder)) == []
    return load(folder, SPECS).campaigns["it"].slots[0]


def test_the_narrower_place_wins(folder: Path) -> None:
    outer = ID + "quiet_on: [un-wdatip, holidays]\n"
    assert the_slot(folder, config=outer).quiet_on == ("un-wdatip", "holidays")
    assert the_slot(folder, head="quiet_on: sixteen-days\n", config=outer).quiet_on == ("sixteen-days",)
    head = "quiet_on: [sixteen-days]\n"
    assert the_slot(folder, "quiet_on: holidays", head, outer).quiet_on == ("holidays",)
    assert the_slot(folder, "quiet_on: []", head, outer).quiet_on == ()


def test_tone(folder: Path) -> None:
    assert the_slot(folder).tone is Tone.NEUTRAL
    for tone in Tone:
        assert the_slot(folder, f"tone: {tone}").tone is tone
    write(folder, "schedules/it.yaml", with_slot(f"{AT}\ntone: cherful"))
    problem = one(folder)
    assert "did you mean 'cheerful'?" in problem.message
    assert "cheerful, neutral, remembrance" in problem.hint


def test_every_name_has_to_be_there(folder: Path) -> None:
    write(folder, "config.yaml", CONFIG + ID + "quiet_on: [un-wdatp]\n")
    assert "config.yaml" in str(one(folder)) and "did you mean 'un-wdatip'?" in one(folder).message
    write(folder, "config.yaml", CONFIG + ID)
    write(
        folder, "schedules/it.yaml", with_slot(f"{AT}\nquiet_on: [un-wdatip, holiday]", "quiet_on: [x-y]\n")
    )
    found = every_problem(folder)
    assert [problem.place.line for problem in found] == [1, 6]
    assert "did you mean 'holidays'?" in found[1].message


@pytest.mark.parametrize(
    ("audience", "message"),
    [
        ("", "does not tell of which country"),
        ("audience: {country: EU}\n", "no public holidays of EU are known: it is not one country"),
        ("audience: {country: ZZ}\n", "no public holidays of ZZ are known"),
    ],
)
def test_holidays_need_a_country(folder: Path, audience: str, message: str) -> None:
    write(folder, "config.yaml", CONFIG + audience)
    write(folder, "schedules/it.yaml", with_slot(f"{AT}\nquiet_on: holidays"))
    problem = one(folder)
    assert message in problem.message
    assert problem.hint
    assert (problem.place.file, problem.place.line) == ("schedules/it.yaml", 7)


def test_a_part_of_a_country(folder: Path) -> None:
    slot = the_slot(folder, "quiet_on: holidays", "audience: {country: DE, subdivision: BY}\n")
    assert slot.quiet_on == ("holidays",)
    write(folder, "config.yaml", CONFIG + "audience: {country: DE, subdivision: XX}\n")
    problem = one(folder)
    assert "DE has no part `XX`" in problem.message
    assert "BY" in problem.hint
    assert publicdays.complaint("ID", "JK") is not None


def test_the_holidays_are_those_of_the_country_and_its_part() -> None:
    german = PublicDays("de")
    epiphany = date(2027, 1, 6)
    assert german.name(Audience("DE", subdivision="BY"), epiphany) == "Heilige Drei Könige"
    assert german.name(Audience("DE"), epiphany) == ""
    assert PublicDays("id").name(Audience("ID"), date(2027, 8, 17)) == "Hari Kemerdekaan Republik Indonesia"
    assert PublicDays("en").name(Audience("ID"), date(2027, 8, 17)) == "Independence Day"
    assert PublicDays("fr").name(Audience("ID"), date(2027, 8, 17)) == "Hari Kemerdekaan Republik Indonesia"
    assert PublicDays("en").name(Audience("ZZ"), date(2027, 8, 17)) == ""


def test_days_of_a_span(folder: Path) -> None:
    whole = Span(Yearly(11, 25), Yearly(12, 10))
    for keys, which in (("", Which.FIRST), ("\nday: last", Which.LAST), ("\nday: every", Which.EVERY)):
        text = with_slot(f"text: a\non: sixteen-days\nat: 09:00\noffset: 1 day{keys}", "title: x\n")
        write(folder, "schedules/it.yaml", text)
        slot = load(folder, SPECS).campaigns["it"].slots[0]
        when = slot.timetable.when
        assert isinstance(when, On) and (when.day, when.which, when.offset) == (whole, which, 1)
        assert slot.on == "sixteen-days"


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ("on: un-wdatip\nday: last\nat: 09:00", "`un-wdatip` is a single day"),
        ("on: ends\nday: last\nat: 09:00", "`ends` is a single day"),
        ("at: 2027-07-30 20:00\nday: last", "`day` belongs to `on`"),
        ("on: sixteen-days\nday: middle\nat: 09:00", "`middle` does not belong here"),
    ],
)
def test_mistakes_with_day(folder: Path, keys: str, message: str) -> None:
    write(folder, "schedules/it.yaml", with_slot(f"text: a\n{keys}"))
    problem = one(folder)
    assert message in problem.message
    assert problem.hint


def test_an_announced_day_without_a_date_in_the_campaign_breaks_nothing(folder: Path) -> None:
    write(folder, "schedules/it.yaml", with_slot("text: a\non: moving\nat: 09:00", "starts: 2028-01-01\n"))
    assert every_problem(folder) == ()
    assert load(folder, SPECS).campaigns["it"].slots[0].on == "moving"
