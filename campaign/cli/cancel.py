"""``campaign cancel``: take posts out for good."""

from __future__ import annotations

import click

from campaign.cli.keys import find, print_rows
from campaign.cli.session import Session
from campaign.cli.verb import json_option, verb


@verb("cancel", "campaign cancel world-day/vigil/2027-07-30T20:00/x --reason rain", decides=True)
@click.argument("keys", metavar="KEY...", nargs=-1, required=True)
@click.option("--reason", default="", help="Why, for the log.")
@json_option
def command(session: Session, keys: tuple[str, ...], reason: str, as_json: bool) -> None:
    """Take posts out for good, also those that are still ahead.

    `campaign plan` shows the keys. What has gone out stays out.
    """
    with session.station(create=True) as station:
        desk = session.desk(station)
        print_rows(session, desk.cancel(find(desk, keys), reason), as_json, station=station)
