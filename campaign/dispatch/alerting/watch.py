"""Alerts beside the work: a thread of their own that looks once a minute, so that what happens within a minute is one
message, and nothing that goes wrong with a message slows or stops a post."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from campaign.core.alert import Alert, AlertKind
from campaign.core.model import Workspace
from campaign.dispatch.alerting.look import Look
from campaign.dispatch.escaped import escaped
from campaign.errors import StoreError

EVERY = timedelta(minutes=1)
"""How often it looks."""

STOP = 3.0
"""Seconds that the end of a run waits for a message that is under way."""

AWAY = timedelta(minutes=3)
"""How long the store may be away before people are told: a restart of a database takes less."""


@dataclass
class Alerts:
    """The alerts of one process. ``space``: the files as they are now; ``now``: what time it is (aware UTC); ``note``:
    takes what is worth a line of ``run``."""

    look: Look
    space: Callable[[], Workspace]
    now: Callable[[], datetime]
    note: Callable[[str], None]
    every: timedelta = EVERY
    _ended: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None
    _away_since: datetime | None = None
    _told: set[str] = field(default_factory=set)
    _broke: str = ""

    def start(self) -> None:
        """Look once a minute from now on, until ``stop``."""
        self._thread = threading.Thread(target=self._forever, name="alerts", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """No more looks. What is under way gets a moment; what it does not tell, the next run does."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join(STOP)

    def _forever(self) -> None:
        while not self._ended.wait(self.every.total_seconds()):
            self.once(self.now())

    def once(self, now: datetime) -> None:
        """One look at ``now`` (aware UTC). Raises nothing: what is wrong with an address is noted, and in the store."""
        try:
            if self._away_since is not None and now - self._away_since >= AWAY:
                self._without_store(now)
            for note in self.look.look(self.space(), now):
                self.note(note)
        except StoreError:
            self.store_away(now)  # the work meets it as well, and says so
        except Exception as error:  # noqa: BLE001 - a bug here must not end the run, which has posts to send
            if (where := escaped("alerts", error)) != self._broke:
                self._broke = where
                self.note(where)

    # -- when the store itself is what is wrong --

    def store_away(self, now: datetime) -> None:
        """The store can't be used, at ``now``; said as often as it is tried."""
        self._away_since = self._away_since or now

    def store_back(self) -> None:
        """The store could be written."""
        self._away_since = None
        self._told.clear()

    def _without_store(self, now: datetime) -> None:
        """Tell each address, once, that nothing can be written down. Two hosts that lose one store both say so."""
        since = self._away_since or now
        alert = Alert("store", AlertKind.STORE, True, since, GONE)
        space = self.space()
        for address in space.alerts:
            if address.name not in self._told and address.wants(alert):
                failure = self.look.send(space, address, [alert])
                if not failure:
                    self._told.add(address.name)


GONE = {
    "en": "nothing can be written down, so nothing is sent (campaign doctor says why)",
    "id": "tidak ada yang dapat dicatat, jadi tidak ada yang dikirim (campaign doctor menjelaskan sebabnya)",
}
