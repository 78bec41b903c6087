"""Packs: what another organisation wrote for this one to use, where its files are looked for, and what is locked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from campaign.errors import Place

if TYPE_CHECKING:
    from campaign.core.model import Link

FOLDER = "packs"
"""Where packs lie below posts/."""

WRITTEN = "pack:"
"""How a template names one of a pack: ``{% extends "pack:NAME/signs.j2" %}``."""

Text = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Pack:
    """One pack as its pack.yaml describes it.

    ``needs``: words that the workspace's own ``vars`` must have. ``vars``, ``links``, ``hashtags``: what holds where
    the workspace says nothing. ``editable``: template (as a slot names it) -> the blocks that may be written anew; the
    rest of these templates is locked, and templates that are not in it are free. ``alts``: picture or film (path below
    the pack) -> what it shows, by language. ``dos``, ``donts``: by language. ``files``: path below the pack -> SHA-256.
    """

    id: str
    version: str
    issuer: str
    licence: str
    languages: tuple[str, ...]
    review_by: date
    place: Place
    title: Text = field(default_factory=dict)
    contact: str = ""
    needs: tuple[str, ...] = ()
    vars: Mapping[str, Any] = field(default_factory=dict)
    links: Mapping[str, Link] = field(default_factory=dict)
    hashtags: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    editable: Mapping[str, frozenset[str]] = field(default_factory=dict)
    alts: Mapping[str, Text] = field(default_factory=dict)
    dos: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    donts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.id} {self.version}"

    def locked(self, template: str) -> str | None:
        """The entry of ``editable`` that a template file (path below the pack) belongs to: ``signs.id.j2`` -> signs."""
        return next((stem for stem in self.editable if template.startswith(f"{stem}.")), None)


def version_key(version: str) -> tuple[int, ...]:
    """What versions are compared by: ``1.10.0`` is newer than ``1.9.3``."""
    return tuple(int(number) for number in version.split("."))


def below(pack: str, name: str) -> str:
    """A file of a pack as a path below posts/."""
    return f"{FOLDER}/{pack}/{name}"


def pack_of(name: str) -> str:
    """The pack that a path below posts/ lies in; "" for a file of the workspace itself."""
    pieces = name.split("/", 2)
    return pieces[1] if len(pieces) == 3 and pieces[0] == FOLDER else ""


def places(names: Iterable[str], packs: Iterable[str]) -> tuple[str, ...]:
    """Where files of these names are looked for, in the order in which they win: the workspace's own, then the same in
    each pack."""
    own = tuple(names)
    if any(pack_of(name) for name in own):
        return own
    return (*own, *(below(pack, name) for pack in packs for name in own))


def resolve(name: str, here: str) -> str:
    """The file that a template ``here`` means by ``name``. A pack's template reaches the files of its own pack only, so
    that no file of the workspace can stand in for one of them."""
    pack = pack_of(here)
    if name.startswith(f"{WRITTEN}{pack}/") if pack else name.startswith(WRITTEN):
        return f"{FOLDER}/{name.removeprefix(WRITTEN)}"
    return below(pack, name) if pack else name


def locks(packs: Iterable[Pack], templates: Iterable[str]) -> dict[str, frozenset[str]]:
    """Locked template (path below posts/) -> the blocks of it that may be written anew."""
    by_id = {pack.id: pack for pack in packs}
    found = {}
    for name in templates:
        pack = by_id.get(pack_of(name))
        stem = pack.locked(name.split("/", 2)[2]) if pack else None
        if pack is not None and stem is not None:
            found[name] = pack.editable[stem]
    return found
