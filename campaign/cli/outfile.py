"""A file that a verb writes: whole or not at all, and never over a file of another kind."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from campaign.cli import output
from campaign.errors import CampaignError

STDOUT = "-"


def write_file(file: str, data: bytes, ours: Callable[[bytes], bool], kind: str) -> None:
    """Write ``data`` to ``file`` (``-``: to stdout). A file that is there is replaced if ``ours`` knows its bytes.
    CampaignError when it is something else, or can't be written. ``kind``: what it is, in words."""
    if file == STDOUT:
        output.raw(data.decode())
        return
    path = Path(file)
    beside = path.with_name(f".{path.name}.new")
    try:
        there = path.is_symlink() or path.exists()
        if there and not (path.is_file() and ours(path.read_bytes())):
            raise CampaignError(f"{file} is there already, and is no {kind}", "name another file")
        path.parent.mkdir(parents=True, exist_ok=True)
        beside.write_bytes(data)
        os.replace(beside, path)  # noqa: PTH105 - the name says what it does
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "this can't be the name of a file"
        raise CampaignError(
            f"{file} can't be written: {why}", "look at the folder and its permissions"
        ) from None
