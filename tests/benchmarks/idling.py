"""Nothing to do: what `campaign run` costs while it waits, beside a scheduler that wakes once a second for nothing; and
whether it grows in ten years of it.

All rounds wait at once, in the same minute: processes that do nothing are not in each other's way.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path

from tests.benchmarks import made
from tests.benchmarks.measure import ROOT, Bar, Contest, Contestant, Figures, child

CAMPAIGNS, POSTS = 100, 5
TEXTS = 100
"""Files beside those of the campaigns."""

ROUNDS = 5
"""So many of each wait at once."""

YEARS = 10
LONG = 30
"""Seconds from which on it is a measurement and no smoke test, which is content with less of everything."""

PATIENCE = 120
"""Seconds that all of them have to start, side by side."""

SCHEDULER = """\
from apscheduler.schedulers.blocking import BlockingScheduler

scheduler = BlockingScheduler()
scheduler.add_job(lambda: None, "interval", seconds=1)
scheduler.start()
"""

OURS, THEIRS, OLD = "campaign run", "APScheduler, one empty job a second", f"campaign, {YEARS} years"


@dataclass(frozen=True, slots=True)
class Reading:
    """Of a process so far: seconds of the processor, and how often one of its threads was woken."""

    cpu: float
    woken: int

    @staticmethod
    def of(pid: int) -> Reading:
        """User and system time are fields 14 and 15 of proc(5)'s stat, in clock ticks."""
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        cpu = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        tasks = Path(f"/proc/{pid}/task").iterdir()
        return Reading(cpu, sum(_status(task, "voluntary_ctxt_switches") for task in tasks))


def _status(process: Path, name: str) -> int:
    """A number of proc(5)'s status."""
    lines = (process / "status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))


@dataclass
class Waiting:
    """Figures of processes that have waited side by side; they wait once more when these are used up. ``commands``:
    those of each contestant, one a round."""

    seconds: int
    commands: Mapping[str, Sequence[Sequence[str]]]
    left: dict[str, list[Figures]] = field(default_factory=dict)

    def figures(self, name: str) -> Figures:
        if not self.left.get(name):
            self.left = self._wait()
        return self.left[name].pop()

    def _wait(self) -> dict[str, list[Figures]]:
        with ExitStack() as after:
            running = {
                name: [after.enter_context(_started(command)) for command in commands]
                for name, commands in self.commands.items()
            }
            pids = [pid for found in running.values() for pid in found]
            _calm(pids)
            before = {pid: Reading.of(pid) for pid in pids}
            began = time.monotonic()
            time.sleep(self.seconds)
            seen = {pid: Reading.of(pid) for pid in pids}
            took = time.monotonic() - began
            return {
                name: [
                    {
                        "CPU ms/s": (seen[pid].cpu - before[pid].cpu) * 1000 / took,
                        "wake-ups/s": (seen[pid].woken - before[pid].woken) / took,
                        "MiB": _status(Path(f"/proc/{pid}"), "VmRSS") / 1024,
                    }
                    for pid in found
                ]
                for name, found in running.items()
            }


@contextmanager
def _started(command: Sequence[str]) -> Iterator[int]:
    with subprocess.Popen(
        [sys.executable, *command], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            yield process.pid
        finally:
            process.send_signal(signal.SIGTERM)


def _calm(pids: list[int]) -> None:
    """Wait until they have started: until none has used a hundredth of a second more than the second before."""
    until = time.monotonic() + PATIENCE
    before = dict.fromkeys(pids, 0.0)
    while time.monotonic() < until:
        time.sleep(1)
        used = {pid: Reading.of(pid).cpu for pid in pids}
        if all(0 < used[pid] <= before[pid] + 0.01 for pid in pids):
            return
        before = used
    raise RuntimeError("they do not come to rest")


@cache
def _aged(years: float) -> Figures:
    """Counted, not timed: one life stands for all rounds."""
    return child("tests.benchmarks.ageing", years)


@contextmanager
def _prepare(seconds: int) -> Iterator[Mapping[str, Contestant]]:
    long = seconds >= LONG
    rounds = ROUNDS if long else 1
    with tempfile.TemporaryDirectory() as folder:
        roots = [_workspace(Path(folder) / str(n)) for n in range(rounds)]
        commands = {
            OURS: [["-m", "campaign", "-w", str(root), "run"] for root in roots],
            THEIRS: [["-c", SCHEDULER]] * rounds,
        }
        waiting = Waiting(seconds, commands)
        yield {
            OURS: partial(waiting.figures, OURS),
            THEIRS: partial(waiting.figures, THEIRS),
            OLD: partial(_aged, YEARS if long else 1 / 4),
        }


def _workspace(place: Path) -> Path:
    """The files of campaigns in which nothing is due today."""
    place.mkdir()
    campaigns = {f"c{n}": made.hourly(POSTS) for n in range(CAMPAIGNS)}
    root = made.folder(place, {"site": "network: feed"}, **campaigns)
    for n in range(TEXTS):
        (root / "posts" / f"text{n}.j2").write_text("{{ campaign.title }}")
    return root


CONTEST = Contest(
    f"seconds of waiting, {CAMPAIGNS} campaigns in {CAMPAIGNS + TEXTS} files",
    60,
    1,
    _prepare,
    bars=(
        Bar(OURS, "MiB", 80),
        Bar(
            OURS,
            "CPU ms/s",
            2,
            why="once a second a thread looks at the times of every file and folder (the largest single part), at the"
            " store's counter, at the clock and at the file PAUSE",
        ),
        Bar(OURS, "wake-ups/s", 2, than=THEIRS),
        Bar(OLD, "KiB more", 1024),
    ),
)
