"""``campaign report``: what a campaign did, as one page for funders and volunteers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

import click

from campaign.cli import output
from campaign.cli.arguments import from_to
from campaign.cli.outfile import STDOUT, write_file
from campaign.cli.session import Session
from campaign.cli.verb import json_option, verb

if TYPE_CHECKING:
    from campaign.core.model import Campaign
    from campaign.store.history import Delivery

FOLDER = "reports"
"""Where reports go, from the folder of config.yaml, unless ``--out`` says else."""


@verb("report", "campaign report world-day --language id --out world-day.html")
@click.argument("campaign", metavar="CAMPAIGN")
@click.option("--out", metavar="FILE.html", help="Where to write it ('-': to stdout).")
@click.option(
    "--language", type=click.Choice(["en", "id"]), help="Of the page. Default: the workspace's first."
)
@click.option("--names", is_flag=True, help="With handles of people, not only their roles.")
@from_to
@json_option
def command(
    session: Session,
    campaign: str,
    out: str | None,
    language: str | None,
    names: bool,
    first: date | None,
    last: date | None,
    as_json: bool,
) -> int:
    """Write one page: what went out where and when, on time or late, in which languages,
    with which descriptions and approvals, what people let pass, and what did not go
    out and why. Any browser prints it, or saves it as PDF.

    The figures are those of campaign log. With --json they are printed; the page is
    written only with --out then.
    """
    from campaign.review.log import log_row
    from campaign.review.report import report, report_row, without
    from campaign.review.report_html import MARK, report_page
    from campaign.review.roles import Roles
    from campaign.review.words import count

    if first is not None and last is not None and last < first:
        raise click.UsageError("--to is before --from")
    if as_json and out == STDOUT:
        raise click.UsageError("--json and --out - both want stdout")
    workspace = session.workspace
    spoken = language or _spoken(workspace.languages)
    rows, moved = _rows(session, campaign, first, last)
    known = workspace.campaigns.get(campaign)
    roles = Roles(workspace.people, names=names, language=spoken)
    told = [roles.told(log_row(row, session.zone(campaign))) for row in rows]
    called = {} if names else {handle: roles(handle) for handle in _handles(session)}
    told = [row | {"reason": without(row["reason"], called, str(session.folder))} for row in told]
    expected = _expected(rows, known, moved)
    title, zone = _title(session, campaign, spoken), session.zone(campaign)
    found = report(campaign, title, zone, told, expected, frozenset(moved))
    file = out
    if file is None and not as_json:
        file = str(session.folder / FOLDER / f"{campaign}.html")
    if file is not None:
        page = report_page(found, spoken, _organisation(session), session.today(), names=names)
        write_file(file, page, lambda data: MARK in data[:1000], "report of ours")
    if as_json:
        output.rows([report_row(found, file)])
    elif file not in (None, STDOUT):
        output.data(str(file))
    output.talk(f"{count(len(found.published), 'post')} published, {len(found.others)} not")
    return 0


def _rows(
    session: Session, campaign: str, first: date | None, last: date | None
) -> tuple[list[Delivery], Mapping[str, datetime]]:
    """The rows of the log that the report is about, and to when people moved them. CampaignError when nobody knows the
    campaign."""
    from campaign.review.people import with_people
    from campaign.review.preview import campaign_named
    from campaign.review.times import local
    from campaign.store import approvals, history

    with session.station(temporary=True) as station, station.store.read() as connection:
        rows = history.deliveries(connection, campaign=campaign)
        zone = session.zone(campaign)
        days = {row.key: local(row.due, zone).date() for row in rows}
        chosen = [row for row in rows if (first or date.min) <= days[row.key] <= (last or date.max)]
        moved = approvals.moved_to(connection, [row.key for row in chosen])
        told = with_people(connection, session.workspace, chosen)
    if not rows:
        campaign_named(session.workspace, campaign)
    return told, moved


def _expected(
    rows: Sequence[Delivery], campaign: Campaign | None, moved: Mapping[str, datetime]
) -> dict[str, datetime]:
    """Key -> when a post was to go out: as people moved it, else when it was due, after the quiet hours of its planned
    post. Of a thread that is the first part's time: the others follow it."""
    from campaign.core.pacing import quiet_end

    found = {}
    for row in rows:
        slot = campaign.slot(row.slot) if campaign else None
        due = quiet_end(row.due, slot.quiet, campaign.zone) if slot and campaign else row.due
        found[row.key] = moved.get(row.key, due)
    return found


def _handles(session: Session) -> set[str]:
    """Those who may be named in the reason of a post: the people of config.yaml, and who is handed posts."""
    accounts = session.workspace.accounts.values()
    handed = {account.options.to for account in accounts if account.network == "handoff"}
    return {*session.workspace.people, *handed}


def _title(session: Session, campaign: str, language: str) -> str:
    from campaign.core.model import text_for

    known = session.workspace.campaigns.get(campaign)
    return (text_for(known.title, language) if known else None) or campaign


def _organisation(session: Session) -> str:
    org = session.workspace.vars.get("org")
    return org.strip() if isinstance(org, str) else ""


def _spoken(languages: Sequence[str]) -> str:
    """The first of the workspace's languages in which the page can speak."""
    return next((language for language in languages if language in ("en", "id")), "en")
