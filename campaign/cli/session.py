"""What every verb starts from: which folder, which files, which store, who asks, and what time it is."""

from __future__ import annotations

import getpass
import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from campaign.core.suggest import did_you_mean
from campaign.errors import CampaignError, NoStoreYet

if TYPE_CHECKING:
    from campaign.core.model import Workspace
    from campaign.dispatch.decide import Desk
    from campaign.dispatch.station import Station
    from campaign.store.outbox import Who
    from campaign.workspace.glance import Glance


@dataclass
class Session:
    """One call of the command. Folder and files are found when a verb first asks for them.

    ``workspace_option``, ``by_option``: what ``-w`` and ``--by`` (or $CAMPAIGN_BY) say.
    """

    workspace_option: str | None = None
    by_option: str | None = None
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    @cached_property
    def folder(self) -> Path:
        """The folder with config.yaml. CampaignError when there is none."""
        from campaign.workspace.locate import find

        return find(self.workspace_option, os.environ, Path.cwd())

    def folder_if_known(self) -> Path | None:
        """The folder if a verb has found it already."""
        known: Path | None = self.__dict__.get("folder")
        return known

    @cached_property
    def workspace(self) -> Workspace:
        """The files as they stand now. WorkspaceError when config.yaml can't be used."""
        from campaign.networks import registry
        from campaign.workspace.load import load

        return load(self.folder, registry.specs())

    @cached_property
    def glance(self) -> Glance | None:
        """Where the store is and its zones, without reading all files; None where that takes all of them."""
        from campaign.workspace.glance import glance

        return glance(self.folder)

    @contextmanager
    def station(
        self, *, create: bool = False, temporary: bool = False, glance: bool = False
    ) -> Iterator[Station]:
        """The open store with all that goes with it. Where there is none yet: StoreError, or with ``create`` a new one,
        or with ``temporary`` an empty one that is gone afterwards, for verbs that only look. ``glance``: it is enough
        to know where it is; the files need not be read as a whole, nor be right."""
        from campaign.dispatch.station import Station

        address = self.glance.store if glance and self.glance else self.workspace.store
        with ExitStack() as after:
            try:
                opened = Station.at(self.folder, address, os.environ, create=create)
            except NoStoreYet:
                if not temporary:
                    raise
                from tempfile import TemporaryDirectory

                # What only looks must not make a store: `run --once` warns of one that was not kept.
                place = Path(after.enter_context(TemporaryDirectory(prefix="campaign-"))) / "empty.db"
                opened = Station.at(self.folder, f"sqlite:///{place}", os.environ, create=True)
            after.callback(opened.store.close)
            if opened.store.shared:  # hosts whose clocks differ decide by one
                self.now = opened.store.clock()
            yield opened

    def tick(self, station: Station) -> None:
        """It is later by now: a person was asked something."""
        self.now = station.store.clock() if station.store.shared else datetime.now(UTC)

    def desk(self, station: Station, *, deciding: bool = True, rights: tuple[str, ...] = ()) -> Desk:
        """Where a person's decisions are made, over an open store; not ``deciding``: only to find posts by key.
        ``rights``: who decides must have one of them."""
        from campaign.dispatch.decide import Desk
        from campaign.store.outbox import Who

        planner = station.planner(self.workspace)
        return Desk(
            station.store,
            self.workspace,
            planner.composer,
            station.adapters,
            planner.freezer,
            self.now,
            self.who(*rights) if deciding else Who(),
        )

    def zone(self, campaign: str) -> str:
        """The zone in which a campaign's times are shown."""
        if "workspace" not in self.__dict__ and self.glance is not None:
            return self.glance.zone_of(campaign)
        known = self.workspace.campaigns.get(campaign)
        return known.zone if known else self.workspace.zone

    def today(self) -> date:
        """Today, in the workspace's zone."""
        return self.now.astimezone(ZoneInfo(self.workspace.zone)).date()

    def who(self, *rights: str) -> Who:
        """Who decides: ``--by`` or the system's user; one of ``people`` where people are configured, with one of
        the ``rights`` (none: everybody may)."""
        from campaign.store.outbox import Who

        user = _user()
        handle, people = self.by_option or user, self.workspace.people
        if people and handle not in people:
            raise CampaignError(
                f"nobody called {handle!r} in `people`{did_you_mean(handle, people)}",
                f"say who decides with --by HANDLE (or $CAMPAIGN_BY), one of: {', '.join(people)}",
            )
        if people and rights and not people[handle].can.intersection(rights):
            allowed = [name for name, person in people.items() if person.can.intersection(rights)]
            raise CampaignError(
                f"{handle!r} may not do that: it takes the right {' or '.join(rights)}",
                f"who may: {', '.join(allowed)}"
                if allowed
                else f"add it to `can` of one of `people`: [{rights[0]}]",
            )
        return Who(handle, self.door)

    @property
    def door(self) -> str:
        """Through which door a decision comes that is made here: the system's user and this machine."""
        return f"cli {_user()}@{socket.gethostname()}"


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container's user may have no name
        return f"uid{os.getuid()}"
