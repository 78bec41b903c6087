"""Jinja for templates that come from strangers: only what is allowed here runs, and all of it within a budget.

The template's tree is rewritten before it is compiled, so that each loop, call, comparison and joined text passes a
guard. The guards are filters whose names hold a space, which no template can spell.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from jinja2 import nodes, pass_context
from jinja2.environment import TemplateModule
from jinja2.loaders import BaseLoader
from jinja2.runtime import (
    BlockReference,
    Context,
    LoopContext,
    Macro,
    StrictUndefined,
    TemplateReference,
    Undefined,
)
from jinja2.sandbox import ImmutableSandboxedEnvironment

from campaign.core import budget, localized, operations
from campaign.core.budget import Fault, View, as_text, spend, weigh
from campaign.core.locks import is_plain, may_extend, may_include
from campaign.core.packs import resolve
from campaign.core.suggest import did_you_mean

INCLUDE_COST = 4000
"""What an include, import or extends costs: at most 100 of them, so they can't call each other for ever."""

MAX_NESTING = 60
"""How deep the tree of one template may be."""

_LOOP = (
    "index",
    "index0",
    "revindex",
    "revindex0",
    "first",
    "last",
    "length",
    "previtem",
    "nextitem",
    "depth",
)


_FILTERS = operations.FILTERS | localized.FILTERS


class Function:
    """A function that templates may call."""

    __slots__ = ("call",)

    def __init__(self, call: Callable[..., Any]) -> None:
        self.call = call


class Missing(StrictUndefined):
    """What is not there: every use of it is an error that names it, with what may have been meant."""

    __slots__ = ()

    @property
    def _undefined_message(self) -> str:
        if self._undefined_hint:
            return str(self._undefined_hint)
        name, owner = str(self._undefined_name), self._undefined_obj
        known: tuple[str, ...] = tuple(budget.current().names)
        if isinstance(owner, View):
            known = tuple(owner.names)
        elif type(owner) is dict:
            known = tuple(key for key in owner if type(key) is str) + operations.methods(owner)
        elif type(owner) in (str, list, tuple, int, float, bool, type(None)):
            known = operations.methods(owner)
        return f"there is no {name[:60]!r} here{did_you_mean(name, known)}"


class Sandbox(ImmutableSandboxedEnvironment):
    """The environment of the templates that a loader knows. ``locks``: see ``packs.locks``."""

    intercepted_binops = frozenset(ImmutableSandboxedEnvironment.default_binop_table)

    def __init__(
        self, loader: BaseLoader | None = None, locks: Mapping[str, frozenset[str]] | None = None
    ) -> None:
        super().__init__(
            loader=loader,
            undefined=Missing,
            finalize=_printed,
            autoescape=False,  # posts are plain text
            trim_blocks=True,
            lstrip_blocks=True,
            optimized=False,  # nothing runs at compile time
            auto_reload=False,
            cache_size=-1,
        )
        self.filters = {**_FILTERS, **_GUARDS}
        self.tests = dict(operations.TESTS)
        self.globals = {"range": Function(operations.small_range)}
        self.locks = locks or {}

    def join_path(self, template: str, parent: str) -> str:
        return resolve(template, parent)

    def getattr(self, obj: Any, attribute: str) -> Any:
        return self.getitem(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """``obj.name`` and ``obj[index]``: what is written down here, never an attribute of a Python object."""
        spend(1)
        if isinstance(obj, Undefined):
            str(obj)  # raises, with the name that is not there
        kind = type(obj)
        if kind is View:
            if argument in obj.names:
                return obj.names[argument]
        elif kind is dict and argument in obj:
            return obj[argument]
        elif kind in (str, list, tuple, range) and type(argument) is int:
            if -len(obj) <= argument < len(obj):
                return obj[argument]
        elif type(argument) is str:
            return self._named(obj, argument)
        return self.undefined(obj=obj, name=argument)

    def _named(self, obj: Any, name: str) -> Any:
        if isinstance(obj, LoopContext):
            if name == "cycle":
                return Function(obj.cycle)
            if name in _LOOP:
                return getattr(obj, name)
        elif isinstance(obj, TemplateReference):
            try:
                return obj[name]
            except KeyError:
                pass
        elif isinstance(obj, TemplateModule):
            if not name.startswith("_") and name in vars(obj):
                return vars(obj)[name]
        elif isinstance(obj, BlockReference):
            if name == "super":
                return obj.super
        elif (method := operations.method(obj, name)) is not None:
            return Function(method)
        return self.undefined(obj=obj, name=name)

    def call(__self, __context: Context, __obj: Any, *args: Any, **kwargs: Any) -> Any:
        spend(10)
        if type(__obj) is Function:
            kwargs.pop("_loop_vars", None)
            kwargs.pop("_block_vars", None)
            return weigh(__obj.call(*args, **kwargs))
        if isinstance(__obj, Undefined):
            str(__obj)  # raises, with the name that is not there
        if type(__obj) not in (Macro, BlockReference):
            raise Fault("this can't be called")
        left = budget.current()
        left.depth += 1
        if left.depth > budget.MAX_DEPTH:
            raise Fault("this template calls itself too often")
        try:
            return __context.call(__obj, *args, **kwargs)
        finally:
            left.depth -= 1

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        return operations.arithmetic(operator, left, right)


# -- guards ---------------------------------------------------------------------------------------------------------


@pass_context
def _printed(context: Context, value: Any) -> str:
    # With a context argument Jinja never calls this at compile time.
    text = as_text(value)
    spend(len(text) + 1)
    return text


def _each(value: Any, cost: int) -> Iterator[Any]:
    if isinstance(value, Undefined):
        str(value)  # raises, with the name that is not there
    if type(value) not in (str, list, tuple, dict, range):
        raise Fault("only a list can be looped over", "a mapping's names and values: |items")
    for item in value:
        spend(cost)
        yield item


@pass_context
def _extends(context: Context, name: Any, here: str, plain: bool) -> str:
    word = _named(name)
    whole = context.name == here == budget.current().main
    may_extend(word, here, _locks(context), plain, tuple(context.blocks), whole)
    return word


@pass_context
def _template(context: Context, name: Any, here: str) -> str:
    word = _named(name)
    may_include(word, here, _locks(context))
    return word


def _named(name: Any) -> str:
    spend(INCLUDE_COST)
    if type(name) is not str:
        raise Fault("a template's name is a text")
    return name


def _locks(context: Context) -> Mapping[str, frozenset[str]]:
    return context.environment.locks if isinstance(context.environment, Sandbox) else {}


_GUARDS: dict[str, Callable[..., Any]] = {
    "guard enter": spend,
    "guard weigh": weigh,
    "guard each": _each,
    "guard template": _template,
    "guard extends": _extends,
    "guard compare": operations.compare,
    "guard concatenate": operations.concatenate,
    "guard cut": operations.cut,
}

# -- the rewritten tree ---------------------------------------------------------------------------------------------

_STATEMENTS = (
    nodes.Template,
    nodes.Output,
    nodes.Extends,
    nodes.Include,
    nodes.Import,
    nodes.FromImport,
    nodes.For,
    nodes.If,
    nodes.Macro,
    nodes.CallBlock,
    nodes.FilterBlock,
    nodes.With,
    nodes.Block,
    nodes.Assign,
    nodes.AssignBlock,
)
_EXPRESSIONS = (
    nodes.TemplateData,
    nodes.Const,
    nodes.Name,
    nodes.Tuple,
    nodes.List,
    nodes.Dict,
    nodes.Pair,
    nodes.Keyword,
    nodes.CondExpr,
    nodes.Filter,
    nodes.Test,
    nodes.Call,
    nodes.Getattr,
    nodes.Getitem,
    nodes.Slice,
    nodes.Concat,
    nodes.Compare,
    nodes.Operand,
    nodes.BinExpr,
    nodes.Not,
    nodes.Neg,
    nodes.Pos,
)


class Refused(Fault):
    """A template that holds something that is not allowed, at a line of it."""

    def __init__(self, line: int, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.line = line


def rewrite(template: nodes.Template, name: str) -> nodes.Template:
    """The tree of the template ``name`` with all its guards. Refused when it holds what is not allowed."""
    return _Rewriter(name, is_plain(template)).visit(template, 0)  # type: ignore[no-any-return]


class _Rewriter:
    def __init__(self, name: str, plain: bool) -> None:
        self.name = name
        self.plain = plain
        self.cost = 0

    def visit(self, node: Any, depth: int) -> Any:
        """Rewrite a node and what is below it; adds to ``cost`` what running it once costs."""
        if depth > MAX_NESTING:
            raise Refused(node.lineno, "this is nested too deeply")
        if not isinstance(node, _STATEMENTS + _EXPRESSIONS):
            raise Refused(node.lineno, "this can't be used in a template")
        before = self.cost
        self.cost += 1
        if isinstance(node, nodes.TemplateData):
            self.cost += len(node.data)
        for name, value in node.iter_fields():
            if isinstance(value, nodes.Node):
                setattr(node, name, self.visit(value, depth + 1))
            elif isinstance(value, list):
                below = [self.visit(x, depth + 1) if isinstance(x, nodes.Node) else x for x in value]
                setattr(node, name, below)
        return self._guarded(node, self.cost - before)

    def _guarded(self, node: Any, cost: int) -> Any:
        match node:
            case nodes.Template() | nodes.Block() | nodes.Macro() | nodes.CallBlock():
                node.body.insert(0, nodes.ExprStmt(_guard(nodes.Const(cost), "enter"), lineno=node.lineno))
            case nodes.For():
                if node.recursive:
                    raise Refused(node.lineno, "a loop can't be recursive", "use a macro")
                node.iter = _guard(node.iter, "each", nodes.Const(cost))
            case nodes.Extends():
                own, plain = nodes.Const(self.name), nodes.Const(self.plain)
                node.template = _guard(node.template, "extends", own, plain)
            case nodes.Include() | nodes.Import() | nodes.FromImport():
                node.template = _guard(node.template, "template", nodes.Const(self.name))
            case nodes.Concat():
                return _guard(node.nodes[0], "concatenate", *node.nodes[1:])
            case nodes.Compare():
                rest = [part for operand in node.ops for part in (nodes.Const(operand.op), operand.expr)]
                return _guard(node.expr, "compare", *rest)
            case nodes.Getitem(arg=nodes.Slice() as bounds):
                nothing = nodes.Const(None)
                parts = (bounds.start or nothing, bounds.stop or nothing, bounds.step or nothing)
                return _guard(node.node, "cut", *parts)
            case nodes.List() | nodes.Dict() | nodes.Tuple() if getattr(node, "ctx", "load") == "load":
                return _guard(node, "weigh")
            case nodes.Filter():
                _known(node, "filter", _FILTERS)
            case nodes.Test():
                _known(node, "test", operations.TESTS)
        return node


def _guard(node: Any, name: str, *arguments: Any) -> nodes.Filter:
    guard = nodes.Filter(node, f"guard {name}", list(arguments), [], None, None, lineno=node.lineno)
    for part in arguments:
        part.lineno = part.lineno or node.lineno
    return guard


def _known(node: Any, kind: str, known: Mapping[str, Any]) -> None:
    if node.name not in known:
        hint = "it would be printed as HTML" if node.name in ("e", "escape", "safe", "tojson") else ""
        raise Refused(node.lineno, f"there is no {kind} {node.name!r}{did_you_mean(node.name, known)}", hint)
