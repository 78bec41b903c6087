"""What the process that forks is asked to run, and how that run shall suffer."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field


@dataclass(frozen=True)
class Order:
    """One run.

    ``folder``: of the workspace; ``words``: of the command behind -w. ``ahead``: seconds that its clock is ahead.
    ``point``: where it is killed (1: the first; 0: nowhere). ``inline``: send one after the other, so that the points
    come in the same order each time. ``keep``: copy the store to that folder before each closing. ``full_at``: the
    point at which no file can grow any more; ``full_for``: how often a commit fails before there is room again (0: for
    good). ``busy``: seconds to wait for the lock. ``read_only``: its folder can only be read. ``keeps``: seconds for
    which a pass keeps what it can't write. ``environ``: added to the environment.
    Left behind in the folder: ``trail`` (the points reached, a line each) and ``said`` (all output).
    """

    folder: str
    words: list[str]
    ahead: float = 0.0
    point: int = 0
    inline: bool = True
    keep: str = ""
    full_at: int = 0
    full_for: int = 0
    busy: float = 30.0
    read_only: bool = False
    keeps: float = 180.0
    environ: dict[str, str] = field(default_factory=dict)

    def line(self) -> str:
        return json.dumps(asdict(self))
