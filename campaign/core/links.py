"""Addresses in posts: the query that says where a visitor came from, and the first link of a text."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

_LINK = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)


@lru_cache(maxsize=1024)  # the same few addresses in thousands of posts
def tracked(url: str, network: str, campaign: str, content: str) -> str:
    """An http(s) address with utm_source, utm_medium, utm_campaign and utm_content added to its query.

    What is in the query already stays as it is, a utm_ value too. Other addresses (mailto:, tel:) come back untouched.
    Raises ValueError for an address that is none.
    """
    parts = urlsplit(url)
    if parts.scheme.lower() not in ("http", "https"):
        return url
    there = {name for name, _ in parse_qsl(parts.query, keep_blank_values=True)}
    values = {
        "utm_source": network,
        "utm_medium": "social",
        "utm_campaign": campaign,
        "utm_content": content,
    }
    added = urlencode({name: value for name, value in values.items() if name not in there})
    return urlunsplit(parts._replace(query="&".join(filter(None, (parts.query, added)))))


def first_link(text: str) -> str:
    """The first http(s) link of a text without the punctuation that follows it, or ""."""
    return next(iter(links(text)), "")


def links(text: str) -> list[str]:
    """The http(s) links of a text in order, each without the punctuation that follows it."""
    return [text[start:end] for start, end in spans(text)]


def spans(text: str) -> list[tuple[int, int]]:
    """Where the links of a text begin and end (exclusive)."""
    if ":" not in text:
        return []
    return [(found.start(), found.start() + len(_trimmed(found[0]))) for found in _LINK.finditer(text)]


def _trimmed(link: str) -> str:
    while link[-1] in ".,;:!?'’”»…*_" or (
        link[-1] in ")]}" and link.count(_OPENING[link[-1]]) < link.count(link[-1])
    ):
        link = link[:-1]
    return link


_OPENING = {")": "(", "]": "[", "}": "{"}
