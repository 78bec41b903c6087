"""Everything that the work needs, opened together: files, store, adapters, planner."""

from __future__ import annotations

import os
import secrets
import socket
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from campaign.core.compose import Composer
from campaign.core.model import Workspace
from campaign.dispatch.adapters import Adapters
from campaign.dispatch.freeze import Freezer
from campaign.dispatch.planner import Planner
from campaign.networks import registry
from campaign.store import versions
from campaign.store.database import Store
from campaign.workspace.files import MediaFiles
from campaign.workspace.load import load
from campaign.workspace.secrets import Secrets


def read(directory: Path, earlier: Workspace | None = None) -> Workspace:
    """The workspace as its files stand now. ``earlier``: as they stood before; what is the same is not parsed again.
    WorkspaceError when config.yaml can't be used."""
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
    files: MediaFiles
    adapters: Adapters

    @classmethod
    def open(
        cls, directory: Path, workspace: Workspace, environ: Mapping[str, str], *, create: bool
    ) -> Station:
        """Open the workspace's store. StoreError when it is missing (and not ``create``), locked, or newer."""
        store = Store.open(workspace.store, directory, create=create)
        files = MediaFiles(directory)
        return cls(directory, store, files, Adapters(store, Secrets(directory, environ), files))

    def alive(self, now: datetime) -> None:
        """Where others share the store: note that this checkout of the files is at work."""
        if self.store.shared:
            with self.store.write() as connection:
                versions.alive(connection, checkout(self.directory), now)

    def planner(self, workspace: Workspace) -> Planner:
        """The planner of one version of the files."""
        composer = Composer(workspace, self.adapters.rules)
        freezer, host = self.freezer(workspace), checkout(self.directory)
        return Planner(self.store, workspace, composer, self.adapters, freezer, host)

    def freezer(self, workspace: Workspace) -> Freezer:
        """Makes rows under the workspace's id: the one in config.yaml, else one drawn once and kept in the store."""
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
