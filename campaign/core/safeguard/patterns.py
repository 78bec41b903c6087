"""The rules that are patterns. All look at a text in one pass (RE2's set), so that a rule more costs nothing."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from campaign.core.safeguard.plain import Plain
from campaign.core.safeguard.rules import ANY, Finding, How, Rule
from campaign.errors import Level

if TYPE_CHECKING:
    import re2

MAX_MEMORY = 8 << 20
"""What RE2 may take for a pattern, in bytes; one that needs more is refused when it is read."""


class Unreadable(ValueError):
    """A pattern that RE2 does not take: it says why."""


def must_compile(pattern: str) -> None:
    """Raises Unreadable for what is no RE2 pattern, or is one that finds the empty text."""
    import re2

    try:
        found = _compiled(pattern).search("")
    except re2.error as error:
        reason = error.args[0].decode() if isinstance(error.args[0], bytes) else str(error.args[0])
        raise Unreadable(reason) from None
    if found is not None:
        raise Unreadable("it matches a text without letters")


class Patterns:
    """The patterns that hold for texts in one language."""

    def __init__(self, rules: tuple[Rule, ...], language: str, how: How) -> None:
        import re2  # costs start-up time

        self._finders: list[tuple[Rule, str]] = [
            (rule, pattern)
            for rule in rules
            if rule.how is how
            for pattern in chosen(rule.patterns, language, rule.level)
        ]
        self._unless = {
            rule: tuple(_compiled(pattern) for pattern in chosen(rule.unless, language, rule.level))
            for rule, _ in self._finders
        }
        self._set = re2.Set.SearchSet(_options())
        for _, pattern in self._finders:
            self._set.Add(pattern)
        if self._finders:
            self._set.Compile()

    def find(self, text: str) -> list[Finding]:
        """What the rules find in a text, each place once per rule, in the order of the text."""
        plain = Plain(text)
        found: dict[tuple[Rule, int, int], Finding] = {}
        for index in (self._set.Match(plain.text) or ()) if self._finders else ():
            rule, pattern = self._finders[index]
            for finding in self._matches(rule, pattern, plain):
                found.setdefault((rule, finding.start, finding.end), finding)
        return sorted(_widest(found.values()), key=lambda one: (one.start, one.end, one.rule.id))

    def _matches(self, rule: Rule, pattern: str, plain: Plain) -> Iterator[Finding]:
        forgiven: _Stretches | None = None
        for match in _compiled(pattern).finditer(plain.text):
            if forgiven is None:
                forgiven = _Stretches(
                    one.span() for find in self._unless[rule] for one in find.finditer(plain.text)
                )
            start, end = _trimmed(plain.text, *match.span())
            if start < end and not forgiven.hold(start, end):
                yield Finding(rule, plain.text[start:end], *plain.span(start, end))


class _Stretches:
    """Stretches of a text, to ask whether one of them holds another."""

    def __init__(self, spans: Iterable[tuple[int, int]]) -> None:
        ordered = sorted(spans)
        self._starts = [start for start, _ in ordered]
        self._ends = list(accumulate((end for _, end in ordered), max))

    def hold(self, start: int, end: int) -> bool:
        before = bisect_right(self._starts, start)
        return before > 0 and self._ends[before - 1] >= end


@lru_cache(maxsize=64)
def patterns(rules: tuple[Rule, ...], language: str, how: How) -> Patterns:
    """The patterns of some rules for one language, made once."""
    return Patterns(rules, language, how)


def chosen(patterns: Mapping[str, tuple[str, ...]], language: str, level: Level) -> tuple[str, ...]:
    """Those that hold for a language. What stops a post is looked for in every language: posts mix them."""
    base = language.partition("-")[0]
    keys = patterns if level is Level.ERROR else (ANY, base)
    return tuple(one for key in keys for one in patterns.get(key, ()))


def _options() -> re2.Options:
    import re2

    options = re2.Options()
    options.case_sensitive = False
    options.max_mem = MAX_MEMORY
    options.log_errors = False
    return options


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> Any:
    import re2

    return re2.compile(pattern, _options())


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Without the spaces and stops that a pattern needed around the words."""
    words = text[start:end]
    left = len(words) - len(words.lstrip(" \t\r\n.!?:;,\"'"))
    right = len(words) - len(words.rstrip(" \t\r\n.!?:;,\"'("))
    return start + left, end - right


def _widest(findings: Iterable[Finding]) -> list[Finding]:
    """Of two findings of one rule, one within the other, the wider."""
    reached: dict[Rule, int] = {}
    kept = []
    for one in sorted(findings, key=lambda one: (one.start, -one.end)):
        if one.end > reached.get(one.rule, -1):
            reached[one.rule] = one.end
            kept.append(one)
    return kept
