"""``campaign accounts``: list them, or prove that each one works."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import TYPE_CHECKING

import click

from campaign.cli import output, show
from campaign.cli.arguments import names
from campaign.cli.session import Session
from campaign.cli.verb import json_option, verb
from campaign.core.suggest import did_you_mean
from campaign.errors import CampaignError

if TYPE_CHECKING:
    from campaign.core.model import Account
    from campaign.dispatch.adapters import Adapters
    from campaign.dispatch.station import Station
    from campaign.review.accounts import Answer

SIDE_BY_SIDE = 16
"""Accounts that are asked at the same time."""


@verb("accounts", "campaign accounts check --accounts fedi,x")
@click.argument("what", type=click.Choice(["list", "check"]), default="list")
@click.option("--accounts", "only", metavar="A,B", help="Only these.")
@json_option
def command(session: Session, what: str, only: str | None, as_json: bool) -> int:
    """List the accounts of config.yaml and what uses each one.

    `accounts check` asks each network whether the login works; it posts nothing.
    """
    from campaign.review.accounts import account_entries, account_row
    from campaign.review.table import Columns, lines

    workspace = session.workspace
    chosen = _chosen(workspace.accounts, names(only))
    answers = None
    if what == "check":
        with session.station(temporary=True) as station:
            answers = _ask(chosen, station.adapters)
            _try_again(station, session.now, [name for name, answer in answers.items() if not answer.problem])
    if as_json:
        output.rows(account_row(a, workspace, answers[a.id] if answers else None) for a in chosen)
    else:
        show.lines(lines(account_entries(chosen, workspace, answers), Columns(), show.width()))
    return 1 if answers and any(answer.problem for answer in answers.values()) else 0


def _try_again(station: Station, now: datetime, working: Sequence[str]) -> None:
    """What was parked and turns out to work is tried at once, not when its pause is over."""
    from campaign.store import history, outbox

    with station.store.read() as connection:
        known = history.accounts(connection)
    parked = [name for name in working if name in known and known[name].parked_until is not None]
    if not parked:
        return
    with station.store.write() as connection:
        for name in parked:
            outbox.works(connection, name, now)
    station.store.nudge()
    output.talk(f"{', '.join(parked)} works again and is tried at once")


def _chosen(accounts: Mapping[str, Account], only: Sequence[str] | None) -> list[Account]:
    for name in only or ():
        if name not in accounts:
            raise CampaignError(
                f"there is no account {name!r}{did_you_mean(name, accounts)}",
                f"there are: {', '.join(accounts)}",
            )
    return [account for account in accounts.values() if only is None or account.id in only]


def _ask(accounts: Sequence[Account], adapters: Adapters) -> dict[str, Answer]:
    """Ask all accounts side by side; a bar shows how many have answered, on a terminal."""
    answers: dict[str, Answer] = {}
    with (
        ThreadPoolExecutor(SIDE_BY_SIDE, "asking") as executor,
        show.progress(len(accounts), "asking") as step,
    ):
        asked = [(account.id, executor.submit(_answer, account, adapters)) for account in accounts]
        for name, future in asked:
            answers[name] = future.result()
            step()
    return answers


def _answer(account: Account, adapters: Adapters) -> Answer:
    from campaign.review.accounts import Answer

    try:
        return Answer(name=adapters.get(account).whoami())
    except CampaignError as error:
        return Answer(problem=error.message, hint=error.hint)
