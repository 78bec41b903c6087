"""Servers that task queues stand on, each of our own on a free port of this machine, gone afterwards."""

from __future__ import annotations

import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

from tests import servers

_numbers = count(1)


@contextmanager
def redis() -> Iterator[tuple[str, int]]:
    """The address of a Redis that keeps nothing on disk (the quickest way to run it), and its process."""
    port = servers.free_port()
    with tempfile.TemporaryDirectory() as folder:
        keep = ("--save", "", "--appendonly", "no", "--dir", folder)
        words = (servers.find("redis-server"), "--bind", "127.0.0.1", "--port", str(port), *keep)
        with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            try:
                _listening(port, process)
                yield f"redis://127.0.0.1:{port}/0", process.pid
            finally:
                process.terminate()


def _listening(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(500):
        if process.poll() is not None:
            break
        with socket.socket() as knock:
            if knock.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise RuntimeError("redis-server does not answer")


@contextmanager
def database(server: servers.Postgres) -> Iterator[str]:
    """The name of a new database, which is gone afterwards."""
    name = f"storm{next(_numbers)}"
    server.run(f"CREATE DATABASE {name}")
    try:
        yield name
    finally:
        server.run(f"DROP DATABASE {name} WITH (FORCE)")
