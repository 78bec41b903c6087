"""``campaign reject``: keep posts back until they are changed, or somebody approves them after all."""

from __future__ import annotations

import click

from campaign.cli import output
from campaign.cli.approve import RIGHTS, print_decided
from campaign.cli.keys import find
from campaign.cli.session import Session
from campaign.cli.verb import json_option, verb


@verb("reject", "campaign reject KEY --reason 'the number is wrong' --by ani", decides=True)
@click.argument("keys", metavar="KEY...", nargs=-1, required=True)
@click.option("--reason", required=True, help="Why: what has to be mended. No names of people in it.")
@json_option
def command(session: Session, keys: tuple[str, ...], reason: str, as_json: bool) -> None:
    """Keep posts back, also those that need no approval and those still ahead.

    They wait, with the reason, until somebody approves them or what they were
    changed to; what nobody approves in time is not sent.
    """
    from campaign.dispatch.approval.approve import reject

    with session.station(create=True) as station:
        desk = session.desk(station, rights=RIGHTS)
        done = [reject(desk, key, reason) for key in find(desk, keys)]
        print_decided(desk, done, as_json)
    if not as_json:
        output.talk(f"they are held until they are approved: campaign approve {done[0].key}")
