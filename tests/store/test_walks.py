"""Random walks: whatever is done in whatever order, the store says what a plain model in memory says."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from campaign.core.lifecycle import (
    BREAKER,
    LEASE,
    MAX_ATTEMPTS,
    PARKED_RETRY,
    TRANSITIONS,
    Event,
    State,
    backoff,
    parked_for,
)
from campaign.core.outcome import Handed, Outcome, Refused, Retry, Scope, Sent, Unknown
from campaign.store import history, outbox
from campaign.store.database import Store
from campaign.store.evidence import seals
from campaign.store.evidence.verify import verify
from campaign.store.outbox import Claim
from tests.store.made import ANI, NOW, a_row, a_thread, begin, put, receipt

SLOTS = ("a", "b", "t", "t#2", "t#3")
ACCOUNTS = ("one", "two")

OUTCOMES: tuple[Outcome, ...] = (
    *[Sent(receipt(1))] * 4,  # or a thread would never get far
    Sent(receipt(2)),
    Retry("busy"),
    Retry("busy", 120),
    Refused("422"),
    Refused("401", Scope.ACCOUNT),
    *[Unknown("reset")] * 3,
    Handed("given"),
)


@dataclass
class Model:
    """A delivery as it should be."""

    state: State = State.PENDING
    not_before: datetime = NOW
    deadline: datetime | None = NOW + timedelta(hours=5)
    attempt: int = 0
    tries: int = 0
    repeats: int = 0
    receipt: str | None = None
    unknown: set[int] = field(default_factory=set)
    """Attempts of which nothing is known."""
    open: set[int] = field(default_factory=set)
    """Attempts whose sender may still answer."""
    ended: datetime = NOW

    def published(self, id: str) -> None:
        self.state, self.receipt = State.SENT, id
        self.unknown.clear()

    def absent(self, now: datetime) -> None:
        self.state = State.PENDING
        self.unknown.clear()
        self.tries += 1


_walks = itertools.count(1)


class Walk(RuleBasedStateMachine):
    def __init__(self, store: Store) -> None:
        super().__init__()
        self.store = store
        self.walk = f"walk{next(_walks)}"
        self.now = NOW
        self.rows: dict[str, Model] = {}
        self.claims: list[Claim] = []
        self.parked: dict[str, datetime] = {}
        self.trips: dict[str, int] = {}
        self.refusals: dict[str, list[str]] = {}
        self.next_at: dict[str, datetime] = {}
        self.doubled = 0
        for account in ACCOUNTS:
            name = f"{self.walk}-{account}"
            common: dict[str, Any] = {
                "campaign": self.walk,
                "account": name,
                "target": name,
                "deadline": Model().deadline,
            }
            new = [a_row("a", **common), a_row("b", **common), *a_thread("t", 3, **common)]
            put(store, *new)
            self.rows |= {row.key: Model() for row in new}

    # -- the model's own reading of the rules ----------------------------------------------------------------

    def account(self, key: str) -> str:
        return key.split("/")[3].partition("#")[0]

    def before(self, key: str) -> Model | None:
        stem, _, part = key.partition("#")
        if not part:
            return None
        return self.rows[stem if part == "2" else f"{stem}#{int(part) - 1}"]

    def sending(self, account: str) -> bool:
        return any(m.state is State.SENDING and self.account(k) == account for k, m in self.rows.items())

    def next_key(self, account: str) -> str | None:
        if self.sending(account) or self.parked.get(account, self.now) > self.now:
            return None
        mine = {k: m for k, m in self.rows.items() if self.account(k) == account and m.state is State.PENDING}
        begun = [k for k in mine if (b := self.before(k)) is not None and b.state is State.SENT]
        if begun:
            ripe = [k for k in begun if mine[k].not_before <= self.now]
            return min(ripe, default=None)
        if self.next_at.get(account, self.now) > self.now:
            return None
        ripe = [
            k
            for k, m in mine.items()
            if self.before(k) is None
            and m.not_before <= self.now
            and (m.deadline is None or m.deadline >= self.now)
        ]
        return min(ripe, default=None)

    def pace(self, key: str, gap: timedelta) -> None:
        account = self.account(key)
        if gap:
            self.next_at[account] = max(self.next_at.get(account, self.now + gap), self.now + gap)

    def park(self, key: str) -> None:
        account = self.account(key)
        if self.parked.get(account, self.now) <= self.now:
            self.trips[account] = self.trips.get(account, 0) + 1
            self.parked[account] = self.now + parked_for(self.trips[account])

    def refuse(self, key: str) -> None:
        account = self.account(key)
        refused = self.refusals.setdefault(account, [])
        if refused[-1:] != [key]:
            refused.append(key)
        if len(refused) >= BREAKER or account in self.parked:
            self.park(key)

    def works(self, key: str) -> None:
        for what in (self.parked, self.trips, self.refusals):
            what.pop(self.account(key), None)  # type: ignore[attr-defined]

    def no_verdict(self, key: str, until: datetime) -> None:
        account = self.account(key)
        if account in self.parked:
            self.parked[account] = max(self.parked[account], until)

    # -- what may happen ---------------------------------------------------------------------------------------

    @rule(minutes=st.sampled_from([0.1, 0.5, 1, 4, 20, 90]))
    def time_passes(self, minutes: float) -> None:
        self.now += timedelta(minutes=minutes)

    @rule(free=st.integers(0, 3))
    def claim(self, free: int) -> None:
        names = sorted({self.account(key) for key in self.rows})
        ready = [key for name in names if (key := self.next_key(name)) is not None]
        ready.sort(key=lambda key: ("#" not in key, key))
        with self.store.write() as connection:
            got = begin(connection, names, now=self.now, free=free, owner=self.walk)
        assert [claim.key for claim in got] == ready[:free]
        for claim in got:
            self.begin(claim, repeat=False)

    def begin(self, claim: Claim, *, repeat: bool) -> None:
        model = self.rows[claim.key]
        model.state = State.SENDING
        model.attempt += 1
        model.repeats = model.repeats + 1 if repeat else 0
        model.open.add(model.attempt)
        assert (claim.attempt, claim.repeat) == (model.attempt, repeat)
        self.claims.append(claim)

    @precondition(lambda self: self.claims)
    @rule(
        data=st.data(), outcome=st.sampled_from(OUTCOMES), gap=st.sampled_from([0, 5]), any_one=st.booleans()
    )
    def answer(self, data: st.DataObject, outcome: Outcome, gap: int, any_one: bool) -> None:
        unanswered = [claim for claim in self.claims if claim.attempt in self.rows[claim.key].open]
        claim = data.draw(st.sampled_from(self.claims if any_one else unanswered or self.claims))
        model, wait = self.rows[claim.key], timedelta(minutes=gap)
        with self.store.write() as connection:
            outbox.settle(connection, claim.key, claim.attempt, outcome, self.now, gap=wait)
        self.expect(claim.key, model, claim.attempt, outcome, wait)

    def expect(self, key: str, model: Model, number: int, outcome: Outcome, gap: timedelta) -> None:
        if number not in model.open:
            return
        waiting = model.state is State.SENDING and model.attempt == number
        if isinstance(outcome, Unknown):
            if waiting:  # the sender has answered, but a truer answer of this attempt would still count
                model.state, model.ended = State.UNCERTAIN, self.now
                model.unknown.add(number)
                self.pace(key, gap)
                self.no_verdict(key, self.now + PARKED_RETRY)
            return
        model.open.discard(number)
        was_unknown = number in model.unknown
        model.unknown.discard(number)
        if waiting:
            model.ended = self.now
        if isinstance(outcome, Sent):
            self.works(key)
            if model.state is State.SENT:
                self.doubled += model.receipt != outcome.receipt.id
            else:
                model.published(outcome.receipt.id)
                self.pace(key, gap)
            return
        if waiting:
            self.not_sent(key, model, outcome, first_unknown=bool(model.unknown))
        elif was_unknown and not model.unknown and model.state is State.UNCERTAIN:
            model.tries += 1
            model.state = State.PENDING
            match outcome:
                case Retry(_, after):
                    if model.tries >= MAX_ATTEMPTS:
                        model.state = State.FAILED
                        self.refuse(key)
                    else:
                        model.not_before = max(model.not_before, self.now + backoff(model.tries, after))
                case Refused(_, Scope.ACCOUNT):
                    self.park(key)
                case Refused():
                    model.state = State.FAILED
                    self.refuse(key)
                case Handed():
                    model.state, model.deadline = State.HELD, None

    def not_sent(self, key: str, model: Model, outcome: Outcome, *, first_unknown: bool) -> None:
        if isinstance(outcome, Refused) and outcome.scope is Scope.ACCOUNT:
            self.park(key)
        if first_unknown:
            model.state = State.UNCERTAIN
            after = outcome.after if isinstance(outcome, Retry) else None
            self.no_verdict(key, self.now + backoff(model.repeats, after))
            return
        match outcome:
            case Retry(_, after):
                model.tries += 1
                model.state = State.FAILED if model.tries >= MAX_ATTEMPTS else State.PENDING
                if model.state is State.PENDING:
                    model.not_before = max(model.not_before, self.now + backoff(model.tries, after))
                    self.no_verdict(key, model.not_before)
                else:
                    self.refuse(key)
            case Refused(_, Scope.ACCOUNT):
                model.state = State.PENDING
            case Refused():
                model.tries += 1
                model.state = State.FAILED
                self.refuse(key)
            case Handed():
                model.state, model.deadline = State.HELD, None
                self.works(key)

    @precondition(lambda self: any(model.state is State.SENDING for model in self.rows.values()))
    @rule(dice=st.integers(1, 4))
    def senders_die(self, dice: int) -> None:
        if dice > 1:
            return
        with self.store.write() as connection:
            lost = outbox.orphan(connection, self.now, owner_gone=self.walk)
        mine = [key for key, model in self.rows.items() if model.state is State.SENDING]
        assert sorted(key for key in lost if key in self.rows) == sorted(mine)
        for key in mine:
            model = self.rows[key]
            model.state, model.ended = State.UNCERTAIN, self.now
            model.unknown.add(model.attempt)

    @rule(
        outcomes=st.lists(st.sampled_from([None, *OUTCOMES]), min_size=8, max_size=8),
        repeats=st.booleans(),
        late=st.booleans(),
    )
    def a_round(self, outcomes: list[Outcome | None], repeats: bool, late: bool) -> None:
        """Minutes of the loop: claims, repeats of what is uncertain, answers at once, later, or never."""
        waiting = iter(outcomes)
        known = len(self.claims)
        self.claim(2)
        if repeats:
            for key in [key for key, model in self.rows.items() if model.state is State.UNCERTAIN]:
                self.repeat(key)
        self.tell(self.claims[known:], waiting)
        if late:
            self.tell([c for c in self.claims[:known] if c.attempt in self.rows[c.key].open], waiting)
        self.now += timedelta(minutes=1)

    def tell(self, claims: list[Claim], outcomes: Iterator[Outcome | None]) -> None:
        for claim, outcome in zip(claims, outcomes, strict=False):
            if outcome is None:
                continue
            with self.store.write() as connection:
                outbox.settle(connection, claim.key, claim.attempt, outcome, self.now)
            self.expect(claim.key, self.rows[claim.key], claim.attempt, outcome, timedelta())

    def repeat(self, key: str) -> None:
        uncertain = self.rows[key].state is State.UNCERTAIN
        free = not self.sending(self.account(key))
        with self.store.write() as connection:
            claim = outbox.repeat(connection, key, self.now, self.walk, lease=LEASE)
        assert (claim is not None) is (uncertain and free)
        if claim is not None:
            self.begin(claim, repeat=True)

    @rule(data=st.data(), any_one=st.booleans())
    def look(self, data: st.DataObject, any_one: bool) -> None:
        waiting = [key for key, model in self.rows.items() if model.state is State.UNCERTAIN]
        name = data.draw(st.sampled_from(list(self.rows) if any_one else waiting or list(self.rows)))
        model = self.rows[name]
        uncertain = model.state is State.UNCERTAIN
        match data.draw(st.sampled_from(["repeat", "found", "absent", "later"])):
            case "repeat":
                self.repeat(name)
            case "found":
                with self.store.write() as connection:
                    assert outbox.found(connection, name, receipt(3), self.now) is uncertain
                if uncertain:
                    model.published("3")
                    self.works(name)
            case "absent":
                with self.store.write() as connection:
                    assert outbox.absent(connection, name, "not there", self.now) is uncertain
                if uncertain:
                    model.absent(self.now)
                    model.not_before = max(model.not_before, model.ended + backoff(model.tries))
                    if model.tries >= MAX_ATTEMPTS:
                        model.state = State.FAILED
                        self.refuse(name)
            case _:
                with self.store.write() as connection:
                    assert outbox.look_later(connection, name, "503", self.now, self.now) is uncertain

    @rule(key=st.integers(0, 9), event=st.sampled_from(["hold", "release", "cancel", "again", "refuse"]))
    def decide(self, key: int, event: str) -> None:
        name = list(self.rows)[key]
        model = self.rows[name]
        later = self.now + timedelta(hours=1)
        with self.store.write() as connection:
            match event:
                case "hold":
                    done = outbox.hold(connection, name, "paused", self.now, ANI)
                    arrow = Event.HOLD
                case "release":
                    done = outbox.release(connection, name, later, self.now, ANI)
                    arrow = Event.RELEASE
                case "cancel":
                    done = outbox.cancel(connection, name, "no", self.now, ANI)
                    arrow = Event.CANCEL
                case "again":
                    done = outbox.again(connection, name, self.now, ANI, deadline=later)
                    arrow = Event.AGAIN
                case _:
                    done = model.state is State.PENDING
                    assert outbox.refuse(connection, name, "no text", self.now) is done
                    arrow = Event.REFUSED
        to = TRANSITIONS.get((model.state, arrow)) if event != "refuse" or done else None
        assert done is (to is not None)
        if to is not None:
            model.state = to
            if event in ("release", "again"):
                model.deadline = later
            if event == "again":
                model.tries, model.not_before = 0, self.now

    @rule(key=st.integers(0, 9), event=st.sampled_from([e for e in Event if e.value.startswith("resolve")]))
    def resolve(self, key: int, event: Event) -> None:
        name = list(self.rows)[key]
        model = self.rows[name]
        to = TRANSITIONS.get((model.state, event))
        with self.store.write() as connection:
            done = outbox.resolve(connection, name, event, self.now, ANI, receipt=receipt(4))
        assert done is (to is not None)
        if to is None:
            return
        model.state = to
        model.unknown.clear()
        if to is State.SENT:
            model.published("4")
        if event is Event.RESOLVE_ABSENT:
            model.tries = 0

    @rule()
    def deadlines(self) -> None:
        with self.store.write() as connection:
            outbox.miss(connection, self.now)
            outbox.break_threads(connection, self.now)
        for key, model in self.rows.items():
            late = model.deadline is not None and model.deadline < self.now and self.before(key) is None
            if model.state in (State.PENDING, State.HELD) and late:
                model.state = State.MISSED
        for key in sorted(self.rows):  # part 2 before part 3
            before = self.before(key)
            over = (State.FAILED, State.MISSED, State.CANCELLED)
            if (
                before is not None
                and before.state in over
                and self.rows[key].state in (State.PENDING, State.HELD)
            ):
                self.rows[key].state = State.FAILED

    # -- what always holds ----------------------------------------------------------------------------------------

    @invariant()
    def the_store_says_what_the_model_says(self) -> None:
        with self.store.read() as connection:
            rows = {row.key: row for row in history.deliveries(connection, campaign=self.walk)}
        for key, model in self.rows.items():
            row = rows[key]
            got = (row.state, row.attempt, row.tries, row.unresolved, row.not_before, row.deadline)
            told = (
                model.state,
                model.attempt,
                model.tries,
                bool(model.unknown),
                model.not_before,
                model.deadline,
            )
            assert got == told, key
            assert (row.receipt.id if row.receipt else None) == model.receipt
        flying = [row.account for row in rows.values() if row.state is State.SENDING]
        assert len(flying) == len(set(flying))

    def teardown(self) -> None:
        """Every delivery's events are one walk along the arrows, from planned to where it stands."""
        with self.store.read() as connection:
            doubled = 0
            for key, model in self.rows.items():
                at = ""
                for event in history.events(connection, key):
                    assert event.before == at
                    if event.before != event.after and at:
                        assert TRANSITIONS[State(at), Event(event.kind)] == event.after
                    at = event.after
                    doubled += event.kind == "doubled"
                assert at == model.state
            assert doubled == self.doubled


def test_random_walks(store: Store) -> None:
    run_state_machine_as_test(
        cast(Any, lambda: Walk(store)),  # a factory will do, though its type asks for the class
        settings=settings(
            max_examples=20 if store.shared else 50,
            stateful_step_count=50,
            phases=[Phase.generate],  # shrinking a walk through two databases takes minutes and gains little
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    while seals.keep(store, NOW, all_of_it=True):
        pass
    with store.read() as connection:
        found = verify(connection)
    assert (found.differences, found.unsealed) == ((), 0)
