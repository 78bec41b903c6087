"""Walks the folders of a workspace: names, sizes and times of its files, never through a door that leads out."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from campaign.errors import Place
from campaign.workspace.findings import Findings
from campaign.workspace.yamltext import Unreadable

MAX_FOLDERS_DEEP = 16
MAX_FILES = 50_000
"""How much below posts/ is looked at. Our own bounds: they end a walk that has strayed."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A regular file: its name relative to the folder that was walked (with /), its path, and what the disk says."""

    name: str
    path: Path
    size: int
    mtime_ns: int
    inode: int


def walk(folder: Path, label: str, findings: Findings | None = None) -> Iterator[Entry]:
    """The regular files below a folder, by name; hidden ones (``.x``) are passed over.

    What is refused (links that lead out, special files, names nobody can type) goes to ``findings`` under ``label``
    (the folder's name in messages). A missing folder has no files; a file that vanishes while walking is passed over.
    """
    root = folder.resolve()
    for count, entry in enumerate(
        _walk(folder, "", root, label, Findings() if findings is None else findings, 0)
    ):
        if count >= MAX_FILES:
            if findings is not None:
                message = f"there are more than {MAX_FILES:,} files in {label}/"
                findings.add(Place(label), message, "move some away", rule="size")
            return
        yield entry


def _walk(
    folder: Path, prefix: str, root: Path, label: str, findings: Findings, depth: int
) -> Iterator[Entry]:
    try:
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda entry: entry.name)
    except FileNotFoundError:
        return
    except OSError as error:
        findings.add(
            Place(_printable(f"{label}/{prefix}".rstrip("/"))),
            f"this folder can't be read: {error.strerror}",
            "look at its permissions",
            rule="unreadable",
        )
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        name = prefix + entry.name
        place = Place(_printable(f"{label}/{name}"))
        if not name.isprintable():
            findings.add(place, "this name holds characters that can't be printed", "rename it", rule="name")
            continue
        try:
            if entry.is_symlink() and not _inside(Path(entry.path), root):
                findings.add(
                    place, f"this link leads out of {label}/", "put the file itself here", rule="path"
                )
                continue
            if entry.is_symlink() and entry.is_dir():
                findings.add(place, "this is a link to a folder", "put the folder itself here", rule="path")
                continue
            if entry.is_dir():
                if depth >= MAX_FOLDERS_DEEP:
                    message = f"folders are nested more than {MAX_FOLDERS_DEEP} deep"
                    findings.add(place, message, "move it up", rule="path")
                    continue
                yield from _walk(Path(entry.path), f"{name}/", root, label, findings, depth + 1)
                continue
            about = entry.stat()
        except (OSError, RuntimeError):  # RuntimeError: before Python 3.13, a circle of links
            if entry.is_symlink():
                findings.add(place, "this link leads nowhere", "remove it", rule="path")
            continue  # otherwise it has just gone
        if not stat.S_ISREG(about.st_mode):
            findings.add(place, "this is not a file", "remove it", rule="path")
            continue
        yield Entry(name, Path(entry.path), about.st_size, about.st_mtime_ns, about.st_ino)


def _inside(path: Path, root: Path) -> bool:
    return path.resolve().is_relative_to(root)


def _printable(name: str) -> str:
    return "".join(char if char.isprintable() else "?" for char in name)


def read_bytes(path: Path, limit: int) -> bytes:
    """The bytes of a regular file. Unreadable (the room's own exception) when it is larger than ``limit`` or can't be
    read."""
    try:
        if not path.is_file():
            raise Unreadable(0, 0, "this is not a file", "put a file of this name here", "unreadable")
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except OSError as error:
        raise Unreadable(
            0, 0, f"the file can't be read: {error.strerror}", "look at its permissions", "unreadable"
        ) from None
    except ValueError:
        raise Unreadable(0, 0, "the file has an impossible name", "rename it", "unreadable") from None
    if len(data) > limit:
        size = f"{limit // 1024**2} MiB" if limit >= 1024**2 else f"{limit // 1024} KiB"
        raise Unreadable(0, 0, f"the file is larger than {size}", "split it", "size")
    return data
