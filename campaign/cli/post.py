"""``campaign post``: bring a planned post forward to now, or say something at once."""

from __future__ import annotations

import click

from campaign.cli.arguments import names
from campaign.cli.keys import ended_well, print_rows, send_now, stopped
from campaign.cli.session import Session
from campaign.cli.textfile import read_text
from campaign.cli.verb import json_option, verb


@verb("post", "campaign post world-day/vigil", decides=True)
@click.argument("planned", metavar="[CAMPAIGN/SLOT]", required=False)
@click.option("--extra", is_flag=True, help="One more; the next planned one stays.")
@click.option("--accounts", metavar="A,B", help="Only to these (with --text: to these).")
@click.option("--text", "file", metavar="FILE", help="Say what is in this file ('-': from stdin).")
@json_option
def command(
    session: Session, planned: str | None, extra: bool, accounts: str | None, file: str | None, as_json: bool
) -> int:
    """Send the next one of a planned post now; it does not go out again later.

    With --text, say something that stands in no campaign. What else is due goes
    out with it.
    """
    _check(planned, extra, accounts, file)
    with session.station(create=True) as station:
        desk = session.desk(station)
        if file is not None:
            made = desk.post_text(read_text(file), names(accounts) or ())
        else:
            campaign, _, slot = (planned or "").partition("/")
            made = desk.post_next(campaign, slot, names(accounts), extra=extra)
        rows = send_now(session, station, [row.key for row in made])
        print_rows(session, rows, as_json, station=station)
        if stopped(session, station, rows):
            return 1
        return 0 if ended_well(rows) or station.store.holder() is not None else 1


def _check(planned: str | None, extra: bool, accounts: str | None, file: str | None) -> None:
    if (planned is None) == (file is None):
        raise click.UsageError("give either CAMPAIGN/SLOT or --text FILE")
    if file is not None and not names(accounts):
        raise click.UsageError("--text needs --accounts: a text of its own has no accounts yet")
    if file is not None and extra:
        raise click.UsageError("--extra belongs to CAMPAIGN/SLOT")
    if planned is not None and planned.count("/") != 1:
        raise click.UsageError(f"{planned!r} is not CAMPAIGN/SLOT")
