"""One contestant of the row `plan`, in a process of its own; prints JSON: CPU a post, peak memory, posts."""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from dateutil.rrule import DAILY, rrule
from jinja2 import Environment, StrictUndefined

from campaign.core.ahead import upcoming
from campaign.core.compose import Composer
from campaign.core.text import length
from campaign.dispatch import station
from campaign.networks import registry
from tests.benchmarks import planning
from tests.benchmarks.measure import cpu_seconds

BEGIN = datetime.combine(planning.YEAR, datetime.min.time(), UTC)
NETWORKS = ("feed", "mastodon", "bluesky", "x", "telegram")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def ours(root: Path, days: int) -> int:
    """All that `check` and `plan` look at: texts, lengths, safeguards, quiet hours, gaps, repeats."""
    workspace = station.read(root)
    assert not workspace.problems, workspace.problems
    rules = {name: registry.network(account.network).rules for name, account in workspace.accounts.items()}
    composer = Composer(workspace, lambda account: rules[account.id])
    count = 0
    for post in upcoming(
        workspace, composer, BEGIN - timedelta(seconds=1), BEGIN + timedelta(days=days, seconds=-1)
    ):
        assert post.composition.lengths, post.problems
        count += 1
    return count


def bare(occurrences: int, days: int, counters: tuple[Callable[[str], int], ...]) -> int:
    """The same texts and their lengths, and nothing else."""
    template = Environment(undefined=StrictUndefined, trim_blocks=True).from_string(planning.TEMPLATE)
    same: dict[str, Any] = {
        "campaign": {"title": "Know the signs"},
        "vars": {"words": ["know", "ask", "help"]},
        "hashtags": lambda: "#EndHumanTrafficking #KnowTheSigns",
        "link": lambda name: "https://example.org/signs",
    }
    count = 0
    for minutes in planning.times(occurrences):
        begin = BEGIN.replace(tzinfo=None) + timedelta(minutes=minutes)
        for at in rrule(DAILY, dtstart=begin, count=days):
            occurrence = {
                "date": at.date().isoformat(),
                "time": at.time().isoformat("minutes"),
                "weekday": DAYS[at.weekday()],
            }
            for counter in counters:
                assert counter(template.render(same, occurrence=occurrence))
                count += 1
    return count


def own() -> tuple[Callable[[str], int], ...]:
    """Our counters, one for each network."""

    def of(name: str) -> Callable[[str], int]:
        rules = registry.network(name).rules
        return lambda text: length(text, rules)

    return tuple(map(of, NETWORKS))


def libraries() -> tuple[Callable[[str], int], ...]:
    """What the networks' documents and clients count with: code points, graphemes twice, twitter-text, UTF-16."""
    import regex
    import twitter_text

    def graphemes(text: str) -> int:
        return len(regex.findall(r"\X", text))

    return (
        len,
        graphemes,
        graphemes,
        lambda text: int(twitter_text.parse_tweet(text).weightedLength),
        lambda text: len(text.encode("utf-16-le")) // 2,
    )


def main(who: str, root: Path, occurrences: int) -> None:
    works: dict[str, Callable[[int], int]] = {
        "campaign": lambda days: ours(root, days),
        "floor": lambda days: bare(occurrences, days, own()),
        "libraries": lambda days: bare(occurrences, days, libraries()),
    }
    works[who](1)  # what is compiled and imported once
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, cpu_seconds()
    posts = works[who](planning.days(occurrences))
    spent = cpu_seconds() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(
        json.dumps(
            {
                "posts": posts,
                "CPU us/post": spent / posts * 1e6,
                "peak MB": peak / 1024,
                "grown MB": (peak - before) / 1024,
            }
        )
    )


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
