"""Messages to people through Apprise: e-mail, Telegram, Slack, ntfy and a hundred more, by one address.

Apprise is asked service by service, in a thread of ours: its own pool of threads is waited for when the process ends,
so one service that hangs would keep ``campaign run`` from stopping.
"""

from __future__ import annotations

import logging
import threading
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from campaign.networks import redact
from campaign.networks.loading import loading

LIMIT = 45.0
"""Seconds that a message may take. Apprise gives each connection 4 s and each answer 4 s (SMTP: 15 s), but nothing
bounds a server that drips."""

_TOKEN = 12
"""Characters from which a piece of an address is taken for a token; shorter ones are words."""

_hanging: dict[str, threading.Thread] = {}
_lock = threading.Lock()


def knows(address: str) -> bool:
    """Whether it is an address of a service that Apprise knows. Opens no connection."""
    return bool(_services(address))


def tell(address: str, title: str, body: str, attach: Sequence[str] = (), limit: float = LIMIT) -> str:
    """Send a message in plain text, with files. "" if every service of the address took it, else why not (one line,
    without secrets). At most ``limit`` seconds; what hangs longer is given up, and the address gets nothing else before
    that has ended."""
    said: list[str] = []
    # A daemon: what hangs for ever must not keep the process from ending.
    work = threading.Thread(
        target=lambda: said.append(_tell(address, title, body, attach)), name="message", daemon=True
    )
    with _lock:
        if (before := _hanging.get(address)) is not None and before.is_alive():
            return "the message before is still on its way"
        _hanging.pop(address, None)
    work.start()
    work.join(limit)
    if work.is_alive():
        with _lock:
            _hanging[address] = work
        return f"no answer within {limit:g} s"
    return said[0] if said else "it broke"


def _tell(address: str, title: str, body: str, attach: Sequence[str]) -> str:
    _remember(address)
    try:
        services = _services(address)
        if not services:
            return "the address is none that Apprise knows"
        with _heard() as warned:
            took = [
                # In pieces where it is too long for a service, which would refuse it.
                service.notify(
                    body=body, title=title, attach=list(attach) or None, body_format="text", overflow="split"
                )
                for service in services
            ]
    except Exception as error:  # noqa: BLE001 - any of a hundred services; its text may hold the address
        return f"it broke ({type(error).__name__})"
    return "" if all(took) else redact.one_line("; ".join(dict.fromkeys(warned)) or "it was not taken")


def _services(address: str) -> list[Any]:
    """The services that an address stands for (as a rule one); none if Apprise knows none."""
    with loading(), warnings.catch_warnings():
        # Each of Apprise's plugins is loaded at the first address, with whatever libraries of old it tries.
        warnings.simplefilter("ignore", DeprecationWarning)
        from apprise import Apprise, AppriseAsset

        redact.guard_logs()
        quiet = logging.getLogger("apprise")
        if not quiet.handlers:
            quiet.addHandler(logging.NullHandler())  # or Python prints its warnings to stderr
        messenger = Apprise(asset=AppriseAsset(app_id="campaign", app_desc="campaign"))
        messenger.add(address)
        return list(messenger)


def _remember(address: str) -> None:
    """Hide the tokens of an address wherever a reason or a log is read."""
    try:
        parts = urlsplit(address)
        pieces = [*parts.netloc.replace("@", "/").replace(":", "/").split("/"), *parts.path.split("/")]
        pieces += [value for _, value in parse_qsl(parts.query)]
        password = parts.password or ""
    except ValueError:
        pieces, password = [], ""
    redact.remember([password])
    if len(address) >= _TOKEN:  # what is shorter is mistyped, and may be a word of every sentence
        redact.remember([address])
    redact.remember(piece for piece in pieces if len(piece) >= _TOKEN and "." not in piece)


@contextmanager
def _heard() -> Iterator[list[str]]:
    """What Apprise warns of in this thread meanwhile, already scrubbed by the guard on its logger."""
    warned: list[str] = []
    here = threading.get_ident()

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.thread == here:
                warned.append(record.getMessage())

    ear, logger = Ear(), logging.getLogger("apprise")
    logger.addHandler(ear)
    try:
        yield warned
    finally:
        logger.removeHandler(ear)
