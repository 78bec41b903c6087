"""What running processes have used so far, as proc(5) tells it, from outside."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

TICK: int = os.sysconf("SC_CLK_TCK")


def cpu(pid: int) -> float:
    """User and system seconds of a process and all below it, of those that have ended too (in steps of 10 ms)."""
    return sum(_ticks(each) for each in family(pid)) / TICK


def memory(pid: int, field: str = "VmRSS") -> float:
    """MiB of a process and all below it: resident now (``VmRSS``), or at their peaks (``VmHWM``)."""
    return sum(_kib(each, field) for each in family(pid)) / 1024


def family(pid: int) -> Iterator[int]:
    """A process and all below it."""
    yield pid
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        children = [int(word) for task in tasks for word in (task / "children").read_text().split()]
    except OSError:
        return  # it has just ended; its parent counts it
    for child in children:
        yield from family(child)


def _ticks(pid: int) -> int:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return sum(map(int, fields[11:15]))  # utime, stime, and those of the children that were waited for


def _kib(pid: int, field: str) -> int:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith(f"{field}:")), 0)
