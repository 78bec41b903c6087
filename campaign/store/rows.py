"""The rows of the store as values: what is put in, what is claimed, what is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import RowMapping

from campaign.core.lifecycle import State
from campaign.core.outcome import Receipt
from campaign.core.post import Post


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """A row to be made. ``posts`` None: composed when it is due (moved ahead), or it can't be composed (failed)."""

    key: str
    network_key: str
    campaign: str
    slot: str
    wall: str
    target: str
    account: str
    network: str
    language: str
    due: datetime
    not_before: datetime
    deadline: datetime | None
    state: State = State.PENDING
    reason: str = ""
    post: Post | None = None
    part: int = 1
    parts: int = 1
    previous: str | None = None
    row_id: str | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """A delivery that this process is to send now, under a fencing token."""

    key: str
    network_key: str
    account: str
    target: str
    network: str
    attempt: int
    repeat: bool
    post: Post  # root and reply_to filled in
    lease_until: datetime
    first_attempt: datetime


@dataclass(frozen=True, slots=True)
class Delivery:
    """A delivery as the store has it; every column of ``tables.deliveries``. Instants are aware UTC. ``approved_by``,
    ``reviewed_by``: who has approved it and looked at it, where that was asked for (``review.people``)."""

    key: str
    network_key: str
    campaign: str
    slot: str
    wall: str
    target: str
    account: str
    network: str
    language: str
    part: int
    parts: int
    previous: str | None
    row_id: str | None
    state: State
    reason: str
    due: datetime
    not_before: datetime
    deadline: datetime | None
    post: Post | None
    digest: str | None
    attempt: int
    tries: int
    unresolved: bool
    first_attempt: datetime | None
    owner: str | None
    lease_until: datetime | None
    look_at: datetime | None
    receipt: Receipt | None
    sent_at: datetime | None
    created_at: datetime
    updated_at: datetime
    withdraw_at: datetime | None = None
    withdrawn_at: datetime | None = None
    redacted_at: datetime | None = None
    redacted_by: str | None = None
    approved_by: tuple[str, ...] = ()
    reviewed_by: tuple[str, ...] = ()

    @staticmethod
    def of(row: RowMapping) -> Delivery:
        return Delivery(
            **{
                **row,
                "state": State(row["state"]),
                "post": Post.from_json(row["post"]) if row["post"] is not None else None,
                "receipt": _receipt(row["receipt"]),
            }
        )


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt of a delivery. ``outcome`` None: in flight. ``resolved``: when an unknown one became known."""

    key: str
    attempt: int
    repeat: bool
    began: datetime
    lease_until: datetime
    ended: datetime | None
    outcome: str | None
    reason: str
    resolved: datetime | None
    receipt: Receipt | None
    notes: Mapping[str, str]
    owner: str

    @staticmethod
    def of(row: RowMapping) -> Attempt:
        return Attempt(**{**row, "receipt": _receipt(row["receipt"])})


@dataclass(frozen=True, slots=True)
class EventRow:
    """One event of the log. ``before`` and ``after`` are states ("" where it is about no delivery)."""

    id: int
    at: datetime
    kind: str
    key: str
    before: str
    after: str
    by: str
    door: str
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class AccountRow:
    """What is known about a login: nothing new before ``next_at`` (gap, daily cap), nothing at all before
    ``spent_until`` (the network's own limit); not tried before ``parked_until``, and why. ``trips``: how often it was
    parked since it last worked; ``refused``: posts refused in a row, the last of them ``refused_key``."""

    account: str
    next_at: datetime | None
    parked_until: datetime | None
    parked_reason: str
    parked_since: datetime | None
    trips: int = 0
    refused: int = 0
    refused_key: str = ""
    spent_until: datetime | None = None


class Cursor(NamedTuple):
    """How far a campaign is planned (aware UTC), and the digest of the file that it was planned from."""

    at: datetime
    digest: str


class SentText(NamedTuple):
    """A text that an account published."""

    key: str
    digest: str
    text: str
    sent_at: datetime


def _receipt(data: dict[str, object] | None) -> Receipt | None:
    return Receipt.from_json(data) if data is not None else None
