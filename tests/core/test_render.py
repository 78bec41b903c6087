"""Templates from strangers: what they may say, what they can't reach, and that nothing they do gets out of bounds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign.core import budget
from campaign.core.render import MAX_SOURCE, PART, Function, Renderer, RenderError, View, plain

SCOPE = {
    "row": View({"name": "Ani", "n": 3, "items": "column", "evil": "---\nnot a part\n---"}),
    "vars": View(
        {"list": [3, 1, 2], "map": {"a": 1, "b": 2}, "none": None, "flag": True, "words": ["b", "A", "b"]}
    ),
    "fact": Function(lambda name: f"fact {name}"),
    "language": "id",
}


def text(source: str, **templates: str) -> str:
    parts = Renderer(templates).render_text(source, SCOPE)
    assert len(parts) <= 1
    return parts[0] if parts else ""


def fault(source: str, **templates: str) -> RenderError:
    with pytest.raises(RenderError) as caught:
        Renderer(templates).render_text(source, SCOPE)
    assert "\n" not in caught.value.message and caught.value.message
    return caught.value


# -- what templates can do ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("Halo {{ row.name }}", "Halo Ani"),
        ("{{ row['name'] }}{{ row.items }}", "Anicolumn"),
        ("{{ 1 + 2 * 3 }} {{ 7 // 2 }} {{ 7 % 2 }} {{ 2 ** 10 }} {{ -3 }}", "7 3 1 1024 -3"),
        ("{{ 'a' ~ 1 ~ row.name }} {{ 'a' + 'b' }} {{ 'ab' * 3 }}", "a1Ani ab ababab"),
        ("{% for x in vars.list %}{{ x }}{{ ', ' if not loop.last }}{% endfor %}", "3, 1, 2"),
        ("{% for x in vars.list if x > 1 %}{{ loop.index }}/{{ loop.length }} {% endfor %}", "1/2 2/2"),
        ("{% for k, v in vars.map.items() %}{{ k }}{{ v }}{% endfor %}", "a1b2"),
        ("{% for k, v in vars.map|items %}{{ k }}{{ v }}{% endfor %}", "a1b2"),
        ("{% for x in [] %}{% else %}empty{% endfor %}", "empty"),
        ("{% for x in 'ab' %}{{ loop.cycle('1', '2') }}{{ x }}{% endfor %}", "1a2b"),
        (
            "{{ vars.list|sort|join('-') }} {{ vars.list|sort(reverse=true)|first }} {{ vars.words|unique|join }}",
            "1-2-3 3 bA",
        ),
        ("{{ 'x'|upper }}{{ 'X'.lower() }}{{ ' y '.strip() }}{{ 'a b'.split()|last }}", "Xxyb"),
        ("{{ 'abcdef'[1:3] }}{{ 'abc'[::-1] }}{{ 'abc'[-1] }}", "bccbac"),
        ("{{ vars.map.get('c', 'none') }} {{ vars.map.a }}", "none 1"),
        ("{{ row.nothing|default('instead') }}", "instead"),
        ("{% if row.nothing is defined %}a{% else %}b{% endif %}{% if 'name' in row %}c{% endif %}", "bc"),
        ("{% if 1 < 2 <= 2 != 3 and 'a' in 'abc' and 4 not in [1] %}ja{% endif %}", "ja"),
        ("{% if 4 is even and 3 is odd and 9 is divisibleby 3 and 'a' is string %}ja{% endif %}", "ja"),
        ("{% set x %}block {{ row.name }}{% endset %}{{ x }}", "block Ani"),
        ("{% set x, y = 1, 2 %}{{ x }}{{ y }}", "12"),
        ("{% with z = 5 %}{{ z }}{% endwith %}", "5"),
        ("{% filter upper %}abc{% endfilter %}", "ABC"),
        ("{% macro m(x, y='!') %}[{{ x }}{{ y }}]{% endmacro %}{{ m('a') }}{{ m('b', y='?') }}", "[a!][b?]"),
        ("{% macro m() %}<{{ caller() }}>{% endmacro %}{% call m() %}in{% endcall %}", "<in>"),
        ("{{ fact('trafficking') }}", "fact trafficking"),
        ("{{ 3.14159|round(2) }} {{ '7'|int + 1 }} {{ 2.6|round }} {{ -4|abs }}", "3.14 8 3 4"),
        (
            "{{ 'a b&c'|urlencode }} {{ 'one two'|wordcount }} {{ [1, 2]|sum }} {{ [4, 9]|max }}",
            "a%20b%26c 2 3 9",
        ),
        ("{# a comment #}{% raw %}{{ x }}{% endraw %}", "{{ x }}"),
        ("<b>&amp; \"quotes\" {{ '<i>' }}", '<b>&amp; "quotes" <i>'),
        ("no template at all: { } % #", "no template at all: { } % #"),
    ],
)
def test_what_templates_can_do(source: str, expected: str) -> None:
    assert text(source) == expected


def test_templates_include_extend_and_import_each_other() -> None:
    renderer = Renderer(
        {
            "base.j2": "<{% block x %}base{% endblock %}>",
            "child.j2": "{% extends 'base.j2' %}{% block x %}child of {{ super() }}{% endblock %}",
            "sub/help.j2": "{% macro line(x) %}-> {{ x }}{% endmacro %}",
            "main.j2": "{% import 'sub/help.j2' as help %}{% from 'sub/help.j2' import line %}"
            "{{ help.line(1) }} {{ line(2) }} {% include 'child.j2' %}",
        }
    )
    assert renderer.render("main.j2", SCOPE) == ("-> 1 -> 2 <child of base>",)


def test_blank_lines_and_blanks_are_tidied() -> None:
    assert text("\n\n  one  \t\n\n\n\n\ntwo\r\n{{ row.name }}\rthree \n \n\n") == "  one\n\ntwo\nAni\nthree"
    assert text("a\n{% if true %}\nb\n{% endif %}\nc") == "a\nb\nc"  # a line with only a tag leaves no line
    assert text(" \n\t\n") == ""


def test_a_line_of_dashes_in_the_template_starts_a_part() -> None:
    renderer = Renderer({"t.j2": "one\n---\ntwo {{ row.evil }}\n---  \r\nthree --- still\n ---\n----\n"})
    assert renderer.render("t.j2", SCOPE) == (
        "one",
        "two ---\nnot a part\n---",
        "three --- still\n ---\n----",
    )
    assert renderer.render_text("one\n---\ntwo", SCOPE) == ("one", "two")
    assert renderer.render_text("one{% if false %}\n---\ntwo{% endif %}", SCOPE) == ("one",)
    assert renderer.render_text("{% for x in [1, 2, 3] %}\n{{ x }}\n---\n{% endfor %}", SCOPE) == (
        "1",
        "2",
        "3",
    )
    assert renderer.render_text("---\n---\n\n---\n", SCOPE) == ()


def test_values_cannot_start_a_part() -> None:
    scope = {"row": View(plain({"text": f"a{PART}b", "deep": [{"x": f"c{PART}"}]}))}
    assert Renderer({}).render_text("{{ row.text }}{{ row.deep[0].x }}", scope) == ("abc",)


def test_plain_values() -> None:
    assert plain({"a": (1, 2.5, None, True), "b": frozenset({"x"})}) == {
        "a": [1, 2.5, None, True],
        "b": ["x"],
    }


# -- what they can't reach ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "source",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ ''['__class__'] }}",
        "{{ row.__class__ }}",
        "{{ row.names }}",
        "{{ row._View__names }}",
        "{{ fact.call }}",
        "{{ fact.__globals__ }}",
        "{{ fact.__call__.__globals__ }}",
        "{{ self.__init__.__globals__ }}",
        "{{ self._TemplateReference__context }}",
        "{{ ().__class__.__base__.__subclasses__() }}",
        "{{ cycler.__init__.__globals__.os }}",
        "{{ lipsum.__globals__ }}",
        "{{ namespace() }}",
        "{{ dict(a=1) }}",
        "{{ '{0.__class__}'.format(1) }}",
        "{{ 'x'.format_map({}) }}",
        "{{ 'x'.encode() }}",
        "{{ '%s' % 1 }}",
        "{{ [1].append(2) }}",
        "{{ vars.list.append(2) }}",
        "{{ vars.map.update({'x': 1}) }}",
        "{{ vars.map.pop('a') }}",
        "{{ 'x'|attr('__class__') }}",
        "{{ [{}]|map(attribute='__class__') }}",
        "{{ 'x'|tojson }}",
        "{{ 'x'|pprint }}",
        "{{ row|items }}",
        "{{ environment }}",
        "{{ context }}",
        "{% macro m() %}{% endmacro %}{{ m._func }}",
        "{% macro m() %}{% endmacro %}{{ m.__globals__ }}",
        "{% for x in [1] %}{{ loop._iterable }}{% endfor %}",
        "{% for x in [1] %}{{ loop.changed(1) }}{% endfor %}",
        "{% set ns.x = 1 %}",
        "{% do vars.list.append(1) %}",
        "{% autoescape true %}{% endautoescape %}",
        "{{ 1|guard enter }}",
        "{% include '../config.yaml' %}",
        "{% include '/etc/passwd' %}",
        "{% extends row %}",
        "{% import 'os' as os %}",
        "{% include ['a', 'b'] %}",
    ],
)
def test_python_is_out_of_reach(source: str) -> None:
    fault(source)


# -- bounds ------------------------------------------------------------------------------------------------

DOUBLED = "{% set a = 'xy' %}" + "{% set a = a ~ a %}" * 60 + "{{ a|length }}"
NESTED = "{% set a = [1, 2] %}" + "{% set a = [a, a] %}" * 60


@pytest.mark.parametrize(
    "source",
    [
        "{{ 'a' * 10**9 }}",
        "{{ 1000000000 * 'a' }}",
        "{{ [1] * 1000000000 }}",
        "{{ 10**10**10 }}",
        "{{ 9**9**9**9 }}",
        "{{ (-1) ** 0.5 }}",
        "{{ 1e308 * 10 }}",
        "{{ 'inf'|float }}",
        "{{ '%999999999d' % 1 }}",
        "{{ '%999999999d' is odd }}",
        "{{ 5|round(-1000000000) }}",
        "{{ ('9' * 60000)|int }}",
        "{{ 'a'.ljust(1000000000) }}",
        "{{ 'a'.zfill(1000000000) }}",
        "{{ 'a'|center(1000000000) }}",
        "{{ 'a'|indent(1000000000) }}",
        "{{ ('a' * 60000)|replace('a', 'b' * 60000) }}",
        "{{ ('a' * 60000).replace('a', 'bb') }}",
        "{{ ('a' * 60000)|list|join('b' * 60000) }}",
        "{{ range(10**9)|list }}",
        "{{ range(10**30)|length }}",
        "{{ 'x' in range(10**9) }}",
        "{% for x in range(10**9) %}{% endfor %}",
        "{% for x in range(9999) %}{% for y in range(9999) %}{% endfor %}{% endfor %}",
        "{% for x in range(9999) if x in range(9999)|list %}{% endfor %}",
        "{% for x in range(9999) %}" + "text of some length " * 10 + "{% endfor %}",
        "{% set x %}{% for i in range(9999) %}" + "0123456789" * 100 + "{% endfor %}{% endset %}",
        "{% for x in [[1]] recursive %}{{ loop(x) }}{% endfor %}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{% macro m() %}{{ m() }}{{ m() }}{% endmacro %}{{ m() }}",
        "{% block b %}{{ self.b() }}{% endblock %}",
        "{% include 'loop.j2' %}",
        "{% extends 'parent.j2' %}",
        DOUBLED,
        NESTED + "{{ a == a }}",
        NESTED + "{{ a }}",
        "{{ a }}" * 2000 + "{{ " + "(" * 2000,
        "{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}",
        "{{ 1" + "+1" * 9000 + " }}",
        "{{ " + "-" * 3000 + "1 }}",
        "{{ " + "not " * 3000 + "1 }}",
        "{{ " + "[" * 500 + "]" * 500 + " }}",
        "{% if 1 %}" * 300 + "{% endif %}" * 300,
        "{% for x in [1] %}" * 25 + "{% endfor %}" * 25,
        "{{ " + "9" * 9000 + " }}",
        "x" * MAX_SOURCE + "{{ row.name }}",
        "{% for x in range(3000) %}{{ 'x' * 60 }}{% endfor %}",
    ],
)
def test_every_template_ends_soon_and_small(source: str) -> None:
    fault(
        source,
        **{"loop.j2": "{% include 'loop.j2' %}", "parent.j2": "{% extends 'parent.j2' %}"},
    )


@pytest.mark.parametrize("name", ["loop.j2", "a.j2"])
def test_templates_in_a_circle(name: str) -> None:
    templates = {
        "loop.j2": "{% include 'loop.j2' %}",
        "a.j2": "{% include 'b.j2' %}",
        "b.j2": "{% include 'a.j2' %}",
    }
    with pytest.raises(RenderError):
        Renderer(templates).render(name, SCOPE)


def test_an_import_is_charged_too() -> None:
    heavy = "{% macro m() %}{% endmacro %}{% for x in range(9999) %}" + "x" * 99 + "{% endfor %}"
    assert "work" in fault("{% import 'heavy.j2' as h %}{{ h.m() }}", **{"heavy.j2": heavy}).message


def test_each_rendering_has_a_budget_of_its_own() -> None:
    renderer = Renderer({})
    source = "{% for x in range(9000) %}{% set y = x %}{% endfor %}ok"
    for _ in range(20):
        assert renderer.render_text(source, SCOPE) == ("ok",)


# -- errors ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "line", "words"),
    [
        ("ok\n{{ rwo.name }}", 2, "did you mean 'row'"),
        ("{{ row.nmae }}", 1, "did you mean 'name'"),
        ("a\nb\n{{ 'x'|uper }}", 3, "did you mean 'upper'"),
        ("{{ 'x'.uper() }}", 1, "did you mean 'upper'"),
        ("{{ vars.map.aa }}", 1, "there is no 'aa'"),
        ("{% if 1 is evn %}{% endif %}", 1, "did you mean 'even'"),
        ("a\n{% include 'hlep.j2' %}", 2, "did you mean 'help.j2'"),
        ("a\n{{ 1 / 0 }}", 2, "division by zero"),
        ("{{ 1 + 'a' }}", 1, "can't be used on these values"),
        ("{{ vars.list }}", 1, "a list can't be printed"),
        ("{{ vars.none }}", 1, "nothing to print"),
        ("{{ vars.flag }}", 1, "true or false"),
        ("{{ row }}", 1, "only text and numbers"),
        ("{{ row.name() }}", 1, "can't be called"),
        ("{{ 'x'|int }}", 1, "no whole number"),
        ("{{ []|first }}", 1, "empty"),
        ("x\n\n{% if %}", 3, "Expected an expression"),
        ("{{ row.name", 1, "unexpected end of template"),
        ("{% endfor %}", 1, "endfor"),
        ("{% for x in 5 %}{% endfor %}", 1, "only a list"),
        ("{{ fact() }}", 1, "missing 1 required"),
    ],
)
def test_an_error_says_where_and_what(source: str, line: int, words: str) -> None:
    error = fault(source, **{"help.j2": "help"})
    assert words in error.message
    assert (error.template, error.line) == ("<text>", line)


def test_an_error_names_the_included_template() -> None:
    error = fault("{% include 'a.j2' %}", **{"a.j2": "x\n{% include 'b.j2' %}", "b.j2": "\n\n{{ missing }}"})
    assert (error.template, error.line) == ("b.j2", 3)
    error = fault("{% include 'a.j2' %}", **{"a.j2": "x\n{% include 'b.j2' %}", "b.j2": "\n{% if %}"})
    assert (error.template, error.line) == ("b.j2", 2)


def test_a_fault_of_a_function_keeps_its_rule_and_hint() -> None:
    def refuse(name: str) -> str:
        raise budget.Fault(f"no fact {name}", "write it down", "fact")

    with pytest.raises(RenderError) as caught:
        Renderer({"t.j2": "\n{{ fact('x') }}"}).render("t.j2", {"fact": Function(refuse)})
    error = caught.value
    assert (error.message, error.hint, error.rule, error.line) == ("no fact x", "write it down", "fact", 2)


@pytest.mark.parametrize("bad", ["\x00", "\x0b", "\x1f", "\x7f", "\x85", "\ud800"])
def test_control_characters_are_refused(bad: str) -> None:
    with pytest.raises(RenderError, match="control character"):
        Renderer({}).render_text("{{ row.x }}", {"row": View({"x": f"a{bad}b"})})


def test_an_unknown_template() -> None:
    with pytest.raises(RenderError, match=r"did you mean 'signs.j2'"):
        Renderer({"signs.j2": "x"}).render("sings.j2", SCOPE)


# -- anything at all ---------------------------------------------------------------------------------------

WORDS = """
{{ }} {% %} {# #} {%- -%} if else endif for in endfor set endset macro endmacro block endblock call endcall
filter endfilter include extends import from as with endwith recursive raw endraw row vars loop self super
caller range fact language name list map ~ + - * ** / // % | . , : ( ) [ ] { } = == != < > <= not and or is
defined odd 'a' '---' "b" 1 0 2.5 10**9 9999 true none upper join default replace length sort first x y m t.j2
--- \\ ' "
"""
PIECES = st.sampled_from([*WORDS.split(), "\n"])
SOURCES = st.lists(PIECES, max_size=25).map(" ".join) | st.text(max_size=60)
BODIES = st.lists(PIECES, max_size=8).map(" ".join)


def only_render_errors(source: str) -> None:
    try:
        parts = Renderer({"t.j2": source}).render("t.j2", SCOPE)
    except RenderError as error:
        assert error.message and "\n" not in error.message
    else:
        assert sum(map(len, parts)) <= budget.MAX_SIZE
        assert all(part and PART not in part for part in parts)


@given(SOURCES)
def test_no_source_raises_anything_else(source: str) -> None:
    only_render_errors(source)


@given(BODIES)
def test_no_expression_raises_anything_else(body: str) -> None:
    only_render_errors("{{ " + body + " }}")


@given(BODIES, BODIES)
def test_no_statement_raises_anything_else(head: str, body: str) -> None:
    only_render_errors("{% for x in " + head + " %}{{ " + body + " }}{% endfor %}")


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\n\r -"), max_size=200))
def test_values_come_out_as_they_went_in(value: str) -> None:
    """A value is printed untouched but for blanks at line ends and runs of blank lines; it never starts a part."""
    parts = Renderer({}).render_text("[{{ row.x }}]", {"row": View({"x": plain(value)})})
    assert len(parts) == 1
    assert "".join(parts[0].split()) == "".join(f"[{value}]".split())
