"""Puts a folder that was written beside another in its place, for whole sets of files: directory sites, kits."""

from __future__ import annotations

import shutil
from pathlib import Path

from campaign.networks.folder import settle


def swap(folder: Path, beside: Path) -> None:
    """Let ``beside`` be ``folder``; what was there goes.

    Two renames in one folder: between them, for some microseconds, there is none; if the second fails (OSError), the
    old one comes back.
    """
    if not folder.exists():
        beside.rename(folder)
        settle(folder.parent)
        return
    old = beside.with_name(f"{beside.name}.old")
    folder.rename(old)
    try:
        beside.rename(folder)
    except OSError:
        old.rename(folder)
        raise
    settle(folder.parent)
    shutil.rmtree(old, ignore_errors=True)
