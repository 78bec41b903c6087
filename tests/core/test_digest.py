"""When people are told, and in how many words: whatever happens, few messages; whatever is told, once and all of it."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaign.core.alert import RUN, Alert, AlertKind, quotes
from campaign.core.digest import (
    HOUR,
    HOURLY,
    LINES,
    MOST,
    TITLES,
    digest_due,
    due,
    may_speak,
    message,
    wait,
)
from campaign.core.timetable import to_wall

settled = settings(max_examples=40, deadline=None, derandomize=True)
ZONE = "Asia/Jakarta"
T0 = datetime(2027, 7, 1, 0, 30, tzinfo=UTC)  # 07:30 in Jakarta
MINUTE = timedelta(minutes=1)


def alert(number: int, *, urgent: bool = True, kind: AlertKind = AlertKind.FAILED, said: str = "no") -> Alert:
    return Alert(f"a{number}", kind, urgent, T0, {"en": said, "id": f"{said} id"}, f"c/s/{number}", "")


happenings = st.lists(st.tuples(st.integers(0, 600), st.integers(1, 40), st.booleans()), max_size=40)


@settled
@given(happenings)
def test_whatever_happens_there_are_few_messages_and_each_thing_is_told_once(
    happened: list[tuple[int, int, bool]],
) -> None:
    """Ten hours in which things happen, and a day after them, looked at each minute as a run does."""
    waiting: list[Alert] = []
    spoken: list[datetime] = []
    told: dict[str, datetime] = {}
    since: dict[str, datetime] = {}
    digest_on: date | None = None
    number = 0
    for minute in range(600 + 25 * 60):
        now = T0 + minute * MINUTE
        for when, several, urgent in happened:
            if when == minute:
                for _ in range(several):
                    number += 1
                    waiting.append(alert(number, urgent=urgent))
                    since[f"a{number}"] = now
        if due(waiting, spoken, now, ZONE, time(8), digest_on):
            assert all(one.name not in told for one in waiting)
            told |= dict.fromkeys((one.name for one in waiting), now)
            if not any(one.urgent for one in waiting):
                assert to_wall(now, ZONE).time() >= time(8) and digest_on != to_wall(now, ZONE).date()
            if digest_due(now, ZONE, time(8), digest_on):
                digest_on = to_wall(now, ZONE).date()
            waiting = []
            spoken.append(now)
    assert set(told) == set(since)
    for moment in spoken:
        assert sum(moment <= other < moment + HOUR for other in spoken) <= HOURLY
    assert all(later - earlier >= MINUTE for earlier, later in pairwise(spoken))
    for name, moment in told.items():
        assert moment - since[name] <= timedelta(hours=24, minutes=31)


@settled
@given(st.lists(st.integers(0, 300), max_size=60))
def test_an_urgent_thing_waits_an_hour_at_most(minutes: list[int]) -> None:
    spoken: list[datetime] = []
    oldest: datetime | None = None
    for minute in range(300 + 62):
        now = T0 + minute * MINUTE
        if minute in minutes:
            oldest = oldest or now
        if oldest is not None and may_speak(spoken, now):
            assert now - oldest <= HOUR
            spoken.append(now)
            oldest = None
    assert oldest is None


def test_the_first_is_told_at_once_and_those_after_it_ever_later() -> None:
    spoken: list[datetime] = []
    for minute in range(180):
        if may_speak(spoken, T0 + minute * MINUTE):
            spoken.append(T0 + minute * MINUTE)
    minutes = [int((moment - T0) / MINUTE) for moment in spoken]
    assert minutes[:6] == [0, 1, 3, 7, 15, 31]
    assert minutes[6] == 60


def test_instants_that_a_wrong_clock_wrote_keep_nobody_from_speaking() -> None:
    assert may_speak([T0 + timedelta(days=365)] * 9, T0)


@pytest.mark.parametrize(
    ("wall", "given_on", "is_due"),
    [
        ("07:59", None, False),
        ("08:00", None, True),
        ("23:59", None, True),
        ("08:00", date(2027, 7, 1), False),
        ("08:00", date(2027, 6, 30), True),
        ("08:00", date(2099, 1, 1), True),
    ],
)
def test_the_digest_is_once_a_day_at_its_hour(wall: str, given_on: date | None, is_due: bool) -> None:
    now = datetime.fromisoformat(f"2027-07-01T{wall}+07:00")
    assert digest_due(now, ZONE, time(8), given_on) is is_due
    assert due([alert(1, urgent=False)], [], now, ZONE, time(8), given_on) is is_due
    assert due([alert(1)], [], now, ZONE, time(8), given_on)
    assert not due([], [], now, ZONE, time(8), given_on)


@settled
@given(st.integers(0, 40))
def test_an_address_that_is_down_is_asked_less_and_less_and_never_given_up(fails: int) -> None:
    assert MINUTE <= wait(fails) <= wait(fails + 1) <= HOUR


words = st.text(st.characters(blacklist_categories=("Cs",)), max_size=400)
alerts = st.lists(
    st.builds(
        lambda kind, said, url: Alert(
            f"{kind}{said}",
            kind,
            True,
            T0,
            {"en": said or "x", "id": "y"},
            "campaign/slot/2027-07-30T08:00/fedi",
            url,
        ),
        st.sampled_from(AlertKind),
        words,
        st.sampled_from(["", "https://fedi.example/@org/1234567890"]),
    ),
    min_size=1,
    max_size=120,
)


@settled
@given(alerts, st.sampled_from(["en", "id", "id-ID", "th"]))
def test_a_message_is_short_and_counts_all(several: list[Alert], language: str) -> None:
    said = message(several, language)
    lines = said.body.splitlines()
    assert len(said.body) <= MOST
    shown = [line for line in lines if line.startswith("- ")]
    assert len(shown) <= max(LINES, len(AlertKind))
    counts = [int(found[1]) for line in lines if (found := re.fullmatch(r"[^-].*: (\d+)", line))]
    assert sum(counts) == len(several)
    more = len(several) - len(shown)
    last = "dan {} lagi: campaign status" if language.startswith("id") else "and {} more: campaign status"
    assert (lines[-1] == last.format(more)) is (more > 0)
    assert str(len(several)) in said.title


def test_of_each_kind_something_is_spelled_out() -> None:
    several = [alert(number) for number in range(497)] + [
        alert(1000, kind=AlertKind.PARKED, said="fedi does not work")
    ]
    lines = message(several, "en").body.splitlines()
    assert lines[0] == "Not published: 497"
    assert lines[-3:] == [
        "Accounts that do not work: 1",
        "- c/s/1000: fedi does not work",
        "and 486 more: campaign status",
    ]


def test_every_kind_has_words_in_both_languages() -> None:
    assert set(TITLES) == set(AlertKind)
    assert all(set(words) == {"en", "id"} for words in TITLES.values())


# -- what may be told --------------------------------------------------------------------------------------------------


@settings(max_examples=30, deadline=None, derandomize=True)
@given(st.text(min_size=RUN, max_size=60), st.text(max_size=20), st.text(max_size=20), st.data())
def test_a_piece_of_a_post_is_found_wherever_it_stands(
    text: str, before: str, after: str, data: st.DataObject
) -> None:
    plain = " ".join(text.casefold().split())
    if len(plain) < RUN:
        return
    start = data.draw(st.integers(0, len(plain) - RUN))
    piece = plain[start : start + RUN]
    if piece != " ".join(piece.split()):
        return  # its edge is a space: not a run of RUN letters any more
    assert quotes(
        f"{before} '{piece.upper() if piece.upper().casefold() == piece else piece}' {after}", (text,)
    )


@settled
@given(st.text("abcdefgh ", max_size=60), st.text("0123456789", max_size=60))
def test_what_shares_nothing_is_no_quotation(text: str, said: str) -> None:
    assert not quotes(said, (text,))


def test_a_short_post_is_found_as_a_whole() -> None:
    assert quotes("422: 'Sari' is taken", ("Sari",))
    assert not quotes("422: no", ("Sari", ""))
