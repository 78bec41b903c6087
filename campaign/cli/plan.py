"""``campaign plan``: what will go out, when and where."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import click

from campaign.cli import output, show
from campaign.cli.arguments import from_to
from campaign.cli.plan_files import compare_plan, save_plan
from campaign.cli.session import Session
from campaign.cli.verb import json_option, verb

if TYPE_CHECKING:
    from collections.abc import Mapping

    from campaign.dispatch.station import Station
    from campaign.errors import Problem
    from campaign.review.plan import Ahead

DAYS = 30
"""How far ahead without --to."""


@verb("plan", "campaign plan --from 2027-07-01 --to 2027-07-31")
@from_to
@click.option("--save", metavar="FILE", help="Write the plan to a file ('-': to stdout).")
@click.option("--against", metavar="FILE", help="Show what differs from a saved plan; 1 if anything does.")
@json_option
def command(
    session: Session,
    first: date | None,
    last: date | None,
    save: str | None,
    against: str | None,
    as_json: bool,
) -> int:
    """List the posts of the next 30 days: local and UTC time, account, length, first
    line, and what is wrong; at the end what they cost, where a network charges,
    and which awareness days lie ahead.

    Cancelled and moved posts are shown as decided. Nothing is published.
    With --save the plan goes to a file; with --against you see what is created,
    changed, moved, dropped and already published since (docs/in-and-out.md).
    """
    from campaign.errors import Level
    from campaign.review.coming import coming, headline
    from campaign.review.costs import cost_lines, over_budget
    from campaign.review.days import day_lines
    from campaign.review.paused import marked
    from campaign.review.plan import look_ahead, plan_entries, plan_row, rows_around, with_approvals
    from campaign.review.status import kept
    from campaign.review.table import Cell, Columns
    from campaign.review.table import lines as laid_out
    from campaign.review.waiting import explained
    from campaign.store import history, pauses

    begin = first or session.today()
    end = last or begin + timedelta(days=DAYS)
    if end < begin:
        raise click.UsageError(f"--to {end} is before --from {begin}")
    if save is not None and (against is not None or as_json):
        raise click.UsageError("--save goes alone: with --from and --to")
    if save is not None:
        return save_plan(session, save, begin, end)
    if against is not None:
        return compare_plan(session, against, first, last, as_json)
    workspace = session.workspace
    with session.station(temporary=True) as station:
        rules = station.adapters.rules
        composer = station.planner(workspace).composer
        with station.store.read() as connection:
            rows = rows_around(connection, begin, end)
            paused = [one for one in pauses.standing(connection) if one.in_force(session.now)]
            accounts = history.accounts(connection)
            next_up = coming(connection, workspace, session.now)
            over = over_budget(connection, workspace, composer, rules, begin, end, session.now)
        rows = {row.key: row for row in explained(rows.values(), accounts, workspace, session.now)}
        runner = station.store.holder()
        ticked, by = station.store.get("last_tick"), station.store.get("last_tick_by")
        ahead = look_ahead(workspace, composer, rules, rows, begin, end, None if first else session.now)
        ahead = marked(ahead, paused, workspace)
        ahead = with_approvals(ahead, _unapproved(session, station, ahead))
    for file in sorted(
        {problem.place.file for problem in workspace.problems if problem.level is Level.ERROR}
    ):
        output.talk(f"{file} has errors, so posts may be missing here; see: campaign check")
    for problem in over:
        output.talk(f"{problem}\n  hint: {problem.hint}")
    if as_json:
        output.rows(plan_row(post) for post in ahead if not post.ended)
        return 0
    last = datetime.fromisoformat(ticked) if ticked else None
    passed = last if runner is None and kept(last, by, session.now) else None
    said = headline(runner, next_up, session.now, workspace.zone, passed)
    show.lines([(Cell(said, "green" if runner or passed else "bold red"),), ()])
    show.lines(laid_out(plan_entries(ahead), Columns(right=frozenset({1})), show.width()))
    if costs := cost_lines(ahead, workspace):
        show.lines([(), *((Cell(line),) for line in costs)])
    if days := list(day_lines(workspace, begin, end, show.width())):
        show.lines([(), *days])
    if not ahead:
        output.talk(f"nothing is planned from {begin} to {end}")
    return 0


def _unapproved(session: Session, station: Station, ahead: list[Ahead]) -> Mapping[str, Problem]:
    """What would be held for lack of approval, of the posts of a plan."""
    from campaign.dispatch.approval.approvable import lacking
    from campaign.review.approvals import problems

    waiting = [post.due for post in ahead if post.state is None]
    if not waiting:
        return {}
    begin, end = min(waiting) - timedelta(microseconds=1), max(waiting)
    with station.store.read() as connection:
        asked = lacking(station.planner(session.workspace), connection, begin, end)
    return problems(asked, session.now)
