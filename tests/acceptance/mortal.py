"""Runs `campaign` in processes that die by SIGKILL at their n-th fault point, on a clock that is set ahead.

Reads one JSON object a line: {"point": n, "ahead": seconds, "tally": file, "words": [...], "environ": {...}}; answers
with the exit code (-9: killed). Point 0 never dies and writes how many points there were to ``tally``; a process that
is killed writes where. Each run is a fork of this process, which has imported everything: that makes it quick.

Fault points: before and after every commit of the store, every HTTP exchange, and every file put in place.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, NoReturn

import apscheduler.schedulers.blocking  # noqa: F401 - imported here so that no fork has to
import requests.adapters
from sqlalchemy import Connection

import campaign.cli.run
import campaign.dispatch.loop  # noqa: F401
from campaign.cli.main import main
from campaign.dispatch import clock
from campaign.networks import registry
from campaign.store.database import Store

registry.specs()


class Mortal:
    """The fault points of one process."""

    def __init__(self, point: int, tally: Path) -> None:
        self.point = point
        self.tally = tally
        self.reached = 0

    def fault(self, where: str) -> None:
        self.reached += 1
        if self.reached == self.point:
            self.tally.write_text(where)
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, owner: Any, name: str) -> None:
        original: Callable[..., Any] = getattr(owner, name)

        def mortal(*args: Any, **kwargs: Any) -> Any:
            self.fault(f"before {name}")
            answer = original(*args, **kwargs)
            self.fault(f"after {name}")
            return answer

        setattr(owner, name, mortal)

    def around_commits(self) -> None:
        write = Store.write

        @contextmanager
        def mortal(store: Store) -> Iterator[Connection]:
            with write(store) as connection:
                yield connection
                self.fault("before commit")
            self.fault("after commit")

        Store.write = mortal  # type: ignore[method-assign]


def live(order: dict[str, Any]) -> NoReturn:
    """One run, in the forked process."""
    mortal = Mortal(order["point"], Path(order["tally"]))
    mortal.around_commits()
    mortal.around(requests.adapters.HTTPAdapter, "send")
    mortal.around(os, "replace")
    wall, uptime, ahead = clock.wall, clock.uptime, order["ahead"]
    clock.wall = lambda: wall() + timedelta(seconds=ahead)
    clock.uptime = lambda: uptime() + ahead
    os.environ.update(order["environ"])
    with Path(os.devnull).open("w") as nowhere:
        sys.stdout = sys.stderr = nowhere
        code = main(order["words"])
        if mortal.point == 0:
            mortal.tally.write_text(str(mortal.reached))
        os._exit(code)


for line in sys.stdin:
    child = os.fork()
    if child == 0:
        live(json.loads(line))
    _, status = os.waitpid(child, 0)
    print(os.waitstatus_to_exitcode(status), flush=True)
