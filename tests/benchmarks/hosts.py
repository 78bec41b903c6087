"""Several hosts on one PostgreSQL: do two send twice as much, and nothing twice?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial

from tests import servers
from tests.benchmarks import brokers, burst, rivals
from tests.benchmarks.measure import Bar, Contest, Contestant, Figures, LeftOut
from tests.benchmarks.storm import Run, only, storm

ACCOUNTS = 400
SENDERS = 24
"""Few: so that one host waits for the network and not for the processor, of which there are two in all."""

ONE, TWO, FOUR = "one host", "two hosts", "four hosts"


def _hosts(server: servers.Postgres, posts: int, hosts: int) -> Figures:
    with brokers.database(server) as name:
        run = Run("storm_hosts", (SENDERS, ACCOUNTS, hosts, server.url(name)), broker=server.pid)
        return only(storm(run, posts, burst.DELAY), *burst.FIGURES)


def _nowhere() -> Figures:
    raise LeftOut(f"no PostgreSQL here: {rivals.POSTGRESQL}")


@contextmanager
def _prepare(posts: int) -> Iterator[Mapping[str, Contestant]]:
    hosts = {ONE: 1, TWO: 2, FOUR: 4}
    if not servers.find("initdb"):
        yield dict.fromkeys(hosts, _nowhere)
        return
    with servers.postgres(flushed=True) as server:
        yield {who: partial(_hosts, server, posts, number) for who, number in hosts.items()}


ABOUT = f"""\
A loop a host, {SENDERS} senders each, on one PostgreSQL that flushes to disk as it comes; posts on {ACCOUNTS} accounts
fall due at once. With so few senders it is the network that one host waits for; what is measured is whether hosts get
in each other's way. All hosts, PostgreSQL (`broker CPU s`) and the server that answers after {burst.DELAY * 1000:g} ms
share this machine."""

_WHY = (
    "four hosts fill the two cores: what they and PostgreSQL use for a post (`CPU s`, `broker CPU s`), and the server"
    " that answers, times the posts a second. Two hosts use three quarters of them; the rest of the time a step waits"
    " for PostgreSQL and the disk, and posts are planned by one host at a time before the first of them leaves"
)

CONTEST = Contest(
    "posts due at once, sent by hosts that share a PostgreSQL",
    1000,
    40,
    _prepare,
    bars=(
        *(Bar(who, figure, 0, every=True) for who in (ONE, TWO, FOUR) for figure in ("lost", "doubled")),
        Bar(TWO, "posts/s", 1.9, ONE, least=True, why=_WHY),
        Bar(FOUR, "posts/s", 2.8, ONE, least=True, why=_WHY),
    ),
    about=ABOUT,
)
