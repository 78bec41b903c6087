"""What systemd wants to hear of a service: that it is ready, alive and stopping. One datagram each, no library.

The protocol: https://www.freedesktop.org/software/systemd/man/latest/sd_notify.html
"""

from __future__ import annotations

import socket
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Notifier:
    """Tells systemd. ``address``: of its socket ("" where nobody listens, and nothing is sent). ``watchdog``: seconds
    after which a service that says nothing is taken for dead; None: nobody watches."""

    address: str = ""
    watchdog: float | None = None

    @staticmethod
    def of(environ: Mapping[str, str], pid: int) -> Notifier:
        """From NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID, as systemd sets them for the process ``pid``."""
        address = environ.get("NOTIFY_SOCKET", "")
        if not address.startswith(("/", "@")):
            return Notifier()
        usec, watched = environ.get("WATCHDOG_USEC", ""), environ.get("WATCHDOG_PID", str(pid))
        ours = usec.isdecimal() and int(usec) > 0 and watched == str(pid)
        return Notifier(address, int(usec) / 1_000_000 if ours else None)

    def tell(self, *lines: str) -> bool:
        """Send lines such as ``READY=1``. False when nobody could be told, which is nobody's fault here."""
        if not self.address:
            return False
        # "@" stands for the zero byte with which abstract addresses begin.
        where = "\0" + self.address[1:] if self.address.startswith("@") else self.address
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out:
            out.setblocking(False)  # a post must not wait for it
            try:
                out.sendto("\n".join(lines).encode(), where)
            except OSError:
                return False  # systemd is being restarted, or its socket is full: the next word will do
        return True
