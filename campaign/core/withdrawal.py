"""What became of a post that was taken back: the closed set of results, and how each is said."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from campaign.core.lifecycle import State


class Result(StrEnum):
    """What became of one post. ``say`` is the same in the words that people read."""

    CANCELLED = "cancelled"
    DELETED = "deleted"
    GONE = "gone"
    BY_HAND = "by-hand"
    LATER = "later"
    UNSURE = "unsure"
    SENDING = "sending"

    @property
    def say(self) -> str:
        return _SAY[self]

    @property
    def done(self) -> bool:
        """Whether nothing is left to do."""
        return self in (Result.CANCELLED, Result.DELETED, Result.GONE)


_SAY = {
    Result.CANCELLED: "cancelled: it does not go out",
    Result.DELETED: "deleted",
    Result.GONE: "was deleted before",
    Result.BY_HAND: "still online: delete it by hand",
    Result.LATER: "still online: withdraw it again later",
    Result.UNSURE: "may still be online: please look",
    Result.SENDING: "is being sent: withdraw it again in a minute",
}


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """What became of one delivery. ``account``: its target; ``url``: where it is, or was; ``reason``: why so."""

    key: str
    account: str
    network: str
    state: State
    url: str
    result: Result
    reason: str = ""
