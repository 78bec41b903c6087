"""The packs of ``campaign import``: looked at, shown, taken when a person agrees."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from campaign.cli import output, show
from campaign.cli.session import Session
from campaign.errors import CampaignError

if TYPE_CHECKING:
    from campaign.workspace.packoffer import Offer


def import_pack(
    session: Session, path: Path, yes: bool, dry_run: bool, overwrite: bool, downgrade: bool, as_json: bool
) -> int:
    """Take a pack; the exit code."""
    from campaign.review.packs import offer_lines, offer_row
    from campaign.review.problems import problem_lines
    from campaign.workspace.packoffer import consider, read_zip, take

    if as_json and not (yes or dry_run):
        raise click.UsageError("with --json nobody can be asked: add --yes or --dry-run")
    workspace = session.workspace
    offer = consider(workspace, path.name, read_zip(path))
    if not as_json:
        show.lines(offer_lines(offer, workspace.languages[0]))
        if offer.problems:
            output.data()
            show.lines(problem_lines(offer.problems))
        output.flush()
    taken = False
    try:
        if not offer.wrong:
            _may(offer, overwrite or not yes, downgrade, dry_run)
        if not (offer.wrong or dry_run or offer.same) and (yes or _agreed(offer, overwrite)):
            take(session.folder, offer)
            taken = True
    finally:
        if as_json:
            output.rows([offer_row(offer, taken)])
    output.talk(_outcome(offer, taken, dry_run))
    return 1 if offer.wrong or not (taken or dry_run or offer.same) else 0


def _may(offer: Offer, overwrite: bool, downgrade: bool, dry_run: bool) -> None:
    """CampaignError when more has to be said than --yes."""
    if offer.older and not downgrade:
        raise CampaignError(
            f"{offer.installed} is here, and {offer.pack} is older",
            "if you want to go back, say --downgrade",
        )
    if offer.local and not (overwrite or dry_run or offer.same):
        raise CampaignError(
            f"{_files(offer)} of the pack here changed by hand would be lost",
            "keep what you need in posts/ itself, then say --overwrite",
        )


def _agreed(offer: Offer, overwrite: bool) -> bool:
    """Ask. CampaignError when there is nobody to ask."""
    if not sys.stdin.isatty():
        raise CampaignError("nobody can be asked here, so nothing was taken", "look at it, then add --yes")
    if offer.local and not overwrite:
        lost = f"{_files(offer)} of the pack here changed by hand would be lost. Give that up?"
        if not click.confirm(lost, err=True):
            return False
    return click.confirm(f"Take {offer.pack}?", err=True)


def _files(offer: Offer) -> str:
    from campaign.review.words import count

    return count(len(offer.local), "file")


def _outcome(offer: Offer, taken: bool, dry_run: bool) -> str:
    if offer.wrong:
        return "This pack can't be taken, and nothing was changed"
    if offer.same:
        return f"{offer.pack} is here already, file by file: there is nothing to do"
    if taken and offer.pack is not None:
        return f"{offer.pack} is in posts/packs/{offer.pack.id}. Next: campaign check"
    return "Nothing was changed" if dry_run else "Nothing was taken"
