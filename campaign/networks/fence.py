"""The last look before a request leaves: a sender that was stopped or asleep for too long must not go on.

Somebody else may have taken its post over by then. ``transport`` looks when a connection stands, right before the bytes
of each piece of a request (its head, its body) leave. Where no fence is put up (a look-up) nothing is asked.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Away(OSError):
    """It is too late for this request; what has not left does not leave."""


class _Here(threading.local):
    too_late: Callable[[], bool] | None = None


_here = _Here()


@contextmanager
def put_up(too_late: Callable[[], bool]) -> Iterator[None]:
    """Ask ``too_late`` before each request that this thread makes in the block."""
    _here.too_late = too_late
    try:
        yield
    finally:
        _here.too_late = None


def look() -> None:
    """Away when it is too late for the request that is about to leave."""
    if _here.too_late is not None and _here.too_late():
        raise Away(None, "the machine was away when it was time to send")
