"""A bug of ours: the traceback goes into a file, so that people read one line."""

from __future__ import annotations

import os
import platform
import tempfile
import traceback
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from campaign import __version__


def write_report(argv: Sequence[str], error: BaseException, workspace: Path | None) -> Path | None:
    """Write the traceback (mode 0600) into ``.campaign/`` of the workspace, or into the temporary folder when
    there is no workspace or it can't be written; the file's path, or None when neither can be written."""
    now = datetime.now(UTC)
    text = (
        f"campaign {__version__}, Python {platform.python_version()}, {platform.platform()}\n"
        f"{now.isoformat(timespec='seconds')}\ncampaign {' '.join(argv)}\n\n"
        + "".join(traceback.format_exception(error))
    )
    folders = [workspace / ".campaign"] if workspace else []
    for folder in (*folders, Path(tempfile.gettempdir())):
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
            handle, file = tempfile.mkstemp(".txt", f"crash-{now:%Y%m%dT%H%M%S}-", folder)
            with os.fdopen(handle, "w", encoding="utf-8") as out:
                out.write(text)
        except OSError:
            continue
        return Path(file)
    return None
