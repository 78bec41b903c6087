"""Networks that write down instead of publishing: what a rehearsal sends to, account by account.

They keep what each real network is known by without a login: the limits of texts (also those that a server once told),
what it makes of pictures, how long it recognises a repeat. No secret is resolved, no connection opened, so what depends
on a login (is the token good? which author?) is not tried.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast

from campaign.core.media import MediaRules
from campaign.core.model import Account, Post
from campaign.core.outcome import CannotTell, Found, Outcome, Receipt, Refused, Sent
from campaign.dispatch.adapters import Adapters
from campaign.networks import registry
from campaign.networks.base import Files, Network, Notes
from campaign.networks.media import fitted
from campaign.store.database import Store
from campaign.workspace.secrets import Secrets

Fit = Callable[[MediaRules, Post], str]
"""Why a network can't take the pictures of a post; "" if it can."""


@dataclass
class Recording:
    """Stands where the network of an account stands, and says yes to what that one could take."""

    account: Account
    kind: type[Network]
    fit: Fit

    @property
    def name(self) -> str:
        return self.kind.name

    @property
    def repeat_safe_for(self) -> timedelta:
        """As the network promises by itself; where it depends on a server, nothing is promised."""
        known: Any = self.kind.__dict__.get("repeat_safe_for")
        return known if isinstance(known, timedelta) else timedelta()

    def prepare(self, post: Post) -> Mapping[str, Any]:
        """Nothing: the ids that networks fix beforehand name authors and moments, and no reader sees them."""
        return {}

    def send(self, post: Post, key: str, notes: Notes) -> Outcome:
        if unfit := self.fit(self.kind.media, post):
            return Refused(unfit)
        return Sent(Receipt(f"rehearsal:{key}", author=self.account.id))

    def find(self, post: Post, key: str, since: datetime, notes: Notes) -> Found:
        return CannotTell("a rehearsal asks no network")

    def whoami(self) -> str:
        return f"{self.account.id}, in a rehearsal"


@dataclass
class Pictures:
    """Tries each picture once for each network's rules: a month shows the same card on many accounts."""

    files: Files
    _known: dict[tuple[str, MediaRules], str] = field(default_factory=dict)

    def fit(self, rules: MediaRules, post: Post) -> str:
        """Why one of the pictures can't be taken; "" if all can."""
        for media in post.media:
            asked = media.sha256, rules
            if asked not in self._known:
                found = fitted(media, self.files, rules)
                self._known[asked] = found.reason if isinstance(found, Refused) else ""
            if self._known[asked]:
                return self._known[asked]
        return ""


class Recordings(Adapters):
    """The adapters of a rehearsal. ``store``: its own, which knows what servers told of their limits."""

    def __init__(self, store: Store, files: Files) -> None:
        super().__init__(store, Secrets(files.root, {}), files)
        self._pictures = Pictures(files)

    def get(self, account: Account) -> Network:
        """The recording network of an account. CampaignError when there is no code for the real one."""
        return cast("Network", Recording(account, registry.network(account.network), self._pictures.fit))
