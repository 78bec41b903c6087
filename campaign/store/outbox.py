"""Guarded writes: every change of a delivery is one UPDATE that names the state and the attempt it leaves.

All functions take an open connection inside ``Store.write()`` and the time; none reads a clock. A guard that does not
hold returns False (somebody else was first), it never raises.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from campaign.core.lifecycle import Event, State
from campaign.core.model import Post
from campaign.core.outcome import Outcome, Receipt


@dataclass(frozen=True, slots=True)
class Who:
    """Who decided: a handle of ``people`` and the door they came through. The loop itself is ``Who()``."""

    by: str = ""
    door: str = ""


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


def insert(connection: Connection, rows: Sequence[NewDelivery], now: datetime, who: Who = Who()) -> list[str]:
    """Add rows whose keys are not there yet, each with an event ``planned``; the keys that were added."""
    raise NotImplementedError


def advance(connection: Connection, campaign: str, cursor: datetime, digest: str) -> None:
    """Set a campaign's cursor: everything due up to it has its row."""
    raise NotImplementedError


def see(connection: Connection, campaign: str, slots: Iterable[tuple[str, str]], since: datetime) -> None:
    """Remember the first sight of (slot, target) pairs; a sight already there stays as it is."""
    raise NotImplementedError


def fill(connection: Connection, key: str, parts: Sequence[NewDelivery], now: datetime) -> bool:
    """Freeze the post of a pending row that was made without one (moved ahead): ``parts[0]`` is that row composed,
    the others are the further parts of its thread, inserted beside it. False if the row is no longer so."""
    raise NotImplementedError


def claim(
    connection: Connection,
    now: datetime,
    free: int,
    owner: str,
    *,
    lease: timedelta,
    accounts: Collection[str],
) -> list[Claim]:
    """Take up to ``free`` ready rows, one per account and only of the named accounts, the earliest first, and write
    their attempt rows. Ready: pending, composed, not_before <= now <= deadline, the part before is sent, the account
    neither parked nor pacing nor sending. A begun thread's next part goes first and waits for no gap."""
    raise NotImplementedError


def repeat(connection: Connection, key: str, now: datetime, owner: str, *, lease: timedelta) -> Claim | None:
    """uncertain -> sending, the same bytes under the same key; None if it is not to be had (or the account is sending)."""
    raise NotImplementedError


def settle(
    connection: Connection,
    key: str,
    attempt: int,
    outcome: Outcome,
    now: datetime,
    *,
    gap: timedelta = timedelta(),
) -> State | None:
    """Write what came of an attempt: the attempt's row, then the delivery if it still waits for this attempt.

    Retry -> pending with backoff (or failed when the attempts are spent); Refused(account) -> pending and the account
    parked; with an earlier unknown attempt unresolved, anything but Sent leaves it uncertain. A late Sent makes the row
    sent whatever it was; if another id is there already, event ``doubled``. Returns the state it led to, or None when
    nothing changed but the attempt's row."""
    raise NotImplementedError


def orphan(connection: Connection, now: datetime, *, owner_gone: str | None = None, everyone: bool = False) -> list[str]:
    """sending -> uncertain where the lease has ended (or the owner is known to be dead: ``owner_gone``, ``everyone``);
    later parts stay pending. look_at = now + SETTLING. The keys."""
    raise NotImplementedError


def found(connection: Connection, key: str, receipt: Receipt, now: datetime, who: Who = Who(), gap: timedelta = timedelta()) -> bool:
    """uncertain -> sent: the network has it."""
    raise NotImplementedError


def absent(connection: Connection, key: str, reason: str, now: datetime, who: Who = Who()) -> bool:
    """uncertain -> pending: the network certainly does not have it. Its unknown attempts are resolved."""
    raise NotImplementedError


def look_later(connection: Connection, key: str, reason: str, look_at: datetime, now: datetime) -> bool:
    """An uncertain row stays so; when to look again, and what the last look said."""
    raise NotImplementedError


def miss(connection: Connection, now: datetime) -> list[str]:
    """pending | held past the deadline -> missed. The keys. Later parts of a thread that has begun wait for no
    deadline of their own: they are late only with part 1."""
    raise NotImplementedError


def break_threads(connection: Connection, now: datetime) -> list[str]:
    """pending | held parts whose part before is failed, missed or cancelled -> failed ("part n did not go out")."""
    raise NotImplementedError


def hold(connection: Connection, key: str, reason: str, now: datetime, who: Who = Who()) -> bool:
    """pending -> held."""
    raise NotImplementedError


def release(connection: Connection, key: str, deadline: datetime | None, now: datetime, who: Who = Who()) -> bool:
    """held -> pending, with a new deadline."""
    raise NotImplementedError


def refuse(connection: Connection, key: str, reason: str, now: datetime) -> bool:
    """pending -> failed without an attempt (it can't be composed, its picture changed)."""
    raise NotImplementedError


def cancel(connection: Connection, key: str, reason: str, now: datetime, who: Who) -> bool:
    """pending | held -> cancelled."""
    raise NotImplementedError


def again(
    connection: Connection,
    key: str,
    now: datetime,
    who: Who,
    *,
    deadline: datetime | None,
    not_before: datetime | None = None,
    post: Post | None = None,
) -> bool:
    """failed | missed -> pending by a person: tries start anew; ``post`` replaces the frozen one (None keeps it)."""
    raise NotImplementedError


def move(connection: Connection, key: str, not_before: datetime, deadline: datetime | None, now: datetime, who: Who) -> bool:
    """A person moves a row that is pending or held (state stays); ``due`` never changes."""
    raise NotImplementedError


def resolve(
    connection: Connection, key: str, event: Event, now: datetime, who: Who, *, receipt: Receipt | None = None, reason: str = ""
) -> bool:
    """A person says what became of an uncertain (or handed-over, held) row: RESOLVE_PUBLISHED with a receipt,
    RESOLVE_ABSENT, RESOLVE_GIVE_UP."""
    raise NotImplementedError


def put_note(connection: Connection, key: str, attempt: int, name: str, value: str) -> None:
    """Add a note to an attempt."""
    raise NotImplementedError


def notes(connection: Connection, key: str) -> Mapping[str, str]:
    """The notes of all attempts of a delivery, a later one winning."""
    raise NotImplementedError


def pace(connection: Connection, account: str, next_at: datetime | None) -> None:
    """Nothing new from this account before ``next_at`` (gap, daily cap)."""
    raise NotImplementedError


def unpark(connection: Connection, account: str, now: datetime) -> bool:
    """The account works again (or is to be tried at once)."""
    raise NotImplementedError


_ = Any
