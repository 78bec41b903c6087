"""How long a server asks us to wait."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign.networks import retryafter

NOW = datetime(2027, 7, 30, 1, 0, tzinfo=UTC)
LATER = NOW + timedelta(seconds=90)


@pytest.mark.parametrize(
    ("lines", "seconds"),
    [
        ([("Retry-After", "120")], 120),
        ([("retry-after", " 0 ")], 0),
        ([("Retry-After", "0.5")], 0.5),
        ([("Retry-After", format_datetime(LATER, usegmt=True))], 90),
        ([("Retry-After", format_datetime(NOW - timedelta(hours=1), usegmt=True))], 0),
        ([("Retry-After", "Friday, 30-Jul-27 01:01:30 GMT")], 90),
        ([("Retry-After", "30"), ("Retry-After", format_datetime(LATER, usegmt=True))], 90),
        ([("Retry-After", "30"), ("X-RateLimit-Reset", "2027-07-30T05:00:00Z")], 30),
        ([("X-RateLimit-Reset", str(int(LATER.timestamp())))], 90),
        ([("x-rate-limit-reset", str(int(LATER.timestamp())))], 90),
        ([("RateLimit-Reset", str(int(LATER.timestamp())))], 90),
        ([("RateLimit-Reset", "90")], 90),
        ([("X-RateLimit-Reset", "2027-07-30T01:01:30Z")], 90),
        ([("X-RateLimit-Reset", "2027-07-30T01:01:30.250Z")], 90.25),
        ([("X-RateLimit-Reset", "2027-07-30T08:01:30+07:00")], 90),
        ([("X-RateLimit-Reset", "2027-07-30T01:01:30")], 90),
        ([("X-RateLimit-Reset-After", "1.25")], 1.25),
        ([("Retry-After", "soon"), ("X-RateLimit-Reset", "90")], 90),
        ([("Retry-After", "soon")], None),
        ([("Retry-After", "-5")], None),
        ([("Retry-After", "nan")], None),
        ([("Retry-After", "inf")], None),
        ([("Retry-After", "")], None),
        ([], None),
    ],
)
def test_the_forms_that_servers_use(lines: list[tuple[str, str]], seconds: float | None) -> None:
    assert retryafter.wait(lines, NOW) == seconds


@given(st.lists(st.tuples(st.sampled_from(["Retry-After", "X-RateLimit-Reset"]), st.text(max_size=40))))
def test_nothing_that_a_server_writes_breaks_it(lines: list[tuple[str, str]]) -> None:
    waited = retryafter.wait(lines, NOW)
    assert waited is None or waited >= 0


RESET = str(int(LATER.timestamp()))


@pytest.mark.parametrize(
    ("lines", "seconds"),
    [
        ([("X-RateLimit-Remaining", "0"), ("X-RateLimit-Reset", RESET)], 90),
        ([("x-rate-limit-remaining", " 0"), ("x-rate-limit-reset", "45")], 45),
        ([("ratelimit-remaining", "0"), ("ratelimit-reset", "2027-07-30T01:01:30.250Z")], 90.25),
        (
            [
                ("x-rate-limit-remaining", "0"),
                ("x-rate-limit-reset", "45"),
                ("x-app-limit-24hour-remaining", "0"),
                ("x-app-limit-24hour-reset", RESET),
            ],
            90,
        ),
        ([("X-RateLimit-Remaining", "1"), ("X-RateLimit-Reset", RESET)], None),
        ([("X-RateLimit-Remaining", "0")], None),
        ([("X-RateLimit-Remaining", "0"), ("X-RateLimit-Reset", "soon")], None),
        ([("X-RateLimit-Reset", RESET)], None),
        ([("Retry-After", "9")], None),
        ([], None),
    ],
)
def test_when_a_used_up_limit_begins_anew(lines: list[tuple[str, str]], seconds: float | None) -> None:
    assert retryafter.budget(lines, NOW) == seconds
