"""LinkedIn's "little text": signs that mean something are escaped, or a post ends where the first of them stands. Pure.

An unescaped bracket cuts a post off without a word (learn.microsoft.com/linkedin, little-text-format).
"""

from __future__ import annotations

import re

from campaign.core.text import HASHTAG

RESERVED = "\\|{}@[]()<>#*_~"

_RESERVED = re.compile(f"([{re.escape(RESERVED)}])")
_PLAIN_TAG = re.compile(r"[^\W_]+")


def escaped(text: str) -> str:
    """The text as LinkedIn shows it to the letter. A hashtag of letters and digits stays one; another is just words."""
    pieces, end = [], 0
    for tag in HASHTAG.finditer(text):
        if _PLAIN_TAG.fullmatch(tag[1]):
            pieces += [_escaped(text[end : tag.start()]), tag[0]]
            end = tag.end()
    pieces.append(_escaped(text[end:]))
    return "".join(pieces)


def _escaped(text: str) -> str:
    return _RESERVED.sub(r"\\\1", text)


def shown(commentary: str) -> str:
    """What a reader sees of it; hashtags and mentions as the templates that LinkedIn may make of them, too."""
    words = re.sub(r"\{hashtag\|\\?#\|((?:\\.|[^}\\])*)\}", r"#\1", commentary)
    words = re.sub(r"@\[((?:\\.|[^\]\\])*)\]\([^)]*\)", r"\1", words)
    return re.sub(rf"\\([{re.escape(RESERVED)}])", r"\1", words)
