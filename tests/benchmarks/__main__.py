"""``make bench``: the contests, how each contestant did, and docs/performance.md.

A bar that is missed is no error: it is printed as behind. A contestant that breaks is one (exit code 1).
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic

from tests.benchmarks import machine, rivals
from tests.benchmarks.contests import CONTESTS, ROWS
from tests.benchmarks.measure import ROOT, Contest, hold, table
from tests.benchmarks.report import Measured, Row, page, verdicts

PAGE = ROOT / "docs" / "performance.md"
NOTES = Path(__file__).parent / "notes.md"
JSON = ROOT / ".artifacts" / "bench.json"


def main(words: list[str] | None = None) -> int:
    given = _arguments(words)
    kept = given.merge or given.rounds == 0
    measured = Measured.from_json(json.loads(given.json.read_text())) if kept else Measured()
    if given.rounds:
        for line in rivals.install():
            print(line, flush=True)
        measured.machine, measured.versions = machine.machine(), machine.versions()
        print("median [min..max] of the rounds; x: times the first contestant's, round by round")
    began = monotonic()
    for name in given.names if given.rounds else ():
        row = _hold(name, CONTESTS[name], given.size or CONTESTS[name].size, given.rounds)
        measured.rows[name] = row
        _write(given.json, json.dumps(measured.as_json(), indent=1))  # now: what follows may break off
    if given.write:
        _write(PAGE, page(measured, CONTESTS, NOTES.read_text()))
        print(f"\nwritten: {PAGE}")
    print(f"\n{_took(began)} in all")
    broken = [f"{name}: {who}: {why}" for name, who, why in _failed(measured)]
    for line in broken:
        print(f"broke: {line}", file=sys.stderr)
    return 1 if broken else 0


def _arguments(words: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"of {', '.join(CONTESTS)} ({', '.join(ROWS)})"
    )
    parser.add_argument(
        "--rounds", type=int, default=5, help="how often each contestant works (5); 0: only --write"
    )
    parser.add_argument("--size", type=int, help="instead of each contest's own size")
    parser.add_argument(
        "--json", type=Path, default=JSON, help="where all figures are kept (.artifacts/bench.json)"
    )
    parser.add_argument("--merge", action="store_true", help="keep the rows there that are not measured now")
    write = "write docs/performance.md (with all rows, in their own sizes: by default)"
    parser.add_argument("--write", action=argparse.BooleanOptionalAction, help=write)
    given = parser.parse_args(words)
    if unknown := set(given.names) - set(CONTESTS):
        parser.error(f"no contest called {', '.join(sorted(unknown))}")
    if given.write is None:
        given.write = given.rounds == 0 or not (given.names or given.size)
    given.names = given.names or list(ROWS)
    return given


def _hold(name: str, contest: Contest, size: int, rounds: int) -> Row:
    began = monotonic()
    date = datetime.now(UTC).isoformat(timespec="seconds")
    print(f"\n{name}: {size:,} {contest.title}", flush=True)
    held = hold(contest, size, rounds, _progress)
    row = Row.of(held, size, rounds, monotonic() - began, date)
    _progress("")
    print(f"  {rounds} rounds, {_took(began)}")
    for line in (*table(held.results), *_left(row), *(f"  {line}" for line in verdicts(contest, row))):
        print(line)
    sys.stdout.flush()
    return row


def _left(row: Row) -> Iterator[str]:
    for who, why in row.absent.items():
        yield f"  {who}: left out: {why}"
    for who, why in row.failed.items():
        yield f"  {who}: broke: {why}"


def _failed(measured: Measured) -> Iterator[tuple[str, str, str]]:
    for name, row in measured.rows.items():
        for who, why in row.failed.items():
            yield name, who, why


def _progress(what: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\033[K  {what}"[:100] if what else "\r\033[K", end="", file=sys.stderr, flush=True)


def _took(began: float) -> timedelta:
    return timedelta(seconds=round(monotonic() - began))


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)


def _end(number: int, frame: object) -> None:
    sys.exit(128 + number)  # through all that cleans up: contestants are processes


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _end)
    sys.exit(main())
