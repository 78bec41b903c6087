"""``campaign import``: take what others made: a pack, or a table of posts."""

from __future__ import annotations

from pathlib import Path

import click

from campaign.cli.arguments import names
from campaign.cli.session import Session
from campaign.cli.verb import json_option, verb

TABLES = (".csv", ".tsv", ".txt")
_SHEETS = (".xlsx", ".xls", ".ods", ".numbers")


@verb("import", "campaign import posts.csv --accounts site,fedi --dry-run")
@click.argument("file", metavar="PACK.zip|POSTS.csv")
@click.option("--dry-run", is_flag=True, help="Only show what would change.")
@click.option("--name", metavar="NAME", help="Of the new campaign. Default: as the table is called.")
@click.option("--accounts", metavar="LIST", help="Where rows go that name no account: site,fedi.")
@click.option(
    "--dates", type=click.Choice(["dmy", "mdy"]), help="How 03/04/2027 is meant: day or month first."
)
@click.option("--timezone", "zone", metavar="ZONE", help="Of the table's times. Default: config.yaml's.")
@click.option("--yes", is_flag=True, help="Take a pack without being asked.")
@click.option("--overwrite", is_flag=True, help="Also over files of the pack changed by hand.")
@click.option("--downgrade", is_flag=True, help="Also a version older than the one here.")
@json_option
def command(
    session: Session,
    file: str,
    dry_run: bool,
    name: str | None,
    accounts: str | None,
    dates: str | None,
    zone: str | None,
    yes: bool,
    overwrite: bool,
    downgrade: bool,
    as_json: bool,
) -> int:
    """Take a pack (templates, rows, pictures, facts, help lines and days that another
    organisation made), or a table of posts.

    A pack goes to posts/packs/NAME/, and your own files always win. First it is
    looked at: names, sizes, checksums, templates, pictures. You see what it would
    add and change, and are asked. Who sent it can't be proved: compare its SHA-256
    with the issuer's.

    A table (CSV: date, time, account, text, image, alt, link; or as Buffer, Hootsuite
    and Publer have it) becomes schedules/NAME.yaml, for you to read and change.
    Nothing is written over, and nothing while a row can't be taken.
    """
    from campaign.errors import CampaignError

    path = Path(file)
    ending = path.suffix.lower()
    if ending in _SHEETS:
        raise CampaignError(f"{path.name} is a spreadsheet's own file", "save the sheet as CSV (UTF-8)")
    if ending in TABLES:
        from campaign.cli.import_posts import import_posts

        if yes or overwrite or downgrade:
            raise click.UsageError("--yes, --overwrite and --downgrade are for packs")
        return import_posts(session, path, name, names(accounts), dates, zone, dry_run, as_json)
    from campaign.cli.import_pack import import_pack

    if name or accounts or dates or zone:
        raise click.UsageError(
            f"--name, --accounts, --dates and --timezone are for tables ({', '.join(TABLES)})"
        )
    return import_pack(session, path, yes, dry_run, overwrite, downgrade, as_json)
