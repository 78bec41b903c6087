"""Every way in which a YAML file can be wrong has its own words and its place, with both parsers."""

from __future__ import annotations

import json

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from campaign.errors import Problem
from campaign.workspace.yamlfile import MAX_BYTES, Document, Map, Seq, read
from campaign.workspace.yamlnodes import MAX_EXPANDED
from campaign.workspace.yamltext import MAX_DEPTH

PARSERS = pytest.mark.parametrize("pure", [False, True], ids=["C", "pure"])


def only(data: bytes, pure: bool) -> Problem:
    document = read("f.yaml", data, pure=pure)
    assert len(document.problems) == 1, document.problems
    return document.problems[0]


def test_the_c_parser_is_there() -> None:
    assert yaml.__with_libyaml__, "the tests are meant to run both parsers"


@PARSERS
@pytest.mark.parametrize(
    ("text", "value"),
    [
        *(
            (word, word)
            for word in ("on", "off", "yes", "no", "NO", "y", "n", "18:30", "1_000", "0b11", "0777a")
        ),
        ("2027-07-30", "2027-07-30"),
        ("2027-07-30 20:00", "2027-07-30 20:00"),
        ("=", "="),
        ("0o17", 15),
        ("017", 17),
        ("0x1F", 31),
        ("-12", -12),
        ("+3", 3),
        ("1.", 1.0),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("-.inf", float("-inf")),
        ("true", True),
        ("True", True),
        ("FALSE", False),
        ("tRUE", "tRUE"),
        ("null", None),
        ("~", None),
        ("", None),
        ('"1"', "1"),
        ("'true'", "true"),
        ('""', ""),
        ("! 5", "5"),
    ],
)
def test_core_schema(text: str, value: object, pure: bool) -> None:
    root = read("f.yaml", f"a: {text}\n".encode(), pure=pure).root
    assert root == {"a": value}
    assert type(root["a"]) is type(value)


@PARSERS
def test_keys_are_always_text(pure: bool) -> None:
    root = read("f.yaml", b"{on: 1, no: 2, 2024: 3, true: 4, ~: 5}", pure=pure).root
    assert root == {"on": 1, "no": 2, "2024": 3, "true": 4, "~": 5}


@PARSERS
def test_every_place_is_known(pure: bool) -> None:
    document = read("f.yaml", b"a: 1\nb:\n  - x\n  - c: [y, z]\n", pure=pure)
    assert str(document.place()) == "f.yaml:1:1"
    assert str(document.place(("b",))) == "f.yaml:3:3"
    assert str(document.place(("b",), key=True)) == "f.yaml:2:1"
    assert str(document.place(("b", 1, "c", 1))) == "f.yaml:4:12"
    assert str(document.place(("b", 1, "missing"))) == "f.yaml:4:5"
    assert isinstance(document.root, Map)
    assert isinstance(document.root["b"], Seq)


CASES: list[tuple[bytes, str, str]] = [
    (b"a: {{ x }}\n", "1:5", "`{{` begins a value"),
    (b"a: {{ x }}.jpg\n", "1:5", "`{{` begins a value"),
    (b"- {{ x }} and\n", "1:4", "`{{` begins a value"),
    (b"a: 1\nb: 2\na: 3\n", "3:1", "`a` is written twice"),
    (b"a:\n\tb: 1\n", "2:1", "a tab is used to indent"),
    (b"a: @x\n", "1:4", "can't begin with `@`"),
    (b"a: %x\n", "1:4", "can't begin with `%`"),
    (b"x: 1\na: 'x\nb: 1\n", "2:4", "a quotation mark is opened"),
    (b"a: [1, 2\nb: 3\n", "1:4", "opened and not closed"),
    (b"a: {b: 1\n", "1:4", "opened and not closed"),
    (b"a: b: c\n", "1:5", "a `: ` in this value"),
    (b"a:\n  b: 1\n c: 2\n", "3:2", "does not fit the lines above"),
    (b"a: &x [*x]\n", "1:8", "inside of what it stands for"),
    (b"a: &x {b: {c: *x}}\n", "1:15", "inside of what it stands for"),
    (b"a: *y\n", "1:4", "stands for nothing"),
    (b"a: caf\xe9\n", "1:7", "the byte 0xe9 is not UTF-8"),
    (b"\xff\xfea\0:\0", "1:4", "NUL byte"),
    (b"a\0b", "1:2", "NUL byte"),
    (b"a: \x07\n", "1:4", "invisible character U+0007"),
    (b"", "1:1", "the file is empty"),
    (b"# nothing\n", "1:1", "the file is empty"),
    (b"---\n...\n", "1:1", "the file is empty"),
    (b"~\n", "1:1", "the file is empty"),
    (b"a: 1\n---\nb: 2\n", "2:1", "a second document"),
    (b"<<: {a: 1}\n", "1:1", "merge keys"),
    (b"a: !!python/object/apply:os.system [x]\n", "1:4", "the tag"),
    (b"a: !!binary x\n", "1:4", "the tag"),
    (b"? [a]\n: b\n", "1:3", "a key has to be a word"),
    (b"[a]: b\n", "1:1", "a key has to be a word"),
    (b"[" * 900, f"1:{MAX_DEPTH + 1}", "nested more than"),
    (b"- " * 900, f"1:{2 * MAX_DEPTH + 1}", "nested more than"),
    (b"a: " + b"9" * 5000, "1:4", "a number of 5000 digits"),
    (b'a: "\\0"\n', "1:4", "the escape for U+0000"),
    (b'a: "\\q"\n', "1:4", "a \\ inside of"),
    (b"a: 1\n" + b"#" * MAX_BYTES, "0:0", "larger than"),
]


@PARSERS
@pytest.mark.parametrize("data", [b"[" * 5000, b"- " * 5000, b"{a: " * 5000])
def test_nesting_beyond_what_the_parser_itself_bears(data: bytes, pure: bool) -> None:
    """PyYAML gives up at 1,000, perhaps before we see the first of them: then the place is where it did."""
    problem = only(data, pure)
    assert "nested more than" in problem.message
    assert problem.hint
    assert problem.place.line == 1
    assert problem.place.column > MAX_DEPTH


@PARSERS
@pytest.mark.parametrize(("data", "at", "message"), CASES, ids=[case[2][:24] for case in CASES])
def test_problems(data: bytes, at: str, message: str, pure: bool) -> None:
    problem = only(data, pure)
    assert message in problem.message
    assert problem.hint
    assert f"{problem.place.line}:{problem.place.column}" == at
    assert problem.place.file == "f.yaml"


@PARSERS
def test_a_byte_order_mark_is_passed_over(pure: bool) -> None:
    document = read("f.yaml", b"\xef\xbb\xbfa: 1\n", pure=pure)
    assert document.root == {"a": 1}
    assert str(document.place(("a",), key=True)) == "f.yaml:1:1"


@PARSERS
def test_a_bomb_of_aliases_is_defused(pure: bool) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    problem = only("\n".join(lines).encode(), pure)
    assert f"{MAX_EXPANDED:,}" in problem.message


def test_an_alias_stands_for_its_value() -> None:
    assert read("f.yaml", b"a: &x {b: 1}\nc: *x\n").root == {"a": {"b": 1}, "c": {"b": 1}}
    assert read("f.yaml", b"a: &x 1\nb: &x 2\nc: *x\n").root == {"a": 1, "b": 2, "c": 2}


def test_a_duplicate_does_not_hide_what_follows() -> None:
    document = read("f.yaml", b"a: 1\na: 2\nb: 1\nb: 2\n")
    assert [problem.place.line for problem in document.problems] == [2, 4]
    assert document.root == {"a": 1, "b": 1}


def same(data: bytes) -> tuple[Document, Document]:
    return read("f.yaml", data), read("f.yaml", data, pure=True)


@given(
    st.binary(max_size=60) | st.text(alphabet="ab:-[]{}\"'&*!|>%@`#,? \n\t1.~é", max_size=60).map(str.encode)
)
def test_both_parsers_agree_and_never_raise(data: bytes) -> None:
    fast, pure = same(data)
    for document in (fast, pure):
        assert (document.root is None) <= bool(document.problems)
    if not fast.problems and not pure.problems:
        assert repr(fast.root) == repr(pure.root)


words = st.text(st.characters(codec="utf-8"), min_size=1, max_size=8)
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**9), 10**9)
    | st.text(st.characters(codec="utf-8"), max_size=10),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(words, values, min_size=1, max_size=5))
def test_what_is_written_is_read(value: dict[str, object]) -> None:
    """JSON is YAML: every JSON value comes back the same, but for characters that can't be printed."""
    for document in same(json.dumps(value, ensure_ascii=False).encode()):
        if document.problems:
            assert [problem.rule for problem in document.problems] == ["encoding"]
        else:
            assert document.root == value
