"""The door to the store: opening it, short transactions, who runs, the bell. SQLite and PostgreSQL by the same code."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.pool import PoolProxiedConnection

from campaign.errors import NoStoreYet, StoreError
from campaign.store import advisory, engines, holding, meta, preflight, schema
from campaign.store.faults import explain
from campaign.store.holding import Holder, Runner

FORMS = "write sqlite:///campaign.db or postgresql+psycopg://USER@HOST/DATABASE in `store:` of config.yaml"


class Store:
    """One open store. Usable from several threads; each ``read`` and ``write`` is a transaction of its own.

    ``place``: which store it is, for messages (never with a password). ``created``: this call of ``open`` made it.
    ``shared``: several hosts may run on it (PostgreSQL).
    """

    def __init__(self, engine: Engine, place: str, path: Path | None) -> None:
        self.engine = engine
        self.place = place
        self.created = False
        self._path = path
        self._reader, self._writer = engines.modes(engine)
        # SQLite lets one connection write; threads of one process queue here, where waiting is fair and costs nothing.
        self._turn = threading.Lock() if path is not None else None
        self._writing = threading.local()
        self._holder: Holder | None = None
        self._watching: PoolProxiedConnection | None = None

    @classmethod
    def open(cls, url: str, root: Path, *, create: bool) -> Store:
        """Open a store and bring it to the newest version.

        ``url``: of ``store:`` in config.yaml; a relative SQLite path starts at ``root``. StoreError when it is missing
        (and not ``create``), can't be reached or written, is locked, damaged, newer than the program, or no store.
        """
        try:
            address = make_url(url)
        except (ArgumentError, ValueError):
            # Its text would repeat the address, and that may hold a password.
            raise StoreError("`store:` is not the address of a database", FORMS) from None
        match address.get_backend_name():
            case "sqlite":
                store, found = cls._sqlite(address, root, create)
            case "postgresql":
                store, found = cls(engines.postgresql(address), _place(address), None), None
            case other:
                raise StoreError(f"`store:` names {other!r}, which is not supported", FORMS)
        try:
            if found != schema.NEWEST:
                store._migrate(create)
        except BaseException:
            store.close()
            raise
        return store

    @classmethod
    def _sqlite(cls, address: URL, root: Path, create: bool) -> tuple[Store, int | None]:
        """The store in a file, and its version if it has one yet."""
        if not address.database or address.database == ":memory:" or address.query:
            raise StoreError("`store:` must name a file, without options behind it", FORMS)
        path = root / address.database
        found = None
        try:
            # An empty file is what a process leaves that died while making the store.
            there = path.is_file() and path.stat().st_size > 0
            if not there and not create:
                raise _missing(str(path))
            if there:
                found = preflight.look(path, thorough=create)
            elif create:
                engines.touch_private(path)
        except OSError as error:
            raise explain(error, str(path)) or error from error
        return cls(engines.sqlite(path), str(path), path), found

    def _migrate(self, create: bool) -> None:
        with self.read() as connection:
            found = schema.version(connection)
        if found is not None:
            schema.check(found, self.place)
        elif not create:
            if self._path is None:
                raise _missing(self.place)
            raise StoreError(
                f"{self.place} is a database, but not a store of campaign",
                "is `store:` in config.yaml the right file?",
            )
        if found != schema.NEWEST:
            from campaign.store import migrations

            with self.write() as connection:
                self.created = migrations.upgrade(connection, self.place) == 0

    def scrub(self) -> str:
        """Overwrite in the files what was deleted or blanked, so that none of its bytes can be read from them any more.

        "" when that is done; else why some may remain, in plain words. StoreBusy when others write all the time.
        """
        if self._path is None:
            return (
                "PostgreSQL keeps old versions of a row in its files until VACUUM FULL of deliveries, attempts and"
                " events, and in its write-ahead log and their archive"
            )
        with self._explained(), self._in_turn():
            return engines.scrub(self.engine)

    def close(self) -> None:
        """Close all connections. The store lets go of the loop, if it still holds it."""
        if self._holder is not None:
            self._holder.release()
            self._holder = None
        if self._watching is not None:
            self._watching.close()
            self._watching = None
        self.engine.dispose()

    # -- transactions -------------------------------------------------------------------------------------

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that sees the store as it stands at one moment, and can't write. StoreError."""
        with self._explained(), self._reader.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that is committed at the end of the block, or not at all. Keep it short: on SQLite all others
        wait. StoreError; StoreBusy where trying again may help."""
        if getattr(self._writing, "here", False):
            raise RuntimeError("write() inside write() of the same thread would wait for itself")
        with self._explained(), self._in_turn(), self._writer.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def _in_turn(self) -> Iterator[None]:
        self._writing.here = True
        try:
            if self._turn is None:
                yield
            else:
                with self._turn:
                    yield
        finally:
            self._writing.here = False

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            expected = explain(error, self.place)
            if expected is None:
                raise
            raise expected from error

    # -- who runs -----------------------------------------------------------------------------------------

    @property
    def shared(self) -> bool:
        """Whether several hosts may run on it at once."""
        return self._path is None

    def hold(self) -> Holder:
        """Say that this process runs the loop, until the holder is released or the process ends.

        On SQLite only one can: StoreError "campaign run is already going on HOST (pid N, since ...)".
        """
        with self._explained():
            if self._path is None:
                self._holder = holding.hold_session(self.engine, self.write)
            else:
                self._holder = holding.hold_file(self._path, self.read, self.write)
        return self._holder

    def holder(self) -> Runner | None:
        """Who runs the loop now: a process that is alive, or None. With several hosts, the one that started first."""
        return next(iter(self.runners()), None)

    def runners(self) -> list[Runner]:
        """All that run the loop on this store now."""
        if self._path is None:
            return holding.holders_of_session(self.read)
        runner = holding.holder_of_file(self._path, self.read)
        return [runner] if runner else []

    # -- small facts --------------------------------------------------------------------------------------

    def nudge(self) -> None:
        """Ring the bell: whoever runs the loop looks at the store within a second."""
        with self.write() as connection:
            meta.ring(connection)

    def nudges(self) -> int:
        """How often the bell was rung so far. The loop asks each second, and this keeps its hold seen."""
        if self._holder is not None:
            with self._explained():
                self._holder.keep()
        with self.read() as connection:
            return meta.rings(connection)

    def stamp(self) -> int | None:
        """A number that stays the same as long as nobody, here or in another process, has committed anything; None
        where there is no such thing (PostgreSQL). It costs next to nothing. To be asked from one thread."""
        if self._path is None:
            return None
        with self._explained():
            # Of its own, and nothing is written by it: a connection's own commits don't count.
            if self._watching is None:
                self._watching = self.engine.raw_connection()
        watching: sqlite3.Connection = self._watching.driver_connection  # type: ignore[assignment]
        try:
            number: int = watching.execute("PRAGMA data_version").fetchone()[0]
        except sqlite3.Error as error:
            raise explain(error, self.place) or error from error
        return number

    def get(self, name: str) -> str | None:
        """A fact kept beside the rows (``last_tick``...), or None."""
        with self.read() as connection:
            return meta.get(connection, name)

    def set(self, name: str, value: str) -> None:
        """Keep a fact. Instants are kept as ISO text."""
        with self.write() as connection:
            meta.put(connection, name, value)

    def workspace_id(self, default: UUID) -> UUID:
        """The workspace's id that this store keeps; ``default`` from now on if it has none."""
        with self.read() as connection:
            known = meta.get(connection, meta.WORKSPACE)
        if known is None:
            with self.write() as connection:
                known = meta.keep(connection, meta.WORKSPACE, str(default))
        return UUID(known)

    def clock(self) -> datetime:
        """What time the store says it is, aware UTC."""
        with self.read() as connection:
            return holding.clock(connection)


def planner_lock(connection: Connection) -> bool:
    """Whether this host may plan in this transaction: on PostgreSQL one at a time, on SQLite who writes is alone."""
    if connection.dialect.name != "postgresql":
        return True
    return bool(
        connection.execute(
            select(func.pg_try_advisory_xact_lock(advisory.SPACE, advisory.PLANNER))
        ).scalar_one()
    )


def planner_turn(connection: Connection) -> None:
    """Wait until no other host plans; until the transaction ends, none does. StoreBusy when that takes too long."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(advisory.SPACE, advisory.PLANNER)))


def _missing(place: str) -> StoreError:
    return NoStoreYet(f"there is no store yet at {place}", "campaign run makes it")


def _place(address: URL) -> str:
    return f"PostgreSQL {address.host or 'localhost'}:{address.port or 5432}/{address.database or ''}"
