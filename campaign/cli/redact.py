"""``campaign redact``: remove a post's text from the record, for good."""

from __future__ import annotations

from collections.abc import Sequence

import click

from campaign.cli import output
from campaign.cli.confirm import confirm
from campaign.cli.keys import find, print_rows
from campaign.cli.session import Session
from campaign.cli.verb import json_option, verb

RIGHTS = ("safeguard",)


@verb("redact", "campaign redact stories/week-3/2027-07-30T08:00/fedi --by ani", decides=True)
@click.argument("keys", metavar="KEY...", nargs=-1, required=True)
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
def command(session: Session, keys: tuple[str, ...], yes: bool, as_json: bool) -> None:
    """Remove text, descriptions, picture names and what networks said about a post from the
    record, and its bytes from the store's files. It can't be undone.

    A KEY means all parts of a thread, KEY#2 that part alone. What has not gone out is cancelled first.
    What is online stays there: see campaign withdraw.
    """
    from campaign.dispatch import redact
    from campaign.review.removed import remains

    with session.station() as station:
        desk = session.desk(station, rights=RIGHTS)
        wanted = redact.parts_of(desk, find(desk, keys))
        output.talk("\n".join(wanted))
        confirm("Remove these texts from the record for good?", yes)
        rows = redact.redact(desk, wanted)
        print_rows(session, rows, as_json, station=station)
        left = station.store.scrub()  # where it fails, redacting again does it
        others = redact.same_elsewhere(desk, wanted)
        _say(remains(rows, others, left))


def _say(lines: Sequence[str]) -> None:
    from campaign.review.words import wrap

    output.talk("What remains:")
    for line in lines:
        output.talk("- " + "\n  ".join(wrap(line, 76)))
