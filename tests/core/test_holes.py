"""Texts with the same holes share a template, and say and refuse what they would alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaign.core import render
from campaign.core.budget import MAX_WORK, Budget, allowance
from campaign.core.holes import cut
from campaign.core.render import Renderer, RenderError, View, plain
from campaign.core.sandbox import Function

SCOPE = {
    "campaign": View({"title": "Know the signs"}),
    "row": View(plain({"n": 3, "words": ["know", "ask"]})),
    "link": Function(lambda name: f"https://example.org/{name}"),
}

PIECES = st.sampled_from(
    [
        *(
            "{{ campaign.title }}",
            "{{campaign.title}}",
            "{{ row.n + 1 }}",
            "{{ link('act') }}",
            "{{ row.words[0] }}",
        ),
        *("{{ 'x' }}", "{{ '}}' }}", "{{-  row.n }}", "{{ row.n -}}", "{{ -row.n }}", "{{+ row.n }}"),
        *(
            "{{ nothing }}",
            "{{ row.n",
            "{{ }}",
            "{{ ! }}",
            "{{ row.n / 0 }}",
            "{{ row.n\n}}",
            "{{ {'a': 1}.a }}",
        ),
        *("{% if row.n %}yes{% endif %}", "{# no #}", "{% raw %}{{ raw }}{% endraw %}", "{% set x = 1 %}"),
        *(
            "{",
            "}",
            "}}",
            "%",
            "words ",
            "Kata, ",
            "é 👍",
            "\n",
            "\n\n",
            "\r\n",
            " ",
            "\t",
            "\n---\n",
            "---",
            "\x1d",
            "\x1e",
        ),
    ]
)
SOURCES = st.lists(PIECES, max_size=8).map("".join)


def said(source: str) -> object:
    try:
        return Renderer({}).render_text(source, SCOPE)
    except RenderError as error:
        return error.template, error.line, error.message, error.hint, error.rule


@settings(deadline=None)
@given(SOURCES)
def test_a_text_says_and_refuses_what_it_would_alone(source: str) -> None:
    with patch.object(render, "cut", lambda source: None):
        alone = said(source)
    assert said(source) == alone


@pytest.mark.parametrize(
    "source", ["a {{ row.n }}", "{{ row.n }}", "\nword\n" * 9 + "{{ row.n }}, b{{ row.n }}\n"]
)
def test_a_text_costs_as_much_work_as_it_would_alone(source: str) -> None:
    left = []

    @contextmanager
    def noted(names: dict[str, object], main: str) -> Iterator[Budget]:
        with allowance(names, main) as budget:
            yield budget
            left.append(budget.work)

    for how in (cut, lambda source: None):
        with patch.object(render, "cut", how), patch.object(render, "allowance", noted):
            Renderer({}).render_text(source, SCOPE)
    assert left[0] == left[1] < MAX_WORK


def test_texts_that_differ_in_words_alone_are_compiled_once() -> None:
    renderer, before = Renderer({}), render._compiled.cache_info().misses
    for number in range(50):
        renderer.render_text(f"Sign {number} of many. {{{{ campaign.title }}}} once", SCOPE)
    assert render._compiled.cache_info().misses - before <= 1


def test_what_is_more_than_words_and_expressions_is_left_whole() -> None:
    assert cut("{% if x %}a{% endif %}") is None
    assert cut("a {{ x }} {# b #}") is None
    found = cut("a\nb {{ x }}{{ y }} c\n")
    assert found is not None
    assert (found.words, found.taken) == ({0: "a\nb ", 3: " c"}, 3)
