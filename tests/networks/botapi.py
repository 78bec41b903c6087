"""Holds recorded calls against the machine-readable description of Telegram's Bot API."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest

from tests.networks.openapi import SPECS

PLAIN = {"Integer": int, "String": str, "Boolean": bool, "Float": (int, float)}


@cache
def _spec() -> Any:
    path = SPECS / "telegram-bot-api.json"
    if not path.exists():
        pytest.skip(f"{path.name} is not there")
    return json.loads(path.read_text())


def check(method: str, said: dict[str, Any], files: set[str]) -> None:
    """Fail unless there is such a call: all that is required, nothing unknown, each value of one of its types.

    ``files``: the names of the parts that are files.
    """
    fields = {field["name"]: field for field in _spec()["methods"][method]["fields"]}
    attached = {name for name in files if name not in fields}  # named by attach:// in another field
    assert {name for name, field in fields.items() if field["required"]} <= set(said) | files, method
    assert (set(said) | files) - attached <= set(fields), method
    for name, value in said.items():
        _check(value, fields[name]["types"], f"{method}.{name}")


def _check(value: Any, types: list[str], where: str) -> None:
    arrays = [kind.removeprefix("Array of ") for kind in types if kind.startswith("Array of ")]
    if isinstance(value, list):
        assert arrays, where
        for item in value:
            _check(item, arrays, where)
        return
    if isinstance(value, dict):
        fitting = [kind for kind in types if kind not in PLAIN and _fits(value, kind)]
        assert fitting, f"{where}: {value}"
        return
    assert any(isinstance(value, PLAIN[kind]) for kind in types if kind in PLAIN), f"{where}: {value!r}"


def _fits(value: dict[str, Any], kind: str) -> bool:
    fields = {field["name"]: field for field in _spec()["types"][kind]["fields"]}
    needed = {name for name, field in fields.items() if field["required"]}
    return needed <= set(value) <= set(fields)
