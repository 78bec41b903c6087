"""Who runs the loop on a store: a file lock on SQLite, a session's advisory lock on PostgreSQL; both die with it."""

from __future__ import annotations

import json
import os
import socket
import time
import zlib
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from sqlalchemy import Connection, Engine, bindparam, func, select, text
from sqlalchemy.exc import DBAPIError

from campaign.errors import StoreError
from campaign.store import advisory, meta
from campaign.store.faults import explain

if TYPE_CHECKING:
    from filelock import FileLock

Begin = Callable[[], AbstractContextManager[Connection]]

RUNNER = "runner:"
"""Name of a runner's row in meta: this and its host."""

_PATIENCE = 0.5
"""Seconds for which a second run tries: somebody may only be asking who holds the store."""


@dataclass(frozen=True, slots=True)
class Runner:
    """A process that runs the loop: its host, its process id (0: not known yet) and since when (aware UTC)."""

    host: str
    pid: int
    since: datetime | None

    def __str__(self) -> str:
        since = f", since {self.since:%Y-%m-%d %H:%M} UTC" if self.since else ""
        return f"{self.host} (pid {self.pid or 'not known yet'}{since})"

    def as_text(self) -> str:
        """The form it has in the store."""
        return json.dumps({"pid": self.pid, "since": self.since.isoformat() if self.since else None})

    @staticmethod
    def from_text(host: str, text: str) -> Runner:
        told = json.loads(text)
        return Runner(
            host, int(told["pid"]), datetime.fromisoformat(told["since"]) if told["since"] else None
        )


class Holder(ABC):
    """The store is held by this process until ``release`` (or the end of a ``with`` block, or of the process)."""

    runner: Runner

    @abstractmethod
    def release(self) -> None:
        """Let go; a second time does nothing."""

    @abstractmethod
    def keep(self) -> None:
        """Make sure that it is still seen: a server may have been restarted under us."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


def clock(connection: Connection) -> datetime:
    """The store's own clock, aware UTC."""
    if connection.dialect.name == "postgresql":
        moment: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
        return moment.astimezone(UTC)
    told = connection.execute(select(func.strftime("%Y-%m-%dT%H:%M:%f", "now"))).scalar_one()
    return datetime.fromisoformat(told).replace(tzinfo=UTC)


# -- SQLite: one run at a time ---------------------------------------------------------------------------


class _FileHolder(Holder):
    def __init__(self, lock: FileLock, write: Begin) -> None:
        self._lock = lock
        self._write = write
        with write() as connection:
            self.runner = Runner(socket.gethostname(), os.getpid(), clock(connection))
            for host, text_ in meta.starting_with(connection, RUNNER).items():
                meta.drop(connection, RUNNER + host, text_)  # left by a process that was killed
            meta.put(connection, RUNNER + self.runner.host, self.runner.as_text())

    def keep(self) -> None:
        """Nothing to do: the kernel keeps the lock."""

    def release(self) -> None:
        if not self._lock.is_locked:
            return
        try:
            with self._write() as connection:
                meta.drop(connection, RUNNER + self.runner.host, self.runner.as_text())
        finally:
            self._lock.release()


def hold_file(path: Path, read: Begin, write: Begin) -> Holder:
    """Hold a SQLite store. StoreError, naming who has it, when somebody runs already."""
    from filelock import Timeout

    lock = _lock(path)
    try:
        lock.acquire(timeout=_PATIENCE)
    except Timeout:
        runner = holder_of_file(path, read)
        raise StoreError(
            f"campaign run is already going on {runner}" if runner else "campaign run was just ending",
            "one is enough: it picks up every change by itself" if runner else "start it again",
        ) from None
    except OSError as error:
        raise explain(error, str(_lock_path(path))) or error from error
    try:
        return _FileHolder(lock, write)
    except BaseException:
        lock.release()
        raise


def holder_of_file(path: Path, read: Begin) -> Runner | None:
    """Who holds a SQLite store now. The lock decides, not the row: a killed process leaves its row behind."""
    if not _lock_path(path).exists():
        return None
    from filelock import Timeout  # late: it costs what a look into the store need not

    for _ in range(50):
        lock = _lock(path)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            pass
        except OSError as error:
            raise explain(error, str(_lock_path(path))) or error from error
        else:
            lock.release()
            return None
        with read() as connection:
            runners = meta.starting_with(connection, RUNNER)
        for host, told in runners.items():
            return Runner.from_text(host, told)
        time.sleep(0.01)  # it has the lock and is about to say who it is, or is letting go
    return Runner(socket.gethostname(), 0, None)


def _lock_path(path: Path) -> Path:
    return path.with_name(path.name + ".lock")


def _lock(path: Path) -> FileLock:
    # Not bound to a thread: a signal or a scheduler's thread may be the one that lets go.
    from filelock import FileLock

    return FileLock(_lock_path(path), mode=0o600, thread_local=False)


# -- PostgreSQL: one row for each host -------------------------------------------------------------------


class _SessionHolder(Holder):
    def __init__(self, engine: Engine, write: Begin) -> None:
        self._engine = engine
        self._write = write
        self._released = False
        self._session: Connection | None = self._connect()
        with write() as connection:
            self.runner = Runner(socket.gethostname(), os.getpid(), clock(connection))
            meta.put(connection, RUNNER + self.runner.host, self.runner.as_text())

    def _connect(self) -> Connection:
        session = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        try:
            # Shared: two runs on one host are two hosts that happen to have one name.
            session.execute(
                select(func.pg_advisory_lock_shared(advisory.SPACE, _number(socket.gethostname())))
            )
        except BaseException:
            session.close()
            raise
        return session

    def keep(self) -> None:
        if self._released:
            return
        if self._session is not None:
            try:
                standby = self._session.execute(select(func.pg_is_in_recovery())).scalar()
            except DBAPIError as error:
                if not error.connection_invalidated:
                    raise
                standby = True
            if standby:  # or gone: another server has taken over, or will
                self._drop()
        if self._session is None:
            self._session = self._connect()

    def _drop(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            with suppress(DBAPIError):  # a session that is gone has let go already
                session.invalidate()
            session.close()

    def release(self) -> None:
        if self._released:
            return
        self._released = True
        self._drop()
        with self._write() as connection:
            meta.drop(connection, RUNNER + self.runner.host, self.runner.as_text())


def hold_session(engine: Engine, write: Begin) -> Holder:
    """Say that this host runs on a PostgreSQL store; others may as well."""
    return _SessionHolder(engine, write)


def holders_of_session(read: Begin) -> list[Runner]:
    """The hosts at work on a PostgreSQL store now, the one that started first in front."""
    held = text(
        "SELECT objid::bigint FROM pg_locks WHERE locktype = 'advisory' AND granted AND classid = :space "
        "AND objsubid = 2 AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    ).bindparams(bindparam("space", advisory.SPACE))
    with read() as connection:
        alive = set(connection.execute(held).scalars())
        runners = [Runner.from_text(h, told) for h, told in meta.starting_with(connection, RUNNER).items()]
    running = [runner for runner in runners if _number(runner.host) in alive]
    return sorted(running, key=lambda runner: (runner.since or datetime.max.replace(tzinfo=UTC), runner.host))


def _number(host: str) -> int:
    """A host as the second half of an advisory lock: above ``advisory.MIGRATIONS``."""
    return (zlib.crc32(host.encode()) & 0x7FFFFFFF) | 2
