"""``campaign export``: the plan for those who work elsewhere, as a calendar or a table."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from pathlib import PurePath

import click

from campaign.cli import output
from campaign.cli.arguments import from_to
from campaign.cli.outfile import STDOUT, write_file
from campaign.cli.session import Session
from campaign.cli.verb import verb

DAYS = 90
"""How far ahead without --to."""


@verb("export", "campaign export --ics plan.ics --campaign world-day")
@click.option("--ics", metavar="FILE", help="Write a calendar to subscribe to ('-': to stdout).")
@click.option("--csv", "table", metavar="FILE", help="Write a table ('-': to stdout).")
@click.option("--campaign", metavar="NAME", help="Only this campaign.")
@from_to
def command(
    session: Session,
    ics: str | None,
    table: str | None,
    campaign: str | None,
    first: date | None,
    last: date | None,
) -> int:
    """Write the plan of the next 90 days for those who work elsewhere.

    The calendar has an entry for each planned post, which keeps its identity while
    the post is edited, moved or cancelled. The table has a row for each post; what
    it holds, campaign import reads back. Both hold texts that are not published
    yet: keep them where only your team looks.
    """
    from campaign.review.outgoing import of_campaign, to_come, unmade
    from campaign.review.plan import look_ahead, rows_around
    from campaign.review.plan_csv import plan_csv
    from campaign.review.plan_ics import plan_ics
    from campaign.review.preview import campaign_named
    from campaign.review.words import count

    if ics is None and table is None:
        raise click.UsageError("say what to write: --ics FILE or --csv FILE")
    if ics == table:
        raise click.UsageError("--ics and --csv are two files")
    begin = first or session.today()
    end = last or begin + timedelta(days=DAYS)
    if end < begin:
        raise click.UsageError(f"--to {end} is before --from {begin}")
    workspace = session.workspace
    title = _title(session, campaign_named(workspace, campaign).id if campaign else None)
    with session.station(temporary=True) as station:
        rules = station.adapters.rules
        with station.store.read() as connection:
            rows = rows_around(connection, begin, end)
        composer = station.planner(workspace).composer
        found = look_ahead(workspace, composer, rules, rows, begin, end)
        found = of_campaign(found, campaign)
        if ics is not None:
            identity = workspace.id or uuid.uuid5(uuid.NAMESPACE_URL, title)
            data = plan_ics(workspace, found, rules, title, identity, session.now)
            write_file(ics, data, _is_ics, "calendar of ours")
        ahead = [post for post in to_come(found) if first or post.due > session.now]
        if table is not None:
            text = plan_csv(workspace, ahead, rules)
            # Without the mark in front Excel takes a file for another encoding than UTF-8.
            data = text.encode("utf-8" if table == STDOUT else "utf-8-sig")
            write_file(table, data, _is_csv, "table of ours")
    for file, number in ((ics, len(found)), (table, len(ahead))):
        if file not in (None, STDOUT):
            output.talk(f"{PurePath(str(file)).name}: {count(number, 'post')} from {begin} to {end}")
    if table is not None and (gone := unmade(ahead)):
        output.talk(
            f"{count(len(gone), 'post')} can't be made and left out of the table; see: campaign check"
        )
        return 1
    return 0


def _title(session: Session, campaign: str | None) -> str:
    from campaign.core.model import text_for

    language = session.workspace.languages[0]
    if campaign is not None:
        return text_for(session.workspace.campaigns[campaign].title, language) or campaign
    org = session.workspace.vars.get("org")
    return f"{org}: campaign" if isinstance(org, str) and org.strip() else "campaign"


def _is_ics(data: bytes) -> bool:
    return data.startswith(b"BEGIN:VCALENDAR") and b"PRODID:-//campaign " in data[:200]


def _is_csv(data: bytes) -> bool:
    from campaign.review.plan_csv import COLUMNS

    head = ",".join(f'"{name}"' for name in COLUMNS)
    return data.startswith(head.encode("utf-8-sig"))
