"""A text as the words that stand in it and the holes between them that values fill (``{{ … }}``).

Texts of a campaign file mostly differ in their words alone: those with the same holes share one compiled template,
which would take longer to make than all the rest of a post.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_HOLE = re.compile(r"""(\{\{(?![-+])(?:[^{}'"\x1e]|'[^'{}\\\x1e]*'|"[^"{}\\\x1e]*")*(?<![-+])\}\})""")
"""An expression that takes nothing away around it, and whose quotes close within it; it holds no brace, and not the
sign that parts are divided by."""

_MARK = "\x1d"
"""What stands for words; they are put back by their place, so a text may hold it too."""


@dataclass(frozen=True, slots=True)
class Cut:
    """A text taken apart. ``frame``: a template in which signs stand for the words, each hole in its own line still;
    ``words``: which piece of what it makes is which words; ``taken``: how many characters fewer it has."""

    frame: str
    words: Mapping[int, str]
    taken: int


def cut(source: str) -> Cut | None:
    """Take a template apart (its line ends are ``\\n``); None when it holds anything but words and expressions."""
    source = source.removesuffix("\n")  # as Jinja reads it
    frame: list[str] = []
    words: dict[int, str] = {}
    taken = 0
    for place, piece in enumerate(_HOLE.split(source)):
        if place % 2:  # between two holes there are words, or none
            frame.append(piece)
        elif "{" in piece:
            return None
        elif piece:
            mark = "\n" * piece.count("\n") + _MARK
            words[len(frame)] = piece
            frame.append(mark)
            taken += len(piece) - len(mark)
    return Cut("".join(frame), words, taken)
