"""Words of relative time in a text that goes out late: "tonight", "besok". The words themselves are data."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from campaign.core.languages import fallbacks
from campaign.core.pattern import late

WITHOUT_SPACES = late(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
"""Thai, Lao, Burmese, Khmer, Japanese, Chinese: a word has no visible beginning there."""


@dataclass(frozen=True, slots=True)
class LateWords:
    """Looks for the words of each language."""

    patterns: Mapping[str, re.Pattern[str]]

    @staticmethod
    def of(words: Mapping[str, Sequence[str]]) -> LateWords:
        """From words by language; ``{n}`` in one stands for a number."""
        return LateWords({language: _pattern(listed) for language, listed in words.items()})

    def found(self, text: str, language: str) -> tuple[str, ...]:
        """Those that stand in a text, as they stand there, each once; none where the language is not known."""
        pattern = next((self.patterns[code] for code in fallbacks(language) if code in self.patterns), None)
        if pattern is None:
            return ()
        seen = {
            " ".join(match[0].split()).casefold(): " ".join(match[0].split())
            for match in pattern.finditer(text)
        }
        return tuple(seen.values())


def _pattern(words: Sequence[str]) -> re.Pattern[str]:
    # The longest first: "heute Abend" before "heute".
    return re.compile("|".join(map(_one, sorted(words, key=len, reverse=True))), re.IGNORECASE)


def _one(word: str) -> str:
    spelled = r"\s+".join(r"\d{1,3}" if piece == "{n}" else re.escape(piece) for piece in word.split())
    return spelled if WITHOUT_SPACES.search(word) else rf"(?<!\w){spelled}(?!\w)"
