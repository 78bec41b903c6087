"""The tables of ``campaign import``: read, checked, and written as a campaign file for review."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from campaign.cli import output, show
from campaign.cli.session import Session

if TYPE_CHECKING:
    from campaign.errors import Problem
    from campaign.workspace.sheet.offer import Offer


MOST = 100
"""Problems that are shown; who sees more of them has one mistake in every row."""


def import_posts(
    session: Session,
    path: Path,
    name: str | None,
    accounts: tuple[str, ...] | None,
    dates: str | None,
    zone: str | None,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Make a campaign file of a table; the exit code: 1 also where posts of it have errors."""
    from campaign.core.daytext import Order
    from campaign.review.incoming import sheet_lines, sheet_row
    from campaign.review.problems import has_errors, in_order, problem_lines, summary
    from campaign.review.words import count
    from campaign.workspace.readers import complaint, read_zone
    from campaign.workspace.sheet.offer import Wishes, consider, read_file, take

    if zone and (bad := complaint(read_zone, zone)):
        raise click.UsageError(f"--timezone: {bad[0]}; {bad[1]}")
    wishes = Wishes(name or "", zone or "", Order(dates) if dates else None, accounts or ())
    offer = consider(session.workspace, path.name, read_file(path), wishes)
    problems = [*offer.problems, *([] if offer.wrong else _checked(session, offer))]
    if not (offer.wrong or dry_run):
        take(session.workspace, offer)
    if as_json:
        output.rows([sheet_row(offer, problems, not (offer.wrong or dry_run))])
    else:
        show.lines(sheet_lines(offer, show.width()))
        if problems and offer.slots:
            output.data()
        ordered = in_order(problems)
        show.lines(problem_lines(ordered[:MOST]))
        if len(ordered) > MOST:
            output.talk(f"and {count(len(ordered) - MOST, 'problem')} more; --json lists all of them")
    said = summary(problems) or "nothing is wrong"
    if offer.wrong:
        output.talk(f"{said}: nothing was written")
    elif dry_run:
        output.talk(f"{said}. Nothing was written")
    else:
        made = f"{offer.path} has {count(len(offer.slots), 'post')}"
        output.talk(f"{made}: {said}. Next: read it, then campaign check")
    return 1 if has_errors(problems) else 0


def _checked(session: Session, offer: Offer) -> list[Problem]:
    """What ``campaign check`` would say of the campaign, at the rows of the table."""
    from campaign.core.compose import Composer
    from campaign.core.outlook import check
    from campaign.networks import registry
    from campaign.workspace.load import load

    workspace = load(session.folder, registry.specs(), {offer.name: offer.data})
    with session.station(temporary=True) as station:
        composer = Composer(workspace, station.adapters.rules)
        return offer.of_table(check(workspace, composer, session.now))
