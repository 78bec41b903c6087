"""What others would pick instead of this program, each in an environment of its own (``.bench/NAME``).

``python -m tests.benchmarks.rivals`` installs them, pinned in ``.ci/lock/rivals``. What can't be installed, or lacks a
program, is left out of the contests, with the reason.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests import servers
from tests.benchmarks.measure import ROOT, Contestant, Figures, LeftOut

FOLDER = ROOT / ".bench"
PINS = ROOT / ".ci" / "lock" / "rivals"


@dataclass(frozen=True, slots=True)
class Rival:
    """``package``: whose version is told. ``needs``: programs that come with the system -> what installs them."""

    package: str
    needs: tuple[tuple[str, str], ...] = ()
    node: bool = False


POSTGRESQL = "apt-get install postgresql"

RIVALS = {
    "apscheduler": Rival("APScheduler"),
    "huey": Rival("huey"),
    "celery": Rival("celery", (("redis-server", "apt-get install redis-server"),)),
    "procrastinate": Rival("procrastinate", (("initdb", POSTGRESQL),)),
    "httpx": Rival("httpx"),
    "toot": Rival("toot"),
    "crosspost": Rival(
        "@humanwhocodes/crosspost",
        (("node", "apt-get install nodejs"), ("npm", "apt-get install npm")),
        node=True,
    ),
}


def python(name: str) -> Path:
    """The Python of a rival's environment."""
    return FOLDER / name / "bin" / "python"


def command(name: str) -> Path:
    """The command of the rival's own name."""
    return FOLDER / name / ("node_modules/.bin" if RIVALS[name].node else "bin") / name


def missing(name: str) -> str:
    """Why a rival can't be measured, in one line; "" if it can."""
    lacking = [hint for program, hint in RIVALS[name].needs if not servers.find(program)]
    if lacking:
        return f"{name} is left out: {'; '.join(lacking)}"
    if not _is_made(name):
        return f"{name} is left out: python -m tests.benchmarks.rivals installs it"
    return ""


def needing(name: str, contestant: Contestant) -> Contestant:
    """A contestant that is left out where the rival is missing."""

    def work() -> Figures:
        if reason := missing(name):
            raise LeftOut(reason)
        return contestant()

    return work


@cache
def version(name: str) -> str:
    """The installed version of a rival's package."""
    package = RIVALS[name].package
    if RIVALS[name].node:
        about = json.loads((FOLDER / name / "node_modules" / package / "package.json").read_text())
        return str(about["version"])
    asked = f"from importlib.metadata import version; print(version({package!r}))"
    done = subprocess.run([python(name), "-c", asked], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def install() -> Iterator[str]:
    """Install all rivals that are not there in their pinned versions; a line for each that can't be."""
    for name in RIVALS:
        if not _is_made(name):
            try:
                _make(name)
            except FileNotFoundError:
                pass  # npm: ``missing`` says so
            except subprocess.CalledProcessError as error:
                said = (error.stderr or "").strip() or str(error)
                yield f"{name} could not be installed: {said.splitlines()[-1]}"
        if reason := missing(name):
            yield reason


def _pins(name: str) -> list[Path]:
    if RIVALS[name].node:
        return [PINS / name / "package.json", PINS / name / "package-lock.json"]
    return [PINS / f"{name}.txt"]


def _mark(name: str) -> str:
    """What changes when the pins or the Python do."""
    pins = b"".join(path.read_bytes() for path in _pins(name))
    return hashlib.sha256(pins + sys.version.encode()).hexdigest()


def _is_made(name: str) -> bool:
    made = FOLDER / name / ".made"
    return made.is_file() and made.read_text() == _mark(name)


def _make(name: str) -> None:
    place = FOLDER / name
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    if RIVALS[name].node:
        for path in _pins(name):
            shutil.copy(path, place)
        _call("npm", "ci", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", place=place)
    else:
        venv.create(place, with_pip=True)
        pip = (str(python(name)), "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
        _call(*pip, "--require-hashes", "-r", str(_pins(name)[0]), place=place)
    (place / ".made").write_text(_mark(name))


def _call(*words: str, place: Path) -> None:
    subprocess.run(words, cwd=place, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True)


if __name__ == "__main__":
    for line in install():
        print(line)
