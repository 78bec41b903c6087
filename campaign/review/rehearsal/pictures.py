"""The pictures of a rehearsal's pages: each once, without what a camera wrote into it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from campaign.core.media import ANY_MEDIA
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
            if self.source.path(media.file).stat().st_size > LARGEST:
                return None
        except CampaignError:
            return None  # the page names it, and the list of problems says what is wrong with it
        file = fitted(media, self.source, ANY_MEDIA)
        if isinstance(file, Refused):
            return None
        ending = PurePosixPath(file.name).suffix.lower()
        name = f"picture-{hashlib.sha256(file.data).hexdigest()[:20]}{ending}"
        self.made[name] = file.data
        return Shown(name, file.type)
