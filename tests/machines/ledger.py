"""Two networks as another package would bring them: neither recognises a repeat. One can be read back, one can't."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar

from campaign.core.model import Post
from campaign.core.outcome import Absent, CannotTell, Found, Receipt, Sent
from campaign.networks.base import Notes
from campaign.networks.http import Answer
from campaign.networks.webhook import Webhook


class Ledger(Webhook):
    """Publishes whatever it gets, as often as it gets it; its list of posts can be read."""

    name: ClassVar[str] = "ledger"
    repeat_safe_for: ClassVar[timedelta] = timedelta()

    def find(self, post: Post, key: str, since: datetime, notes: Notes) -> Found:
        answer = self._http.get(f"/{key}")
        if isinstance(answer, Answer):
            told = answer.object()
            return Sent(Receipt(str(told["id"]))) if isinstance(told, dict) else CannotTell("unreadable")
        return Absent("not in the list") if "404" in answer.reason else CannotTell(answer.reason)


class Mute(Webhook):
    """The same, and nobody can ask it anything."""

    name: ClassVar[str] = "mute"
    repeat_safe_for: ClassVar[timedelta] = timedelta()
