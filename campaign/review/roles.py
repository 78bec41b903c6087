"""Roles instead of handles, for what leaves the team: exports, pages and reports say "approver 2", not who that is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from campaign.core.model import Person

_WORDS = {
    "en": {
        "approve": "approver",
        "safeguard": "safeguarding",
        "pause": "coordinator",
        "review": "reviewer",
        "": "member",
        "?": "person",
    },
    "id": {
        "approve": "penyetuju",
        "safeguard": "perlindungan",
        "pause": "koordinator",
        "review": "peninjau",
        "": "anggota",
        "?": "orang",
    },
}
"""Right -> role, the weightiest right first; "": one of ``people`` without a right; "?": none of them (any more)."""

_NO_HANDLE = {"review_by"}
"""Keys that end like those of handles and hold a day."""


# What the program itself says of people in reasons: core.approval, core.pause, networks.handoff.
_NAMED = re.compile(
    r"\b(rejected by |paused by |needs approval: it was changed after |needs approval: |waiting for )"
    r"(?!nobody |it was |the file )([^\s:;()]+)(?=[:;)]|$| has approved | approved | to post )"
)
_HOST = re.compile(r"(the file PAUSE) on [^\s:;)]+")
_PAGE = re.compile(r"( to post it): .*")


class Roles:
    """Called with a handle, it says the role. One export uses one of these, so that the same person is called the same
    in all of it.

    Who shares a role with others is numbered as in ``people``; who is not in there (any more), in the order of the
    questions. ``names``: the handles stay, because somebody asked for them. ``language``: "en" or "id".
    """

    def __init__(self, people: Mapping[str, Person], *, names: bool = False, language: str = "en") -> None:
        self._names = names
        self._words = _WORDS[language]
        self._strangers: dict[str, str] = {}
        alike: dict[str, list[str]] = {}
        for handle, person in people.items():
            alike.setdefault(self._role(person), []).append(handle)
        self._known = {
            handle: role if len(handles) == 1 else f"{role} {number}"
            for role, handles in alike.items()
            for number, handle in enumerate(handles, 1)
        }

    def _role(self, person: Person) -> str:
        return next((word for right, word in self._words.items() if right in person.can), self._words[""])

    def __call__(self, handle: str) -> str:
        """``approver``, ``reviewer 2``, ``person 1``; "" (the program itself) stays so."""
        if self._names or not handle:
            return handle
        known = self._known.get(handle) or self._strangers.get(handle)
        if known is None:
            known = f"{self._words['?']} {len(self._strangers) + 1}"
            self._strangers[handle] = known
        return known

    def door(self, door: str) -> str:
        """Through what somebody came (``cli``, ``web``), without the user and the host that stand behind it."""
        return door if self._names else door.partition(" ")[0]

    def reason(self, reason: str) -> str:
        """A reason without the handles, hosts and folders that the program itself writes into it. What people wrote
        stays as it is."""
        if self._names:
            return reason
        named = _NAMED.sub(lambda found: found[1] + self(found[2]), reason)
        return _PAGE.sub(r"\1", _HOST.sub(r"\1", named))

    def told(self, value: Any, *, by: bool = False) -> Any:
        """The same JSON value with roles: what stands under ``by`` or a key that ends in ``_by`` are handles (one, or
        several), ``door`` is a door, ``reason`` a reason, and an address on this machine keeps its file's name only.
        Free text that people wrote stays as it is."""
        if isinstance(value, Mapping):
            return {name: self._of(str(name), item) for name, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.told(item, by=by) for item in value]
        return self(value) if by and isinstance(value, str) else value

    def _of(self, name: str, item: Any) -> Any:
        if isinstance(item, str) and not self._names:
            if name == "door":
                return self.door(item)
            if name == "reason":
                return self.reason(item)
            if name == "url" and item.startswith("file:"):
                return item.rpartition("/")[2]
            if name == "file":
                return item.partition(", brought in by ")[0]
        handles = name == "by" or (name.endswith("_by") and name not in _NO_HANDLE)
        return self.told(item, by=handles)
