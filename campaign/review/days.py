"""Which awareness days lie in a stretch of the plan, for whoever plans around them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from campaign.core import named
from campaign.core.model import Workspace
from campaign.core.observances import Observance, Tone
from campaign.core.timetable import Span, Which
from campaign.review.table import Cell, Columns, Heading, Line, Row, lines

_YEAR = timedelta(days=366)


def day_lines(workspace: Workspace, first: date, last: date, width: int) -> Iterator[Line]:
    """The observances that begin from ``first`` to ``last`` (both included) and concern somebody whom the workspace
    speaks to, by date; nothing where there are none."""
    found = begins(workspace, first, last, workspace.languages[0])
    if found:
        rows = [Row((Cell(f"{day:%a %d %b %Y}"), Cell(said))) for day, said in found]
        yield from lines([Heading((Cell("Awareness days", "bold"),)), *rows], Columns(), width)


def begins(workspace: Workspace, first: date, last: date, language: str) -> list[tuple[date, str]]:
    """The same as days and names, for a calendar."""
    audiences = {
        workspace.audience,
        *(campaign.audience for campaign in workspace.campaigns.values()),
        *(account.audience for account in workspace.accounts.values()),
    }
    return sorted(
        (day, _called(observance, day, language))
        for observance in workspace.observances.values()
        if any(observance.concerns(audience) for audience in audiences)
        for day in named.days(observance.rule, Which.FIRST, first, last)
    )


def _called(observance: Observance, begins: date, language: str) -> str:
    """The name, with what a planner has to know in front of it: a long name is cut."""
    told = []
    if observance.tone is Tone.REMEMBRANCE:
        told.append("remembrance")
    if isinstance(observance.rule, Span):
        end = next(named.days(observance.rule, Which.LAST, begins, begins + _YEAR))
        told.append(f"until {end.day} {end:%b}")
    name = observance.called(language)
    return f"({', '.join(told)}) {name}" if told else name
