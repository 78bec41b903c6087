"""Names of records: a moment in microseconds and a number of whoever draws it, in 13 characters that sort by time.

The form is that of the AT Protocol's TID (atproto.com/specs/tid).
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from datetime import UTC, datetime

_DIGITS = "234567abcdefghijklmnopqrstuvwxyz"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Tids:
    """Draws names, none twice, also within one microsecond or when the clock is set back. ``clock``: the aware time."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._own = secrets.randbelow(1024)  # so that two programs that draw at the same moment differ
        self._last = 0
        self._lock = threading.Lock()

    def next(self) -> str:
        """A name that this program has not drawn before."""
        since = self._clock() - _EPOCH
        moment = (since.days * 86400 + since.seconds) * 1_000_000 + since.microseconds
        with self._lock:
            self._last = max(moment, self._last + 1)
            number = self._last << 10 | self._own
        return "".join(_DIGITS[number >> shift & 31] for shift in range(60, -1, -5))
