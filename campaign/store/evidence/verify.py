"""Whether the log is as it was written: its seals, and what they vouch for, as one answer."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from sqlalchemy import Connection, select

from campaign.store.evidence import compared, marked, raw
from campaign.store.evidence.chain import Chain, Difference
from campaign.store.evidence.seals import Head
from campaign.store.log import TAKEN_OVER
from campaign.store.tables import events

SHOWN = 100
"""Differences that are told one by one; of the others only how many there are."""


@dataclass(frozen=True, slots=True)
class Verified:
    """What was found. ``differences``: the first ``SHOWN`` of ``number``. ``sealed``, ``unsealed``: events, and
    ``since`` when the unsealed ones began (aware UTC). ``head``: the newest seal. ``continued``: the heads asked for
    that are in this chain; ``lost``: hashes of those that are not. ``taken_over``: when a log without seals was taken
    over."""

    differences: tuple[Difference, ...]
    number: int
    seals: int
    sealed: int
    unsealed: int
    since: datetime | None
    head: Head | None
    continued: tuple[Head, ...]
    lost: tuple[str, ...]
    taken_over: datetime | None

    @property
    def holds(self) -> bool:
        """Whether nothing differs, and every head that was asked for is continued."""
        return not self.number and not self.lost


def verify(connection: Connection, heads: Collection[str] = ()) -> Verified:
    """Hold the log against its seals, each post against its events, and the chain against ``heads`` (hashes in hex)
    that were kept elsewhere. Reads all of it: some seconds for 100,000 events."""
    with raw.any_bytes(connection):
        return _verify(connection, heads)


def _verify(connection: Connection, heads: Collection[str]) -> Verified:
    log = Chain(connection, frozenset(heads))
    shown: list[Difference] = []
    number = 0
    for difference in chain(
        log.differences(), compared.differences(connection), marked.differences(connection)
    ):
        number += 1
        if len(shown) < SHOWN:
            shown.append(difference)
    there = {head.sha256 for head in log.continued}
    taken = select(raw.moment(connection, events.c.at)).where(events.c.kind == TAKEN_OVER, events.c.key == "")
    return Verified(
        differences=tuple(shown),
        number=number,
        seals=log.seals,
        sealed=log.sealed,
        unsealed=log.unsealed,
        since=raw.parsed(log.since),
        head=log.head,
        continued=tuple(log.continued),
        lost=tuple(head for head in dict.fromkeys(heads) if head not in there),
        taken_over=raw.parsed(connection.execute(taken.order_by(events.c.id).limit(1)).scalar()),
    )
