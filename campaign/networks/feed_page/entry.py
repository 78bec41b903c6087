"""One post of the feed as it is kept: a JSON file of its own, from which the pages are made again and again."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from campaign.errors import CampaignError


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture or film: ``file`` below the feed's folder, MIME type, length in bytes, description."""

    file: str
    type: str
    length: int
    alt: str


@dataclass(frozen=True, slots=True)
class Entry:
    """``key`` names it for ever. ``published``: ISO 8601 in UTC, whole seconds. ``thread``: the key of part
    1."""

    key: str
    published: str
    language: str
    text: str
    thread: str
    part: int = 1
    parts: int = 1
    warning: str = ""
    link: str = ""
    media: tuple[Picture, ...] = ()

    @property
    def at(self) -> datetime:
        """The moment of publication, aware, in UTC."""
        return datetime.fromisoformat(self.published)

    def to_bytes(self) -> bytes:
        return json.dumps(asdict(self), ensure_ascii=False, indent=1).encode() + b"\n"

    @staticmethod
    def from_bytes(data: bytes, name: str) -> Entry:
        """The entry in a file. CampaignError when somebody has damaged it."""
        try:
            kept = json.loads(data)
            entry = Entry(**{**kept, "media": tuple(Picture(**picture) for picture in kept["media"])})
            entry.at.astimezone(UTC)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise CampaignError(f"{name} is damaged", "put it back from a backup, or remove it") from error
        return entry
