"""What nobody has looked at yet, what somebody found wrong, and how a week was reviewed: for people and programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from campaign.core.marks import Mark, Verdict, open_flags, reviewers
from campaign.core.model import Workspace
from campaign.review import times
from campaign.review.log import Zone
from campaign.review.removed import excerpt, said
from campaign.review.table import Cell, Columns, Entry, Heading, Line, Row
from campaign.review.table import lines as laid_out
from campaign.review.words import count
from campaign.store import history, marks
from campaign.store.history import Delivery
from campaign.store.marks import Counted

WEEK = timedelta(days=7)

MADE = {Verdict.OK: "all right", Verdict.FLAG: "something is wrong", Verdict.CLOSE: "dealt with"}
"""What a mark says, in the words that people read."""


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A post that is out (of a thread its first part) with all its marks, the oldest first."""

    row: Delivery
    marks: tuple[Mark, ...] = ()

    @property
    def flags(self) -> list[Mark]:
        """The flags that are open."""
        return open_flags(self.marks)


@dataclass(frozen=True, slots=True)
class Digest:
    """How the posts were reviewed that went out in a week, from ``first`` (a Monday) to ``last``, both included.
    ``flagged``: those of them with a flag open, and older ones that still have one."""

    first: date
    last: date
    campaigns: tuple[Counted, ...]
    flagged: tuple[Reviewed, ...]

    @property
    def total(self) -> Counted:
        """All campaigns together."""
        of = self.campaigns
        return Counted(
            "",
            sum(one.sent for one in of),
            sum(one.reviewed for one in of),
            sum(one.flagged for one in of),
            sum(one.open for one in of),
        )


def unreviewed(
    connection: Connection,
    workspace: Workspace,
    *,
    campaign: str | None = None,
    first: date | None = None,
    last: date | None = None,
    limit: int | None = None,
) -> tuple[list[Reviewed], int]:
    """The newest ``limit`` posts that went out from ``first`` to ``last`` (both included, days in the workspace's zone)
    and nobody has looked at, the latest first; and how many there are in all. Posts on test accounts don't count."""
    since = _midnight(workspace, first) if first else None
    until = _midnight(workspace, last + timedelta(days=1)) if last else None
    rows, number = marks.unreviewed(
        connection, since=since, until=until, campaign=campaign, without=_trials(workspace), limit=limit
    )
    return [Reviewed(row) for row in rows], number


def flagged(
    connection: Connection,
    *,
    campaign: str | None = None,
    zone: str = "UTC",
    first: date | None = None,
    last: date | None = None,
) -> list[Reviewed]:
    """The posts that have a flag open, the one that waits longest first; those that went out from ``first`` to ``last``
    (both included, days in ``zone``)."""
    keys = list(dict.fromkeys(mark.key for mark in marks.flagged(connection, campaign)))
    found = of_posts(connection, keys)
    return [
        one
        for key in keys
        if (one := found.get(key)) is not None
        and (day := times.local(one.row.sent_at or one.row.due, zone).date())
        and (first is None or day >= first)
        and (last is None or day <= last)
    ]


def of_posts(connection: Connection, keys: Sequence[str]) -> dict[str, Reviewed]:
    """Posts (of threads the first part) with all their marks, by key; keys without a row are left out."""
    rows = history.by_keys(connection, keys)
    made = marks.of_posts(connection, keys)
    return {key: Reviewed(rows[key], tuple(made.get(key, ()))) for key in keys if key in rows}


def digest(connection: Connection, workspace: Workspace, day: date) -> Digest:
    """How the week (Monday to Sunday, in the workspace's zone) in which a day lies was reviewed, so far."""
    first = day - timedelta(days=day.weekday())
    since, until = _midnight(workspace, first), _midnight(workspace, first + WEEK)
    campaigns = marks.counted(connection, since, until, _trials(workspace))
    still = [one for one in flagged(connection) if one.row.sent_at is None or one.row.sent_at < until]
    return Digest(first, first + timedelta(days=6), tuple(campaigns), tuple(still))


def _midnight(workspace: Workspace, day: date) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(workspace.zone))


def _trials(workspace: Workspace) -> list[str]:
    return [account.id for account in workspace.accounts.values() if account.test]


# -- for programs ----------------------------------------------------------------------------------------


def reviewed_row(one: Reviewed, zone: str) -> dict[str, Any]:
    """One post as ``review --json`` prints it, and ``status --json`` under ``flagged``."""
    row = one.row
    return {
        "key": row.key,
        "campaign": row.campaign,
        "slot": row.slot,
        "account": row.target,
        "network": row.network,
        "language": row.language,
        "state": row.state.value,
        "say": said(row),
        "due": times.iso(row.due, zone),
        "sent_at": times.iso(row.sent_at, zone),
        "url": (row.receipt.url or None) if row.receipt else None,
        "text": row.post.text if row.post and row.redacted_at is None else None,
        "parts": row.parts,
        "reviewed_by": list(reviewers(one.marks)),
        "flags": [
            {"id": flag.id, "by": flag.by, "at": times.iso(flag.at, zone), "text": flag.text}
            for flag in one.flags
        ],
    }


def mark_row(mark: Mark, zone: str) -> dict[str, Any]:
    """A mark that was made, as ``review KEY --json`` and ``review --import FILE --json`` print it."""
    return {
        "id": mark.id,
        "key": mark.key,
        "verdict": mark.verdict.value,
        "text": mark.text,
        "by": mark.by,
        "door": mark.door,
        "at": times.iso(mark.at, zone),
        "flag": mark.flag,
    }


def digest_row(of: Digest, numbers: Counted) -> dict[str, Any]:
    """One campaign of a week as ``review --digest --json`` prints it; ``campaign`` null: all together."""
    return {
        "week": of.first.isoformat(),
        "campaign": numbers.campaign or None,
        "sent": numbers.sent,
        "reviewed": numbers.reviewed,
        "unreviewed": numbers.sent - numbers.reviewed,
        "flagged": numbers.flagged,
        "open": numbers.open,
    }


# -- for people ------------------------------------------------------------------------------------------


def unreviewed_lines(found: Iterable[Reviewed], zone: Zone, own_zone: str, width: int) -> Iterator[Line]:
    """What nobody has looked at, by week, the newest week first, and within it the latest first. ``own_zone``: the
    workspace's, in which weeks begin."""
    entries: list[Entry] = []
    for monday, there in groupby(found, lambda one: _monday(one.row, own_zone)):
        posts = list(there)
        heading = f"Week of {monday:%a %d %b %Y}"
        entries.append(Heading((Cell(heading, "bold"), Cell(f"{count(len(posts), 'post')} to look at"))))
        entries += [_row(one, zone(one.row.campaign)) for one in posts]
    return laid_out(entries, Columns(), width)


def flag_entries(found: Iterable[Reviewed], zone: Zone, *, names: bool = True) -> list[Entry]:
    """Posts with what is wrong with them below; ``names``: also who says so."""
    entries: list[Entry] = []
    for one in found:
        there = zone(one.row.campaign)
        row = _row(one, there)
        told = [
            Cell(
                f"flagged{f' by {flag.by}' if names else ''} on {times.stamp(flag.at, there)}: "
                f"{flag.text or '(text removed)'}",
                "yellow",
            )
            for flag in one.flags
        ]
        entries.append(Row(row.cells, (*row.notes, *told)))
    return entries


def digest_lines(of: Digest, zone: Zone, width: int) -> Iterator[Line]:
    """The digest as plain text that can be mailed: nobody's handle is in it, and no text of a post."""
    yield (Cell(f"Review of the posts of {of.first:%a %d %b} to {of.last:%a %d %b %Y}", "bold"),)
    yield ()
    if not of.campaigns:
        yield (Cell("Nothing went out in this week."),)
    else:
        names = ("", "went out", "reviewed", "not yet", "flagged", "still open")
        rows = [Row(tuple(Cell(name, "dim") for name in names))]
        rows += [_numbers(one, one.campaign) for one in of.campaigns]
        rows += [_numbers(of.total, "all")] if len(of.campaigns) > 1 else []
        yield from laid_out([_short(row) for row in rows], Columns(frozenset(range(1, 6))), width)
    if of.flagged:
        yield ()
        yield (Cell("Still open, also from the weeks before", "bold"),)
        yield from laid_out(
            [_without_text(entry) for entry in flag_entries(of.flagged, zone, names=False)], Columns(), width
        )
        yield ()
        yield (Cell("When one is dealt with: campaign review KEY --close"),)
    left = of.total.sent - of.total.reviewed
    if left:
        yield ()
        yield (Cell(f"{count(left, 'post')} to look at: campaign review --from {of.first} --to {of.last}"),)


def _monday(row: Delivery, zone: str) -> date:
    day = times.local(row.sent_at or row.due, zone).date()
    return day - timedelta(days=day.weekday())


def _row(one: Reviewed, zone: str) -> Row:
    row = one.row
    notes = [Cell(row.receipt.url, "blue")] if row.receipt and row.receipt.url else []
    cells = (
        Cell(row.key),
        Cell(f"{times.local(row.sent_at or row.due, zone):%a %d %b %H:%M}"),
        Cell(excerpt(row, zone)),
    )
    return Row(cells, tuple(notes))


def _without_text(entry: Entry) -> Entry:
    return Row((*entry.cells[:-1], Cell("")), entry.notes) if isinstance(entry, Row) else entry


def _numbers(one: Counted, name: str) -> Row:
    numbers = (one.sent, one.reviewed, one.sent - one.reviewed, one.flagged, one.open)
    return Row((Cell(name), *(Cell(str(number)) for number in numbers)))


def _short(row: Row) -> Row:
    """The last column takes what is left of a line, so that an aligned one needs another behind it."""
    return Row((*row.cells, Cell("")))
