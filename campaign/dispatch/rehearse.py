"""A rehearsal: the real engine on a clock of its own, with networks that only write down.

Planner, gates, pacing, threads and safeguards are those of ``campaign run``; what differs is the clock (which jumps to
the next instant at which there is something to do), the networks (``recording``) and the store (``store.scratch``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from campaign.core.compose import Composer
from campaign.core.lifecycle import State
from campaign.core.model import Approval, Slot, Workspace
from campaign.dispatch.adapters import LIMITS
from campaign.dispatch.freeze import Described, Freezer
from campaign.dispatch.planner import REACH_BACK, Planner
from campaign.dispatch.recording import Recordings
from campaign.dispatch.tick import Engine
from campaign.store import history, scratch
from campaign.store.database import Store
from campaign.store.history import AccountRow, Delivery

SPILL = timedelta(days=7)
"""How long after its end a rehearsal goes on for what gaps and caps have put off."""

NAMELESS = UUID(int=0)
"""The workspace's id where neither its files nor a store has one."""


@dataclass(frozen=True, slots=True)
class Stop:
    """The machine is off from ``begin`` to ``end`` (aware)."""

    begin: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What became of the posts. ``rows``: all that the rehearsal's store knows at its end, by due time. ``missed``: how
    the account stood when a post became too late, by key. ``ended`` (aware): when the last one was through."""

    rows: tuple[Delivery, ...]
    missed: Mapping[str, AccountRow]
    ended: datetime


def approved(workspace: Workspace) -> Workspace:
    """The same files, in which nothing needs approval."""
    accounts = {name: replace(one, approval=Approval.NONE) for name, one in workspace.accounts.items()}

    def freed(slot: Slot) -> Slot:
        targets = (replace(target, account=accounts[target.account.id]) for target in slot.targets)
        return replace(slot, approval=Approval.NONE, targets=tuple(targets))

    campaigns = {
        name: replace(campaign, slots=tuple(map(freed, campaign.slots)))
        for name, campaign in workspace.campaigns.items()
    }
    return replace(workspace, accounts=accounts, campaigns=campaigns)


def rehearse(
    workspace: Workspace,
    files: Described,
    begin: datetime,
    end: datetime,
    *,
    real: Store | None = None,
    stops: Sequence[Stop] = (),
    passed: Callable[[datetime], None] = lambda now: None,
) -> Rehearsed:
    """Play what ``campaign run`` would do from ``begin`` to ``end`` (aware), and on until what was due by then is
    through, at most ``SPILL``. ``real``: the store to start from, which is only read; None: nothing was published or
    decided so far. ``stops``: in order. ``passed``: told each instant that the clock jumps to."""
    with TemporaryDirectory(prefix="campaign-rehearsal-") as folder:
        store = scratch.a_store(Path(folder))
        try:
            if real is not None:
                with real.read() as known, store.write() as connection:
                    since, series = _since(known, workspace, begin), _series(workspace)
                    scratch.take_along(known, connection, since, series, LIMITS)
            stage = Stage(store, workspace, files, begin, list(stops), passed)
            stage.play(end)
            with store.read() as connection:
                return Rehearsed(tuple(history.deliveries(connection)), stage.missed, stage.now)
        finally:
            store.close()


def _since(connection: Connection, workspace: Workspace, begin: datetime) -> datetime:
    """From when on rows that have ended still count: for repeats, gaps, caps, and a planner that was away."""
    reach = [REACH_BACK * 2, *(account.gap for account in workspace.accounts.values())]
    reach += [slot.repeat_after for _, slot in workspace.slots()]
    left = [cursor.at for cursor in history.cursors(connection).values()]
    return min([begin - max(reach), *(at - REACH_BACK for at in left)])


def _series(workspace: Workspace) -> list[tuple[str, str]]:
    """The planned posts whose table's rows go out once each."""
    return [
        (campaign.id, slot.id) for campaign, slot in workspace.slots() if slot.timetable.count is not None
    ]


class Inline(Executor):
    """Runs a sender at once, in the thread that ticks: what comes back is there at the next tick."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


@dataclass
class Stage:
    """One process at work, on a clock that jumps."""

    store: Store
    workspace: Workspace
    files: Described
    now: datetime
    stops: list[Stop]
    passed: Callable[[datetime], None]
    missed: dict[str, AccountRow] = field(default_factory=dict)
    engine: Engine = field(init=False)
    adapters: Recordings = field(init=False)
    _told: int = 0

    def __post_init__(self) -> None:
        self.adapters = Recordings(self.store, self.workspace, self.files, lambda: self.now)

    def _boot(self) -> None:
        """A process starts on the store."""
        self.engine = Engine(self.store, self.adapters, self.files, "rehearsal", Inline(), self._uptime)
        self.engine.start(self.now)
        freezer = Freezer(self.workspace.id or self.store.workspace_id(NAMELESS), self.files)
        composer = Composer(self.workspace, self.adapters.rules)
        planner = Planner(self.store, self.workspace, composer, self.adapters, freezer)
        self.engine.adopt(planner, self.now)

    def _uptime(self) -> float:
        return self.now.timestamp()

    def play(self, end: datetime) -> None:
        """Let time pass until ``end``, and on while something that was due by then waits to be sent."""
        with self.store.read() as connection:
            self._told = history.last_event(connection)  # what was taken along is no news
        self._sleep()
        self._boot()
        while True:
            wake = self._settle()
            limit = end + SPILL if self._waits(end) else end
            if wake is None or wake > limit:
                return
            assert wake > self.now, f"asked to be woken at {wake}, and it is {self.now}"  # noqa: S101
            self.now = wake
            if self._sleep():
                self._boot()
            self.passed(self.now)

    def _sleep(self) -> bool:
        """Whether the machine is off at this instant; then it is on again at the end of that."""
        before = self.now
        while self.stops and self.stops[0].begin <= self.now:
            self.now = max(self.stops.pop(0).end, self.now)
        return self.now > before

    def _settle(self) -> datetime | None:
        """Tick at this instant until nothing comes back; when there is something to do next."""
        while True:
            wake = self.engine.tick(self.now)
            if not self.engine.in_flight:
                self._look()
                return wake

    def _look(self) -> None:
        """Remember how the account stood of what has become too late."""
        with self.store.read() as connection:
            events = history.events(connection, after_id=self._told)
            if not events:
                return
            self._told = events[-1].id
            late = history.by_keys(connection, [e.key for e in events if e.after == State.MISSED.value])
            accounts = history.accounts(connection) if late else {}
        for key, row in late.items():
            if row.account in accounts:
                self.missed[key] = accounts[row.account]

    def _waits(self, end: datetime) -> bool:
        """Whether anything that was due by then may still go out by itself."""
        if self.now < end:
            return True
        with self.store.read() as connection:
            until = end + timedelta(microseconds=1)
            return bool(history.deliveries(connection, states=[State.PENDING], until=until, limit=1))
