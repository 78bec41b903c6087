"""A kit as files: named safely, the same bytes for the same kit, written whole or not at all."""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import shutil
import tempfile
import uuid
import zipfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from campaign.core.media import ANY_MEDIA
from campaign.core.model import Media
from campaign.core.outcome import Refused
from campaign.errors import CampaignError
from campaign.networks.media import fitted
from campaign.review import kit_csv, kit_html, kit_ics
from campaign.review.kit import Item, Kit, text_in
from campaign.review.swap import swap
from campaign.workspace.files import MediaFiles

MANIFEST = "kit.json"
"""Says what a kit is; a folder that has it may be replaced by a newer kit."""

FORMAT = 1

_DATE = (1980, 1, 1, 0, 0, 0)
"""Of every file in the zip: the first that a zip can hold. The bytes must not depend on when it was made."""


def files_of(kit: Kit, source: MediaFiles, identity: uuid.UUID) -> dict[str, bytes]:
    """Every file of a kit: name -> content. ``source``: where the pictures are. CampaignError for a picture that
    can't be read."""
    made: dict[str, bytes] = {name: kit_html.asset(name) for name in kit_html.ASSETS}
    shown = _pictures(kit, source, made)

    def of_item(item: Item) -> Mapping[str, str]:
        return {shown[media].file: media.alt for media in item.media}

    for language in kit.languages:
        sets: dict[tuple[str, str], list[tuple[int, str]]] = {}
        for layout, network, number, name, content in kit_csv.tool_files(kit, language):
            made[name] = content
            sets.setdefault((layout.name, network), []).append((number, name))
        tools = [kit_html.Tool(*key, tuple(found)) for key, found in sets.items()]
        calendar, sheet = f"calendar.{language}.ics", f"texts.{language}.csv"
        made[calendar] = kit_ics.calendar(kit, language, identity)
        made[sheet] = kit_csv.all_texts(kit, language, of_item)
        page = kit_html.page(kit, language, shown, tools, calendar=calendar, sheet=sheet)
        made[kit_html.page_name(kit, language)] = page
    made[MANIFEST] = (json.dumps(manifest(kit, made), indent=1, ensure_ascii=False) + "\n").encode()
    return dict(sorted(made.items()))


def manifest(kit: Kit, made: Mapping[str, bytes]) -> dict[str, Any]:
    """What a program reads about a kit: no login, no person, no path of this machine."""
    return {
        "kit": FORMAT,
        "campaign": kit.campaign.id,
        "title": dict(kit.campaign.title),
        "org": text_in(kit.org, kit.languages[0]),
        "made": kit.made.isoformat(),
        "review_by": kit.review_by.isoformat(),
        "languages": list(kit.languages),
        "networks": list(kit.networks),
        "texts": len(kit.items),
        "files": [
            {"file": name, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
            for name, data in sorted(made.items())
        ],
    }


def zipped(made: Mapping[str, bytes], folder: str) -> bytes:
    """The files as a zip in which all lie in one folder. The same files give the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in sorted(made.items()):
            info = zipfile.ZipInfo(f"{folder}/{name}", _DATE)
            info.create_system = 3  # Unix, whatever this machine is
            info.external_attr = 0o100644 << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, data)
    return out.getvalue()


def write_zip(path: Path, data: bytes) -> None:
    """Put the zip there, over an older one; whole or not at all. CampaignError when that can't be done."""
    temporary: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        temporary = Path(name)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(0o644)
        temporary.replace(path)
    except OSError as error:
        raise _unwritten(path, error) from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def write_folder(path: Path, made: Mapping[str, bytes]) -> None:
    """Put the files into a folder of their own; an older kit there goes, with all its files. CampaignError when the
    folder holds something else, or can't be written: what was there stays."""
    if path.exists() and not _replaceable(path):
        what = "holds files that are no kit" if path.is_dir() else "is no folder"
        raise CampaignError(f"{path} {what}", "name a new folder with --out, or a file that ends in .zip")
    new: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        new = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}."))
        for name, data in made.items():
            file = new / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
        new.chmod(0o755)
        swap(path, new)
    except OSError as error:
        raise _unwritten(path, error) from error
    finally:
        if new is not None:
            shutil.rmtree(new, ignore_errors=True)


def _replaceable(path: Path) -> bool:
    if not path.is_dir() or path.is_symlink():
        return False
    return (path / MANIFEST).is_file() or not any(path.iterdir())


def _unwritten(path: Path, error: OSError) -> CampaignError:
    return CampaignError(f"{path} can't be written: {error.strerror}", "name another place with --out")


def _pictures(kit: Kit, source: MediaFiles, made: dict[str, bytes]) -> dict[Media, kit_html.Shown]:
    """Every picture without what a camera wrote into it, under a safe name; its bytes go to ``made``."""
    found: dict[Media, kit_html.Shown] = {}
    names: dict[str, str] = {}
    for media in dict.fromkeys(media for item in kit.items for media in item.media):
        source.draw(media)
        file = fitted(media, source, ANY_MEDIA)
        if isinstance(file, Refused):
            raise CampaignError(file.reason, "put another one there")
        if media.file not in names:
            names[media.file] = _safe(_called(media), PurePosixPath(file.name).suffix, set(names.values()))
            made[names[media.file]] = file.data
        found[media] = kit_html.Shown(names[media.file], file.type, media.alt)
    return found


def _called(media: Media) -> str:
    """What a picture is called; a card's own file has the name of its digest."""
    return f"card-{media.card.language}" if media.card else media.file


def _safe(file: str, ending: str, taken: set[str]) -> str:
    """``pictures/day-id.jpg``: letters, digits and hyphens only, and no name twice."""
    stem = re.sub(r"[^a-z0-9]+", "-", PurePosixPath(file).stem.lower()).strip("-")[:60] or "picture"
    number = 1
    while (name := f"pictures/{stem}{f'-{number}' if number > 1 else ''}{ending.lower()}") in taken:
        number += 1
    return name
