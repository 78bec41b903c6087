"""``campaign post``: bring a planned post forward to now, or say something at once."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from campaign.cli.arguments import names
from campaign.cli.keys import ended_well, print_rows, send_now
from campaign.cli.session import Session
from campaign.cli.verb import json_option, verb
from campaign.errors import CampaignError

MAX_TEXT = 1_000_000
"""Bytes of a --text file; more is a mistake, no network takes it."""


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
            made = desk.post_text(_read(file), names(accounts) or ())
        else:
            campaign, _, slot = (planned or "").partition("/")
            made = desk.post_next(campaign, slot, names(accounts), extra=extra)
        rows = send_now(session, station, [row.key for row in made])
        print_rows(session, rows, as_json)
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


def _read(file: str) -> str:
    try:
        data = sys.stdin.buffer.read(MAX_TEXT + 1) if file == "-" else _bytes(Path(file))
        text = data.decode("utf-8-sig").strip()
    except UnicodeDecodeError as error:
        raise CampaignError(f"{file} is not UTF-8 text (byte {error.start})", "save it as UTF-8") from None
    except OSError as error:
        raise CampaignError(f"{file}: {error.strerror}", "give a text file, or - for stdin") from None
    if len(data) > MAX_TEXT:
        raise CampaignError(f"{file} is larger than {MAX_TEXT} bytes", "a post is shorter than that")
    if not text:
        raise CampaignError(f"{file} is empty", "write the text of the post into it")
    return text


def _bytes(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(MAX_TEXT + 1)
