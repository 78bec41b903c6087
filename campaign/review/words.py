"""Small pieces of text that are safe to show: excerpts, counted nouns, and no control characters."""

from __future__ import annotations

import unicodedata

_INVISIBLE = {"Cc", "Cs"}
# Embeddings, overrides and isolates can make a line read differently from what it says (Unicode TR #36).
_BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def safe(text: str) -> str:
    """The text without what could steer a terminal: control characters but line feeds, overrides."""
    return "".join(c for c in text.expandtabs(4) if c == "\n" or not _steers(c))


def _steers(character: str) -> bool:
    return character in _BIDI or unicodedata.category(character) in _INVISIBLE


def one_line(text: str) -> str:
    """The whole text on one line, white space runs as single spaces."""
    return " ".join(safe(text).split())


def first_line(text: str) -> str:
    """The first line that says something, or ""."""
    return next((one_line(line) for line in text.splitlines() if line.strip()), "")


def count(number: int, noun: str) -> str:
    """``1 post``, ``3 posts``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def first_words(text: str, width: int) -> str:
    """The beginning of a text in at most ``width`` terminal cells, cut between words where it can be."""
    return cut(one_line(text), width)


def wrap(text: str, width: int, *, whole: bool = True) -> list[str]:
    """A text in lines of at most ``width`` terminal cells, its own line breaks kept. An address or a key is never
    broken (unless not ``whole``), it overflows; other long words (and scripts without spaces) are."""
    from rich.cells import cell_len

    lines: list[str] = []
    for paragraph in safe(text).splitlines():
        line = ""
        for word in paragraph.split():
            joined = f"{line} {word}" if line else word
            if cell_len(joined) <= width:
                line = joined
                continue
            lines += [line] if line else []
            *full, line = [word] if whole and "/" in word else _broken(word, width)
            lines += full
        lines.append(line)
    return lines


def _broken(word: str, width: int) -> list[str]:
    from rich.cells import cell_len

    pieces = [""]
    for character in word:
        if pieces[-1] and cell_len(pieces[-1] + character) > width:
            pieces.append("")
        pieces[-1] += character
    return pieces


def cut(line: str, width: int) -> str:
    """A line in at most ``width`` terminal cells; "…" says that something is left out."""
    from rich.cells import cell_len

    if cell_len(line) <= width:
        return line
    short = ""
    for character in line:
        if cell_len(short + character) > width - 1:
            break
        short += character
    between = short.rfind(" ")
    return (short[:between] if between > width // 2 else short).rstrip() + "…" if width > 0 else ""
