"""The picture of a post as the part of a multipart form that an upload sends."""

from __future__ import annotations

import mimetypes
from pathlib import PurePosixPath

from campaign.core.model import Media
from campaign.core.outcome import Refused
from campaign.networks.base import Files

Part = tuple[str, bytes, str]
"""What requests takes for a file: name, bytes, MIME type."""


def part(media: Media, files: Files) -> Part | Refused:
    """The file of a picture, whole (networks take a few MB at most); Refused when it can't be read."""
    name = PurePosixPath(media.file).name
    kind = media.type or mimetypes.guess_type(name)[0] or "application/octet-stream"
    try:
        return name, files.path(media.file).read_bytes(), kind
    except OSError as error:
        return Refused(f"{media.file} can't be read: {error.strerror}")
