"""The hashes of the log: of what an event is, of its detail (salted), of what it vouches for, and of a seal.

All are SHA-256 in hex over UTF-8. A salt keeps a short text from being guessed from its hash; when the text is removed,
its salt goes too, and the hash says nothing any more.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

Entry = tuple[int, str, str]
"""What a seal keeps of an event: its id, the hash of what it is, the hash of its detail."""


def canonical(value: Any) -> str:
    """A JSON value in the one spelling that is hashed."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=repr)


def sha256(text: str) -> str:
    """Of a text; also of one that is no proper Unicode."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def salted(salt: str, text: str) -> str:
    """The hash of a text under a salt."""
    return sha256(f"{salt}\n{text}")


def about(id_: object, *fields: object) -> str:
    """The hash of what can never change of an event: its id, time, kind, key, states, who and through which door."""
    return sha256(canonical([id_, *fields]))


def spelled(entries: Iterable[Entry]) -> str:
    """Entries as a seal keeps them."""
    return "\n".join(f"{id_} {what} {detail}" for id_, what, detail in entries)


def read(entries: str) -> list[Entry]:
    """Entries from their spelling, which have to be in the order of their ids. ValueError for anything else."""
    found: list[Entry] = []
    for line in entries.split("\n"):
        id_, what, detail = line.split(" ")
        if found and int(id_) <= found[-1][0]:
            raise ValueError("not in order")
        found.append((int(id_), what, detail))
    return found


def seal(n: int, previous: str, at: str, first: int, last: int, entries: str) -> str:
    """The hash of a seal. ``at`` in UTC, as ``raw.instant`` spells it."""
    return sha256(f"campaign log 1\n{n}\n{previous}\n{at}\n{first} {last}\n{entries}")
