"""Hosts that share one store: each a process of the command in its own checkout, to be killed, stopped, cut off."""

from __future__ import annotations

import json
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from tests.servers import Postgres

ZONE = ZoneInfo("Asia/Jakarta")
HERE = Path(__file__).parent
LEAD = timedelta(seconds=3)
"""In which hosts come up before the first moment, where the machine is not busy."""

ENTRY_POINTS = """\
[campaign.networks]
ledger = tests.machines.ledger:Ledger
mute = tests.machines.ledger:Mute
"""


def reached(what: Callable[[], bool], seconds: float = 40.0) -> bool:
    """Whether something becomes true before the seconds are over."""
    until = time.monotonic() + seconds
    while not (true := what()) and time.monotonic() < until:
        time.sleep(0.05)
    return true


@dataclass
class Process:
    """One process of the command; held by a file descriptor, so that no signal reaches another one of its number."""

    folder: Path
    handle: int
    stopped: bool = False

    def send(self, number: int) -> None:
        try:
            signal.pidfd_send_signal(self.handle, number)
        except ProcessLookupError:
            return
        self.stopped = number == signal.SIGSTOP or (self.stopped and number != signal.SIGCONT)

    def wait(self, seconds: float = 60.0) -> bool:
        """Whether it has ended within the seconds."""
        return bool(select.select([self.handle], [], [], seconds)[0])

    @property
    def alive(self) -> bool:
        return not self.wait(0)

    def code(self) -> int:
        """The exit code of one that has ended by itself."""
        assert self.wait(), self.said()
        return int((self.folder / "code").read_text())

    def said(self) -> str:
        """What it has said so far; nothing before it has begun."""
        said = self.folder / "said"
        return said.read_text() if said.exists() else ""


@dataclass
class Hosts:
    """A workspace and its checkouts: ``folder``/NAME for each host."""

    folder: Path
    environ: dict[str, str]
    _parent: subprocess.Popen[str] = field(init=False)
    _processes: list[Process] = field(default_factory=list)

    def __post_init__(self) -> None:
        about = self.folder / "site" / "ledger-1.dist-info"
        about.mkdir(parents=True)
        (about / "METADATA").write_text("Metadata-Version: 2.1\nName: ledger\nVersion: 1\n")
        (about / "entry_points.txt").write_text(ENTRY_POINTS)
        path = os.pathsep.join((str(about.parent), str(HERE.parent.parent)))
        self._parent = subprocess.Popen(
            [sys.executable, str(HERE / "host.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": path},
            cwd=self.folder,
        )

    def checkout(self, name: str, files: dict[str, str]) -> Path:
        """Write files into a host's checkout (made if it is not there), as a pull would."""
        root = self.folder / name
        for path in ("schedules", "posts"):
            (root / path).mkdir(parents=True, exist_ok=True)
        for path, text in files.items():
            (root / f"{path}.new").write_text(text)
            (root / f"{path}.new").replace(root / path)
        return root

    def start(self, name: str, *words: str, ahead: float = 0.0, netns: str = "") -> Process:
        """Run the command in a host's checkout."""
        assert self._parent.stdin is not None and self._parent.stdout is not None
        order: dict[str, Any] = {
            "words": ["-w", str(self.folder / name), *(words or ("run",))],
            "folder": str(self.folder / name),
            "ahead": ahead,
            "netns": netns,
            "environ": self.environ,
        }
        print(json.dumps(order), file=self._parent.stdin, flush=True)
        pid = int(self._parent.stdout.readline())
        process = Process(self.folder / name, os.pidfd_open(pid))
        self._processes.append(process)
        return process

    def prime(self, files: Callable[[datetime], dict[str, str]]) -> tuple[datetime, dict[str, str]]:
        """The first moment, some seconds from now, and the files. The store has seen their slots by then, however busy
        this machine is: what it sees only after its time is missed, not sent."""
        self.checkout("primer", files(datetime.now(ZONE) + timedelta(days=1)))
        assert self.start("primer", "run", "--once", "--new-store").code() == 0
        first = datetime.now(ZONE).replace(microsecond=0) + LEAD
        return first, files(first)

    def ask(self, name: str, *words: str) -> tuple[int, str]:
        """Run a verb in a host's checkout, apart from what its ``run`` says; the exit code and what it said."""
        beside = self.folder / f"{name}-asks"
        shutil.rmtree(beside, ignore_errors=True)
        shutil.copytree(self.folder / name, beside, ignore=shutil.ignore_patterns("said", "code"))
        process = self.start(beside.name, *words)
        return process.code(), process.said()

    def close(self) -> None:
        for process in self._processes:
            process.send(signal.SIGKILL)
            process.wait()
            os.close(process.handle)
        self._parent.communicate()


@contextmanager
def hosts(folder: Path, server: Postgres) -> Iterator[Hosts]:
    """Hosts whose processes are all gone afterwards; a password of the store does not stand in files."""
    here = Hosts(folder, {"HOOK": "s3cr3t", "PGPASSWORD": server.password})
    try:
        yield here
    finally:
        here.close()
