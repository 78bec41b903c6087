"""``campaign check``: everything that is wrong, at once."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import click

from campaign.cli import output, show
from campaign.cli.session import Session
from campaign.cli.textfile import read_text
from campaign.cli.verb import json_option, verb
from campaign.errors import CampaignError, Level, Place, Problem, WorkspaceError

if TYPE_CHECKING:
    from campaign.core.model import Account, Workspace
    from campaign.core.safeguard.judge import Rulebook
    from campaign.core.text import TextRules
    from campaign.dispatch.station import Station

NO_PROOF = "A clean result is no proof of safety"


def wrapped(question: str) -> str:
    """A question as an item of a list, in 80 columns."""
    return textwrap.fill(question, 78, initial_indent="  - ", subsequent_indent="    ")


@verb("check", "campaign check --text draft.txt --language id")
@click.option("--text", "file", metavar="FILE", help="Only this text, of any kind ('-': from stdin).")
@click.option("--language", metavar="LANG", help="The language of that text. Default: the workspace's first.")
@json_option
def command(session: Session, file: str | None, language: str | None, as_json: bool) -> int:
    """Read every file and list all that is wrong, with its place and what to do.

    Posts of the next 30 days are made, measured as each network counts, and held
    against the safeguarding rules. With --text any text is held against them,
    also where there is no workspace. A clean result is no proof of safety.
    """
    from campaign.review.problems import check_lines, has_errors, in_order, summary
    from campaign.review.words import count

    if file is not None:
        return _check_text(session, file, language, as_json)
    if language is not None:
        raise click.UsageError("--language belongs to --text FILE")
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
    output.talk(f"{about}: {summary(problems) or 'nothing is wrong'}. {NO_PROOF}")
    return 1 if has_errors(problems) else 0


def _check_text(session: Session, file: str, language: str | None, as_json: bool) -> int:
    from campaign.core import scripts
    from campaign.core.safeguard.pasted import judge, spoken
    from campaign.review.problems import has_errors, in_order, problem_lines, summary
    from campaign.workspace.language_tags import complaint
    from campaign.workspace.safeguards import checklist

    around = _around(session)
    language = language or (around.workspace.languages[0] if around.workspace else None)
    if language is None:
        raise click.UsageError("--text needs --language: there is no workspace that would say it")
    if bad := complaint(language):
        raise click.UsageError(f"--language: {bad[0]}; {bad[1]}")
    text = read_text(file)
    name = "(stdin)" if file == "-" else file
    problems = judge(text, language, name, around.book, around.calling)
    problems += around.numbers(text, name)
    if wrong := scripts.mismatch(text, language):
        problems.append(Problem(Place(name), *wrong, Level.WARN, scripts.RULE))
    if as_json:
        output.rows(problem.as_json() for problem in in_order(problems))
    else:
        show.lines(problem_lines(problems))
    output.talk(f"{name}: {summary(problems) or 'the rules found nothing'}. {NO_PROOF}")
    if not spoken(language):
        output.talk(
            f"  there are no rules for {language!r} itself: only those of every language were held against it"
        )
    if around.without:
        output.talk(f"  phone numbers were not looked at: {around.without}")
    if not as_json:
        output.talk("Ask a person:")
        for question in checklist():
            output.talk(wrapped(question))
    return 1 if has_errors(problems) else 0


@dataclass(frozen=True)
class _Around:
    """What is known about a pasted text: its workspace, or why there is none."""

    workspace: Workspace | None
    book: Rulebook
    without: str = ""

    @property
    def calling(self) -> tuple[str, ...]:
        return self.workspace.calling if self.workspace else ()

    def numbers(self, text: str, name: str) -> list[Problem]:
        from campaign.core.helpline import stray_numbers

        if self.workspace is None or self.without:
            return []
        stray = stray_numbers(
            [text], self.workspace.hotlines, self.workspace.audience, self.workspace.calling
        )
        return [Problem(Place(name), message, hint, rule="phone") for message, hint in stray]


def _around(session: Session) -> _Around:
    from campaign.core.safeguard.judge import Rulebook
    from campaign.workspace.safeguards import built_in

    try:
        workspace = session.workspace
    except CampaignError as error:  # no workspace here, or a broken one: the built-in rules hold everywhere
        return _Around(None, Rulebook(built_in()), error.message)
    without = "" if workspace.audience else "config.yaml has no `audience:`"
    return _Around(workspace, Rulebook(workspace.rules), without)


def _problems(session: Session) -> list[Problem]:
    from campaign.core.compose import Composer
    from campaign.core.outlook import DAYS, check
    from campaign.workspace.secrets import Secrets

    workspace = session.workspace
    with _rules(session) as (rules, station):
        composer = Composer(workspace, rules)
        found = check(workspace, composer, session.now)
        if station is not None:
            found += _unapproved(session, station)
            from campaign.review.costs import over_budget

            today = session.today()
            with station.store.read() as connection:
                found += over_budget(
                    connection, workspace, composer, rules, today, today + timedelta(days=DAYS), session.now
                )
    return [*found, *Secrets(session.folder, os.environ).problems()]


def _unapproved(session: Session, station: Station) -> list[Problem]:
    """What would be held for lack of approval."""
    from campaign.core.outlook import DAYS, grouped
    from campaign.dispatch.approval.approvable import lacking
    from campaign.review.approvals import problems

    with station.store.read() as connection:
        until = session.now + timedelta(days=DAYS)
        asked = lacking(station.planner(session.workspace), connection, session.now, until)
    return grouped(problems([one for one in asked if one.state is None], session.now).values())


@contextmanager
def _rules(session: Session) -> Iterator[tuple[Callable[[Account], TextRules], Station | None]]:
    """The limits that hold for an account, and the store. What servers told of theirs is in it, what was spent and who
    approved what; where nothing asks for any of that it stays closed, which halves the time."""
    from campaign.core.approval import needed, people_for
    from campaign.networks import registry
    from campaign.networks.base import ServerLimits

    networks = {
        account.network: registry.network(account.network) for account in session.workspace.accounts.values()
    }
    budgeted = any(account.budget for account in session.workspace.accounts.values())
    asked = any(
        people_for(needed(slot, target)) for _, slot in session.workspace.slots() for target in slot.targets
    )
    if budgeted or asked or any(issubclass(network, ServerLimits) for network in networks.values()):
        with session.station(temporary=True) as station:
            yield station.adapters.rules, station
    else:
        yield lambda account: networks[account.network].rules, None
