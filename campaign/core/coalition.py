"""Several accounts that say the same: near-identical words from different logins of one network within a day.

Networks take that for one sender behind several masks; on some it is against the rules (``TextRules.twins``).
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from campaign.core.pattern import late

WITHIN = timedelta(hours=24)
"""The same words further apart are no problem."""

NEAR = Fraction(4, 5)
"""How much two texts have in common to be near-identical: runs of three words in both, of those in either (Jaccard)."""

RUN = 3
"""Words in a run; a shorter text is one run."""

_LEFT_OUT = late(r"https?://\S+|(?<![\w/])[#\uff03@][\w@.-]+", re.IGNORECASE)
_WORD = late(
    # A sign of a script without spaces is a word: Thai, Lao, Burmese, Khmer, Japanese, Chinese.
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff]"
    "|[^\\W\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff]+"
)


_Run = tuple[str, ...]
_Runs = frozenset[_Run]


@dataclass(frozen=True, slots=True)
class Said:
    """What a login says at an instant (aware). ``texts``: the parts of a thread."""

    login: str
    network: str
    at: datetime
    texts: tuple[str, ...]


def twins(said: Sequence[Said]) -> dict[int, int]:
    """Which of what is said repeats another login of the same network: index -> the index of what was said before it,
    the nearest in time. Links, hashtags, mentions, punctuation and capitals make no difference.
    """
    by_network: dict[str, list[int]] = {}
    for index in sorted(range(len(said)), key=lambda i: (said[i].at, i)):
        by_network.setdefault(said[index].network, []).append(index)
    found = {}
    for indices in by_network.values():
        if len({said[index].login for index in indices}) > 1:
            window = _Window(said, _rarity(said[index].texts for index in indices))
            for index in indices:
                twin = window.add(index)
                if twin is not None:
                    found[index] = twin
    return found


def words(texts: Iterable[str]) -> list[str]:
    """The words of a text that count, in small letters."""
    text = unicodedata.normalize("NFKC", _LEFT_OUT.sub(" ", "\n".join(texts))).casefold()
    return _WORD.findall(text)


def _runs(texts: tuple[str, ...]) -> _Runs:
    """The runs of words of a text; of one without words its signs, so that emoji alone are compared too."""
    there = words(texts) or "".join(texts).split()
    return frozenset(tuple(there[i : i + RUN]) for i in range(max(1, len(there) - RUN + 1)))


def _rarity(texts: Iterable[tuple[str, ...]]) -> dict[tuple[str, ...], tuple[_Runs, list[_Run]]]:
    """Of each different text its runs, and those of them under which it is noted: the rarest.

    Two sets of which 4/5 is common share one of the first fifth (and one more) of each, in any order that is the same
    for both. With the rarest first, the footer that all posts have brings no two of them together.
    """
    runs = {one: _runs(one) for one in texts}
    often = Counter(run for one in set(runs.values()) for run in one)
    rarest = {}
    for one in set(runs.values()):
        number = len(one) - -(-len(one) * NEAR.numerator // NEAR.denominator) + 1
        rarest[one] = sorted(one, key=lambda run: (often[run], run))[:number]
    return {text: (one, rarest[one]) for text, one in runs.items()}


class _Window:
    """What one network's accounts said within the last day."""

    def __init__(
        self, said: Sequence[Said], runs: Mapping[tuple[str, ...], tuple[_Runs, list[_Run]]]
    ) -> None:
        self.said = said
        self.runs = runs
        self.recent: deque[int] = deque()
        self.holders: dict[_Runs, deque[int]] = {}
        self.under: dict[_Run, dict[_Runs, None]] = {}

    def add(self, index: int) -> int | None:
        """Note what is said; the index of its twin, if it has one."""
        one = self.said[index]
        while self.recent and one.at - self.said[self.recent[0]].at >= WITHIN:
            self._forget(self.recent.popleft())
        mine, noted = self.runs[one.texts]
        near = dict.fromkeys(theirs for run in noted for theirs in self.under.get(run, ()))
        twins = [
            other
            for theirs in near
            if _alike(mine, theirs) and (other := self._latest(theirs, one)) is not None
        ]
        if mine not in self.holders:
            self.holders[mine] = deque()
            for run in noted:
                self.under.setdefault(run, {})[mine] = None
        self.holders[mine].append(index)
        self.recent.append(index)
        return max(twins, key=lambda other: (self.said[other].at, other), default=None)

    def _latest(self, runs: _Runs, one: Said) -> int | None:
        """What another login said last of those runs."""
        return next((i for i in reversed(self.holders[runs]) if self.said[i].login != one.login), None)

    def _forget(self, index: int) -> None:
        runs, noted = self.runs[self.said[index].texts]
        self.holders[runs].popleft()
        if not self.holders[runs]:
            del self.holders[runs]
            for run in noted:
                del self.under[run][runs]


def _alike(one: _Runs, other: _Runs) -> bool:
    common = len(one & other)
    return common * NEAR.denominator >= NEAR.numerator * (len(one) + len(other) - common)
