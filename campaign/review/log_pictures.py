"""Pictures of posts that are out, made small for a page that is mailed: nothing in them but the picture."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from campaign.core.media import WEBP, MediaRules
from campaign.core.model import Media
from campaign.core.outcome import Refused
from campaign.errors import CampaignError
from campaign.networks.media import fitted
from campaign.workspace.files import MediaFiles

RULES = MediaRules(kinds=frozenset({WEBP}), max_side=560, max_bytes=40_000)
"""As large as a telephone shows it."""

MOST_BYTES = 40_000_000
"""Of a file that is opened for this."""


@dataclass(frozen=True, slots=True)
class Small:
    """A picture, made small. ``width`` and ``height`` in pixels."""

    type: str
    data: bytes
    width: int
    height: int


Picture = Callable[[Media], Small | None]
"""A picture as it was published, small; None where it can't be shown, or is another one now."""


def small(files: MediaFiles) -> Picture:
    """Makes pictures small from the files of a workspace. A film, a picture that moves, one that is gone and one that
    was changed since it was published are not shown: who looks at the page shall not take another one for it."""

    def picture(media: Media) -> Small | None:
        try:
            files.draw(media)
            kind, sha256 = files.describe(media.file)
            if sha256 != media.sha256 or not kind.startswith("image/"):
                return None
            if files.path(media.file).stat().st_size > MOST_BYTES:
                return None
            made = fitted(media, files, RULES)
        except (CampaignError, OSError):  # the page says that it can't be shown, and `check` why
            return None
        return None if isinstance(made, Refused) else Small(made.type, made.data, made.width, made.height)

    return picture
