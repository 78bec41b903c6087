"""The floor of the row `plan`: the same texts from the bare libraries, and their lengths, with no question asked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

from dateutil.rrule import DAILY, rrule
from jinja2 import Environment, StrictUndefined

from campaign.core import text
from campaign.core.text import length
from campaign.networks import registry
from tests.benchmarks.measure import Figures, cpu_seconds, quiet

YEAR = date(2027, 1, 1)
NETWORKS = ("feed", "mastodon", "bluesky", "x", "telegram")
WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

Counters = tuple[Callable[[str], int], ...]

TEMPLATE = """\
{{ campaign.title }}, {{ occurrence.date }} {{ occurrence.time }}: did you know?
{% if occurrence.weekday == 'mon' %}A new week, a new sign.{% else %}A sign to know.{% endif %}

Somebody else keeps your passport. Somebody else is paid for your work – and you can’t leave.
{% for word in vars.words %}{{ word }} {% endfor %}
{{ link('signs') }}
{{ hashtags() }}
"""


def days(occurrences: int) -> int:
    """How many days they are spread over: a year, if there are so many."""
    return min(365, occurrences)


def times(occurrences: int) -> list[int]:
    """The minutes of the day at which posts are planned."""
    a_day = round(occurrences / days(occurrences))
    return [number * 24 * 60 // a_day for number in range(a_day)]


def bare(occurrences: int, most: int, counters: Counters) -> int:
    """The same texts and their lengths, and nothing else."""
    template = Environment(undefined=StrictUndefined, trim_blocks=True).from_string(TEMPLATE)
    same: dict[str, Any] = {
        "campaign": {"title": "Know the signs"},
        "vars": {"words": ["know", "ask", "help"]},
        "hashtags": lambda: "#EndHumanTrafficking #KnowTheSigns",
        "link": lambda name: "https://example.org/signs",
    }
    count = 0
    for minutes in times(occurrences):
        begin = datetime.combine(YEAR, time()) + timedelta(minutes=minutes)
        for at in rrule(DAILY, dtstart=begin, count=most):
            occurrence = {
                "date": at.date().isoformat(),
                "time": at.time().isoformat("minutes"),
                "weekday": WEEK[at.weekday()],
            }
            for counter in counters:
                assert counter(template.render(same, occurrence=occurrence))
                count += 1
    return count


def own() -> Counters:
    """Our counters, one for each network."""

    def of(name: str) -> Callable[[str], int]:
        rules = registry.network(name).rules
        return lambda said: length(said, rules)

    return tuple(map(of, NETWORKS))


def libraries() -> Counters:
    """What the networks' documents and clients count with: code points, graphemes twice, twitter-text, UTF-16."""
    import regex
    import twitter_text

    def graphemes(said: str) -> int:
        return len(regex.findall(r"\X", said))

    return (
        len,
        graphemes,
        graphemes,
        lambda said: int(twitter_text.parse_tweet(said).weightedLength),
        lambda said: len(said.encode("utf-16-le")) // 2,
    )


def measured(occurrences: int, counters: Counters) -> Figures:
    """What it takes, after a day that compiles and imports what is needed once."""
    bare(occurrences, 1, counters)
    for memo in (text._weighted, text._mastodon):
        memo.cache_clear()  # it has seen these very texts in the round before
    with quiet():
        began = cpu_seconds()
        posts = bare(occurrences, days(occurrences), counters)
        spent = cpu_seconds() - began
    return {"posts": posts, "CPU us/post": spent / posts * 1e6}
