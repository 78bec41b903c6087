"""Nostr's events (NIP-01): what is signed and sent, as values. Pure."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from campaign.core.model import Post
from campaign.core.outcome import Receipt

Tags = list[list[str]]
Event = dict[str, Any]

NOTE, DELETION, LOGIN = 1, 5, 22242
"""Kinds: a short text (NIP-01), a deletion request (NIP-09), the answer to a relay's challenge (NIP-42)."""

_HASHTAG = re.compile(r"(?<![\w/&#])#(\w+)")
_LINK = re.compile(r"https?://\S+")
_UNSENDABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
"""Control characters, whose spelling in JSON NIP-01 leaves open, so that relays would compute other ids; and halves of
characters, which UTF-8 has not."""


def event_id(author: str, created_at: int, kind: int, tags: Tags, content: str) -> str:
    """The SHA-256 (hex) over these five: the signature is no part of it, so that an event can be named before it is
    signed."""
    whole = [0, author, created_at, kind, tags, content]
    return hashlib.sha256(json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def unsigned(author: str, created_at: int, kind: int, tags: Tags, content: str) -> Event:
    """An event without its signature. ``created_at``: seconds since 1970."""
    return {
        "id": event_id(author, created_at, kind, tags, content),
        "pubkey": author,
        "created_at": created_at,
        "kind": kind,
        "tags": tags,
        "content": content,
    }


def genuine(event: Any) -> bool:
    """Whether something a relay sent is an event whose id is that of its content."""
    try:
        parts = (event["pubkey"], event["created_at"], event["kind"], event["tags"], event["content"])
        return bool(event_id(*parts) == event["id"])
    except (KeyError, TypeError, ValueError):
        return False


def clean(text: str) -> str:
    """The text without what can't be said the same way everywhere."""
    return _UNSENDABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def content(post: Post, pictures: Sequence[Mapping[str, str]]) -> str:
    """The text, and below it the addresses of the pictures, which is where clients show them (NIP-92)."""
    addresses = "\n".join(picture["url"] for picture in pictures)
    return "\n\n".join(filter(None, (clean(post.text), addresses)))


def tags(post: Post, author: str, pictures: Sequence[Mapping[str, str]]) -> Tags:
    """Everything about a post that is not its text."""
    return [
        *_thread(post, author),
        *(["t", tag] for tag in hashtags(post.text)),
        *_language(post.language),
        *([["content-warning", clean(post.warning)]] if post.warning else []),  # NIP-36
        *(
            ["imeta", *(f"{name} {value}" for name, value in picture.items() if value)]  # NIP-92
            for picture in pictures
        ),
    ]


def hashtags(text: str) -> list[str]:
    """The hashtags of a text, each once and in lower case, as NIP-24 asks; none out of a link."""
    found = _HASHTAG.findall(_LINK.sub(" ", text))
    return list(dict.fromkeys(tag.lower() for tag in found if not tag.isdigit()))


def _thread(post: Post, author: str) -> Tags:
    """Marked e tags (NIP-10): a reply to the first part names it as root only; p: whom it answers."""
    if post.reply_to is None:
        return []
    root = post.root or post.reply_to
    places = [_place(root, "root", author)]
    if post.reply_to.id != root.id:
        places.append(_place(post.reply_to, "reply", author))
    return [*places, ["p", author]]


def _place(receipt: Receipt, marker: str, author: str) -> list[str]:
    relay = dict(receipt.extra).get("relays", "").partition(" ")[0]
    return ["e", receipt.id, relay, marker, author]


def _language(language: str) -> Tags:
    """A label (NIP-32) with the two letters of ISO 639-1, where the language has such."""
    code = language.partition("-")[0].lower()
    return [["L", "ISO-639-1"], ["l", code, "ISO-639-1"]] if len(code) == 2 else []
