"""What taking a pack would do: a ZIP held against the workspace, before anything is written."""

from __future__ import annotations

import csv
import hashlib
import io
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from campaign.core.model import Fact, Workspace
from campaign.core.packs import FOLDER, Pack, below, pack_of, version_key
from campaign.core.safeguard.judge import Rulebook
from campaign.core.safeguard.rules import Rule
from campaign.errors import CampaignError, Level, Place, Problem
from campaign.workspace import hotlines, knowledge
from campaign.workspace.findings import Findings, quoted
from campaign.workspace.observances import read_observances
from campaign.workspace.organisations import read_organisations
from campaign.workspace.packnames import ABOUT, RECEIPT, is_media
from campaign.workspace.packplace import home, put
from campaign.workspace.packs import RULE_SUM, Reader, check_own, must_have_needs, read_packs, taken
from campaign.workspace.packtexts import examples, judged
from campaign.workspace.packyaml import read_pack
from campaign.workspace.packzip import MAX_ZIP, unzip
from campaign.workspace.pictures import Gallery
from campaign.workspace.safeguards import read_rules
from campaign.workspace.templates import FOLDER as POSTS
from campaign.workspace.templates import read_posts
from campaign.workspace.tree import read_bytes, walk
from campaign.workspace.yamlfile import Document, read
from campaign.workspace.yamltext import Unreadable

MAX_ROOM = 256 * 1024 * 1024
"""How much of an installed pack is looked at; more than a ZIP can bring. Our own bound."""

# OWASP, "CSV Injection": a spreadsheet runs a cell that begins with one of = + - @, a tab or a carriage return. A text
# may well begin with + (a number), - (a list) or @ (a name): there only what looks like a call is refused.
_FORMULA = re.compile(r"\s*(=|[\t\r]|[+\-@][^\s(]*\()")


@dataclass(frozen=True, slots=True)
class Offer:
    """A pack that could be taken. ``pack``: None when it can't be read; ``installed``: the one that is there now, or
    None (``there``: whether any is); ``sha256``: of the ZIP; ``added``, ``changed``, ``removed``: files, against what
    is on disk now; ``local``: file -> how it was changed by hand (changed | added | removed); ``old``, ``new``: file ->
    bytes; ``problems``: errors mean that it can't be taken."""

    file: str
    sha256: str
    pack: Pack | None = None
    installed: Pack | None = None
    there: bool = False
    local: Mapping[str, str] = field(default_factory=dict)
    old: Mapping[str, bytes] = field(default_factory=dict)
    new: Mapping[str, bytes] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()

    @property
    def wrong(self) -> bool:
        return any(problem.level is Level.ERROR for problem in self.problems)

    @property
    def added(self) -> tuple[str, ...]:
        return tuple(sorted(set(self.new) - set(self.old)))

    @property
    def removed(self) -> tuple[str, ...]:
        return tuple(sorted(set(self.old) - set(self.new)))

    @property
    def changed(self) -> tuple[str, ...]:
        return tuple(
            sorted(name for name in self.new if name in self.old and self.new[name] != self.old[name])
        )

    @property
    def same(self) -> bool:
        """Whether it is there already, byte for byte."""
        return self.there and dict(self.old) == dict(self.new)

    @property
    def older(self) -> bool:
        """Whether a newer version is there."""
        if self.pack is None or self.installed is None:
            return False
        return version_key(self.pack.version) < version_key(self.installed.version)


def read_zip(path: Path) -> bytes:
    """The bytes of a ZIP. CampaignError when it can't be read or is too large."""
    try:
        return read_bytes(path, MAX_ZIP)
    except Unreadable as stop:
        raise CampaignError(f"{path.name}: {stop.message}", stop.hint) from None


def consider(workspace: Workspace, file: str, data: bytes) -> Offer:
    """Look at the ZIP of a pack, ``data`` of the name ``file``, as something for a workspace. Writes nothing there."""
    digest = hashlib.sha256(data).hexdigest()
    findings = Findings()
    files = unzip(data, file, findings)
    if files is None:
        return Offer(file, digest, problems=findings.sorted())
    pack = read_pack(read(f"{file}/{ABOUT}", files[ABOUT]), findings)
    if pack is None:
        return Offer(file, digest, new=files, problems=findings.sorted())
    root = Path(workspace.root)
    there = home(root, pack.id).is_dir()
    old = _on_disk(home(root, pack.id)) if there else {}
    installed, local = _installed(root, pack.id, old) if there else (None, {})
    _against_itself(pack, files, findings)
    if not findings.errors():
        _against_workspace(pack, files, workspace, findings)
        _against_rules(pack, files, workspace, findings)
    offer = Offer(file, digest, pack, installed, there, local, old, files, findings.sorted())
    return replace(offer, problems=(*offer.problems, *_against_installed(offer)))


def take(root: Path, offer: Offer) -> None:
    """Write the pack of an offer into a workspace. CampaignError when that can't be done, or when the pack that is
    there is no longer the one that the offer was held against."""
    if offer.pack is None or offer.wrong:
        raise ValueError("this pack can't be taken")
    place = home(root, offer.pack.id)
    if place.is_dir() != offer.there or (_on_disk(place) if offer.there else {}) != dict(offer.old):
        raise CampaignError(
            f"somebody has changed {POSTS}/{FOLDER}/{offer.pack.id} meanwhile", "look again: the same command"
        )
    about = hashlib.sha256(read(ABOUT, offer.new[ABOUT]).text.encode()).hexdigest()
    put(root, offer.pack.id, offer.new, f"{ABOUT} {about}\nzip {offer.sha256}\n")


def _on_disk(folder: Path) -> dict[str, bytes]:
    """The files of an installed pack."""
    files = {}
    room = MAX_ROOM
    for entry in walk(folder, folder.name):
        try:
            files[entry.name] = read_bytes(entry.path, room)
        except Unreadable as stop:
            raise CampaignError(
                f"{POSTS}/{FOLDER}/{folder.name}/{entry.name}: {stop.message}", stop.hint
            ) from None
        room -= len(files[entry.name])
    return files


def _installed(root: Path, name: str, old: Mapping[str, bytes]) -> tuple[Pack | None, dict[str, str]]:
    """The pack that is there, and what was changed by hand in it; all of it when its pack.yaml can't be used."""
    document = read(f"{POSTS}/{below(name, ABOUT)}", old.get(ABOUT, b""))
    pack = read_pack(document, Findings())
    if pack is None:
        return None, dict.fromkeys(old, "changed")
    local = {}
    for file in sorted({*old, *pack.files} - {ABOUT}):
        if file not in old:
            local[file] = "removed"
        elif file not in pack.files:
            local[file] = "added"
        elif hashlib.sha256(old[file]).hexdigest() != pack.files[file]:
            local[file] = "changed"
    # Nobody reads hidden files, and yet they may be somebody's: a .git, say.
    local |= dict.fromkeys(_hidden(home(root, name)), "added")
    receipt = home(root, name) / RECEIPT
    if receipt.is_file() and not taken(receipt, document):
        local[ABOUT] = "changed"
    return pack, local


def _hidden(folder: Path) -> Iterator[str]:
    for place, folders, files in os.walk(folder):
        hidden = [name for name in (*folders, *files) if name.startswith(".")]
        folders[:] = [name for name in folders if name not in hidden]
        for name in hidden:
            path = (Path(place) / name).relative_to(folder).as_posix()
            if path != RECEIPT:
                yield path


def _against_itself(pack: Pack, files: Mapping[str, bytes], findings: Findings) -> None:
    """The pack alone, as a workspace would read it: checksums, kinds, templates, tables, knowledge, pictures."""
    with TemporaryDirectory(prefix="campaign-") as folder:
        root = Path(folder)
        for name, content in files.items():
            path = root / POSTS / below(pack.id, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        alone = Findings()
        posts = read_posts(root, alone)
        reader = _reader(pack, files)
        read_packs(posts, None, Document("", "", None), reader, alone)
        for known, read_known in (
            ("facts.yaml", knowledge.read_facts),
            ("hotlines.yaml", hotlines.read_hotlines),
            ("observances.yaml", read_observances),
        ):
            if known in files:
                read_known(reader(f"{POSTS}/{below(pack.id, known)}"), alone)
        if "organisations.yaml" in files:  # their help lines may be the workspace's
            named = Findings()
            read_organisations(reader(f"{POSTS}/{below(pack.id, 'organisations.yaml')}"), (), named)
            alone.extend(problem for problem in named.problems if problem.rule != "unknown-hotline")
        gallery = Gallery(posts.entries)
        for name in files:
            if is_media(name) and (trouble := gallery[below(pack.id, name)].trouble):
                alone.add(Place(f"{POSTS}/{below(pack.id, name)}"), f"this file {trouble}", "", rule="media")
            if name.endswith(".csv"):
                _formulas(f"{POSTS}/{below(pack.id, name)}", files[name], alone)
    findings.extend(_of_zip(pack, problem) for problem in alone.problems)


def _of_zip(pack: Pack, problem: Problem) -> Problem:
    """A problem that was found in the place where a pack would lie. Where a checksum is wrong nobody has changed a file
    by hand: the ZIP does not keep what its pack.yaml says."""
    if problem.rule != RULE_SUM:
        return problem
    told = f"the checksum of this file in {ABOUT} is another: this is not what the issuer packed"
    return replace(problem, message=told, hint="ask the issuer for a whole one")


def _reader(pack: Pack, files: Mapping[str, bytes]) -> Reader:
    prefix = f"{POSTS}/{below(pack.id, '')}"

    def reader(name: str) -> Document:
        return read(name, files[name.removeprefix(prefix)])

    return reader


def _formulas(name: str, data: bytes, findings: Findings) -> None:
    """A person may open the table in a spreadsheet, which runs what looks like a formula."""
    text = data.decode("utf-8-sig", "replace")
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        for cells in reader:
            for cell in cells:
                if _FORMULA.match(cell):
                    findings.add(
                        Place(name, reader.line_num, 1),
                        f"{quoted(cell, 30)} is a formula to a spreadsheet",
                        "texts do not begin with =",
                        rule="formula",
                    )
    except csv.Error:
        return  # read_table has said what is wrong


def _against_workspace(
    pack: Pack, files: Mapping[str, bytes], workspace: Workspace, findings: Findings
) -> None:
    """The pack beside what is there: what it needs, what hides its templates, ids of other packs."""
    reader = _reader(pack, files)
    others = [other for other in workspace.packs if other.id != pack.id]
    missing = Findings()
    must_have_needs([pack], workspace.vars, reader, missing)
    findings.extend(replace(problem, level=Level.WARN) for problem in missing.problems)
    templates = {name: text for name, text in workspace.templates.items() if pack_of(name) != pack.id}
    brought = {
        below(pack.id, name): content.decode("utf-8-sig")
        for name, content in files.items()
        if name.endswith(".j2")
    }
    before = Findings()
    check_own(workspace.packs, workspace.templates, before)
    after = Findings()
    check_own([*others, pack], {**templates, **brought}, after)
    findings.extend(problem for problem in after.problems if problem not in before.problems)
    for known, mine, read_known in (
        ("facts.yaml", workspace.facts, knowledge.read_facts),
        ("hotlines.yaml", workspace.hotlines, hotlines.read_hotlines),
    ):
        if known not in files:
            continue
        document = reader(f"{POSTS}/{below(pack.id, known)}")
        for entry in read_known(document, Findings()):
            other = mine[entry].pack if entry in mine else ""
            if other not in ("", pack.id):
                findings.add(
                    document.place(),
                    f"`{entry}` is in the pack {other} too",
                    f"write it into {POSTS}/{known}, which wins, or use one of the two packs",
                    rule="duplicate-id",
                )


def _against_rules(pack: Pack, files: Mapping[str, bytes], workspace: Workspace, findings: Findings) -> None:
    """Its texts against the rules that hold here and those that it brings; its own rules against their examples."""
    reader = _reader(pack, files)
    brought: tuple[Rule, ...] = ()
    facts: dict[str, Fact] = {}
    if "safeguards.yaml" in files:
        brought = read_rules(reader(f"{POSTS}/{below(pack.id, 'safeguards.yaml')}"), findings)
    if "facts.yaml" in files:
        facts = knowledge.read_facts(reader(f"{POSTS}/{below(pack.id, 'facts.yaml')}"), Findings())
    here = tuple(rule for rule in workspace.rules if f"/{below(pack.id, '')}" not in f"/{rule.origin}")
    taken = {rule.id for rule in here}
    for rule in brought:
        if rule.id in taken:
            findings.add(
                Place(f"{POSTS}/{below(pack.id, 'safeguards.yaml')}"),
                f"there is a rule {quoted(rule.id)} already",
                "a pack adds rules, and changes none",
                rule="duplicate-id",
            )
    book = Rulebook((*here, *(rule for rule in brought if rule.id not in taken)))
    for _, told in examples((rule for rule in brought if rule.id not in taken), book):
        place = Place(f"{POSTS}/{below(pack.id, 'safeguards.yaml')}")
        findings.add(place, told, "mend the pattern, or the example", rule="safeguards")
    findings.extend(judged(pack, files, facts.values(), book))


def _against_installed(offer: Offer) -> Iterator[Problem]:
    pack, installed = offer.pack, offer.installed
    if pack is None or installed is None:
        return
    place = Place(offer.file)
    if pack.version == installed.version and {**pack.files} != {**installed.files}:
        yield Problem(
            place,
            f"another {pack} is there already: the same version, and not the same files",
            "every change gets a version of its own: ask the issuer which one is right",
            rule="pack",
        )
    if pack.issuer != installed.issuer:
        yield Problem(
            place,
            f"the pack that is there was made by {quoted(installed.issuer)}, this one says {quoted(pack.issuer)}",
            "ask the issuer that you know whether this is theirs",
            Level.WARN,
            "pack",
        )
