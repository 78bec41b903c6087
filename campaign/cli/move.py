"""``campaign move``: send posts at another time."""

from __future__ import annotations

from datetime import datetime

import click

from campaign.cli.arguments import wall
from campaign.cli.keys import find, print_rows
from campaign.cli.session import Session
from campaign.cli.verb import json_option, verb


@verb("move", "campaign move KEY --to '2027-07-30 21:00'", decides=True)
@click.argument("keys", metavar="KEY...", nargs=-1, required=True)
@click.option(
    "--to", metavar="TIME", callback=wall, required=True, help="The new time, in the campaign's zone."
)
@json_option
def command(session: Session, keys: tuple[str, ...], to: datetime, as_json: bool) -> None:
    """Send posts at another time, also those that are still ahead.

    They keep their key, so they can't go out a second time at the old time.
    """
    from campaign.core.model import parse_key
    from campaign.core.timetable import to_utc

    with session.station(create=True) as station:
        desk = session.desk(station)
        moved = [
            desk.move(key, to_utc(to, session.zone(parse_key(key).campaign))) for key in find(desk, keys)
        ]
        print_rows(session, moved, as_json, station)
