"""The figures of a campaign's report, counted from the rows that ``log --json`` prints, so that they are the log's."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any

from campaign.core.lifecycle import State

ON_TIME = timedelta(minutes=5)
"""A post that went out so much after its time, or less, was on time. Our own bound: a reader does not notice, and cron
looks every five minutes (docs/running.md)."""

_SENT = State.SENT.value

Row = Mapping[str, Any]
"""A row of the log, with roles instead of handles where no names are wanted."""


@dataclass(frozen=True, slots=True)
class Timing:
    """How punctual posts were. ``late`` by key, for those that were late; ``median`` and ``worst`` over all that were
    published and whose time is known (zero for what was on time to the second, or early)."""

    on_time: int
    late: Mapping[str, timedelta]
    median: timedelta | None
    worst: timedelta | None
    worst_key: str


@dataclass(frozen=True, slots=True)
class Override:
    """A finding of a safeguarding rule that people let pass, and in how many posts."""

    rule: str
    words: str
    by: tuple[str, ...]
    reason: str
    posts: int


@dataclass(frozen=True, slots=True)
class Report:
    """What is told of a campaign. Each part of a thread is a row, as in the log. ``first``, ``last``: days, in the
    campaign's zone (None: there are no rows). ``others``: what was not published, or of which it is not known.
    ``moved``: how many of the published ones a person had moved."""

    campaign: str
    title: str
    zone: str
    first: date | None
    last: date | None
    rows: tuple[Row, ...]
    published: tuple[Row, ...]
    others: tuple[Row, ...]
    timing: Timing
    moved: int

    @property
    def states(self) -> dict[str, int]:
        """How many rows are in each state, in the order of the states."""
        found = Counter(str(row["state"]) for row in self.rows)
        return {state.value: found[state.value] for state in State if found[state.value]}

    @property
    def withdrawn(self) -> int:
        """How many were taken back after they were published."""
        return sum(row["withdrawn_at"] is not None for row in self.published)

    @property
    def pictures(self) -> int:
        """Pictures and films that were published."""
        return sum(len(row["media"]) for row in self.published)

    @property
    def described(self) -> int:
        """Those of them that have a description."""
        return sum(bool(item["alt"].strip()) for row in self.published for item in row["media"])

    def by(self, name: str) -> dict[str, tuple[int, int]]:
        """``network`` or ``language`` -> how many were published, and how many were not; the most first."""
        found: dict[str, list[int]] = {}
        for row in self.rows:
            found.setdefault(row[name], [0, 0])[row["state"] != _SENT] += 1
        order = sorted(found.items(), key=lambda item: (-item[1][0], item[0]))
        return {value: (counts[0], counts[1]) for value, counts in order}

    @property
    def days(self) -> dict[date, int]:
        """Day -> how many were published on it, in the campaign's zone; days without are left out."""
        found = Counter(_day(row["sent_at"]) for row in self.published if row["sent_at"])
        return dict(sorted(found.items()))

    @property
    def overrides(self) -> list[Override]:
        """What people let pass in what was published."""
        found = Counter(
            (one["rule"], one["words"], tuple(one["by"]), one["reason"])
            for row in self.published
            for one in row["accepted"]
        )
        return [Override(*what, posts) for what, posts in sorted(found.items())]

    def people(self, name: str) -> dict[str, int]:
        """``approved_by`` or ``reviewed_by`` -> in how many published posts; the most first."""
        found = Counter(who for row in self.published for who in row[name])
        return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


def without(text: str, said: Mapping[str, str], folder: str) -> str:
    """A reason as it may leave the team: words (handles) as ``said`` has them, and files of ``folder`` without where
    that is on this machine."""
    text = text.replace(f"{folder}/", "")
    if not said:
        return text
    words = "|".join(re.escape(word) for word in sorted(said, key=len, reverse=True))
    return re.sub(rf"(?<![\w-])(?:{words})(?![\w-])", lambda found: said[found[0]], text)


def report(
    campaign: str,
    title: str,
    zone: str,
    rows: Sequence[Row],
    expected: Mapping[str, datetime],
    moved: frozenset[str],
) -> Report:
    """The report over rows of the log. ``expected``: key -> when it was to go out (aware), after quiet hours and what
    people moved; ``moved``: keys of what people moved."""
    days = [_day(row["due"]) for row in rows]
    out = tuple(row for row in rows if row["state"] == _SENT)
    return Report(
        campaign,
        title,
        zone,
        min(days, default=None),
        max(days, default=None),
        tuple(rows),
        out,
        tuple(row for row in rows if row["state"] != _SENT),
        _timing(out, expected),
        sum(row["key"] in moved for row in out),
    )


def report_row(found: Report, out: str | None) -> dict[str, Any]:
    """The figures as ``report --json`` prints them; times in seconds."""
    timing = found.timing
    return {
        "campaign": found.campaign,
        "title": found.title,
        "timezone": found.zone,
        "from": str(found.first) if found.first else None,
        "to": str(found.last) if found.last else None,
        "rows": len(found.rows),
        "published": len(found.published),
        "withdrawn": found.withdrawn,
        "states": found.states,
        "on_time": timing.on_time,
        "late": len(timing.late),
        "median_late": timing.median.total_seconds() if timing.median is not None else None,
        "worst_late": timing.worst.total_seconds() if timing.worst is not None else None,
        "worst_key": timing.worst_key or None,
        "moved": found.moved,
        "days": {str(day): number for day, number in found.days.items()},
        "networks": _both(found.by("network")),
        "languages": _both(found.by("language")),
        "media": found.pictures,
        "described": found.described,
        "overrides": [
            {
                "rule": one.rule,
                "words": one.words,
                "by": list(one.by),
                "reason": one.reason,
                "posts": one.posts,
            }
            for one in found.overrides
        ],
        "approved_by": found.people("approved_by"),
        "reviewed_by": found.people("reviewed_by"),
        "not_published": [
            {name: row[name] for name in ("key", "state", "say", "due", "reason")} for row in found.others
        ],
        "out": out,
    }


def _timing(out: Sequence[Row], expected: Mapping[str, datetime]) -> Timing:
    known = {
        row["key"]: max(datetime.fromisoformat(row["sent_at"]) - expected[row["key"]], timedelta())
        for row in out
        if row["sent_at"] and row["key"] in expected
    }
    late = {key: delay for key, delay in known.items() if delay > ON_TIME}
    worst_key = max(known, key=lambda key: (known[key], key), default="")
    return Timing(
        len(known) - len(late),
        late,
        timedelta(seconds=median(delay.total_seconds() for delay in known.values())) if known else None,
        known.get(worst_key),
        worst_key if late else "",
    )


def _both(found: Mapping[str, tuple[int, int]]) -> dict[str, dict[str, int]]:
    return {name: {"published": out, "not_published": rest} for name, (out, rest) in found.items()}


def _day(moment: str) -> date:
    """The day of a time of the log, which is in the campaign's zone."""
    return datetime.fromisoformat(moment).date()
