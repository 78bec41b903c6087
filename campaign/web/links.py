"""The sign-in link that the terminal prints: it works once, and then the terminal prints the next one."""

from __future__ import annotations

import hmac
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Links:
    """``say`` prints the link of a secret on the terminal; None: there are no links, only tokens."""

    say: Callable[[str], None] | None
    _secret: str = ""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def new(self) -> str:
        """The next link's secret (256 bits), which is also said; the one before ends. "" where there are none."""
        if self.say is None:
            return ""
        with self._lock:
            self._secret = secrets.token_urlsafe(32)
            secret = self._secret
        self.say(secret)
        return secret

    def good(self, shown: str) -> bool:
        """Whether this is the link's secret, which stays good."""
        with self._lock:
            return self._is(shown)

    def _is(self, shown: str) -> bool:
        return bool(self._secret) and hmac.compare_digest(self._secret.encode(), shown.encode())

    def use(self, shown: str) -> bool:
        """Whether this is the link's secret. It is good once."""
        with self._lock:
            good = self._is(shown)
            if good:
                self._secret = ""
        if good:
            self.new()
        return good
