"""Holds recorded requests against machine-readable descriptions of the networks' APIs (OpenAPI 3)."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from tests.networks.scripted import Request

SPECS = Path(__file__).parents[3] / "shared" / "specs"
MASTODON, DISCORD, X = "mastodon-openapi.json", "discord-openapi.json", "x-openapi.json"


@cache
def _spec(name: str) -> Any:
    path = SPECS / name
    if not path.exists():
        pytest.skip(f"{name} is not there")
    return json.loads(path.read_text())


def check(request: Request, spec: str = MASTODON, *, below: str = "") -> None:
    """Fail unless the described API has such a request: method, path, query, body fields and their types.

    ``below``: the path of the API on the server. A form whose field ``payload_json`` holds the rest is read as that.
    """
    operation = _operation(request, spec, below)
    described = {p["name"] for p in _parameters(operation, spec) if p["in"] == "query"}
    if spec == X and "post.fields" in described:
        described.add(
            "tweet.fields"
        )  # the name in X's guides; its description has renamed it since version 2.160
    assert set(request.query) <= described, f"{request.target}: unknown query parameters"
    if not request.body:
        assert not (operation.get("requestBody") or {}).get("required")
        return
    content = operation["requestBody"]["content"]
    kind = request.headers.get_content_type()
    fields: Any
    if kind != "multipart/form-data":
        schema, fields = content[kind]["schema"], request.json()
        _validate(schema, fields, spec)
    elif "payload_json" in request.form():
        schema, fields = content["application/json"]["schema"], json.loads(request.form()["payload_json"])
        _validate(schema, fields, spec)
    else:
        schema, fields = content[kind]["schema"], request.form()
        assert set(_resolved(schema, spec).get("required", ())) <= set(fields)
    assert set(fields) <= _properties(schema, spec), f"{request.method} {request.path}: unknown fields"


def _validate(schema: Any, fields: Any, spec: str) -> None:
    if spec == MASTODON and "oneOf" in schema:
        # A status with text and pictures is a MediaStatus that also looks like a TextStatus.
        schema = {"$ref": f"#/components/schemas/{'Media' if fields.get('media_ids') else 'Text'}Status"}
    Draft202012Validator({**schema, "components": _spec(spec)["components"]}).validate(fields)


def _operation(request: Request, spec: str, below: str) -> Any:
    assert request.path.startswith(below)
    path, method = request.path[len(below) :], request.method.lower()
    for template, operations in sorted(_spec(spec)["paths"].items(), key=lambda item: item[0].count("{")):
        pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(template))  # those without parameters first
        if re.fullmatch(pattern, path) and method in operations:
            return {"parameters": (), **operations, **operations[method]}
    raise AssertionError(f"there is no {request.method} {path}")


def _parameters(operation: Any, spec: str) -> list[Any]:
    return [_resolved(parameter, spec) for parameter in operation["parameters"]]


def _resolved(value: Any, spec: str) -> Any:
    if "$ref" not in value:
        return value
    found = _spec(spec)
    for step in value["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    return found


def _properties(schema: Any, spec: str) -> set[str]:
    schema = _resolved(schema, spec)
    parts = [part for kind in ("allOf", "anyOf", "oneOf") for part in schema.get(kind, ())]
    return set(schema.get("properties", ())).union(*(_properties(part, spec) for part in parts))
