"""What an approval is bound to: all that a reader will see, where it goes and when, and one hash over that.

The hash is the same on every machine and in every later version of the program: ``VERSION`` says how it is made, and
only a new one may change that.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import Enum
from itertools import zip_longest
from typing import Any

from pydantic import BaseModel

from campaign.core.model import Account, Media, Post, Secret, Target

VERSION = 1
"""How the hash is made. An approval under another version is of nothing that is known today."""

PLUMBING = frozenset({"timeout", "version", "starttls", "ca", "timezone"})
"""Keys of an account that say how its server is talked to, or by which clock a page writes its dates, and nothing of
what is said there or where that is."""

DUE = "due"
TEXT = "text"


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture or film as an approver saw it. ``sha256`` (hex): of its bytes; of a card, of all that is drawn on it,
    since the bytes differ a little from one machine to the next. ``file``: its name, for people; not part of the hash.
    """

    sha256: str
    alt: str
    file: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a post."""

    text: str
    warning: str = ""
    link: str = ""
    pictures: tuple[Picture, ...] = ()


@dataclass(frozen=True, slots=True)
class Content:
    """What a person approves. ``goes_to``: the account and those of its network's keys that say where and how posts
    appear (server, handle, chat, visibility...), by name; a secret by its reference, never its value. ``due``: aware,
    when it is to go out by the files, or by the person who moved it."""

    due: datetime
    language: str
    goes_to: Mapping[str, str]
    parts: tuple[Part, ...]

    def digest(self) -> str:
        """The content hash: ``1-`` (the version) and the SHA-256 (hex) of ``as_json`` without the names of files."""
        seen = self.as_json()
        for part in seen["parts"]:
            for picture in part["pictures"]:
                del picture["file"]
        spelled = json.dumps(seen, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
        return f"{VERSION}-{hashlib.sha256(spelled.encode('ascii')).hexdigest()}"

    def as_json(self) -> dict[str, Any]:
        """The form that the store keeps, so that old and new can be shown side by side."""
        return {
            "due": self.due.astimezone(UTC).isoformat(),
            "language": self.language,
            "goes_to": dict(self.goes_to),
            "parts": [
                {
                    "text": part.text,
                    "warning": part.warning,
                    "link": part.link,
                    "pictures": [
                        {"sha256": picture.sha256, "alt": picture.alt, "file": picture.file}
                        for picture in part.pictures
                    ],
                }
                for part in self.parts
            ],
        }

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> Content:
        parts = tuple(
            Part(
                part["text"],
                part["warning"],
                part["link"],
                tuple(Picture(item["sha256"], item["alt"], item["file"]) for item in part["pictures"]),
            )
            for part in data["parts"]
        )
        return Content(datetime.fromisoformat(data["due"]), data["language"], data["goes_to"], parts)

    def moved(self, due: datetime) -> Content:
        """The same, due at another time (aware)."""
        return replace(self, due=due)


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that is not as it was: what (``due``, ``text``, ``alt``, ``server``...), of which part (0: of the
    whole post), and both as people read them ("": it is not there). Those of ``due`` are ISO instants in UTC."""

    what: str
    old: str
    new: str
    part: int = 0


def content_of(posts: Sequence[Post], target: Target, due: datetime) -> Content:
    """The content of all parts of a post (media with their SHA-256) that ``target`` publishes, due at ``due`` (aware).
    ValueError when there is no part."""
    if not posts:
        raise ValueError("a post has at least one part")
    parts = tuple(
        Part(post.text, post.warning, post.link, tuple(_picture(item) for item in post.media))
        for post in posts
    )
    return Content(due, posts[0].language, goes_to(target.account), parts)


def _picture(media: Media) -> Picture:
    if media.card is None:
        return Picture(media.sha256, media.alt, media.file)
    # Its name says also how it is drawn: which layout, which logo.
    drawn = json.dumps([media.card.as_json(), media.file], sort_keys=True, ensure_ascii=True)
    return Picture(hashlib.sha256(drawn.encode("ascii")).hexdigest(), media.alt, media.file)


def goes_to(account: Account, *, secrets: bool = True) -> dict[str, str]:
    """Who publishes a post and where. What is as its network has it anyway is left out, so that a key that a later
    version adds changes nothing. ``secrets``: with where each secret is kept, since it may be another login's."""
    found = {"account": account.id, "network": account.network}
    options = account.options
    for name, key in type(options).model_fields.items():
        value = getattr(options, name)
        if name in PLUMBING or value == key.default or (isinstance(value, Secret) and not secrets):
            continue
        found[name] = _plain(value)
    return found


def _plain(value: Any) -> str:
    """A value as text that is the same on every machine; of a secret only where it is kept."""
    match value:
        case Secret():
            return f"{value.kind}:{value.name}"
        case str():
            return value
        case Enum():
            return _plain(value.value)
        case BaseModel():
            return _plain({name: getattr(value, name) for name in type(value).model_fields})
        case Mapping():
            return json.dumps({str(name): _plain(item) for name, item in value.items()}, sort_keys=True)
        case set() | frozenset():
            return json.dumps(sorted(_plain(item) for item in value))
        case list() | tuple():
            return json.dumps([_plain(item) for item in value])
        case _:
            return str(value)


def differences(old: Content, new: Content) -> list[Difference]:
    """What differs between two contents, the words first; [] only if their hashes are the same."""
    found = []
    for number, (before, after) in enumerate(zip_longest(old.parts, new.parts), 1):
        was, now = (_named(part) if part is not None else {} for part in (before, after))
        found += [
            Difference(what, was.get(what, ""), now.get(what, ""), number)
            for what in dict.fromkeys((*was, *now))
            if was.get(what) != now.get(what)
        ]
    whole = (
        (DUE, *(content.due.astimezone(UTC).isoformat() for content in (old, new))),
        ("language", old.language, new.language),
        *((name, old.goes_to.get(name, ""), new.goes_to.get(name, "")) for name in _keys(old, new)),
    )
    return found + [Difference(what, was, now) for what, was, now in whole if was != now]


def _keys(old: Content, new: Content) -> Iterator[str]:
    yield from dict.fromkeys((*old.goes_to, *new.goes_to))


def _named(part: Part) -> dict[str, str]:
    named = {TEXT: part.text, "content warning": part.warning, "link": part.link}
    for number, picture in enumerate(part.pictures, 1):
        which = f" {number}" if len(part.pictures) > 1 else ""
        # By its name and, since the same name may hold another picture, by the beginning of its hash.
        named[f"picture{which}"] = f"{picture.file} ({picture.sha256[:12]})"
        named[f"description{which}"] = picture.alt
    return named
