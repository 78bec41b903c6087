"""Days on which a post says nothing, and what the calendar has against a slot."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign.core.hotlines import Audience
from campaign.core.model import QuietHours, Target
from campaign.core.observances import Awaited, Observance, Tone, awaited
from campaign.core.outlook import check, outlook
from campaign.core.quiet import speaks_until, why_quiet
from campaign.core.timetable import Dates, On, Span, Timetable, Yearly
from campaign.errors import Level
from tests.core.test_outlook import FEDI, NOW, TWITTER, ZONE, a_composer, a_slot, a_workspace, at, daily

HERE = Target(FEDI, "id")
ID, DE, EU = Audience("ID"), Audience("DE"), Audience("EU")


def day_of(name: str, rule: Any, **more: Any) -> Observance:
    return Observance(name, rule, {"en": name.title(), "id": f"Hari {name}"}, **more)


REMEMBRANCE = day_of("slave-trade", Yearly(7, 3), tone=Tone.REMEMBRANCE)
PARTY = day_of("party", Span(Yearly(7, 10), Yearly(7, 12)))
KNOWN = {one.id: one for one in (REMEMBRANCE, PARTY)}


def local(*when: int) -> datetime:
    """An instant by its wall time in the campaign's zone."""
    return datetime(*when, tzinfo=ZoneInfo(ZONE))  # type: ignore[misc,arg-type]


class Holidays:
    """17 July is one, in Indonesia."""

    def name(self, audience: Audience, day: date) -> str:
        return "Hari Raya" if (audience.country, day) == ("ID", date(2027, 7, 17)) else ""


def silent_days(
    observances: dict[str, Observance] = KNOWN, audience: Audience | None = ID, **keys: Any
) -> dict[int, str]:
    """The days of July 2027 on which a daily slot says nothing, and why."""
    slot = a_slot("it", daily("09:00"), HERE, **keys)
    workspace = a_workspace(slot, observances=observances, holidays=Holidays(), audience=audience)
    (campaign,) = workspace.campaigns.values()
    found = {day: why_quiet(workspace, campaign, slot, HERE, local(2027, 7, day, 9)) for day in range(1, 32)}
    return {day: reason for day, reason in found.items() if reason}


def test_a_cheerful_post_says_nothing_on_a_day_of_remembrance() -> None:
    assert silent_days(tone=Tone.CHEERFUL) == {
        3: "quiet day: 3 Jul 2027 is Hari slave-trade, and this post is cheerful"
    }
    for tone in (Tone.NEUTRAL, Tone.REMEMBRANCE):
        assert silent_days(tone=tone) == {}


def test_quiet_on_names_all_days_of_an_observance_and_holidays() -> None:
    found = silent_days(quiet_on=("party", "holidays"))
    assert list(found) == [10, 11, 12, 17]
    assert found[11] == "quiet day: 11 Jul 2027 is Hari party"
    assert found[17] == "quiet day: 17 Jul 2027 is Hari Raya, a public holiday (ID)"
    assert silent_days(quiet_on=("holidays",), audience=DE) == {}
    assert silent_days(quiet_on=("holidays",), audience=None) == {}


@pytest.mark.parametrize(
    ("scope", "audience", "silent"),
    [
        ({"global"}, None, True),
        ({"ID"}, ID, True),
        ({"US"}, ID, False),
        ({"US", "ID"}, ID, True),
        ({"EU"}, DE, True),
        ({"EU"}, ID, False),
        ({"DE"}, EU, True),
        ({"faith"}, ID, False),
        ({"ID"}, None, False),
    ],
)
def test_only_remembrance_of_the_audience_silences(
    scope: set[str], audience: Audience | None, silent: bool
) -> None:
    day = replace(REMEMBRANCE, scope=frozenset(scope))
    assert bool(silent_days({"it": day}, audience, tone=Tone.CHEERFUL)) is silent
    assert silent_days({"it": day}, audience, quiet_on=("it",))  # who names it means it


@given(
    st.datetimes(*(datetime.fromisoformat(f"2027-07-0{day}") for day in (1, 6))),
    st.none() | st.builds(QuietHours, st.times(), st.times()),
)
def test_the_day_is_the_local_one_on_which_it_goes_out(wall: datetime, night: QuietHours | None) -> None:
    slot = a_slot("it", daily("09:00"), HERE, tone=Tone.CHEERFUL, quiet=night)
    workspace = a_workspace(slot, observances=KNOWN)
    (campaign,) = workspace.campaigns.values()
    plain = replace(slot, tone=Tone.NEUTRAL)
    (post,) = outlook(
        a_workspace(replace(plain, timetable=at(wall.replace(microsecond=0).isoformat())), ends=None),
        a_composer(workspace),
        datetime(2027, 6, 1, tzinfo=UTC),
        datetime(2027, 9, 1, tzinfo=UTC),
    )
    local = (post.not_before + timedelta(hours=7)).date()  # Jakarta has no summer time
    assert bool(why_quiet(workspace, campaign, slot, HERE, post.moment.due)) is (local == date(2027, 7, 3))


def test_what_waits_does_not_slip_into_a_quiet_day() -> None:
    slot = a_slot("it", at("2027-07-02 23:30"), HERE, tone=Tone.CHEERFUL)
    workspace = a_workspace(slot, observances=KNOWN)
    (campaign,) = workspace.campaigns.values()
    due = local(2027, 7, 2, 23, 30)
    end = local(2027, 7, 2, 23, 59, 59)
    until, why = speaks_until(workspace, campaign, slot, HERE, due, due + timedelta(hours=2))
    assert (until, why.partition(":")[0]) == (end, "not after midnight")
    assert speaks_until(workspace, campaign, slot, HERE, due, None)[0] == end  # if_late: always
    early = due + timedelta(minutes=20)
    assert speaks_until(workspace, campaign, slot, HERE, due, early) == (early, "")
    neutral = replace(slot, tone=Tone.NEUTRAL)
    assert speaks_until(workspace, campaign, neutral, HERE, due, None) == (None, "")


def test_the_plan_says_it_and_the_silent_take_nobodys_turn() -> None:
    one = replace(FEDI, daily=1)
    cheer = a_slot("cheer", daily("09:00", starts=date(2027, 7, 3), ends=date(2027, 7, 4)), Target(one, "id"))
    calm = a_slot("calm", daily("10:00", starts=date(2027, 7, 3), ends=date(2027, 7, 3)), Target(one, "id"))
    cheer = replace(cheer, tone=Tone.CHEERFUL)
    workspace = a_workspace(cheer, calm, observances=KNOWN)
    first, second, third = outlook(workspace, a_composer(workspace), NOW, NOW + timedelta(days=5))
    assert [problem.rule for problem in first.problems] == ["quiet-day"]
    assert first.problems[0].message.startswith("will not be sent: quiet day: 3 Jul 2027 is Hari slave-trade")
    assert (first.quiet != "", first.speaks) == (True, False)
    assert second.speaks and not second.missed and second.problems == ()  # the cap of one is free for it
    assert third.speaks


@pytest.mark.parametrize(("explicit", "level"), [(True, Level.WARN), (False, Level.ADVICE)])
def test_a_day_that_a_person_wrote_down_is_a_warning(explicit: bool, level: Level) -> None:
    slot = a_slot("it", at("2027-07-03 09:00"), HERE, tone=Tone.CHEERFUL, explicit=explicit)
    workspace = a_workspace(slot, observances=KNOWN)
    (problem,) = check(workspace, a_composer(workspace), NOW)
    assert (problem.rule, problem.level) == ("quiet-day", level)
    assert "quiet_on" in problem.hint


# -- the calendar --


def hanging(observance: Observance, audience: Audience | None, *targets: Target, **more: Any) -> list[Any]:
    """The problems of a slot that hangs on an observance."""
    table = Timetable(On(observance.rule, more.pop("offset", 0), (time(9),)), ZONE)
    slot = a_slot("it", table, *(targets or (HERE,)), on=observance.id, explicit=True)
    workspace = a_workspace(
        slot, observances={observance.id: observance}, audience=audience, ends=more.pop("ends", None)
    )
    return [p for p in check(workspace, a_composer(workspace), more.pop("now", NOW)) if p.rule != "repeat"]


def test_a_day_of_another_country_is_a_warning() -> None:
    american = day_of("nhtad", Yearly(1, 11), scope=frozenset({"US"}))
    (problem,) = hanging(american, ID)
    assert (problem.rule, problem.level) == ("scope", Level.WARN)
    assert problem.message == "'nhtad' is a day of US, and this speaks to people in ID"
    assert hanging(american, Audience("US")) == []
    assert hanging(american, None) == []
    assert hanging(american, Audience("ID", abroad=True)) == []  # they live in another country
    assert hanging(day_of("prayer", Yearly(2, 8), scope=frozenset({"faith"})), ID) == []
    own = replace(TWITTER, audience=Audience("US"))
    assert hanging(american, ID, Target(own, "id")) == []
    assert [p.rule for p in hanging(american, ID, Target(own, "id"), HERE)] == ["scope"]


MARCH = Dates((date(2023, 3, 16), date(2025, 3, 11), date(2026, 3, 12)))


@pytest.mark.parametrize(
    ("today", "year"),
    [
        (date(2026, 3, 1), 2027),
        (date(2026, 11, 25), 2027),
        (date(2027, 3, 1), 2027),
        (date(2027, 4, 15), 2027),
        (date(2027, 4, 16), 2028),
        (date(2024, 5, 1), None),
    ],
)
def test_which_year_is_awaited(today: date, year: int | None) -> None:
    wanted = awaited(MARCH, today)
    assert wanted == (None if year is None else Awaited(year, date(year, 3, 11), date(year, 3, 16)))


def test_a_date_that_was_never_announced_is_awaited_without_a_year() -> None:
    assert awaited(Dates(()), date(2027, 1, 1)) is None
    leap = awaited(Dates((date(2024, 2, 29),)), date(2026, 1, 1))
    assert leap == Awaited(2026, date(2026, 2, 28), date(2026, 2, 28))


def test_a_year_without_a_date_is_said_ahead() -> None:
    free = day_of("free", MARCH, lead_days=28)
    far = datetime(2027, 2, 10, 12, tzinfo=UTC)
    near = datetime(2027, 2, 11, 12, tzinfo=UTC)
    (early,) = hanging(free, ID, now=far)
    (problem,) = hanging(free, ID, now=near)
    assert (early.level, problem.level) == (Level.ADVICE, Level.WARN)
    assert problem.rule == "unannounced"
    assert (
        problem.message == "no date announced for 2027 yet: 'free' was between 11 March and 16 March so far"
    )
    assert hanging(free, ID, now=far, offset=-7)[0].level is Level.WARN  # its post is needed earlier
    known = replace(free, rule=Dates((*MARCH.days, date(2027, 3, 10))))
    assert hanging(known, ID, now=near) == []
    assert [p.rule for p in hanging(free, ID, now=near, ends=date(2027, 2, 20))] == ["over"]
