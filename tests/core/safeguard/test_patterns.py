"""Patterns: linear time whoever wrote them, look-alike letters, what `unless` takes back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign.core.safeguard.judge import Rulebook
from campaign.core.safeguard.patterns import Patterns, Unreadable, must_compile
from campaign.core.safeguard.plain import Plain, folded
from campaign.core.safeguard.reading import Read
from campaign.core.safeguard.rules import ANY, How, Rule
from campaign.errors import Level
from campaign.workspace.safeguards import built_in

BOOK = Rulebook(built_in())


def rule(pattern: str, level: Level = Level.WARN, language: str = ANY, **more: object) -> Rule:
    return Rule("x", "x", level, How.TEXT, "is wrong", patterns={language: (pattern,)}, **more)  # type: ignore[arg-type]


def words(made: Rule, text: str, language: str = "en") -> list[str]:
    return [finding.words for finding in Patterns((made,), language, How.TEXT).find(text)]


@pytest.mark.parametrize(
    "pattern", ["(a+)+$", "(a|aa)+b", "(.*a){20}", "(x+x+)+y", r"(\w+\s?)*!", "a{0,500}a{0,500}a{0,500}b"]
)
def test_a_pattern_that_explodes_elsewhere_does_not_here(pattern: str) -> None:
    # With backtracking each of these would take longer than the universe has.
    try:
        must_compile(pattern)
    except Unreadable:
        return  # refused when it is read is as good
    words(rule(pattern), "a" * 50_000 + "x" * 50_000)


@pytest.mark.parametrize(
    "pattern", ["(?<!a)b", "(?=a)b", r"(a)\1", "(", "a*", "", "[z-a]", "(?:a{1000}){1000}"]
)
def test_what_re2_does_not_take_is_refused_with_a_reason(pattern: str) -> None:
    with pytest.raises(Unreadable) as caught:
        must_compile(pattern)
    assert str(caught.value)


@pytest.mark.parametrize(
    "piece", ["Rina (15) ", "a", "#", "(", "database of ", "share this ", "\u200b", "😀", "!? "]
)
def test_the_built_in_rules_read_a_megabyte_of_anything(piece: str) -> None:
    text = piece * (200_000 // len(piece))
    BOOK.text(Read(text), "id")


def test_letters_that_only_look_different_are_the_same() -> None:
    made = rule("rescue girls")
    for text in (
        "RESCUE girls",
        "ｒｅｓｃｕｅ girls",
        "𝐫𝐞𝐬𝐜𝐮𝐞 girls",
        "res\u200bcue\u00a0girls",
        "res\u00adcue girls",
    ):
        assert len(words(made, text)) == 1, text


def test_a_finding_stands_where_the_original_has_it() -> None:
    text = "Ünï 𝐫𝐞𝐬\u200b𝐜𝐮𝐞 girls!"
    (finding,) = Patterns((rule("rescue"),), "en", How.TEXT).find(text)
    assert text[finding.start : finding.end] == "𝐫𝐞𝐬\u200b𝐜𝐮𝐞"


@given(st.text())
def test_every_letter_of_the_plain_text_has_its_place(text: str) -> None:
    plain = Plain(text)
    assert all(0 <= a < b <= len(text) for a, b in (plain.span(i, i + 1) for i in range(len(plain.text))))


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    once = folded(text)
    assert folded(once) == once or folded(folded(once)) == folded(once)


def test_unless_takes_back_what_was_not_meant_and_nothing_else() -> None:
    made = rule("share", unless={ANY: (r"never share[^.]*",)})
    assert words(made, "Never share it. Share it. never share, share") == ["Share"]


def test_a_language_gets_its_own_rules_and_all_that_stop_a_post() -> None:
    assert words(rule("kata", language="id"), "kata", "en") == []
    assert words(rule("kata", language="id"), "kata", "id") == ["kata"]
    assert words(rule("kata", Level.ERROR, language="id"), "kata", "en") == ["kata"]
    assert words(rule("kata", language="id"), "kata", "id-ID") == ["kata"]


def test_of_two_finds_of_a_rule_one_within_the_other_the_wider_is_told() -> None:
    made = Rule(
        "x",
        "x",
        Level.WARN,
        How.TEXT,
        "is wrong",
        patterns={ANY: ("known traffickers", "list of known traffickers")},
    )
    assert words(made, "a list of known traffickers") == ["list of known traffickers"]
