"""Where a SQLite store lies: its disk, who may read it, whether its pages are sound. Only looks."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import stat
from contextlib import closing, suppress
from pathlib import Path

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from campaign.store import faults, preflight

MOUNTS = Path("/proc/self/mounts")

LOW, TIGHT = 500 * 1024**2, 50 * 1024**2
"""Bytes left on the disk at which it is worth a warning, and an error: a write-ahead log needs some room."""

_REMOTE = re.compile(
    r"(nfs\d?|cifs|smb\d?|smbfs|ncpfs?|afs|9p|ceph|lustre|beegfs|glusterfs|davfs2?|sshfs|vboxsf|prl_fs|drvfs|coda"
    r"|fuse\.(sshfs|glusterfs|davfs2?|s3fs|rclone|gcsfuse|smbnetfs|curlftpfs|juicefs|goofys|ceph))"
)
"""File systems over which SQLite's locks and shared memory can't be relied on: https://www.sqlite.org/faq.html#q5 and
https://www.sqlite.org/wal.html ("WAL does not work over a network filesystem")."""

_OCTAL = re.compile(r"\\([0-7]{3})")


def file_of(url: str, root: Path) -> Path | None:
    """The file of a SQLite store; None for another database, or an address that is none."""
    try:
        address = make_url(url)
    except (ArgumentError, ValueError):
        return None
    return root / address.database if address.get_backend_name() == "sqlite" and address.database else None


def file_system(path: Path, mounts: str) -> str:
    """The type of the file system on which a path lies, from the text of /proc/mounts; "" if it does not say."""
    where = os.path.realpath(path)
    best, found = -1, ""
    for line in mounts.splitlines():
        fields = line.split()
        if len(fields) < 3:
            continue
        point = _OCTAL.sub(lambda match: chr(int(match[1], 8)), fields[1])
        inside = where == point or where.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= best:  # a later line of the same place covers the earlier one
            best, found = len(point), fields[2]
    return found


def remote(kind: str) -> bool:
    """Whether a type of file system is one over the network."""
    return _REMOTE.fullmatch(kind) is not None


def mounts() -> str:
    """What is mounted; "" on a system that does not say."""
    with suppress(OSError):
        return MOUNTS.read_text(encoding="utf-8", errors="surrogateescape")
    return ""


def beside(path: Path) -> list[Path]:
    """The files of a store that are there: the database, its log, its shared memory, the lock of the run."""
    names = (path, *(path.with_name(path.name + end) for end in ("-wal", "-shm", ".lock")))
    return [name for name in names if name.exists()]


def open_to_others(path: Path) -> bool:
    """Whether anybody but the owner may read or write a file."""
    return bool(path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))


def free(path: Path) -> int:
    """Bytes that are left on the disk of a file, for this user."""
    return shutil.disk_usage(path.parent).free


def unsound(path: Path) -> str:
    """The first thing that is wrong with the database's pages and indexes; "" if nothing is. StoreError when it is
    none, or can't be read."""
    try:
        with closing(preflight.connect(path)) as connection:
            return preflight.unsound(connection)
    except sqlite3.Error as error:
        raise faults.explain(error, str(path)) or error from error
