"""The ZIP of a pack: opened without trust. Nothing is written to disk before every entry has been looked at."""

from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Iterator

from campaign.errors import Place
from campaign.workspace.findings import Findings, quoted
from campaign.workspace.packnames import ABOUT, MAX_FILES, clashes, limit, unknown_kind, wrong_name

MAX_ZIP = 64 * 1024 * 1024
MAX_TOTAL = 128 * 1024 * 1024
"""The largest ZIP, and what its files may have together. Our own bounds: a toolkit with films has some 30 MiB."""

MAX_RATIO = 100
"""How many times smaller the ZIP may have made a file of more than SMALL bytes. Text shrinks some ten times; Deflate
ends at 1,032 times (zlib, Technical Details), and only for nonsense."""

SMALL = 64 * 1024
MAX_TOLD = 20
"""How many wrong entries are named: a hostile ZIP may have a million."""

RULE = "zip"
MAGIC = b"PK\x03\x04"
_CENTRAL = b"PK\x01\x02"
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1


def unzip(data: bytes, name: str, findings: Findings) -> dict[str, bytes] | None:
    """The files of a pack by their paths below it, or None when the ZIP holds anything that a pack does not hold; why
    is in ``findings``, under the ZIP's ``name``. A single folder around all of them is taken off."""
    before = findings.errors()
    place = Place(name)
    if not data.startswith(MAGIC):
        findings.add(place, "this is no ZIP file", "a pack is a ZIP file with a pack.yaml in it", rule=RULE)
        return None
    if data.count(_CENTRAL) > 4 * MAX_FILES:  # before a list of a million entries is made of it
        findings.add(place, f"it holds more than {MAX_FILES:,} files", "", rule=RULE)
        return None
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = _entries(archive, len(data), place, findings)
            if findings.errors() > before:
                return None
            files = {path: _content(archive, info) for path, info in entries.items()}
    except _Lie as lie:
        findings.add(place, f"{_shown(lie.entry)}: {lie}", "ask its issuer for a whole one", rule=RULE)
        return None
    except Exception as error:  # noqa: BLE001 - there is nothing that a broken file can't make a decoder raise
        said = " ".join(str(error).split())[:80] or type(error).__name__
        said = "".join(char if char.isprintable() else "?" for char in said)
        findings.add(place, f"this ZIP file is damaged: {said}", "send or download it again", rule=RULE)
        return None
    return files


class _Lie(Exception):
    """An entry is not what the ZIP's list says of it."""

    def __init__(self, entry: str, message: str) -> None:
        super().__init__(message)
        self.entry = entry


def _entries(
    archive: zipfile.ZipFile, size: int, place: Place, findings: Findings
) -> dict[str, zipfile.ZipInfo]:
    """The files by path; what is wrong with any entry is in ``findings``."""
    infos = archive.infolist()
    if len(infos) > MAX_FILES:
        findings.add(place, f"it holds {len(infos):,} files, a pack has at most {MAX_FILES:,}", "", rule=RULE)
        return {}
    wrong = [(info, told) for info in infos if (told := _wrong(info))]
    for info, told in wrong[:MAX_TOLD]:
        findings.add(place, f"{_shown(info.orig_filename)}: {told}", "nothing was unpacked", rule=RULE)
    if len(wrong) > MAX_TOLD:
        findings.add(place, f"{len(wrong) - MAX_TOLD} more entries are wrong", "", rule=RULE)
    if wrong:
        return {}
    files = _unwrapped([info for info in infos if not info.is_dir()])
    for message, hint in list(_together(files, size))[:MAX_TOLD]:
        findings.add(place, message, hint, rule=RULE)
    return dict(files)


def _wrong(info: zipfile.ZipInfo) -> str:
    """What is against an entry by its name and kind, or ""."""
    if info.orig_filename != info.filename:  # zipfile cuts a name at NUL and turns the system's separators
        return "the name leads out of its folder"
    if told := wrong_name(info.filename.removesuffix("/")):
        return told
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFDIR if info.is_dir() else stat.S_IFREG):
        return "this is a link or a device, not a file"
    if info.flag_bits & _ENCRYPTED:
        return "this is encrypted"
    if info.compress_type not in _METHODS:
        return "this is compressed in an unusual way (only Deflate is read)"
    if info.is_dir() and info.file_size:
        return "a folder has no content"
    return ""


def _unwrapped(infos: list[zipfile.ZipInfo]) -> list[tuple[str, zipfile.ZipInfo]]:
    """Paths as they are below the pack: without the one folder that many programs put around everything."""
    names = [info.filename for info in infos]
    folder = names[0].partition("/")[0] + "/" if names else ""
    if ABOUT not in names and f"{folder}{ABOUT}" in names and all(name.startswith(folder) for name in names):
        return [(info.filename.removeprefix(folder), info) for info in infos]
    return [(info.filename, info) for info in infos]


def _together(files: list[tuple[str, zipfile.ZipInfo]], size: int) -> Iterator[tuple[str, str]]:
    """What is against the files, each by its kind and size, and all of them together."""
    names = [name for name, _ in files]
    if ABOUT not in names:
        yield f"it holds no {ABOUT}, so it is no pack", f"{ABOUT} stands at its top"
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"{_shown(name)} is in it twice", "each file is in it once"
    for first, second in clashes(set(names)):
        yield (
            f"{_shown(first)} and {_shown(second)} can't both be files",
            "many systems do not tell capitals apart",
        )
    for name, info in files:
        most = limit(name)
        if most is None:
            message, hint = unknown_kind(name)
            yield f"{_shown(name)}: {message}", hint
        elif info.file_size > most:
            yield f"{_shown(name)} is larger than {most // 1024:,} KiB", "make it smaller"
        elif info.file_size > SMALL and info.file_size > MAX_RATIO * info.compress_size:
            yield (
                f"{_shown(name)} would become more than {MAX_RATIO} times as large as in the ZIP",
                "it may be a bomb",
            )
    if sum(info.file_size for _, info in files) > MAX_TOTAL:
        yield f"its files are larger than {MAX_TOTAL // 1024**2} MiB together", "leave films out"
    if sum(info.compress_size for _, info in files) > size:
        yield "its files lie over one another", "it may be a bomb"


def _content(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """The bytes of a file, never more than the list promised. _Lie when there are more or fewer."""
    with archive.open(info) as stream:
        content = stream.read(info.file_size + 1)
        more = stream.read(1)
    if len(content) != info.file_size or more:
        raise _Lie(info.filename, "its size is not what the ZIP says")
    return content


def _shown(name: str) -> str:
    return quoted("".join(char if char.isprintable() else "?" for char in name))
