"""Four hosts on one PostgreSQL are killed, stopped and robbed of their store while posts fall due; then one counts."""

from __future__ import annotations

import random
import signal
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from campaign.core.lifecycle import State
from campaign.store import history
from campaign.store.database import Store
from campaign.store.evidence import seals
from campaign.store.evidence.chain import Difference
from campaign.store.evidence.verify import verify
from tests.machines.hosts import ZONE, Hosts, Process, hosts
from tests.machines.receiver import Receiver, receiver
from tests.servers import Postgres

NAMES = ("north", "east", "south", "west")
AHEAD = (0.0, 300.0, -240.0, 100.0)
"""Seconds by which each host's clock is wrong."""

HOOKS, LEDGERS, MUTES = 9, 2, 1


def config(store: str, accounts: dict[str, str], server: str) -> str:
    """config.yaml of a workspace with these accounts (name -> network and further keys)."""
    lines = [
        "workspace: 6d9f0f3e-2f5b-4c8f-9f5a-1c1c5f0b7a10",
        "timezone: Asia/Jakarta",
        f"store: {store}",
        "languages: [en]",
        "accounts:",
    ]
    for name, network in accounts.items():
        where = f"server: '{server}/{name}', secret: {{env: HOOK}}, language: en"
        lines.append(f"  {name}: {{network: {network}, {where}}}")
    return "\n".join(lines) + "\n"


def campaign(slots: dict[str, tuple[list[datetime], str]], text: str = "says something") -> str:
    """A campaign: slot -> its moments and its account."""
    lines = ["title: Storm", "posts:"]
    for name, (moments, account) in slots.items():
        at = ", ".join(f"{moment:%Y-%m-%d %H:%M:%S}" for moment in moments)
        lines += [f"  - id: {name}", f"    at: [{at}]", f"    accounts: [{account}]"]
        lines += [f'    text: {{en: "{name} {text}"}}']
    return "\n".join(lines) + "\n"


@dataclass
class Outcome:
    """What was done to the hosts, and what came of the posts."""

    posts: int
    seconds: float = 0.0
    kills: int = 0
    stops: int = 0
    restarts: int = 0
    requests: int = 0
    sent: int = 0
    uncertain: int = 0
    lost: list[str] = field(default_factory=list)
    doubles: dict[str, int] = field(default_factory=dict)
    admitted: int = 0
    orphaned: int = 0
    others: dict[str, int] = field(default_factory=dict)
    changed: tuple[Difference, ...] = ()
    said: str = ""

    def __str__(self) -> str:
        doubles = ", ".join(f"{kind} {number}" for kind, number in self.doubles.items())
        return (
            f"{len(NAMES)} hosts, clocks up to {max(AHEAD):.0f} s wrong, {self.posts} posts in {self.seconds:.0f} s: "
            f"{self.kills} kills, {self.stops} stops, {self.restarts} restarts of PostgreSQL; "
            f"{self.requests} requests, {self.orphaned} orphaned attempts, {self.sent} sent, "
            f"{self.uncertain} shown as uncertain, lost {len(self.lost)}, doubles: {doubles}"
        )


def storm(server: Postgres, folder: Path, posts: int, seed: int, patience: float = 60.0) -> Outcome:
    """Let ``posts`` posts fall due, about twelve a second, and the hosts suffer meanwhile.

    ``hook`` accounts recognise a repeat; ``ledger`` ones publish it again but can be read back; the ``mute`` one
    publishes it again and can't be asked. Hosts are stopped for longer than a lease, clocks are minutes apart.
    """
    server.run(f"CREATE DATABASE storm{seed}")
    url = server.url(f"storm{seed}")
    names = {f"hook{n}": "webhook" for n in range(HOOKS)}
    names |= {f"ledger{n}": "ledger" for n in range(LEDGERS)}
    names |= {f"mute{n}": "mute" for n in range(MUTES)}
    outcome, dice, began = Outcome(posts), random.Random(seed), time.monotonic()
    Store.open(url, folder, create=True).close()
    step = len(names)

    def files(first: datetime) -> dict[str, str]:
        """Three campaigns; each account's moments lie a second apart."""
        made = {"config.yaml": config(server.url(f"storm{seed}", password=False), names, there.url)}
        for n in range(3):
            made[f"schedules/part{n}.yaml"] = campaign(
                {
                    name: ([first + timedelta(seconds=s // step) for s in range(index, posts, step)], name)
                    for index, name in enumerate(names)
                    if index % 3 == n
                }
            )
        return made

    with receiver(seed) as there, hosts(folder, server) as here:
        first, shared = here.prime(files)
        last = first + timedelta(seconds=posts // step)
        for name in NAMES:
            here.checkout(name, shared)
        running = {name: here.start(name, ahead=ahead) for name, ahead in zip(NAMES, AHEAD, strict=True)}
        _suffer(server, here, running, dice, outcome, first, last)
        store = Store.open(url, folder, create=False)
        try:
            until = time.monotonic() + patience
            while time.monotonic() < until and not _settled(store, outcome):
                time.sleep(0.2)
                _revive(here, running)
            for process in running.values():
                process.send(signal.SIGTERM)
            for process in running.values():
                assert process.code() == 0, process.said()[-2000:]
            _count(store, there, outcome, first)
        finally:
            store.close()
        outcome.said = "".join((folder / name / "said").read_text() for name in NAMES)
    outcome.seconds = time.monotonic() - began
    return outcome


def _suffer(
    server: Postgres,
    here: Hosts,
    running: dict[str, Process],
    dice: random.Random,
    outcome: Outcome,
    first: datetime,
    last: datetime,
) -> None:
    """Kill and stop hosts at random until the last post is due; in the middle PostgreSQL dies and comes back."""
    middle = first + (last - first) / 2
    ends: dict[str, float] = {}
    while (now := datetime.now(ZONE)) < last:
        time.sleep(dice.uniform(0.1, 0.6))
        _revive(here, running)
        if now < first:
            continue
        for name, end in list(ends.items()):
            if time.monotonic() >= end:
                running[name].send(signal.SIGCONT)
                del ends[name]
        if now >= middle and not outcome.restarts:
            server.restart()
            outcome.restarts += 1
        name = dice.choice(NAMES)
        if name in ends:
            continue
        if dice.random() < 0.5:
            running[name].send(signal.SIGKILL)
            running[name].wait()
            outcome.kills += 1
            running[name] = here.start(name, ahead=AHEAD[NAMES.index(name)])
        elif len(ends) < len(NAMES) - 1:
            running[name].send(signal.SIGSTOP)
            outcome.stops += 1
            ends[name] = time.monotonic() + dice.uniform(0.2, 6.0)  # a lease is three seconds here
    for name in ends:
        running[name].send(signal.SIGCONT)


def _revive(here: Hosts, running: dict[str, Process]) -> None:
    """Start again what was started while the store was away, or was stopped before it was at work, as systemd would."""
    for name, process in running.items():
        if not process.alive:
            last = process.said()[-1000:]
            assert "can't be reached" in last or "did not wait for this host" in last, process.said()[-2000:]
            running[name] = here.start(name, ahead=AHEAD[NAMES.index(name)])


def _settled(store: Store, outcome: Outcome) -> bool:
    with store.read() as connection:
        counts = history.counts(connection)
        muted = history.deliveries(connection, states=[State.UNCERTAIN])
    waiting = sum(not row.account.startswith("mute") for row in muted)
    ended = counts[State.SENT] + counts[State.UNCERTAIN] - waiting
    return ended >= outcome.posts


def _count(store: Store, there: Receiver, outcome: Outcome, first: datetime) -> None:
    with store.read() as connection:
        # On a busy machine the hosts' files were primed more than once: what came too early then is no part of this.
        rows = [row for row in history.deliveries(connection) if row.due >= first]
        events = history.events(connection)
    known = {str(UUID(row.network_key)): row for row in rows}
    published = there.keys()
    outcome.requests = there.requests
    outcome.sent = sum(row.state is State.SENT for row in rows)
    outcome.uncertain = sum(row.state is State.UNCERTAIN for row in rows)
    outcome.orphaned = sum(event.kind == "orphaned" for event in events)
    outcome.admitted = sum(event.kind == "doubled" for event in events)
    outcome.others = {
        state: number
        for state in State
        if (number := sum(row.state is state for row in rows)) and state not in (State.SENT, State.UNCERTAIN)
    }
    outcome.lost = [row.key for key, row in known.items() if row.state is State.SENT and not published[key]]
    outcome.lost += ["no row"] * (outcome.posts - len(rows))
    while seals.keep(store, rows[-1].updated_at, all_of_it=True):
        pass  # what the hosts sealed while others were writing is continued
    with store.read() as connection:
        outcome.changed = verify(connection).differences
    for kind in ("hook", "ledger", "mute"):
        outcome.doubles[kind] = sum(number - 1 for number in there.keys(kind).values())


def complaints(outcome: Outcome) -> list[str]:
    """What must not be."""
    wrong = []
    if outcome.changed:
        wrong.append(f"the log is not as it was sealed: {outcome.changed}")
    if outcome.lost:
        wrong.append(f"lost: {outcome.lost}")
    if outcome.others:
        wrong.append(f"neither published nor shown as uncertain: {outcome.others}")
    if outcome.doubles["hook"]:
        wrong.append("a network that recognises repeats published one")
    if sum(outcome.doubles.values()) > outcome.admitted:
        wrong.append(f"doubles that the log does not admit: {outcome.doubles}, admitted {outcome.admitted}")
    if "Traceback" in outcome.said or "this is a bug" in outcome.said:
        wrong.append(outcome.said)
    return wrong
