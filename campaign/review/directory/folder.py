"""Puts a whole site in place of the one before: written beside it, flushed, then renamed. A site is never half there,
and a folder that holds anything that is not the last site, unchanged, is left alone."""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path

from campaign.errors import CampaignError
from campaign.networks.folder import settle
from campaign.review.swap import swap

MANIFEST = "files.sha256"
"""What we wrote and its hashes, in the format of sha256sum(1): partners check a copy with ``sha256sum -c``."""


def put(folder: Path, files: Mapping[str, bytes], what: str = "the directory") -> None:
    """Make ``folder`` hold these files (name -> bytes) and their manifest. CampaignError when it holds something else,
    or can't be written; then what was there is there still. ``what`` they are, for its message."""
    folder = Path(os.path.realpath(folder))
    _may_replace(folder, what)
    beside = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}.new")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        beside.mkdir()
        try:
            for name, data in {**files, MANIFEST: _manifest(files)}.items():
                _write(beside / name, data)
            settle(beside)
            swap(folder, beside)
        finally:
            shutil.rmtree(beside, ignore_errors=True)
    except OSError as error:
        raise CampaignError(
            f"{what} can't be written to {folder}: {error.strerror}",
            "name a folder of its own on a disk with room, in a folder that you may write to",
        ) from error


def _may_replace(folder: Path, what: str) -> None:
    """CampaignError unless the folder is not there, empty, or exactly what we wrote last."""
    if not folder.exists():
        return
    if not folder.is_dir():
        raise CampaignError(f"{folder} is a file, not a folder", "name another folder with --out")
    hint = "name another folder with --out, or move that file away"
    try:
        there = {entry.name: entry for entry in folder.iterdir()}
        written = _read_manifest(folder / MANIFEST) if MANIFEST in there else {}
        for name, entry in sorted(there.items()):
            if name == MANIFEST and written:
                continue
            if name not in written or not entry.is_file() or entry.is_symlink():
                raise CampaignError(f"{folder} holds {name}, which is none of {what}'s files", hint)
            if hashlib.sha256(entry.read_bytes()).hexdigest() != written[name]:
                raise CampaignError(f"{entry} was changed since it was made, and would be lost", hint)
    except OSError as error:
        raise CampaignError(f"{folder} can't be read: {error.strerror}", "look at its permissions") from error


def _manifest(files: Mapping[str, bytes]) -> bytes:
    lines = [f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in sorted(files.items())]
    return "".join(lines).encode()


def _read_manifest(path: Path) -> dict[str, str]:
    """Name -> hash; what is no line of a manifest is passed over, so a foreign file makes nothing ours."""
    pairs = (line.split("  ", 1) for line in path.read_bytes().decode(errors="replace").splitlines())
    return {pair[1]: pair[0] for pair in pairs if len(pair) == 2 and len(pair[0]) == 64}


def _write(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
