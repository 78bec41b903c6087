"""Tokens of Instagram and Threads: they live for 60 days, and are exchanged for fresh ones long before.

"Long-lived tokens are valid for 60 days and can be refreshed as long as they are at least 24 hours old but have not
expired" (Instagram Platform and Threads, long-lived tokens).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from campaign.core.outcome import Refused
from campaign.networks import redact
from campaign.networks.base import Vault
from campaign.networks.http import Answer, Client

Clock = Callable[[], datetime]

KEPT = "token for "
"""How the names of tokens in the vault begin."""

_AGAIN = timedelta(days=1)
"""A token must be so old, and one that was refused is not offered again earlier."""

_EARLY = timedelta(days=30)
"""How long before its end a token is exchanged: a host that was off for weeks must not find it dead."""

_FACEBOOK = (
    "graph.facebook.com"  # takes tokens of Facebook, which know no such exchange (a Page's does not expire)
)


def utc_now() -> datetime:
    """The clock, when the caller injects none."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class _Kept:
    """What the vault has: the token of now, when it ends (unknown: None), when it was last offered for exchange."""

    token: str
    expires: datetime | None
    asked: datetime

    def due(self, now: datetime) -> bool:
        if now < self.asked + _AGAIN:
            return False
        return self.expires is None or now < self.expires <= now + _EARLY


class Token:
    """The token of one account: the one in its options, or what that became. Kept in the vault under a hash of the
    one in the options, so that a new one there counts at once."""

    def __init__(self, http: Client, token: str, vault: Vault, grant: str, clock: Clock) -> None:
        """``grant``: the grant_type of an exchange. ``clock``: aware UTC."""
        self._http = http
        self._vault = vault
        self._grant = grant
        self._clock = clock
        self._now = token
        login = hashlib.sha256(f"{http.base_url}\0{token}".encode()).hexdigest()
        self._name = f"{KEPT}{login[:16]}"
        self._loaded = False

    def header(self) -> dict[str, str]:
        """The Authorization header of a request."""
        if not self._loaded:
            self._load()
        return {"Authorization": f"Bearer {self._now}"}

    def keep_fresh(self) -> None:
        """Exchange the token if it is time to. When that fails the one that is there goes on being used."""
        kept, now = self._load(), self._clock()
        if urlsplit(self._http.base_url).hostname == _FACEBOOK or (kept is not None and not kept.due(now)):
            return
        # In the address, as documented for this one request; transport and log guard show no address.
        answer = self._http.get(
            "/refresh_access_token", params={"grant_type": self._grant, "access_token": self._now}
        )
        if isinstance(answer, Answer):
            told = answer.object()
            fresh, seconds = (
                (told.get("access_token"), told.get("expires_in")) if isinstance(told, dict) else ("", 0)
            )
            if isinstance(fresh, str) and fresh and isinstance(seconds, int) and seconds > 0:
                self._keep(_Kept(fresh, now + timedelta(seconds=seconds), now))
        elif isinstance(
            answer, Refused
        ):  # too young, most likely; whether it is revoked the next request says
            self._keep(_Kept(self._now, kept.expires if kept else None, now))

    def _load(self) -> _Kept | None:
        self._loaded = True
        kept = _read(self._vault.get(self._name))
        if kept is not None:
            self._use(kept.token)
        return kept

    def _keep(self, kept: _Kept) -> None:
        self._use(kept.token)
        ends = kept.expires.isoformat() if kept.expires else ""
        self._vault.put(
            self._name, json.dumps({"token": kept.token, "expires": ends, "asked": kept.asked.isoformat()})
        )

    def _use(self, token: str) -> None:
        redact.remember([token])
        self._now = token


def _read(value: str | None) -> _Kept | None:
    """What the vault has, None if there is nothing that can be read."""
    try:
        data = json.loads(value or "")
        ends = data["expires"]
        return _Kept(
            str(data["token"]),
            datetime.fromisoformat(ends) if ends else None,
            datetime.fromisoformat(data["asked"]),
        )
    except (ValueError, KeyError, TypeError):
        return None


def ends(values: Iterable[str]) -> datetime | None:
    """When the token of an account ends (aware UTC), from all of its tokens in the vault: the one that was offered for
    exchange last is the one in use. None if there is none, or it is not known."""
    kept = [one for value in values if (one := _read(value)) is not None]
    return max(kept, key=lambda one: one.asked).expires if kept else None
