"""Holds recorded requests against the machine-readable description of Mastodon's API."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from tests.networks.scripted import Request

SPEC = Path(__file__).parents[3] / "shared" / "specs" / "mastodon-openapi.json"


@cache
def _spec() -> Any:
    if not SPEC.exists():
        pytest.skip(f"{SPEC.name} is not there")
    return json.loads(SPEC.read_text())


def check(request: Request) -> None:
    """Fail unless the described API has such a request: method, path, query, body fields and their types."""
    operation = _operation(request)
    described = {p["name"] for p in operation.get("parameters") or () if p["in"] == "query"}
    assert set(request.query) <= described, f"{request.target}: unknown query parameters"
    if not request.body:
        assert not (operation.get("requestBody") or {}).get("required")
        return
    kind = request.headers.get_content_type()
    schema = operation["requestBody"]["content"][kind]["schema"]
    if kind == "multipart/form-data":
        fields: Any = request.form()
        assert set(schema["required"]) <= set(fields)
    else:
        fields = request.json()
        if (
            "oneOf" in schema
        ):  # a status with text and pictures is a MediaStatus that also looks like a TextStatus
            schema = {"$ref": f"#/components/schemas/{'Media' if fields.get('media_ids') else 'Text'}Status"}
        Draft202012Validator({**schema, "components": _spec()["components"]}).validate(fields)
    assert set(fields) <= _properties(schema), f"{request.method} {request.path}: unknown fields"


def _operation(request: Request) -> Any:
    for template, operations in _spec()["paths"].items():
        pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(template))
        if re.fullmatch(pattern, request.path) and request.method.lower() in operations:
            exact = _spec()["paths"].get(request.path, operations)
            return exact[request.method.lower()]
    raise AssertionError(f"there is no {request.method} {request.path}")


def _properties(schema: Any) -> set[str]:
    if "$ref" in schema:
        return _properties(_spec()["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    return set(schema.get("properties", ())).union(*(_properties(part) for part in schema.get("allOf", ())))
