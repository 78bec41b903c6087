"""``campaign status``: is all well, and what needs a person."""

from __future__ import annotations

from datetime import timedelta

from campaign.cli import output, show
from campaign.cli.session import Session
from campaign.cli.verb import json_option, verb

APPROVALS = timedelta(days=7)
"""How far ahead posts are named that lack approval."""


@verb("status", "campaign status >/dev/null || echo 'look at the campaigns!'")
@json_option
def command(session: Session, as_json: bool) -> int:
    """Say whether posts go out, and list what needs a person and what to do about it.

    Ends with 1 if anything does: let cron or a monitor ask every few minutes.
    """
    from dataclasses import replace

    from campaign.core.outlook import check
    from campaign.dispatch.approval.approvable import lacking
    from campaign.dispatch.crisis import pausefile
    from campaign.review.coming import headline
    from campaign.review.paused import paused_lines
    from campaign.review.status import read, status_json, status_lines
    from campaign.review.table import Cell

    workspace = session.workspace
    with session.station(temporary=True) as station:
        problems = check(workspace, station.planner(workspace).composer, session.now)
        runner = station.store.holder()
        facts = {name: station.store.get(name) for name in ("last_tick", "last_tick_by", "clock")}
        with station.store.read() as connection:
            ahead = session.now + APPROVALS
            unapproved = lacking(station.planner(workspace), connection, session.now, ahead)
            status = read(connection, workspace, problems, runner, facts.get, session.now, unapproved)
        unseen = pausefile.unseen(station.store, session.folder, session.now)
    status = replace(status, pauses=(*unseen, *status.pauses))
    if as_json:
        output.rows([status_json(status, session.zone, workspace.zone)])
    else:
        show.lines(paused_lines(status.pauses, status.fallen, session.now, workspace.zone, show.width()))
        kept = status.last_tick if status.kept else None
        said = headline(runner, status.ahead, session.now, workspace.zone, kept)
        show.lines([(Cell(said, "green" if runner or kept else "bold red"),), ()])
        show.lines(status_lines(status, session.zone, workspace.zone, show.width()))
    return 1 if status.needs_a_person else 0
