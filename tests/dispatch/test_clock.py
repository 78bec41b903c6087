"""When a wall clock is believed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign.dispatch import clock
from campaign.dispatch.clock import TOLERANCE, Reading, mistrust, mistrust_restart

T0 = datetime(2027, 7, 1, tzinfo=UTC)
seconds = st.floats(0, 1e7, allow_nan=False)


@given(seconds, st.floats(-119, 119))
def test_time_that_passes_is_believed_also_when_the_machine_slept(passed: float, drift: float) -> None:
    later = Reading(T0 + timedelta(seconds=passed + drift), 1000 + passed)
    assert mistrust(Reading(T0, 1000), later) == ""


@given(seconds, st.floats(121, 1e8), st.booleans())
def test_a_jump_is_not_believed(passed: float, jump: float, back: bool) -> None:
    moved = T0 + timedelta(seconds=passed) + (-1 if back else 1) * timedelta(seconds=jump)
    doubt = mistrust(Reading(T0, 1000), Reading(moved, 1000 + passed))
    assert f"jumped {'back' if back else 'ahead'}" in doubt


def test_a_restart_before_the_last_work_is_not_believed() -> None:
    assert mistrust_restart(None, T0) == ""
    assert mistrust_restart(T0, T0 - TOLERANCE) == ""
    assert mistrust_restart(T0, T0 + timedelta(days=400)) == ""
    assert "2026-07-01" in mistrust_restart(T0, T0 - timedelta(days=365))


class Clocks:
    """A machine's two clocks and a store's one, turned by the test."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.up, self.wall, self.store, self.slow = 1000.0, T0, T0 + timedelta(minutes=5), 0.0
        monkeypatch.setattr(clock, "uptime", lambda: self.up)
        monkeypatch.setattr(clock, "wall", lambda: self.wall)

    def ask(self) -> datetime:
        self.up += self.slow
        return self.store

    def pass_(self, seconds: float) -> None:
        self.up += seconds
        self.wall += timedelta(seconds=seconds)
        self.store += timedelta(seconds=seconds)


def test_alone_on_a_store_the_machine_s_clock_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    clocks = Clocks(monkeypatch)
    time = clock.Time()
    assert time.read() == Reading(T0, 1000.0)
    assert time.here(T0) == T0 and not time.ahead()
    clocks.wall += timedelta(hours=1)
    assert time.now() == T0 + timedelta(hours=1)


def test_hosts_that_share_a_store_go_by_its_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    clocks = Clocks(monkeypatch)
    time = clock.Time(clocks.ask)
    assert time.now() == clocks.store
    assert time.ahead() == timedelta(minutes=-5)
    assert time.here(clocks.store) == T0  # what this machine's clock says at that moment
    clocks.pass_(30)
    clocks.wall += timedelta(hours=7)  # somebody sets it
    assert time.now() == clocks.store
    clocks.store += timedelta(seconds=3)  # the store's clock is put right
    time.measure()
    assert time.now() == clocks.store


def test_an_answer_that_took_long_says_little_about_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    clocks = Clocks(monkeypatch)
    time = clock.Time(clocks.ask)
    clocks.slow = 10.0
    before = time.now()
    time.measure()
    assert time.now() == before + timedelta(seconds=30)  # three slow answers later, by the uptime
    slow = clock.Time(clocks.ask)
    assert slow.now() == clocks.store + timedelta(seconds=5)  # there was nothing better
