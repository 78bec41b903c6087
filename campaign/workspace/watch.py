"""Notices that the files of a workspace have changed, without reading them."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from campaign.workspace.tree import walk

SINGLE = ("config.yaml", ".env")
FOLDERS = ("schedules", "posts")


def fingerprint(directory: Path) -> tuple[str, float]:
    """A digest over name, size, mtime and inode of every file that counts (config.yaml, .env, schedules/, posts/), and
    the newest mtime (seconds since 1970; 0.0 when there is nothing) of these files and their folders.

    A folder's time is that of the last file that came or went, so files that are being put in place count as restless.
    """
    print_, newest, _ = _walked(directory)
    return print_, newest / 1e9


def _walked(directory: Path) -> tuple[str, int, list[str]]:
    """The digest, the newest mtime (ns), and the paths of the files that count."""
    digest = hashlib.sha256()
    newest = 0
    paths: list[str] = []
    for name in SINGLE:
        paths.append(str(directory / name))
        with suppress(OSError):
            about = (directory / name).stat()
            digest.update(f"{name}\0{about.st_size}\0{about.st_mtime_ns}\0{about.st_ino}\n".encode())
            newest = max(newest, about.st_mtime_ns)
    for label in FOLDERS:
        folders = {directory / label}
        for entry in walk(directory / label, label):
            line = f"{label}/{entry.name}\0{entry.size}\0{entry.mtime_ns}\0{entry.inode}\n"
            digest.update(line.encode("utf-8", "surrogateescape"))
            newest = max(newest, entry.mtime_ns)
            folders.add(entry.path.parent)
            paths.append(str(entry.path))
        for folder in folders:
            with suppress(OSError):
                newest = max(newest, folder.stat().st_mtime_ns)
    return digest.hexdigest(), newest, paths


# -- again and again -------------------------------------------------------------------------------------

ROUND = 60
"""How many looks in a row may be short ones."""

_Stamp = tuple[int, ...] | None


class Watch:
    """Looks at the files again and again, about once a second, and mostly in a short way.

    A file that is edited, and a folder in which one comes, goes or gets another name, has another time of its own
    afterwards (``ctime``, which nobody can set). So as long as every file and folder that was met is as it was, the
    names in between need not be read. That is trusted after two whole looks in a row that found the same, so that a
    change within the same tick of the file system's clock is not taken for none; and one look in ``ROUND`` is whole
    all the same.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._print = ""
        self._paths: Sequence[str] = ()
        self._stamps: list[_Stamp] = []
        self._same = 0
        self._short = 0

    def look(self) -> str:
        """The digest of ``fingerprint``."""
        before = [_stamp(path) for path in self._paths]
        if self._same > 1 and self._short < ROUND and before == self._stamps:
            self._short += 1
            return self._print
        print_, _, files = _walked(self._directory)
        self._paths = [*files, *_folders(self._directory)]
        self._stamps = [_stamp(path) for path in self._paths]
        # What changes while it is looked at differs before and after.
        self._same = self._same + 1 if print_ == self._print and before == self._stamps else 0
        self._print, self._short = print_, 0
        return print_


def _folders(directory: Path) -> list[str]:
    """All folders that are walked through, also those without a file that counts, or that are not there."""
    found = [str(directory / label) for label in FOLDERS]
    for top in tuple(found):
        for folder, below, _ in os.walk(top):
            below[:] = [name for name in below if not name.startswith(".")]
            found += [f"{folder}/{name}" for name in below]
    return found


def _stamp(path: str) -> _Stamp:
    try:
        about = os.stat(path)  # noqa: PTH116 - of hundreds of files each second, Path.stat() takes twice as long
    except OSError:
        return None
    return about.st_dev, about.st_ino, about.st_mode, about.st_size, about.st_mtime_ns, about.st_ctime_ns
