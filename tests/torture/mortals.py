"""The harness' end of ``mortal``: begin a run, and hear how it ended."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.torture.order import Order

ROOT = Path(__file__).resolve().parents[2]


class Mortals:
    """Processes that run one command each, one at a time, and may be killed on the way. ``runs``: how many so far."""

    def __init__(self) -> None:
        self.runs = 0
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.torture.mortal"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._hear() == "ready"

    def run(self, order: Order) -> int:
        """The exit code; -9 when it was killed."""
        self.begin(order)
        return self.end()

    def begin(self, order: Order) -> int:
        """Start a run; its process id."""
        assert self.process.stdin is not None
        print(order.line(), file=self.process.stdin, flush=True)
        self.runs += 1
        return int(self._hear())

    def end(self) -> int:
        """Wait for the run that was begun; its exit code."""
        return int(self._hear())

    def _hear(self) -> str:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, "the process that forks is gone"
        return line.strip()


@contextmanager
def mortals() -> Iterator[Mortals]:
    """The process that forks, until the block ends."""
    made = Mortals()
    try:
        yield made
    finally:
        made.process.communicate()
