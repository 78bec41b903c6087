"""Everything that the work needs, opened together: files, store, adapters, planner.

Whoever only looks into the store (``log``) loads nothing that composes or sends: that is made when asked for.
"""

from __future__ import annotations

import os
import secrets
import socket
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from campaign.store.database import Store

if TYPE_CHECKING:
    from campaign.core.model import Workspace
    from campaign.dispatch.adapters import Adapters
    from campaign.dispatch.freeze import Freezer
    from campaign.dispatch.planner import Planner
    from campaign.workspace.files import MediaFiles


def read(directory: Path, earlier: Workspace | None = None) -> Workspace:
    """The workspace as its files stand now. ``earlier``: as they stood before; what is the same is not parsed again.
    WorkspaceError when config.yaml can't be used."""
    from campaign.networks import registry
    from campaign.workspace.load import load

    return load(directory, registry.specs(), earlier=earlier)


def owner() -> str:
    """Who this process is, in leases and in ``status``."""
    # A container's only process has the same number each time; leases must tell one life from the next.
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"


def checkout(directory: Path) -> str:
    """Which checkout of the files this is, among several hosts."""
    return f"{socket.gethostname()}:{directory.resolve()}"


@dataclass(frozen=True)
class Station:
    """One open store with the files that go with it."""

    directory: Path
    store: Store
    environ: Mapping[str, str]
    given: Adapters | None = None
    """Adapters to be used instead of the networks' own."""

    @classmethod
    def open(
        cls, directory: Path, workspace: Workspace, environ: Mapping[str, str], *, create: bool
    ) -> Station:
        """Open the workspace's store. StoreError when it is missing (and not ``create``), locked, or newer."""
        return cls.at(directory, workspace.store, environ, create=create)

    @classmethod
    def at(cls, directory: Path, store: str, environ: Mapping[str, str], *, create: bool) -> Station:
        """The same, where only the store's address is known."""
        return cls(directory, Store.open(store, directory, create=create), environ)

    @cached_property
    def files(self) -> MediaFiles:
        """The pictures and other files of posts/."""
        from campaign.workspace.files import MediaFiles

        return MediaFiles(self.directory)

    @cached_property
    def adapters(self) -> Adapters:
        """The networks' adapters."""
        if self.given is not None:
            return self.given
        from campaign.dispatch.adapters import Adapters
        from campaign.workspace.secrets import Secrets

        return Adapters(self.store, Secrets(self.directory, self.environ), self.files)

    def alive(self, now: datetime) -> None:
        """Where others share the store: note that this checkout of the files is at work."""
        from campaign.store import versions

        if self.store.shared:
            with self.store.write() as connection:
                versions.alive(connection, checkout(self.directory), now)

    def planner(self, workspace: Workspace) -> Planner:
        """The planner of one version of the files."""
        from campaign.core.compose import Composer
        from campaign.dispatch.planner import Planner

        composer = Composer(workspace, self.adapters.rules)
        freezer, host = self.freezer(workspace), checkout(self.directory)
        return Planner(self.store, workspace, composer, self.adapters, freezer, host)

    def freezer(self, workspace: Workspace) -> Freezer:
        """Makes rows under the workspace's id: the one in config.yaml, else one drawn once and kept in the store."""
        from campaign.dispatch.freeze import Freezer

        return Freezer(workspace.id or self.store.workspace_id(uuid.uuid4()), self.files)


def keep_last_good(new: Workspace, old: Workspace | None) -> Workspace:
    """The new version, in which a campaign whose edit broke it stays as it was before."""
    if old is None:
        return new
    kept = {name: old.campaigns[name] for name in new.broken if name in old.campaigns}
    accounts_stay = all(
        target.account == new.accounts.get(target.account.id)
        for campaign in kept.values()
        for slot in campaign.slots
        for target in slot.targets
    )
    if not kept or not accounts_stay:
        return new
    return replace(new, campaigns={**new.campaigns, **kept}, broken=new.broken - kept.keys())
