"""Rich text of Bluesky: which bytes of a text are links, hashtags and mentions (app.bsky.richtext.facet).

Servers take any range that they are given, also one that is upside down or splits a character; so each is made from
what was found in the text itself. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from campaign.core.links import spans
from campaign.core.text import HASHTAG, TextRules, Unit, length

_MENTION = re.compile(
    r"(?<![\w@/.#-])@(?P<handle>(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?\.)+[a-zA-Z](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)"
    r"(?!\.?[\w-])"
)
"""A handle is a domain name (atproto.com/specs/handle). One that is only the beginning of a longer name is nobody's: it
could be somebody else's."""

_TAG = TextRules(unit=Unit.GRAPHEMES)
_TAG_GRAPHEMES, _TAG_BYTES = 64, 640
"""How long a tag may be in a facet (app.bsky.richtext.facet#tag)."""


def mentions(text: str) -> list[str]:
    """The handles that a text mentions, in lower case, each once, in order."""
    return list(dict.fromkeys(handle for _, _, handle in _mentions(text)))


def facets(text: str, people: Mapping[str, str]) -> list[dict[str, Any]]:
    """The facets of a text in order. ``people``: handle in lower case -> DID; one of nobody ("") stays plain."""
    found = [(start, end, _feature("link", uri=text[start:end])) for start, end in spans(text)]
    for start, end, handle in _mentions(text):
        if people.get(handle):
            found.append((start, end, _feature("mention", did=people[handle])))
    for match in HASHTAG.finditer(text):
        tag = match[1]
        fits = length(tag, _TAG) <= _TAG_GRAPHEMES and len(tag.encode()) <= _TAG_BYTES
        if fits and _free(match, text):
            found.append((match.start(), match.end(), _feature("tag", tag=tag)))
    return [
        {
            "index": {"byteStart": len(text[:start].encode()), "byteEnd": len(text[:end].encode())},
            "features": [feature],
        }
        for start, end, feature in sorted(found, key=lambda facet: facet[0])
    ]


def _feature(kind: str, **keys: str) -> dict[str, str]:
    return {"$type": f"app.bsky.richtext.facet#{kind}", **keys}


def _mentions(text: str) -> Iterator[tuple[int, int, str]]:
    for match in _MENTION.finditer(text):
        if _free(match, text):
            yield match.start(), match.end(), match["handle"].lower()


def _free(match: re.Match[str], text: str) -> bool:
    """Whether what was found shares no character with a link."""
    return all(match.end() <= start or end <= match.start() for start, end in spans(text))
