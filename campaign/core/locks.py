"""Holds the locked parts of packs' templates: nothing that a workspace writes changes them or puts words around them.

A locked template may only be extended, by the template that is the post, which then says nothing outside of the blocks
that the pack left open. Everything else Jinja could do to it (including it and filtering what comes out, a macro or a
variable that takes the place of ``hotline``, a template between the two) is refused when it is tried.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from jinja2 import nodes

from campaign.core.budget import Fault
from campaign.core.packs import WRITTEN, pack_of, resolve
from campaign.core.suggest import did_you_mean

RULE = "locked"

_NAMED = (nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport)


@dataclass(frozen=True, slots=True)
class Outline:
    """What a template is made of. ``extends``: what it extends as written ("": nothing, or it is computed); ``plain``:
    it begins with ``extends`` and holds nothing else but blocks; ``blocks``: name -> line; ``inside``: block -> blocks
    in it; ``refers``: line -> the templates that it names (as written) to extend, include or import; ``alone``: it
    does none of that; ``names``: the variables that it uses."""

    extends: str
    plain: bool
    blocks: Mapping[str, int]
    inside: Mapping[str, frozenset[str]]
    refers: tuple[tuple[int, str], ...]
    alone: bool
    names: frozenset[str]


def is_plain(template: nodes.Template) -> bool:
    """Whether a template begins with ``extends`` and holds nothing else but blocks (and blank lines)."""
    said = [node for node in template.body if not _blank(node)]
    return (
        bool(said)
        and isinstance(said[0], nodes.Extends)
        and all(isinstance(node, nodes.Block) for node in said[1:])
    )


def outline(template: nodes.Template) -> Outline:
    """The outline of a template's tree, as it was parsed."""
    blocks = list(template.find_all(nodes.Block))
    first = next(iter(template.find_all(nodes.Extends)), None)
    named = [node for node in template.find_all(nodes.Stmt) if isinstance(node, _NAMED)]
    return Outline(
        extends=_constant(first.template) if first is not None else "",
        plain=is_plain(template),
        blocks={block.name: block.lineno for block in blocks},
        inside={block.name: frozenset(b.name for b in block.find_all(nodes.Block)) for block in blocks},
        refers=tuple((node.lineno, word) for node in named if (word := _constant(node.template))),
        alone=not named,
        names=frozenset(node.name for node in template.find_all(nodes.Name)),
    )


def may_extend(
    target: str,
    here: str,
    locks: Mapping[str, frozenset[str]],
    plain: bool,
    blocks: Collection[str],
    whole: bool,
) -> None:
    """Whether the template ``here`` may extend ``target``. Fault when it would change what is locked.

    ``blocks``: those written anew so far; ``whole``: ``here`` is the post itself, not a part of another template.
    """
    name = resolve(target, here)
    editable = locks.get(name)
    if editable is None or pack_of(name) == pack_of(here):
        return
    written = f"{WRITTEN}{name.split('/', 1)[1]}"
    if not whole:
        raise Fault(
            f"{written} is locked: only the template of a post itself may extend it",
            "let the post's template begin with the extends",
            RULE,
        )
    if not plain:
        raise Fault(
            f"{written} is locked: beside the extends there may only be blocks",
            f"begin with {{% extends {written!r} %}} and put your words into {_list(editable)}",
            RULE,
        )
    for block in blocks:
        if block not in editable:
            raise Fault(
                f"the block {block!r} of {written} is locked{did_you_mean(block, editable)}",
                f"its pack lets you write anew: {_list(editable)}",
                RULE,
            )


def may_include(target: str, here: str, locks: Mapping[str, frozenset[str]]) -> None:
    """Whether the template ``here`` may include or import ``target``. Fault when that is locked."""
    name = resolve(target, here)
    if name in locks and pack_of(name) != pack_of(here):
        written = f"{WRITTEN}{name.split('/', 1)[1]}"
        raise Fault(
            f"{written} is locked: it can't be part of another template",
            f"begin with {{% extends {written!r} %}}",
            RULE,
        )


def _list(blocks: Collection[str]) -> str:
    return ", ".join(sorted(blocks)) or "nothing"


def _constant(node: nodes.Node) -> str:
    return node.value if isinstance(node, nodes.Const) and isinstance(node.value, str) else ""


def _blank(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Output) and all(
        isinstance(part, nodes.TemplateData) and not part.data.strip() for part in node.nodes
    )
