"""docs/performance.md: from what was measured, and from nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any, Self

from tests.benchmarks.measure import Bar, Contest, Held, Results, judge, short, spread

HEAD = """\
# Performance

<!-- Written by `make bench`. What is changed here by hand is lost; see tests/benchmarks. -->

`make bench` lets this program and what else one would pick do the same work, in turn, on one machine, and holds the
figures against each other, round by round. A figure alone says little: it moves from machine to machine. Compare
within a table."""

AGAIN = """\
## How to measure again

    make bench                                                   # all of it
    .venv/bin/python -m tests.benchmarks burst --rounds 3        # one row, only printed
    .venv/bin/python -m tests.benchmarks burst --merge --write   # one row, put in its place here

It needs the network the first time (rivals are installed into `.bench`, in the versions named above) and a machine
that does nothing else meanwhile. All figures of all rounds are in `.artifacts/bench.json`."""


@dataclass(frozen=True, slots=True)
class Row:
    """What came of one contest, and when. ``seconds``: how long it all took."""

    size: int
    rounds: int
    seconds: float
    date: str
    results: Results
    absent: dict[str, str] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, held: Held, size: int, rounds: int, seconds: float, date: str) -> Self:
        return cls(size, rounds, seconds, date, held.results, held.absent, held.failed)


@dataclass(slots=True)
class Measured:
    """All that was measured, as it is kept as JSON."""

    machine: dict[str, str] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    rows: dict[str, Row] = field(default_factory=dict)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        rows = {name: Row(**row) for name, row in data["rows"].items()}
        return cls(dict(data["machine"]), dict(data["versions"]), rows)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def page(measured: Measured, contests: Mapping[str, Contest], notes: str) -> str:
    """The page: every row that was measured, in the contests' order; ``notes``: Markdown that is put at its end."""
    known = {name: contest for name, contest in contests.items() if name in measured.rows}
    parts = [HEAD, "\n".join(_summary(measured, known))]
    parts += ["\n".join(_section(name, known[name], measured.rows[name])) for name in known]
    parts += ["\n".join(_about("The machine", measured.machine))]
    parts += ["\n".join(_about("Versions", measured.versions)), AGAIN, notes.strip()]
    return "\n\n".join(part for part in parts if part) + "\n"


def verdicts(contest: Contest, row: Row) -> Iterator[str]:
    """A line for each bar, for a terminal."""
    for bar in contest.bars:
        yield f"{words(bar)}: {measured_as(bar, row)}; {outcome(bar, row)}"


def words(bar: Bar) -> str:
    """A bar as it is spoken."""
    bound = "at least" if bar.least else "at most"
    if bar.than:
        of = f"{bar.of or bar.figure} of {bar.than}" if bar.than != bar.who else f"its {bar.of}"
        return f"{bar.figure} of {bar.who} {bound} {short(bar.most)} x {of}"
    return f"{bar.figure} of {bar.who} {bound} {short(bar.most)}{' in every round' if bar.every else ''}"


def measured_as(bar: Bar, row: Row) -> str:
    """What was measured, as the bar is spoken."""
    verdict = judge(bar, row.results)
    return spread(verdict.values) if verdict else "not measured"


def outcome(bar: Bar, row: Row) -> str:
    """``met``, or by how much it is behind, and why."""
    verdict = judge(bar, row.results)
    if verdict is None:
        who = next((who for who in (bar.who, bar.than) if who in row.failed or who in row.absent), bar.who)
        return f"not measured: {row.failed.get(who) or row.absent.get(who) or 'there are no figures'}"
    if verdict.met:
        return "met"
    return f"**BEHIND {verdict.behind(bar)}**" + (f": {bar.why}" if bar.why else "")


def _summary(measured: Measured, contests: Mapping[str, Contest]) -> Iterator[str]:
    yield "| row | bar | measured: median [min..max] of the rounds | |"
    yield "|---|---|---|---|"
    for name, contest in contests.items():
        row = measured.rows[name]
        for bar in contest.bars:
            yield f"| [{name}](#{name}) | {words(bar)} | {measured_as(bar, row)} | {outcome(bar, row)} |"


def _section(name: str, contest: Contest, row: Row) -> Iterator[str]:
    yield f"## {name}"
    yield ""
    yield f"{row.size:,} {contest.title}. {row.rounds} rounds on {row.date[:10]}, {row.seconds:.0f} s in all."
    if contest.about:
        yield ""
        yield contest.about
    yield ""
    yield from _figures(row.results)
    for who, reason in row.absent.items():
        yield ""
        yield f"Left out: {who} ({reason})."
    for who, reason in row.failed.items():
        yield ""
        yield f"Broke: {who} ({reason.splitlines()[0]})."


def _figures(results: Results) -> Iterator[str]:
    """A line for each contestant, a column for each figure: the median, and below it the lowest and the highest."""
    columns = list(dict.fromkeys(figure for figures in results.values() for figure in figures))
    yield f"| | {' | '.join(columns)} |"
    yield f"|---|{'---|' * len(columns)}"
    for who, figures in results.items():
        cells = [_cell(figures[column]) if column in figures else "" for column in columns]
        yield f"| {who} | {' | '.join(cells)} |"


def _cell(values: list[float]) -> str:
    if min(values) == max(values):
        return short(values[0])
    return f"{short(median(values))}<br>[{short(min(values))}..{short(max(values))}]"


def _about(title: str, facts: Mapping[str, str]) -> Iterator[str]:
    yield f"## {title}"
    yield ""
    for name, value in facts.items():
        yield f"- {name}: {value}"
