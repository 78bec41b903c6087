"""``python -m tests.benchmarks.scaling``: a million posts a day over 10,000 accounts. Measures what things cost on this
machine, plays the day with these costs, prints the tables of docs/scaling.md and writes them there."""

from __future__ import annotations

import argparse
import os
import platform
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from campaign.core.model import SENDERS
from campaign.networks.prices import X
from tests.benchmarks import scaling_limits
from tests.benchmarks.measure import ROOT
from tests.benchmarks.scaling_costs import Costs, measure
from tests.benchmarks.scaling_model import Due, Played, play

PAGE = ROOT / "docs" / "scaling.md"
MARKED = re.compile(
    r"(<!-- (?P<name>\w+): made by python -m tests\.benchmarks\.scaling -->\n).*?(<!-- end -->)", re.DOTALL
)

POSTS = 1_000_000
ACCOUNTS = 10_000
HOSTS = (1, 2, 4, 8)
LATENCY = 0.1
"""Seconds until a network answers, as in all benchmarks."""

DAY = 24 * 60 * 60
WAKING = 16
ZONES = 3
SOON = 60.0
"""Seconds of lateness that 99 of 100 posts keep to, if there are hosts enough."""

YEAR = 365
GIB = 1024.0**3


@dataclass(frozen=True, slots=True)
class Scene:
    """Moments of a day. ``says``: what it is, for the table."""

    says: str
    dues: Sequence[Due]


def scenes(posts: int, accounts: int) -> list[Scene]:
    """The day in four ways. What is played of it: ten minutes of the even one, and one moment of each of the others
    (they are an hour apart)."""
    even = [Due(float(second), n) for second in range(600) if (n := _share(posts, second))]
    crowds = {
        f"on the full hour, {WAKING} hours a day": posts // WAKING,
        f"all of it at 08:00, in {ZONES} zones": -(-posts // ZONES),
        f"one of each account at 08:00, in {ZONES} zones": accounts // ZONES,
    }
    at_once = [Scene(f"{says}: {crowd:,} at once", [Due(0.0, crowd)]) for says, crowd in crowds.items()]
    return [Scene("spread evenly over the day", even), *at_once]


def _share(posts: int, second: int) -> int:
    return posts * (second + 1) // DAY - posts * second // DAY


def played(costs: Costs, scene: Scene, hosts: int, senders: int = SENDERS) -> Played:
    return play(costs, scene.dues, hosts, latency=LATENCY, senders=senders, accounts=ACCOUNTS)


def hosts_table(costs: Costs) -> Iterator[str]:
    yield "| when posts are due | hosts | half are out after | 99 of 100 after | posts a second | busiest |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for scene in scenes(POSTS, ACCOUNTS):
        enough = ""
        for hosts in HOSTS:
            it = played(costs, scene, hosts)
            cells = (
                scene.says if hosts == HOSTS[0] else "",
                str(hosts),
                _time(it.quantile(0.5)),
                _time(it.quantile(0.99)),
                f"{it.rate:,.0f}",
                f"{it.first} ({it.busy[it.first]:.0%})",
            )
            if not enough and it.quantile(0.99) <= SOON:
                enough = str(hosts)
            yield f"| {' | '.join(cells)} |"
        yield f"| | | | **{_enough(enough)}** | | |"


def _enough(hosts: str) -> str:
    if not hosts:
        return f"not even {HOSTS[-1]} hosts keep it under a minute"
    return f"{hosts} {'host keeps' if hosts == '1' else 'hosts keep'} it under a minute"


def _time(seconds: float) -> str:
    if seconds < SOON:
        return f"{seconds:.1f} s"
    minutes = seconds / 60
    return f"{minutes:.1f} min" if minutes < 120 else f"{minutes / 60:.1f} h"


def costs_table(costs: Costs) -> Iterator[str]:
    yield "| | CPU of the host | CPU of PostgreSQL | written ahead (WAL) | statements |"
    yield "| --- | --- | --- | --- | --- |"
    for says, used in (
        ("planning a post: composed, checked, stored", costs.plan),
        ("claiming it and writing what came of it", costs.post),
        ("sealing its events", costs.seal),
        ("a step of the loop, however many posts are in it", costs.batch),
        (f"a look around, with {costs.accounts:,} accounts and nothing to send", costs.look),
        ("and for each account that has something to send", costs.waits),
    ):
        cpu = (f"{1000 * seconds:.2f} ms" for seconds in (used.host, used.server))
        yield f"| {says} | {' | '.join(cpu)} | {used.wal / 1024:.1f} KiB | {used.statements:.1f} |"
    yield f"| the request itself | {1000 * costs.request:.2f} ms | - | - | - |"
    yield ""
    yield f"The disk takes {1000 * costs.flush:.1f} ms for a commit. {_machine()}."


def _machine() -> str:
    return (
        f"{os.cpu_count()} cores that others use too, Python {platform.python_version()}, {platform.system()}"
    )


def store_table(costs: Costs) -> Iterator[str]:
    written = POSTS / DAY * costs.a_post.wal
    yield "| | one post | a day | a year |"
    yield "| --- | --- | --- | --- |"
    for table, size in costs.packed.items():
        yield f"| `{table}`, indexes too | {_sizes(size)} |"
    whole = sum(costs.packed.values())
    yield f"| **all of it, packed** | {_sizes(whole)} |"
    yield f"| as it was written, before any vacuum | {_sizes(sum(costs.stored.values()))} |"
    yield f"| write-ahead log (WAL) | {_sizes(costs.a_post.wal)} |"
    rows = costs.events, costs.events * POSTS, costs.events * POSTS * YEAR
    yield f"| rows in the log (`events`) | {' | '.join(f'{number:,.0f}' for number in rows)} |"
    cores = POSTS / DAY * (costs.a_post.host + costs.request), POSTS / DAY * costs.a_post.server
    yield ""
    yield (
        f"Spread over the day that is {POSTS / DAY:.1f} posts and {written / 1024:,.0f} KiB of WAL a second, "
        f"{cores[0]:.2f} of a core on the hosts and {cores[1]:.2f} on PostgreSQL before any look around. "
        f"A moment's posts are planned in memory: {costs.memory / 1024:.0f} KiB for each one of a campaign. "
        f"On X alone the networks' bill would be {POSTS * X.post:,.0f} US dollars a day, with a link in each post "
        f"{POSTS * X.link:,.0f} ({X.source}, {X.as_of:%B %Y})."
    )


def _sizes(one: float) -> str:
    return f"{one:,.0f} B | {one * POSTS / GIB:,.1f} GiB | {one * POSTS * YEAR / GIB:,.0f} GiB"


def written(page: str, tables: dict[str, str]) -> str:
    """The page with its tables. ValueError when it has no place for one of them."""
    missing = set(tables) - {found["name"] for found in MARKED.finditer(page)}
    if missing:
        raise ValueError(f"docs/scaling.md has no place for {', '.join(sorted(missing))}")
    return MARKED.sub(lambda found: f"{found[1]}\n{tables[found['name']]}\n{found[3]}", page)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.scaling", description=__doc__)
    parser.add_argument("--accounts", type=int, default=ACCOUNTS, help=f"while measuring ({ACCOUNTS})")
    parser.add_argument("--posts", type=int, default=640, help="in each storm that is measured (640)")
    parser.add_argument("--only-print", action="store_true", help="leave docs/scaling.md as it is")
    given = parser.parse_args()
    costs = measure(given.accounts, given.posts)
    tables = {
        "limit": "\n".join([*scaling_limits.table(POSTS, ACCOUNTS), ""]),
        "costs": "\n".join([*costs_table(costs), ""]),
        "hosts": "\n".join([*hosts_table(costs), ""]),
        "store": "\n".join([*store_table(costs), ""]),
    }
    for table in tables.values():
        print(table)
    sys.stdout.flush()
    if not given.only_print:
        PAGE.write_text(written(PAGE.read_text(encoding="utf-8"), tables), encoding="utf-8")


if __name__ == "__main__":
    main()
