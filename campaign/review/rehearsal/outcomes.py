"""What became of each post in a rehearsal, a thread as one, and why where it is not what was planned."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import groupby
from typing import Any, Protocol

from campaign.core.lifecycle import State, is_quiet
from campaign.core.model import Account, Post, Workspace
from campaign.core.pacing import quiet_end
from campaign.review import times
from campaign.review.plan import PART
from campaign.store.history import AccountRow, Delivery


class Stop(Protocol):
    """When the machine is off (aware)."""

    @property
    def begin(self) -> datetime: ...

    @property
    def end(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class Stretch:
    """Which posts are looked at: those of whole days in their campaign's zone, ``first`` to ``last`` (both included),
    after ``begin`` (aware); of all ``campaigns``, or of those named. ``stops``: when nothing runs."""

    first: date
    last: date
    begin: datetime
    campaigns: Collection[str] = ()
    stops: Sequence[Stop] = ()

    def holds(self, instant: datetime, zone: str) -> bool:
        """Whether an instant (aware) lies in it."""
        return instant > self.begin and self.first <= times.local(instant, zone).date() <= self.last


@dataclass(frozen=True, slots=True)
class Outcome:
    """One post of one account. ``due``: by the files; ``at``: when it would go out (None: it would not); both aware.
    ``state``: of its first part that is not out, else "sent". ``reason``: why it is late or does not go out."""

    key: str
    campaign: str
    slot: str
    account: str
    network: str
    language: str
    zone: str
    due: datetime
    at: datetime | None
    state: State
    reason: str
    posts: tuple[Post, ...]

    @property
    def when(self) -> datetime:
        """By what it stands in a list."""
        return self.at or self.due

    @property
    def moment(self) -> str:
        """Its key without the account."""
        return self.key.rpartition("/")[0]

    @property
    def late(self) -> bool:
        """Whether it goes out at another time than the files say."""
        return self.at is not None and self.at != self.due

    @property
    def fails(self) -> bool:
        """Whether it would not go out, and nobody has said that it should not."""
        return self.state not in (State.SENT, State.CANCELLED)


def outcomes(
    rows: Iterable[Delivery], missed: Mapping[str, AccountRow], workspace: Workspace, stretch: Stretch
) -> list[Outcome]:
    """What became of the posts of a stretch, in the order in which they go out (or were due). ``missed``: how the
    account stood when a post became too late, by key."""
    threads = groupby(
        sorted(rows, key=lambda row: (_thread(row.key), row.part)), key=lambda row: _thread(row.key)
    )
    found = []
    for _, there in threads:
        parts = list(there)
        zone = _zone(workspace, parts[0])
        if _belongs(parts[0], zone, stretch):
            found.append(_outcome(parts, missed, workspace, zone, stretch))
    return sorted(found, key=lambda one: (one.when, one.campaign, one.slot, one.key))


def _thread(key: str) -> str:
    return key.partition("#")[0]


def _zone(workspace: Workspace, row: Delivery) -> str:
    campaign = workspace.campaigns.get(row.campaign)
    return campaign.zone if campaign else workspace.zone


def _belongs(row: Delivery, zone: str, stretch: Stretch) -> bool:
    if stretch.campaigns and row.campaign not in stretch.campaigns:
        return False
    if row.sent_at is not None:
        return row.sent_at > stretch.begin and (
            stretch.holds(row.sent_at, zone) or stretch.holds(row.due, zone)
        )
    if row.state is State.PENDING and row.tries == 0:  # a person may have moved it in here, or out
        return stretch.holds(row.not_before, zone)
    return stretch.holds(row.due, zone)


def _outcome(
    parts: Sequence[Delivery],
    missed: Mapping[str, AccountRow],
    workspace: Workspace,
    zone: str,
    stretch: Stretch,
) -> Outcome:
    head = parts[0]
    stuck = next((row for row in parts if row.state is not State.SENT), None)
    if stuck is None:
        reason = _why_late(head, workspace, zone, stretch.stops)
    elif stuck.state is State.MISSED and not is_quiet(stuck.reason):
        account = missed.get(stuck.key)
        cause = _stopped(stuck, stretch.stops, stuck.updated_at) or _paced(account, stuck, workspace)
        reason = "; ".join(filter(None, (cause, stuck.reason)))
    else:
        reason = stuck.reason
    return Outcome(
        key=head.key,
        campaign=head.campaign,
        slot=head.slot,
        account=head.target,
        network=head.network,
        language=head.language,
        zone=zone,
        due=head.due,
        at=head.sent_at,
        state=stuck.state if stuck else State.SENT,
        reason=reason,
        # Of a thread that breaks off, readers see what went out.
        posts=tuple(
            row.post
            for row in parts
            if row.post is not None and (head.sent_at is None or row.sent_at is not None)
        ),
    )


def _why_late(row: Delivery, workspace: Workspace, zone: str, stops: Sequence[Stop]) -> str:
    """Why a post went out at another time than it was due, in the words of ``plan``; "" if it did not."""
    if row.sent_at is None or row.sent_at == row.due:
        return ""
    if stopped := _stopped(row, stops, row.sent_at):
        return stopped
    login = workspace.accounts.get(row.account)
    if row.sent_at > row.not_before:
        return _pacing(row.account, login, workspace.zone, row.sent_at)
    campaign = workspace.campaigns.get(row.campaign)
    slot = campaign.slot(row.slot) if campaign else None
    quiet = slot is not None and quiet_end(row.due, slot.quiet, zone) == row.not_before
    return "quiet hours" if quiet else "moved by a person"


def _paced(account: AccountRow | None, row: Delivery, workspace: Workspace) -> str:
    """What held a post back until it was too late; "" if its account was free."""
    if account is None or account.next_at is None or account.next_at <= row.updated_at:
        return ""
    login = workspace.accounts.get(account.account)
    return _pacing(account.account, login, workspace.zone, account.next_at)


def _pacing(account: str, login: Account | None, zone: str, until: datetime) -> str:
    """Cap or gap? A cap ends at midnight in the workspace's zone."""
    if login is not None and login.daily is not None and times.local(until, zone).time() == time():
        return f"daily cap of {account}"
    return f"gap of {account}" if login is not None and login.gap else f"{account} had to wait"


def _stopped(row: Delivery, stops: Sequence[Stop], until: datetime) -> str:
    """Whether the machine was off when a post could first have gone out."""
    ready = max(row.due, row.not_before)
    off = next((stop for stop in stops if stop.begin <= ready < stop.end <= until), None)
    return "nothing was running" if off is not None else ""


def outcome_row(one: Outcome) -> dict[str, Any]:
    """One post as ``rehearse --json`` prints it."""
    return {
        "key": one.key,
        "campaign": one.campaign,
        "slot": one.slot,
        "account": one.account,
        "network": one.network,
        "language": one.language,
        "due": times.iso(one.due, one.zone),
        "due_utc": times.iso(one.due),
        "goes_out": times.iso(one.at, one.zone),
        "goes_out_utc": times.iso(one.at),
        "state": one.state.value,
        "reason": one.reason,
        "text": PART.join(post.text for post in one.posts),
        "parts": len(one.posts),
    }
