"""Many posts due in one moment: who loses, who doubles, who is late, and what it costs.

Every contestant is a process that makes its posts ready, says when they fall due, and says when all are done; it is
measured from outside, from just before that moment on, with all processes below it.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from tests.benchmarks import processes
from tests.benchmarks.measure import ROOT, Figures
from tests.benchmarks.server import Arrival, receiver

BEFORE = 0.25
"""Seconds before the moment from which the processor's time counts."""

PATIENCE = 300.0
"""Seconds after which a contestant that says nothing is ended; that is an error of it."""


TIMES = "CAMPAIGN_BENCH_TIMES"
"""The variable that tells a contestant how many times longer than usual to take before its posts are due."""

OWN = Path(sys.executable)
"""The Python of this project."""


@dataclass(frozen=True, slots=True)
class Run:
    """How one contestant is started. ``module``: of this folder; it gets a folder of its own, the server's address,
    the number of posts, and ``words``. ``broker``: a process whose time is counted apart."""

    module: str
    words: tuple[object, ...] = ()
    python: Path = OWN
    broker: int = 0


class TooLateError(RuntimeError):
    """A contestant had not stored its posts when they fell due."""


def storm(run: Run, posts: int, delay: float) -> Figures:
    """Let one contestant send the posts to a server that answers after ``delay`` seconds; on a busy machine it gets
    more time before they are due."""
    for times in (1, 2):
        with suppress(TooLateError):
            return _storm(run, posts, delay, times)
    return _storm(run, posts, delay, 4)


def _storm(run: Run, posts: int, delay: float, times: int) -> Figures:
    with tempfile.TemporaryDirectory() as folder, receiver(delay) as server:
        words = [run.python, "-m", f"tests.benchmarks.{run.module}", folder, server.url, posts, *run.words]
        with _actor([str(word) for word in words], times) as actor:
            due = actor.hear()["due"]
            if (left := due - BEFORE - time.time()) < 0:
                raise TooLateError(f"its posts fell due {BEFORE - left:.1f} s before they were stored")
            time.sleep(left)
            mark = _Mark.of(actor.pid, run.broker)
            idle = processes.memory(actor.pid)
            told = actor.hear(due + PATIENCE - time.time())
            used = _Mark.of(actor.pid, run.broker)
            peak = processes.memory(actor.pid, "VmHWM")
        figures = told_by(server.arrivals(), posts, due)
    figures |= {"CPU s": used.cpu - mark.cpu, "idle MiB": idle, "peak MiB": peak}
    if run.broker:
        figures["broker CPU s"] = used.broker - mark.broker
    return figures | told


def only(figures: Figures, *names: str) -> Figures:
    """Those of the figures that there are, in this order."""
    return {name: figures[name] for name in names if name in figures}


def told_by(arrivals: list[Arrival], posts: int, due: float) -> dict[str, float]:
    """What the server saw."""
    late = sorted(arrival.at - due for arrival in arrivals)
    if not late:
        raise RuntimeError("nothing arrived")
    if late[0] < 0:
        raise RuntimeError(f"the first post came {-late[0]:.2f} s too early")
    different = len({arrival.key for arrival in arrivals})
    return {
        "lost": posts - different,
        "doubled": len(arrivals) - different,
        "p50 late s": late[len(late) // 2],
        "p99 late s": late[len(late) * 99 // 100],
        "posts/s": len(late) / late[-1],
    }


@dataclass(frozen=True, slots=True)
class _Mark:
    cpu: float
    broker: float

    @classmethod
    def of(cls, pid: int, broker: int) -> _Mark:
        return cls(processes.cpu(pid), processes.cpu(broker) if broker else 0.0)


@dataclass(frozen=True, slots=True)
class _Actor:
    process: subprocess.Popen[str]
    talk: IO[str]

    @property
    def pid(self) -> int:
        return self.process.pid

    def hear(self, seconds: float = PATIENCE) -> dict[str, Any]:
        """The next thing that it says; nothing if it is not heard of within the seconds."""
        assert self.process.stdout is not None
        silence = threading.Timer(seconds, self.process.kill)
        silence.start()
        line = self.process.stdout.readline()
        silence.cancel()
        if line:
            told: dict[str, Any] = json.loads(line)
            return told
        code = self.process.wait()
        raise RuntimeError(f"ended with {code}: {Path(self.talk.name).read_text()[-2000:]}")


@contextmanager
def _actor(words: list[str], times: int) -> Iterator[_Actor]:
    with (
        tempfile.NamedTemporaryFile("w") as talk,
        subprocess.Popen(
            words,
            cwd=ROOT,
            env={**os.environ, TIMES: str(times)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=talk,
            text=True,
            start_new_session=True,
        ) as process,
    ):
        try:
            yield _Actor(process, talk)
            assert process.stdin is not None
            process.stdin.close()
            process.wait(PATIENCE)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)  # also what it has left running
