"""Cold starts: what a person waits for, and the memory that it takes."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from tests.benchmarks import made
from tests.benchmarks.measure import ROOT, Contest, Contestant, Figures, timed

HELLO = """\
import click

@click.command()
@click.option("--name", default="you", help="Whom to greet.")
def hello(name):
    click.echo(f"Hello {name}!")

if __name__ == "__main__":
    hello()
"""

PEAK = """\
import runpy, sys
sys.argv = [sys.argv[1], *sys.argv[2:]]
try:
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
except SystemExit:
    pass
finally:
    line = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
    print(line.split()[1], file=sys.stderr)
"""
"""Runs a module and says its peak memory (KiB). What wait4 tells of a child counts its parent's memory too."""


def _start(environ: Mapping[str, str], *words: str) -> Figures:
    command = [sys.executable, "-c", PEAK, *(words or ["this"])]
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
    peak = int(done.stderr.split()[-1]) / 1024
    return {**timed(*(["-m", *words] if words else ["-c", "pass"]), environ=environ), "peak MiB": peak}


@contextmanager
def _prepare(posts: int) -> Iterator[Mapping[str, Contestant]]:
    with tempfile.TemporaryDirectory() as folder:
        root = made.folder(Path(folder), {"site": "network: feed"}, one=made.hourly(posts))
        (root / "hello.py").write_text(HELLO)
        environ = {**os.environ, "CAMPAIGN_WORKSPACE": str(root), "PYTHONPATH": str(root)}
        for _ in range(2):  # a store is made, and all code compiled
            timed("-m", "campaign", "run", "--once", "--new-store", environ=environ)
        yield {
            "python -c pass": partial(_start, environ),
            "click's hello world": partial(_start, environ, "hello", "--help"),
            "campaign --help": partial(_start, environ, "campaign", "--help"),
            "campaign check": partial(_start, environ, "campaign", "check"),
            "campaign status": partial(_start, environ, "campaign", "status"),
            "campaign log": partial(_start, environ, "campaign", "log"),
        }


CONTEST = Contest("posts in the workspace, cold starts", 10, 2, _prepare)
