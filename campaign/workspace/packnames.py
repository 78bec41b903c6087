"""Which files a pack may hold, and what they may be called: the same for a ZIP and for a folder."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from campaign.workspace.templates import MAX_TABLE_BYTES, MAX_TEMPLATE_BYTES
from campaign.workspace.yamlfile import MAX_BYTES

ABOUT = "pack.yaml"
KNOWLEDGE = ("facts.yaml", "hotlines.yaml", "observances.yaml", "organisations.yaml", "safeguards.yaml")
"""What a pack may know, each a file at its top."""

CHECKS = "hotlines.checked.yaml"
"""Never in a pack: who checked a help line counts for their own organisation only."""

RECEIPT = ".imported"
"""What an import leaves in a pack's folder: the SHA-256 of the pack.yaml that it took, and of the ZIP."""

MAX_FILES = 1_000
MAX_MEDIA_BYTES = 32 * 1024 * 1024
"""The largest picture or film. Our own bounds: an issuer's toolkit has some dozen files of a few MiB."""

MAX_NAME = 200
MAX_DEEP = 6

_SEGMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
# Windows, "Naming Files, Paths, and Namespaces": these are devices in every folder, whatever their ending.
_DEVICES = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9])(\..*)?", re.IGNORECASE)


def wrong_name(name: str) -> str:
    """Why a path can't be a file of a pack, or "": only letters, digits, ``._-`` and ``/``, on every system the same
    file, never out of its folder."""
    if len(name) > MAX_NAME:
        return "the name is too long"
    segments = name.split("/")
    if len(segments) > MAX_DEEP:
        return f"folders are nested more than {MAX_DEEP - 1} deep"
    for segment in segments:
        if segment in ("", ".", "..") or "\\" in segment or ":" in segment:
            return "the name leads out of its folder"
        if not _SEGMENT.fullmatch(segment) or segment.endswith("."):
            return "a name holds letters (a-z), digits, dots, hyphens and _ only, and begins with a letter or digit"
        if _DEVICES.fullmatch(segment):
            return "this is the name of a device on Windows"
    return ""


def limit(name: str) -> int | None:
    """How many bytes a file of this kind may have; None: packs hold no such files."""
    if name == ABOUT or name in KNOWLEDGE:
        return MAX_BYTES
    ending = name.rpartition(".")[2] if "." in name else ""
    if ending in _media():
        return MAX_MEDIA_BYTES
    return {
        "j2": MAX_TEMPLATE_BYTES,
        "csv": MAX_TABLE_BYTES,
        "md": MAX_TEMPLATE_BYTES,
        "txt": MAX_TEMPLATE_BYTES,
    }.get(ending)


def unknown_kind(name: str) -> tuple[str, str]:
    """Message and hint for a file of a kind that packs do not hold."""
    if name.rpartition("/")[2] == CHECKS:
        return (
            "a pack can't say that a help line was checked",
            "call the numbers yourselves: campaign hotlines verify ID",
        )
    return (
        "packs hold no files of this kind",
        f"they hold templates (.j2), tables (.csv), pictures, films, .md, .txt, {', '.join(KNOWLEDGE)}",
    )


def is_media(name: str) -> bool:
    """Whether a file is a picture or a film, by its ending."""
    return name.rpartition(".")[2] in _media()


@cache
def _media() -> frozenset[str]:
    from campaign.core.compose import FILM_TYPES, MEDIA_TYPES  # costs start-up time

    return frozenset((*MEDIA_TYPES, *FILM_TYPES))


def clashes(names: Iterable[str]) -> list[tuple[str, str]]:
    """Pairs of names that are one file where capitals do not count, or of which one is a folder of the other."""
    found, seen = [], dict[str, str]()
    ordered = sorted(names)
    for name in ordered:
        if (first := seen.setdefault(name.casefold(), name)) != name:
            found.append((first, name))
    for name in ordered:
        folder = name.casefold().rpartition("/")[0]
        while folder:
            if folder in seen:
                found.append((seen[folder], name))
            folder = folder.rpartition("/")[0]
    return found
