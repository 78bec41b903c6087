"""Cuts a failing run short: fewer steps, then a smaller scene, as long as it fails in the same way."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

from tests.simulation.drive import play
from tests.simulation.script import Script

TRIES = 300
"""Runs that shrinking may cost."""


def failure(script: Script, tally: Counter[str] | None = None) -> Exception | None:
    """What a run ends with, if not well."""
    try:
        play(script, tally if tally is not None else Counter())
    except Exception as error:  # noqa: BLE001 - whatever breaks is what is looked for
        return error
    return None


def kind(error: Exception) -> str:
    """What went wrong, without when and where."""
    words = re.sub(r"^\d\d\d\d-\S+ \S+ ", "", str(error)).partition(":")[0]
    return f"{type(error).__name__} {words}"


def shrink(script: Script, error: Exception) -> tuple[Script, Exception]:
    """The shortest run found that ends in the same way, and its failure."""
    left = TRIES
    wanted = kind(error)
    piece = max(1, len(script.steps) // 2)
    while piece and left:
        at = 0
        while at < len(script.steps) and left:
            left -= 1
            shorter = script.without(at, at + piece)
            found = failure(shorter)
            if found is not None and kind(found) == wanted:
                script, error = shorter, found
            else:
                at += piece
        piece //= 2
    for size in range(1, script.size):
        smaller = replace(script, size=size)
        found = failure(smaller)
        if found is not None and kind(found) == wanted:
            return smaller, found
    return script, error
