"""Looking ahead: when posts would go out, which would be missed or repeat themselves, and all problems."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import PurePath
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign.core.compose import Composer
from campaign.core.model import Account, Campaign, QuietHours, Slot, Target, Workspace
from campaign.core.outlook import Planned, check, outlook
from campaign.core.text import TextRules
from campaign.core.timetable import At, Timetable, Weekly, moments, to_wall
from campaign.errors import Level, Place, Problem

ZONE = "Asia/Jakarta"  # UTC+7, no summer time
NOW = datetime(2027, 7, 1, tzinfo=UTC)  # 07:00 there
PLACE = Place("schedules/c.yaml", 5, 3)
EVERY_DAY = frozenset(range(7))
RULES = {
    "mastodon": TextRules(limit=500, images=4),
    "x": TextRules(limit=280, images=4, duplicates=True, twins=True),
}
FEDI = Account("fedi", "mastodon", ("id", "en"), None)
TWITTER = Account("x", "x", ("id",), None)


def daily(*times: str, **more: Any) -> Timetable:
    values: dict[str, Any] = {"starts": date(2027, 7, 1), "ends": date(2027, 7, 31)}
    return Timetable(Weekly(EVERY_DAY, tuple(time.fromisoformat(t) for t in times)), ZONE, **(values | more))


def at(*moments_: str) -> Timetable:
    return Timetable(At(tuple(datetime.fromisoformat(m) for m in moments_)), ZONE)


def a_slot(name: str, timetable: Timetable, *targets: Target, **more: Any) -> Slot:
    text = {"": "Hari {{ occurrence.date }} {{ occurrence.time }} {{ language }} " + name}
    values: dict[str, Any] = {"text": text, "place": PLACE, **more}
    return Slot(id=name, timetable=timetable, targets=targets or (Target(FEDI, "id"),), **values)


def a_workspace(*slots: Slot, ends: date | None = date(2027, 7, 31), **more: Any) -> Workspace:
    campaign = Campaign(
        "c", title={}, zone=ZONE, slots=slots, place=Place("schedules/c.yaml"), digest="", ends=ends
    )
    accounts = {target.account.id: target.account for slot in slots for target in slot.targets}
    values: dict[str, Any] = {"campaigns": {"c": campaign}, "accounts": accounts, **more}
    return Workspace(root=PurePath(), id=None, zone=ZONE, store="", languages=("id",), **values)


def a_composer(workspace: Workspace) -> Composer:
    return Composer(workspace, lambda account: RULES[account.network])


def look(*slots: Slot, days: int = 3, **more: Any) -> list[Planned]:
    workspace = a_workspace(*slots, **more)
    return outlook(workspace, a_composer(workspace), NOW, NOW + timedelta(days=days))


def checked(*slots: Slot, now: datetime = NOW, days: int = 30, **more: Any) -> list[Problem]:
    workspace = a_workspace(*slots, **more)
    return check(workspace, a_composer(workspace), now, days=days)


def local(instant: datetime) -> str:
    return f"{to_wall(instant, ZONE):%d %H:%M}"


# -- times ---------------------------------------------------------------------------------------------------


def test_posts_in_order_of_time_with_their_keys() -> None:
    both = (Target(FEDI, "id"), Target(FEDI, "en"))
    planned = look(a_slot("b", daily("18:30")), a_slot("a", daily("09:00"), *both), days=1)
    assert [post.key for post in planned] == [
        "c/a/2027-07-01T09:00/fedi",
        "c/a/2027-07-01T09:00/fedi.en",
        "c/b/2027-07-01T18:30/fedi",
    ]
    first = planned[0]
    assert first.goes_out == first.not_before == first.moment.due == datetime(2027, 7, 1, 2, tzinfo=UTC)
    assert first.deadline == first.moment.due + timedelta(hours=2)
    assert first.composition.posts[0].text == "Hari 2027-07-01 09:00 id a"
    assert all(not post.problems and not post.missed for post in planned)


def test_the_window_is_open_at_its_start_and_closed_at_its_end() -> None:
    workspace = a_workspace(a_slot("a", at("2027-07-01T09:00", "2027-07-01T10:00")))
    nine, ten = (datetime(2027, 7, 1, hour, tzinfo=UTC) for hour in (2, 3))
    assert [post.moment.due for post in outlook(workspace, a_composer(workspace), nine, ten)] == [ten]


def test_quiet_hours_shift_a_post_and_its_deadline() -> None:
    quiet = QuietHours(time(22), time(6))
    (post,) = look(a_slot("a", at("2027-07-01T23:30"), quiet=quiet))
    assert local(post.not_before) == local(post.goes_out) == "02 06:00"
    assert post.deadline == post.not_before + timedelta(hours=2)
    (shift,) = post.problems
    assert (shift.level, shift.rule, shift.place, shift.key) == (Level.ADVICE, "shift", PLACE, post.key)
    assert shift.message == "due 2027-07-01 23:30, goes out 2027-07-02 06:00: quiet hours"


def test_a_gap_shifts_what_follows() -> None:
    account = Account("channel", "mastodon", ("id",), None, gap=timedelta(minutes=30))
    slots = [a_slot(name, at("2027-07-01T09:00"), Target(account, "id")) for name in "abc"]
    planned = look(*slots)
    assert [local(post.goes_out) for post in planned] == ["01 09:00", "01 09:30", "01 10:00"]
    assert planned[2].problems[0].message.endswith("gap of channel")


def test_what_a_cap_leaves_over_would_be_missed() -> None:
    account = Account("channel", "mastodon", ("id",), None, daily=2)
    planned = look(a_slot("a", daily("09:00", "10:00", "11:00"), Target(account, "id")), days=1)
    assert [post.missed for post in planned] == ["", "", "daily cap of channel"]
    (problem,) = planned[2].problems
    assert (problem.level, problem.rule) == (Level.ERROR, "missed")
    assert problem.message == "would be missed: daily cap of channel"
    assert problem.key == "c/a/2027-07-01T11:00/channel"


def test_a_post_without_text_takes_nobodys_turn() -> None:
    account = Account("channel", "mastodon", ("id",), None, daily=1)
    target = Target(account, "id")
    broken = a_slot("a", at("2027-07-01T08:00"), target, text={"id": "{{ nothing }}"})
    planned = look(broken, a_slot("b", at("2027-07-01T09:00"), target))
    assert [post.missed for post in planned] == ["", ""]
    assert planned[0].composition.posts == () and planned[0].problems[0].rule == "template"
    assert planned[1].problems == ()


def test_no_deadline_is_never_missed() -> None:
    account = Account("channel", "mastodon", ("id",), None, daily=1)
    planned = look(a_slot("a", daily("09:00", "10:00"), Target(account, "id"), if_late=None), days=1)
    assert planned[1].deadline is None and not planned[1].missed
    assert local(planned[1].goes_out) == "02 00:00"


# -- several accounts that say the same ----------------------------------------------------------------------

OTHER = Account("x-bandung", "x", ("id",), None)
SAME = {"": "Kenali tandanya, simpan nomornya: SAPA 129 siap menolong siapa saja"}


@pytest.mark.parametrize(
    ("accounts", "level", "rules"),
    [
        ((TWITTER, OTHER), Level.ERROR, ": against the rules of x"),
        ((FEDI, Account("toot", "mastodon", ("id",), None)), Level.WARN, ""),
    ],
)
def test_two_logins_that_say_the_same_within_a_day(
    accounts: tuple[Account, Account], level: Level, rules: str
) -> None:
    one, two = accounts
    first, second = look(a_slot("a", at("2027-07-01T09:00"), Target(one, "id"), Target(two, "id"), text=SAME))
    assert first.problems == ()
    (found,) = second.problems
    assert (found.level, found.rule, found.place, found.key) == (level, "twins", PLACE, second.key)
    assert found.message == f"{two.id} says the same as {one.id} within a day{rules}"
    assert "account.id" in found.hint


def test_a_day_apart_or_from_another_planned_post() -> None:
    slots = [
        a_slot(
            "a", at("2027-07-01T09:00", "2027-07-02T09:00"), Target(TWITTER, "id"), text={"": "Satu. Dua!"}
        ),
        a_slot("b", at("2027-07-03T09:00"), Target(OTHER, "id"), text={"": "satu dua #tiga"}),
    ]
    assert not [p for post in look(*slots) for p in post.problems if p.rule == "twins"]
    slots[1] = a_slot("b", at("2027-07-03T08:59"), Target(OTHER, "id"), text={"": "satu dua #tiga"})
    (found,) = [p for post in look(*slots) for p in post.problems if p.rule == "twins"]
    assert found.message == "x-bandung says nearly the same as x in c/a within a day: against the rules of x"


def test_other_rows_and_words_by_account_satisfy_it() -> None:
    rows = {
        "signs.csv": tuple({"id": f"{n}", "text": f"Tanda {n}: {'abcdefgh'[n]} {n} {n}"} for n in range(8))
    }
    values = {"text": {"": "{{ row.text }}"}, "rows": "signs.csv"}
    one = a_slot("a", daily("09:00", numbered=True), Target(TWITTER, "id"), **values)
    two = a_slot("b", daily("10:00", numbered=True, starts=date(2027, 6, 28)), Target(OTHER, "id"), **values)
    assert not [p for post in look(one, two, tables=rows) for p in post.problems]
    by_account = {"": "{% if account.id == 'x' %}Kenali tandanya{% else %}Simpan nomor ini{% endif %}"}
    assert all(
        not post.problems
        for post in look(
            a_slot("a", at("2027-07-01T09:00"), Target(TWITTER, "id"), Target(OTHER, "id"), text=by_account)
        )
    )


def test_languages_of_one_login_other_networks_and_test_accounts_do_not_count() -> None:
    trial = Account("trial", "x", ("id",), None, test=True)
    targets = [Target(FEDI, "id"), Target(FEDI, "en"), Target(TWITTER, "id"), Target(trial, "id")]
    found = [
        p.rule
        for post in look(a_slot("a", at("2027-07-01T09:00"), *targets, text=SAME))
        for p in post.problems
    ]
    assert "twins" not in found


def test_the_same_twins_every_day_are_one_problem() -> None:
    text = {
        "": "Hari {{ occurrence.date }}: kenali tandanya, simpan nomornya, jangan serahkan paspormu kepada siapa pun"
    }
    slot = a_slot("a", daily("09:00"), Target(TWITTER, "id"), Target(OTHER, "id"), text=text)
    found = [problem for problem in checked(slot) if problem.rule == "twins"]
    assert [problem.message for problem in found] == [
        "x-bandung says the same as x within a day: against the rules of x (and 29 more)"
    ]


# -- the same again ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("account", "level"), [(FEDI, Level.WARN), (TWITTER, Level.ERROR)])
def test_the_same_text_again(account: Account, level: Level) -> None:
    slot = a_slot("a", at("2027-07-01T09:00", "2027-07-03T09:00"), Target(account, "id"), text={"id": "Sama"})
    first, second = look(slot)
    assert first.problems == ()
    (problem,) = second.problems
    assert (problem.rule, problem.level, problem.key) == ("repeat", level, second.key)
    assert problem.message.startswith("the same text as on 2027-07-01 09:00")
    assert ("refuses" in problem.message) == (level is Level.ERROR)


def test_the_same_text_elsewhere_or_long_after_is_no_repeat() -> None:
    times = at("2027-07-01T09:00", "2027-07-03T09:00")
    text = {"": "Sama"}
    rested = a_slot("a", times, Target(TWITTER, "id"), text=text, repeat_after=timedelta(days=2))
    elsewhere = a_slot("b", times, Target(FEDI, "id"), text=text, repeat_after=timedelta())
    assert not any(post.problems for post in look(rested, elsewhere))


def test_the_same_text_in_two_slots_and_languages_of_one_login() -> None:
    slots = [
        a_slot(name, at(f"2027-07-0{day}T09:00"), Target(FEDI, language), text={"": "Sama"})
        for name, day, language in (("a", 1, "id"), ("b", 2, "en"))
    ]
    assert [len(post.problems) for post in look(*slots)] == [0, 1]


# -- check ---------------------------------------------------------------------------------------------------


def test_a_sound_workspace_has_no_problems() -> None:
    assert checked(a_slot("a", daily("09:00"))) == []


def test_the_same_fault_at_many_occurrences_is_one_problem() -> None:
    problems = checked(a_slot("a", daily("09:00", "10:00"), text={"id": "{{ nothing }}"}), days=25)
    (problem,) = problems
    assert problem.message == "there is no 'nothing' here (and 49 more)"
    assert problem.key == "c/a/2027-07-01T09:00/fedi"


def test_faults_that_differ_in_a_time_only_are_one_problem() -> None:
    quiet = QuietHours(time(22), time(6))
    (shift,) = checked(a_slot("a", daily("23:00"), quiet=quiet), days=10)
    assert shift.message.endswith("quiet hours (and 9 more)")
    account = Account("channel", "mastodon", ("id",), None, daily=1)
    (missed,) = checked(a_slot("a", daily("09:00", "10:00"), Target(account, "id")), days=10)
    assert missed.message == "would be missed: daily cap of channel (and 9 more)"


def test_other_faults_stay_apart_and_sorted() -> None:
    loaded = Problem(Place("config.yaml", 3), "a loader's problem")
    first = a_slot("a", daily("09:00"), text={"id": "{{ one }}"}, place=Place("schedules/c.yaml", 9))
    second = a_slot("b", daily("09:00"), text={"id": "{{ two }}"}, place=Place("schedules/c.yaml", 4))
    problems = checked(first, second, days=1, problems=(loaded,))
    assert [str(problem.place) for problem in problems] == [
        "config.yaml:3",
        "schedules/c.yaml:4",
        "schedules/c.yaml:9",
    ]


def test_the_next_occurrence_beyond_the_window_is_composed() -> None:
    slot = a_slot(
        "a", at("2027-09-01T09:00"), Target(FEDI, "id"), Target(FEDI, "en"), text={"id": "{{ no }}"}
    )
    problems = checked(slot, days=7, ends=None)
    assert [problem.rule for problem in problems] == ["language", "template"]
    assert problems[1].key == "c/a/2027-09-01T09:00/fedi"


def test_a_campaign_that_is_over() -> None:
    slot = a_slot("a", daily("09:00"))
    (problem,) = checked(slot, now=datetime(2027, 8, 2, tzinfo=UTC))
    assert (problem.level, problem.place) == (Level.WARN, Place("schedules/c.yaml"))
    assert "ended on 2027-07-31" in problem.message
    still = datetime(2027, 7, 31, 16, 59, tzinfo=UTC)  # 23:59 there: the last day is included
    assert [found.level for found in checked(slot, now=still)] == [Level.ADVICE]


def test_a_slot_that_never_happens_or_never_again() -> None:
    never = a_slot("a", daily("09:00", starts=date(2027, 7, 5), ends=date(2027, 7, 4)))
    over = a_slot("b", at("2027-06-30T09:00"))
    problems = checked(never, over)
    assert [(found.rule, found.level) for found in problems] == [
        ("never", Level.WARN),
        ("over", Level.ADVICE),
    ]


def rows(there: int, count: int | None = None) -> tuple[Slot, dict[str, Any]]:
    slot = a_slot("a", daily("09:00", numbered=True, count=count), text={"": "{{ row.id }}"}, rows="r.csv")
    return slot, {"r.csv": tuple({"id": f"r{number}"} for number in range(there))}


def test_rows_that_run_out_before_the_end() -> None:
    slot, tables = rows(30, count=30)
    (problem,) = checked(slot, tables=tables)
    assert (problem.rule, problem.level) == ("rows", Level.WARN)
    assert (
        problem.message
        == "posts/r.csv has no row left for 2027-07-31 09:00, and the campaign ends on 2027-07-31"
    )
    slot, tables = rows(31, count=31)
    assert checked(slot, tables=tables) == []
    slot, tables = rows(5)  # they start again
    assert [found.rule for found in checked(slot, tables=tables)] == ["repeat"]


# -- many ----------------------------------------------------------------------------------------------------


@given(st.lists(st.integers(0, 60 * 24 * 3), min_size=1, max_size=12), st.integers(0, 120), st.integers(1, 4))
def test_gaps_and_caps_hold_for_any_plan(minutes: list[int], gap: int, cap: int) -> None:
    account = Account("channel", "mastodon", ("id",), None, gap=timedelta(minutes=gap), daily=cap)
    begin = datetime.fromisoformat("2027-07-01T08:00")
    slots = [
        a_slot(f"s{number}", Timetable(At((begin + timedelta(minutes=minute),)), ZONE), Target(account, "id"))
        for number, minute in enumerate(minutes)
    ]
    planned = look(*slots, days=5)
    assert len(planned) == len(minutes)
    out = sorted(post.goes_out for post in planned if not post.missed)
    assert all(later - earlier >= account.gap for earlier, later in pairwise(out))
    days = [to_wall(instant, ZONE).date() for instant in out]
    assert all(days.count(day) <= cap for day in days)
    for post in planned:
        assert post.missed or (post.goes_out >= post.not_before >= post.moment.due)
        assert post.deadline is None or post.missed or post.goes_out <= post.deadline


def test_the_outlook_has_each_moment_once_per_target() -> None:
    slot = a_slot("a", daily("09:00", "18:30"), Target(FEDI, "id"), Target(TWITTER, "id"))
    planned = look(slot, days=60)
    expected = list(moments(slot.timetable, NOW, NOW + timedelta(days=60)))
    assert len(planned) == 2 * len(expected) == 124
    assert len({post.key for post in planned}) == len(planned)
