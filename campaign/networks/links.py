"""Does an address still answer? Asked as a browser would, without any credentials, over https only."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urljoin, urlsplit

from campaign import __version__
from campaign.networks import redact
from campaign.networks.http import ANSWER_LIMIT, Answer, exchange

TIMEOUT = (10.0, 20.0)
"""Seconds to connect, and to wait for the answer: a page that takes longer is of no use to a reader either."""

HOPS = 5
"""How many redirects are followed; browsers follow 20, but a help page that needs more than a few is not well."""

_MOVED = frozenset({301, 302, 303, 307, 308})


class State(StrEnum):
    """What became of an address: it answers, it leads to another one that does, or neither."""

    ANSWERS = "answers"
    MOVED = "moved"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Opened:
    """What came of opening ``address``: the last status (None: no answer), where it ended, and why it is silent."""

    address: str
    state: State
    status: int | None = None
    end: str = ""
    reason: str = ""


def opened(address: str, timeout: tuple[float, float] = TIMEOUT) -> Opened:
    """Open an address and follow where it leads. An address that is not https, or leads to one, is not asked."""
    here = address
    for _ in range(HOPS + 1):
        if urlsplit(here).scheme != "https":
            return Opened(address, State.SILENT, None, here, "not https, so it was not opened")
        try:
            answer = _asked("HEAD", here, timeout)
            # Many servers know no HEAD, or answer it as they would no browser.
            if answer.status >= 400:
                answer = _asked("GET", here, timeout)
        except (OSError, ValueError) as error:
            return Opened(address, State.SILENT, None, here, redact.one_line(str(error)))
        target = answer.header("Location")
        if answer.status in _MOVED and target:
            here = urljoin(here, target)
            continue
        if answer.ok:
            return Opened(address, State.ANSWERS if here == address else State.MOVED, answer.status, here)
        return Opened(address, State.SILENT, answer.status, here, _why(answer))
    return Opened(address, State.SILENT, None, here, f"more than {HOPS} redirects")


def _asked(method: str, address: str, timeout: tuple[float, float]) -> Answer:
    headers = {"User-Agent": f"campaign/{__version__}", "Accept": "text/html, */*"}
    return Answer.of(
        exchange()(method, address, timeout=timeout, limit=ANSWER_LIMIT, headers=headers), address
    )


def _why(answer: Answer) -> str:
    said = f"{answer.host} answered {answer.status}"
    if answer.status in (401, 403, 429):
        return f"{said}: perhaps it lets no programs in, so open it in a browser"
    return said
