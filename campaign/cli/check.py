"""``campaign check``: everything that is wrong, at once."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

from campaign.cli import output, show
from campaign.cli.session import Session
from campaign.cli.verb import json_option, verb
from campaign.errors import Problem, WorkspaceError

if TYPE_CHECKING:
    from campaign.core.model import Account
    from campaign.core.text import TextRules
    from campaign.dispatch.station import Station


@verb("check", "campaign check")
@json_option
def command(session: Session, as_json: bool) -> int:
    """Read every file and list all that is wrong, with its place and what to do.

    Posts of the next 30 days are made and measured, as each network counts.
    """
    from campaign.review.problems import check_lines, has_errors, in_order, summary
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
        show.lines(check_lines(problems, show.width()))
    output.talk(f"{about}: {summary(problems) or 'nothing is wrong'}")
    return 1 if has_errors(problems) else 0


def _problems(session: Session) -> list[Problem]:
    from campaign.core.compose import Composer
    from campaign.core.outlook import DAYS, check
    from campaign.workspace.secrets import Secrets

    workspace = session.workspace
    with _rules(session) as (rules, station):
        composer = Composer(workspace, rules)
        found = check(workspace, composer, session.now)
        if station is not None:
            from campaign.review.costs import over_budget

            today = session.today()
            with station.store.read() as connection:
                found += over_budget(
                    connection, workspace, composer, rules, today, today + timedelta(days=DAYS), session.now
                )
    return [*found, *Secrets(session.folder, os.environ).problems()]


@contextmanager
def _rules(session: Session) -> Iterator[tuple[Callable[[Account], TextRules], Station | None]]:
    """The limits that hold for an account, and the store. What servers told of theirs is in it, and what was spent;
    where no account has such a server or a budget it stays closed, which halves the time."""
    from campaign.networks import registry
    from campaign.networks.base import ServerLimits

    networks = {
        account.network: registry.network(account.network) for account in session.workspace.accounts.values()
    }
    budgeted = any(account.budget for account in session.workspace.accounts.values())
    if budgeted or any(issubclass(network, ServerLimits) for network in networks.values()):
        with session.station(temporary=True) as station:
            yield station.adapters.rules, station
    else:
        yield lambda account: networks[account.network].rules, None
