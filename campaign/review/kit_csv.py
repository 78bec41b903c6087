"""The tables of a kit: all texts for a spreadsheet, and files in the layouts that planning tools import.

Layouts as read in November 2026: Buffer's help, article 926 (columns Text, Image URL, Tags, Posting Time as
YYYY-MM-DD HH:mm); Publer's template of twelve columns, whose order must not change; Hootsuite's bulk composer (no head
line: date as mm/dd/yyyy hh:mm, message, link; 350 posts; minutes that end in 0 or 5).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from campaign.core.model import Post
from campaign.core.wordings import LEAST
from campaign.review.kit import Block, Item, Kit
from campaign.review.log_csv import cell

Record = Sequence[str]

_PUBLER = (
    "Date - Intl. format or prompt",
    "Text",
    "Link(s) - Separated by comma for FB carousels",
    "Media URL(s) - Separated by comma",
    "Title - For the video, pin, PDF ..",
    "Label(s) - Separated by comma",
    "Alt text(s) - Separated by ||",
    "Comment(s) - Separated by ||",
    "Pin board, FB album, or Google category",
    "Post subtype - I.e. story, reel, PDF ..",
    "CTA - For Facebook links or Google",
    "Reminder - For stories, reels, shorts, and TikToks",
)
_BETWEEN = " || "
_HOOTSUITE_MOST = 350
_FIVE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Layout:
    """How a tool wants its file. ``networks``: those it posts to (a website's text, ``feed``, fits any of them).
    ``record``: None for a post that the layout can't hold. ``most``: posts in one file."""

    name: str
    head: Record
    networks: frozenset[str]
    record: Callable[[datetime, tuple[Post, ...]], Record | None]
    most: int | None = None


def _buffer(when: datetime, posts: tuple[Post, ...]) -> Record | None:
    return None if len(posts) > 1 else (posts[0].text, "", "", f"{when:%Y-%m-%d %H:%M}")


def _hootsuite(when: datetime, posts: tuple[Post, ...]) -> Record | None:
    if len(posts) > 1:
        return None
    late = -(when.minute % 5) % 5
    even = when.replace(second=0) + (timedelta(minutes=late) if late else timedelta())
    return f"{even:%m/%d/%Y %H:%M}", posts[0].text, ""


def _publer(when: datetime, posts: tuple[Post, ...]) -> Record | None:
    first, *others = (post.text for post in posts)
    comments = _BETWEEN.join(cell(other) for other in others)
    return f"{when:%Y-%m-%d %H:%M}", first, "", "", "", "", "", comments, "", "", "", ""


_MANY = {"bluesky", "facebook", "feed", "instagram", "linkedin", "threads", "x"}

LAYOUTS = (
    Layout("Buffer", ("Text", "Image URL", "Tags", "Posting Time"), frozenset({*_MANY, "mastodon"}), _buffer),
    Layout("Hootsuite", (), frozenset(_MANY - {"bluesky"}), _hootsuite, _HOOTSUITE_MOST),
    Layout("Publer", _PUBLER, frozenset({*_MANY, "mastodon", "telegram", "wordpress"}), _publer),
)

COLUMNS = (
    "date",
    "time",
    "language",
    "networks",
    "wording",
    "part",
    "parts",
    "text",
    "warning",
    "link",
    "pictures",
    "descriptions",
)
"""Of the table with all texts."""


def tool_files(kit: Kit, language: str) -> Iterator[tuple[Layout, str, int, str, bytes]]:
    """For each tool, network and set: layout, network, set number, file name, content. A set holds one wording of each
    post, so that partners who take different sets do not say the same."""
    items = [item for item in kit.items if item.language == language]
    for layout in LAYOUTS:
        for network in kit.networks:
            if network not in layout.networks:
                continue
            for number in range(1, LEAST + 1):
                records = list(_records(layout, items, network, number))[: layout.most]
                if records:
                    name = f"csv/set-{number}/{layout.name.lower()}.{network}.{language}.csv"
                    yield layout, network, number, name, table(layout.head, records)


def all_texts(kit: Kit, language: str, pictures: Callable[[Item], Mapping[str, str]]) -> bytes:
    """Every wording of every text as one table. ``pictures``: of an item, file in the kit -> description."""
    rows: list[Record] = []
    for item in kit.items:
        if item.language != language:
            continue
        shown = pictures(item)
        for block in item.blocks:
            for number, wording in enumerate(block.wordings, 1):
                for post in wording:
                    rows += [_row(when, item, block, number, post, shown) for when in item.dates]
    return table(COLUMNS, rows)


def table(head: Record, records: Iterable[Record]) -> bytes:
    """A table in UTF-8, as RFC 4180 has it, in which no cell is a formula."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    if head:
        writer.writerow(head)
    writer.writerows([cell(value) for value in record] for record in records)
    return out.getvalue().encode()


def _records(layout: Layout, items: Iterable[Item], network: str, number: int) -> Iterator[Record]:
    found: list[tuple[datetime, Record]] = []
    for item in items:
        for block in item.blocks:
            if network in block.networks:
                for when in item.dates:
                    record = layout.record(when, block.wordings[number - 1])
                    if record is not None:
                        found.append((when, record))
    yield from (record for _, record in sorted(found, key=lambda pair: pair[0]))


def _row(
    when: datetime, item: Item, block: Block, number: int, post: Post, shown: Mapping[str, str]
) -> Record:
    first = post.part == 1
    return (
        f"{when:%Y-%m-%d}",
        f"{when:%H:%M}",
        item.language,
        ", ".join(block.networks),
        str(number),
        str(post.part),
        str(post.parts),
        post.text,
        post.warning,
        post.link,
        ", ".join(shown) if first else "",
        _BETWEEN.join(shown.values()) if first else "",
    )
