"""Notices that the files of a workspace have changed, without reading them."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from pathlib import Path

from campaign.workspace.tree import walk

SINGLE = ("config.yaml", ".env")


def fingerprint(directory: Path) -> tuple[str, float]:
    """A digest over name, size, mtime and inode of every file that counts (config.yaml, .env, schedules/, posts/), and
    the newest mtime (seconds since 1970; 0.0 when there is nothing) of these files and their folders.

    A folder's time is that of the last file that came or went, so files that are being put in place count as restless.
    """
    digest = hashlib.sha256()
    newest = 0
    for name in SINGLE:
        with suppress(OSError):
            about = (directory / name).stat()
            digest.update(f"{name}\0{about.st_size}\0{about.st_mtime_ns}\0{about.st_ino}\n".encode())
            newest = max(newest, about.st_mtime_ns)
    for label in ("schedules", "posts"):
        folders = {directory / label}
        for entry in walk(directory / label, label):
            line = f"{label}/{entry.name}\0{entry.size}\0{entry.mtime_ns}\0{entry.inode}\n"
            digest.update(line.encode("utf-8", "surrogateescape"))
            newest = max(newest, entry.mtime_ns)
            folders.add(entry.path.parent)
        for folder in folders:
            with suppress(OSError):
                newest = max(newest, folder.stat().st_mtime_ns)
    return digest.hexdigest(), newest / 1e9
