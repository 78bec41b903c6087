"""What every page starts from: the open store, the files as they stand now, what time it is, and under which address
the pages are to be reached."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from campaign.core.compose import Composer
from campaign.core.model import Workspace
from campaign.core.outlook import check
from campaign.dispatch.decide import Desk
from campaign.dispatch.station import Station, read
from campaign.errors import CampaignError, Problem, WorkspaceError
from campaign.store.log import Who
from campaign.web.links import Links
from campaign.workspace.watch import fingerprint

CHECKED_FOR = timedelta(minutes=5)
"""How long what is wrong with the files is taken for known while they don't change: to find it composes a month."""


@dataclass(frozen=True, slots=True)
class Address:
    """Under which address browsers come: ``https://campaign.example.org`` behind a proxy, or this machine's own."""

    origin: str
    hosts: frozenset[str]
    proxied: bool

    @staticmethod
    def local(port: int) -> Address:
        """On this machine only."""
        return Address(
            f"http://127.0.0.1:{port}",
            frozenset(f"{name}:{port}" for name in ("127.0.0.1", "localhost", "[::1]")),
            proxied=False,
        )

    @staticmethod
    def public(url: str) -> Address:
        """Behind a proxy that does TLS. CampaignError when it is no https address, or has a path."""
        try:
            parts = urlsplit(url)
        except ValueError:  # half an IPv6 address
            parts = urlsplit("")
        if parts.scheme != "https" or not parts.hostname or parts.path.strip("/") or parts.query:
            raise CampaignError(
                f"{url!r} is not the address of a site with TLS",
                "write it as https://campaign.example.org: the whole host belongs to these pages",
            )
        host = parts.netloc.lower().removesuffix(":443")
        return Address(f"https://{host}", frozenset({host, f"{host}:443"}), proxied=True)

    def origins(self) -> frozenset[str]:
        """What the browser may say where a form comes from."""
        if self.proxied:
            return frozenset({self.origin})
        return frozenset(f"http://{host}" for host in self.hosts)


@dataclass
class Site:
    """One running ``campaign web``. ``clock`` tells the time (aware); ``local``: who opens the terminal's link."""

    station: Station
    clock: Callable[[], datetime]
    address: Address
    local: Who
    links: Links
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _files: tuple[str, Workspace] | None = None
    _broken: WorkspaceError | None = None
    _problems: tuple[str, datetime, tuple[Problem, ...]] | None = None

    def now(self) -> datetime:
        """The time; where hosts share a store, by that store's clock."""
        return self.station.store.clock() if self.station.store.shared else self.clock()

    def workspace(self) -> Workspace:
        """The files as they stand now; what could be read last while config.yaml is broken (``broken`` says why).
        WorkspaceError when nothing could be read yet."""
        with self._lock:
            mark, _ = fingerprint(self.station.directory)
            if self._files is None or self._files[0] != mark:
                try:
                    earlier = self._files[1] if self._files else None
                    self._files, self._broken = (mark, read(self.station.directory, earlier)), None
                except WorkspaceError as error:
                    if self._files is None:
                        raise
                    self._broken = error
            return self._files[1]

    @property
    def broken(self) -> WorkspaceError | None:
        """Why the newest files can't be used, if they can't."""
        return self._broken

    def composer(self, workspace: Workspace) -> Composer:
        """Makes the texts of posts."""
        return Composer(workspace, self.station.adapters.rules)

    def problems(self, workspace: Workspace, now: datetime) -> tuple[Problem, ...]:
        """What is wrong with the files, as ``campaign check`` finds it."""
        with self._lock:
            known = self._problems
        if known is None or known[0] != workspace.digest or not now - CHECKED_FOR < known[1] <= now:
            found = tuple(check(workspace, self.composer(workspace), now))
            known = (workspace.digest, now, found)
            with self._lock:
                self._problems = known
        return known[2]

    def desk(self, who: Who) -> Desk:
        """Where a person's decisions are made."""
        workspace, station = self.workspace(), self.station
        planner = station.planner(workspace)
        return Desk(
            station.store,
            workspace,
            planner.composer,
            station.adapters,
            planner.freezer,
            self.now(),
            who,
        )
