"""What templates may do with values: the filters, tests, methods and operators allowed, all of bounded cost."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable
from functools import partial, wraps
from typing import Any
from urllib.parse import quote

from jinja2.runtime import Undefined
from jinja2.tests import TESTS as JINJA_TESTS

from campaign.core.budget import MAX_NUMBER, MAX_SIZE, Fault, View, as_text, weigh

MAX_RANGE = 10_000


def checked(function: Callable[..., Any]) -> Callable[..., Any]:
    """Charge what goes into a function and what comes out of it, and refuse what is not defined."""

    @wraps(function)
    def call(*values: Any, **named: Any) -> Any:
        for value in (*values, *named.values()):
            if isinstance(value, Undefined):
                str(value)  # raises, with the name that is not there
            weigh(value)
        return weigh(function(*values, **named))

    return call


# -- filters --------------------------------------------------------------------------------------------------------


def _join(values: Any, separator: Any = "") -> str:
    texts = [as_text(value) for value in _items(values)]
    between = as_text(separator)
    if sum(map(len, texts)) + len(between) * len(texts) > MAX_SIZE:
        raise Fault("the joined text is too long")
    return between.join(texts)


def _replace(value: Any, old: str, new: str) -> str:
    text = as_text(value)
    if len(text) + text.count(old) * len(new) > MAX_SIZE:
        raise Fault("the replaced text is too long")
    return text.replace(old, new)


def _items(value: Any) -> list[Any]:
    if type(value) in (str, list, tuple, dict, range):
        return list(value)
    raise Fault("this is no list")


def to_number(value: Any) -> int | float:
    """A number as it is, and a text that spells one (a cell of a table): ``12``, ``-1.5``. Fault otherwise."""
    return _number(_parsed(value.strip())) if type(value) is str else _number(value)


def _parsed(text: str) -> int | float:
    if re.fullmatch(r"-?[0-9]{1,16}(\.[0-9]{1,15})?", text):
        return float(text) if "." in text else int(text)
    raise Fault(f"{text[:40]!r} is no number", "write it without separators: 50000000, or 0.5")


def _number(value: Any) -> int | float:
    if type(value) not in (int, float) or not abs(value) <= MAX_NUMBER:
        raise Fault("this is no number, or too large a one")
    return value  # type: ignore[no-any-return]


def _int(value: Any) -> int:
    try:
        return int(as_text(value).strip()) if type(value) is str else int(_number(value))
    except ValueError:
        raise Fault(f"{as_text(value)[:40]!r} is no whole number") from None


def _float(value: Any) -> float:
    try:
        return float(as_text(value).strip()) if type(value) is str else float(_number(value))
    except ValueError:
        raise Fault(f"{as_text(value)[:40]!r} is no number") from None


def _round(value: Any, places: int = 0) -> int | float:
    if type(places) is not int or not 0 <= places <= 15:
        raise Fault("numbers are rounded to 0 to 15 places")
    rounded = round(_number(value), places)
    return rounded if places else int(rounded)


def _key(value: Any) -> Any:
    return value.casefold() if type(value) is str else _number(value)


def _sort(values: Any, reverse: bool = False) -> list[Any]:
    return sorted(_items(values), key=_key, reverse=bool(reverse))


def _unique(values: Any) -> list[Any]:
    seen: dict[Any, Any] = {}
    for value in _items(values):
        seen.setdefault(_key(value), value)
    return list(seen.values())


def _first(values: Any) -> Any:
    items = _items(values)
    if not items:
        raise Fault("the list is empty: it has no first and no last")
    return items[0]


def _pairs(value: Any) -> list[tuple[Any, Any]]:
    if type(value) is not dict:
        raise Fault("this has no items")
    return list(value.items())


def _text_filter(method: Callable[[str], str]) -> Callable[..., Any]:
    def apply(value: Any) -> str:
        return method(as_text(value))

    return checked(apply)


def _strip(value: Any, characters: str | None = None) -> str:
    return as_text(value).strip(characters)


def _default(value: Any, instead: Any = "", boolean: bool = False) -> Any:
    return instead if isinstance(value, Undefined) or value is None or (boolean and not value) else value


FILTERS: dict[str, Callable[..., Any]] = {
    "abs": checked(lambda value: abs(_number(value))),
    "capitalize": _text_filter(str.capitalize),
    "count": checked(lambda value: len(_items(value))),
    "d": _default,
    "default": _default,
    "first": checked(_first),
    "float": checked(_float),
    "int": checked(_int),
    "items": checked(_pairs),
    "join": checked(_join),
    "last": checked(lambda values: _first(_items(values)[::-1])),
    "length": checked(lambda value: len(_items(value))),
    "list": checked(_items),
    "lower": _text_filter(str.lower),
    "max": checked(lambda values: max(_items(values), key=_key)),
    "min": checked(lambda values: min(_items(values), key=_key)),
    "replace": checked(_replace),
    "reverse": checked(lambda values: values[::-1] if type(values) is str else _items(values)[::-1]),
    "round": checked(_round),
    "sort": checked(_sort),
    "string": checked(as_text),
    "sum": checked(lambda values: sum(_number(value) for value in _items(values))),
    "title": _text_filter(str.title),
    "trim": checked(_strip),
    "unique": checked(_unique),
    "upper": _text_filter(str.upper),
    "urlencode": checked(lambda value: quote(as_text(value), safe="")),
    "wordcount": checked(lambda value: len(as_text(value).split())),
}


def _divides(value: Any, divisor: Any) -> bool:
    if type(value) is not int or type(divisor) is not int or not divisor:
        raise Fault("only whole numbers are odd, even or divisible, and not by 0")
    return value % divisor == 0


def _is_in(value: Any, container: Any) -> bool:
    if type(container) not in (str, list, tuple, dict, range) and not isinstance(container, View):
        raise Fault("nothing can be in this: it is no text and no list")
    return value in container


_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "gt": operator.gt,
    "gteq": operator.ge,
    "lt": operator.lt,
    "lteq": operator.le,
    "in": _is_in,
    "notin": lambda left, right: not _is_in(left, right),
}

_HARMLESS = [
    "boolean",
    "defined",
    "false",
    "float",
    "integer",
    "none",
    "number",
    "string",
    "true",
    "undefined",
]
_JINJA: Any = JINJA_TESTS
TESTS: dict[str, Callable[..., Any]] = {name: _JINJA[name] for name in _HARMLESS} | {
    "divisibleby": checked(_divides),
    "even": checked(lambda value: _divides(value, 2)),
    "odd": checked(lambda value: not _divides(value, 2)),
    "in": checked(_is_in),
    "eq": checked(operator.eq),
    "ne": checked(operator.ne),
    "gt": checked(operator.gt),
    "ge": checked(operator.ge),
    "lt": checked(operator.lt),
    "le": checked(operator.le),
}

# -- methods --------------------------------------------------------------------------------------------------------


def _one_of(test: Callable[[str, Any], bool]) -> Callable[[str, Any], bool]:
    return lambda text, affix: test(text, tuple(affix) if type(affix) is list else affix)


def _split(text: str, separator: str | None = None) -> list[str]:
    return text.split(separator)


_METHODS: dict[type, dict[str, Callable[..., Any]]] = {
    str: {
        **{name: FILTERS[name] for name in ("capitalize", "lower", "replace", "title", "upper")},
        "strip": FILTERS["trim"],
        "split": checked(_split),
        "startswith": checked(_one_of(str.startswith)),
        "endswith": checked(_one_of(str.endswith)),
    },
    dict: {
        "items": FILTERS["items"],
        "keys": FILTERS["list"],
        "values": checked(lambda value: list(value.values())),
        "get": checked(lambda value, key, instead=None: value.get(key, instead)),
    },
}


def method(value: Any, name: str) -> Callable[..., Any] | None:
    """The method of a text or mapping that a template may call, already bound, or None."""
    function = _METHODS.get(type(value), {}).get(name)
    return partial(function, value) if function else None


def methods(value: Any) -> tuple[str, ...]:
    """What ``method`` knows for a value."""
    return tuple(_METHODS.get(type(value), ()))


# -- operators ------------------------------------------------------------------------------------------------------

_ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
    "**": operator.pow,
}


def arithmetic(symbol: str, left: Any, right: Any) -> Any:
    """``left + right`` and its kin: numbers up to 10**15; ``+`` and ``*`` of texts, ``+`` of lists. Fault otherwise."""
    kinds = (type(left), type(right))
    for value in (left, right):
        if isinstance(value, Undefined):
            str(value)  # raises, with the name that is not there
        weigh(value)
    if set(kinds) <= {int, float}:
        return _calculate(symbol, left, right)
    if symbol == "+" and kinds in ((str, str), (list, list), (tuple, tuple)):
        return weigh(left + right)
    if symbol == "*" and set(kinds) == {str, int}:
        if len(left if kinds[0] is str else right) * (right if kinds[0] is str else left) > MAX_SIZE:
            raise Fault("the repeated text is too long")
        return weigh(left * right)
    raise Fault(f"{symbol!r} can't be used on these values", "join texts and numbers with ~")


def _calculate(symbol: str, left: float, right: float) -> float:
    if symbol == "**" and (abs(right) > 64 or abs(left) > 10**6):
        raise Fault("that number is too large")
    try:
        result = _ARITHMETIC[symbol](left, right)
    except ZeroDivisionError:
        raise Fault("division by zero") from None
    if type(result) not in (int, float) or not math.isfinite(result):
        raise Fault("that is not a number")
    return weigh(result)  # type: ignore[no-any-return]


def compare(first: Any, *rest: Any) -> bool:
    """``first OP value OP value ...``: a chain of comparisons (the words Jinja has for them)."""
    weigh(first)
    for symbol, value in zip(rest[::2], rest[1::2], strict=True):
        if not _COMPARISONS[symbol](first, weigh(value)):
            return False
        first = value
    return True


def concatenate(*values: Any) -> str:
    """``a ~ b ~ c``."""
    return str(weigh("".join([weigh(as_text(value)) for value in values])))


def cut(value: Any, start: Any, stop: Any, step: Any) -> Any:
    """``value[start:stop:step]``."""
    if type(value) not in (str, list, tuple):
        raise Fault("only a text or a list has parts")
    return weigh(weigh(value)[start:stop:step])


def small_range(*bounds: int) -> range:
    """``range``, of at most 10,000 numbers."""
    for bound in bounds:
        weigh(bound)
    numbers = range(*bounds)
    if len(numbers) > MAX_RANGE:
        raise Fault(f"a range of more than {MAX_RANGE} numbers")
    return numbers
