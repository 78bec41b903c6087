"""Writing into a folder so that a crash at any moment leaves every file whole: the old one or the new one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from campaign.errors import CampaignError
from campaign.networks.loading import loading

_TEMPORARY = ".tmp"

PATIENCE = 30.0
"""Seconds to wait for another process that writes into the same folder; one write takes milliseconds."""


class Busy(OSError):
    """Another process kept the folder locked for too long."""


@contextmanager
def locked(root: Path) -> Iterator[None]:
    """Make the folder if it is missing and be the only one who writes into it, over all processes and
    threads.

    What a crashed process left half-written is cleared away. OSError when the folder can't be made or locked.
    """
    with loading():
        from filelock import FileLock, Timeout

    root.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(root / ".lock", timeout=PATIENCE):
            temporary = root / _TEMPORARY
            temporary.mkdir(exist_ok=True)
            for left in temporary.iterdir():
                left.unlink()
            yield
    except Timeout:
        raise Busy(f"another program has been writing there for {PATIENCE:g} s") from None


def write(root: Path, name: str, data: bytes) -> None:
    """Put ``data`` into ``root/name``, inside ``locked``: flushed to the disk, then renamed into place.

    A file that has these bytes already is left alone. OSError when that is not possible; the old file stays.
    """
    path = root / name
    if path.is_file() and path.stat().st_size == len(data) and path.read_bytes() == data:
        return
    if not path.parent.is_dir():
        path.parent.mkdir(parents=True)
        settle(path.parent.parent)
    temporary = root / _TEMPORARY / path.name
    with temporary.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    settle(path.parent)


def remove(path: Path) -> None:
    """Take a file away for good; it may be gone already."""
    path.unlink(missing_ok=True)
    settle(path.parent)


def usable(root: Path) -> None:
    """CampaignError unless files could be written into ``root``, which may not exist yet. Writes nothing."""
    existing = next(folder for folder in (root, *root.parents) if folder.exists())
    if not existing.is_dir():
        raise CampaignError(
            f"{existing} is a file, not a folder", "name another `folder`, or move that file away"
        )
    if not os.access(existing, os.W_OK | os.X_OK):
        raise CampaignError(
            f"nothing can be written into {existing}", "change its permissions, or name another `folder`"
        )


def trouble(error: OSError) -> str:
    """What went wrong, in the system's words."""
    return error.strerror or str(error)


def settle(folder: Path) -> None:
    """Flush a directory, so that a rename outlives a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
