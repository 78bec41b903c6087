"""A pack that could be taken, as people and programs read it: what it is, and what it would change."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from typing import Any

from campaign.core.model import text_for
from campaign.core.packs import Pack
from campaign.review.table import Cell, Line
from campaign.review.words import count, safe, wrap
from campaign.workspace.packoffer import Offer

MAX_LINES = 60
"""Lines of difference that are shown of one file."""

MAX_ALL = 400
"""The same of all files together."""

MAX_TEXT = 64 * 1024
"""The largest text whose differences are looked for, in bytes, and in lines (MAX_COMPARED): the search may take the
square of its lines."""

MAX_COMPARED = 2_000
MAX_LINE = 2_000
MAX_PIECES = 40
"""How much is shown of one line, in characters and in lines of the terminal. A post may be one long line, and nothing
that would change in it shall be out of sight."""

_WIDE = 78
_TEXTS = (".j2", ".csv", ".yaml", ".md", ".txt")
_CHECKSUM = re.compile(r".*: ['\"]?[0-9a-f]{64}['\"]?\s*")

UNSIGNED = (
    "Its checksums prove that nothing in it was changed on the way. They do not prove who sent it: "
    "packs are not signed. Compare the SHA-256 with what the issuer tells you by another way."
)


def offer_row(offer: Offer, written: bool) -> dict[str, Any]:
    """A pack as ``import --json`` prints it."""
    pack = offer.pack
    return {
        "kind": "pack",
        "file": offer.file,
        "sha256": offer.sha256,
        "id": pack.id if pack else None,
        "version": pack.version if pack else None,
        "installed": offer.installed.version if offer.installed else None,
        "issuer": pack.issuer if pack else None,
        "licence": pack.licence if pack else None,
        "languages": list(pack.languages) if pack else [],
        "review_by": pack.review_by.isoformat() if pack else None,
        "needs": list(pack.needs) if pack else [],
        "added": list(offer.added),
        "changed": list(offer.changed),
        "removed": list(offer.removed),
        "local": [{"file": file, "change": change} for file, change in sorted(offer.local.items())],
        "problems": [problem.as_json() for problem in offer.problems],
        "written": written,
    }


def offer_lines(offer: Offer, language: str) -> list[Line]:
    """The same for people, all of it on lines of at most 80 columns but for the SHA-256, which is copied."""
    if offer.pack is None:
        return []
    lines: list[Line] = list(_about(offer.pack, language))
    lines.append((Cell("  SHA-256 of the file:", "dim"),))
    lines.append((Cell(f"  {offer.sha256}"),))
    lines += [(Cell(f"  {line}", "dim"),) for line in wrap(UNSIGNED, _WIDE)]
    if offer.there:
        lines += [(), (Cell(f"There now: {offer.installed or 'a pack that can not be read'}", "bold"),)]
    if offer.local:
        lines += [(), (Cell("Changed by hand in the pack that is there:", "yellow"),)]
        lines += [(Cell(f"  {file} ({change})", "yellow"),) for file, change in sorted(offer.local.items())]
    files = [("+", offer.added, "green"), ("~", offer.changed, ""), ("-", offer.removed, "red")]
    if any(names for _, names, _ in files):
        lines += [(), (Cell("Files it would bring (+), change (~), take away (-):", "bold"),)]
        lines += [(Cell(f"  {sign} {name}", style),) for sign, names, style in files for name in names]
    if offer.there and (shown := list(_differences(offer))):
        lines += [(), *shown]
    return lines


def _about(pack: Pack, language: str) -> Iterator[Line]:
    yield (Cell(str(pack), "bold"), Cell(f"  {safe(_in(pack.title, language))}"))
    yield (Cell(f"  by {safe(pack.issuer)}, licence {safe(pack.licence)}"),)
    yield (Cell(f"  in {', '.join(pack.languages)}; its issuer looks at it again by {pack.review_by}"),)
    if pack.contact:
        yield (Cell(f"  contact: {safe(pack.contact)}"),)
    for title, lists in (("Do", pack.dos), ("Don't", pack.donts)):
        for said in lists.get(language, next(iter(lists.values()), ())):
            for index, line in enumerate(wrap(f"{title}: {said}", _WIDE)):
                yield (Cell(f"  {line}" if index == 0 else f"    {line}"),)


def _in(texts: Any, language: str) -> str:
    return text_for(texts, language) or next(iter(texts.values()), "")


def _differences(offer: Offer) -> Iterator[Line]:
    """The texts that would change, old and new, as far as there is room."""
    left = MAX_ALL
    for name in offer.changed:
        if not name.endswith(_TEXTS):
            continue
        if left <= 0:
            yield (Cell("… and more files; take the pack apart to see them", "dim"),)
            return
        lines = _difference(name, offer.old[name], offer.new[name])
        shown = lines[: min(MAX_LINES, left)]
        left -= len(shown)
        yield (Cell(name, "bold"),)
        for line in shown:
            style = {"+": "green", "-": "red"}.get(line[:1], "dim")
            for piece in wrap(line[1 : MAX_LINE + 1], _WIDE - 1)[:MAX_PIECES] or [""]:
                yield (Cell(line[:1] + piece, style),)
        if len(lines) > len(shown):
            yield (Cell(f"… {count(len(lines) - len(shown), 'more line')}", "dim"),)


def _difference(name: str, old: bytes, new: bytes) -> list[str]:
    if max(len(old), len(new)) > MAX_TEXT:
        return [f" (too large to show: {len(old):,} bytes, now {len(new):,})"]
    before, after = (data.decode("utf-8", "replace").splitlines() for data in (old, new))
    if max(len(before), len(after)) > MAX_COMPARED:
        return [f" (too long to show: {len(before):,} lines, now {len(after):,})"]
    found = list(difflib.unified_diff(before, after, n=1, lineterm=""))[2:]
    if name == "pack.yaml":
        found = [line for line in found if line[0] in "+-" and not _CHECKSUM.fullmatch(line)]
    return found
