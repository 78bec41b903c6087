"""On what, and with what, was measured."""

from __future__ import annotations

import os
import platform
import re
import sqlite3
import subprocess
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

import campaign
from tests import servers
from tests.benchmarks import rivals
from tests.benchmarks.measure import ROOT

OURS = ("APScheduler", "SQLAlchemy", "requests", "urllib3", "Jinja2", "PyYAML", "pydantic", "psycopg")

FLUSHES = 50


def machine() -> dict[str, str]:
    """What this machine is."""
    about = Path("/proc/cpuinfo").read_text()
    memory = int(Path("/proc/meminfo").read_text().split()[1]) / 1024**2
    return {
        "cores": str(len(os.sched_getaffinity(0))),
        "CPU": next((line.partition(": ")[2] for line in about.splitlines() if "model name" in line), "?"),
        "memory": f"{memory:.0f} GiB",
        "kernel": f"{platform.system()} {platform.release()}",
        "a flush to disk": f"{flush() * 1000:.1f} ms",
        "load when it began": f"{os.getloadavg()[0]:.1f}",
    }


def flush() -> float:
    """Seconds that a flushed page takes on the disk where the contests' stores lie."""
    with tempfile.TemporaryFile() as file:
        began = time.perf_counter()
        for _ in range(FLUSHES):
            file.write(b"x" * 4096)
            file.flush()
            os.fsync(file.fileno())
        return (time.perf_counter() - began) / FLUSHES


def versions() -> dict[str, str]:
    """The versions of all that took part; what is not here is not named."""
    told = {
        "campaign": f"{campaign.__version__} ({_said('git', '-C', str(ROOT), 'describe', '--always', '--dirty')})"
    }
    told["Python"] = platform.python_version()
    told["SQLite"] = sqlite3.sqlite_version
    told |= {name: version(name) for name in OURS}
    for program, name in (("postgres", "PostgreSQL"), ("redis-server", "Redis"), ("node", "Node.js")):
        if path := servers.find(program):
            told[name] = _number(_said(path, "--version"))
    for name in rivals.RIVALS:
        if not rivals.missing(name):
            told[f"{name} (rival)"] = rivals.version(name)
    return told


def _number(said: str) -> str:
    found = re.search(r"\d+(\.\d+)+", said)
    return found[0] if found else said


def _said(*words: str) -> str:
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "?"
