"""From a template to text: rendered in the sandbox, tidied, cut into parts of a thread; faults are RenderError."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from types import CodeType
from typing import Any

from jinja2 import Template, TemplateNotFound, TemplateSyntaxError
from jinja2.loaders import BaseLoader
from jinja2.runtime import Undefined

from campaign.core.budget import MAX_SIZE, Fault, View, allowance, spend
from campaign.core.holes import Cut, cut
from campaign.core.locks import RULE, Outline, outline
from campaign.core.packs import WRITTEN, Pack, below, pack_of, resolve
from campaign.core.sandbox import Function, Refused, Sandbox, rewrite
from campaign.core.suggest import did_you_mean
from campaign.errors import CampaignError

MAX_SOURCE = 32_768
"""The longest template, in characters; it bounds the time to compile one."""

PART = "\x1e"
"""What a template line ``---`` becomes: RECORD SEPARATOR, which is taken out of all values."""

INLINE = "<text>"
"""The name of a template that stands in a campaign file."""

__all__ = ["Function", "Outline", "RenderError", "Renderer", "View", "hides", "outlined", "plain"]

_OF_THE_ACCOUNT = frozenset({"account", "network"})
"""What differs from account to account though all else is the same (vars and columns of its own aside)."""

_PART_LINE = re.compile(r"^---[ \t]*$", re.MULTILINE)
_BLANK_LINES = re.compile(r"\n{3,}")
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


class RenderError(CampaignError):
    """A template that can't be rendered. ``template``: its name below posts/, or INLINE; ``line`` from 1 (0: unknown);
    ``rule``: id of the problem it is."""

    def __init__(
        self, template: str, line: int, message: str, hint: str = "", rule: str = "template"
    ) -> None:
        super().__init__(message, hint)
        self.template = template
        self.line = line
        self.rule = rule


class Renderer:
    """Renders the templates of one workspace, each compiled once.

    ``templates``: name below posts/ -> source. Nothing outside of it can be included, extended or imported. ``locks``:
    locked template of a pack -> the blocks of it that may be written anew.
    """

    def __init__(
        self, templates: Mapping[str, str], locks: Mapping[str, frozenset[str]] | None = None
    ) -> None:
        self._templates = templates
        self._environment = Sandbox(_Sources(templates), locks)
        self._inline: dict[str, tuple[Template, Cut | None]] = {}
        self._frames: dict[str, Template] = {}

    def render(self, name: str, scope: Mapping[str, Any]) -> tuple[str, ...]:
        """The parts of a thread (mostly one) that a template makes; parts without text are left out.

        ``scope``: values as ``plain`` gives them, View and Function. Raises RenderError.
        """
        return self._parts(name, None, scope)

    def render_text(self, source: str, scope: Mapping[str, Any]) -> tuple[str, ...]:
        """The same for a text that stands in a campaign file."""
        return self._parts(INLINE, source, scope)

    def same_for_all(self, source: str, *, written: bool = False) -> bool:
        """Whether a template (its name; ``written``: the text itself that stands in a campaign file) says nothing of
        the account it is for: it names neither the account nor the network, and no other template. RenderError for one
        that can't be compiled."""
        if not written:
            seen = outlined(source, self._templates[source])
        elif "{" not in source:
            return True
        else:
            taken = self._text(source)[1]
            seen = outlined(INLINE, taken.frame if taken else source)
        return seen.alone and not seen.names & _OF_THE_ACCOUNT

    def render_line(self, source: str, scope: Mapping[str, Any]) -> str:
        """A short text of one part: a description, a file name, a content warning."""
        return "\n".join(self.render_text(source, scope))

    def _parts(self, name: str, source: str | None, scope: Mapping[str, Any]) -> tuple[str, ...]:
        if source is not None and "{" not in source:
            output = _marked(source)
        else:
            with allowance(scope, name):
                output = self._output(name, source, scope)
        parts = tuple(part for text in output.split(PART) if (part := _tidied(text)))
        for part in parts:
            if found := _UNPRINTABLE.search(part):
                code = f"U+{ord(found[0]):04X}"
                raise RenderError(
                    name, 0, f"the text holds a control character ({code})", "type that place anew"
                )
        return parts

    def _output(self, name: str, source: str | None, scope: Mapping[str, Any]) -> str:
        pieces, size = [], 0
        try:
            template, taken = (
                (self._environment.get_template(name), None) if source is None else self._text(source)
            )
            words = taken.words if taken else {}
            if taken:
                spend(taken.taken)
            # Template.render would gather the whole output first.
            for index, made in enumerate(template.root_render_func(template.new_context(dict(scope)))):
                piece = words.get(index, made)
                size += len(piece)
                if size > MAX_SIZE:
                    raise Fault(f"the text is too long: more than {MAX_SIZE} characters")
                pieces.append(piece)
        except Exception as error:  # noqa: BLE001 - whatever a stranger's template raises is its own fault, not ours
            raise self._explained(error, name) from None
        return "".join(pieces)

    def _text(self, source: str) -> tuple[Template, Cut | None]:
        """The template of a text, or that of all texts with the same holes and which words of this one stand where."""
        if source not in self._inline:
            found = cut(_marked(source)) if len(source) <= MAX_SOURCE else None
            if found is not None:
                try:
                    self._inline[source] = self._inline_template(found.frame), found
                except RenderError:
                    found = None  # it is said below, with the words around it
            if found is None:
                self._inline[source] = self._inline_template(source), None
        return self._inline[source]

    def _inline_template(self, source: str) -> Template:
        if source not in self._frames:
            environment = self._environment
            code = _compiled(INLINE, source)
            self._frames[source] = Template.from_code(environment, code, environment.globals)
        return self._frames[source]

    def _explained(self, error: Exception, name: str) -> RenderError:
        name, line = _where(error, name)
        match error:
            case RenderError():
                return error
            case Fault():
                return RenderError(name, line, error.message, error.hint, error.rule)
            case TemplateNotFound():
                near = did_you_mean(str(error.name), self._environment.list_templates())
                return RenderError(name, line, f"there is no template {str(error.name)[:80]!r}{near}")
            case RecursionError():
                return RenderError(name, line, "this template is nested too deeply or calls itself")
            case MemoryError():
                return RenderError(name, line, "this template makes too much text")
        first = " ".join(str(error).split())[:200]
        return RenderError(name, line, first or f"this can't be worked out ({type(error).__name__})")


@lru_cache(maxsize=1024)
def outlined(name: str, source: str) -> Outline:
    """What a template is made of. RenderError when the sandbox refuses it."""
    _compiled(name, source)
    return outline(_compiler().parse(_marked(source), name))


def hides(name: str, templates: Mapping[str, str], packs: Iterable[Pack]) -> RenderError | None:
    """Why a template of the workspace can't be used: it stands in place of one that a pack has locked, and does not
    extend it. None: it may. RenderError is raised when the sandbox refuses the template."""
    for pack in packs:
        stem = pack.locked(name)
        if stem is None or pack_of(name):
            continue
        base = resolve(outlined(name, templates[name]).extends, name)
        if pack_of(base) != pack.id or pack.locked(base.split("/", 2)[2]) != stem:
            files = sorted(file for file in templates if file.startswith(f"{below(pack.id, stem)}."))
            written = WRITTEN + (files[-1] if files else below(pack.id, f"{stem}.j2")).partition("/")[2]
            return RenderError(
                name,
                0,
                f"this stands in place of {written}, which the pack {pack} has locked",
                f'begin it with {{% extends "{written}" %}}, or give it another name',
                RULE,
            )
    return None


def plain(value: Any) -> Any:
    """A value of a file as templates may see it: text (without PART), numbers, booleans, null, lists and mappings of
    them; anything else (a date, say) as its text."""
    match value:
        case str():
            return str(value).replace(PART, "")
        case bool() | int() | float() | None:
            return value
        case Mapping():
            return {plain(name): plain(item) for name, item in value.items()}
        case list() | tuple() | set() | frozenset():
            return [plain(item) for item in value]
        case Undefined() | Function() | View():
            return value
    return str(value).replace(PART, "")


class _Sources(BaseLoader):
    """Knows the templates of a mapping and nothing else."""

    has_source_access = False

    def __init__(self, templates: Mapping[str, str]) -> None:
        self._templates = templates

    def load(self, environment: Any, name: str, globals: Any = None) -> Template:
        if name not in self._templates:
            raise TemplateNotFound(name)
        code = _compiled(name, self._templates[name])
        return Template.from_code(environment, code, {} if globals is None else globals)

    def list_templates(self) -> list[str]:
        return sorted(self._templates)


@lru_cache(maxsize=1)
def _compiler() -> Sandbox:
    return Sandbox()


@lru_cache(maxsize=1024)
def _compiled(name: str, source: str) -> CodeType:
    """The code of a template. Kept over the renderers, for a workspace is loaded anew whenever a file changes."""
    if len(source) > MAX_SOURCE:
        raise RenderError(name, 0, f"this template is longer than {MAX_SOURCE} characters")
    environment = _compiler()
    try:
        return environment.compile(rewrite(environment.parse(_marked(source), name), name), name)
    except TemplateSyntaxError as error:
        raise RenderError(
            name, error.lineno, " ".join((error.message or "syntax error").split())[:200]
        ) from None
    except Refused as error:
        raise RenderError(name, error.line, error.message, error.hint) from None
    except (SyntaxError, ValueError, RecursionError, MemoryError, TypeError, AssertionError, OverflowError):
        # Python can't compile what the template became: loops in loops in loops, a number of a thousand digits.
        raise RenderError(name, 0, "this template is too complicated", "split it into smaller ones") from None


def _marked(source: str) -> str:
    source = source.replace("\r\n", "\n").replace("\r", "\n").replace(PART, "")
    return _PART_LINE.sub(PART, source) if "---" in source else source


def _tidied(text: str) -> str:
    """Without blanks at the ends of lines, blank lines around it, and more than one blank line in a row."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = "\n".join([line.rstrip(" \t") for line in text.split("\n")])
    return _BLANK_LINES.sub("\n\n", lines).strip("\n")


def _where(error: Exception, name: str) -> tuple[str, int]:
    """The template and line at which an exception was raised: the innermost frame that is a template's."""
    line, traceback = 0, error.__traceback__
    while traceback is not None:
        template = traceback.tb_frame.f_globals.get("__jinja_template__")
        if template is not None:
            name, line = template.name or name, template.get_corresponding_lineno(traceback.tb_lineno)
        traceback = traceback.tb_next
    return name, line
