"""What must hold whatever happens: looked at after every step, against the log, the servers and the files' history."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select

from campaign.core.lifecycle import LEASE, PARKED_RETRY, REPEAT_MARGIN, TRANSITIONS, Event, State
from campaign.core.model import Approval, QuietHours
from campaign.store import history
from campaign.store.history import AccountRow, Delivery, EventRow
from campaign.store.tables import deliveries
from tests.simulation.crises import Crises
from tests.simulation.oracle import Almanac, Due, Owed
from tests.simulation.world import Broken, World

OPEN = (State.PENDING, State.HELD, State.SENDING, State.UNCERTAIN)
NEWBORN = {"pending", "held", "missed", "failed", "cancelled"}
KINDS = {event.value for event in Event}
SAME_STATE = {
    "held-on",
    "withdraw",
    "withdrawing",
    "withdrawn",
    "not-withdrawn",
    "moved",
    "composed",
    "looked",
    "late",
    "doubled",
}
MUST_SAY_WHY = {State.HELD, State.FAILED, State.MISSED, State.CANCELLED, State.UNCERTAIN}
SPURIOUS = 40
"""How often in a row an engine may wake up for nothing."""


@dataclass
class Invariants:
    """Sees everything and believes nothing. ``lied``: keys of which a person said what is not so."""

    world: World
    almanac: Almanac
    strict_quiet: bool = False
    """Also what is late (asleep, retried, behind a gap) keeps quiet hours; today they hold for the time it is due."""
    owed: Owed = field(init=False)
    rows: dict[str, Delivery] = field(default_factory=dict)
    states: dict[str, str] = field(default_factory=dict)
    """Told by the log alone."""
    by_person: set[str] = field(default_factory=set)
    lied: set[str] = field(default_factory=set)
    keys: dict[str, str] = field(default_factory=dict)
    """Delivery keys by the keys that networks know."""
    claimed: dict[str, datetime] = field(default_factory=dict)
    """When the last attempt of each began."""
    quiet: dict[str, tuple[QuietHours, str]] = field(default_factory=dict)
    crises: Crises = field(default_factory=Crises)
    _last_event: int = 0
    _since: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    _ticked_at: datetime = field(init=False)
    _known_posts: dict[str, int] = field(default_factory=dict)
    _idle_wakes: int = 0
    _wake: datetime | None = None
    _expected: datetime | None = None
    _quiet_tick: bool = False

    def __post_init__(self) -> None:
        self.owed = Owed(self.almanac)
        self._ticked_at = self.world.now

    def check(self, holds: bool, what: str, *about: object) -> None:
        if not holds:
            raise Broken(f"{self.world.now:%Y-%m-%d %H:%M:%S}Z {what}: " + "; ".join(map(str, about)))

    # -- told by the world -----------------------------------------------------------------------------------

    def before_tick(self) -> None:
        self._ticked_at = self.world.now
        self.owed.tried(self.world.running, self.world.now)

    def after_tick(self) -> None:
        events = self.observe()
        self._quiet_tick = not events
        for row in self._open():
            late = row.previous is None and row.deadline is not None and row.deadline < self._ticked_at
            self.check(
                not (late and row.state in (State.PENDING, State.HELD)),
                "past its deadline",
                row.key,
                row.state,
            )
        for key, due in self.owed.rows(self.world.running, self._ticked_at):
            self.check(key in self.rows, "lost: it fell due and has no row", key, due.at)

    def beat(self) -> None:
        self.owed.beat(self.world.running, self.world.now)

    def observe(self) -> list[EventRow]:
        """Read what has changed and check it."""
        with self.world.store.read() as connection:
            events = history.events(connection, after_id=self._last_event)
            changed = select(deliveries).where(
                or_(deliveries.c.updated_at >= self._since, deliveries.c.state == State.SENDING.value)
            )
            fresh = {row["key"]: Delivery.of(row) for row in connection.execute(changed).mappings()}
            for key in {event.key for event in events if event.key} - fresh.keys():
                self.check(False, "an event, and its row was not touched", key)
            parked = history.accounts(connection)
        self.rows |= fresh
        self.keys |= {row.network_key: key for key, row in fresh.items()}
        for event in events:
            self._last_event = event.id
            self._follow(event)
        for key, row in fresh.items():
            self.check(
                self.states.get(key) == row.state.value,
                "the log does not tell the state",
                key,
                self.states.get(key),
                row.state,
            )
            self._look_at_row(row)
        for event in events:
            if event.kind in (Event.CLAIM, Event.REPEAT):
                self._look_at_pauses(event, self.rows[event.key])
            if event.kind == Event.CLAIM:
                self._look_at_claim(event, self.rows[event.key], parked)
        self._look_at_servers()
        self._since = self._ticked_at  # what is written from now on is not older
        return events

    # -- the log ---------------------------------------------------------------------------------------------

    def _follow(self, event: EventRow) -> None:
        self.crises.follow(event)
        if not event.key:
            return
        key, before = event.key, self.states.get(event.key, "")
        self.check(event.before == before, "an event leaves a state that was not", key, event.kind, before)
        row = self.rows[key]
        if event.kind == "planned":
            self.check(event.after in NEWBORN, "born in a strange state", key, event.after)
            self._born(event, row)
        elif event.kind in KINDS:
            arrow = (State(before), Event(event.kind))
            self.check(TRANSITIONS.get(arrow) == event.after, "not an arrow", key, *arrow, event.after)
        else:
            self.check(event.kind in SAME_STATE and event.after == before, "unknown event", key, event.kind)
        self.states[key] = event.after
        if event.by:
            self.by_person.add(key)
        if event.kind in (Event.CLAIM, Event.REPEAT):
            self.claimed[key] = event.at
        server = self.world.servers[row.account]
        match event.kind:
            case Event.REPEAT:
                assert row.first_attempt is not None
                end = row.first_attempt + server.kind.remembers - REPEAT_MARGIN
                self.check(event.at < end, "repeated after the network forgot the key", key, event.at, end)
            case Event.ABSENT:
                there = [post for post in server.by_key(row.network_key) if post.at < event.at]
                self.check(not there or key in self.lied, "called absent, but it is there", key, there)
            case Event.DEADLINE:
                late = row.deadline is not None and row.deadline < event.at
                self.check(late, "missed before its deadline", key, row.deadline, event.at)
            case "composed":
                self._look_at_gates(row)
            case "doubled":
                self.check(key in self.lied, "doubled", key, event.detail)

    def _born(self, event: EventRow, row: Delivery) -> None:
        self.world.tally["rows"] += 1
        if event.by or row.part > 1:
            return
        pair = (row.campaign, row.slot, row.target)
        late = self.owed.written_late(pair, row.due)
        if late is True:
            self.check(
                row.state is State.MISSED or event.after == "missed", "flood: sent late", row.key, row.due
            )
        if late is False:
            self.check(event.after != "missed", "in time, and called late", row.key, row.due, row.reason)
        campaign = self.world.running.campaigns.get(row.campaign)
        slot = campaign.slot(row.slot) if campaign is not None else None
        if campaign is None or slot is None:
            return
        wall = datetime.fromisoformat(row.wall)
        dues = [due.at for due in self.almanac.of(slot) if due.wall == wall]
        self.check(dues == [row.due], "due at another time than the files say", row.key, row.due, dues)
        if event.after == "pending" and row.post is not None:
            self._look_at_gates(row)
        if slot.quiet is not None:
            self.quiet[row.key] = slot.quiet, campaign.zone
            self.check(not self._in_quiet(row.key, row.not_before), "planned for quiet hours", row.key)
        if event.after != "missed" and row.attempt == 0:
            late = slot.if_late
            self.check(
                row.deadline == (None if late is None else max(row.due, row.not_before) + late),
                "another deadline than the files say",
                row.key,
                row.deadline,
            )

    def _look_at_gates(self, row: Delivery) -> None:
        """What must have kept a row from being pending when its post was made, or keeps it so now."""
        campaign = self.world.running.campaigns.get(row.campaign)
        slot = campaign.slot(row.slot) if campaign is not None else None
        if slot is None or row.state is State.HELD:
            return
        self.check(slot.approval is Approval.NONE, "not held, and it needs approval", row.key)
        mine = [
            other
            for key, other in self.rows.items()
            if (other.campaign, other.slot, other.target) == (row.campaign, row.slot, row.target)
            and self.states.get(key) == "sent"
            and other.part == 1
        ]
        if slot.timetable.count is not None and row.row_id is not None:
            again = [other.key for other in mine if other.row_id == row.row_id]
            self.check(not again, "not held, and its row went out", row.key, again)
        if slot.explicit:
            walls = {due.wall for due in self.almanac.of(slot)}
            gone = [
                other.key
                for other in mine
                if datetime.fromisoformat(other.wall) not in walls
                and other.due >= row.due - slot.repeat_after
            ]
            self.check(not gone, "not held, and it was moved after it went out", row.key, gone)

    # -- rows and servers ------------------------------------------------------------------------------------

    def _look_at_row(self, row: Delivery) -> None:
        server = self.world.servers[row.account]
        there = server.by_key(row.network_key)
        if row.state in MUST_SAY_WHY:
            self.check(bool(row.reason), "it does not say why", row.key, row.state)
        if row.key in self.lied or server.kind.hands:
            return
        if row.state is State.SENT:
            assert row.receipt is not None
            ids = [post.id for post in there]
            mine = row.receipt.id in ids or row.receipt.url in [server.url(id) for id in ids]
            self.check(mine, "called published, and it is not", row.key, row.receipt, ids)
        elif row.state not in (State.SENDING, State.UNCERTAIN):
            self.check(not there, "published, and the row says otherwise", row.key, row.state, row.reason)

    def _look_at_servers(self) -> None:
        for name, server in self.world.servers.items():
            for post in server.posts[self._known_posts.get(name, 0) :]:
                if post.key not in self.keys:
                    raise Broken(f"published, and there is no row: {post}")
                row = self.rows[self.keys[post.key]]
                self.world.tally["posts"] += 1
                copies = len(server.by_key(post.key))
                if copies > 1:
                    self.world.tally["doubles by people"] += row.key in self.lied
                    self.check(row.key in self.lied, "DOUBLED", row.key, server.by_key(post.key))
                self.check(row.post is not None and row.post.text == post.text, "another text", row.key, post)
                claimed = self.claimed[row.key]
                self.check(post.asked < claimed + LEASE, "sent after its lease", row.key, claimed, post.asked)
                if row.previous is not None:
                    receipt = self.rows[row.previous].receipt
                    answered = receipt is not None and post.reply_to == receipt.id
                    by_hand = receipt is not None and receipt.id.startswith("http")
                    self.check(
                        answered or by_hand, "a part replies to something else", row.key, post, receipt
                    )
            self._known_posts[name] = len(server.posts)

    # -- claims ----------------------------------------------------------------------------------------------

    def _look_at_claim(self, event: EventRow, row: Delivery, accounts: dict[str, AccountRow]) -> None:
        at, key = event.at, row.key
        mine = [other for other in self._open() if other.account == row.account and other.key != key]
        self.check(row.not_before <= at, "claimed before its time", key, row.not_before)
        self.check(
            row.withdraw_at is None or row.withdraw_at >= at, "claimed, and a person wants it gone", key
        )
        if key not in self.by_person and row.campaign not in self.world.running.broken:
            campaign = self.world.running.campaigns.get(row.campaign)
            known = campaign is not None and campaign.slot(row.slot) is not None
            self.check(known, "claimed, and its planned post has gone from the files", key)
        campaign = self.world.running.campaigns.get(row.campaign)
        slot = campaign.slot(row.slot) if campaign is not None else None
        asks = slot is not None and slot.approval is not Approval.NONE
        self.check(not asks, "claimed, and it needs approval", key)  # in this world nobody approves
        sending = [other.key for other in mine if other.state is State.SENDING]
        self.check(not sending, "two requests of one account", key, sending)
        mine_to_wait = accounts[row.account]
        for until in (mine_to_wait.parked_until, mine_to_wait.spent_until):
            self.check(until is None or until <= at, "claimed from an account that is to rest", key, until)
        begun = [other for other in mine if self._begun(other)]
        if row.previous is not None:
            first = self.rows[row.previous]
            self.check(first.state is State.SENT, "a part before the part before it", key, first.state)
            earlier = [o.key for o in begun if o.not_before <= at and (o.due, o.key) < (row.due, key)]
            self.check(not earlier, "threads out of order", key, earlier)
            return
        self.check(not begun, "something between the parts of a thread", key, [o.key for o in begun])
        self.check(row.deadline is None or at <= row.deadline, "claimed too late", key, row.deadline)
        ready = [o.key for o in mine if self._ready(o, at) and (o.due, o.key) < (row.due, key)]
        self.check(not ready, "out of order", key, ready)
        self._look_at_pace(row, at)
        if self.strict_quiet and key not in self.by_person:
            self.check(not self._in_quiet(key, at), "in quiet hours", key, self.quiet.get(key))

    def _look_at_pauses(self, event: EventRow, row: Delivery) -> None:
        begun = row.previous is not None and self.rows[row.previous].state is State.SENT
        if not begun:  # half a thread is let finish
            self.crises.look_at_claim(event, row, self.check)

    def _in_quiet(self, key: str, at: datetime) -> bool:
        """Whether the clock on the wall shows a quiet hour, as they were when the row was made."""
        if key not in self.quiet:
            return False
        quiet, zone = self.quiet[key]
        local = at.astimezone(ZoneInfo(zone)).time()
        if quiet.start < quiet.end:
            return quiet.start <= local < quiet.end
        return local >= quiet.start or local < quiet.end

    def _look_at_pace(self, row: Delivery, at: datetime) -> None:
        """The account's gap and daily cap, by what its server has taken."""
        account = self.world.running.accounts.get(row.account)
        if account is None:
            return
        # What a person has given up, or called absent though it was on its way, is not waited for any more.
        apart = {self.rows[key].network_key for key in self.lied if key in self.rows} | {row.network_key}
        others = [post for post in self.world.servers[row.account].posts if post.key not in apart]
        if account.gap:
            near = [post for post in others if at < post.asked + account.gap]
            self.check(not near, f"within the gap of {account.gap}", row.key, at, near)
        if account.daily is not None:
            zone = ZoneInfo(self.world.running.zone)
            today = at.astimezone(zone).date()
            count = sum(post.part == 1 and post.asked.astimezone(zone).date() == today for post in others)
            self.check(count < account.daily, f"over the daily cap of {account.daily}", row.key, at, count)

    def _open(self) -> Iterator[Delivery]:
        return (self.rows[key] for key, state in self.states.items() if state in OPEN)

    def _begun(self, row: Delivery) -> bool:
        """A pending part behind one that is out."""
        return (
            row.state is State.PENDING
            and row.previous is not None
            and self.rows[row.previous].state is State.SENT
        )

    def _ready(self, row: Delivery, at: datetime) -> bool:
        """A pending first part that only its account can keep from being claimed."""
        return (
            row.state is State.PENDING
            and row.previous is None
            and row.post is not None
            and row.not_before <= at
            and (row.deadline is None or row.deadline >= at)
        )

    # -- waking ----------------------------------------------------------------------------------------------

    def settled(self, wake: datetime | None) -> None:
        now = self._ticked_at
        failed = self.world.nets.failed
        for name in [name for name in failed if failed[name] + PARKED_RETRY <= now]:
            del failed[name]
        self.check(wake is None or wake > now, "asked to be woken in the past", wake)
        chances = sorted(self._chances(now))
        if chances:
            at, why = chances[0]
            self.check(wake is not None and wake <= at, "sleeps past", why, at, "wakes", wake)
        elif not self.world.nets.failed and not self.world.mailbox.next:
            self.check(wake is None, "an idle engine asks to be woken", wake)
        # For a missing secret it looks every quarter of an hour.
        asked = now == self._wake and not self.world.nets.failed
        if asked and self._quiet_tick and (self._expected is None or now < self._expected):
            self._idle_wakes += 1
            self.world.tally["wakes for nothing"] += 1
        elif asked:
            self._idle_wakes = 0
        self._wake, self._expected = wake, chances[0][0] if chances else None
        self.check(self._idle_wakes < SPURIOUS, "wakes up again and again for nothing", wake, chances[:1])

    def _chances(self, now: datetime) -> Iterator[tuple[datetime, str]]:
        """When something is to be done next, and what, as far as the rows and the files tell. Raises Broken for what
        should have been done already."""
        busy = self.world.mailbox.accounts
        failed = self.world.nets.failed
        for _, slot in self.world.running.slots():
            following = self.almanac.next(slot, now) if slot.targets else None
            if following is not None:
                yield following, "an occurrence"
        for end in self.crises.ends(now):
            yield end, "the end of a pause"
        with self.world.store.read() as connection:
            accounts = history.accounts(connection)
        rows = list(self._open())
        for row in rows:
            usable = row.account not in failed and row.account in self.world.running.accounts
            if row.state is State.UNCERTAIN and row.account not in busy and row.look_at is not None:
                self.check(row.look_at > now, "not looked at in time", row.key, row.look_at)
                yield row.look_at, f"a look at {row.key}"
            if row.state is State.SENDING and row.lease_until is not None:
                self.check(row.lease_until > now, "an orphan in sending", row.key)
                yield row.lease_until, f"the lease of {row.key}"
            if row.state in (State.PENDING, State.HELD) and row.previous is None and row.deadline is not None:
                yield row.deadline + timedelta(microseconds=1), f"the deadline of {row.key}"
            if (
                row.state is State.PENDING
                and row.post is None
                and usable
                and row.account not in self.world.nets.without_secret
            ):
                self.check(row.not_before > now, "not composed in time", row.key)
                yield row.not_before, f"composing {row.key}"
        for name, account in accounts.items():
            if name in busy or name not in self.world.running.accounts:
                continue
            mine = [row for row in rows if row.account == name]
            if any(row.state is State.SENDING for row in mine):
                continue
            parked = max(account.parked_until or now, account.spent_until or now)
            begun = [row.not_before for row in mine if self._begun(row)]
            if begun:
                moments = [max(min(begun), parked)]
            else:
                free = max(account.next_at or now, parked)
                moments = [
                    max(row.not_before, free)
                    for row in mine
                    if row.state is State.PENDING and row.previous is None and row.post is not None
                ]
            for moment in moments:
                if name in failed:  # its secret was missing a moment ago
                    moment = max(moment, failed[name] + PARKED_RETRY)
                self.check(moment > now, "ready and not taken", name, moment)
                yield moment, f"a post of {name}"

    # -- at the end ------------------------------------------------------------------------------------------

    def ended(self) -> None:
        """After the last fault everything has ended or waits for a person, and the whole log tells the whole store."""
        for row in self._open():
            self.check(self._waits_for_a_person(row), "never ended", row.key, row.state, row.reason)
        states: dict[str, str] = {}
        with self.world.store.read() as connection:
            for event in history.events(connection):
                if event.key:
                    self.check(states.get(event.key, "") == event.before, "the log has a hole", event)
                    states[event.key] = event.after
            rows = {row.key: row for row in history.deliveries(connection)}
        self.check(states == {key: row.state.value for key, row in rows.items()}, "log and rows differ")
        for key, row in rows.items():
            self._look_at_row(row)
            self.check(row == self.rows[key], "a row changed silently", key)

    def _waits_for_a_person(self, row: Delivery) -> bool:
        if row.state is State.HELD or row.account not in self.world.running.accounts:
            return True
        if row.state is State.UNCERTAIN:
            return not self.world.servers[row.account].kind.tells
        before = self.rows[row.previous] if row.previous is not None else None
        return before is not None and before.state in OPEN and self._waits_for_a_person(before)


def due_keys(almanac: Almanac, world: World, span: timedelta) -> list[str]:
    """Keys that the files plan within ``span`` from now on, for people to decide about."""
    keys = []
    for campaign, slot in world.files.workspace().slots():
        found: list[Due] = almanac.between(slot, world.now, world.now + span)
        for due in found[:3]:
            wall = due.wall.isoformat(timespec="minutes")
            keys += [f"{campaign.id}/{slot.id}/{wall}/{target.name}" for target in slot.targets]
    return keys
