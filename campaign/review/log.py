"""What has happened to each post: rows for programs, and a listing by planned post for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from campaign.core.lifecycle import State, say
from campaign.review import times
from campaign.review.removed import excerpt, said
from campaign.review.styles import STYLE
from campaign.review.table import Cell, Entry, Heading, Row
from campaign.store.history import Delivery

COLUMNS = (
    "key",
    "campaign",
    "slot",
    "account",
    "network",
    "language",
    "state",
    "say",
    "due",
    "text",
    "part",
    "of",
    "media",
    "attempts",
    "sent_at",
    "id",
    "url",
    "reason",
    "approved_by",
    "reviewed_by",
    "facts",
    "hotlines",
    "accepted",
    "consents",
    "withdrawn_at",
    "redacted_at",
    "redacted_by",
)
"""The keys of a row, in order: a contract that scripts rely on."""


@dataclass(frozen=True, slots=True)
class Unplanned:
    """An occurrence whose time (``due``, aware) has come and of which nothing is in the store."""

    key: str
    campaign: str
    slot: str
    account: str
    network: str
    language: str
    due: datetime


Zone = Callable[[str], str]
"""The IANA zone of a campaign, by its id."""


def log_row(delivery: Delivery, zone: str) -> dict[str, Any]:
    """One delivery as ``log --json`` prints it. ``due`` and ``sent_at`` in the zone, with offset; what is not there yet
    is null, or an empty list; so are the people of rows that were read without them (review.people)."""
    post, receipt = delivery.post, delivery.receipt
    return {
        "key": delivery.key,
        "campaign": delivery.campaign,
        "slot": delivery.slot,
        "account": delivery.target,
        "network": delivery.network,
        "language": delivery.language,
        "state": delivery.state.value,
        "say": said(delivery),
        "due": times.iso(delivery.due, zone),
        "text": post.text if post and delivery.redacted_at is None else None,
        "part": delivery.part,
        "of": delivery.parts,
        "media": [{"file": m.file, "alt": m.alt, "sha256": m.sha256} for m in post.media] if post else [],
        "attempts": delivery.attempt,
        "sent_at": times.iso(delivery.sent_at, zone),
        "id": receipt.id if receipt else None,
        "url": (receipt.url or None) if receipt else None,
        "reason": delivery.reason,
        "approved_by": list(delivery.approved_by),
        "reviewed_by": list(delivery.reviewed_by),
        "facts": list(post.facts) if post else [],
        "hotlines": list(post.hotlines) if post else [],
        "accepted": post.as_json()["accepted"] if post else [],
        "consents": list(post.consents) if post else [],
        "withdrawn_at": times.iso(delivery.withdrawn_at, zone),
        "redacted_at": times.iso(delivery.redacted_at, zone),
        "redacted_by": delivery.redacted_by,
    }


def unplanned_row(post: Unplanned, zone: str) -> dict[str, Any]:
    """The same for a post whose time has come while nothing was running: it has no row in the store yet."""
    return {
        "key": post.key,
        "campaign": post.campaign,
        "slot": post.slot,
        "account": post.account,
        "network": post.network,
        "language": post.language,
        "state": State.PENDING.value,
        "say": State.PENDING.say,
        "due": times.iso(post.due, zone),
        "text": None,
        "part": 1,
        "of": 1,
        "media": [],
        "attempts": 0,
        "sent_at": None,
        "id": None,
        "url": None,
        "reason": "nothing was running",
        "approved_by": [],
        "reviewed_by": [],
        "facts": [],
        "hotlines": [],
        "accepted": [],
        "consents": [],
        "withdrawn_at": None,
        "redacted_at": None,
        "redacted_by": None,
    }


def log_entries(deliveries: Iterable[Delivery], zone: Zone) -> list[Entry]:
    """Deliveries under their planned post: account, what became of it, when, first words; address and reason below."""
    entries: list[Entry] = []
    ordered = sorted(deliveries, key=lambda d: (d.due, d.campaign, d.slot, d.wall, d.target, d.part))
    for (campaign, slot, wall, due), rows in groupby(ordered, lambda d: (d.campaign, d.slot, d.wall, d.due)):
        entries.append(
            Heading((Cell(times.stamp(due, zone(campaign)), "bold"), Cell(f"{campaign}/{slot}/{wall}")))
        )
        entries += [_row(row, zone(campaign)) for row in rows]
    return entries


def _row(delivery: Delivery, zone: str) -> Row:
    part = f" {delivery.part}/{delivery.parts}" if delivery.parts > 1 else ""
    when = delivery.sent_at or (delivery.not_before if delivery.state is State.PENDING else None)
    notes = [Cell(delivery.receipt.url, "blue")] if delivery.receipt and delivery.receipt.url else []
    if delivery.reason:
        notes.append(Cell(delivery.reason, "dim"))
    return Row(
        (
            Cell(delivery.target + part),
            Cell(said(delivery), STYLE.get(delivery.state, "")),
            Cell(_moment(when, delivery, zone)),
            Cell(excerpt(delivery, zone)),
        ),
        tuple(notes),
    )


def _moment(when: datetime | None, delivery: Delivery, zone: str) -> str:
    """The clock time, with the day where it is not the day on which the post was due."""
    if when is None:
        return ""
    if times.day(when, zone) == times.day(delivery.due, zone):
        return times.clock(when, zone, seconds=True)
    return f"{times.local(when, zone):%a %d %b %H:%M}"


def summary(deliveries: Sequence[Delivery]) -> str:
    """``12 published, 1 may be published: please look`` in the order of the states."""
    order = list(State)
    ranked = Counter((order.index(d.state), say(d.state, d.reason)) for d in deliveries)
    return ", ".join(f"{number} {said}" for (_, said), number in sorted(ranked.items())) or "nothing yet"
