"""The clock against a server's, after a rest of more than a day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from pydantic import ConfigDict

from campaign.core.model import Account
from campaign.dispatch.skew import MOST, compare, rested, servers
from campaign.networks.base import Options
from campaign.networks.ping import Shown

T0 = datetime(2027, 7, 1, tzinfo=UTC)


class Somewhere(Options):
    model_config = ConfigDict(frozen=True)
    server: str


def on(*names: str) -> list[Account]:
    """Accounts on servers; "" has none."""
    return [
        Account(f"a{n}", "x", ("en",), Somewhere(server=f"https://{name}") if name else Options())
        for n, name in enumerate(names)
    ]


def ticking(seconds: float = 0.0) -> Callable[[], datetime]:
    """A clock on which each look takes that long."""
    looks = count()
    return lambda: T0 + timedelta(seconds=seconds) * next(looks)


def showing(ahead: timedelta, asked: list[str], silent: int = 0) -> Callable[[str], Shown | None]:
    """Servers whose time ours is ahead of; the first ``silent`` do not answer."""

    def ask(server: str) -> Shown | None:
        asked.append(server)
        if len(asked) <= silent:
            return None
        return Shown((T0 - ahead).replace(microsecond=0), server.removeprefix("https://"))

    return ask


def test_a_rest_is_more_than_a_day_after_some_work() -> None:
    assert not rested(None, T0)
    assert not rested(T0 - timedelta(hours=24), T0)
    assert rested(T0 - timedelta(hours=24, seconds=1), T0)
    assert not rested(T0 + timedelta(days=9), T0)


def test_servers_are_asked_once_each_in_the_order_of_the_files() -> None:
    assert servers(on("b", "", "a", "b")) == ["https://b", "https://a"]


@pytest.mark.parametrize("seconds", [-118, -1, 0, 1, 118])
def test_small_differences_are_believed(seconds: int) -> None:
    compared = compare(on("a"), ticking(), showing(timedelta(seconds=seconds), []))
    assert (compared.doubt, compared.host) == ("", "a")


@pytest.mark.parametrize(
    ("ahead", "said"),
    [
        (timedelta(days=365), "365 days ahead of that of a"),
        (-timedelta(hours=3), "3 h behind that of a"),
        (timedelta(minutes=3), "3 min ahead of that of a"),
    ],
)
def test_large_ones_are_not(ahead: timedelta, said: str) -> None:
    compared = compare(on("a"), ticking(), showing(ahead, []))
    assert said in compared.doubt
    assert "--trust-clock" in compared.doubt


def test_a_slow_answer_is_taken_at_its_middle() -> None:
    compared = compare(on("a"), ticking(200), showing(timedelta(seconds=-100), []))
    assert compared.doubt == ""
    assert abs(compared.ahead) <= timedelta(seconds=1)


def test_the_first_that_answers_decides() -> None:
    asked: list[str] = []
    assert compare(on("a", "b", "c"), ticking(), showing(timedelta(days=1), asked, silent=1)).host == "b"
    assert asked == ["https://a", "https://b"]


def test_nobody_to_ask_is_no_doubt() -> None:
    asked: list[str] = []
    names = [f"s{n}" for n in range(9)]
    assert compare(on(*names), ticking(), showing(timedelta(days=1), asked, silent=99)).host == ""
    assert len(asked) == MOST
    assert compare(on(""), ticking(), showing(timedelta(days=1), [])).doubt == ""
