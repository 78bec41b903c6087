"""The clock: APScheduler wakes the work when something is due; this module alone imports it and reads the time.

APScheduler keeps nothing (memory store): the store holds every fact; a wake-up that comes twice or late is harmless.
"""

from __future__ import annotations

import logging
import queue
import signal
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import FrameType
from zoneinfo import ZoneInfo

from apscheduler.executors.pool import ThreadPoolExecutor as SchedulerThreads
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers import SchedulerNotRunningError
from apscheduler.schedulers.blocking import BlockingScheduler

from campaign.core.lifecycle import LEASE, State, is_quiet
from campaign.core.model import MOST_SENDERS, Workspace
from campaign.core.standing import BARRED
from campaign.dispatch import clock, skew, station
from campaign.dispatch.alerting.look import Look
from campaign.dispatch.alerting.watch import Alerts
from campaign.dispatch.clock import Reading, Time
from campaign.dispatch.crisis import pausefile
from campaign.dispatch.crisis.pausing import going, told
from campaign.dispatch.happening import Happening, Say, Summary
from campaign.dispatch.health import Health
from campaign.dispatch.skew import Ask
from campaign.dispatch.station import Station
from campaign.dispatch.tick import Engine
from campaign.errors import CampaignError, Level, StoreError
from campaign.networks import ping
from campaign.store import history
from campaign.store.evidence import seals
from campaign.workspace.pausefile import read as read_pause
from campaign.workspace.watch import Watch, fingerprint

WATCH = 1.0
"""Seconds between two looks at the files, the clock and the store's bell."""

STILL = 2.0
"""Seconds that files must have been left alone before they are read: an editor or a pull may be half-way."""

STORE_RETRY = timedelta(seconds=5)
"""How soon the store is tried again when it could not be written."""

ONCE = "once"
"""Who ticked last, in the store: this is cron, which comes again; anything else is a loop that should be there."""

HEARTBEAT = timedelta(minutes=1)
"""How often ``last_tick`` is written while nothing happens."""


def run(directory: Path, environ: Mapping[str, str], *, trust_clock: bool, say: Say) -> None:
    """Publish what falls due until SIGTERM or SIGINT, then finish what is in flight.

    StoreError when another ``campaign run`` holds the store; WorkspaceError when config.yaml can't be used.
    """
    seen, _ = fingerprint(directory)  # first: an edit that falls between the two is read once more
    workspace = station.read(directory)
    with ThreadPoolExecutor(MOST_SENDERS, "sender") as executor:
        here = Station.open(directory, workspace, environ, create=True)
        try:
            with here.store.hold():
                _Loop(
                    here, workspace, executor, say, trust_clock, seen, Health.of(directory, environ)
                ).forever()
        finally:
            here.store.close()


def once(
    directory: Path, environ: Mapping[str, str], *, new_store: bool, trust_clock: bool, say: Say
) -> Summary:
    """One pass, for cron and CI: plan, send all that is ready, look up what is uncertain; then stop.

    Where a loop is at work already it is woken and does the pass itself. A store that had to be made is an error unless
    ``new_store``: a job that does not keep its store would begin anew for ever and never publish anything.
    """
    seen, _ = fingerprint(directory)  # first: an edit that falls between the two is read once more
    workspace = station.read(directory)
    with ThreadPoolExecutor(MOST_SENDERS, "sender") as executor:
        here = Station.open(directory, workspace, environ, create=True)
        try:
            runner = here.store.holder()
            if runner is not None and not here.store.shared:
                here.store.nudge()
                told = f"campaign run is at work on {runner}; it was woken and does it all"
                say(Happening(at=clock.wall(), kind="note", zone=workspace.zone, text=told))
                return Summary(problems=_errors(workspace))
            with here.store.hold():
                loop = _Loop(here, workspace, executor, say, trust_clock, seen, Health.of(directory, environ))
                summary = loop.pass_once()
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


# Without a repr: signal.signal() makes a text of a handler, and of what it is bound to: the whole workspace.
@dataclass(repr=False)
class _Loop:
    """One process at work on one store.

    Only the thread that holds ``_turn`` works; the watch looks on from beside it and leaves word (``_new``, a wake-up).
    """

    here: Station
    workspace: Workspace
    executor: ThreadPoolExecutor
    say: Say
    trust_clock: bool
    _print: str
    health: Health
    ask: Ask = ping.date
    time: Time = field(init=False)
    engine: Engine = field(init=False)
    alerts: Alerts = field(init=False)
    scheduler: BlockingScheduler = field(init=False)
    _turn: threading.Lock = field(default_factory=threading.Lock)
    _new: Workspace | None = None
    _reading: Reading = field(init=False)
    _last_work: datetime | None = field(init=False)
    _doubt: str = ""
    _told_doubt: str = ""
    _adrift: bool = False
    _stirred: tuple[str, float] | None = None
    _nudges: int = 0
    _rung: int = 0
    _seen: tuple[int | None, str | None] | None = None
    _files: Watch = field(init=False)
    _last_event: int = 0
    _sealed: int = 0
    _last_beat: datetime | None = None
    _measured: float = 0.0
    _skew: str = ""
    _asked: queue.SimpleQueue[None] = field(default_factory=queue.SimpleQueue)
    _compared: float = 0.0
    _by_once: bool = False
    _trouble: str = ""
    _wake_at: datetime | None = None
    _bug: BaseException | None = None
    _counts: dict[str, int] = field(default_factory=dict)
    _barred: int = 0

    def __post_init__(self) -> None:
        here = self.here
        self._files = Watch(here.directory)
        self.time = Time(here.store.clock if here.store.shared else None)
        self._reading = self.time.read()
        now, self._measured = self._reading.wall, self._reading.uptime
        self.engine = Engine(
            here.store,
            here.adapters,
            here.files,
            station.owner(),
            self.executor,
            clock.uptime,
            self.workspace.senders,
        )
        look = Look(here.store, self.health.secrets, self.engine.owner)
        self.alerts = Alerts(look, lambda: self.workspace, self.time.now, self._note)
        pausefile.look(here.store, here.directory, now)
        for line in going(here.store, self.workspace.zone, now):
            self._note(line)
        self._nudges = here.store.nudges()
        with here.store.read() as connection:
            self._last_event = self._sealed = history.last_event(connection)
        last = here.store.get("last_tick")
        self._last_work = datetime.fromisoformat(last) if last else None
        if skew.rested(self._last_work, now) and not self.trust_clock:
            self._compare()
        self._believe(self._reading)
        here.store.set("clock", self._doubt)  # also to clear what a run left there that was killed in doubt
        self._told_doubt = self._doubt
        if not here.store.shared:
            self.engine.start(now)
        self.engine.adopt(here.planner(self.workspace), now)

    # -- one pass --

    def pass_once(self) -> Summary:
        """Tick until nothing is ready and nothing is in flight. CampaignError when the clock can't be believed."""
        self._by_once = True
        if self._doubt:
            self.alerts.once(self.time.now())
            raise CampaignError(self._doubt, "set the clock, or give --trust-clock if it is right")
        for answer in self._ask_limits(only_unknown=True):
            answer.result()
        while True:
            wake_at = self._tick_at_last()
            if self.engine.in_flight:
                self._wait(wake_at)
            elif self.engine.rests:
                break
            else:
                self.engine.wake()
        self._beat(self._moment().wall, wait=True)
        self.alerts.once(self._moment().wall)
        counts = self._counts
        return Summary(
            sent=counts.get("sent", 0),
            failed=counts.get("failed", 0),
            uncertain=counts.get("uncertain", 0),
            held=counts.get("held", 0),
            missed=counts.get("missed", 0),
            quiet=counts.get("quiet", 0),
            retrying=counts.get("pending", 0),
            problems=_errors(self.workspace),
            barred=self._barred,
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
        self._ask_limits(only_unknown=False)
        if self._doubt:
            self._note(self._doubt)
        if abs(self.time.ahead()) > clock.TOLERANCE:
            self._note("this machine's clock differs from the store's, and the store's counts")
        self._schedule(self.time.now())
        self.alerts.start()
        over = threading.Event()
        watch = threading.Thread(target=self._keep_watch, args=(over,), name="watch")
        threading.Thread(target=self._end_when_asked, name="stop", daemon=True).start()
        previous = {number: signal.signal(number, self._stop) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            watch.start()
            self._serve()
            over.set()  # already: it would wake whoever waits for what is in flight, each second
            if self._bug is not None:
                raise self._bug
            self._finish()
        finally:
            over.set()
            watch.join()
            self.alerts.stop()
            for number, handler in previous.items():
                signal.signal(number, handler)

    def _serve(self) -> None:
        """Let the scheduler run until it is shut down."""
        try:
            self.scheduler.start()
        except JobLookupError:
            # APScheduler 3.11: a job that is due in the very moment of the shutdown is looked for in the wrong place.
            if not self.engine.stopping:
                raise

    def _stop(self, number: int, frame: FrameType | None) -> None:
        if self.engine.stopping:
            raise KeyboardInterrupt  # asked twice: what is in flight is looked up by the next run
        # No more than this here: the thread that is interrupted may hold any lock, also one that ending needs.
        self.engine.stopping = True
        self._asked.put(None)

    def _end_when_asked(self) -> None:
        self._asked.get()
        self._end()

    def _end(self) -> None:
        self.engine.stopping = True
        self.health.stopping()
        self.engine.wake()
        with suppress(SchedulerNotRunningError):  # not yet: the watch ends it
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
            while self.engine.owes:
                wake_at = self._tick_at_last()
                if self.engine.in_flight:
                    self._wait(wake_at)
            if not self._doubt:  # a wrong time in the store would be held against the right one
                self._beat(self._moment().wall)

    def _keep_watch(self, over: threading.Event) -> None:
        """Not a job of the scheduler, which goes by the wall clock: put back by an hour, it would look at nothing for
        an hour, not even at the clock."""
        while not over.is_set():
            self._guarded(self._watch)
            over.wait(WATCH)

    def _watch(self) -> None:
        """Once a second: has the clock, a file or the store changed under us?"""
        if self.engine.stopping:
            self._end()
            return
        self.health.ready()
        reading = self.time.read()
        doubted, now = self._told_doubt, reading.wall
        try:
            if reading.uptime - self._measured >= HEARTBEAT.total_seconds():
                self._measured = reading.uptime
                self.time.measure()
                self.here.alive(self.time.now())
                reading = self.time.read()
            if self._skew and reading.uptime - self._compared >= HEARTBEAT.total_seconds():
                self._compare()
            if self._believe(reading) != doubted:
                self.here.store.set("clock", self._doubt)
                self._note(self._doubt or "the clock is right again")
                self._told_doubt = self._doubt  # only now: the store may have been away
            self._look_at_files(reading.uptime)
            nudges = self._nudges_now()
        except StoreError as error:
            self._failed(error)
            return
        self._trouble = ""
        rung = nudges != self._nudges
        self._nudges = nudges
        # A clock set forward or a machine woken from sleep: the wake-up may lie in the past by now.
        overslept = self._wake_at is not None and self._wake_at <= now
        idle = self._last_beat is None or now - self._last_beat >= HEARTBEAT
        if (
            rung
            or doubted
            or overslept
            or idle
            or self._new is not None
            or self.health.hungry(reading.uptime)
        ):
            self.engine.wake()
            self._schedule(now)

    def _nudges_now(self) -> int:
        """How often the bell was rung; first of all it is rung for a file PAUSE that came or went. Where nobody has
        written anything since, and that file is as it was, nothing is asked."""
        here = self.here
        # First: what is written after it differs next time.
        seen = (here.store.stamp(), read_pause(here.directory))
        if seen[0] is None or seen != self._seen:
            pausefile.look(here.store, here.directory, self.time.now())
            self._rung = here.store.nudges()
            self._seen = seen
        return self._rung

    def _believe(self, reading: Reading) -> str:
        """Hold the clock against the last reading that was believed; the doubt, "" for none."""
        if self.trust_clock:
            return ""
        earlier = clock.mistrust_restart(self._last_work, reading.wall)
        # A reading that was wrong from the start is nothing to hold the next one against.
        jumped = "" if self._adrift or self._skew else clock.mistrust(self._reading, reading)
        self._doubt = earlier or self._skew or jumped
        self._adrift = bool(earlier or self._skew)
        if not jumped:
            self._reading = reading
        return self._doubt

    def _compare(self) -> None:
        """After a long rest: hold the clock against a server's, again and again until it is right."""
        accounts = self.workspace.accounts.values()
        compared = skew.compare(accounts, self.time.now, self.ask)
        self._compared = clock.uptime()
        if compared.host:
            self._skew = compared.doubt
        elif not self._skew:
            rest = "nothing was published here for over a day"
            self._note(f"{rest}, and no server could be asked whether the clock is right; it is believed")

    def _look_at_files(self, uptime: float) -> None:
        """Read the files again when they have changed and are still; a broken edit keeps the last good version."""
        print_ = self._files.look()
        if print_ == self._print:
            self._stirred = None
            return
        if self._stirred is None or self._stirred[0] != print_:
            self._stirred = (print_, uptime)
        if uptime - self._stirred[1] < STILL:
            return
        self._print, self._stirred = print_, None
        try:
            self._new = station.keep_last_good(
                station.read(self.here.directory, self.workspace), self.workspace
            )
        except CampaignError as error:
            self._note(f"the files have a problem, the last good version goes on: {error.message}")

    def _schedule(self, at: datetime) -> None:
        with suppress(SchedulerNotRunningError, RuntimeError):  # it is being shut down
            # Two at most: the one at work, and one that waits to look once more after it.
            self.scheduler.add_job(
                self._guarded,
                "date",
                (self._work,),
                run_date=self.time.here(at),
                id="wake",
                replace_existing=True,
                max_instances=2,
            )

    def _work(self) -> None:
        """Tick until nothing is in flight, then sleep until the next thing is due. One thread at a time."""
        with self._turn:
            self.health.turned(clock.uptime())
            while not self.engine.stopping and not self._doubt:
                reading = self._moment()
                now = reading.wall
                try:
                    self._adopt_new(now)
                    self._wake_at = self.engine.tick(now, reading.uptime)
                    self._tell()
                    self._beat(now)
                    self.alerts.store_back()
                    self.health.turned(reading.uptime)
                except StoreError as error:
                    # Locked, full, gone: nothing was claimed, and what came back is kept until it can be written.
                    self._failed(error)
                    self._wake_at = now + STORE_RETRY
                    break
                if not self.engine.in_flight:
                    break
                self._wait(self._wake_at)
        if self._wake_at is not None and not self.engine.stopping and not self._doubt:
            self._schedule(self._wake_at)

    def _moment(self) -> Reading:
        """This moment as far as the clock can be believed: between two looks at it, it may be set to another day, and
        nothing is to go out or to be missed by that."""
        reading = self.time.read()
        if self.trust_clock or not (self._doubt or clock.mistrust(self._reading, reading)):
            return reading
        return Reading(self._reading.later(reading.uptime), reading.uptime)

    def _wait(self, until: datetime | None) -> None:
        """Wait for a sender to come back, until then at most (None: however long it takes)."""
        seconds = None if until is None else max((until - self._moment().wall).total_seconds(), 0.0)
        self.engine.wait(seconds)

    def _tick_at_last(self) -> datetime | None:
        """A tick of one that is about to stop; when it has to be woken. While the store is away, what networks said is
        kept for a lease's time: then it has to be looked up anyway."""
        until = clock.uptime() + LEASE.total_seconds()
        while True:
            try:
                reading = self._moment()
                wake_at = self.engine.tick(reading.wall, reading.uptime)
                self._tell()
                return wake_at
            except StoreError as error:
                if not self.engine.owes or clock.uptime() >= until:
                    raise
                self._failed(error)
                threading.Event().wait(STORE_RETRY.total_seconds())

    def _failed(self, error: StoreError) -> None:
        """Say once what is wrong with the store; it is tried again every few seconds."""
        self.alerts.store_away(self.time.now())
        if error.message != self._trouble:
            self._trouble = error.message
            self._note(f"{error.message}; trying again")

    def _adopt_new(self, now: datetime) -> None:
        new = self._new
        if new is None:
            return
        self.engine.adopt(self.here.planner(new), now)
        self.engine.senders = new.senders
        if self._new is new:  # only now: a store that is away just then must not cost us an edit
            self._new = None
        self.workspace = new
        errors = _errors(new)
        self._note(
            "the files were read again" + (f"; {errors} problems, see: campaign check" if errors else "")
        )

    # -- telling --

    def _tell(self) -> None:
        with self.here.store.read() as connection:
            newest = history.last_event(connection)
            events = history.news(connection, after_id=self._last_event) if newest > self._last_event else []
            news = [event for event in events if _is_news(event)]
            rows = history.told_of(connection, {event.key for event in news})
        self._last_event = newest
        for event in events:
            if not event.key and event.kind in ("parked", "unparked"):
                self._note(_about_account(event, self.workspace.zone))
            elif not event.key and (note := told(event, self.workspace.zone)):
                self._note(note)
        for event in news:
            if event.after == State.HELD and str(event.detail.get("reason", "")).startswith(BARRED):
                self._barred += 1
            kept_back = event.after == State.MISSED.value and is_quiet(str(event.detail.get("reason", "")))
            ended = "quiet" if kept_back else event.after
            self._counts[ended] = self._counts.get(ended, 0) + 1
            self.say(self._happening(rows.get(event.key), event))

    def _happening(self, row: history.Told | None, event: history.EventRow) -> Happening:
        campaign = self.workspace.campaigns.get(row.campaign) if row else None
        lines = row.text.strip().splitlines() if row else []
        return Happening(
            at=event.at,
            kind=event.after,
            zone=campaign.zone if campaign else self.workspace.zone,
            key=event.key,
            account=row.target if row else "",
            text=lines[0] if lines else "",
            reason=str(event.detail.get("reason", "")),
            url=row.url if row and event.after == State.SENT.value else "",
        )

    def _note(self, text: str) -> None:
        self.say(Happening(at=self.time.now(), kind="note", zone=self.workspace.zone, text=text))

    def _beat(self, now: datetime, *, wait: bool = False) -> None:
        if self._last_beat is None or now - self._last_beat >= HEARTBEAT or not self.engine.in_flight:
            self._last_beat = now
            self.engine.catch_up(now)
            self.here.store.set("last_tick", now.isoformat())
            self.here.store.set("last_tick_by", ONCE if self._by_once else "run")
            self._seal(now, wait)
            self._signs_of_life(now, wait)
        elif self._last_event - self._sealed >= seals.MOST:
            self._seal(now, end=False)  # what goes on for hours without a pause is sealed on its way

    def _seal(self, now: datetime, end: bool) -> None:
        """Seal what was written, in its own transaction, a batch at a time; at the end of a pass all of it."""
        while sealed := seals.keep(self.here.store, now, all_of_it=end):
            self._sealed += sealed
            if not end:
                return
        self._sealed = self._last_event  # nothing is ready: looked at again when as many events have come

    def _signs_of_life(self, now: datetime, wait: bool) -> None:
        def following() -> str:
            due = self.engine.planner.next_due(now) if self.engine.planner else None
            local = due.astimezone(ZoneInfo(self.workspace.zone)) if due else None
            return f"next post {local:%a %d %b %H:%M}" if local else "nothing is planned"

        note = self.health.ticked(self.here.store, self.workspace.heartbeat, now, following, wait=wait)
        if note:
            self._note(note)

    def _ask_limits(self, *, only_unknown: bool) -> list[Future[object]]:
        """Let the servers tell their own limits, side by side; who does not answer is asked at the next start."""
        return [
            self.executor.submit(self.here.adapters.ask_limits, account)
            for account in self.workspace.accounts.values()
            if not (only_unknown and self.here.adapters.knows_limits(account))
        ]


def _is_news(event: history.EventRow) -> bool:
    """Whether somebody who watches wants to hear of it, of what ``history.news`` gives."""
    return event.after not in ("", event.before)


def _about_account(event: history.EventRow, zone: str) -> str:
    """What is told of an account that stopped working, or works again."""
    account = event.detail.get("account", "")
    if event.kind == "unparked":
        return f"{account} works again"
    until = datetime.fromisoformat(str(event.detail["until"])).astimezone(ZoneInfo(zone))
    return f"{account} does not work: {event.detail.get('reason', '')}; tried again {until:%H:%M}"
