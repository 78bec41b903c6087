"""``campaign new``: start a campaign."""

from __future__ import annotations

from datetime import date, timedelta

import click

from campaign.cli import output
from campaign.cli.arguments import day
from campaign.cli.session import Session
from campaign.cli.verb import verb


@verb("new", "campaign new world-day-2028 --from world-day-2027 --date 2028-07-01")
@click.argument("name")
@click.option("--from", "source", metavar="CAMPAIGN", help="Copy this one to new dates.")
@click.option("--date", "starts", metavar="DAY", callback=day, help="Its first day; else tomorrow.")
@click.option("--title", default="", help="Its title; else made from the name.")
def command(session: Session, name: str, source: str | None, starts: date | None, title: str) -> None:
    """Write a campaign file with comments to fill in, or copy an earlier campaign.

    A copy keeps texts and comments; all its dates move by the same number of days.
    """
    from campaign.workspace.new import new_campaign
    from campaign.workspace.redate import new_from

    if source is not None and title:
        raise click.UsageError("--title is for a new campaign, a copy keeps its own")
    workspace = session.workspace
    first = starts or session.today() + timedelta(days=1)
    if source is not None:
        written = new_from(workspace, source, name, first)
    else:
        written = new_campaign(workspace, name, first, title)
    for path in written:
        output.data(str(path))
    output.talk(f"Next: edit it, then campaign check and campaign preview {name}")
