"""Networks that write down instead of publishing: what a rehearsal sends to, account by account.

They keep what each real network is known by without a login: the limits of texts (also those that a server once told),
whether it takes a text twice, how long it recognises a repeat. Which pictures it takes was asked when the post was
composed. No secret is resolved, no connection opened, so what depends on a login (is the token good?) is not tried.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, cast

from campaign.core.model import DEFAULT_REPEAT_AFTER, Account, Post, Workspace, parse_key
from campaign.core.outcome import CannotTell, Found, Outcome, Receipt, Refused, Sent
from campaign.dispatch.adapters import Adapters
from campaign.networks import registry
from campaign.networks.base import Files, Network, Notes
from campaign.store import history
from campaign.store.database import Store
from campaign.workspace.secrets import Secrets

Against = Callable[[Post, str], str]
"""Why a network would refuse a post under a key; "" if it would not."""


@dataclass
class Recording:
    """Stands where the network of an account stands, and says yes to what that one could take."""

    account: Account
    kind: type[Network]
    against: Against

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
        if against := self.against(post, key):
            return Refused(against)
        return Sent(Receipt(f"rehearsal:{key}", author=self.account.id))

    def find(self, post: Post, key: str, since: datetime, notes: Notes) -> Found:
        return CannotTell("a rehearsal asks no network")

    def whoami(self) -> str:
        return f"{self.account.id}, in a rehearsal"


class Recordings(Adapters):
    """The adapters of a rehearsal. ``store``: its own, which knows what servers told of their limits; ``clock``: of the
    rehearsal (aware UTC)."""

    def __init__(
        self, store: Store, workspace: Workspace, files: Files, clock: Callable[[], datetime]
    ) -> None:
        super().__init__(store, Secrets(files.root, {}), files)
        self._workspace = workspace
        self._clock = clock

    def get(self, account: Account) -> Network:
        """The recording network of an account. CampaignError when there is no code for the real one."""
        kind = registry.network(account.network)
        return cast("Network", Recording(account, kind, partial(self._said_before, account)))

    def _said_before(self, account: Account, post: Post, key: str) -> str:
        """Whether a network that takes no text twice has it already, within the planned post's ``repeat_after``."""
        if not self.rules(account).duplicates:
            return ""
        with self._store.read() as connection:
            of = parse_key(history.key_of(connection, key) or "")
            campaign = self._workspace.campaigns.get(of.campaign)
            slot = campaign.slot(of.slot) if campaign else None
            reach = slot.repeat_after if slot is not None else DEFAULT_REPEAT_AFTER
            said = history.sent_texts(connection, account.id, self._clock() - reach)
        before = next((text for text in said if text.text == post.text), None)
        return f"{account.network} takes no text twice; it said the same as {before.key}" if before else ""
