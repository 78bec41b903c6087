"""A network that recognises no repeat and can't be asked: what is unknown there stays so until a person looks.

It comes the way other people's networks come, by an entry point of a package (``install`` makes one).
"""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path
from typing import ClassVar

from campaign.networks.webhook import Webhook


class Mute(Webhook):
    """A webhook whose receiver promises nothing."""

    name: ClassVar[str] = "mute"
    repeat_safe_for: ClassVar[timedelta] = timedelta()


def install(folder: Path) -> None:
    """Let this process find the network, as if a package had been installed into ``folder``."""
    package = folder / "mute-1.0.dist-info"
    package.mkdir(parents=True)
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: mute\nVersion: 1.0\n")
    (package / "entry_points.txt").write_text("[campaign.networks]\nmute = tests.torture.mute:Mute\n")
    sys.path.append(str(folder))
