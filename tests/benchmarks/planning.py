"""A year of occurrences on five networks: rendered, counted, checked, paced, against the libraries that do the bare
work: compiled Jinja2, dateutil's rrule and each network's counter, with no question asked."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from tests.benchmarks import made, planning_bare
from tests.benchmarks.measure import Bar, Contest, Contestant, Figures, child
from tests.benchmarks.planning_bare import TEMPLATE, YEAR, times

ACCOUNTS = {
    "site": "network: feed",
    "fedi": "network: mastodon, server: 'https://fedi.example', token: {env: FEDI}",
    "bsky": "network: bluesky, server: 'https://bsky.example', handle: org.bsky.example, password: {env: BSKY}",
    "x": "network: x, consumer_key: {env: X1}, consumer_secret: {env: X2}, access_token: {env: X3},"
    " access_token_secret: {env: X4}",
    "channel": "network: telegram, chat: '@channel', token: {env: TELEGRAM}",
}

HEAD = f"""\
title: {{en: Know the signs}}
starts: {YEAR}
hashtags: {{en: [EndHumanTrafficking, KnowTheSigns]}}
links: {{signs: {{url: "https://example.org/signs"}}}}
vars: {{words: [know, ask, help]}}
posts:
"""


def workspace(place: Path, occurrences: int) -> Path:
    """A folder with so many occurrences in a year: planned posts on each day of it, at times of their own."""
    slots = "".join(
        f'  - {{id: s{number}, template: signs, every: {{days: [day], at: "{minutes // 60:02}:{minutes % 60:02}"}}}}\n'
        for number, minutes in enumerate(times(occurrences))
    )
    root = made.folder(place, ACCOUNTS, signs=HEAD + slots)
    (root / "posts" / "signs.j2").write_text(TEMPLATE)
    return root


def _run(root: Path, occurrences: int) -> Figures:
    told = child("tests.benchmarks.planning_ours", root, occurrences)
    return {name: float(value) for name, value in told.items()}


@contextmanager
def _prepare(occurrences: int) -> Iterator[Mapping[str, Contestant]]:
    with tempfile.TemporaryDirectory() as folder:
        few = max(1, occurrences // 10)
        whole, tenth = (workspace(_new(folder, name), n) for name, n in (("all", occurrences), ("few", few)))
        yield {
            "Jinja2, rrule, our counters": partial(planning_bare.measured, occurrences, planning_bare.own()),
            "Jinja2, rrule, the networks' own": partial(
                planning_bare.measured, occurrences, planning_bare.libraries()
            ),
            "campaign: plan": partial(_run, whole, occurrences),
            "campaign: plan a tenth of them": partial(_run, tenth, few),
        }


def _new(folder: str, name: str) -> Path:
    place = Path(folder) / name
    place.mkdir()
    return place


CONTEST = Contest(
    "occurrences over a year, each on 5 networks: rendered, counted, checked, timed",
    3_000,
    10,
    _prepare,
    bars=(
        Bar(
            "campaign: plan",
            "CPU us/post",
            2.0,
            than="Jinja2, rrule, our counters",
            why="each text is also held against the safeguarding rules, and its numbers, addresses and letters are"
            " looked at: together more than rendering it once; and each post becomes values of its own (key, parts,"
            " times, problems). Rendering and judging are shared by the networks already",
        ),
        Bar("campaign: plan", "CPU us/post", 2.0, than="Jinja2, rrule, the networks' own"),
        Bar("campaign: plan", "peak MB", 1.1, than="campaign: plan a tenth of them"),
    ),
)
