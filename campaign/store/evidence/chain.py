"""Holding the log against its seals: what was edited, removed, put in or put into another order since it was sealed.

Reads all events and seals side by side, a few hundred at a time, so a long log takes time but not memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, select

from campaign.store.evidence import hashes, raw
from campaign.store.evidence.seals import Event, Head, as_they_stand
from campaign.store.log import BLANKED, REDACTED
from campaign.store.tables import events, seals

_STREAM = {"yield_per": 500}


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that is not as it was sealed. ``seal``, ``event``: their numbers, None where it is about none."""

    what: str
    seal: int | None = None
    event: int | None = None
    key: str = ""


@dataclass
class Chain:
    """The seals and the events of a store, held against each other by ``differences``; the rest is known once all of
    these were read. ``wanted``: hashes of heads that were kept elsewhere; ``continued``: those of them that are here.
    ``since``: when the first event that is not sealed was written, as it stands there."""

    connection: Connection
    wanted: frozenset[str] = frozenset()
    seals: int = 0
    sealed: int = 0
    unsealed: int = 0
    since: Any = None
    head: Head | None = None
    continued: list[Head] = field(default_factory=list)
    _next: Event | None = None
    _last: int = 0
    _blind: bool = False

    def differences(self) -> Iterator[Difference]:
        """All that is not as it was sealed, in the order of the seals."""
        redacted = set(
            self.connection.execute(select(events.c.key).where(events.c.kind == REDACTED)).scalars()
        )
        standing = self._events()
        self._next = next(standing, None)
        for n, entries, wrong in self._seals():
            yield from wrong
            for entry in entries:
                yield from self._held_against(n, entry, standing, redacted)
        if self._next is not None:
            self.since = self._next.at
            self.unsealed = 1 + sum(1 for _ in standing)

    def _events(self) -> Iterator[Event]:
        statement = as_they_stand(self.connection).order_by(events.c.id)
        for row in self.connection.execute(statement, execution_options=_STREAM):
            yield Event._make(row)

    def _seals(self) -> Iterator[tuple[int, list[hashes.Entry], list[Difference]]]:
        """Each seal: its number, its entries, and what is wrong with itself."""
        c = seals.c
        statement = select(
            c.n, c.previous, raw.moment(self.connection, c.at), c.first, c.last, c.entries, c.sha256
        ).order_by(c.n)
        for n, previous, at, first, last, spelled, sha256 in self.connection.execute(
            statement, execution_options=_STREAM
        ):
            expected, before = (self.head.n + 1, self.head.sha256) if self.head else (1, "")
            wrong = []
            if n != expected:
                self._blind = True
                gone = f"seal {expected} is" if n == expected + 1 else f"seals {expected} to {n - 1} are"
                wrong.append(Difference(f"{gone} missing", seal=n))
            elif previous != before:
                wrong.append(Difference("it does not continue the seal before it", seal=n))
            if hashes.seal(n, str(previous), str(at), first, last, str(spelled)) != sha256:
                wrong.append(Difference("the seal itself was changed", seal=n))
            entries = _entries(spelled)
            if [first, last] != [entry[0] for entry in entries[:1] + entries[-1:]] or first <= self._last:
                wrong = wrong or [Difference("the seal itself was changed", seal=n)]
                entries, self._blind = [], True
            self.seals += 1
            self.head = Head(n, str(sha256), str(at))
            if sha256 in self.wanted:
                self.continued.append(self.head)
            yield n, entries, wrong

    def _held_against(
        self, n: int, entry: hashes.Entry, standing: Iterator[Event], redacted: set[str]
    ) -> Iterator[Difference]:
        id_, what, told = entry
        self._last = id_
        self.sealed += 1
        while self._next is not None and self._next.id < id_:
            if not self._blind:
                yield self._put_in()
            self._next = next(standing, None)
        self._blind = False
        event = self._next
        if event is None or event.id != id_:
            yield Difference("the event is gone", seal=n, event=id_)
            return
        self._next = next(standing, None)
        if event.about != what:
            yield _of(event, n, "its time, kind, post, states or who decided were changed")
        if event.told != told and (said := _why_other(event, redacted)):
            yield _of(event, n, said)

    def _put_in(self) -> Difference:
        assert self._next is not None  # noqa: S101 - asked before
        return _of(self._next, None, "the event was put in among those that were sealed before")


def _entries(spelled: Any) -> list[hashes.Entry]:
    """The entries of a seal; none of one that was made unreadable."""
    try:
        return hashes.read(str(spelled))
    except ValueError:
        return []


def _why_other(event: Event, redacted: set[str]) -> str:
    """What is wrong with details that are not those that were sealed; "" if they were removed as ``redact`` does."""
    if event.salt is not None or event.detail != BLANKED or event.kind == REDACTED:
        return "its details were changed"
    return "" if event.key in redacted else "its details were removed, and no redaction is on record"


def _of(event: Event, seal: int | None, what: str) -> Difference:
    return Difference(what, seal=seal, event=event.id, key=str(event.key))
