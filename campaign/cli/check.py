"""``campaign check``: everything that is wrong, at once."""

from __future__ import annotations

import os

from campaign.cli import output, show
from campaign.cli.session import Session
from campaign.cli.verb import json_option, verb
from campaign.errors import Problem, WorkspaceError


@verb("check", "campaign check")
@json_option
def command(session: Session, as_json: bool) -> int:
    """Read every file and list all that is wrong, with its place and what to do.

    Posts of the next 30 days are made and measured, as each network counts.
    """
    from campaign.review.problems import has_errors, in_order, problem_lines, summary
    from campaign.review.words import count

    try:
        problems = _problems(session)
        workspace = session.workspace
        about = f"{count(len(workspace.campaigns), 'campaign')}, {count(len(workspace.accounts), 'account')}"
    except WorkspaceError as error:
        problems, about = list(error.problems), "config.yaml can't be used"
    if as_json:
        output.rows(problem.as_json() for problem in in_order(problems))
    else:
        show.lines(problem_lines(problems))
    output.talk(f"{about}: {summary(problems) or 'nothing is wrong'}")
    return 1 if has_errors(problems) else 0


def _problems(session: Session) -> list[Problem]:
    from campaign.core.outlook import check
    from campaign.workspace.secrets import Secrets

    workspace = session.workspace
    with session.station(temporary=True) as station:
        composer = station.planner(workspace).composer
        found = check(workspace, composer, session.now)
    return [*found, *Secrets(session.folder, os.environ).problems()]
