"""Runs the command in processes that are forked from this one, which has imported everything: that makes them quick.

Reads one JSON object a line: {"words": [...], "folder": DIR, "ahead": seconds, "netns": name, "environ": {...}};
answers with the process id. What the process says goes to DIR/said, its exit code to DIR/code.

In these hosts a minute is a second: leases, settling and back-off are a sixtieth of what they are, so that a host that
is stopped past its lease takes seconds. ``ahead`` sets the machine's wall clock wrong, for everything that reads it.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any, NoReturn

import apscheduler.schedulers.base
import apscheduler.triggers.date
import apscheduler.triggers.interval
import psycopg  # noqa: F401 - imported here so that no fork has to
import requests.adapters  # noqa: F401

import campaign.cli.cancel
import campaign.cli.log
import campaign.cli.resolve
import campaign.cli.run
import campaign.cli.status  # noqa: F401
from campaign.cli.main import main
from campaign.dispatch import clock, loop, tick
from campaign.store import claims, engines, settling, waking

MINUTE = 60


def shorten() -> None:
    """A minute becomes a second."""
    for module, name in (
        (tick, "LEASE"),
        (tick, "RENEW"),
        (tick, "LONGEST"),
        (loop, "LEASE"),
        (claims, "SETTLING"),
        (settling, "SETTLING"),
        (waking, "SHARED_LOOK"),
    ):
        setattr(module, name, getattr(module, name) / MINUTE)
    patient = settling.backoff
    settling.backoff = lambda *args: patient(*args) / MINUTE
    loop.STORE_RETRY = timedelta(seconds=0.5)
    engines.ABANDONED = 2.0
    engines.CUT_OFF = 2.0
    engines._KEEPALIVE["tcp_user_timeout"] = 2000


def skew(ahead: float) -> None:
    """Set this process's idea of the machine's wall clock."""
    true = clock.wall

    class Wrong(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return datetime.now(tz) + timedelta(seconds=ahead)

    clock.wall = lambda: true() + timedelta(seconds=ahead)
    for module in (
        apscheduler.schedulers.base,
        apscheduler.triggers.date,
        apscheduler.triggers.interval,
    ):
        module.datetime = Wrong


def enter(netns: str) -> None:
    """Move into a network namespace, as ``ip netns exec`` does."""
    with Path(f"/run/netns/{netns}").open() as there:
        if ctypes.CDLL(None, use_errno=True).setns(there.fileno(), 0x40000000):  # CLONE_NEWNET
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def live(order: dict[str, Any]) -> NoReturn:
    """One command, in the forked process."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    folder = Path(order["folder"])
    said = os.open(folder / "said", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(said, 1)
    os.dup2(said, 2)
    sys.stdout = open(1, "w", buffering=1, closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", buffering=1, closefd=False)  # noqa: SIM115
    os.environ.update(order["environ"])
    if order["ahead"]:
        skew(order["ahead"])
    if order["netns"]:
        enter(order["netns"])
    code = 99
    try:
        code = main(order["words"])
    finally:
        (folder / "code").write_text(str(code))
        os._exit(code)


shorten()
signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those that were killed
for line in sys.stdin:
    child = os.fork()
    if child == 0:
        sys.stdin.close()
        live(json.loads(line))
    print(child, flush=True)
