"""Taking posts back: what has not gone out is cancelled, what is out is deleted where its network can.

It may be done again and again: each time does what is left. Nothing is claimed to be gone that nobody answered for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from campaign.core.lifecycle import State
from campaign.core.model import parse_key
from campaign.core.outcome import Outcome, Receipt, Retry, Sent, Unknown
from campaign.core.used import Thing
from campaign.core.withdrawal import Result, Withdrawn
from campaign.dispatch.decide import Desk
from campaign.dispatch.escaped import escaped
from campaign.errors import CampaignError
from campaign.networks.base import Deletes, Network
from campaign.store import history, outbox
from campaign.store.history import Delivery

Told = Callable[[Withdrawn], None]


def parts_of(desk: Desk, keys: Iterable[str]) -> list[str]:
    """The keys of what a person named, each with the later parts of its thread: they reply to it."""
    found: dict[str, None] = {}
    with desk.store.read() as connection:
        for key in keys:
            row = history.delivery(connection, key)
            if row is None or row.parts == 1:
                found[key] = None
                continue
            numbers = range(row.part, row.parts + 1)
            wanted = [str(replace(parse_key(key), part=number)) for number in numbers]
            found |= dict.fromkeys(sorted(history.existing_keys(connection, wanted), key=wanted.index))
    return list(found)


def using(desk: Desk, thing: Thing) -> list[str]:
    """The keys of all posts in the store that use a fact, a help line or a consent."""
    with desk.store.read() as connection:
        rows = history.deliveries(connection)
    hotlines = desk.workspace.hotlines
    return [row.key for row in rows if row.post is not None and thing.used_by(row.post, hotlines)]


def withdraw(
    desk: Desk, keys: Sequence[str], reason: str, told: Told, *, by_hand: bool = False
) -> list[Withdrawn]:
    """Withdraw posts for good, the last part of a thread first; ``told`` hears of each as it happens. ``by_hand``: a
    person has deleted what is out, and says so."""
    with desk.store.read() as connection:
        there = history.existing_keys(connection, keys)
    desk.cancel([key for key in keys if key not in there], reason)  # what is still ahead
    with desk.store.write() as connection:
        for key in keys:
            outbox.unwanted(connection, key, reason, desk.now, desk.who)
    desk.store.nudge()
    with desk.store.read() as connection:
        rows = history.by_keys(connection, keys)
    done = []
    for row in sorted(
        rows.values(), key=lambda row: (row.due, row.campaign, row.slot, row.target, -row.part)
    ):
        done.append(_one(desk, row, by_hand=by_hand))
        told(done[-1])
    return done


def _one(desk: Desk, row: Delivery, *, by_hand: bool) -> Withdrawn:
    if row.state is State.SENDING:
        return _told(row, Result.SENDING)
    if row.state is State.UNCERTAIN:
        return _told(row, Result.UNSURE, f"look, then: campaign resolve {row.key}")
    if row.state is not State.SENT or row.receipt is None:
        return _told(row, Result.CANCELLED)
    if row.withdrawn_at is not None:
        return _told(row, Result.GONE)
    if by_hand:
        with desk.store.write() as connection:
            outbox.withdrawn(connection, row.key, "deleted by hand", desk.now, desk.who)
        return _told(row, Result.DELETED, "by hand")
    adapter = _deleter(desk, row)
    if isinstance(adapter, str):
        return _still_there(desk, row, Result.BY_HAND, adapter)
    for receipt in _receipts(desk, row):
        outcome = _delete(desk, row, adapter, receipt)
        match outcome:
            case Sent():
                continue
            case Retry(reason=reason):
                return _still_there(desk, row, Result.LATER, reason)
            case Unknown(reason=reason):
                return _still_there(desk, row, Result.UNSURE, reason)
            case _:
                return _still_there(desk, row, Result.BY_HAND, outcome.reason)
    with desk.store.write() as connection:
        outbox.withdrawn(connection, row.key, "", desk.now, desk.who)
    return _told(row, Result.DELETED, adapter.traits.takes_back)


def _told(row: Delivery, result: Result, reason: str = "") -> Withdrawn:
    url = row.receipt.url if row.receipt is not None else ""
    return Withdrawn(row.key, row.target, row.network, row.state, url, result, reason)


def _still_there(desk: Desk, row: Delivery, result: Result, reason: str) -> Withdrawn:
    with desk.store.write() as connection:
        outbox.not_withdrawn(connection, row.key, reason, desk.now, desk.who)
    return _told(row, result, reason)


class _Deleter(Network, Deletes):
    """An adapter that can delete."""


def _deleter(desk: Desk, row: Delivery) -> _Deleter | str:
    """The adapter that can delete a post, or why there is none."""
    account = desk.workspace.accounts.get(row.account)
    if account is None:
        return "its account has gone from the files"
    if row.receipt is not None and row.receipt.id == row.receipt.url:
        return "a person posted it"  # the network's own id of it is not known
    try:
        adapter = desk.adapters.get(account)
    except CampaignError as error:
        return error.message
    return adapter if isinstance(adapter, Deletes) else f"{row.network} can't take back what it sent"  # type: ignore[return-value]


def _receipts(desk: Desk, row: Delivery) -> list[Receipt]:
    """Everything that was published under a key: one post, or several where a network published it twice."""
    with desk.store.read() as connection:
        tried = [attempt.receipt for attempt in history.attempts(connection, row.key)]
    found = {receipt.id: receipt for receipt in (*tried, row.receipt) if receipt is not None}
    return list(found.values())


def _delete(desk: Desk, row: Delivery, adapter: _Deleter, receipt: Receipt) -> Outcome:
    """Ask the network; on record before. What escapes from an adapter counts as Unknown."""
    with desk.store.write() as connection:
        outbox.withdrawing(connection, row.key, receipt, desk.now, desk.who)
    try:
        return adapter.delete(receipt)
    except CampaignError as error:
        return Unknown(error.message)
    except Exception as error:  # noqa: BLE001 - whatever an adapter does, nobody may think that the post is gone
        return Unknown(escaped(row.network, error))
