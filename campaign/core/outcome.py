"""What a network may answer: the closed set of outcomes of a send and of a look-up.

A timeout is neither yes nor no: what is not known for certain is :class:`Unknown`, never a guess.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was published: the network's id of it, the public address, and who the network says the author is.

    ``extra`` holds what a later part or a withdrawal needs and the id does not say (Bluesky's cid, for one).
    """

    id: str
    url: str = ""
    author: str = ""
    extra: tuple[tuple[str, str], ...] = ()

    def as_json(self) -> dict[str, object]:
        return {"id": self.id, "url": self.url, "author": self.author, "extra": dict(self.extra)}

    def without_address(self) -> Receipt:
        """The same, for what is no longer there."""
        return Receipt(self.id, "", self.author, self.extra)

    @staticmethod
    def from_json(data: dict[str, object]) -> Receipt:
        extra = data.get("extra") or {}
        assert isinstance(extra, dict)  # noqa: S101 - written by as_json only
        return Receipt(str(data["id"]), str(data["url"]), str(data["author"]), tuple(sorted(extra.items())))


class Scope(StrEnum):
    """What a refusal is about: this one post, the account (token revoked, suspended, out of credit), or something here,
    found before the network was asked (which says nothing about the account)."""

    POST = "post"
    ACCOUNT = "account"
    HERE = "here"


@dataclass(frozen=True, slots=True)
class Sent:
    """The network accepted the post and said which one it is.

    ``wait``: seconds until the account's limit there begins anew, where the answer says that it is used up now; the
    account sends nothing before.
    """

    receipt: Receipt
    wait: float | None = None


@dataclass(frozen=True, slots=True)
class Retry:
    """The network certainly did not accept it, and may later.

    ``after``: seconds it asked us to wait with this post, if it did. ``wait``: the same for the account as a whole, as
    in ``Sent``.
    """

    reason: str
    after: float | None = None
    wait: float | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """The network certainly did not accept it and won't, in the network's own words."""

    reason: str
    scope: Scope = Scope.POST


@dataclass(frozen=True, slots=True)
class Unknown:
    """It may be published, or not: a timeout, a reset, a 5xx after the body was sent, an answer nobody can read."""

    reason: str


@dataclass(frozen=True, slots=True)
class Handed:
    """Not published by us: a person was given the text and will bring the link back (network ``handoff``)."""

    reason: str


Outcome = Sent | Retry | Refused | Unknown | Handed


@dataclass(frozen=True, slots=True)
class Absent:
    """The network was asked and certainly does not have it (its list reaches back past the attempt)."""

    reason: str = ""


@dataclass(frozen=True, slots=True)
class CannotTell:
    """The network can't be asked, or its answer proves nothing: a person has to look."""

    reason: str


Found = Sent | Absent | CannotTell
