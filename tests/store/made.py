"""Rows and moments for store tests."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from campaign.core.lifecycle import LEASE, Event, State
from campaign.core.model import Media, Post, network_key
from campaign.core.outcome import Receipt, Sent, Unknown
from campaign.store import history, outbox
from campaign.store.database import Store
from campaign.store.outbox import Claim, NewDelivery, Who

NOW = datetime(2027, 7, 30, 1, 0, tzinfo=UTC)
ANI = Who("ani", "cli ani@laptop")
WORKSPACE = uuid.UUID("6d9f0f3e-2f5b-4c8f-9f5a-1c1c5f0b7a10")


def after(**delta: float) -> datetime:
    """NOW plus that."""
    return NOW + timedelta(**delta)


def a_post(text: str = "Kenali tandanya.", **changes: Any) -> Post:
    media = (Media("signs/01.jpg", "A poster", "image/jpeg", "0" * 64),)
    return Post(text=text, language="id", media=media, **changes)


def a_row(slot: str = "signs", account: str = "fedi", **changes: Any) -> NewDelivery:
    """A row that is ready at NOW. ``changes`` win; the key follows from slot, target and part."""
    target = changes.setdefault("target", account)
    part = changes.setdefault("part", 1)
    wall = changes.setdefault("wall", "2027-07-30T08:00")
    campaign = changes.setdefault("campaign", "world-day")
    key = f"{campaign}/{slot}/{wall}/{target}" + (f"#{part}" if part > 1 else "")
    values: dict[str, Any] = {
        "key": key,
        "network_key": network_key(WORKSPACE, key),
        "slot": slot,
        "account": account,
        "network": "mastodon",
        "language": "id",
        "due": NOW,
        "not_before": NOW,
        "deadline": after(hours=2),
        "post": a_post(),
    }
    return NewDelivery(**{**values, **changes})


def a_thread(slot: str = "thread", parts: int = 3, **changes: Any) -> list[NewDelivery]:
    rows: list[NewDelivery] = []
    for number in range(1, parts + 1):
        rows.append(
            a_row(
                slot,
                **{
                    **changes,
                    "part": number,
                    "parts": parts,
                    "previous": rows[-1].key if rows else None,
                    "post": a_post(f"part {number}", part=number, parts=parts),
                },
            )
        )
    return rows


def put(store: Store, *rows: NewDelivery, now: datetime = NOW) -> list[str]:
    with store.write() as connection:
        return outbox.insert(connection, rows, now)


def take(
    store: Store, *accounts: str, now: datetime = NOW, free: int = 10, owner: str = "host:1"
) -> list[Claim]:
    with store.write() as connection:
        return begin(connection, accounts or ("fedi",), now=now, free=free, owner=owner)


def begin(
    connection: Connection,
    accounts: Sequence[str],
    *,
    now: datetime = NOW,
    free: int = 10,
    owner: str = "host:1",
) -> list[Claim]:
    """What the engine does at a step, in one."""
    turns = outbox.ripe(connection, now, accounts)
    return outbox.take(connection, now, free, owner, turns, lease=LEASE)[0]


def settle(store: Store, claim: Claim, outcome: Any, now: datetime = NOW, **more: Any) -> State | None:
    with store.write() as connection:
        return outbox.settle(connection, claim.key, claim.attempt, outcome, now, **more)


def row(store: Store, key: str) -> history.Delivery:
    with store.read() as connection:
        found = history.delivery(connection, key)
    assert found is not None
    return found


def states(store: Store, keys: Sequence[str]) -> list[State]:
    return [row(store, key).state for key in keys]


def kinds(store: Store, key: str) -> list[str]:
    with store.read() as connection:
        return [event.kind for event in history.events(connection, key)]


def receipt(number: int = 1) -> Receipt:
    return Receipt(str(number), f"https://mastodon.example/@org/{number}", "org")


def bring_to(store: Store, state: State, slot: str, account: str) -> str:
    """A row led into a state by what really leads there; its key."""
    (key,) = put(store, a_row(slot, account))
    with store.write() as connection:
        match state:
            case State.PENDING:
                return key
            case State.HELD:
                assert outbox.hold(connection, key, "paused", NOW, ANI)
                return key
            case State.CANCELLED:
                assert outbox.cancel(connection, key, "no", NOW, ANI)
                return key
            case State.FAILED:
                assert outbox.refuse(connection, key, "no text", NOW)
                return key
            case State.MISSED:
                assert key in outbox.miss(connection, after(hours=3))
                return key
    (claim,) = take(store, account)
    if state is State.SENT:
        settle(store, claim, Sent(receipt()))
    if state is State.UNCERTAIN:
        settle(store, claim, Unknown("timed out"))
    assert row(store, key).state is state
    return key


EVENTS = list(Event)
