"""A long text as the parts of a thread: at paragraph and sentence ends, within the limit, numbered or not.

Nothing is ever cut off. What can't be broken (a link, a word) and is too long by itself becomes a part that is too
long, which ``check`` then says.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import count

from campaign.core.sentences import SHOWN, Break, Strength, breaks

Fits = Callable[[str, int], bool]
"""Whether a text can be part number n (from 1): the first may have other limits, for it carries the pictures."""

_WORTH = 0.5
"""A stronger break wins over the furthest weaker one when it fills at least this share of what that would."""


def split(texts: Sequence[str], fits: Fits, *, numbered: bool = False) -> tuple[str, ...]:
    """The parts that the texts make: each text begins a part, and is split further where it is too long.

    ``numbered``: `` (2/3)`` stands behind each part and counts; a single part has none. A text that fits stays as it is
    to the letter; otherwise only blanks are lost, between the parts. Where nothing fits at all (a content warning that
    counts is too long itself) the texts are left as they are.
    """
    if (len(texts) == 1 and fits(texts[0], 1)) or not fits("", 2):
        return tuple(texts)
    if not numbered:
        return tuple(_parts(texts, fits))
    for digits in count(1):  # what the number of parts takes up makes for more parts

        def fits_with_number(text: str, number: int, most: str = "9" * digits) -> bool:
            return fits(_numbered(text, number, most), number)

        parts = _parts(texts, fits_with_number)
        if len(parts) < 10**digits:
            break
    if len(parts) == 1:
        return tuple(parts)
    return tuple(_numbered(part, number, str(len(parts))) for number, part in enumerate(parts, 1))


def _numbered(text: str, number: int, total: str) -> str:
    return f"{text} ({number}/{total})"


def _parts(texts: Sequence[str], fits: Fits) -> list[str]:
    parts: list[str] = []
    for text in texts:
        number = len(parts) + 1
        shown = SHOWN.search(text)
        if shown is None or fits(text, number):
            parts.append(text)
        else:
            end = len(shown[0])
            places = [*breaks(shown[0]), Break(end, end, Strength.PARAGRAPH)]
            parts += _filled(shown[0], places, fits, number)
    return parts


def _filled(text: str, places: Sequence[Break], fits: Fits, number: int) -> list[str]:
    """The parts of one text, the first of which is part ``number`` of the thread."""
    spans: list[tuple[int, int]] = []
    start, first = 0, 0
    while first < len(places):
        chosen = _furthest(text, start, places, first, fits, number + len(spans))
        spans.append((start, places[chosen].end))
        start, first = places[chosen].start, chosen + 1
    return [text[begin:end] for begin, end in _joined(text, spans, fits, number)]


def _joined(text: str, spans: list[tuple[int, int]], fits: Fits, number: int) -> list[tuple[int, int]]:
    """Spans that fit into one part are one: breaking early, at a paragraph, may have left a part too many."""
    joined = spans[:1]
    for begin, end in spans[1:]:
        if fits(text[joined[-1][0] : end], number + len(joined) - 1):
            joined[-1] = joined[-1][0], end
        else:
            joined.append((begin, end))
    return joined


def _furthest(text: str, start: int, places: Sequence[Break], first: int, fits: Fits, number: int) -> int:
    """Which of the places from index ``first`` on ends the part that begins at ``start``. Where none fits, the next."""

    def within(index: int) -> bool:
        return fits(text[start : places[index].end], number)

    last = _last(within, first, len(places))
    if last < first:
        return first
    if last == len(places) - 1:
        return last
    return next(
        (index for index in _in_order(text, start, places, first, last, fits, number) if within(index)), last
    )


def _in_order(
    text: str, start: int, places: Sequence[Break], first: int, last: int, fits: Fits, number: int
) -> list[int]:
    """The places that deserve it, the best first."""
    best: dict[Strength, int] = {}
    for strength in Strength:
        index = next((i for i in range(last, first - 1, -1) if places[i].strength >= strength), None)
        if index is not None:
            best[strength] = index

    def fills(index: int, other: int) -> bool:
        return places[index].end - start >= _WORTH * (places[other].end - start)

    order = []
    sentence, paragraph = best.get(Strength.SENTENCE), best.get(Strength.PARAGRAPH)
    if sentence is not None and (
        fills(sentence, last) or _whole_follows(text, places, sentence, fits, number)
    ):
        if paragraph is not None and fills(paragraph, sentence):
            order.append(paragraph)
        order.append(sentence)
    order += [
        index
        for index in (best.get(Strength.CLAUSE), best.get(Strength.WORD))
        if index is not None and fills(index, last)
    ]
    return order


def _whole_follows(text: str, places: Sequence[Break], sentence: int, fits: Fits, number: int) -> bool:
    """Whether the sentence behind a place fits into one part. If not it has to be broken anyway, and a short one before
    it need not stand alone."""
    following = next(place for place in places[sentence + 1 :] if place.strength >= Strength.SENTENCE)
    return fits(text[places[sentence].start : following.end], number + 1)


def _last(within: Callable[[int], bool], first: int, end: int) -> int:
    """The last index in first <= i < end that is within, ``first - 1`` if none is; within means that all before are.

    It steps out in doubling strides and halves back, so that a very long text is not measured whole again and again.
    """
    low, stride = first - 1, 1
    while low + stride < end and within(low + stride):
        low += stride
        stride *= 2
    high = min(low + stride, end)  # not within, or the end
    while high - low > 1:
        middle = (low + high) // 2
        if within(middle):
            low = middle
        else:
            high = middle
    return low
