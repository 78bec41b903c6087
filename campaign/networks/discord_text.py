"""Texts for Discord, in which every sign arrives as it was written: its Markdown is escaped. Pure."""

from __future__ import annotations

import re

INLINE = "\\*_~`|[<"
"""What begins markup anywhere in a line: emphasis, code, spoilers, links with another text, mentions, dates."""

_LINK = re.compile(r"https?://[^\s<>]+", re.IGNORECASE)
"""With whatever sign it ends: a backslash before that would be taken into it."""

_INLINE = re.compile(f"([{re.escape(INLINE)}])")
_BLOCK = re.compile(r"^([ \t]*(?:\d+(?=\.\s)|(?=-# |#{1,3} |>{1,3}(?: |$)|[-+] )))", re.MULTILINE)
"""Where a line begins a heading, small print, a quotation or a list: before that sign, or before the point of 1."""


def escaped(text: str) -> str:
    """The text as Discord shows it to the letter. Links stay as they are: a backslash would become part of them.

    At most one backslash for each sign of ``INLINE`` and one for each line.
    """
    pieces, end = [], 0
    for link in _LINK.finditer(text):
        pieces += [_INLINE.sub(r"\\\1", text[end : link.start()]), link[0]]
        end = link.end()
    pieces.append(_INLINE.sub(r"\\\1", text[end:]))
    return _BLOCK.sub(r"\1\\", "".join(pieces))


def shown(text: str) -> str:
    """What a reader sees of an escaped text."""
    return re.sub(r"\\([^a-zA-Z0-9\s])", r"\1", text)
