"""The file PAUSE in a workspace: whoever can put a file there can stop everything, without a terminal."""

from __future__ import annotations

import os
from pathlib import Path

NAMES = ("PAUSE", "PAUSE.txt")
"""The second one is what an editor on Windows makes of the first."""

MOST = 4096
"""Bytes of its text that are read."""


def read(directory: Path) -> str | None:
    """The text of the file PAUSE; None: there is none. Whatever else has that name (a folder, a link to nowhere, a file
    that can't be read) is a pause without a text: who made it meant one."""
    for name in NAMES:
        path = directory / name
        if os.path.lexists(path):
            return _text(path)
    return None


def _text(path: Path) -> str:
    try:
        if not path.is_file():
            return ""
        with path.open("rb") as file:
            return file.read(MOST).decode("utf-8-sig", "replace").replace("\ufffd", "?")
    except OSError:
        return ""
