"""The feed in the contract suite: what its Atom document says is what is published."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

from campaign.core.outcome import Sent
from campaign.networks.feed import Feed, FeedOptions
from tests.networks.cases import Bench, FolderCase, Seen
from tests.networks.reading import Reader

NOW = datetime(2027, 7, 30, 1, 0, tzinfo=UTC)
ATOM = "{http://www.w3.org/2005/Atom}"


def folder(bench: Bench) -> Path:
    return bench.files.root / "public"


def make(bench: Bench) -> Feed:
    return Feed(FeedOptions(timezone="Asia/Jakarta"), "id", bench.files, clock=lambda: NOW)


def published(bench: Bench) -> list[Seen]:
    path = folder(bench) / "feed.xml"
    return read(path.read_bytes()) if path.exists() else []


def read(atom: bytes) -> list[Seen]:
    """The entries of an Atom document that ``Feed`` wrote."""
    document = ElementTree.fromstring(atom)
    language = document.get("{http://www.w3.org/XML/1998/namespace}lang")
    return [_seen(entry, language) for entry in document.iter(f"{ATOM}entry")]


def _seen(entry: ElementTree.Element, language: str | None) -> Seen:
    content = Reader(entry.findtext(f"{ATOM}content") or "")
    warning, _, text = (
        content.text().partition("\n\n")
        if any(tag == "strong" for tag, _ in content.tags)
        else ("", "", content.text())
    )
    return Seen(
        text=text,
        alts=tuple(content.alts),
        language=language,
        warning=warning.partition(": ")[2],
        key=(entry.findtext(f"{ATOM}id") or "").removeprefix("urn:uuid:"),
    )


CASE = FolderCase(
    name="feed",
    secrets=(),
    make=make,
    published=published,
    folder=folder,
    done=Sent,
    after_loss=Sent,
    keys="folder: public",
)
