"""Libraries are loaded by one thread at a time: imports inside functions of this room stand under ``loading``."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import campaign.networks

ROOM = Path(campaign.networks.__file__).parent


def late(node: ast.AST, inside: bool = False, safe: bool = False) -> Iterator[tuple[str, int]]:
    """The foreign modules that functions below a node import without the lock, with the line."""
    if isinstance(node, ast.FunctionDef):
        inside, safe = True, False
    if isinstance(node, ast.With):
        safe = safe or any(ast.unparse(item.context_expr) == "loading()" for item in node.items)
    names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
    if isinstance(node, ast.ImportFrom):
        names = [node.module or ""]
    if inside and not safe:
        foreign = (name for name in names if name.partition(".")[0] not in sys.stdlib_module_names)
        yield from ((name, node.lineno) for name in foreign)
    for child in ast.iter_child_nodes(node):
        yield from late(child, inside, safe)


@pytest.mark.parametrize("module", sorted(ROOM.rglob("*.py")), ids=lambda path: path.stem)
def test_imports_inside_functions_stand_under_the_lock(module: Path) -> None:
    assert list(late(ast.parse(module.read_text(encoding="utf-8")))) == []


def test_one_without_the_lock_would_be_found() -> None:
    source = (
        "import requests\ndef f():\n import json\n with loading():\n  import tweepy\n from PIL import Image\n"
    )
    assert list(late(ast.parse(source))) == [("PIL", 6)]
