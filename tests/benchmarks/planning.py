"""A year of occurrences on five networks: rendered, counted, checked, paced, against the libraries that do the bare
work: compiled Jinja2, dateutil's rrule and each network's counter, with no question asked."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from functools import partial
from pathlib import Path

from tests.benchmarks import made
from tests.benchmarks.measure import Bar, Contest, Contestant, Figures, child

YEAR = date(2027, 1, 1)


def days(occurrences: int) -> int:
    """How many days they are spread over: a year, if there are so many."""
    return min(365, occurrences)


ACCOUNTS = {
    "site": "network: feed",
    "fedi": "network: mastodon, server: 'https://fedi.example', token: {env: FEDI}",
    "bsky": "network: bluesky, server: 'https://bsky.example', handle: org.bsky.example, password: {env: BSKY}",
    "x": "network: x, consumer_key: {env: X1}, consumer_secret: {env: X2}, access_token: {env: X3},"
    " access_token_secret: {env: X4}",
    "channel": "network: telegram, chat: '@channel', token: {env: TELEGRAM}",
}

TEMPLATE = """\
{{ campaign.title }}, {{ occurrence.date }} {{ occurrence.time }}: did you know?
{% if occurrence.weekday == 'mon' %}A new week, a new sign.{% else %}A sign to know.{% endif %}

Somebody else keeps your passport. Somebody else is paid for your work – and you can’t leave.
{% for word in vars.words %}{{ word }} {% endfor %}
{{ link('signs') }}
{{ hashtags() }}
"""

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


def times(occurrences: int) -> list[int]:
    """The minutes of the day at which posts are planned."""
    a_day = round(occurrences / days(occurrences))
    return [number * 24 * 60 // a_day for number in range(a_day)]


def _run(who: str, root: Path, occurrences: int) -> Figures:
    told = child("tests.benchmarks.planning_run", who, root, occurrences)
    return {name: float(value) for name, value in told.items()}


@contextmanager
def _prepare(occurrences: int) -> Iterator[Mapping[str, Contestant]]:
    with tempfile.TemporaryDirectory() as folder:
        few = max(1, occurrences // 10)
        whole, tenth = (workspace(_new(folder, name), n) for name, n in (("all", occurrences), ("few", few)))
        yield {
            "Jinja2, rrule, our counters": partial(_run, "floor", whole, occurrences),
            "Jinja2, rrule, the networks' own": partial(_run, "libraries", whole, occurrences),
            "campaign: plan": partial(_run, "campaign", whole, occurrences),
            "campaign: plan a tenth of them": partial(_run, "campaign", tenth, few),
        }


def _new(folder: str, name: str) -> Path:
    place = Path(folder) / name
    place.mkdir()
    return place


CONTEST = Contest(
    "occurrences over a year, each on 5 networks: rendered, counted, checked, timed",
    10_000,
    10,
    _prepare,
    bars=(
        Bar("campaign: plan", "CPU us/post", 2.0, than="Jinja2, rrule, our counters"),
        Bar("campaign: plan", "peak MB", 1.1, than="campaign: plan a tenth of them"),
    ),
)
