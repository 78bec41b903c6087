"""``python -m tests.benchmarks [NAME...]``: the contests, and how each contestant did."""

from __future__ import annotations

import argparse
import sys
from datetime import timedelta
from time import monotonic

from tests.benchmarks.contests import CONTESTS
from tests.benchmarks.measure import hold, table


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(CONTESTS)} (default: all)")
    parser.add_argument("--rounds", type=int, default=5, help="how often each contestant works (5)")
    parser.add_argument("--size", type=int, help="instead of each contest's own size")
    given = parser.parse_args()
    if unknown := set(given.names) - set(CONTESTS):
        parser.error(f"no contest called {', '.join(sorted(unknown))}")
    print("median [min..max] of the rounds; x: times the first contestant's, round by round")
    for name in given.names or CONTESTS:
        contest = CONTESTS[name]
        size = given.size or contest.size
        began = monotonic()
        results = hold(contest, size, given.rounds)
        took = timedelta(seconds=round(monotonic() - began))
        print(f"\n{name}: {size:,} {contest.title} ({given.rounds} rounds, {took})")
        for line in table(results):
            print(line)
        sys.stdout.flush()


if __name__ == "__main__":
    main()
