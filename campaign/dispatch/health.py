"""Signs of life for those who watch over a run: systemd, and a dead-man's switch that is called after healthy ticks.

Healthy: the tick was done and written, the clock is believed, and nothing is overdue. An account that does not work
makes a run unhealthy as soon as one of its posts is overdue; what waits for a person does not, for that is no reason to
wake somebody up: ``campaign status`` tells it.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from campaign.core.model import Secret
from campaign.dispatch.sdnotify import Notifier
from campaign.errors import CampaignError
from campaign.networks import ping
from campaign.store import overdue
from campaign.store.database import Store
from campaign.workspace.secrets import Secrets

EVERY = timedelta(minutes=1)
"""How often the heartbeat is called at most, and how often systemd's status line is written."""

Call = Callable[[str], str]
"""Calls an address; "" if that went well, else why not."""


@dataclass
class Health:
    """The signs of life of one process. All but the call itself happens in the thread that works."""

    secrets: Secrets
    notifier: Notifier = field(default_factory=Notifier)
    call: Call = ping.call
    _ready: bool = False
    _fed: float | None = None
    _last: datetime | None = None
    _caller: threading.Thread | None = None
    _answer: str | None = None
    _said: str = ""

    @staticmethod
    def of(directory: Path, environ: Mapping[str, str]) -> Health:
        """For this process, as its environment says."""
        return Health(Secrets(directory, environ), Notifier.of(environ, os.getpid()))

    # -- systemd --

    def ready(self) -> None:
        """All is open, and the work begins. Said once."""
        if not self._ready:
            self._ready = True
            self.notifier.tell("READY=1")

    def stopping(self) -> None:
        """No new posts; what is in flight is finished."""
        self.notifier.tell("STOPPING=1", "STATUS=finishing what is being sent")

    def turned(self, uptime: float) -> None:
        """The work has come round: it ticked, or found a reason not to (the clock, the store), which a restart would
        not mend and might hide. The watchdog hears of it at half its time; a work that hangs says nothing."""
        if self.notifier.watchdog is not None and self.hungry(uptime):
            self._fed = uptime
            self.notifier.tell("WATCHDOG=1")

    def hungry(self, uptime: float) -> bool:
        """Whether the watchdog is to hear something soon, so that the work had better come round."""
        watchdog = self.notifier.watchdog
        return watchdog is not None and (self._fed is None or uptime - self._fed >= watchdog / 2)

    # -- after a tick --

    def ticked(
        self,
        store: Store,
        heartbeat: Secret | str | None,
        now: datetime,
        following: Callable[[], str],
        *,
        wait: bool = False,
    ) -> str:
        """A tick was done at ``now`` (aware UTC). ``following`` says what comes next, for systemd's status line, and is
        asked only where somebody hears it. Once a minute, calls the heartbeat if all is well, beside the work, or with
        ``wait`` to the end.

        Returns what is worth a note: that the heartbeat can't be called, once, and that it can again. StoreError.
        """
        note = self._heard()
        if self._last is not None and timedelta() <= now - self._last < EVERY:
            return note
        self._last = now
        with store.read() as connection:
            late = overdue.count(connection, now)
        if self.notifier.address:
            told = f"{late} overdue, see: campaign status" if late else following()
            self.notifier.tell(f"STATUS={told}")
        if late or heartbeat is None:
            return note
        try:
            address = heartbeat if isinstance(heartbeat, str) else self.secrets.resolve(heartbeat).value
        except CampaignError as error:
            return note or self._judge(error.message)
        if self._caller is None:
            self._caller = threading.Thread(target=self._beat, args=(address,), name="heartbeat", daemon=True)
            self._caller.start()
            if wait:
                self._caller.join()
        return note or self._heard()

    def _beat(self, address: str) -> None:
        try:
            self._answer = self.call(address)
        except Exception as error:  # noqa: BLE001 - whatever breaks here must not stop a post; its text may hold the address
            self._answer = type(error).__name__

    def _heard(self) -> str:
        """What came of the last call, if it has ended and says something new."""
        if self._caller is None or self._caller.is_alive():
            return ""
        self._caller, answer = None, self._answer or ""
        return self._judge(answer)

    def _judge(self, answer: str) -> str:
        before, self._said = self._said, answer
        if answer == before:
            return ""
        return f"the heartbeat could not be called: {answer}" if answer else "the heartbeat is called again"
