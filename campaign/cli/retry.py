"""``campaign retry``: send what failed or was missed after all."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

import click

from campaign.cli import output
from campaign.cli.keys import ended_well, find, print_rows, send_now, stopped
from campaign.cli.session import Session
from campaign.cli.verb import json_option, verb

if TYPE_CHECKING:
    from campaign.dispatch.station import Station


@verb("retry", "campaign retry world-day/vigil/2027-07-30T20:00/x", decides=True)
@click.argument("keys", metavar="KEY...", nargs=-1, required=True)
@click.option("--new-text", is_flag=True, help="Send today's text, not the one that was tried.")
@json_option
def command(session: Session, keys: tuple[str, ...], new_text: bool, as_json: bool) -> int:
    """Send after all what was not published, or was too late.

    The text that was tried goes out again, unless you ask for --new-text.
    """
    with session.station() as station:
        desk = session.desk(station)
        found = find(desk, keys)
        for key in found if new_text else []:
            output.talk("\n".join(_difference(session, station, key)))
        for key in found:
            desk.retry(key, new_text=new_text)
        rows = send_now(session, station, found)
        print_rows(session, rows, as_json, station=station)
        if stopped(session, station, rows):
            return 1
        return 0 if ended_well(rows) or station.store.holder() is not None else 1


def _difference(session: Session, station: Station, key: str) -> list[str]:
    """What --new-text changes, line by line."""
    from campaign.review.words import safe
    from campaign.store import history

    planner = station.planner(session.workspace)
    with station.store.read() as connection:
        row = history.delivery(connection, key)
    found = planner.where(row) if row is not None else None
    if row is None or row.post is None or found is None:
        return []
    posts = planner.composer.compose(*found).posts
    new = posts[row.part - 1].text if row.part <= len(posts) else ""
    changed = difflib.unified_diff(
        safe(row.post.text).splitlines(), safe(new).splitlines(), "tried", "now", lineterm=""
    )
    return list(changed) or ["the text is the same as before"]
