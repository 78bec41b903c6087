"""What stands in a calendar: each planned post once, with its accounts and what became of them; no text is made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice

from sqlalchemy import Connection

from campaign.core.lifecycle import State, is_quiet
from campaign.core.model import Workspace, delivery_key
from campaign.core.quiet import why_quiet
from campaign.core.timetable import moments, to_utc
from campaign.review import times
from campaign.store import history
from campaign.store.paging import Brief, briefs

MOST = 2_000
"""Rows and occurrences that a calendar takes in; who has more in a month looks at its weeks."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One account of an occasion. ``state`` None: nothing has happened yet; ``quiet``: its day keeps it back."""

    key: str
    target: str
    network: str
    state: State | None
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Occasion:
    """A planned post at one moment (``at``, aware: when it is due, or will go out by a person's decision)."""

    at: datetime
    zone: str
    campaign: str
    slot: str
    entries: tuple[Entry, ...]

    @property
    def day(self) -> date:
        """Its day in its campaign's zone."""
        return times.local(self.at, self.zone).date()

    @property
    def worst(self) -> State | None:
        """The state that a person wants to know first."""
        states = [entry.state for entry in self.entries]
        return next((state for state in _RANK if state in states), None)


_RANK = (
    State.UNCERTAIN,
    State.FAILED,
    State.HELD,
    State.MISSED,
    State.SENDING,
    State.PENDING,
    None,
    State.SENT,
    State.CANCELLED,
)


@dataclass(frozen=True, slots=True)
class Agenda:
    """The occasions of some days, by time. ``cut``: there were more than are taken in."""

    occasions: tuple[Occasion, ...]
    cut: bool

    def on(self, day: date) -> list[Occasion]:
        """Those of one day."""
        return [occasion for occasion in self.occasions if occasion.day == day]


def agenda(connection: Connection, workspace: Workspace, first: date, last: date, now: datetime) -> Agenda:
    """What was, is and will be due from ``first`` to ``last`` (both included, each in its campaign's zone): rows of the
    store, and after ``now`` what the files plan."""
    margin = timedelta(days=1)
    since = to_utc(datetime.combine(first, time()), workspace.zone) - margin
    until = to_utc(datetime.combine(last, time()), workspace.zone) + 2 * margin
    rows = briefs(connection, since, until, MOST)
    found = [(_at(row), row.campaign, row.slot, row.wall, _entry(row)) for row in rows]
    ahead = list(islice(_ahead(workspace, max(since, now), until), MOST + 1))
    known = history.existing_keys(connection, [entry.key for *_, entry in ahead])
    found += [each for each in ahead[:MOST] if each[-1].key not in known]
    zones = {campaign.id: campaign.zone for campaign in workspace.campaigns.values()}
    occasions = [
        occasion for occasion in _joined(found, zones, workspace.zone) if first <= occasion.day <= last
    ]
    return Agenda(tuple(occasions), cut=len(rows) >= MOST or len(ahead) > MOST)


_Found = tuple[datetime, str, str, str, Entry]


def _at(row: Brief) -> datetime:
    waits = row.state in (State.PENDING, State.HELD) and row.tries == 0
    return row.not_before if waits else row.due


def _entry(row: Brief) -> Entry:
    quiet = row.state is State.MISSED and is_quiet(row.reason)
    return Entry(row.key, row.target, row.network, row.state, quiet)


def _ahead(workspace: Workspace, after: datetime, until: datetime) -> Iterator[_Found]:
    for campaign, slot in workspace.slots():
        for moment in moments(slot.timetable, after, until):
            for target in slot.targets:
                key = delivery_key(campaign.id, slot.id, moment.wall, target.name)
                quiet = bool(why_quiet(workspace, campaign, slot, target, moment.due))
                entry = Entry(key, target.name, target.account.network, None, quiet)
                yield moment.due, campaign.id, slot.id, key.split("/")[2], entry


def _joined(found: Iterable[_Found], zones: dict[str, str], own: str) -> Sequence[Occasion]:
    groups: dict[tuple[datetime, str, str, str], list[Entry]] = {}
    for at, campaign, slot, wall, entry in found:
        groups.setdefault((at, campaign, slot, wall), []).append(entry)
    return [
        Occasion(
            at,
            zones.get(campaign, own),
            campaign,
            slot,
            tuple(sorted(entries, key=lambda entry: entry.target)),
        )
        for (at, campaign, slot, _), entries in sorted(groups.items(), key=lambda item: item[0])
    ]
