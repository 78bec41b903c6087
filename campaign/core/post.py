"""What is published, and by which key it is known: the words that the store and the log are made of."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from campaign.core.card import Card
from campaign.core.outcome import Receipt
from campaign.core.safeguard.rules import Accepted


@dataclass(frozen=True, slots=True)
class Media:
    """A picture or video of a post: its path below posts/, its description, and the SHA-256 (hex) of its bytes.

    The hash is empty until the post is frozen (the planner reads the file); the sender hashes what it sends. ``card``:
    what is drawn on it, for a card; its file is made when it is needed.
    """

    file: str
    alt: str
    type: str = ""
    sha256: str = ""
    card: Card | None = None

    def as_json(self) -> dict[str, Any]:
        """Its frozen form."""
        card = {"card": self.card.as_json()} if self.card else {}
        return {"file": self.file, "alt": self.alt, "type": self.type, "sha256": self.sha256, **card}

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> Media:
        card = Card.from_json(data["card"]) if data.get("card") else None
        return Media(data["file"], data["alt"], data["type"], data["sha256"], card)


@dataclass(frozen=True, slots=True)
class Post:
    """One part of what one account publishes at one occurrence: final text and media, nothing left to decide.

    ``part`` counts from 1 to ``parts``. ``root`` and ``reply_to`` are the receipts of part 1 and of the part before,
    filled in when the part is sent. ``prepared``: ids that an adapter fixed when the row was made.
    ``facts``, ``hotlines``: ids of the facts and help lines that the whole post printed; ``cited``: what each of them
    said then (``fact:ID`` -> its text, ``hotline:ID`` -> its numbers), held against the files right before the post
    leaves. ``link``: the post's first link, if any. ``accepted``: what people let pass of the safeguarding rules, by
    rule, words, handles and reason. ``consents``: ids of the consents that it needed.
    """

    text: str
    language: str
    media: tuple[Media, ...] = ()
    warning: str = ""
    link: str = ""
    part: int = 1
    parts: int = 1
    facts: tuple[str, ...] = ()
    hotlines: tuple[str, ...] = ()
    cited: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    accepted: tuple[Accepted, ...] = ()
    prepared: Mapping[str, Any] = field(default_factory=dict)
    root: Receipt | None = None
    reply_to: Receipt | None = None
    consents: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The frozen form that the store keeps (without root and reply_to, which are looked up at each send)."""
        return {
            "text": self.text,
            "language": self.language,
            "media": [item.as_json() for item in self.media],
            "warning": self.warning,
            "link": self.link,
            "part": self.part,
            "parts": self.parts,
            "facts": list(self.facts),
            "hotlines": list(self.hotlines),
            "cited": {name: list(words) for name, words in self.cited.items()},
            "accepted": [
                {"rule": one.rule, "words": one.words, "by": list(one.by), "reason": one.reason}
                for one in self.accepted
            ],
            "prepared": dict(self.prepared),
            "consents": list(self.consents),
        }

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> Post:
        """A post as the store has it; rows that were made before posts named their help lines know of none."""
        return Post(
            text=data["text"],
            language=data["language"],
            media=tuple(Media.from_json(item) for item in data["media"]),
            warning=data["warning"],
            link=data["link"],
            part=data["part"],
            parts=data["parts"],
            facts=tuple(data["facts"]),
            hotlines=tuple(data.get("hotlines", ())),
            cited={name: tuple(words) for name, words in data.get("cited", {}).items()},
            accepted=tuple(
                Accepted(one["rule"], one["words"], tuple(one["by"]), one["reason"])
                for one in data.get("accepted", ())  # rows of older versions have none
            ),
            prepared=data["prepared"],
            consents=tuple(data.get("consents", ())),  # rows that an older version made have none
        )

    def digest(self) -> str:
        """SHA-256 (hex) over everything a reader would see of this part. (What approvals are bound to: core.content.)

        Not over ids of help lines and what was cited: readers see what these said in the text, and a row that was made
        before they were noted keeps its digest, so that the same words are known again.
        """
        seen = self.as_json()
        for unseen in ("prepared", "hotlines", "cited", "consents"):
            del seen[unseen]
        return hashlib.sha256(json.dumps(seen, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def fact_cited(fact: str) -> str:
    """The name in ``Post.cited`` of what a fact said."""
    return f"fact:{fact}"


def hotline_cited(hotline: str) -> str:
    """The name in ``Post.cited`` of what a help line said."""
    return f"hotline:{hotline}"


# -- keys --


def wall_text(wall: datetime) -> str:
    """A wall time as keys spell it: ``2027-07-30T08:00``, with seconds only where there are any."""
    return wall.isoformat(timespec="seconds" if wall.second else "minutes")


def delivery_key(campaign: str, slot: str, wall: datetime, target: str, part: int = 1) -> str:
    """``campaign/slot/2027-07-30T08:00/account``, with ``#2`` behind it for part 2 of a thread."""
    return f"{campaign}/{slot}/{wall_text(wall)}/{target}" + (f"#{part}" if part > 1 else "")


@dataclass(frozen=True, slots=True)
class Key:
    """A delivery key taken apart."""

    campaign: str
    slot: str
    wall: datetime
    target: str
    part: int = 1

    def __str__(self) -> str:
        return delivery_key(self.campaign, self.slot, self.wall, self.target, self.part)


def parse_key(text: str) -> Key:
    """Take a delivery key apart; ValueError if it is none."""
    pieces = text.split("/")
    if len(pieces) != 4:
        raise ValueError(f"{text!r} is not CAMPAIGN/SLOT/TIME/ACCOUNT")
    campaign, slot, wall, rest = pieces
    target, _, part = rest.partition("#")
    key = Key(campaign, slot, datetime.fromisoformat(wall), target, int(part or 1))
    if key.wall.tzinfo is not None or str(key) != text:
        raise ValueError(f"{text!r} is not spelled as a key is")
    return key


def network_key(workspace: uuid.UUID, key: str) -> str:
    """The key sent to a network: uuid5(workspace, delivery key). The same on every host and after every restart, and
    different for two organisations on one server."""
    return str(uuid.uuid5(workspace, key))
