"""The texts of a pack, held against the safeguarding rules before anybody takes it.

What is looked at is what may be posted: templates, rows, descriptions, facts, vars, the title and what it says to do.
Its don'ts and its .md and .txt files are not: they may well quote what nobody should say. Every post made of a pack is
held against the rules again, as a whole.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from campaign.core.model import Fact
from campaign.core.packs import Pack, below
from campaign.core.safeguard.judge import Rulebook
from campaign.core.safeguard.pasted import judge
from campaign.core.safeguard.reading import Read
from campaign.core.safeguard.rules import How, Rule
from campaign.errors import Level, Place, Problem
from campaign.workspace.findings import quoted
from campaign.workspace.packnames import ABOUT
from campaign.workspace.templates import FOLDER as POSTS

_MARKUP = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)


def judged(
    pack: Pack, files: Mapping[str, bytes], facts: Iterable[Fact], book: Rulebook
) -> Iterator[Problem]:
    """What the rules have against the texts of a pack, errors and warnings, each once.

    ``files``: path below the pack -> bytes (templates and tables that can be read); ``facts``: those of the pack.
    """
    found: dict[tuple[Place, str, str], Problem] = {}
    for name, line, languages, text in _texts(pack, files, facts):
        for language in languages:
            for problem in judge(text, language, f"{POSTS}/{below(pack.id, name)}", book):
                if line:
                    problem = replace(problem, place=Place(problem.place.file, line, 1))
                found.setdefault((problem.place, problem.rule, problem.message), problem)
    for name, alts in pack.alts.items():
        for language, alt in alts.items():
            for finding in book.description(alt, language or pack.languages[0]):
                message = f"description of {name}: {finding.message}"
                place = Place(f"{POSTS}/{below(pack.id, ABOUT)}")
                problem = Problem(place, message, finding.rule.instead, finding.weight, finding.rule.id)
                found.setdefault((place, finding.rule.id, message), problem)
    return (problem for problem in found.values() if problem.level is not Level.ADVICE)


def examples(rules: Iterable[Rule], book: Rulebook) -> Iterator[tuple[Rule, str]]:
    """The rules of a pack that do not do what their own examples say, and why."""
    for rule in rules:
        for kind, expected in (("bad", True), ("good", False)):
            for language, texts in getattr(rule, kind).items():
                for text in texts:
                    asset = rule.how is How.ASSET
                    found = book.description(text, language) if asset else book.text(Read(text), language)
                    if (rule in {finding.rule for finding in found}) is not expected:
                        told = "does not find its bad example" if expected else "finds its good example"
                        yield rule, f"the rule {quoted(rule.id)} {told} {quoted(text)}"


def _texts(
    pack: Pack, files: Mapping[str, bytes], facts: Iterable[Fact]
) -> Iterator[tuple[str, int, tuple[str, ...], str]]:
    """File, line (0: lines count in the text), languages, text."""
    for name, data in files.items():
        if name.endswith(".j2"):
            source = data.decode("utf-8-sig")
            # Blanks in place of the markup, so that lines and columns stay what they are.
            said = _MARKUP.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), source)
            yield name, 0, _languages(name.removesuffix(".j2"), pack), said
        elif name.endswith(".csv"):
            reader = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""))
            header = next(reader, [])
            for cells in reader:
                for title, cell in zip(header, cells, strict=False):
                    if title.strip() != "id":
                        yield name, reader.line_num, _languages(title.strip(), pack), cell
    for fact in facts:
        for language, text in fact.text.items():
            yield "facts.yaml", 1, (language,) if language else pack.languages, text
    for language, title in pack.title.items():
        yield ABOUT, 1, (language,) if language else pack.languages, title
    for language, lines in pack.dos.items():
        yield ABOUT, 1, (language,), "\n".join(lines)
    for value in pack.vars.values():
        for text in value.values() if isinstance(value, dict) else [value]:
            if isinstance(text, str):
                yield ABOUT, 1, pack.languages, text


def _languages(name: str, pack: Pack) -> tuple[str, ...]:
    """The language that a name's suffix says (``signs.x.id``, ``text_id``), else all of the pack."""
    suffix = re.split(r"[._]", name)[-1]
    return (suffix,) if suffix in pack.languages else pack.languages
