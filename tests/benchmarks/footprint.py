"""What an installation takes on disk and, while it waits, of memory; beside what others ask for in their documents.

Python itself is not counted, as the documents count no operating system apart: theirs are figures for a machine.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from tests.benchmarks import made
from tests.benchmarks.measure import ROOT, Bar, Contest, Contestant, Figures

POSTIZ = "Postiz' documents"
MIXPOST = "Mixpost's documents"

ASKED: Mapping[str, Figures] = {
    # https://docs.postiz.com/installation/system-requirements, "Hardware", "Supported floor": 2 vCPU, 2 GB of RAM
    # ("all-in-one, light use"), 20 GB of disk. It needs PostgreSQL, Redis and Temporal besides, which are in it.
    POSTIZ: {"disk MiB": 20_000_000_000 / 1024**2, "resident MiB": 2_000_000_000 / 1024**2},
    # https://docs.mixpost.app/guides/horizon, the smallest tier ("starter", "small or testing setups"): one process at
    # least for the queues, 192 MB each. MySQL or PostgreSQL, Redis and a web server with PHP, which it needs besides
    # (https://github.com/inovector/MixpostApp), are not in it; no document says how much disk.
    MIXPOST: {"resident MiB": 192_000_000 / 1024**2},
}
"""The least that their own documents ask for (read on 26 November 2026); nothing of it was measured here."""

STARTER = ("posts", "schedules", "config.example.yaml")
"""What a wheel holds besides the package."""


def _installed() -> Figures:
    """Our package, and all that it needs to run, as pip has unpacked and compiled it."""
    needed = _closure("campaign", {})
    ours = sum(_size(ROOT / name) for name in ("campaign", *STARTER))
    theirs = sum(_size(Path(str(file.locate()))) for one in needed.values() for file in one.files or ())
    return {"disk MiB": (ours + theirs) / 1024**2, "packages": len(needed)}


def _closure(name: str, found: dict[str, Distribution]) -> dict[str, Distribution]:
    """The packages that one needs, and those that these need: without extras, and without those that this system has
    no use for."""
    for line in distribution(name).requires or ():
        if "extra ==" in line:
            continue
        needed = re.match(r"[\w.-]+", line)
        assert needed is not None, line
        key = re.sub(r"[-_.]+", "-", needed[0]).lower()
        if key in found:
            continue
        try:
            found[key] = distribution(key)
        except PackageNotFoundError:  # of another system, by its marker
            assert ";" in line, line
            continue
        _closure(key, found)
    return found


def _size(path: Path) -> int:
    if path.is_dir():
        return sum(_size(below) for below in path.iterdir())
    return path.stat().st_size if path.is_file() else 0


def _running(root: Path, seconds: float) -> Figures:
    """`campaign run` in a small workspace, after its first ticks."""
    command = [sys.executable, "-m", "campaign", "-w", str(root), "run"]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stderr is not None
            said = process.stderr.readline()
            if not said.startswith("publishing from"):
                raise RuntimeError(f"campaign run: {said}{process.stderr.read()}")
            time.sleep(seconds)
            memory = _resident(process.pid)
        finally:
            process.terminate()
    return {"resident MiB": memory}


def _resident(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) / 1024


@contextmanager
def _prepare(seconds: int) -> Iterator[Mapping[str, Contestant]]:
    with tempfile.TemporaryDirectory() as folder:
        root = made.folder(Path(folder), {"site": "network: feed"}, one=made.hourly(10))
        on_disk = _installed()
        yield {
            "campaign": lambda: {**on_disk, **_running(root, seconds)},
            **{name: partial(dict, figures) for name, figures in ASKED.items()},
        }


CONTEST = Contest(
    "seconds of waiting, and what is installed",
    5,
    1,
    _prepare,
    about=(
        "On disk: our package and all that it needs, as installed and compiled, without Python. Resident: `campaign "
        "run` with ten posts ahead, on SQLite. The others' figures are the least that their documents ask for, read "
        "on 26 November 2026 and not measured: Postiz' system requirements (the supported floor of all in one), and of "
        "Mixpost's guide to its queue workers one process of the smallest tier; web server, PHP, database and Redis "
        "come on top of that."
    ),
    bars=(
        Bar("campaign", "disk MiB", 1.0, than=POSTIZ),
        Bar("campaign", "resident MiB", 1.0, than=POSTIZ),
        Bar("campaign", "resident MiB", 1.0, than=MIXPOST),
    ),
)
