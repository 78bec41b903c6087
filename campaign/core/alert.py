"""What people are told of by themselves: one thing that somebody has to know, in one plain sentence.

An alert may end up anywhere (a phone, a mailing list, a channel with strangers in it), so it holds nothing that may not
be read by everybody: no secret, no word of a post's text. Keys, ids of accounts, a network's own words (cleaned by
``networks.redact``) and addresses of published posts are all there is to say; the rest is in ``campaign status``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum
from functools import lru_cache

from campaign.core.model import Secret, Text, text_for


class AlertKind(StrEnum):
    """What an alert is about, in the order in which a message tells it; config.yaml names them in ``kinds:``."""

    DOUBLED = "doubled"
    CLOCK = "clock"
    STORE = "store"
    FLAG = "flag"
    UNCERTAIN = "uncertain"
    FAILED = "failed"
    MISSED = "missed"
    HELD = "held"
    PARKED = "parked"
    PAUSE = "pause"
    APPROVAL = "approval"
    WITHDRAW = "withdraw"
    TOKEN = "token"  # noqa: S105 - the kind, no secret
    HOTLINE = "hotline"
    FACT = "fact"


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing that somebody has to know.

    ``name``: under it the alert is told once (to each address) for ever, so it says which happening it is, not only of
    which post: ``failed:KEY:EVENT``, ``approval-24h:KEY:HASH``. ``urgent``: told within a minute; else it waits for the
    daily digest. ``at`` (aware UTC): since when it is so. ``line``: one sentence by language, ``en`` and ``id``, below
    the title of its kind; the key (``key``) stands before it and the address (``url``) behind it.
    """

    name: str
    kind: AlertKind
    urgent: bool
    at: datetime
    line: Text
    key: str = ""
    url: str = ""

    def said(self, language: str) -> str:
        """The sentence in a language, in English if it has no words in that one."""
        return text_for(self.line, language) or self.line["en"]


DAILY = time(8)
"""When what can wait is told, in the workspace's zone, if config.yaml names no time."""


@dataclass(frozen=True, slots=True)
class AlertAddress:
    """Where alerts go: an Apprise address as a secret, the kinds it is told of (none named: all), and when what can
    wait is told."""

    secret: Secret
    kinds: frozenset[AlertKind] = frozenset()
    daily: time = DAILY

    @property
    def name(self) -> str:
        """Which address it is, without giving it away: ``env:ALERT_URL``, the same on every host."""
        return f"{self.secret.kind}:{self.secret.name}"

    def wants(self, alert: Alert) -> bool:
        return not self.kinds or alert.kind in self.kinds


RUN = 10
"""So many successive characters of a post make a quotation: less than two words of most languages."""


@lru_cache(maxsize=2048)  # asked of the same once a minute, as long as it stands
def quotes(said: str, texts: tuple[str, ...]) -> bool:
    """Whether a sentence (a network's reason, say) repeats a piece of a text: then it may not be told."""
    sentence = _plain(said)
    pieces = {sentence[start : start + RUN] for start in range(len(sentence) - RUN + 1)}
    return any(
        text in sentence if len(text) < RUN else any(piece in text for piece in pieces)
        for text in map(_plain, texts)
        if text
    )


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())
