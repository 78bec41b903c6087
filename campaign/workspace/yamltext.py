"""What is wrong with the text of a YAML file, in the words of somebody who does not know YAML."""

from __future__ import annotations

import re

import yaml

from campaign.errors import Place, Problem
from campaign.workspace.findings import quoted

BRACES = (
    "`{{` begins a value without quotes, which YAML reads as a mapping",
    'put the whole value in quotes: "{{ … }}"',
    "braces",
)


class Unreadable(Exception):
    """Reading stops here. Never leaves the room."""

    def __init__(self, line: int, column: int, message: str, hint: str, rule: str) -> None:
        super().__init__(message)
        self.line, self.column, self.message, self.hint, self.rule = line, column, message, hint, rule

    def problem(self, name: str) -> Problem:
        return Problem(Place(name, self.line, self.column), self.message, self.hint, rule=self.rule)


# The printable characters of YAML 1.2, chapter 5.1, but for three that end a line in YAML 1.1 (U+0085, U+2028, U+2029:
# lines would be counted otherwise than an editor does) and the byte order mark, which only a file's start may hold.
UNPRINTABLE = re.compile(
    "[^\x09\x0a\x0d\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)


def decode(data: bytes) -> str:
    """UTF-8, with or without a byte order mark. Raises Unreadable for anything else."""
    if b"\0" in data:
        raise Unreadable(
            *_where(data, data.index(b"\0")),
            "this is not a text file (it holds a NUL byte)",
            "save it as UTF-8 text",
            "encoding",
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(
            *_where(data, error.start),
            f"the byte 0x{data[error.start]:02x} is not UTF-8",
            "save the file as UTF-8",
            "encoding",
        ) from None
    if odd := UNPRINTABLE.search(text):
        before = text[: odd.start()]
        raise Unreadable(
            before.count("\n") + 1,
            odd.start() - (before.rfind("\n") + 1) + 1,
            f"the invisible character U+{ord(odd[0]):04X} can't stand in a YAML file",
            "delete it and type the text around it again",
            "encoding",
        )
    return text


def _where(data: bytes, offset: int) -> tuple[int, int]:
    before = data[:offset]
    start = before.rfind(b"\n") + 1
    return before.count(b"\n") + 1, len(before[start:].decode("utf-8-sig", "replace")) + 1


_OPEN_BRACES = re.compile(r"(?:^|[:\[,{]|-\s)\s*\{\{")

# What the parsers say (both dialects) -> what a person can do about it. The first that matches counts.
_WORDS: list[tuple[str, str, str]] = [
    (
        r"mapping values are not allowed",
        "there is a `: ` in this value, or the line is indented too far",
        "put the value in quotes, or move the line to the left",
    ),
    (
        r"unexpected end of stream|while scanning a quoted scalar",
        "a quotation mark is opened here and never closed",
        "close it; a ' inside of '…' is written ''",
    ),
    (r"expected ',' or '[\]}]'", "a `[` or `{` is opened and not closed", "close it, and put commas between"),
    (
        r"unknown escape character|escape sequence|escape code|hexadecimal",
        'a \\ inside of "…" begins something that YAML does not know',
        "write \\\\ for a \\, or use '…'",
    ),
    (
        r"could not find expected ':'",
        "this line is neither `key: value` nor an item of a list",
        "add the colon, or put a text of several lines in quotes or below `|`",
    ),
    (
        r"expected <block end>|did not find expected key|expected '-' indicator|block (sequence|mapping)|"
        r"sequence entries are not allowed",
        "this line does not fit the lines above it",
        "lines of one list or mapping start in the same column",
    ),
    (
        r"directive|document start",
        "this is not one plain YAML document",
        "remove lines that begin with % or ---",
    ),
    (r"tag|handle", "a ! begins a tag here, which is not used", "put the value in quotes"),
    (r"anchor|alias", "a & or * begins an anchor or an alias here", "put the value in quotes"),
]


MAX_DEPTH = 32
"""How deep lists and mappings may nest. Our own bound; the two file kinds need 8."""

TOO_DEEP = (
    f"lists and mappings are nested more than {MAX_DEPTH} deep",
    "nothing in a campaign needs that",
    "yaml",
)


def explain(error: yaml.YAMLError, text: str) -> Unreadable:
    """A parser's complaint in plain words, at the place where the parser gave up."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    said = f"{getattr(error, 'problem', '') or ''} / {getattr(error, 'context', '') or ''}"
    if mark is None:
        return Unreadable(1, 1, "this is not YAML", "", "yaml")
    if (
        "maximum nesting depth" in said
    ):  # PyYAML's own bound is 1,000; its C parser meets it reading ahead of us
        return Unreadable(mark.line + 1, mark.column + 1, *TOO_DEEP)
    lines = text.splitlines() or [""]
    context = getattr(error, "context_mark", None)
    line, column = mark.line + 1, mark.column + 1
    here = lines[mark.line] if mark.line < len(lines) else ""
    opened = lines[context.line] if context is not None and context.line < len(lines) else here
    for candidate, number in ((here, line), (opened, context.line + 1 if context is not None else line)):
        if found := _OPEN_BRACES.search(candidate):
            return Unreadable(
                number,
                found.end() - 1,
                *BRACES,
            )
    at = here[mark.column : mark.column + 1]
    if ("cannot start any token" in said and at == "\t") or "\t" in here[: len(here) - len(here.lstrip())]:
        return Unreadable(
            line, column, "a tab is used to indent", "use spaces: YAML does not allow tabs", "tab"
        )
    if "cannot start any token" in said and at:
        return Unreadable(
            line,
            column,
            f"a value can't begin with {quoted(at)}",
            "put the value in quotes",
            "yaml",
        )
    for pattern, message, hint in _WORDS:
        if re.search(pattern, said):
            if context is not None and re.search("quotation mark|not closed|inside of", message):
                line, column = context.line + 1, context.column + 1
            return Unreadable(line, column, message, hint, "yaml")
    return Unreadable(line, column, f"this is not YAML: {getattr(error, 'problem', '')}", "", "yaml")
