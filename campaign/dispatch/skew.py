"""After a long rest the clock is held against a server's: a machine without a battery may wake in another year.

The uptime can't tell across a restart, and the store only tells that a clock lies in its past.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from campaign.core.model import Account
from campaign.dispatch.clock import TOLERANCE
from campaign.networks import ping
from campaign.networks.ping import Shown

REST = timedelta(hours=24)
"""How long nothing may have happened before the clock is asked for its papers."""

MOST = 3
"""Servers that are asked at most, one after the other, until one answers."""

Ask = Callable[[str], Shown | None]
"""What time it is at a server's address; None when it does not say."""


@dataclass(frozen=True, slots=True)
class Compared:
    """What came of it. ``doubt``: why the clock can't be believed, or ""; ``host``: who answered, or ""."""

    doubt: str = ""
    host: str = ""
    ahead: timedelta = timedelta()


def rested(last_tick: datetime | None, now: datetime) -> bool:
    """Whether the last work is so long ago that a server is to be asked. A store that never worked has no past to
    flood from."""
    return last_tick is not None and now - last_tick > REST


def servers(accounts: Iterable[Account]) -> list[str]:
    """The addresses of the accounts that have one, each once, in the order of the files."""
    found = (getattr(account.options, "server", None) for account in accounts)
    return list(dict.fromkeys(server for server in found if server))


def compare(accounts: Iterable[Account], now: Callable[[], datetime], ask: Ask = ping.date) -> Compared:
    """Hold the clock (``now``, aware) against the first of the accounts' servers that answers. Nothing is posted."""
    for server in servers(accounts)[:MOST]:
        before = now()
        shown = ask(server)
        if shown is None:
            continue
        # Date has whole seconds, cut, and was written at some moment between asking and the answer.
        middle = before + (now() - before) / 2
        ahead = middle - shown.date - timedelta(seconds=0.5)
        if abs(ahead) <= TOLERANCE:
            return Compared(host=shown.host, ahead=ahead)
        way = "ahead of" if ahead > timedelta() else "behind"
        doubt = (
            f"the clock is {_roughly(abs(ahead))} {way} that of {shown.host}; "
            "nothing is sent until it is right (or: --trust-clock)"
        )
        return Compared(doubt, shown.host, ahead)
    return Compared()


def _roughly(span: timedelta) -> str:
    minutes = round(span.total_seconds() / 60)
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // 1440} days"
