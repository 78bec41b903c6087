"""Puts a pack in its place, posts/packs/NAME/: afterwards the old one is there or the new one, whatever happens.

The new one is written beside the old one, under a name that is not read, and flushed; then the two change places in
one step of the file system (renameat2 with RENAME_EXCHANGE, Linux). Where that is not to be had the old one is moved
aside first; if the machine dies just then, ``recover`` puts it back.
"""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from campaign.core.packs import FOLDER
from campaign.errors import CampaignError
from campaign.workspace.packnames import RECEIPT
from campaign.workspace.templates import FOLDER as POSTS

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2  # linux/fs.h


def home(root: Path, name: str) -> Path:
    """The folder of a pack in the workspace ``root``. CampaignError when links lead out of the workspace."""
    folder = root / POSTS / FOLDER / name
    if folder.is_symlink() or not folder.resolve().is_relative_to(root.resolve()):
        raise CampaignError(
            f"{POSTS}/{FOLDER}/{name} leads out of the workspace", "put the folder itself there"
        )
    return folder


def put(root: Path, name: str, files: Mapping[str, bytes], receipt: str, *, at_once: bool = True) -> None:
    """Make ``files`` (path below the pack -> bytes) the pack ``name``, in place of one that is there. ``receipt``: what
    is kept beside it. ``at_once`` False: without the exchange in one step.

    CampaignError when it can't be written; the old one is there then.
    """
    place = home(root, name)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with _alone(place.parent):
            recover(place)
            fresh = Path(tempfile.mkdtemp(prefix=f".{name}.", suffix=".new", dir=place.parent))
            try:
                _write(fresh, {**files, RECEIPT: receipt.encode()})
                _change(fresh, place, at_once)
            finally:
                shutil.rmtree(fresh, ignore_errors=True)
            _flush(place.parent)
    except OSError as error:
        raise CampaignError(
            f"the pack {name} can't be written: {error.strerror}", "nothing was changed; look at the disk"
        ) from error


def recover(place: Path) -> None:
    """Put back what a machine that died left aside."""
    aside = _aside(place)
    if aside.is_dir():
        if place.exists():
            shutil.rmtree(aside)
        else:
            aside.rename(place)
    for left in place.parent.glob(f".{place.name}.*.new"):
        shutil.rmtree(left)


def _change(fresh: Path, place: Path, at_once: bool) -> None:
    if not place.exists():
        fresh.rename(place)
    elif not (at_once and exchange(fresh, place)):
        aside = _aside(place)
        place.rename(aside)
        try:
            fresh.rename(place)
        except OSError:
            aside.rename(place)
            raise
        _flush(place.parent)
        shutil.rmtree(aside)


def exchange(one: Path, other: Path) -> bool:
    """Let two folders change places in one step. False: this system or file system can't."""
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except (AttributeError, OSError, TypeError):
        return False
    if rename(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE) == 0:
        return True
    code = ctypes.get_errno()
    if code in (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP):
        return False
    raise OSError(code, os.strerror(code), str(other))


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    folders = {folder}
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        folders.update(above for above in path.parents if above.is_relative_to(folder))
        with path.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    folder.chmod(0o755)  # mkdtemp lets nobody else in
    for each in folders:
        _flush(each)


def _flush(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _aside(place: Path) -> Path:
    return place.with_name(f".{place.name}.old")


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """While no other import is at work here."""
    try:
        import fcntl
    except ImportError:  # not on Windows
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
