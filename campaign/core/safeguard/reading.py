"""The rules about how a text reads, that no pattern can hold: figures without a source, emoji, capitals, sentences."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from campaign.core import links
from campaign.core.phones import phone_like
from campaign.core.text import HASHTAG, may_hold_emoji

Stretch = tuple[int, int]
"""Where in a text something stands; (0, 0) for what is about the whole of it."""

WHOLE: Stretch = (0, 0)

MOST_EMOJI = 3
MOST_CAPITALS = 2
MOST_HASHTAGS = {"instagram": 5}
"""Of no other network do these rules need to know: their findings are the same on all of them."""
MOST_HASHTAGS_ELSEWHERE = 3
LONG_SENTENCE = 30
LONG_ON_AVERAGE = 20
"""Words. All six from the accessibility rules: University of Kentucky, Accessible social media."""

_FIGURE = re.compile(
    r"(?<![\w.,/:-])\d{1,3}(?:[.,]\d{3})+(?![\d%])|(?<![\w.,/:-])\d{4,}(?![\w/:-])"
    r"|(?<![\w.,])\d+(?:[.,]\d+)?\s?(?:%|percent\b|per cent\b|persen\b)"
    r"|(?<![\w.,])\d+(?:[.,]\d+)?\s(?:thousand|million|billion|ribu|juta|miliar)\b"
    r"|\b(?:millions|billions|jutaan|miliaran) (?:of |people|orang|anak|perempuan|children|women)",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?:19|20)\d\d")
_MONEY = re.compile(r"(?:Rp|IDR|US\$|USD|\$|€|£)\.? ?$")
_CAPITALS = re.compile(r"(?<![\w#@/.])[A-Z]{4,}(?![\w./])")
_ACRONYMS = re.compile(
    "ASEAN|BBPMI|B[NP][PN]PP?|BP[23]MI|HIMSATAKI|ICAT|KBRI|KEMENPPPA|KEMLU|KJRI|KOMNAS|KP2MI|KPAI|LPSK|OHCHR|OSCE|POLRI|"
    "PPPA|SAPA|SBMI|SIMFONI|TPPO|UNICEF|UNODC|UPTD"
)
_ABBREVIATIONS = ("TPPO", "PMI", "LPSK")
_SENTENCE = re.compile(r"(?<=[.!?…])\s+|\n+")
_WORD = re.compile(r"[^\W\d_][\w'’-]*")
_EMOJI = r"[\p{Extended_Pictographic}\p{Regional_Indicator}--[©®™0-9#*]]"
_FANCY = re.compile(
    "[\U0001d400-\U0001d7ff\uff21-\uff3a\uff41-\uff5a\u24b6-\u24e9\U0001f130-\U0001f149\U0001f150-\U0001f169\U0001f170-\U0001f189]+"
)


@dataclass(frozen=True, slots=True)
class Read:
    """One text to read. ``facts``: what facts printed in it; ``numbers``: words after which a number is called."""

    text: str
    network: str = ""
    facts: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()


def figures(read: Read) -> Iterator[Stretch]:
    """SG09: figures over 999, percentages and millions that no fact printed. Links, years, money and help lines are
    none."""
    text = read.text
    if not _FIGURE.search(text):
        return
    for start, end in links.spans(text):
        text = _blank(text, start, end)
    for known in (*read.facts, *phone_like(text, read.numbers)):
        start = text.find(known)
        while known and start >= 0:
            text = _blank(text, start, start + len(known))
            start = text.find(known)
    for match in _FIGURE.finditer(text):
        if not _YEAR.fullmatch(match[0]) and not _MONEY.search(text[: match.start()]):
            yield match.span()


def fancy(read: Read) -> Iterator[Stretch]:
    """AX04: letters that are drawings (mathematical, circled, squared, full-width)."""
    if not read.text.isascii():
        yield from (match.span() for match in _FANCY.finditer(read.text))


def emoji(read: Read) -> Iterator[Stretch]:
    """AX03: more than three, the same twice in a row, at the head of a line, or within a sentence."""
    if not may_hold_emoji(read.text):
        return
    import regex  # costs start-up time

    signs = regex.compile(_EMOJI, regex.V1)
    found = [
        match.span()
        for match in regex.finditer(r"\X", read.text)
        if len(match[0]) < 40 and signs.search(match[0])
    ]
    if not found:
        return
    if len(found) > MOST_EMOJI:
        yield found[MOST_EMOJI]
        return
    for index, (start, end) in enumerate(found):
        before, after = read.text[:start], read.text[end:]
        twice = (
            index
            and found[index - 1][1] == start
            and read.text[slice(*found[index - 1])] == read.text[start:end]
        )
        heads = before.rpartition("\n")[2].strip() == "" and after.partition("\n")[0].strip()
        inside = re.search(r"[\w,]\s*$", before) and re.match(r"\s*[a-z]", after)
        if twice or heads or inside:
            yield start, end
            return


def capitals(read: Read) -> Iterator[Stretch]:
    """AX06: more than two words in capitals that are no known acronym."""
    loud = [match.span() for match in _CAPITALS.finditer(read.text) if not _ACRONYMS.fullmatch(match[0])]
    if len(loud) > MOST_CAPITALS:
        yield loud[0][0], loud[-1][1]


def hashtags(read: Read) -> Iterator[Stretch]:
    """AX07: more than three hashtags (five on Instagram), or one with words behind it."""
    found = list(HASHTAG.finditer(read.text))
    if not found:
        return
    if len(found) > MOST_HASHTAGS.get(read.network, MOST_HASHTAGS_ELSEWHERE):
        yield found[0].start(), found[-1].end()
        return
    for match in found:
        behind = read.text[match.end() :].partition("\n")[0]
        for start, end in reversed(links.spans(behind)):
            behind = behind[:start] + behind[end:]
        if _WORD.search(HASHTAG.sub("", behind)):
            yield match.span()
            return


def sentences(read: Read) -> Iterator[Stretch]:
    """AX08: a sentence of more than 30 words, or more than 20 on average (of at least three)."""
    text = read.text
    counts: list[int] = []
    begin = 0
    for end in [*(match.start() for match in _SENTENCE.finditer(text)), len(text)]:
        words = len(_WORD.findall(text[begin:end]))
        if words > LONG_SENTENCE:
            first = _WORD.search(text, begin)
            yield (first.start() if first else begin), end
        if words:
            counts.append(words)
        begin = end
    if len(counts) >= 3 and sum(counts) / len(counts) > LONG_ON_AVERAGE:
        yield WHOLE


def abbreviations(read: Read) -> Iterator[Stretch]:
    """AX12: an abbreviation of our field that is spelled out nowhere in the text: ``tindak pidana … (TPPO)``."""
    for short in _ABBREVIATIONS:
        if short in read.text and f"({short})" not in read.text:
            match = re.search(rf"(?<![\w#]){short}(?!\w)", read.text)
            if match:
                yield match.span()


READERS: dict[str, Callable[[Read], Iterable[Stretch]]] = {
    "SG09": figures,
    "AX03": emoji,
    "AX04": fancy,
    "AX06": capitals,
    "AX07": hashtags,
    "AX08": sentences,
    "AX12": abbreviations,
}
"""Who finds what, by rule."""


@lru_cache(maxsize=8192)  # the same text goes to many accounts
def stretches(read: Read) -> tuple[tuple[str, int, int], ...]:
    """All that these rules find in a text: rule, start, end."""
    return tuple((rule, start, end) for rule, reader in READERS.items() for start, end in reader(read))


def _blank(text: str, start: int, end: int) -> str:
    return f"{text[:start]}{' ' * (end - start)}{text[end:]}"
