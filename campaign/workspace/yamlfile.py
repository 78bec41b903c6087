"""Reads one YAML file safely, and knows the line and column of every value in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import yaml

from campaign.errors import Place, Problem
from campaign.workspace.yamlnodes import Composer, Map, Mark, Seq
from campaign.workspace.yamltext import Unreadable, decode, explain

__all__ = ["MAX_BYTES", "Document", "Map", "Mark", "Seq", "Step", "read"]

MAX_BYTES = 4 * 1024 * 1024
"""The largest file that is read: some 15,000 posts. Our own bound."""

Step: TypeAlias = str | int


@dataclass(frozen=True, slots=True)
class Document:
    """One file as values. ``root`` is None when it can't be read at all; ``problems`` says why."""

    name: str
    text: str
    root: Any
    problems: tuple[Problem, ...] = field(default=())

    def place(self, path: Sequence[Step] = (), key: bool = False) -> Place:
        """Where the value at a path stands (with ``key``: its key). Steps that the file does not have are passed
        over, so that the path of a value that is missing leads to what it is missing from."""
        node, mark = self.root, getattr(self.root, "at", (1, 1))
        last = len(path) - 1 if key else -1
        for index, step in enumerate(path):
            if type(node) is Map and isinstance(step, str) and step in node:
                mark = (node.key_at if index == last else node.value_at)[step]
                node = node[step]
            elif type(node) is Seq and type(step) is int and step < len(node):
                mark = node.item_at[step]
                node = node[step]
        return Place(self.name, *mark)


def read(name: str, data: bytes, *, pure: bool = False) -> Document:
    """The values of a file, from its bytes. Never raises: what is wrong is in ``problems``.

    ``name`` is the file's path relative to the workspace, for messages; ``pure`` avoids the C parser.
    """
    text = ""
    composer = None
    try:
        if len(data) > MAX_BYTES:
            raise Unreadable(
                0,
                0,
                f"the file is larger than {MAX_BYTES // 1024**2} MiB",
                "split it into several campaigns",
                "size",
            )
        text = decode(data)
        loader = yaml.SafeLoader if pure else getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        # yaml.parse does the same, and asks before each event whether there is one.
        composer = Composer(name, iter(loader(text).get_event, None))
        root = composer.document()
    except Unreadable as stop:
        found = composer.problems if composer else []
        return Document(name, text, None, (*found, stop.problem(name)))
    except yaml.YAMLError as error:
        found = composer.problems if composer else []
        return Document(name, text, None, (*found, explain(error, text).problem(name)))
    return Document(name, text, root, tuple(composer.problems))
