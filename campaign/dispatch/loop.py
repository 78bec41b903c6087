"""The clock: APScheduler wakes the work when something is due; this module alone imports it and reads the time.

APScheduler keeps nothing (memory store): the store holds every fact; a wake-up that comes twice or late is harmless.
"""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import FrameType

from apscheduler.executors.pool import ThreadPoolExecutor as SchedulerThreads
from apscheduler.schedulers import SchedulerNotRunningError
from apscheduler.schedulers.blocking import BlockingScheduler

from campaign.core.lifecycle import State
from campaign.core.model import Workspace
from campaign.dispatch import clock, station
from campaign.dispatch.clock import Reading
from campaign.dispatch.happening import Happening, Say, Summary
from campaign.dispatch.station import Station
from campaign.dispatch.tick import MAX_SENDERS, Engine
from campaign.errors import CampaignError, Level, StoreError
from campaign.store import history
from campaign.workspace.watch import fingerprint

WATCH = 1.0
"""Seconds between two looks at the files, the clock and the store's bell."""

STILL = 2.0
"""Seconds that files must have been left alone before they are read: an editor or a pull may be half-way."""

STORE_RETRY = timedelta(seconds=5)
"""How soon the store is tried again when it could not be written."""

HEARTBEAT = timedelta(minutes=1)
"""How often ``last_tick`` is written while nothing happens."""


def run(directory: Path, environ: Mapping[str, str], *, trust_clock: bool, say: Say) -> None:
    """Publish what falls due until SIGTERM or SIGINT, then finish what is in flight.

    StoreError when another ``campaign run`` holds the store; WorkspaceError when config.yaml can't be used.
    """
    workspace = station.read(directory)
    with ThreadPoolExecutor(MAX_SENDERS, "sender") as executor:
        here = Station.open(directory, workspace, environ, create=True)
        try:
            with here.store.hold():
                _Loop(here, workspace, executor, say, trust_clock).forever()
        finally:
            here.store.close()


def once(
    directory: Path, environ: Mapping[str, str], *, new_store: bool, trust_clock: bool, say: Say
) -> Summary:
    """One pass, for cron and CI: plan, send all that is ready, look up what is uncertain; then stop.

    Where a loop is at work already it is woken and does the pass itself. A store that had to be made is an error unless
    ``new_store``: a job that does not keep its store would begin anew for ever and never publish anything.
    """
    workspace = station.read(directory)
    with ThreadPoolExecutor(MAX_SENDERS, "sender") as executor:
        here = Station.open(directory, workspace, environ, create=True)
        try:
            runner = here.store.holder()
            if runner is not None and not here.store.shared:
                here.store.nudge()
                told = f"campaign run is at work on {runner}; it was woken and does it all"
                say(Happening(at=clock.wall(), kind="note", zone=workspace.zone, text=told))
                return Summary(problems=_errors(workspace))
            with here.store.hold():
                summary = _Loop(here, workspace, executor, say, trust_clock).pass_once()
        finally:
            here.store.close()
    if here.store.created and not new_store:
        raise StoreError(
            f"there was no store, so a new one was made ({workspace.store})",
            "keep it between runs, or nothing will ever be published; the first time, say --new-store",
        )
    return summary


def _errors(workspace: Workspace) -> int:
    return sum(problem.level is Level.ERROR for problem in workspace.problems)


@dataclass
class _Loop:
    """One process at work on one store.

    Only the thread that holds ``_turn`` works; the watch looks on from beside it and leaves word (``_new``, a wake-up).
    """

    here: Station
    workspace: Workspace
    executor: ThreadPoolExecutor
    say: Say
    trust_clock: bool
    engine: Engine = field(init=False)
    scheduler: BlockingScheduler = field(init=False)
    _turn: threading.Lock = field(default_factory=threading.Lock)
    _new: Workspace | None = None
    _reading: Reading = field(init=False)
    _last_work: datetime | None = field(init=False)
    _doubt: str = ""
    _adrift: bool = False
    _print: str = ""
    _stirred: tuple[str, float] | None = None
    _nudges: int = 0
    _last_event: int = 0
    _last_beat: datetime | None = None
    _wake_at: datetime | None = None
    _bug: BaseException | None = None
    _counts: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        here, now = self.here, clock.wall()
        self.engine = Engine(
            here.store, here.adapters, here.files, station.owner(), self.executor, clock.uptime
        )
        self._reading = Reading(now, clock.uptime())
        self._print, _ = fingerprint(here.directory)
        self._nudges = here.store.nudges()
        with here.store.read() as connection:
            self._last_event = history.last_event(connection)
        last = here.store.get("last_tick")
        self._last_work = datetime.fromisoformat(last) if last else None
        self._believe(self._reading)
        if not here.store.shared:
            self.engine.start(now)
        self.engine.adopt(here.planner(self.workspace), now)

    # -- one pass --

    def pass_once(self) -> Summary:
        """Tick until nothing is ready and nothing is in flight. CampaignError when the clock can't be believed."""
        if self._doubt:
            raise CampaignError(self._doubt, "set the clock, or give --trust-clock if it is right")
        for answer in self._ask_limits(only_unknown=True):
            answer.result()
        while True:
            self.engine.tick(clock.wall())
            self._tell()
            if not self.engine.in_flight:
                break
            self.engine.wait(None)
        self._beat(clock.wall())
        counts = self._counts
        return Summary(
            sent=counts.get("sent", 0),
            failed=counts.get("failed", 0),
            uncertain=counts.get("uncertain", 0),
            held=counts.get("held", 0),
            missed=counts.get("missed", 0),
            retrying=counts.get("pending", 0),
            problems=_errors(self.workspace),
        )

    # -- for good --

    def forever(self) -> None:
        """Work until a signal says stop."""
        # APScheduler says so when a job is still running at its next turn; here that is the plan, not a fault.
        logging.getLogger("apscheduler").setLevel(logging.CRITICAL)
        self.scheduler = BlockingScheduler(
            timezone=UTC,
            executors={"default": SchedulerThreads(4)},
            job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1},
        )
        self.scheduler.add_job(
            self._guarded, "interval", (self._watch,), seconds=WATCH, id="watch", next_run_time=clock.wall()
        )
        self._ask_limits(only_unknown=False)
        if self._doubt:
            self._note(self._doubt)
        self._schedule(clock.wall())
        previous = {number: signal.signal(number, self._stop) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            self.scheduler.start()
            if self._bug is not None:
                raise self._bug
            self._finish()
        finally:
            for number, handler in previous.items():
                signal.signal(number, handler)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        if self.engine.stopping:
            raise KeyboardInterrupt  # asked twice: what is in flight is looked up by the next run
        self._end()

    def _end(self) -> None:
        self.engine.stopping = True
        self.engine.wake()
        self.scheduler.shutdown(wait=False)

    def _guarded(self, job: Callable[[], None]) -> None:
        """Run a job of the scheduler, which would only log what escapes: a bug ends the loop instead."""
        try:
            job()
        except Exception as error:  # noqa: BLE001 - raised again by forever()
            self._bug = error
            self._end()

    def _finish(self) -> None:
        """No new claims; wait for what is in flight and write what came of it."""
        with self._turn:
            while self.engine.in_flight:
                self.engine.wait(None)
                self.engine.tick(clock.wall())
                self._tell()
            self._beat(clock.wall())

    def _watch(self) -> None:
        """Once a second: has the clock, a file or the store changed under us?"""
        reading = Reading(clock.wall(), clock.uptime())
        doubted, now = self._doubt, reading.wall
        try:
            if self._believe(reading) != doubted:
                self.here.store.set("clock", self._doubt)
                self._note(self._doubt or "the clock is right again")
            self._look_at_files(reading.uptime)
            nudges = self.here.store.nudges()
        except StoreError as error:
            self._note(error.message)
            return
        rung = nudges != self._nudges
        self._nudges = nudges
        # A clock set forward or a machine woken from sleep: the wake-up may lie in the past by now.
        overslept = self._wake_at is not None and self._wake_at <= now
        idle = self._last_beat is None or now - self._last_beat >= HEARTBEAT
        if rung or doubted or overslept or idle or self._new is not None:
            self.engine.wake()
            self._schedule(now)

    def _believe(self, reading: Reading) -> str:
        """Hold the clock against the last reading that was believed; the doubt, "" for none."""
        if self.trust_clock:
            return ""
        earlier = clock.mistrust_restart(self._last_work, reading.wall)
        # A reading that was wrong from the start is nothing to hold the next one against.
        jumped = "" if self._adrift else clock.mistrust(self._reading, reading)
        self._doubt = earlier or jumped
        self._adrift = bool(earlier)
        if not jumped:
            self._reading = reading
        return self._doubt

    def _look_at_files(self, uptime: float) -> None:
        """Read the files again when they have changed and are still; a broken edit keeps the last good version."""
        print_, _ = fingerprint(self.here.directory)
        if print_ == self._print:
            self._stirred = None
            return
        if self._stirred is None or self._stirred[0] != print_:
            self._stirred = (print_, uptime)
        if uptime - self._stirred[1] < STILL:
            return
        self._print, self._stirred = print_, None
        try:
            self._new = station.keep_last_good(station.read(self.here.directory), self.workspace)
        except CampaignError as error:
            self._note(f"the files have a problem, the last good version goes on: {error.message}")

    def _schedule(self, at: datetime) -> None:
        with suppress(SchedulerNotRunningError, RuntimeError):  # it is being shut down
            # Two at most: the one at work, and one that waits to look once more after it.
            self.scheduler.add_job(
                self._guarded,
                "date",
                (self._work,),
                run_date=at,
                id="wake",
                replace_existing=True,
                max_instances=2,
            )

    def _work(self) -> None:
        """Tick until nothing is in flight, then sleep until the next thing is due. One thread at a time."""
        with self._turn:
            while not self.engine.stopping and not self._doubt:
                now = clock.wall()
                try:
                    self._adopt_new(now)
                    self._wake_at = self.engine.tick(now)
                    self._tell()
                    self._beat(now)
                except StoreError as error:
                    # Locked, full, gone: nothing was claimed, and what came back is kept until it can be written.
                    self._note(f"{error.message}; trying again")
                    self._wake_at = now + STORE_RETRY
                    break
                if not self.engine.in_flight:
                    break
                self.engine.wait(_seconds(self._wake_at, clock.wall()))
        if self._wake_at is not None and not self.engine.stopping and not self._doubt:
            self._schedule(self._wake_at)

    def _adopt_new(self, now: datetime) -> None:
        new, self._new = self._new, None
        if new is None:
            return
        self.engine.adopt(self.here.planner(new), now)
        self.workspace = new
        errors = _errors(new)
        self._note(
            "the files were read again" + (f"; {errors} problems, see: campaign check" if errors else "")
        )

    # -- telling --

    def _tell(self) -> None:
        with self.here.store.read() as connection:
            events = history.events(connection, after_id=self._last_event)
            news = [event for event in events if _is_news(event)]
            rows = history.by_keys(connection, {event.key for event in news})
        if events:
            self._last_event = events[-1].id
        for event in news:
            self._counts[event.after] = self._counts.get(event.after, 0) + 1
            self.say(self._happening(rows.get(event.key), event))

    def _happening(self, row: history.Delivery | None, event: history.EventRow) -> Happening:
        campaign = self.workspace.campaigns.get(row.campaign) if row else None
        lines = row.post.text.strip().splitlines() if row and row.post else []
        return Happening(
            at=event.at,
            kind=event.after,
            zone=campaign.zone if campaign else self.workspace.zone,
            key=event.key,
            account=row.target if row else "",
            text=lines[0] if lines else "",
            reason=str(event.detail.get("reason", "")),
            url=row.receipt.url if row and row.receipt and event.after == State.SENT.value else "",
        )

    def _note(self, text: str) -> None:
        self.say(Happening(at=clock.wall(), kind="note", zone=self.workspace.zone, text=text))

    def _beat(self, now: datetime) -> None:
        if self._last_beat is None or now - self._last_beat >= HEARTBEAT or not self.engine.in_flight:
            self._last_beat = now
            self.engine.catch_up(now)
            self.here.store.set("last_tick", now.isoformat())

    def _ask_limits(self, *, only_unknown: bool) -> list[Future[object]]:
        """Let the servers tell their own limits, side by side; who does not answer is asked at the next start."""
        return [
            self.executor.submit(self.here.adapters.ask_limits, account)
            for account in self.workspace.accounts.values()
            if not (only_unknown and self.here.adapters.knows_limits(account))
        ]


def _is_news(event: history.EventRow) -> bool:
    """Whether somebody who watches wants to hear of it."""
    made = event.kind == "planned" and event.after == State.PENDING.value
    return event.after not in ("", event.before, State.SENDING.value) and not made


def _seconds(until: datetime | None, now: datetime) -> float | None:
    return None if until is None else max((until - now).total_seconds(), 0.0)
