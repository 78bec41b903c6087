"""A text as the patterns read it: letters that only look different are the same, invisible ones are not there."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_SAME = {
    "\u2018": "'",
    "\u2019": "'",
    "\u02bc": "'",
    "\u201c": '"',
    "\u201d": '"',
    "\u2010": "-",
    "\u2011": "-",
    "\u2013": "-",
    "\u2212": "-",
}


class Plain:
    """A text in plain letters, and where each of them stood. ``text``: what the patterns see."""

    __slots__ = ("_places", "original", "text")

    def __init__(self, original: str) -> None:
        self.original = original
        self._places: list[int] | None = None
        self.text = original if original.isascii() else _FOREIGN.sub(_in_plain, original)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where a stretch of the plain text stands in the original."""
        if start == end or self.original.isascii():
            return start, end
        if self._places is None:
            self._places = [
                place for place, letter in enumerate(self.original) for _ in range(len(_letters(letter)))
            ]
        return self._places[start], self._places[end - 1] + 1


def folded(words: str) -> str:
    """Words in the form in which two spellings of them are equal: case, spaces and look-alikes do not count."""
    return " ".join(Plain(words).text.casefold().split())


_FOREIGN = re.compile("[^\x00-\x7f]")


def _in_plain(found: re.Match[str]) -> str:
    return _letters(found[0])


@lru_cache(maxsize=4096)
def _letters(letter: str) -> str:
    if letter < "\x80":
        return letter
    if letter in _SAME:
        return _SAME[letter]
    kind = unicodedata.category(letter)
    if kind == "Cf" or kind == "Mn":  # zero-width signs, soft hyphens, accents set on a letter of their own
        return ""
    if kind == "Zs":
        return " "
    # Full-width, mathematical and circled letters are the letters they look like.
    return unicodedata.normalize("NFKC", letter)
