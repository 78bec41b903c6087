"""One step of the work: ``Engine.tick(now)``. Time is an argument, so a month runs in milliseconds.

A tick plans what fell due, writes what has come back, claims what free senders can take, and hands it to them. Every
side effect stands between two committed rows: the attempt before it, the result after it.
"""

from __future__ import annotations

import queue
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Connection

from campaign.core.lifecycle import LEASE, LONGEST, PARKED_RETRY, RENEW, REPEAT_MARGIN
from campaign.core.model import SENDERS, Account, parse_key
from campaign.core.outcome import Absent, CannotTell, Found, Outcome, Retry, Sent
from campaign.dispatch import consented, courier
from campaign.dispatch.adapters import Adapters
from campaign.dispatch.courier import Errand, Lease, Uptime
from campaign.dispatch.crisis.halt import Halt
from campaign.dispatch.freeze import Described
from campaign.dispatch.pace import pace
from campaign.dispatch.planner import Planner
from campaign.dispatch.regate import Gate
from campaign.errors import CampaignError
from campaign.networks.base import Network
from campaign.store import history, meta, outbox
from campaign.store.database import Store
from campaign.store.history import Delivery
from campaign.store.notes import AttemptNotes
from campaign.store.outbox import Answered, Claim, Turn

TURN = timedelta(seconds=1)
"""How soon to plan again when another host was planning, and to look around while others share the store."""

ASK = timedelta(seconds=10)
"""How soon all accounts are asked again whose turn it is while thousands wait."""

GATHER = 0.01
"""Seconds that a sender who came back waits for others: a transaction costs the disk as much for one as for many."""


@dataclass(frozen=True, slots=True)
class _Result:
    """What a sender brought back: the outcome of a claim, or what a look-up found."""

    account: str
    claim: Claim | None = None
    outcome: Outcome | None = None
    delivery: Delivery | None = None
    found: Found | None = None


@dataclass(slots=True)
class _Step:
    """What one tick sets going, and whose turn is next."""

    repeats: list[Claim] = field(default_factory=list)
    looks: list[Delivery] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    turns: list[Turn] = field(default_factory=list)
    asked: datetime | None = None
    elsewhere: bool = False
    """Whether another host was at a row whose turn it is."""


@dataclass
class Engine:
    """The work of one process on one store. ``executor`` runs senders; with an inline one the engine is deterministic.

    Only the thread that calls ``tick`` touches its fields; senders speak through a queue.
    """

    store: Store
    adapters: Adapters
    files: Described
    owner: str
    executor: Executor
    uptime: Uptime
    senders: int = SENDERS
    stopping: bool = False
    planner: Planner | None = None
    _next_due: datetime | None = None
    _planned: bool = False
    _busy: set[str] = field(default_factory=set)
    _flying: dict[str, Errand] = field(default_factory=dict)
    _unsure: bool = False
    _unusable: dict[str, datetime] = field(default_factory=dict)
    _results: queue.SimpleQueue[_Result | None] = field(default_factory=queue.SimpleQueue)
    _unwritten: list[_Result] = field(default_factory=list)
    _turns: list[Turn] = field(default_factory=list)
    _asked: datetime | None = None
    _look_at: datetime | None = None
    _stale: bool = True
    _passed_over: Collection[str] = ()
    _looked: bool = False
    _rings: int = 0

    # -- what the loop calls --

    def adopt(self, planner: Planner, now: datetime) -> None:
        """Work on a new version of the files from now on."""
        self.catch_up(now)
        planner.compare(now)
        planner.hold_orphaned_files(now)
        Gate(planner, now).reopen()
        self.planner = planner
        self._planned = False
        self._stale = True
        self._unusable.clear()
        with self.store.write() as connection:
            for account in planner.workspace.accounts.values():
                self._pace(connection, account, now)

    def catch_up(self, now: datetime) -> None:
        """Note that nothing more was due up to ``now``: what an edit puts before it was written after its time."""
        if self.planner is not None and self._planned and (self._next_due is None or now < self._next_due):
            self.planner.catch_up(now)

    def start(self, now: datetime) -> None:
        """Take over from a process that is known to be gone: what it was sending may be published."""
        with self.store.write() as connection:
            outbox.orphan(connection, now, everyone=True)

    @property
    def in_flight(self) -> int:
        """How many senders are at work."""
        return len(self._busy)

    @property
    def rests(self) -> bool:
        """Whether nobody is at work, and the last tick looked for all that could be done, not only for what goes on."""
        return not self._busy and self._looked and not self._stale

    @property
    def owes(self) -> bool:
        """Whether something has come back, or will, that is not written yet."""
        return bool(self._busy or self._unwritten)

    def wake(self) -> None:
        """End a ``wait`` at once (from any thread), and look around."""
        self._stale = True
        self._results.put(None)

    def wait(self, seconds: float | None) -> None:
        """Wait until a sender comes back, somebody calls ``wake``, or the seconds are over. Who comes back within
        ``GATHER`` is waited for: what they bring is written in one transaction."""
        try:
            gathered = [self._results.get(timeout=seconds)]
        except queue.Empty:
            return
        until = self.uptime() + GATHER
        while None not in gathered and len(gathered) < len(self._busy):
            try:
                gathered.append(self._results.get(timeout=max(until - self.uptime(), 0.0)))
            except queue.Empty:
                break
        for result in gathered:
            self._results.put(result)

    def tick(self, now: datetime, at: float | None = None) -> datetime | None:
        """One step at ``now`` (aware UTC), which it was at the uptime ``at``. Returns when there is something to do
        next (aware UTC), if ever; while ``stopping``: when a lease is to be renewed."""
        assert self.planner is not None  # noqa: S101 - adopt comes first
        at = self.uptime() if at is None else at
        self._take_results()
        back = {result.account for result in self._unwritten}
        stale, self._stale = self._stale, False  # first: whoever wakes us from now on is not overheard
        swift = not stale and self._only_goes_on(now)
        unsure, self._unsure = self._unsure, True  # until it is committed, and what was claimed is on its way
        if not self.stopping:
            planned = self._plan(now)
            stale, swift = stale or planned, swift and not planned
            if not swift:
                stale |= bool(self.planner.fill(now))
        step = _Step()
        with self.store.write() as connection:
            # Planning took its time, or the machine was stopped meanwhile: leases and deadlines count from here.
            began = self.uptime()
            now += timedelta(seconds=max(began - at, 0.0))
            # First: it may wait, and then holds no row.
            halt = Halt.of(connection, self.planner.workspace, now)
            rings = meta.rings(connection)
            if unsure:
                self._give_back(connection, now)
            self._write(connection, self._unwritten, now)
            renewed = self._renew(connection, now, began)
            if not swift:
                self._look_around(connection, now, halt, step)
            if not self.stopping:
                anew = unsure or stale or rings != self._rings or self._turns_are_old(now)
                self._whose_turn(connection, now, step, None if anew and not swift else back)
                self._claim(connection, now, halt, step)
        for lease in renewed:
            lease.ends = began + LEASE.total_seconds()
        self._unwritten.clear()  # only now: a store that can't be written must not cost us what a network said
        self._turns, self._asked = step.turns, step.asked or self._asked
        for claim in (*step.repeats, *step.claims):
            self._send(Errand(claim, Lease(began, began + LEASE.total_seconds())))
        for delivery in step.looks:
            self._look(delivery)
        self._unsure, self._looked = False, not swift
        if swift and rings != self._rings:
            self._stale = True  # somebody decided something: look around at once
        self._rings = rings
        # Until it is known when: a store that is gone may be back by then.
        known, self._look_at = self._look_at, now
        with self.store.read() as connection:
            ahead = [history.next_wake(connection, now, back if swift else None)]
        # Accounts whose time to be tried again is over have nothing to send.
        ahead += [retry for retry in self._unusable.values() if retry > now]
        ahead.append(known if swift else halt.next_end)
        if not swift and step.asked is None and self._asked is not None:
            ahead.append(self._asked + ASK)  # whoever may send since then was not asked
        if self.store.shared and (self._busy or step.elsewhere):
            ahead.append(now + TURN)  # what other hosts do rings no bell
        self._look_at = _first(ahead)
        if self.stopping:
            return _first(self._renewals(now, began))
        return now if self._stale else _first([self._look_at, self._next_due, *self._renewals(now, began)])

    def _plan(self, now: datetime) -> bool:
        """Make the rows of what fell due; whether it was looked for."""
        assert self.planner is not None  # noqa: S101
        if self._planned and (self._next_due is None or now < self._next_due):
            return False
        planned = self.planner.plan(now, fresh=not self._planned)
        self._planned = planned.complete
        self._next_due = _first([self.planner.planned(now), planned.again]) if self._planned else now + TURN
        return True

    def _only_goes_on(self, now: datetime) -> bool:
        """Whether a tick has to do no more than write that posts went out and send the next ones: nothing else came
        back, nothing has become due since it was last looked for, and there is work that brings the next tick."""
        if self.stopping or self._unsure or not self._unwritten:
            return False
        if any(result.account in self._passed_over for result in self._unwritten):
            return False
        if self._look_at is not None and now >= self._look_at:
            return False
        if not self._turns and not self._busy:
            return False
        return all(isinstance(r.outcome, Sent) and r.outcome.wait is None for r in self._unwritten)

    def _look_around(self, connection: Connection, now: datetime, halt: Halt, step: _Step) -> None:
        """All that time or somebody else may have brought about: lost senders, missed posts, look-ups, whose turn it
        is."""
        assert self.planner is not None  # noqa: S101
        self._orphan(connection, now)
        halt.hold(connection)  # before it is missed: what falls into a pause is known to have
        outbox.miss(connection, now)
        outbox.cancel_unwanted(connection, now)
        outbox.break_threads(connection, now)
        if self.stopping:
            return
        if consented.any_withdrawn(self.planner.workspace):
            self.planner.hold_unconsented(connection, now)
        step.repeats, step.looks = self._look_at_uncertain(connection, now, halt)

    def _turns_are_old(self, now: datetime) -> bool:
        """Whether to ask all accounts again whose turn it is. While thousands wait, that is dear and would change
        nothing for the next posts: who can send now is asked for in any case when it comes to it."""
        long = len(self._turns) > 4 * self.senders
        return not long or self._asked is None or not timedelta() <= now - self._asked < ASK

    def _whose_turn(
        self, connection: Connection, now: datetime, step: _Step, back: Collection[str] | None
    ) -> None:
        """Whose turn is next: of all accounts, or of those who were waiting already and those who came ``back``."""
        taken = {claim.account for claim in step.repeats} | {row.account for row in step.looks}
        if back is None:
            # Of thousands of accounts few have something to send: the others are not even looked at.
            step.turns = outbox.ripe(
                connection, now, self._working(outbox.waiting(connection, now) - taken, now)
            )
            step.asked = now
        else:
            came = outbox.ripe(connection, now, self._working(set(back) - taken, now))
            waiting = [turn for turn in self._turns if turn.account not in taken] if taken else self._turns
            step.turns = sorted([*waiting, *came]) if came else waiting

    def _claim(self, connection: Connection, now: datetime, halt: Halt, step: _Step) -> None:
        assert self.planner is not None  # noqa: S101
        free = self.senders - len(self._busy) - len(step.repeats) - len(step.looks)
        if free <= 0 or not step.turns:
            return
        gate = Gate(self.planner, now)

        def judge(connection: Connection, rows: Sequence[Delivery]) -> list[str | None]:
            # A secret may have gone since it was asked whose turn it is.
            working = set(self._working((row.account for row in rows), now))
            said = iter(gate.judge(connection, [row for row in rows if row.account in working]))
            return [next(said) if row.account in working else None for row in rows]

        unpaused, reached = halt.before(judge), 0

        def counting(connection: Connection, rows: Sequence[Delivery]) -> Sequence[str | None]:
            nonlocal reached
            reached += len(rows)
            return unpaused(connection, rows)

        wanted = min(free, len(step.turns))
        step.claims, step.turns = outbox.take(
            connection, now, free, self.owner, step.turns, lease=LEASE, judge=counting
        )
        step.elsewhere = reached < wanted

    def _renewals(self, now: datetime, uptime: float) -> Iterator[datetime]:
        """When the leases of what is on its way are to be renewed."""
        for errand in self._flying.values():
            if (left := errand.lease.ends - uptime) > RENEW.total_seconds():
                yield now + timedelta(seconds=left) - RENEW

    # -- leases --

    def _renew(self, connection: Connection, now: datetime, uptime: float) -> list[Lease]:
        """Renew what is still on its way in good time; the leases to be lengthened once that is committed."""
        renewed = []
        for errand in self._flying.values():
            lease, claim = errand.lease, errand.claim
            due = lease.ends - uptime <= RENEW.total_seconds()
            if not due or lease.over(uptime) or uptime - lease.began > LONGEST.total_seconds():
                continue
            if outbox.renew(connection, claim.key, claim.attempt, self.owner, now + LEASE, now):
                renewed.append(lease)
            else:
                lease.ends = uptime  # somebody else may be at it: what has not left must not leave
        return renewed

    def _orphan(self, connection: Connection, now: datetime) -> None:
        """Give up for lost what is not heard of any more; it may be out, so its accounts pause as if it were."""
        assert self.planner is not None  # noqa: S101
        for key in outbox.orphan(connection, now):
            target = self.planner.workspace.target(parse_key(key).target)
            if target is not None:
                self._pace(connection, target.account, now)

    def _give_back(self, connection: Connection, now: datetime) -> None:
        """The store broke off and did not say whether it had committed: what it counts as ours, and we never sent."""
        known = {(errand.claim.key, errand.claim.attempt) for errand in self._flying.values()}
        known |= {(r.claim.key, r.claim.attempt) for r in self._unwritten if r.claim is not None}
        for key, attempt in outbox.in_flight(connection, self.owner):
            if (key, attempt) not in known:
                reason = "the connection to the store broke just before it was sent"
                outbox.settle(connection, key, attempt, Retry(reason), now)

    # -- what comes back --

    def _take_results(self) -> None:
        while True:
            try:
                result = self._results.get_nowait()
            except queue.Empty:
                return
            if result is not None:
                self._busy.discard(result.account)
                self._flying.pop(result.account, None)
                self._unwritten.append(result)

    def _write(self, connection: Connection, results: Sequence[_Result], now: datetime) -> None:
        accounts = self.planner.workspace.accounts if self.planner else {}
        known = {name: accounts[name] for result in results if (name := result.account) in accounts}
        gaps = {name: account.gap for name, account in known.items()}
        outbox.settle_all(
            connection,
            [
                Answered(
                    result.claim.key,
                    result.claim.attempt,
                    result.outcome,
                    gaps.get(result.account, timedelta()),
                )
                for result in results
                if result.claim is not None and result.outcome is not None
            ],
            now,
        )
        for result in results:
            if result.delivery is not None and result.found is not None:
                gap = gaps.get(result.account, timedelta())
                self._write_found(connection, result.delivery, result.found, gap, now)
        for account in known.values():
            if account.daily is not None:
                self._pace(connection, account, now)

    def _write_found(
        self, connection: Connection, delivery: Delivery, found: Found, gap: timedelta, now: datetime
    ) -> None:
        match found:
            case Sent(receipt):
                outbox.found(connection, delivery.key, receipt, now, gap=gap)
            case Absent(reason):
                outbox.absent(connection, delivery.key, reason, now)
            case CannotTell(reason):
                assert delivery.first_attempt is not None  # noqa: S101
                again = courier.next_look(delivery.first_attempt, now)
                outbox.look_later(connection, delivery.key, reason, again, now)

    def _pace(self, connection: Connection, account: Account, now: datetime) -> None:
        assert self.planner is not None  # noqa: S101
        if account.gap or account.daily is not None:
            pace(connection, account, self.planner.workspace.zone, now)

    # -- what goes out --

    def _working(self, accounts: Iterable[str], now: datetime) -> list[str]:
        """Those of the accounts whose sender is idle and whose configuration works; one that does not work is tried
        again later."""
        assert self.planner is not None  # noqa: S101
        free = []
        for name in accounts:
            account, retry = self.planner.workspace.accounts.get(name), self._unusable.get(name)
            if account is None or name in self._busy or (retry is not None and now < retry):
                continue
            if self._adapter(account, now) is not None:
                free.append(name)
        return free

    def _adapter(self, account: Account, now: datetime) -> Network | None:
        try:
            adapter = self.adapters.get(account)
        except CampaignError:
            self._unusable[account.id] = now + PARKED_RETRY
            return None
        self._unusable.pop(account.id, None)
        return adapter

    def _look_at_uncertain(
        self, connection: Connection, now: datetime, halt: Halt
    ) -> tuple[list[Claim], list[Delivery]]:
        """Uncertain rows whose time has come: repeated where the network recognises the repeat, else looked up."""
        assert self.planner is not None  # noqa: S101
        repeats: list[Claim] = []
        looks: list[Delivery] = []
        taken = set(self._busy)
        self._passed_over = passed_over = set[str]()
        for row in history.uncertain_due(connection, now):
            account = self.planner.workspace.accounts.get(row.account)
            if row.account in taken or len(taken) >= self.senders:
                # Looked at again as soon as its account, or any sender, comes back.
                passed_over |= {row.account} if row.account in taken else taken
                continue
            adapter = self._adapter(account, now) if account is not None else None
            if adapter is None and self.store.shared:
                continue  # another host may have the account or its secret
            if adapter is None or row.first_attempt is None:
                reason = row.reason if account is not None else "its account has gone from the files"
                outbox.look_later(connection, row.key, reason, now + PARKED_RETRY, now)
                continue
            # What is to be gone, or paused, is looked up only: a repeat would publish it if it is not out (any more).
            wanted = row.withdraw_at is None and not consented.refusal(self.planner.workspace, row)
            wanted = wanted and halt.stopping(connection, row) is None
            if wanted and now < row.first_attempt + adapter.repeat_safe_for - REPEAT_MARGIN:
                claim = outbox.repeat(connection, row.key, now, self.owner, lease=LEASE)
                if claim is None:
                    continue
                repeats.append(claim)
            else:
                looks.append(row)
            taken.add(row.account)
        return repeats, looks

    def _send(self, errand: Errand) -> None:
        claim = errand.claim
        assert self.planner is not None  # noqa: S101
        try:
            adapter = self.adapters.get(self.planner.workspace.accounts[claim.account])
        except CampaignError as error:  # its secret has gone within this very step
            self._came(_Result(claim.account, claim=claim, outcome=Retry(error.message)))
            return
        notes = AttemptNotes(self.store, claim.key, claim.attempt)
        others = self.store.shared
        work = partial(courier.deliver, errand, adapter, notes, self.files, self.uptime, others=others)
        self._flying[claim.account] = errand
        self._submit(claim.account, lambda: _Result(claim.account, claim=claim, outcome=work()))

    def _look(self, delivery: Delivery) -> None:
        assert self.planner is not None  # noqa: S101
        try:
            adapter = self.adapters.get(self.planner.workspace.accounts[delivery.account])
        except CampaignError as error:
            self._came(_Result(delivery.account, delivery=delivery, found=CannotTell(error.message)))
            return
        notes = AttemptNotes(self.store, delivery.key, delivery.attempt)
        work = partial(courier.look, adapter, delivery, notes)
        self._submit(delivery.account, lambda: _Result(delivery.account, delivery=delivery, found=work()))

    def _came(self, result: _Result) -> None:
        """Nobody had to go for it."""
        self._busy.add(result.account)
        self._results.put(result)

    def _submit(self, account: str, work: Callable[[], _Result]) -> None:
        self._busy.add(account)
        self.executor.submit(lambda: self._results.put(work()))


def _first(moments: Iterable[datetime | None]) -> datetime | None:
    return min((moment for moment in moments if moment is not None), default=None)
