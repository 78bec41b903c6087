"""Nothing to do: what `campaign run` costs while it waits, beside a scheduler that wakes once a second for nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from tests.benchmarks import made
from tests.benchmarks.measure import ROOT, Contest, Contestant, Figures

FILES = 200

SCHEDULER = """\
from apscheduler.schedulers.blocking import BlockingScheduler

scheduler = BlockingScheduler()
scheduler.add_job(lambda: None, "interval", seconds=1)
scheduler.start()
"""


def _idle(seconds: int, *arguments: str) -> Figures:
    with subprocess.Popen(
        [sys.executable, *arguments], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            time.sleep(min(seconds, 4))  # it starts
            began, used = time.monotonic(), _cpu(process.pid)
            time.sleep(seconds)
            spent, took = _cpu(process.pid) - used, time.monotonic() - began
            memory = _memory(process.pid)
        finally:
            process.send_signal(signal.SIGTERM)
    return {"CPU ms/s": spent * 1000 / took, "MiB": memory}


def _cpu(pid: int) -> float:
    """User and system seconds of a process: fields 14 and 15 of proc(5)'s stat, in clock ticks."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _memory(pid: int) -> float:
    line = next(
        line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS")
    )
    return int(line.split()[1]) / 1024


@contextmanager
def _prepare(seconds: int) -> Iterator[Mapping[str, Contestant]]:
    with tempfile.TemporaryDirectory() as folder:
        campaigns = {f"c{n}": made.hourly(5) for n in range(FILES // 2)}
        root = made.folder(Path(folder), {"site": "network: feed"}, **campaigns)
        for n in range(FILES - len(campaigns)):
            (root / "posts" / f"text{n}.j2").write_text("{{ campaign.title }}")
        yield {
            "campaign run": partial(_idle, seconds, "-m", "campaign", "-w", str(root), "run"),
            "APScheduler, one empty job a second": partial(_idle, seconds, "-c", SCHEDULER),
        }


CONTEST = Contest(f"seconds of waiting, over {FILES} files", 30, 1, _prepare)
