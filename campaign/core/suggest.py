"""What a person may have meant: the nearest known word to one that is not known."""

from __future__ import annotations

from collections.abc import Iterable


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """``" (did you mean 'signs'?)"`` for the nearest of the known words, or ``""`` when none is near.

    Words are compared up to 64 characters and at most 1,000 of them, which bounds the time.
    """
    from difflib import get_close_matches  # late: most calls of the command are spelled right

    candidates = [name for _, name in zip(range(1000), known, strict=False)]
    near = get_close_matches(word[:64], [name[:64] for name in candidates], n=1, cutoff=0.6)
    return f" (did you mean {near[0]!r}?)" if near else ""
