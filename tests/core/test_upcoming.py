"""Posts one after the other are the same as all at once, and the memory that they take does not grow with the days."""

from __future__ import annotations

import gc
import tracemalloc
from dataclasses import replace
from datetime import time, timedelta
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from campaign.core import ahead, pacing
from campaign.core.ahead import upcoming
from campaign.core.model import Account, QuietHours, Slot, Target
from campaign.core.timetable import moments
from tests.core.test_outlook import NOW, a_composer, a_slot, a_workspace, at, daily

GAPS = st.sampled_from([timedelta(), timedelta(), timedelta(minutes=30), timedelta(hours=5)])
ACCOUNTS = st.lists(
    st.builds(
        Account,
        st.sampled_from(["a", "b", "c", "d"]),
        st.sampled_from(["mastodon", "x"]),
        st.just(("id", "en")),
        st.none(),
        gap=GAPS,
        daily=st.sampled_from([None, None, 1, 3]),
        test=st.sampled_from([False, False, True]),
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda account: account.id,
)
TEXTS = st.sampled_from(
    [
        "the same words for all of us here today",
        "the same words for all of us here today {{ occurrence.weekday }}",
        "quite other words of {{ account.id }}",
        "{{ nothing }}",
    ]
)
TABLES = st.sampled_from(
    [daily("09:00"), daily("09:00", "23:00"), daily("21:59"), at("2027-07-02T09:00", "2027-07-05T22:30")]
)
SLOTS = st.lists(
    st.tuples(
        TABLES,
        TEXTS,
        st.sampled_from([None, QuietHours(time(22), time(6))]),
        st.sampled_from([None, timedelta(minutes=1), timedelta(hours=2), timedelta(days=2)]),
        st.sampled_from([timedelta(), timedelta(hours=20), timedelta(days=3), timedelta(days=30)]),
        st.sets(st.integers(0, 7), min_size=1, max_size=4),
    ),
    min_size=1,
    max_size=5,
)


@settings(deadline=None, max_examples=40)
@given(ACCOUNTS, SLOTS)
def test_it_makes_no_difference_how_many_are_looked_at_together(accounts: list[Account], given: list) -> None:  # type: ignore[type-arg]
    everyone = [Target(account, language) for account in accounts for language in ("id", "en")]
    slots: list[Slot] = []
    for number, (table, text, quiet, late, repeat, chosen) in enumerate(given):
        targets = [everyone[index] for index in sorted({index % len(everyone) for index in chosen})]
        slot = a_slot(f"s{number}", table, *targets, quiet=quiet, if_late=late, repeat_after=repeat)
        slots.append(replace(slot, text={"": text}))
    world = a_workspace(*slots)
    composer, until = a_composer(world), NOW + timedelta(days=12)
    found = list(upcoming(world, composer, NOW, until))
    assert [(post.moment.due, post.key) for post in found] == sorted(
        (post.moment.due, post.key) for post in found
    )
    assert len(found) == sum(len(slot.targets) for slot in slots for _ in moments(slot.timetable, NOW, until))
    with patch.object(ahead, "_AT_A_TIME", timedelta(days=4000)):
        assert list(upcoming(world, composer, NOW, until)) == found
    with patch.object(ahead, "_AT_A_TIME", timedelta()):
        assert list(upcoming(world, composer, NOW, until)) == found
    # When each goes out is what the forecast says that sees all of them at once.
    speaking = [post for post in found if post.speaks]
    forecasts = pacing.forecast([ahead._entry(post) for post in speaking], world.zone)
    assert [(one.at, one.reason if one.missed else "") for one in forecasts] == [
        (None if post.missed else post.goes_out, post.missed) for post in speaking
    ]


def peak(days: int) -> int:
    """The most bytes that looking so many days ahead takes, with three accounts, two of them on one network."""
    accounts = [
        Account("a", "mastodon", ("id",), None, gap=timedelta(minutes=20)),
        Account("b", "mastodon", ("id",), None, daily=5),
        Account("c", "x", ("id",), None),
    ]
    targets = [Target(account, "id") for account in accounts]
    table = daily(*(f"{hour:02d}:00" for hour in range(0, 24, 2)), ends=None)
    slot = a_slot("s", table, *targets, repeat_after=timedelta(hours=1))
    # Few texts: what was judged of each is kept, up to a number of them, and that is not what is measured here.
    world = a_workspace(replace(slot, text={"": "Hari {{ occurrence.time }}"}), ends=None)
    composer = a_composer(world)
    gc.collect()
    tracemalloc.start()
    try:
        count = sum(1 for _ in upcoming(world, composer, NOW, NOW + timedelta(days=days)))
        assert count == days * 12 * 3
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_days() -> None:
    peak(2)  # what is kept for good
    few = peak(12)
    assert peak(36) < few * 1.5
