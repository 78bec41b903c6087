"""From a YAML parser's events to values of the 1.2 core schema, each with its line and column.

PyYAML's own resolver is YAML 1.1 (``on`` would be true, ``18:30`` a number) and keeps no places.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, TypeAlias

import yaml

from campaign.errors import Problem
from campaign.workspace.findings import quoted
from campaign.workspace.yamltext import BRACES, MAX_DEPTH, TOO_DEEP, UNPRINTABLE, Unreadable

MAX_EXPANDED = 10_000
"""How many values aliases may stand for in one file: a few bytes of aliases can mean gigabytes. Our own bound."""

MAX_DIGITS = 40
"""How long a number may be. Our own bound: Python itself refuses to read one of more than 4,300 digits."""

_Scalar, _MappingEnd = yaml.ScalarEvent, yaml.MappingEndEvent

Mark: TypeAlias = tuple[int, int]
"""Line and column, both from 1."""


class Map(dict[str, Any]):
    """A mapping that knows where it, its keys and its values stand. Keys are always text."""

    __slots__ = ("at", "key_at", "value_at")

    def __init__(self, at: Mark) -> None:
        super().__init__()
        self.at = at
        self.key_at: dict[str, Mark] = {}
        self.value_at: dict[str, Mark] = {}


class Seq(list[Any]):
    """A list that knows where it and its items stand."""

    __slots__ = ("at", "item_at")

    def __init__(self, at: Mark) -> None:
        super().__init__()
        self.at = at
        self.item_at: list[Mark] = []


class Composer:
    """Makes values of parser events, bounded in depth and in what aliases may stand for."""

    def __init__(self, name: str, events: Iterator[Any]) -> None:
        self.name = name
        self.events = events
        self.problems: list[Problem] = []
        self.anchors: dict[str, tuple[Any, int]] = {}
        self.open: set[str] = set()
        self.total = 0
        self.expanded = 0

    def document(self) -> Any:
        next(self.events)  # the stream starts
        if type(next(self.events)) is not yaml.DocumentStartEvent:
            raise Unreadable(1, 1, "the file is empty", "delete it, or write what belongs in it", "empty")
        first = next(self.events)
        root = self.value(first, 0)
        next(self.events)  # the document ends
        after = next(self.events)
        if type(after) is not yaml.StreamEndEvent:
            raise Unreadable(
                *_mark(after),
                "a second document begins here",
                "keep one document in a file: remove the line `---`",
                "yaml",
            )
        if root is None:
            raise Unreadable(1, 1, "the file is empty", "delete it, or write what belongs in it", "empty")
        return root

    def value(self, event: Any, depth: int) -> Any:
        self.total += 1
        kind = type(event)
        if kind is _Scalar and event.tag is None and event.anchor is None and event.style != '"':
            text = event.value  # nearly all are of this kind: no more than this has to be looked at
            return _resolve(text, event) if event.implicit[0] and text[:1] in _SPECIAL else text
        if kind is yaml.AliasEvent:
            return self.alias(event)
        if event.tag not in (None, "!"):
            raise Unreadable(
                *_mark(event),
                f"the tag {quoted(event.tag)} is not used here",
                "remove it; put a value in quotes to make it text",
                "yaml",
            )
        anchor = event.anchor
        if kind is _Scalar:
            text = event.value
            if event.style == '"' and (odd := UNPRINTABLE.search(text)):
                raise Unreadable(
                    *_mark(event),
                    f"the escape for U+{ord(odd[0]):04X} is in this value, which is no printable character",
                    "write the character itself",
                    "encoding",
                )
            plain = event.implicit[0] and event.tag is None
            value = _resolve(text, event) if plain and text[:1] in _SPECIAL else text
            if anchor is not None:
                self.anchors[anchor] = (value, 1)
            return value
        if depth >= MAX_DEPTH:
            raise Unreadable(*_mark(event), *TOO_DEEP)
        before = self.total
        if anchor is not None:
            self.anchors.pop(anchor, None)
            self.open.add(anchor)
        result = self.mapping(event, depth) if kind is yaml.MappingStartEvent else self.sequence(event, depth)
        if anchor is not None:
            self.open.discard(anchor)
            self.anchors[anchor] = (result, self.total - before + 1)
        return result

    def sequence(self, event: Any, depth: int) -> Seq:
        result = Seq(_mark(event))
        item_at = result.item_at
        for item in self.events:
            if type(item) is yaml.SequenceEndEvent:
                break
            item_at.append(_mark(item))
            result.append(self.value(item, depth + 1))
        return result

    def mapping(self, event: Any, depth: int) -> Map:
        result = Map(_mark(event))
        key_at, value_at, events = result.key_at, result.value_at, self.events
        for item in events:
            if type(item) is _MappingEnd:
                break
            mark = _mark(item)
            key = self.key(item)
            content = next(events)
            value = self.value(content, depth + 1)
            if key in result:
                first = key_at[key]
                self.problems.append(
                    Unreadable(
                        *mark,
                        f"`{key}` is written twice",
                        f"it is also in line {first[0]}: keep one of them",
                        "duplicate-key",
                    ).problem(self.name)
                )
                continue
            result[key] = value
            key_at[key] = mark
            value_at[key] = _mark(content)
        return result

    def key(self, event: Any) -> str:
        if type(event) is _Scalar and event.tag in (None, "!"):
            key: str = event.value
            if key == "<<" and event.implicit[0]:
                raise Unreadable(
                    *_mark(event),
                    "merge keys (`<<`) are not used here",
                    "write the keys out, or put what is shared in the campaign or in config.yaml",
                    "yaml",
                )
            if event.anchor is not None:
                self.anchors[event.anchor] = (key, 1)
            return key
        if type(event) is yaml.MappingStartEvent and event.flow_style:
            raise Unreadable(*_mark(event), *BRACES)
        raise Unreadable(
            *_mark(event),
            "a key has to be a word",
            "a list, a mapping or an alias can't be a key",
            "yaml",
        )

    def alias(self, event: Any) -> Any:
        if event.anchor in self.open:
            raise Unreadable(
                *_mark(event),
                f"`*{event.anchor}` stands inside of what it stands for",
                "an alias can't contain itself",
                "alias",
            )
        if event.anchor not in self.anchors:
            raise Unreadable(
                *_mark(event),
                f"`*{event.anchor}` stands for nothing: there is no `&{event.anchor}` before it",
                "put the value in quotes if the * belongs to it",
                "alias",
            )
        value, size = self.anchors[event.anchor]
        self.total += size
        self.expanded += size
        if self.expanded > MAX_EXPANDED:
            raise Unreadable(
                *_mark(event),
                f"the aliases of this file stand for more than {MAX_EXPANDED:,} values",
                "write them out, or use fewer",
                "alias",
            )
        return value


def _mark(event: Any) -> Mark:
    mark = event.start_mark
    return mark.line + 1, mark.column + 1


# YAML 1.2, chapter 10.3.2 (core schema): everything else is text. Nothing else starts with one of these characters.
_SPECIAL = frozenset(["", *"~nNtTfF+-.0123456789"])
_WORDS = {
    **dict.fromkeys(["", "~", "null", "Null", "NULL"]),
    **dict.fromkeys(["true", "True", "TRUE"], True),
    **dict.fromkeys(["false", "False", "FALSE"], False),
}
_INT = re.compile(r"[-+]?[0-9]+")
_OCTAL = re.compile(r"0o[0-7]+")
_HEX = re.compile(r"0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_INFINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")


def _resolve(text: str, event: Any) -> Any:
    if text in _WORDS:
        return _WORDS[text]
    number: Any = None
    if _INT.fullmatch(text):
        number = int
    elif _FLOAT.fullmatch(text):
        number = float
    elif _INFINITE.fullmatch(text):
        return float(text.replace(".", "", 1))
    elif _OCTAL.fullmatch(text):
        return int(text[2:], 8)
    elif _HEX.fullmatch(text):
        return int(text[2:], 16)
    if number is None:
        return text
    if len(text) > MAX_DIGITS:
        raise Unreadable(
            *_mark(event),
            f"a number of {len(text)} digits",
            "put it in quotes if it is text",
            "yaml",
        )
    return number(text)
