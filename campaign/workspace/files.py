"""Media files on disk, never outside posts/."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from campaign.core.card import FOLDER
from campaign.core.model import Media
from campaign.errors import CampaignError
from campaign.workspace.cards import KEPT, CardPress

_CARD = re.compile(re.escape(FOLDER) + r"/[0-9a-f]{32}\.png")

HEAD = 16
"""Bytes of a file that show its type."""


@dataclass(frozen=True, slots=True)
class MediaFiles:
    """The workspace's folder as adapters and the planner see it. ``root``: the folder of config.yaml."""

    root: Path

    def path(self, file: str) -> Path:
        """The file on disk of a path below posts/, or of a card (``draw`` makes it). CampaignError when it is missing
        or leads out of posts/."""
        if _CARD.fullmatch(file):
            return self._card(file)
        posts = (self.root / "posts").resolve()
        try:
            path = (posts / file).resolve()
            inside = (
                bool(file) and not Path(file).is_absolute() and path.is_relative_to(posts) and path != posts
            )
            there = inside and path.is_file()
        except (ValueError, OSError, RuntimeError):  # NUL, too long, links in a circle
            inside = there = False
        if ".." in Path(file).parts or not inside:
            raise CampaignError(f"{file!r} leads out of posts/", "name a file below posts/")
        if not there:
            raise CampaignError(f"there is no file posts/{file}", "look at its spelling, capitals count")
        return path

    def draw(self, media: Media) -> None:
        """Make the file of a card that is not there yet; other pictures are left as they are. CampaignError when it
        can't be made."""
        if media.card is not None:
            if not _CARD.fullmatch(media.file):
                raise CampaignError(f"{media.file!r} is no file of a card")
            CardPress(self.root).keep(media.card, self._place(media.file))

    def _card(self, file: str) -> Path:
        path = self._place(file)
        if not path.is_file():
            raise CampaignError(f"{KEPT}/{path.name} is gone", "it is drawn again when its post is made anew")
        return path

    def _place(self, file: str) -> Path:
        return self.root / KEPT / file.removeprefix(f"{FOLDER}/")

    def describe(self, file: str) -> tuple[str, str]:
        """The type (MIME, by its first bytes, not its name) and SHA-256 (hex) of a file below posts/.

        CampaignError when it can't be read or is no picture or video that networks take.
        """
        path = self.path(file)
        digest = hashlib.sha256()
        try:
            with path.open("rb") as stream:
                head = stream.read(HEAD)
                digest.update(head)
                while piece := stream.read(1024 * 1024):
                    digest.update(piece)
        except OSError as error:
            raise CampaignError(
                f"posts/{file} can't be read: {error.strerror}", "look at its permissions"
            ) from error
        kind = media_type(head)
        if kind is None:
            raise CampaignError(
                f"posts/{file} is not a picture or video that networks take",
                "save it as JPEG, PNG, GIF, WebP or MP4",
            )
        return kind, digest.hexdigest()


def media_type(head: bytes) -> str | None:
    """The MIME type that a file's first 16 bytes show, after the WHATWG MIME Sniffing Standard (chapter 6); None: none
    that is known here."""
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "image/webp"
    if head[4:8] == b"ftyp":
        if head[8:12] in (b"avif", b"avis"):
            return "image/avif"
        return "video/quicktime" if head[8:12] == b"qt  " else "video/mp4"
    if head.startswith(b"\x1aE\xdf\xa3"):
        return "video/webm"
    return None
