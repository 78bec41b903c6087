"""Run `campaign` in a process that dies by SIGKILL at its n-th fault point, on a clock that is set ahead.

Usage: mortal.py POINT AHEAD TALLY ARGUMENT... ; POINT 0 never dies and writes how many points there were to TALLY.
Fault points: before and after every commit of the store, before and after every HTTP exchange, and around every file
that the feed puts in place. The clock only moves so that nobody has to wait for a settling time.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import requests.adapters
from sqlalchemy import Connection

from campaign.cli.main import main
from campaign.dispatch import clock
from campaign.store.database import Store

point, ahead, tally = int(sys.argv[1]), float(sys.argv[2]), Path(sys.argv[3])
reached = 0


def fault(where: str) -> None:
    global reached
    reached += 1
    if reached == point:
        tally.write_text(where)
        os.kill(os.getpid(), signal.SIGKILL)


def around(owner: Any, name: str) -> None:
    original: Callable[..., Any] = getattr(owner, name)

    def mortal(*args: Any, **kwargs: Any) -> Any:
        fault(f"before {name}")
        answer = original(*args, **kwargs)
        fault(f"after {name}")
        return answer

    setattr(owner, name, mortal)


write = Store.write


@contextmanager
def mortal_write(self: Store) -> Iterator[Connection]:
    with write(self) as connection:
        yield connection
        fault("before commit")
    fault("after commit")


Store.write = mortal_write  # type: ignore[method-assign]
around(requests.adapters.HTTPAdapter, "send")
around(os, "replace")
wall, uptime = clock.wall, clock.uptime
clock.wall = lambda: wall() + timedelta(seconds=ahead)
clock.uptime = lambda: uptime() + ahead

sys.argv = ["campaign", *sys.argv[4:]]
try:
    code = main()
finally:
    if point == 0:
        tally.write_text(str(reached))
sys.exit(code)
