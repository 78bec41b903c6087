"""Where the feed's entries and pictures lie: entries/YEAR-MONTH/KEY.json and media/SHA256.EXT.

Parts of a thread lie in the month of part 1, so that a month's page is whole and its address never changes.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from campaign.errors import CampaignError
from campaign.networks import folder
from campaign.networks.feed_page.entry import Entry

_SETTINGS = "feed.json"


@dataclass(frozen=True, slots=True)
class Settings:
    """What all accounts that share the folder agree on. ``languages``: the first is that of index.html."""

    id: str
    languages: tuple[str, ...]
    titles: dict[str, str] = field(default_factory=dict)

    def with_language(self, language: str, title: str) -> Settings:
        languages = self.languages if language in self.languages else (*self.languages, language)
        return replace(self, languages=languages, titles={**self.titles, language: title})

    def file(self, stem: str, extension: str, language: str) -> str:
        """``index.html`` in the feed's first language, ``index.en.html`` in another."""
        return f"{stem}.{extension}" if language == self.languages[0] else f"{stem}.{language}.{extension}"


@dataclass(frozen=True, slots=True)
class Thread:
    """Posts that hang together, in order (most are one post), and the month in which they lie."""

    month: str
    parts: tuple[Entry, ...]

    @property
    def first(self) -> Entry:
        return self.parts[0]


@dataclass(frozen=True, slots=True)
class Shelf:
    """All writing happens inside ``folder.locked(root)``."""

    root: Path

    def settings(self, first_language: str, key: str) -> Settings:
        """As kept, or those of a new feed: its id is derived from the first key. CampaignError if damaged."""
        path = self.root / _SETTINGS
        if not path.exists():
            return Settings(str(uuid.uuid5(uuid.UUID(key), "feed")), (first_language,))
        try:
            kept = json.loads(path.read_bytes())
            return Settings(str(uuid.UUID(kept["id"])), tuple(kept["languages"]), dict(kept["titles"]))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise CampaignError(f"{path} is damaged", "put it back from a backup") from error

    def keep(self, settings: Settings) -> None:
        kept = {"id": settings.id, "languages": settings.languages, "titles": settings.titles}
        folder.write(self.root, _SETTINGS, json.dumps(kept, ensure_ascii=False, indent=1).encode() + b"\n")

    def find(self, key: str) -> tuple[str, Entry] | None:
        """The month (``2027-07``) in which an entry lies, and the entry."""
        for path in self.root.glob(f"entries/*/{uuid.UUID(key)}.json"):
            return path.parent.name, Entry.from_bytes(path.read_bytes(), str(path))
        return None

    def month_of(self, entry: Entry) -> str | None:
        """The month in which the thread of an entry lies, if it began before."""
        root = self.find(entry.thread) if entry.thread != entry.key else None
        return root[0] if root else None

    def add(self, month: str, entry: Entry) -> None:
        folder.write(self.root, f"entries/{month}/{entry.key}.json", entry.to_bytes())

    def remove(self, month: str, key: str) -> None:
        folder.remove(self.root / "entries" / month / f"{uuid.UUID(key)}.json")

    def months(self) -> list[str]:
        """The months that have entries, the newest first."""
        return sorted({path.parent.name for path in self.root.glob("entries/*/*.json")}, reverse=True)

    def month(self, name: str, language: str) -> list[Thread]:
        """The threads of a month in a language, the newest first."""
        threads: dict[str, list[Entry]] = {}
        for path in self.root.glob(f"entries/{name}/*.json"):
            entry = Entry.from_bytes(path.read_bytes(), str(path))
            if entry.language == language:
                threads.setdefault(entry.thread, []).append(entry)
        ordered = (sorted(parts, key=lambda entry: (entry.part, entry.key)) for parts in threads.values())
        return sorted(
            (Thread(name, tuple(parts)) for parts in ordered),
            key=lambda thread: (thread.first.published, thread.first.key),
            reverse=True,
        )

    def newest(self, language: str) -> Iterator[Thread]:
        """All threads in a language, the newest first; reads no older month than it is asked for."""
        for name in self.months():
            yield from self.month(name, language)

    def pages(self, pattern: str) -> set[str]:
        """The months that have a page whose name is like that (``????-??.en.html``)."""
        return {path.name[:7] for path in self.root.glob(pattern)}

    def sweep(self) -> None:
        """Remove the pictures that no entry uses."""
        entries = self.root.glob("entries/*/*.json")
        used = {
            picture.file
            for path in entries
            for picture in Entry.from_bytes(path.read_bytes(), str(path)).media
        }
        for path in self.root.glob("media/*"):
            if f"media/{path.name}" not in used:
                folder.remove(path)
