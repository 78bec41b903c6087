"""A rehearsal as pages that need nothing but the files beside them: sum, problems, calendar, and the posts in order as
readers would see them, in Indonesian and English."""

from __future__ import annotations

from calendar import Calendar
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from itertools import groupby
from typing import TYPE_CHECKING, Any

from campaign.core.languages import direction, primary
from campaign.core.lifecycle import State, is_quiet
from campaign.core.model import Media, Workspace
from campaign.errors import Problem
from campaign.networks.feed_page.words import markup, month_name
from campaign.review import times
from campaign.review.rehearsal import words as say
from campaign.review.rehearsal.lines import SHOWN, in_groups
from campaign.review.rehearsal.outcomes import Outcome, Stretch
from campaign.review.words import one_line, safe

if TYPE_CHECKING:
    from jinja2 import Environment

POLICY = (
    "default-src 'none'; style-src 'self' file:; img-src 'self' file:; media-src 'self' file:; "
    "base-uri 'none'; form-action 'none'"
)
"""Only what lies beside the page. ``file:`` because 'self' means nothing in Firefox where a page lies on the disk."""

ON_ONE_PAGE = 400
"""Posts that the first page shows; more are shown month by month."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture or film as it lies beside the pages."""

    file: str
    type: str


Picture = Callable[[Media], Shown | None]
"""Where a picture lies; None where it can't be shown (then its name stands there)."""


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What the pages are made of. ``made``: the day on which it was rehearsed. ``wrong``: what no post shows."""

    found: Sequence[Outcome]
    wrong: Sequence[Problem]
    workspace: Workspace
    stretch: Stretch
    made: date

    @property
    def languages(self) -> tuple[str, ...]:
        """Those of the pages; the first has names without a suffix: that of the workspace, if it is one of them."""
        own = primary(self.workspace.languages[0])
        return tuple(sorted(say.LANGUAGES, key=lambda code: (code != own, code != "en")))


def pages(rehearsal: Rehearsal, picture: Picture) -> dict[str, bytes]:
    """Every file but the pictures: name -> content."""
    out = [one for one in rehearsal.found if one.at is not None]
    accounts = sorted({one.account for one in out})
    made = {"style.css": _style(len(accounts))}
    by_month = {month: list(some) for month, some in groupby(out, _month)} if len(out) > ON_ONE_PAGE else {}
    shelf = {
        media: picture(media) for media in dict.fromkeys(m for o in out for p in o.posts for m in p.media)
    }
    for language in rehearsal.languages:
        pen = _Pen(rehearsal, language, accounts, shelf, {month: month for month in by_month})
        made[pen.file("index")] = pen.index([] if by_month else out)
        for month, some in by_month.items():
            made[pen.file(month)] = pen.month(month, some)
    return made


def _day(one: Outcome) -> date:
    return times.local(one.when, one.zone).date()


def _month(one: Outcome) -> str:
    return f"{_day(one):%Y-%m}"


@dataclass(frozen=True, slots=True)
class _Pen:
    """Writes the pages of one language."""

    rehearsal: Rehearsal
    language: str
    accounts: Sequence[str]
    shelf: Mapping[Media, Shown | None]
    months: Mapping[str, str]

    def file(self, stem: str, language: str | None = None) -> str:
        code = language or self.language
        return f"{stem}.html" if code == self.rehearsal.languages[0] else f"{stem}.{code}.html"

    def index(self, out: Sequence[Outcome]) -> bytes:
        found, stretch = self.rehearsal.found, self.rehearsal.stretch
        groups = [
            (
                self._said(some[0]),
                [self._trouble(list(t)) for _, t in groupby(some, lambda o: (o.moment, o.reason))],
            )
            for _, some in in_groups(found)
        ]
        return self._page(
            "index",
            intro=say.words(self.language)["nothing"].format(
                first=self._text(stretch.first),
                last=self._text(stretch.last),
                made=self._text(self.rehearsal.made),
            ),
            sums=[
                (sum(one.state is State.SENT for one in found), "out"),
                (sum(one.late for one in found), "late"),
                (sum(one.state is State.CANCELLED for one in found), "cancelled"),
                (sum(one.fails for one in found), "fails"),
            ],
            groups=[(title, rows[:SHOWN], max(len(rows) - SHOWN, 0)) for title, rows in groups],
            wrong=[(str(problem), problem.hint) for problem in self.rehearsal.wrong],
            calendar=self._calendar(),
            months=[(self.file(month), self._month_name(month)) for month in self.months],
            days=self._days(out),
        )

    def month(self, month: str, out: Sequence[Outcome]) -> bytes:
        return self._page(month, heading=self._month_name(month), days=self._days(out))

    def _page(self, stem: str, **values: Any) -> bytes:
        known: dict[str, Any] = {"heading": "", "days": [], "months": []}
        text = (
            _environment()
            .get_template("page.html.j2")
            .render(
                known
                | values
                | {
                    "stem": stem,
                    "language": self.language,
                    "word": say.words(self.language),
                    "policy": POLICY,
                    "up": self.file("index"),
                    "others": [
                        (self.file(stem, code), code)
                        for code in self.rehearsal.languages
                        if code != self.language
                    ],
                    "accounts": list(enumerate(self.accounts)),
                    "shelf": self.shelf,
                }
            )
        )
        return text.encode(errors="replace")

    def _text(self, day: date) -> str:
        return say.day_text(day, self.language)

    def _month_name(self, month: str) -> str:
        return month_name(int(month[:4]), int(month[5:]), self.language)

    def _said(self, one: Outcome) -> str:
        quiet = one.state is State.MISSED and is_quiet(one.reason)
        said = say.words(self.language)["quiet" if quiet else one.state.value]
        return said[:1].upper() + said[1:]

    def _when(self, one: Outcome, instant: Any) -> str:
        local = times.local(instant, one.zone)
        return f"{self._text(local.date())}, {say.clock(local, self.language)}"

    def _trouble(self, posts: Sequence[Outcome]) -> dict[str, Any]:
        one = posts[0]
        return {
            "when": self._when(one, one.due),
            "iso": times.iso(one.due, one.zone),
            "accounts": [post.account for post in posts],
            "moment": one.moment,
            "reason": one.reason,
        }

    def _days(self, out: Sequence[Outcome]) -> list[tuple[date, str, list[dict[str, Any]]]]:
        return [
            (day, self._text(day), [self._card(one) for one in some])
            for day, some in groupby(sorted(out, key=_day), key=_day)
        ]

    def _card(self, one: Outcome) -> dict[str, Any]:
        return {
            "number": self.accounts.index(one.account),
            "account": one.account,
            "network": one.network,
            "iso": times.iso(one.when, one.zone),
            "clock": say.clock(times.local(one.when, one.zone), self.language),
            "posts": one.posts,
            "instead": self._when(one, one.due) if one.late else "",
            "reason": one.reason,
            "by_hand": one.network == "handoff",
        }

    def _calendar(self) -> list[tuple[str, list[list[dict[str, Any] | None]]]]:
        """Month by month, the weeks from Monday on: what goes out on each day of the stretch, and what does not."""
        out, bad = Counter[date](), Counter[date]()
        for one in self.rehearsal.found:
            out[_day(one)] += one.at is not None
            bad[_day(one)] += one.fails
        stretch = self.rehearsal.stretch
        first, last = min([stretch.first, *out]), max([stretch.last, *out])
        found: dict[str, list[list[dict[str, Any] | None]]] = defaultdict(list)
        year, month = first.year, first.month
        while (year, month) <= (last.year, last.month):
            for week in Calendar().monthdatescalendar(year, month):
                days = [self._cell(day, out[day], bad[day]) if day.month == month else None for day in week]
                found[month_name(year, month, self.language)].append(days)
            year, month = (year + 1, 1) if month == 12 else (year, month + 1)
        return list(found.items())

    def _cell(self, day: date, out: int, bad: int) -> dict[str, Any]:
        word = say.words(self.language)["cell_bad" if bad else "cell"]
        month = f"{day:%Y-%m}"
        page = self.file(month) if month in self.months else ""
        return {
            "day": day.day,
            "out": out,
            "bad": bad,
            "label": word.format(day=self._text(day), number=out, bad=bad),
            "link": f"{page}#d-{day}" if out else "#failing" if bad else "",
        }


def _style(accounts: int) -> bytes:
    """The style sheet; at its end what a click on an account hides."""
    own = files("campaign.review.rehearsal").joinpath("style.css").read_text(encoding="utf-8")
    rules = [
        f"body:has(#only-{number}:checked) article:not(.a-{number}) {{ display: none; }}\n"
        for number in range(accounts)
    ]
    return (own + "".join(rules)).encode()


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("campaign.review", "rehearsal"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"markup": markup, "direction": direction, "shown": safe, "line": one_line}
    environment.globals |= {"weekdays": say.weekdays}
    return environment
