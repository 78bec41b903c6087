"""Removing texts from the record for good. What is not out yet is cancelled first; what may be out is refused."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from campaign.core.lifecycle import Event, State, after
from campaign.core.model import parse_key
from campaign.dispatch.decide import Desk
from campaign.errors import RefusedChange
from campaign.store import history, marks, outbox
from campaign.store.history import Delivery

_REASON = "redacted before it went out"


def parts_of(desk: Desk, keys: Iterable[str]) -> list[str]:
    """The keys of what a person named: of a thread all parts, or the one part (``#2``) that was named."""
    found: dict[str, None] = {}
    with desk.store.read() as connection:
        for key in keys:
            row = history.delivery(connection, key)
            if row is None:
                raise RefusedChange(
                    f"{key} is still ahead: the record does not hold its text yet",
                    "change the files; to stop this one: campaign cancel KEY",
                )
            numbers = range(1, row.parts + 1) if row.part == 1 else (row.part,)
            wanted = [str(replace(parse_key(key), part=number)) for number in numbers]
            found |= dict.fromkeys(sorted(history.existing_keys(connection, wanted), key=wanted.index))
    return list(found)


def redact(desk: Desk, keys: Sequence[str]) -> list[Delivery]:
    """Remove the texts of all these posts, or of none; the rows as they are then. RefusedChange for what is being sent
    or may be out: it may have to be sent again as it is."""
    with desk.store.write() as connection:
        for key in keys:
            row = history.delivery(connection, key)
            if row is not None and after(row.state, Event.CANCEL) is not None:
                outbox.cancel(connection, key, _REASON, desk.now, desk.who)
            if not outbox.redact(connection, key, desk.now, desk.who):
                raise _refused(key, row)
    desk.store.nudge()
    with desk.store.read() as connection:
        rows = history.by_keys(connection, keys)
        return marks.with_reviewers(connection, (rows[key] for key in keys))


def _refused(key: str, row: Delivery | None) -> RefusedChange:
    if row is not None and row.state is State.UNCERTAIN:
        return RefusedChange(
            f"{key} may be published: its text is still needed to find out",
            f"campaign withdraw {key}, look, then campaign resolve {key}; then redact it",
        )
    return RefusedChange(f"{key} is being sent right now", "try again in a minute")


def same_elsewhere(desk: Desk, keys: Sequence[str]) -> list[str]:
    """The keys of what the same planned posts said then on other accounts, and the record still holds."""
    named = {(key.campaign, key.slot, key.wall) for key in map(parse_key, keys)}
    found = []
    with desk.store.read() as connection:
        for campaign, slot in sorted({(campaign, slot) for campaign, slot, _ in named}):
            for row in history.deliveries(connection, campaign=campaign, slot=slot):
                same = (campaign, slot, parse_key(row.key).wall) in named
                if same and row.key not in keys and row.post is not None and row.redacted_at is None:
                    found.append(row.key)
    return found
