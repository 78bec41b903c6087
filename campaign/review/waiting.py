"""Why a post that is due has not gone out yet, in one sentence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time
from itertools import groupby

from campaign.core.lifecycle import State
from campaign.core.model import Workspace
from campaign.review import times
from campaign.store.history import AccountRow, Delivery

Accounts = Mapping[str, AccountRow]
"""What the store knows of each login, by its id."""


@dataclass(frozen=True, slots=True)
class Wait:
    """An account that holds ``posts`` posts back until ``until`` (aware), and why."""

    account: str
    reason: str
    until: datetime
    posts: int


def explained(
    rows: Iterable[Delivery], accounts: Accounts, workspace: Workspace, now: datetime
) -> list[Delivery]:
    """The same rows; those that wait to be sent say in ``reason`` what for."""
    return [replace(row, reason=why(row, accounts, workspace, now)) for row in rows]


def why(row: Delivery, accounts: Accounts, workspace: Workspace, now: datetime) -> str:
    """The reason of a row; of one that waits to be sent, what it waits for, or "" if for nothing."""
    if row.state is not State.PENDING:
        return row.reason
    campaign = workspace.campaigns.get(row.campaign)
    zone = campaign.zone if campaign else workspace.zone
    if row.part > 1 and row.tries == 0:
        return row.reason or f"waits for part {row.part - 1}"
    own = ""
    if row.not_before > now:
        again = "tried again" if row.tries else "waits until"
        own = f"{again} {times.soon(row.not_before, now, zone)}"
    cause, until = _of_account(accounts.get(row.account), workspace, now, zone)
    if cause and (until is None or until >= row.not_before):
        own = cause
    # What a parked account says stands in the row as well.
    return "; ".join(filter(None, ("" if row.reason and row.reason in own else row.reason, own)))


def waits(rows: Iterable[Delivery], accounts: Accounts, workspace: Workspace, now: datetime) -> list[Wait]:
    """The accounts that hold back posts whose time has come: for a gap, a cap or the network's limit. What is parked is
    told apart (``status.parked``)."""
    ready = [row for row in rows if row.state is State.PENDING and row.not_before <= now and row.part == 1]
    found = []
    for name, held in groupby(sorted(ready, key=lambda row: row.account), lambda row: row.account):
        account = accounts.get(name)
        if account is None or (account.parked_until is not None and account.parked_until > now):
            continue
        cause, until = _of_account(account, workspace, now, workspace.zone)
        if until is not None:
            found.append(Wait(name, cause, until, len(list(held))))
    return found


def _of_account(
    account: AccountRow | None, workspace: Workspace, now: datetime, zone: str
) -> tuple[str, datetime | None]:
    """What an account as a whole waits for, and until when; ("", None) if for nothing."""
    if account is None:
        return "", None
    name = account.account
    if account.parked_until is not None and account.parked_until > now:
        again = times.soon(account.parked_until, now, zone)
        return f"{name} does not work: {account.parked_reason}; tried again {again}", account.parked_until
    spent, paced = account.spent_until, account.next_at
    if spent is not None and spent > now and (paced is None or spent >= paced):
        return f"the network lets {name} publish again {times.soon(spent, now, zone)}", spent
    if paced is None or paced <= now:
        return "", None
    login = workspace.accounts.get(name)
    # A cap ends at midnight in the workspace's zone; a gap that does so too is as good a reason.
    capped = login is not None and login.daily is not None
    if capped and times.local(paced, workspace.zone).time() == time():
        return f"the daily cap of {name} is reached until {times.soon(paced, now, zone)}", paced
    return f"waits for the gap of {name} until {times.soon(paced, now, zone)}", paced
