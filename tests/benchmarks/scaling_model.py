"""A day with many posts on several hosts, played with measured costs: each tick, request and commit takes its time.

A host is one ``campaign run``: one Python process, so ticks and requests share one core of it, however many it has.
PostgreSQL has cores of its own, and a disk that takes ``flush`` for a commit; commits of several hosts share that, as
they do in PostgreSQL. An account has one request in flight. Hosts never take what another one has just taken.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import NamedTuple

from campaign.core.model import SENDERS
from campaign.dispatch.tick import GATHER, TURN
from tests.benchmarks.scaling_costs import Costs, Used

LOOK_AGAIN = TURN.total_seconds()
CAMPAIGN = 1000
"""Posts of one campaign that are due at one moment: they are planned in one transaction."""

DATABASE_CORES = 2
LONG = 1e9


class Due(NamedTuple):
    """So many posts fall due at a second, spread over the accounts in their order."""

    at: float
    posts: int


@dataclass(frozen=True, slots=True)
class Played:
    """How it went. ``late``: seconds of each post, sorted; ``busy``: the share of the time in which each thing was
    used, by name; ``rate``: posts a second; ``ticks``: steps of all loops."""

    late: list[float]
    busy: dict[str, float]
    rate: float
    ticks: int

    def quantile(self, share: float) -> float:
        """Seconds within which this share of the posts was out."""
        return self.late[min(int(len(self.late) * share), len(self.late) - 1)]

    @property
    def first(self) -> str:
        """What was used most."""
        return max(self.busy, key=lambda name: self.busy[name])


@dataclass(slots=True)
class _Host:
    senders: int
    core: float = 0.0
    """When its core is free."""
    used: float = 0.0
    looked: float = -LONG
    asked: float = -LONG
    plans: deque[Due] = field(default_factory=deque)
    """What it has begun to plan; it does nothing else until that is done."""
    back: list[tuple[float, int, float]] = field(default_factory=list)
    """What its senders will bring: when, of which account, due when; a heap."""
    flying: float = 0.0
    """Seconds that its senders were on their way, all together."""


@dataclass(slots=True)
class _Day:
    costs: Costs
    hosts: list[_Host]
    latency: float
    accounts: int
    cores: list[float] = field(default_factory=lambda: [0.0] * DATABASE_CORES)
    ripe: deque[tuple[float, int]] = field(default_factory=deque)
    waiting: dict[int, deque[float]] = field(default_factory=dict)
    sending: set[int] = field(default_factory=set)
    planned: list[tuple[float, float, int, int]] = field(default_factory=list)
    """Rows whose transaction ends then: (when, due, first account, posts)."""
    late: list[float] = field(default_factory=list)
    ticks: int = 0
    database: float = 0.0
    flushed: float = 0.0
    planning: float = 0.0
    ended: float = 0.0
    _next: int = 0

    def charge(self, host: _Host, at: float, used: Used) -> float:
        """A step of a host's loop that begins at ``at``: when it is committed."""
        host.core = max(at, host.core) + used.host
        host.used += used.host
        free = heappop(self.cores)
        done = max(host.core, free) + used.server
        heappush(self.cores, done)
        self.database += used.server
        self.flushed += used.commits * self.costs.flush
        return done + used.commits * self.costs.flush

    def plan(self, host: _Host, at: float) -> float:
        """Make the rows of one campaign, which others take once they are committed; when that is."""
        due = host.plans.popleft()
        some = min(due.posts, CAMPAIGN)
        if due.posts > some:
            host.plans.appendleft(Due(due.at, due.posts - some))
        cost = self.costs.plan
        began, at = at, self.charge(host, at, Used(cost.host * some, cost.server * some, commits=1))
        self.planning += at - began
        heappush(self.planned, (at, due.at, self._next, some))
        self._next = (self._next + some) % self.accounts
        return at

    def appear(self, now: float) -> None:
        """What has been planned by now waits for its account."""
        while self.planned and self.planned[0][0] <= now:
            _, due, first, posts = heappop(self.planned)
            for number in range(first, first + posts):
                self.wait(number % self.accounts, due)

    def wait(self, account: int, due: float) -> None:
        if account in self.sending:
            self.waiting.setdefault(account, deque()).append(due)
        else:
            self.sending.add(account)  # its turn is named once
            self.ripe.append((due, account))

    def tick(self, host: _Host, now: float) -> float:
        """Write what is back, claim what is next, send it; when that was committed."""
        self.ticks += 1
        self.appear(now)
        back = 0
        while host.back and host.back[0][0] <= now:
            at, account, due = heappop(host.back)
            self.late.append(at - due)
            self.ended = max(self.ended, at)
            back += 1
            more = self.waiting.get(account)
            if more:
                self.ripe.append((more.popleft(), account))
            else:
                self.sending.discard(account)
        claims = min(host.senders - len(host.back), len(self.ripe))
        c, moved = self.costs, (back + claims) / 2  # a post is written once and claimed once
        used = Used(c.batch.host + c.post.host * moved, c.batch.server + c.post.server * moved, commits=1)
        if now - host.looked >= LOOK_AGAIN:
            host.looked = now
            used += Used(c.look.host, c.look.server)  # what has written nothing is not flushed
            # While many wait, it is asked more rarely whose turn it is.
            if len(self.ripe) <= 4 * host.senders or now - host.asked >= 10 * LOOK_AGAIN:
                host.asked = now
                crowd = len(self.ripe)
                used += Used(c.waits.host * crowd, c.waits.server * crowd)
        # Seals are made beside the ticks, by whoever beats; here each host seals what it wrote.
        used += Used(c.seal.host * back, c.seal.server * back, commits=back * c.seal.commits)
        begun = self.charge(host, now, used)
        for _ in range(claims):
            due, account = self.ripe.popleft()
            host.core = max(begun, host.core) + c.request
            host.used += c.request
            answer = host.core + self.latency
            host.flying += answer - begun
            heappush(host.back, (answer, account, due))
        return begun


def play(
    costs: Costs,
    dues: Sequence[Due],
    hosts: int,
    *,
    latency: float,
    senders: int = SENDERS,
    accounts: int = 0,
) -> Played:
    """Play these moments, in order, until everything is out. ``latency``: seconds until a network answers."""
    day = _Day(costs, [_Host(senders) for _ in range(hosts)], latency, accounts or costs.accounts)
    ahead = deque(dues)
    turns = [(dues[0].at, number) for number in range(hosts)]
    while turns:
        now, number = heappop(turns)
        host = day.hosts[number]
        while ahead and ahead[0].at <= now:
            host.plans.append(ahead.popleft())
            host.looked = host.asked = -LONG  # after planning it looks around
        if host.plans:
            heappush(turns, (day.plan(host, now), number))
            continue
        committed = then = day.tick(host, now)
        if host.back:
            then = max(then, host.back[0][0] + GATHER)
        elif day.ripe:
            pass
        elif day.planned or any(other.back or other.plans for other in day.hosts):
            then += LOOK_AGAIN
        elif ahead:
            then = max(then, ahead[0].at)
        else:
            continue
        if ahead:
            then = min(then, max(committed, ahead[0].at))  # a moment ends each wait
        heappush(turns, (then, number))
    return _result(day, dues, hosts)


def _result(day: _Day, dues: Sequence[Due], hosts: int) -> Played:
    span = day.ended - dues[0].at
    crowded = hosts * span
    # The longest queue of one account: one request after the other, whoever sends it.
    queue = sum(-(-due.posts // day.accounts) for due in dues if due.posts > day.accounts)
    busy = {
        "CPU of the hosts": sum(host.used for host in day.hosts) / crowded,
        "CPU of PostgreSQL": day.database / (DATABASE_CORES * span),
        "flushes": day.flushed / crowded,
        "senders": sum(host.flying for host in day.hosts) / (crowded * day.hosts[0].senders),
        "planning, one host at a time": day.planning / span,
        "one request an account": queue * (day.latency + GATHER) / span,
    }
    return Played(sorted(day.late), busy, len(day.late) / span, day.ticks)
