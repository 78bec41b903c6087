"""The pictures of a rehearsal's pages: each once, without what a camera wrote into it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from campaign.core.media import ANY_MEDIA, PNG
from campaign.core.model import Media
from campaign.core.outcome import Refused
from campaign.errors import CampaignError
from campaign.networks.media import fitted
from campaign.review.rehearsal.pages import Shown
from campaign.workspace.files import MediaFiles

LARGEST = 20_000_000
"""Bytes of a file that is copied; a larger one (a film) is only named."""


@dataclass
class Shelf:
    """``made``: name -> bytes of what the pages show; ``source``: where the pictures are."""

    source: MediaFiles
    made: dict[str, bytes] = field(default_factory=dict)

    def put(self, media: Media) -> Shown | None:
        """Copy a picture; None where it can't be read or is too large."""
        try:
            self.source.draw(media)
            path = self.source.path(media.file)
            if path.stat().st_size > LARGEST:
                return None
            if media.card is not None:  # no camera has written anything into it
                return self._keep(path.read_bytes(), PNG, path.suffix)
        except (CampaignError, OSError):
            return None  # the page names it, and the list of problems says what is wrong with it
        file = fitted(media, self.source, ANY_MEDIA)
        if isinstance(file, Refused):
            return None
        return self._keep(file.data, file.type, PurePosixPath(file.name).suffix.lower())

    def _keep(self, data: bytes, kind: str, ending: str) -> Shown:
        name = f"picture-{hashlib.sha256(data).hexdigest()[:20]}{ending}"
        self.made[name] = data
        return Shown(name, kind)
