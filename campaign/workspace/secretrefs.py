"""References to secrets in files, ``{env: NAME}``, ``{file: PATH}``, ``{keyring: NAME}``; a literal is refused.

No message of this module ever repeats a value.
"""

from __future__ import annotations

import re
from typing import Any, get_args

from pydantic import BaseModel

from campaign.core.model import Secret
from campaign.errors import Place, Problem

KINDS = ("env", "file", "keyring")

SECRET_SCHEMA: dict[str, Any] = {
    "description": "Where the secret is kept: {env: NAME}, {file: PATH} or {keyring: NAME}. Never the secret itself.",
    "type": "object",
    "minProperties": 1,
    "maxProperties": 1,
    "additionalProperties": False,
    "properties": {
        "env": {"type": "string", "minLength": 1, "description": "A variable of the environment or of .env."},
        "file": {"type": "string", "minLength": 1, "description": "A file that holds nothing else."},
        "keyring": {"type": "string", "minLength": 1, "description": "A name in the system's keyring."},
    },
}

_HINT = "write {env: NAME} and put NAME=… into .env, or use {file: PATH} or {keyring: NAME}"


def parse_secret(value: Any, name: str, place: Place) -> Secret | Problem:
    """The reference that stands at a place, or what is wrong with it. ``name``: the key it is written under."""
    if isinstance(value, dict) and len(value) == 1:
        (kind, where), *_ = value.items()
        if kind in KINDS and isinstance(where, str) and where.strip() and "\0" not in where:
            if kind == "env" and not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", where):
                return Problem(
                    place,
                    f"`{name}`: that is not the name of a variable",
                    "letters, digits and _ only; the secret itself belongs in .env",
                    rule="secret",
                )
            return Secret(kind, where)
    if value is None:
        return Problem(place, f"`{name}` says nothing", _HINT, rule="secret")
    if isinstance(value, dict):
        return Problem(place, f"`{name}` does not say where the secret is kept", _HINT, rule="secret")
    return Problem(place, f"`{name}` holds a secret itself, which files must not", _HINT, rule="secret")


def secret_fields(options: type[BaseModel]) -> frozenset[str]:
    """The names (as files spell them) of the fields of a network's options that are secrets."""
    return frozenset(
        field.alias or name for name, field in options.model_fields.items() if _mentions(field.annotation)
    )


def _mentions(annotation: Any) -> bool:
    return annotation is Secret or any(_mentions(argument) for argument in get_args(annotation))
