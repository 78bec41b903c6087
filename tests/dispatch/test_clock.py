"""When a wall clock is believed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

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
