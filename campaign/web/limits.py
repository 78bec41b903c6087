"""How often somebody may try to sign in: ten failures in a quarter of an hour, then they wait. Pure; time comes in.

Tokens can't be guessed. The limit keeps the log and the machine calm, and it tells an honest visitor with a mistyped
token to stop and ask.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

FAILURES = 10
WITHIN = timedelta(minutes=15)
ADDRESSES = 1_000
"""Addresses that are remembered; the one not seen for longest is forgotten first."""


@dataclass
class SignIns:
    """Failed attempts by the address that they came from."""

    _failed: OrderedDict[str, list[datetime]] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def wait(self, address: str, now: datetime) -> timedelta | None:
        """How long an address has to wait before it may try again; None: it need not."""
        with self._lock:
            recent = [at for at in self._failed.get(address, ()) if now - at < WITHIN]
        return recent[-FAILURES] + WITHIN - now if len(recent) >= FAILURES else None

    def failed(self, address: str, now: datetime) -> None:
        """Note a failure."""
        with self._lock:
            recent = [at for at in self._failed.pop(address, ()) if now - at < WITHIN]
            self._failed[address] = [*recent, now][-FAILURES:]
            while len(self._failed) > ADDRESSES:
                self._failed.popitem(last=False)

    def done(self, address: str) -> None:
        """Forget the failures of an address: its visitor has signed in."""
        with self._lock:
            self._failed.pop(address, None)
