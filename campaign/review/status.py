"""Is all well? What is overdue, uncertain, failed, held, missed or parked, and what is wrong with the files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from campaign.core.lifecycle import Event, State
from campaign.core.model import Workspace, delivery_key
from campaign.core.timetable import moments
from campaign.errors import Level, Place, Problem
from campaign.review import times
from campaign.review.coming import Coming, coming
from campaign.review.log import Unplanned, log_entries, log_row, unplanned_row
from campaign.review.problems import problem_lines
from campaign.review.table import Cell, Columns, Line
from campaign.review.table import lines as laid_out
from campaign.store import history
from campaign.store.history import AccountRow, Delivery
from campaign.store.holding import Runner

LATE = timedelta(minutes=2)
"""How long after its time a post counts as overdue."""

MISSED_FOR = timedelta(hours=24)
"""How long a missed post is news."""

FAILED_FOR = timedelta(days=7)
"""How long a failed post asks for a person; whoever gives it up ends that at once."""

UNPLANNED_FOR = timedelta(days=7)
"""How far back occurrences that nothing has planned are looked for."""

STALE = timedelta(minutes=5)
"""How long a run may say nothing: it leaves a sign each minute."""

Zone = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Status:
    """How things stand at one moment. Instants are aware."""

    now: datetime
    runner: Runner | None
    ahead: Coming
    last_tick: datetime | None
    overdue: tuple[Delivery, ...]
    unplanned: tuple[Unplanned, ...]
    uncertain: tuple[Delivery, ...]
    failed: tuple[Delivery, ...]
    held: tuple[Delivery, ...]
    missed: tuple[Delivery, ...]
    parked: tuple[AccountRow, ...]
    problems: tuple[Problem, ...]

    @property
    def needs_a_person(self) -> bool:
        """Whether somebody has to do something: a script's exit code."""
        idle = self.runner is None and self.ahead.next is not None
        return (
            idle
            or any(
                (
                    self.overdue,
                    self.unplanned,
                    self.uncertain,
                    self.failed,
                    self.held,
                    self.missed,
                    self.parked,
                )
            )
            or any(problem.level is Level.ERROR for problem in self.problems)
        )


def read(
    connection: Connection,
    workspace: Workspace,
    problems: Sequence[Problem],
    runner: Runner | None,
    facts: Callable[[str], str | None],
    now: datetime,
) -> Status:
    """The status from an open store. ``problems``: of the files; ``facts``: the store's small facts by name."""
    accounts = history.accounts(connection)
    waiting = history.deliveries(connection, states=[State.PENDING])
    failed = history.deliveries(connection, states=[State.FAILED], since=now - FAILED_FOR)
    missed = history.deliveries(connection, states=[State.MISSED], since=now - MISSED_FOR)
    told = facts("last_tick")
    last_tick = datetime.fromisoformat(told) if told else None
    found = list(problems)
    if doubt := facts("clock"):
        found.append(
            Problem(Place("the clock"), doubt, "set the clock, or: campaign run --trust-clock", rule="clock")
        )
    if runner is not None and last_tick is not None and now - last_tick > STALE:
        found.append(_stuck(runner, last_tick, now))
    return Status(
        now=now,
        runner=runner,
        ahead=coming(connection, workspace, now),
        last_tick=last_tick,
        overdue=tuple(row for row in waiting if _overdue(row, accounts.get(row.account), now)),
        unplanned=tuple(_unplanned(connection, workspace, now)),
        uncertain=tuple(history.deliveries(connection, states=[State.UNCERTAIN])),
        failed=tuple(row for row in failed if not _given_up(connection, row)),
        held=tuple(history.deliveries(connection, states=[State.HELD])),
        missed=tuple(missed),
        parked=tuple(row for row in accounts.values() if row.parked_until is not None),
        problems=tuple(found),
    )


def _overdue(row: Delivery, account: AccountRow | None, now: datetime) -> bool:
    """Ready for longer than a run would take, or tried in vain; not what a gap, a cap, quiet hours or a person put off,
    and not the later parts of a thread, which wait for the first."""
    if row.part > 1 or row.due >= now - LATE:
        return False
    paced = account is not None and account.next_at is not None and account.next_at >= now - LATE
    return row.tries > 0 or (row.not_before < now - LATE and not paced)


def _unplanned(connection: Connection, workspace: Workspace, now: datetime) -> Iterator[Unplanned]:
    cursors = history.cursors(connection)
    for campaign, slot in workspace.slots():
        cursor = cursors.get(campaign.id)
        if cursor is None:
            continue  # never planned: what lies in the past is not late, it was never asked for
        passed = {
            delivery_key(campaign.id, slot.id, moment.wall, target.name): (moment, target)
            for moment in moments(slot.timetable, max(cursor.at, now - UNPLANNED_FOR), now - LATE)
            for target in slot.targets
        }
        known = history.existing_keys(connection, passed)
        for key, (moment, target) in passed.items():
            if key not in known:
                network, language = target.account.network, target.language
                yield Unplanned(key, campaign.id, slot.id, target.name, network, language, moment.due)


def _given_up(connection: Connection, row: Delivery) -> bool:
    events = history.events(connection, key=row.key)
    return bool(events) and events[-1].kind == Event.RESOLVE_GIVE_UP


def _stuck(runner: Runner, last_tick: datetime, now: datetime) -> Problem:
    return Problem(
        Place("campaign run"),
        f"it is there on {runner.host} (pid {runner.pid}), but gave its last sign {times.ago(last_tick, now)}",
        "stop it and start it again; nothing goes out twice",
        rule="stuck",
    )


def status_json(status: Status, zone: Zone, own_zone: str) -> dict[str, Any]:
    """The one object that ``status --json`` prints; ``own_zone``: the workspace's."""

    def rows(deliveries: Sequence[Delivery]) -> list[dict[str, Any]]:
        return [log_row(row, zone(row.campaign)) for row in deliveries]

    runner = status.runner
    return {
        "running": runner
        and {"host": runner.host, "pid": runner.pid, "since": times.iso(runner.since, own_zone)},
        "next": times.iso(status.ahead.next, own_zone),
        "last_tick": times.iso(status.last_tick, own_zone),
        "overdue": [*rows(status.overdue), *(unplanned_row(u, zone(u.campaign)) for u in status.unplanned)],
        "uncertain": rows(status.uncertain),
        "failed": rows(status.failed),
        "held": rows(status.held),
        "missed": rows(status.missed),
        "parked": [
            {
                "account": row.account,
                "reason": row.parked_reason,
                "since": times.iso(row.parked_since, own_zone),
                "again": times.iso(row.parked_until, own_zone),
            }
            for row in status.parked
        ],
        "flagged": [],
        "problems": [problem.as_json() for problem in status.problems],
    }


def status_lines(status: Status, zone: Zone, own_zone: str, width: int) -> Iterator[Line]:
    """What needs a person, each group with what to do about it; one line when nothing does."""
    groups = (
        ("Overdue", status.overdue, "campaign run sends them, as long as they are not too late"),
        ("May be published: please look", status.uncertain, "campaign resolve KEY"),
        ("Not published", status.failed, "campaign retry KEY, or: campaign resolve KEY"),
        ("Waiting for a person", status.held, "campaign resolve KEY, or: campaign cancel KEY"),
        ("Too late, not sent (last 24 hours)", status.missed, "campaign retry KEY sends one after all"),
    )
    for title, rows, hint in groups:
        if rows:
            yield from _title(title, hint)
            yield from laid_out(log_entries(rows, zone), Columns(), width)
            yield ()
    if status.unplanned:
        yield from _title("Overdue, nothing was running", "campaign run sends what is not too late")
        for item in status.unplanned:
            yield (Cell(f"  {times.stamp(item.due, zone(item.campaign))}  {item.key}"),)
        yield ()
    if status.parked:
        yield from _title("Accounts that do not work", "campaign accounts check")
        for account in status.parked:
            again = (
                f"; tried again {times.soon(account.parked_until, status.now, own_zone)}"
                if account.parked_until
                else ""
            )
            yield (Cell(f"  {account.account}", "bold"), Cell(f"  {account.parked_reason}{again}"))
        yield ()
    errors = [problem for problem in status.problems if problem.level is Level.ERROR]
    if errors:
        yield from _title("Problems", "campaign check says more")
        yield from problem_lines(errors)
        yield ()
    if not status.needs_a_person:
        yield (Cell("Nothing needs a person.", "green"),)


def _title(title: str, hint: str) -> Iterator[Line]:
    yield (Cell(title, "bold yellow"), Cell(f"  ({hint})", "dim"))
