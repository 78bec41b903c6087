"""The page of a report: one file that needs nothing else, to be read, printed, or saved as PDF by a browser."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from campaign.core.lifecycle import State, is_quiet
from campaign.networks.feed_page.words import date_text, language_name, month_name
from campaign.review import times
from campaign.review.report import ON_TIME, Report, Row
from campaign.review.report_charts import bars
from campaign.review.report_page.words import LANGUAGES, duration
from campaign.review.words import first_words, safe

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

MOST = 1_000
"""Rows of each list in the page; of more it says how many there are."""

MARK = b'<meta name="generator" content="campaign report">'
"""Stands in each page, so that a newer report may take its place."""

_BARS = 31
"""Bars of the timeline: days, else weeks, else months."""

_EXCERPT = 160


@dataclass(frozen=True, slots=True)
class _Chart:
    heading: str
    title: str
    column: str
    rows: tuple[tuple[str, int, int], ...]
    svg: Markup
    others: bool


def report_page(report: Report, language: str, organisation: str, made: date, *, names: bool) -> bytes:
    """The page in English or Indonesian (``language``: en, id). ``names``: handles stand in it, not roles. The same
    report on the same day gives the same bytes."""
    word = LANGUAGES[language]
    style = _style()
    sheet = hashlib.sha256(style.encode()).digest()
    published, others = report.published, report.others
    text = (
        _environment()
        .get_template("page.html.j2")
        .render(
            report=report,
            language=language,
            word=word,
            organisation=safe(organisation),
            made=made,
            names=names,
            style=style,
            policy=f"default-src 'none'; style-src 'sha256-{base64.b64encode(sheet).decode()}'; img-src data:; "
            "base-uri 'none'; form-action 'none'",
            day=lambda day: _day(day, language),
            figures=list(_figures(report, language)),
            charts=_charts(report, language),
            out=[_out(row, report, language) for row in published[:MOST]],
            more_out=max(len(published) - MOST, 0),
            left=[_left(row, report, language) for row in others[:MOST]],
            more_left=max(len(others) - MOST, 0),
            people=[
                (word[text], found)
                for name, text in (("approved_by", "approved"), ("reviewed_by", "reviewed"))
                if (found := report.people(name))
            ],
        )
    )
    return text.encode(errors="replace")


def _figures(report: Report, language: str) -> Iterable[tuple[str, str, str]]:
    """Number, what it is of, and a note."""
    word, timing = LANGUAGES[language], report.timing
    published = len(report.published)
    yield str(published), word["published"], ""
    yield str(len(report.others)), word["not_published"], ""
    if report.withdrawn:
        yield str(report.withdrawn), word["withdrawn"], ""
    if timing.median is not None and timing.worst is not None:
        minutes = int(ON_TIME.total_seconds() // 60)
        yield (
            f"{timing.on_time}/{timing.on_time + len(timing.late)}",
            word["on_time"],
            word["on_time_is"].format(minutes=minutes),
        )
        yield duration(timing.median, language), word["median"], ""
        yield duration(timing.worst, language), word["worst"], timing.worst_key
    if report.moved:
        yield str(report.moved), word["moved"], ""
    yield str(len(report.by("network"))), word["networks"], ""
    yield str(len(report.by("language"))), word["languages"], ""
    if report.pictures:
        yield str(report.described), word["described"].format(all=report.pictures), ""


def _charts(report: Report, language: str) -> list[_Chart]:
    word = LANGUAGES[language]
    kind, periods = _timeline(report.days, language)
    networks = [(name, *counts) for name, counts in report.by("network").items()]
    tongues = [(_tongue(name), *counts) for name, counts in report.by("language").items()]
    made = []
    for name, heading, title, column, rows, others in (
        ("timeline", "timeline", f"timeline_{kind}", "period", [(p, n, 0) for p, n in periods], False),
        ("networks", "by_network", "by_network_title", "network", networks, True),
        ("languages", "by_language", "by_language_title", "language", tongues, True),
    ):
        if not rows:  # nothing was published on any day
            continue
        values = [(row[0], row[1]) for row in rows]
        svg = bars(name, word[title], _described(values, word), values)
        made.append(_Chart(word[heading], word[title], word[column], tuple(rows), _markup(svg), others))
    return made


def _described(values: Sequence[tuple[str, int]], word: Mapping[str, str]) -> str:
    name, most = max(values, key=lambda value: value[1], default=("", 0))
    return word["chart"].format(most=most, name=name, number=most) if most else word["chart_empty"]


def _timeline(days: Mapping[date, int], language: str) -> tuple[str, list[tuple[str, int]]]:
    """``day``, ``week`` or ``month``, and how many were published in each period, those without included."""
    if not days:
        return "day", []
    first, last = min(days), max(days)
    span = (last - first).days
    kind = "day" if span < _BARS else "week" if span < _BARS * 7 else "month"
    counts: dict[date, int] = {}
    for number in range(span + 1):
        day = first + timedelta(days=number)
        counts[_begin(day, kind)] = counts.get(_begin(day, kind), 0) + days.get(day, 0)
    named = {
        day: month_name(day.year, day.month, language) if kind == "month" else _day(day, language)
        for day in counts
    }
    return kind, [(named[day], number) for day, number in counts.items()]


def _begin(day: date, kind: str) -> date:
    """The first day of the period that a day is in."""
    if kind == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if kind == "month" else day


def _out(row: Row, report: Report, language: str) -> dict[str, Any]:
    """A row of what went out, as the page shows it."""
    word = LANGUAGES[language]
    late = report.timing.late.get(row["key"])
    url = row["url"] or ""
    return {
        **_shared(row, row["sent_at"] or row["due"], report, language),
        "text": first_words(row["text"], _EXCERPT) if row["text"] is not None else word["removed"],
        "url": url if urlsplit(url).scheme in ("http", "https") else "",
        "withdrawn": row["withdrawn_at"] is not None,
        "late": duration(late, language) if late else "",
    }


def _left(row: Row, report: Report, language: str) -> dict[str, Any]:
    word = LANGUAGES[language]
    quiet = row["state"] == State.MISSED.value and is_quiet(row["reason"])
    return {
        **_shared(row, row["due"], report, language),
        "state": word["state_quiet" if quiet else f"state_{row['state']}"],
        "reason": safe(row["reason"]),
    }


def _shared(row: Row, moment: str, report: Report, language: str) -> dict[str, Any]:
    return {
        "when": date_text(times.local(datetime.fromisoformat(moment), report.zone), language),
        "account": row["account"],
        "network": row["network"],
        "language": row["language"],
    }


def _day(day: date, language: str) -> str:
    return f"{day.day} {month_name(day.year, day.month, language)}"


def _tongue(code: str) -> str:
    return language_name(code)


def _markup(svg: str) -> Markup:
    from markupsafe import Markup

    return Markup(svg)  # noqa: S704 - written by ElementTree, which escapes


@cache
def _style() -> Markup:
    return _markup(files("campaign.review.report_page").joinpath("report.css").read_text(encoding="utf-8"))


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("campaign.review", "report_page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["safe_text"] = safe  # what could turn a line around
    return environment
