"""What one rendering of a template may use: work, size of values, depth; a template from a stranger can't exceed it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from jinja2.runtime import Undefined

MAX_WORK = 400_000
"""Units of work of one rendering. A unit is one node of the template or one character that is handled: well under a
second on a slow machine, and a thousand times what a post needs."""

MAX_SIZE = 65_536
"""The most characters and items of one value, and of the output."""

MAX_NUMBER = 10**15
MAX_DEPTH = 50
"""How deep macros and blocks may call each other."""


class Fault(Exception):
    """What a template does wrong, in one line; ``rule`` is the id of the problem it becomes."""

    def __init__(self, message: str, hint: str = "", rule: str = "template") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.rule = rule


class View:
    """A read-only bundle of named values (``row.text``): nothing of Python can be reached through it."""

    __slots__ = ("names",)

    def __init__(self, names: Mapping[str, Any]) -> None:
        self.names = names

    def __contains__(self, name: object) -> bool:
        return name in self.names


class Budget:
    """What is left for the rendering that is under way, the names that its templates know, and its first template."""

    __slots__ = ("depth", "main", "names", "work")

    def __init__(self, names: Mapping[str, Any], main: str) -> None:
        self.work = MAX_WORK
        self.depth = 0
        self.names = names
        self.main = main


_current: ContextVar[Budget] = ContextVar("budget")


@contextmanager
def allowance(names: Mapping[str, Any], main: str = "") -> Iterator[Budget]:
    """A fresh budget for one rendering, of the template ``main``."""
    token = _current.set(Budget(names, main))
    try:
        yield _current.get()
    finally:
        _current.reset(token)


def current() -> Budget:
    return _current.get()


def spend(units: int) -> None:
    """Use up work. Fault when there is none left."""
    budget = _current.get()
    budget.work -= units
    if budget.work < 0:
        raise Fault(
            "this template does too much work", "shorten its loops: a post is a few hundred characters"
        )


def weigh(value: Any) -> Any:
    """Use up as much work as a value is large and give it back. Fault when it is too large.

    Containers are walked as trees, so a list that holds itself many times over is as large as it would print.
    """
    size = 0
    stack = [value]
    while stack:
        item = stack.pop()
        kind = type(item)
        if kind is str:
            size += len(item)
        elif kind is int and not -MAX_NUMBER <= item <= MAX_NUMBER:
            raise Fault("that number is too large")
        elif kind is list or kind is tuple:
            stack.extend(item)
        elif kind is dict:
            stack.extend(item)
            stack.extend(item.values())
        elif kind is range:
            size += len(item)
        size += 1
        if size + len(stack) > MAX_SIZE:
            raise Fault(f"that value is too large: more than {MAX_SIZE} characters or items")
    spend(size)
    return value


def as_text(value: Any) -> str:
    """A value as it is printed. Only text and numbers are: a list or a null in a post is a mistake. Fault otherwise."""
    kind = type(value)
    if kind is str:
        return str(value)
    if kind is int or kind is float:
        weigh(value)
        if value != value or value in (float("inf"), float("-inf")):
            raise Fault("that is not a number")
        return str(value)
    if isinstance(value, Undefined):
        return str(value)  # raises, with the name that is not there
    if value is None:
        raise Fault("there is nothing to print here (null)", "use |default('...') or an {% if %}")
    if kind is bool:
        raise Fault("true or false can't be printed", "use {% if %} to choose a text")
    if kind in (list, tuple, dict, range):
        raise Fault("a list can't be printed", "use |join(', ')")
    raise Fault("only text and numbers can be printed")
