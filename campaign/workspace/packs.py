"""posts/packs/NAME/: the packs of a workspace, each held against its pack.yaml; what does not match is not used."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from campaign.core.packs import FOLDER, Pack, below, locks, pack_of, resolve
from campaign.core.safeguard.rules import Rule
from campaign.errors import Place
from campaign.workspace.findings import Findings, did_you_mean, quoted
from campaign.workspace.packnames import ABOUT, RECEIPT, limit, unknown_kind
from campaign.workspace.packyaml import read_pack
from campaign.workspace.safeguards import read_retired, read_rules
from campaign.workspace.templates import FOLDER as POSTS
from campaign.workspace.templates import Posts
from campaign.workspace.tree import Entry
from campaign.workspace.yamlfile import Document, Map

if TYPE_CHECKING:
    from campaign.core.locks import Outline

RULE_PACK = "pack"
RULE_SUM = "checksum"
"""Rule of the problem that a file is not as its pack.yaml says."""

Reader = Callable[[str], Document]
"""Reads a YAML file of the workspace by its path from the workspace's folder."""

Value = TypeVar("Value")


def read_packs(
    posts: Posts, wanted: tuple[str, ...] | None, config: Document, read: Reader, findings: Findings
) -> tuple[Pack, ...]:
    """The packs in use, in the order in which they win. ``wanted``: what config.yaml says (None: all that are there).

    Files of packs that are not in use, and files that are not as their pack.yaml says, are taken out of ``posts``.
    """
    there: dict[str, dict[str, Entry]] = {}
    for entry in posts.entries:
        if pack := pack_of(entry.name):
            there.setdefault(pack, {})[entry.name.split("/", 2)[2]] = entry
        elif entry.name.startswith(f"{FOLDER}/"):
            findings.warn(
                Place(f"{POSTS}/{entry.name}"),
                "this file is not read",
                f"a pack is a folder: {POSTS}/{FOLDER}/NAME/{ABOUT}",
                rule=RULE_PACK,
            )
    for index, name in enumerate(wanted or ()):
        if name not in there:
            findings.add(
                config.place(("packs", index)),
                f"no pack called {quoted(name)}{did_you_mean(name, there)}",
                f"packs lie in {POSTS}/{FOLDER}/; take one with campaign import FILE.zip",
                rule=RULE_PACK,
            )
    found: list[Pack] = []
    for name in sorted(there) if wanted is None else wanted:
        if name in there and (known := _pack(name, there[name], posts, read, findings)) is not None:
            found.append(known)
    used = {pack.id for pack in found}
    for name, files in there.items():
        if name not in used:
            for file in files:
                _drop(posts, below(name, file))
    return tuple(found)


def must_have_needs(
    packs: Collection[Pack], have: Mapping[str, Any], read: Reader, findings: Findings
) -> None:
    """Every word that a pack needs has to stand in ``vars`` of config.yaml."""
    for pack in packs:
        for index, name in enumerate(pack.needs):
            value = have.get(name)
            if value is None or not str(value).strip():
                findings.add(
                    read(f"{POSTS}/{below(pack.id, ABOUT)}").place(("needs", index)),
                    f"the pack {pack} needs `{name}`, and config.yaml does not say it",
                    f"add `{name}: …` to vars: in config.yaml",
                    rule="needs",
                )


def check_own(packs: Collection[Pack], templates: Mapping[str, str], findings: Findings) -> None:
    """What the workspace's own templates may not do to those that a pack has locked: stand in their place without
    extending them, or write a locked block anew."""
    locked = locks(packs, templates)
    if not locked:
        return
    from campaign.core.render import (  # costs start-up time, and most have no packs
        RenderError,
        hides,
        outlined,
    )

    for name, source in templates.items():
        if pack_of(name):
            continue
        if not ("extends" in source or any(pack.locked(name) for pack in packs)):
            continue
        place = Place(f"{POSTS}/{name}")
        try:
            made, wrong = outlined(name, source), hides(name, templates, packs)
        except RenderError as error:
            findings.add(replace(place, line=error.line), error.message, error.hint, rule=error.rule)
            continue
        if wrong is not None:
            findings.add(place, wrong.message, wrong.hint, rule=wrong.rule)
            continue
        _check_extends(name, made, locked, place, findings)


def _check_extends(
    name: str, made: Outline, locked: Mapping[str, frozenset[str]], place: Place, findings: Findings
) -> None:
    from campaign.core.budget import Fault
    from campaign.core.locks import may_extend

    try:
        may_extend(made.extends, name, locked, made.plain, tuple(made.blocks), True)
    except Fault as fault:
        editable = locked[resolve(made.extends, name)]
        line = next((line for block, line in made.blocks.items() if block not in editable), 1)
        findings.add(replace(place, line=line), fault.message, fault.hint, rule=fault.rule)


def with_packs(
    own: Mapping[str, Value],
    name: str,
    key: str,
    reader: Callable[[Document, Findings], Mapping[str, Value]],
    packs: Collection[Pack],
    posts: Posts,
    read: Reader,
    findings: Findings,
    origin: Callable[[Value, str], Value] = lambda value, pack: value,
) -> dict[str, Value]:
    """The workspace's own knowledge of a kind and, where it has none of an id, that of its packs. Two packs with one id
    are an error. ``origin`` marks a value with the pack that it came with."""
    found = dict(own)
    first: dict[str, Pack] = {}
    for pack in packs:
        file = below(pack.id, name)
        if file not in posts.media:
            continue
        document = read(f"{POSTS}/{file}")
        for entry, value in reader(document, findings).items():
            if entry in own:
                continue
            if entry in first:
                findings.add(
                    _entry(document, key, entry),
                    f"`{entry}` is in the pack {first[entry]} too",
                    f"use one of the two packs (packs: in config.yaml), or write {entry} into {_own_file(name)}",
                    rule="duplicate-id",
                )
                continue
            first[entry] = pack
            found[entry] = origin(value, pack.id)
    return found


def added_rules(
    known: Collection[Rule], packs: Collection[Pack], posts: Posts, read: Reader, findings: Findings
) -> tuple[Rule, ...]:
    """The safeguarding rules and retired claims that packs bring besides those that hold already; they remove none."""
    taken = {rule.id: "" for rule in known}
    found: list[Rule] = []
    for pack in packs:
        for name, key, reader in (
            ("safeguards.yaml", "rules", read_rules),
            ("facts.yaml", "retired", read_retired),
        ):
            file = below(pack.id, name)
            if file not in posts.media:
                continue
            document = read(f"{POSTS}/{file}")
            for rule in reader(document, findings):
                if rule.id not in taken:
                    taken[rule.id] = str(pack)
                    found.append(rule)
                elif key == "rules":  # the same retired claim may well stand in several places
                    findings.add(
                        _entry(document, key, rule.id),
                        f"there is a rule {quoted(rule.id)} already"
                        + (f", of the pack {taken[rule.id]}" if taken[rule.id] else ""),
                        "a pack adds rules, and changes none: use one of the two packs",
                        rule="duplicate-id",
                    )
    return tuple(found)


def _own_file(name: str) -> str:
    return f"schedules/{name}" if name == "observances.yaml" else f"{POSTS}/{name}"


def _entry(document: Document, key: str, wanted: str) -> Place:
    entries = document.root.get(key) if isinstance(document.root, Map) else ()
    for index, entry in enumerate(entries or ()):
        if isinstance(entry, Map) and entry.get("id") == wanted:
            return document.place((key, index, "id"))
    return document.place((key,))


def _pack(
    name: str, files: Mapping[str, Entry], posts: Posts, read: Reader, findings: Findings
) -> Pack | None:
    about = f"{POSTS}/{below(name, ABOUT)}"
    if ABOUT not in files:
        findings.add(
            Place(about.removesuffix(f"/{ABOUT}")),
            f"this folder has no {ABOUT}, so it is no pack",
            "move its files to posts/ itself, or import the pack anew",
            rule=RULE_PACK,
        )
        return None
    document = read(about)
    pack = read_pack(document, findings)
    if pack is None:
        return None
    if pack.id != name:
        findings.add(
            document.place(("id",)),
            f"the pack {quoted(pack.id)} lies in the folder {quoted(name)}",
            f"its folder is called {POSTS}/{FOLDER}/{pack.id}/",
            rule=RULE_PACK,
        )
        return None
    receipt = files[ABOUT].path.with_name(RECEIPT)
    if receipt.is_file() and not taken(receipt, document):
        findings.add(
            Place(about),
            f"{ABOUT} of the pack {pack} was changed by hand",
            "import the pack again; what is to be otherwise here stands in config.yaml and posts/",
            rule=RULE_PACK,
        )
        return None
    _checksums(pack, files, document, posts, findings)
    _contents(pack, document, posts, findings)
    return pack


def taken(receipt: Path, document: Document) -> bool:
    """Whether a pack.yaml is the one that an import took; the file ``receipt`` says which that was."""
    try:
        words = receipt.read_text(encoding="utf-8", errors="replace").split()
    except OSError:
        return False
    return words[1:2] == [hashlib.sha256(document.text.encode()).hexdigest()]


def _checksums(
    pack: Pack, files: Mapping[str, Entry], document: Document, posts: Posts, findings: Findings
) -> None:
    for file, entry in files.items():
        place = Place(f"{POSTS}/{entry.name}")
        if file == ABOUT:
            continue
        rule = RULE_PACK
        against: tuple[str, str] | None = None
        if limit(file) is None:
            against = unknown_kind(file)
        elif file not in pack.files:
            against = f"this file is no part of the pack {pack}", "move it to posts/ itself"
        else:
            try:
                same = sha256(entry.path, entry.size, entry.mtime_ns) == pack.files[file]
            except OSError as error:
                against = f"the file can't be read: {error.strerror}", "look at its permissions"
            else:
                if not same:
                    rule = RULE_SUM
                    against = (
                        f"this file of the pack {pack} was changed by hand",
                        "import the pack again; what you want to say otherwise stands in posts/ itself",
                    )
        if against is not None:
            findings.add(place, *against, rule=rule)
            _drop(posts, entry.name)
    for file in pack.files:
        if file not in files:
            findings.add(
                document.place(("files", file), key=True),
                f"{quoted(file)} of the pack {pack} is missing",
                "import the pack again",
                rule=RULE_PACK,
            )


@lru_cache(maxsize=8192)
def sha256(path: Path, size: int, changed: int) -> str:
    """The SHA-256 (hex) of a file; read again only when its size or its last change (nanoseconds) differ."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _contents(pack: Pack, document: Document, posts: Posts, findings: Findings) -> None:
    """Its templates: the sandbox takes them, what they name is in the pack, and what may be edited is there."""
    from campaign.core.render import RenderError, outlined

    inside: dict[str, set[str]] = {}
    for file in pack.files:
        name = below(pack.id, file)
        if name not in posts.templates:
            continue
        try:
            made = outlined(name, posts.templates[name])
        except RenderError as error:
            findings.add(
                Place(f"{POSTS}/{error.template}", error.line), error.message, error.hint, rule=error.rule
            )
            continue
        for block, within in made.inside.items():
            inside.setdefault(block, set()).update(within)
        for line, word in made.refers:
            if resolve(word, name) not in posts.templates:
                findings.add(
                    Place(f"{POSTS}/{name}", line),
                    f"there is no template {quoted(word)} in the pack {pack}",
                    "a pack's templates name those of their own pack only",
                    rule="template",
                )
    for stem, editable in pack.editable.items():
        path = ("templates", stem)
        if not any(name.startswith(f"{below(pack.id, stem)}.") for name in posts.templates):
            findings.add(
                document.place(path, key=True),
                f"no template called {quoted(stem)} in the pack {pack}",
                "it is named without .j2 and without language",
                rule="unknown-template",
            )
        for block in sorted(editable):
            if block not in inside:
                findings.add(
                    document.place((*path, "editable")),
                    f"no block called {quoted(block)}{did_you_mean(block, inside)}",
                    f"write {{% block {block} %}}…{{% endblock %}} in the template",
                    rule="template",
                )
            elif shut := sorted(inside[block] - editable):
                findings.add(
                    document.place((*path, "editable")),
                    f"{quoted(block)} is editable and holds {quoted(shut[0])}, which is locked: it could be left out",
                    f"move {shut[0]} out of {block}, or make it editable too",
                    rule="locked",
                )


def _drop(posts: Posts, name: str) -> None:
    posts.templates.pop(name, None)
    posts.tables.pop(name, None)
    posts.sizes.pop(name, None)
    posts.media.discard(name)
