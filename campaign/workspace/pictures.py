"""What the pictures and films below posts/ are: type, size, whether they move, whether they are whole."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from campaign.core.media import Picture
from campaign.workspace.files import HEAD, media_type
from campaign.workspace.tree import Entry

FORMATS = ("AVIF", "GIF", "JPEG", "PNG", "WEBP")
"""Pillow's names of the pictures that can be posted: nothing else of what it can read is tried on a file."""

_ORIENTATION = 0x0112
_PIXELS = 89_478_485  # Pillow's own limit: a quarter of a GiB of RGB
_LIES_ON_ITS_SIDE = 5  # this value of the orientation and those above it: width and height change places


class Gallery(Mapping[str, Picture]):
    """The files of one version of a workspace by name below posts/. One is opened when it is asked for, and again only
    when it has changed."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._entries = {entry.name: entry for entry in entries}

    def __getitem__(self, name: str) -> Picture:
        entry = self._entries[name]
        return _look(entry.path, entry.size, entry.mtime_ns)

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)


@lru_cache(maxsize=4096)
def _look(path: Path, size: int, changed: int) -> Picture:
    """``changed``: when the file was changed (nanoseconds), so that another version of it is another picture."""
    if not size:
        return Picture("", trouble="is empty: it has 0 bytes")
    try:
        with path.open("rb") as file:
            kind = media_type(file.read(HEAD)) or ""
    except OSError as error:
        return Picture("", size, trouble=f"can't be read: {error.strerror}")
    if not kind.startswith("image/"):
        return Picture(kind, size, trouble="" if kind else "is no picture and no film that can be posted")
    return _picture(path, kind, size)


def _picture(path: Path, kind: str, size: int) -> Picture:
    from PIL import Image  # costs start-up time

    # For good: what catch_warnings changes for a while, it changes for all threads, and some may be sending.
    warnings.simplefilter("ignore", Image.DecompressionBombWarning)
    try:
        with Image.open(path, formats=FORMATS) as image:
            width, height = image.size
            if width * height > _PIXELS:
                raise Image.DecompressionBombError
            orientation = image.getexif().get(_ORIENTATION)
            if isinstance(orientation, int) and orientation >= _LIES_ON_ITS_SIDE:
                width, height = height, width
            # A camera's JPEG may hold further ones (a preview, a gain map), which are not uploaded.
            moving = getattr(image, "n_frames", 1) > 1 and image.format != "MPO"
            image.draft("RGB", (1, 1))  # a JPEG is read eight times as fast at an eighth of its size
            image.load()
    except Exception as error:  # noqa: BLE001 - there is nothing that a broken file can't make a decoder raise
        return Picture(kind, size, trouble=f"is broken: {_plainly(error)}")
    return Picture(kind, size, width, height, moving)


def _plainly(error: BaseException) -> str:
    from PIL import UnidentifiedImageError
    from PIL.Image import DecompressionBombError

    if isinstance(error, UnidentifiedImageError):
        return "it can't be read as a picture"
    if isinstance(error, DecompressionBombError):
        return "it would have more than 89 million pixels"
    return str(error) or type(error).__name__
