"""Two small questions to a server, which publish nothing: does it answer, and what time is it there?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from campaign import __version__
from campaign.networks import redact
from campaign.networks.http import Answer, exchange

TIMEOUT = (5.0, 5.0)
"""Seconds to connect, and to wait for the answer. Short: nothing hangs on it."""

_LIMIT = 64 * 1024


@dataclass(frozen=True, slots=True)
class Shown:
    """What a server says it is (aware; its Date header has whole seconds)."""

    date: datetime
    host: str


def call(address: str, timeout: tuple[float, float] = TIMEOUT) -> str:
    """GET an address, without any credentials. "" if it answered 2xx, else why not, without the address itself: it is a
    secret as a rule."""
    parts = urlsplit(address)
    # Shorter ones are words, which would be hidden wherever they stand.
    redact.remember(piece for piece in (address, *parts.path.split("/"), parts.query) if len(piece) >= 12)
    answer = _ask("GET", address, timeout)
    if isinstance(answer, str):
        return answer
    return "" if answer.ok else redact.one_line(f"{answer.host} answered {answer.status}")


def date(server: str, timeout: tuple[float, float] = TIMEOUT) -> Shown | None:
    """What time it is at a server: the Date header of whatever it answers to HEAD at its address, without any
    credentials. None when it does not answer, or does not say."""
    answer = _ask("HEAD", server, timeout)
    told = None if isinstance(answer, str) else answer.date()
    return None if told is None else Shown(told, urlsplit(server).netloc)


def _ask(method: str, address: str, timeout: tuple[float, float]) -> Answer | str:
    """The answer, or why there is none."""
    try:
        reply = exchange()(
            method, address, timeout=timeout, limit=_LIMIT, headers={"User-Agent": f"campaign/{__version__}"}
        )
        return Answer.of(reply, address)
    except (OSError, ValueError) as error:
        return redact.one_line(str(error))
