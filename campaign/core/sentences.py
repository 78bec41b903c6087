"""Where a text may be broken: at the ends of paragraphs, sentences, clauses and words, and nowhere else.

Never inside a link, hashtag, mention, e-mail address or grapheme cluster; never beside a space that does not break.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from campaign.core.pattern import late


class Strength(IntEnum):
    """How good a place is to break at."""

    SIGN = 0  # between two signs of a script that is written without spaces
    WORD = 1
    CLAUSE = 2
    SENTENCE = 3  # also the end of a line
    PARAGRAPH = 4


@dataclass(frozen=True, slots=True)
class Break:
    """What stands before ``end`` is one piece, what begins at ``start`` another; only blanks lie between."""

    end: int
    start: int
    strength: Strength


_BLANK = r"\s\u200b\u2060\ufeff"
BLANKS = late(f"[{_BLANK}]+")
"""White space, and what is as invisible: zero width space, word joiner."""

SHOWN = late(f"[^{_BLANK}](?s:.*)[^{_BLANK}]|[^{_BLANK}]")
"""A text without the blanks around it."""

_LETS_BREAK = late("[^\\S\xa0\u2007\u202f]|\u200b")
"""Blanks at which a line may end: not the no-break spaces."""

_CLOSE = (
    "[\"'\u201d\u2019\u00bb\u203a)\\]}\u300d\u300f\uff09\u3011\u300b*_~]*"  # may stand behind a full stop
)
_OPEN = "\"'\u201c\u2018\u00ab\u2039([{\u300c\u300e\uff08\u3010\u300a\u00bf\u00a1*_~\u2013\u2014-"
_WIDE_STOP = "\u3002\uff01\uff1f\uff61"  # of Chinese and Japanese: no blank follows
_WIDE_COMMA = "\uff0c\u3001\uff1b\uff1a"
_STOP = f".!?\u2026\u203d\u061f\u06d4\u0964\u0965\u104b\u17d4{_WIDE_STOP}"
_ENDS_SENTENCE = late(f"(?P<stop>[{_STOP}]+){_CLOSE}$")
_ENDS_CLAUSE = late(f"[,;:\u2013\u2014\u060c\u061b\u104a{_WIDE_COMMA}]{_CLOSE}$")
_COLON = late(f"[:\uff1a]{_CLOSE}$")
_WIDE_END = late(f"(?P<stop>[{_WIDE_STOP}])[{_STOP}]*{_CLOSE}|[{_WIDE_COMMA}]{_CLOSE}")

_WHOLE = late(
    rf"https?://[^\s<>\"{_WIDE_STOP}{_WIDE_COMMA}\u300d\u300f\uff09]+"  # a link
    r"|[\w.+-]{0,64}@[\w.:-]+"  # a mention, an e-mail address
    r"|[#\uff03$]\w+"
    r"|[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})+(?:/[!-~]*)?",  # a link without https
    re.IGNORECASE,
)
"""What is never broken."""

_SIGN = late(
    "[\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Japanese, Chinese
    "\u2600-\u27bf\U0001f000-\U0001faff]"  # emoji
)
"""Scripts in which a line may break between any two signs. Thai, Lao, Khmer and Burmese need a dictionary for that:
they break where their writers put a space (or a zero width one)."""

_EMOJI_TAIL = late(f"(?:[{_BLANK}]*[\u2600-\u27bf\U0001f000-\U0001faff\ufe0f\u200d\U000e0020-\U000e007f])+$")
_LINE_NUMBER = late(r"(?:^|\n)[^\S\n]*(?:\d{1,3}|[A-Za-z])\.$")
_INITIALS = late(
    r"(?<![\w./@#-])(?![ap]\.m\.$)(?:[^\W\d_]\.)+$", re.IGNORECASE
)  # "8 p.m." may end a sentence

_NAMES_FOLLOW = late(
    r"(?<![\w./@#-])(?:alm|almh|bpk|brig|capt|co|col|dr|dra|drg|drs|gen|gg|gov|hj|hon|ir|jend|jl|jln|jr|kab|kapt|kec|kel|kol"
    r"|komp|lt|mayjen|mr|mrs|ms|mt|ny|pdt|ph\.d|prof|pt|rep|rev|rs|sdr|sdri|sen|sgt|sr|st|tn|ust|yth"
    r"|apr|aug|dec|feb|jan|jul|jun|mar|nov|oct|okt|sep|sept|cf|viz|vs|ca|approx)\.$",
    re.IGNORECASE,
)
"""Words whose full stop ends no sentence, for a name, a day or an example follows; Indonesian and English."""

_NUMBERS_FOLLOW = late(
    r"(?<![\w./@#-])(?:art|bab|ch|ext|fig|hal|hlm|hp|no|nos|nr|p|par|pp|ps|psl|rp|rt|rw|sec|tel|telp|tgl|tlp|vol|wa)\.$",
    re.IGNORECASE,
)
"""The same where a number follows: "No. 5", but "Really? No. He ..."."""


def breaks(text: str) -> list[Break]:
    """All places at which a text may be broken, in order. Every piece between two of them shows something."""
    import regex  # costs start-up time

    clusters = {match.start() for match in regex.finditer(r"\X", text)} | {len(text)}
    whole = [match.span() for match in _WHOLE.finditer(text)]
    found = {place.end: place for place in (*_between_signs(text), *_wide(text), *_gaps(text))}
    ends = sorted(found)
    at = 0
    kept = []
    for end in ends:
        place = found[end]
        while at < len(whole) and whole[at][1] <= end:
            at += 1
        inside = at < len(whole) and whole[at][0] < end
        if not inside and place.end in clusters and place.start in clusters:
            kept.append(place)
    return kept


def _gaps(text: str) -> Iterator[Break]:
    for gap in BLANKS.finditer(text):
        end, start = gap.span()
        if end and start < len(text) and _LETS_BREAK.search(gap[0]):
            yield Break(end, start, _strength(text, end, start))


def _strength(text: str, end: int, start: int) -> Strength:
    gap = text[end:start]
    before = text[max(0, end - 80) : end]  # the longest abbreviation, and the emoji behind a full stop
    if "\n" in gap and not _COLON.search(before):
        return Strength.PARAGRAPH if gap.count("\n") > 1 else Strength.SENTENCE
    if _ENDS_CLAUSE.search(before):
        return Strength.CLAUSE
    stop = _ENDS_SENTENCE.search(_EMOJI_TAIL.sub("", before))
    if not stop:
        return Strength.WORD
    after = text[start : start + 40]
    if stop["stop"] == "." and stop.end("stop") == stop.end() and _abbreviates(before, after):
        return Strength.WORD
    return Strength.SENTENCE if _begins_sentence(after) else Strength.CLAUSE


def _abbreviates(before: str, after: str) -> bool:
    """Whether the full stop at the end of ``before`` belongs to its last word, and the sentence goes on."""
    if _LINE_NUMBER.search(before) or _INITIALS.search(before) or _NAMES_FOLLOW.search(before):
        return True
    return bool(_NUMBERS_FOLLOW.search(before)) and after[:1].isdigit()


def _begins_sentence(after: str) -> bool:
    """Whether what follows a full stop begins a sentence: not with a small letter, unless that is a link's."""
    bare = after.lstrip(_OPEN)
    link = _WHOLE.match(bare)
    return bool(link and link[0].lower().startswith("http")) or not bare[:1].islower()


def _wide(text: str) -> Iterator[Break]:
    for match in _WIDE_END.finditer(text):
        end = match.end()
        if end < len(text) and not BLANKS.match(text, end):
            yield Break(end, end, Strength.SENTENCE if match["stop"] else Strength.CLAUSE)


def _between_signs(text: str) -> Iterator[Break]:
    for match in _SIGN.finditer(text):
        at = match.end()
        # A variation selector or a joiner belongs to the sign before; the clusters decide.
        while at < len(text) and text[at] in "\ufe0f\u200d\u3099\u309a":
            at += 1
        if at < len(text) and _SIGN.match(text, at):
            yield Break(at, at, Strength.SIGN)
