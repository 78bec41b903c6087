"""What a network is to the rest of the program: the contract that every adapter file meets.

An adapter never prints, sleeps, retries, reads a clock for scheduling or touches the store; it knows no campaigns.
An exception that escapes from ``send`` counts as Unknown, so raise only for what can't be answered otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar, Protocol, Self, runtime_checkable

from pydantic import BaseModel, ConfigDict

from campaign.core.media import MediaRules
from campaign.core.model import Account, Post
from campaign.core.outcome import Found, Outcome, Receipt
from campaign.core.prices import Prices
from campaign.core.text import TextRules


class Options(BaseModel):
    """The keys of an account that belong to its network. Unknown keys are an error, values are not coerced.

    Secret keys are annotated ``campaign.core.model.Secret``; ``server`` is there for every network.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True, defer_build=True)


@dataclass(frozen=True, slots=True)
class Traits:
    """What people weigh when they choose a network and no number in ``rules`` and ``media`` says; plain words, from
    which the tables of README.md and docs/ are made (docs/tables.py).

    ``reads_back``: how ``find`` looks a post up: "exactly, by its key"; "by its text, among the newest 200
    posts"; "no". ``person``: when a person has to look after an answer was lost. ``reaches``: whom, where the name
    does not say it. ``repeat``: how long our key is known, where ``repeat_safe_for`` of an adapter that was just made
    does not tell all. ``cost``: of posting. ``warning``, ``language``: whether the content warning and the language are
    sent as such. ``takes_back``: what to know of a deletion, where the post is not simply gone (or can't be deleted).
    """

    reads_back: str
    person: str
    reaches: str = ""
    repeat: str = ""
    cost: str = "nothing"
    takes_back: str = ""
    warning: bool = False
    language: bool = False


class Notes(Protocol):
    """What an adapter must remember about one attempt (container and draft ids, upload ids)."""

    def put(self, name: str, value: str) -> None:
        """Commit a note to the attempt before returning."""

    def get(self, name: str) -> str | None:
        """A note of this attempt or of an earlier attempt of the same delivery."""


class Vault(Protocol):
    """Sessions that a network refreshes (tokens, device ids), kept apart from log and exports, a shelf per account."""

    def get(self, name: str) -> str | None: ...

    def put(self, name: str, value: str) -> None: ...


class Files(Protocol):
    """The workspace's folder, as far as an adapter needs it."""

    @property
    def root(self) -> Path:
        """The folder of config.yaml, from which relative paths in options start."""

    def path(self, file: str) -> Path:
        """The file on disk of a ``Media.file`` (a path below posts/); never outside posts/."""


@runtime_checkable
class Network(Protocol):
    """One network. A class in one file; ``networks/registry.py`` finds it by ``name``."""

    name: ClassVar[str]
    rules: ClassVar[TextRules]
    media: ClassVar[MediaRules]
    traits: ClassVar[Traits]
    options: ClassVar[type[Options]]

    @property
    def repeat_safe_for(self) -> timedelta:
        """How long the network knows our key: within it, sending the same again can't double. 0: it can't.

        A plain class attribute where it is so by protocol; a property where it depends on the server.
        """

    @classmethod
    def from_account(cls, account: Account, vault: Vault, files: Files) -> Self:
        """Make the adapter. Secrets in ``account.options`` are resolved. Opens no connection."""

    def prepare(self, post: Post) -> Mapping[str, Any]:
        """Ids that must be fixed when the row is made (JSON values); {} for most."""

    def send(self, post: Post, key: str, notes: Notes) -> Outcome:
        """Publish one part. ``key`` is the UUID text that names it for ever.

        Where the answer says that the login's own limit is used up now ("remaining: 0"), ``Sent.wait`` and
        ``Retry.wait`` say in how many seconds it begins anew (``http.Client.wait``, and the shared table for 429): the
        account then waits with everything instead of running into refusals.
        """

    def find(self, post: Post, key: str, since: datetime, notes: Notes) -> Found:
        """What became of an earlier attempt that began at ``since`` (aware UTC)."""

    def whoami(self) -> str:
        """Prove the credentials without posting; the account's public name. Raises CampaignError with a hint."""


@runtime_checkable
class Addressed(Protocol):
    """A network whose posts' public addresses hold their ids: what a person finds can be replied to and taken back."""

    @classmethod
    def id_in(cls, url: str) -> str | None:
        """The id of the post at that address; None when it is no address of a post there."""


@runtime_checkable
class Deletes(Protocol):
    """A network on which a published post can be taken back."""

    def delete(self, receipt: Receipt) -> Outcome:
        """Sent(receipt) when it is gone (also when it was gone before)."""


class Charges(Protocol):
    """A network that charges for posts; ``campaign plan`` says what they come to."""

    prices: ClassVar[Prices]


@runtime_checkable
class ServerLimits(Protocol):
    """A network whose server tells its own limits."""

    def server_limits(self) -> TextRules:
        """The limits as the server states them. Raises CampaignError when it can't be asked."""
