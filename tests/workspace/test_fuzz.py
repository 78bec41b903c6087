"""Whatever is in the files: problems with a place, never any other exception."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaign.errors import Level, Problem, WorkspaceError
from campaign.workspace.load import load
from campaign.workspace.yamlfile import MAX_BYTES, read
from tests.workspace.small import FILES, SPECS, write

reuse = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def loaded(folder: Path) -> tuple[Problem, ...]:
    """The problems of a workspace; each has a file and says something, and its JSON can be written."""
    try:
        problems = load(folder, SPECS).problems
    except WorkspaceError as error:
        problems = error.problems
        assert problems[0].level is Level.ERROR
    for problem in problems:
        assert problem.place.file
        assert problem.message
        assert "\n" not in str(problem)
        json.dumps(problem.as_json()).encode()
        str(problem).encode()
    return problems


@pytest.mark.parametrize("name", FILES)
def test_truncated_at_each_byte(folder: Path, name: str) -> None:
    data = FILES[name].encode()
    # Of a table the first rows stand for all.
    for end in range(len(data) if name != "posts/signs.csv" else 80):
        write(folder, name, data[:end])
        loaded(folder)


GARBAGE = {
    "empty": b"",
    "binary": bytes(range(256)),
    "zeros": bytes(1000),
    "not UTF-8": b"posts: caf\xe9\n",
    "UTF-16": "posts: []\n".encode("utf-16"),
    "huge": b"a: 1\n" * (MAX_BYTES // 5 + 10),
    "huge line": b"a: " + b"x" * (MAX_BYTES - 10),
    "many keys": b"{" + b",".join(b"k%d: 1" % n for n in range(10_000)) + b"}",
    "deep": b"[" * 100_000,
    "cyclic": b"posts: &a [*a]\naccounts: &b {c: *b}\n",
    "a list": b"[1, 2, 3]\n",
    "a word": b"hello\n",
    "a number": b"5\n",
    "text after the end": b"a: 1\n...\nb: 2\n",
}


@pytest.mark.parametrize("garbage", GARBAGE.values(), ids=GARBAGE.keys())
@pytest.mark.parametrize("name", FILES)
def test_garbage(folder: Path, name: str, garbage: bytes) -> None:
    write(folder, name, garbage)
    problems = loaded(folder)
    if name.endswith((".yaml", ".csv")):
        assert any(problem.level is Level.ERROR and problem.place.file == name for problem in problems)


def positions(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every value in a tree."""
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from positions(inner, (*path, key))


def plain(value: Any) -> Any:
    """Without the places, so that JSON can write it."""
    return json.loads(json.dumps(value))


WRONG: list[Any] = [
    None,
    True,
    0,
    -1,
    1e300,
    float("inf"),
    "",
    " ",
    "x",
    "{{ x }}",
    "\U0001f600",
    [],
    {},
    [[]],
    {"": ""},
]
WRONG += [{"x": {"y": []}}, ["x", 5], "9" * 60, "2027-02-30 25:61", "-" * 300]

RICH = """\
title: {id: a}
starts: 2027-07-01
ends: 2027-07-31
timezone: Asia/Jakarta
accounts: [fedi, fedi.en]
hashtags: {id: [A]}
links: {act: {url: "https://example.org", track: true}}
vars: {a: 1}
quiet_hours: "22:00-06:00"
if_late: 2 h
approval: none
posts:
  - {id: a, template: signs, rows: signs.csv, repeat: true, every: {days: [mon], at: ["09:00"]}, skip: [2027-07-05]}
  - {id: b, text: {id: a, en: b}, on: ends, offset: -3 days, at: "09:00", image: {file: a.jpg, alt: {id: a, en: b}}}
  - {id: c, text: b, rrule: "FREQ=DAILY", at: ["10:00"], move: {"2027-07-05T10:00": "2027-07-06T11:00"}}
  - {id: d, text: b, cron: "0 9 1 * *", if_late: drop, quiet: ignore, language: [id], tags: {id: [B]}}
"""


@pytest.mark.parametrize("name", ["config.yaml", "rich", "schedules/observances.yaml", "posts/facts.yaml"])
def test_a_wrong_value_at_every_position(folder: Path, name: str) -> None:
    text = RICH if name == "rich" else FILES[name]
    name = "schedules/world-day.yaml" if name == "rich" else name
    write(folder, name, text)
    assert [problem for problem in loaded(folder) if problem.level is Level.ERROR] == []
    tree = plain(read(name, text.encode()).root)
    for number, path in enumerate(positions(tree)):
        # Every position gets a few, all values come in turn.
        for wrong in WRONG[number % 3 :: 3]:
            broken = copy.deepcopy(tree)
            if path:
                node = broken
                for step in path[:-1]:
                    node = node[step]
                node[path[-1]] = wrong
            else:
                broken = wrong
            write(folder, name, json.dumps(broken, ensure_ascii=False).replace("Infinity", ".inf"))
            loaded(folder)


def test_every_key_misspelt(folder: Path) -> None:
    """A mapping with an unknown key: told with its place, and no traceback, wherever it stands."""
    tree = plain(read("f", RICH.encode()).root)
    for path in positions(tree):
        broken = copy.deepcopy(tree)
        node = broken
        for step in path:
            node = node[step]
        if isinstance(node, dict) and "vars" not in path:
            node["zz!"] = "x"
            write(folder, "schedules/world-day.yaml", json.dumps(broken))
            assert any("zz!" in problem.message for problem in loaded(folder)), path


KEYS = ["id", "posts", "at", "every", "text", "template", "accounts", "fedi", "network", "1", ""]
words = st.sampled_from([*KEYS, "2027-07-30 20:00", "09:00"])
numbers = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
values = st.recursive(
    st.none() | st.booleans() | numbers | words | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(words | st.text(max_size=6), inner, max_size=5)
    ),
    max_leaves=20,
)


@reuse
@given(name=st.sampled_from([name for name in FILES if name.endswith(".yaml")]), value=values)
def test_any_value(folder: Path, name: str, value: Any) -> None:
    write(folder, name, json.dumps(value, ensure_ascii=True))
    loaded(folder)
    write(folder, name, FILES[name])


WHEN = ["at", "every", "cron", "rrule", "on", "offset", "skip", "move", "rows"]


@reuse
@given(slot=st.dictionaries(st.sampled_from(WHEN), values))
def test_any_schedule(folder: Path, slot: dict[str, Any]) -> None:
    body = {"starts": "2027-07-01", "posts": [{"id": "a", "text": "b", **slot}]}
    write(folder, "schedules/world-day.yaml", json.dumps(body))
    loaded(folder)


@reuse
@given(name=st.sampled_from(sorted(FILES)), data=st.binary(max_size=200))
def test_any_bytes(folder: Path, name: str, data: bytes) -> None:
    write(folder, name, data)
    loaded(folder)
    write(folder, name, FILES[name])
