"""Reading an account's own posts back, to learn what became of an attempt that got no answer.

Pure: the pages come in, a :data:`Found` goes out. The networks that have no better way to ask use it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from html.parser import HTMLParser

from campaign.core.outcome import Absent, CannotTell, Found, Receipt, Sent

EARLY = timedelta(minutes=1)
"""How far a server's clock may be behind ours for a post still to count as made by the attempt."""

SKEW = timedelta(hours=1)
"""How far behind it may be at most: the same text in there proves nothing, the list must reach past it."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One of the account's posts: when the network says it was made (aware), whether it reads the same."""

    at: datetime
    receipt: Receipt
    same: bool


def look_through(pages: Iterable[Iterable[Listed]], since: datetime) -> Found:
    """What became of an attempt that began at ``since`` (aware UTC), from the account's posts, newest first.

    Absent only when the pages reach back past the attempt, or end: then that is all the account ever posted.
    A caller that stops asking before the end must raise. Two posts that read the same: a person has to look.
    """
    same: list[Listed] = []
    for post in (post for page in pages for post in page):
        if post.at < since - SKEW:
            break
        if post.same:
            same.append(post)
    ours = [post for post in same if post.at >= since - EARLY]
    if len(ours) == 1:
        return Sent(ours[0].receipt)
    if ours:
        return CannotTell("it seems to be published more than once: " + " ".join(p.receipt.url for p in ours))
    if same:
        at, url = same[0].at, same[0].receipt.url
        return CannotTell(f"the same text was published at {at:%H:%M} UTC, before the attempt: {url}")
    return Absent("the account's own posts do not have it")


def alike(one: str, other: str) -> bool:
    """Whether two texts are the same to a reader: their letters and digits in order are.

    Servers compose accents, trim and join white space, take emphasis marks for markup, and write the scheme of a
    link or leave it out; none of that changes a word.
    """
    return _bare(one) == _bare(other)


def _bare(text: str) -> str:
    words = unicodedata.normalize("NFKC", re.sub(r"https?://", " ", text))
    # A text of nothing but emoji and signs is compared by those.
    return "".join(char for char in words if char.isalnum()) or "".join(words.split())


def plain(html: str) -> str:
    """The text of an HTML fragment as a reader sees it, links in full."""
    reader = _Plain()
    reader.feed(html)
    reader.close()
    return "".join(reader.pieces)


class _Plain(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag in {"br", "p", "li"}:
            self.pieces.append("\n")

    def handle_data(self, data: str) -> None:
        self.pieces.append(data)
