"""What a database may complain of, in the words a person is told; whatever is not listed here is a bug of ours."""

from __future__ import annotations

import errno
import sqlite3

from sqlalchemy.exc import DBAPIError

from campaign.errors import StoreError


class StoreBusy(StoreError):
    """Somebody else was writing: nothing was changed, and the same transaction may simply be tried again."""


_WRITABLE = "check that the file and its folder belong to you and are not read-only"
_DISK = "free some space on that disk and start again: what could not be written was not begun"
_RESTORE = 'put back a copy of it, or rescue what can be read with: sqlite3 FILE ".recover"'
_AGAIN = "try again in a moment; if it stays so, close the program that has it open"


def explain(error: Exception, place: str) -> StoreError | None:
    """The expected failure behind an exception of the database or the disk, or None if it is a bug.

    ``place`` says which store (never with a password). The exception's own text is used for PostgreSQL only, where it
    holds host and user but no password.
    """
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, sqlite3.Error):
        return _sqlite(cause, place)
    if isinstance(cause, OSError):
        if cause.errno in (errno.ENOSPC, errno.EDQUOT):
            return StoreError(f"there is no room left to write {place}", _DISK)
        return StoreError(f"{place} can't be opened: {cause.strerror}", _WRITABLE)
    if isinstance(error, DBAPIError):
        return _postgresql(error, place)
    return None


def damaged(place: str) -> StoreError:
    """What is read from a store is not what was written."""
    return StoreError(f"{place} is damaged", _RESTORE)


def _sqlite(error: sqlite3.Error, place: str) -> StoreError | None:
    # The primary code is the low byte: https://www.sqlite.org/rescode.html
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StoreBusy(f"{place} is locked by another program", _AGAIN)
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_AUTH):
        return StoreError(f"{place} can't be written", _WRITABLE)
    if code == sqlite3.SQLITE_FULL:
        return StoreError(f"there is no room left to write {place}", _DISK)
    # The last one is Python's own word: we wrote UTF-8 there.
    if code == sqlite3.SQLITE_CORRUPT or str(error).startswith("Could not decode to UTF-8"):
        return damaged(place)
    if code == sqlite3.SQLITE_NOTADB:
        return StoreError(f"{place} is not a database", "is `store:` in config.yaml the right file?")
    if code == sqlite3.SQLITE_IOERR:
        return StoreError(
            f"the disk does not read or write {place}", "look at the system's log for disk errors"
        )
    return None


def _postgresql(error: DBAPIError, place: str) -> StoreError | None:
    # Classes of https://www.postgresql.org/docs/current/errcodes-appendix.html; None: no server spoke.
    state = getattr(error.orig, "sqlstate", None)
    if state in ("40001", "40P01", "55P03"):
        return StoreBusy(f"{place} is in use by another host just now", _AGAIN)
    if state == "25P03":
        return StoreBusy(f"{place} did not wait for this host, which was stopped or cut off", _AGAIN)
    if state in ("53100", "53200"):
        return StoreError(f"there is no room left to write {place}", "free some space on the server's disk")
    if state in ("25006", "42501"):
        return StoreError(
            f"{place} can't be written: {_line(error)}", "grant the user CREATE and write rights"
        )
    if error.connection_invalidated or state is None or state[:2] in ("08", "28", "3D", "53", "57"):
        if type(error.orig).__name__ not in (
            "OperationalError",
            "ConnectionTimeout",
            "InterfaceError",
        ) and not (error.connection_invalidated or state):
            return None
        return StoreError(
            f"{place} can't be reached: {_line(error)}",
            "is the server running, and are host, user and password in `store:` right?",
        )
    return None


def _line(error: DBAPIError) -> str:
    """The first line of what the server or the driver said; those below it guess and advise."""
    lines = [line.strip() for line in str(error.orig).splitlines() if line.strip()]
    return lines[0] if lines else type(error.orig).__name__
