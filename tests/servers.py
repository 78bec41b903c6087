"""Real servers for tests: finding their programs, free ports, and a PostgreSQL of our own.

A test that needs a program that is absent is skipped with the reason and the command that installs it; with
CAMPAIGN_TEST_ALL=1 it fails instead, so that a run that claims to be complete is.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

POSTGRESQL = Path("/usr/lib/postgresql")
"""Where Debian keeps server programs that are not on the PATH."""


def find(name: str) -> str:
    """The path of a program (on the PATH, or of Debian's PostgreSQL); "" if there is none."""
    if found := shutil.which(name):
        return found
    for folder in sorted(POSTGRESQL.glob("*/bin"), reverse=True):
        if (folder / name).is_file():
            return str(folder / name)
    return ""


def require(name: str, hint: str) -> str:
    """The path of a program, or the name of an importable module.

    Absent: the test is skipped, "needs NAME: HINT", or fails with CAMPAIGN_TEST_ALL=1.
    """
    if found := find(name):
        return found
    if importlib.util.find_spec(name.partition(".")[0]) is not None:
        return name
    reason = f"needs {name}: {hint}"
    if os.environ.get("CAMPAIGN_TEST_ALL") == "1":
        pytest.fail(f"{reason} (CAMPAIGN_TEST_ALL=1)", pytrace=False)
    pytest.skip(reason)


def free_port() -> int:
    """A port on 127.0.0.1 that nobody listens on just now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@dataclass(frozen=True, slots=True)
class Postgres:
    """A running server on 127.0.0.1; ``user`` may make databases."""

    port: int
    user: str
    password: str
    data: Path
    _restart: Callable[[], None]

    @property
    def pid(self) -> int:
        """The process that all others of it are below."""
        return int((self.data / "postmaster.pid").read_text().split("\n")[0])

    def url(self, database: str, host: str = "127.0.0.1", *, password: bool = True) -> str:
        """The address of a database; without the password, as ``store:`` in config.yaml takes it."""
        user = f"{self.user}:{self.password}" if password else self.user
        return f"postgresql+psycopg://{user}@{host}:{self.port}/{database}"

    def restart(self) -> None:
        """Kill it and start it again: what was committed is there, all connections are gone."""
        self._restart()

    def run(self, statement: str) -> None:
        """Run one statement outside of a transaction, in the database ``postgres``."""
        import psycopg

        where = f"postgresql://{self.user}:{self.password}@127.0.0.1:{self.port}/postgres"
        with psycopg.connect(where, autocommit=True) as connection:
            connection.execute(statement.encode())


@contextmanager
def postgres(*, also: str = "", durable: bool = False, flushed: bool = False) -> Iterator[Postgres]:
    """A PostgreSQL server of our own: its data in a new folder, as a user that is not root, gone afterwards.

    ``also``: a second address to listen on, for everybody who knows the password. ``durable``: what is committed
    survives ``restart``. ``flushed``: and the end of the machine, as a server does that is in use.
    """
    hint = "apt install postgresql"
    initdb, pg_ctl = require("initdb", hint), require("pg_ctl", hint)
    port = free_port()
    # Not below pytest's own folder: that is closed to the user that the server runs as.
    home = Path(tempfile.mkdtemp(prefix="campaign-pg-"))
    who = _unprivileged()
    data, word, socket_folder, log = home / "data", home / "word", home / "run", home / "log"
    server = Postgres(port, "tester", "a-secret-for-tests", data, lambda: start("restart", "-m", "immediate"))
    word.write_text(server.password)
    socket_folder.mkdir()
    if who is not None:
        for path in (home, word, socket_folder):
            os.chown(path, who.pw_uid, who.pw_gid)

    def call(*command: str) -> None:
        done = subprocess.run(
            command,
            cwd=home,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,  # a pipe would be kept open by the server
            stderr=subprocess.DEVNULL,
            user=who.pw_uid if who else None,
            group=who.pw_gid if who else None,
            extra_groups=[] if who else None,
            check=False,
        )
        if done.returncode:
            told = log.read_text() if log.exists() else ""
            raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}\n{told}")

    options = f"-h {','.join(filter(None, ('127.0.0.1', also)))} -p {port} -k {socket_folder}"
    if not flushed:
        options += (
            f" -c fsync=off -c synchronous_commit={'on' if durable else 'off'} "
            "-c full_page_writes=off -c shared_buffers=32MB -c max_connections=100"
        )

    def start(*how: str) -> None:
        call(pg_ctl, "-D", str(data), "-l", str(log), "-o", options, "-w", *how)

    try:
        login = ("--username", server.user, "--pwfile", str(word), "--auth", "scram-sha-256")
        call(initdb, "-D", str(data), *login, "--encoding", "UTF8", "--no-locale", "--no-sync")
        if also:
            with (data / "pg_hba.conf").open("a") as allowed:
                allowed.write("host all all all scram-sha-256\n")
        start("start")
        try:
            yield server
        finally:
            call(pg_ctl, "-D", str(data), "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(home)


def _unprivileged() -> pwd.struct_passwd | None:
    """Whom the server runs as when we are root (PostgreSQL refuses root); None: as ourselves."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise RuntimeError("no user to run PostgreSQL as")
