"""Is all well? What is overdue, uncertain, failed, held, missed or parked, and what is wrong with the files."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from campaign.core.approval import waits_for_people
from campaign.core.asked import Asked
from campaign.core.lifecycle import Event, State, is_quiet
from campaign.core.model import Workspace, delivery_key
from campaign.core.pause import Pause
from campaign.core.standing import BARRED
from campaign.core.timetable import moments
from campaign.errors import Level, Place, Problem
from campaign.review import times
from campaign.review.alerts import unreached
from campaign.review.approvals import approval_row, lacking_lines
from campaign.review.coming import Coming, coming
from campaign.review.log import Unplanned, log_entries, log_row, unplanned_row
from campaign.review.marks import Reviewed, flag_entries, flagged, reviewed_row
from campaign.review.paused import pause_row
from campaign.review.people import with_people
from campaign.review.problems import problem_lines
from campaign.review.table import Cell, Columns, Line
from campaign.review.table import lines as laid_out
from campaign.review.waiting import Wait, explained, waits
from campaign.review.words import count
from campaign.store import history, pauses, versions
from campaign.store.history import AccountRow, Delivery
from campaign.store.holding import Runner
from campaign.store.overdue import LATE, is_overdue
from campaign.store.pauses import Fallen
from campaign.store.versions import Behind

MISSED_FOR = timedelta(hours=24)
"""How long a missed post is news."""

FAILED_FOR = timedelta(days=7)
"""How long a failed post asks for a person; whoever gives it up ends that at once."""

UNPLANNED_FOR = timedelta(days=7)
"""How far back occurrences that nothing has planned are looked for."""

UNAPPROVED_FOR = timedelta(days=1)
"""How near a post is whose missing approval asks for a person now."""

UNAPPROVED_SHOWN = 12
"""How many posts that lack approval are listed for people, the earliest first; ``--json`` has them all."""

STALE = timedelta(minutes=5)
"""How long a run may say nothing: it leaves a sign each minute."""

KEPT = timedelta(minutes=10)
"""How long after a pass of ``run --once`` cron is trusted to come again."""

Zone = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Status:
    """How things stand at one moment. Instants are aware."""

    now: datetime
    runner: Runner | None
    ahead: Coming
    last_tick: datetime | None
    last_tick_by: str | None
    waiting: tuple[Wait, ...]
    overdue: tuple[Delivery, ...]
    unplanned: tuple[Unplanned, ...]
    uncertain: tuple[Delivery, ...]
    failed: tuple[Delivery, ...]
    held: tuple[Delivery, ...]
    missed: tuple[Delivery, ...]
    to_withdraw: tuple[Delivery, ...]
    parked: tuple[AccountRow, ...]
    problems: tuple[Problem, ...]
    flagged: tuple[Reviewed, ...] = ()
    pauses: tuple[Pause, ...] = ()
    fallen: tuple[Fallen, ...] = ()
    """What fell into pauses and waits for a decision; it is held or missed, too."""

    def waiting_for(self, *, going: bool) -> tuple[Delivery, ...]:
        """What fell into pauses that go on, or into those that have ended: then somebody has to decide now."""
        chosen = {pause.id for pause in self.pauses if pause.in_force(self.now) is going}
        return tuple({one.row.key: one.row for one in self.fallen if one.pause in chosen}.values())

    def besides(self, rows: Sequence[Delivery]) -> list[Delivery]:
        """Those of the rows that did not fall into a pause."""
        fell = {one.row.key for one in self.fallen}
        return [row for row in rows if row.key not in fell]

    unapproved: tuple[Asked, ...] = ()

    @property
    def unapproved_soon(self) -> bool:
        """Whether a post lacks approval that is due within a day."""
        return any(one.due - self.now <= UNAPPROVED_FOR for one in self.unapproved)

    @property
    def kept(self) -> bool:
        """Whether nothing runs just now, but cron keeps it going."""
        return self.runner is None and kept(self.last_tick, self.last_tick_by, self.now)

    @property
    def needs_a_person(self) -> bool:
        """Whether somebody has to do something: a script's exit code."""
        idle = self.runner is None and not self.kept and self.ahead.next is not None
        return (
            idle
            or any(
                (
                    self.overdue,
                    self.unplanned,
                    self.uncertain,
                    self.failed,
                    self.besides(self.held),
                    any(not is_quiet(row.reason) for row in self.besides(self.missed)),
                    # While a pause goes on, what falls into it waits on purpose.
                    self.waiting_for(going=False),
                    any(pause.asks(self.now) for pause in self.pauses),
                    self.to_withdraw,
                    self.parked,
                    self.flagged,
                    self.unapproved_soon,
                )
            )
            or any(problem.level is Level.ERROR for problem in self.problems)
        )


def kept(last_tick: datetime | None, by: str | None, now: datetime) -> bool:
    """Whether the last work was a pass of ``run --once`` and lies no further back than cron may take."""
    return last_tick is not None and by == "once" and now - last_tick <= KEPT


def read(
    connection: Connection,
    workspace: Workspace,
    problems: Sequence[Problem],
    runner: Runner | None,
    facts: Callable[[str], str | None],
    now: datetime,
    unapproved: Sequence[Asked] = (),
) -> Status:
    """The status from an open store. ``problems``: of the files; ``facts``: the store's small facts by name;
    ``unapproved``: what lacks approval."""
    accounts = history.accounts(connection)
    waiting = history.deliveries(connection, states=[State.PENDING])
    failed = history.gone_wrong(connection, State.FAILED, now - FAILED_FOR)
    missed = history.gone_wrong(connection, State.MISSED, now - MISSED_FOR)
    told = facts("last_tick")
    last_tick = datetime.fromisoformat(told) if told else None
    by = facts("last_tick_by")
    # Between two passes of cron a post waits for the next one.
    late = KEPT if runner is None and kept(last_tick, by, now) else LATE
    found = list(problems)
    if doubt := facts("clock"):
        found.append(
            Problem(Place("the clock"), doubt, "set the clock, or: campaign run --trust-clock", rule="clock")
        )
    if runner is not None and last_tick is not None and now - last_tick > STALE:
        found.append(_stuck(runner, last_tick, now))
    found += [_behind(host) for host in versions.behind(connection, now - STALE)]
    found += unreached(connection, workspace, now)

    def people(rows: Iterable[Delivery]) -> tuple[Delivery, ...]:
        return tuple(with_people(connection, workspace, rows))

    return Status(
        now=now,
        runner=runner,
        ahead=coming(connection, workspace, now),
        last_tick=last_tick,
        last_tick_by=by,
        waiting=tuple(waits(waiting, accounts, workspace, now)),
        overdue=people(
            explained(
                (row for row in waiting if is_overdue(row, accounts.get(row.account), now, late)),
                accounts,
                workspace,
                now,
            )
        ),
        unplanned=tuple(_unplanned(connection, workspace, now, late)),
        uncertain=people(history.deliveries(connection, states=[State.UNCERTAIN])),
        failed=people(row for row in failed if not _given_up(connection, row)),
        held=people(
            sorted(history.deliveries(connection, states=[State.HELD]), key=lambda r: not is_barred(r))
        ),
        missed=people(missed),
        to_withdraw=people(row for row in history.still_out(connection) if row.state is State.SENT),
        parked=tuple(row for row in accounts.values() if row.parked_until is not None),
        problems=tuple(found),
        flagged=tuple(flagged(connection)),
        pauses=tuple(pauses.standing(connection)),
        fallen=tuple(pauses.fallen(connection)),
        unapproved=tuple(unapproved),
    )


def _unplanned(
    connection: Connection, workspace: Workspace, now: datetime, late: timedelta
) -> Iterator[Unplanned]:
    cursors = history.cursors(connection)
    passed = {
        delivery_key(campaign.id, slot.id, moment.wall, target.name): (campaign, slot, moment, target)
        for campaign, slot in workspace.slots()
        # What was never planned is not late where it lies in the past: it was never asked for.
        if (cursor := cursors.get(campaign.id)) is not None
        for moment in moments(slot.timetable, max(cursor.at, now - UNPLANNED_FOR), now - late)
        for target in slot.targets
    }
    known = history.existing_keys(connection, passed)
    for key, (campaign, slot, moment, target) in passed.items():
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


def _behind(host: Behind) -> Problem:
    names = ", ".join(name or "config.yaml and the texts" for name in host.campaigns)
    return Problem(
        Place("campaign run"),
        f"the files on {host.host} are older than those that count, so it does not plan {names}",
        "bring them up to date there; if they are the right ones, change a line in them",
        rule="behind",
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
        "last_tick_by": status.last_tick_by,
        "overdue": [*rows(status.overdue), *(unplanned_row(u, zone(u.campaign)) for u in status.unplanned)],
        "uncertain": rows(status.uncertain),
        "failed": rows(status.failed),
        "held": rows(status.held),
        "missed": rows(status.missed),
        "unapproved": [approval_row(one) for one in status.unapproved],
        "to_withdraw": rows(status.to_withdraw),
        "parked": [
            {
                "account": row.account,
                "reason": row.parked_reason,
                "since": times.iso(row.parked_since, own_zone),
                "again": times.iso(row.parked_until, own_zone),
            }
            for row in status.parked
        ],
        "waiting": [
            {
                "account": wait.account,
                "reason": wait.reason,
                "until": times.iso(wait.until, own_zone),
                "posts": wait.posts,
            }
            for wait in status.waiting
        ],
        "flagged": [reviewed_row(one, zone(one.row.campaign)) for one in status.flagged],
        "paused": [
            pause_row(
                pause, [one.row for one in status.fallen if one.pause == pause.id], status.now, own_zone
            )
            for pause in status.pauses
        ],
        "problems": [problem.as_json() for problem in status.problems],
    }


def status_lines(status: Status, zone: Zone, own_zone: str, width: int) -> Iterator[Line]:
    """What needs a person, each group with what to do about it; one line when nothing does."""
    barred = [row for row in status.held if is_barred(row)]
    asked = {one.key for one in status.unapproved}
    held = [row for row in status.besides(status.held) if not is_barred(row) and not is_asked_for(row, asked)]
    late = tuple(row for row in status.besides(status.missed) if not is_quiet(row.reason))
    quiet = tuple(row for row in status.missed if is_quiet(row.reason))
    groups = (
        ("Fell into a pause that has ended", status.waiting_for(going=False), "campaign resume"),
        ("Fell into a pause", status.waiting_for(going=True), "campaign resume --list"),
        (
            "Not sent, for it could do harm",
            barred,
            "goes out by itself once mended in time",
        ),
        ("Overdue", status.overdue, "campaign run sends them, as long as they are not too late"),
        ("May be published: please look", status.uncertain, "campaign resolve KEY"),
        ("Not published", status.failed, "campaign retry KEY, or: campaign resolve KEY"),
        ("Waiting for a person", held, "campaign resolve KEY, or: campaign cancel KEY"),
        ("Still online, to be withdrawn", status.to_withdraw, "campaign withdraw KEY"),
        ("Too late, not sent (last 24 hours)", late, "campaign retry KEY sends one after all"),
        ("Kept back on a quiet day (last 24 hours)", quiet, "nothing has to be done"),
    )
    for title, rows, hint in groups:
        if rows:
            yield from _title(title, hint)
            yield from laid_out(log_entries(rows, zone), Columns(), width)
            yield ()
    if status.flagged:
        yield from _title("Something is wrong with what is out", "campaign review KEY --close")
        yield from laid_out(flag_entries(status.flagged, zone), Columns(), width)
        yield ()
    if status.unapproved:
        yield from _title("Waiting for approval", "campaign approve KEY, or: campaign reject KEY")
        yield from lacking_lines(status.unapproved[:UNAPPROVED_SHOWN], width)
        if (more := len(status.unapproved) - UNAPPROVED_SHOWN) > 0:
            yield (Cell(f"  and {count(more, 'post')} after that: campaign plan", "dim"),)
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
    if status.waiting:
        yield from _title("Waiting", "nothing has to be done")
        for wait in status.waiting:
            yield (Cell(f"  {wait.account}", "bold"), Cell(f"  {count(wait.posts, 'post')}: {wait.reason}"))
        yield ()
    errors = [problem for problem in status.problems if problem.level is Level.ERROR]
    if errors:
        yield from _title("Problems", "campaign check says more")
        yield from problem_lines(errors)
        yield ()
    if not status.needs_a_person:
        yield (Cell("Nothing needs a person.", "green"),)


def is_asked_for(row: Delivery, keys: Collection[str]) -> bool:
    """Whether a held row stands among those that wait for approval (of a thread: its first part does)."""
    return waits_for_people(row.reason) and row.key.partition("#")[0] in keys


def is_barred(row: Delivery) -> bool:
    """Whether a row is held because what it says is wrong, or can't be vouched for, just now."""
    return row.state is State.HELD and row.reason.startswith(BARRED)


def _title(title: str, hint: str) -> Iterator[Line]:
    yield (Cell(title, "bold yellow"), Cell(f"  ({hint})", "dim"))
