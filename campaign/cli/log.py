"""``campaign log``: what went out, when and where."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

import click

from campaign.cli import output
from campaign.cli.arguments import from_to
from campaign.cli.keys import find, print_rows, print_story
from campaign.cli.logpage import write_page
from campaign.cli.session import Session
from campaign.cli.verb import json_option, verb

if TYPE_CHECKING:
    from campaign.core.lifecycle import State
    from campaign.dispatch.station import Station
    from campaign.store.history import Delivery

STATES = ("pending", "held", "sending", "uncertain", "sent", "failed", "missed", "cancelled")

MARGIN = timedelta(days=2)
"""More than any zone is away from UTC."""


@verb("log", "campaign log --campaign world-day --state sent --csv > world-day.csv")
@click.argument("key", metavar="[KEY]", required=False)
@click.option("--campaign", metavar="NAME", help="Only this campaign.")
@click.option("--account", metavar="NAME", help="Only this account, or one language of it: fedi.en.")
@click.option("--state", type=click.Choice(STATES), help="Only what is in this state.")
@click.option("--fact", metavar="ID", help="Only what is out and used this fact.")
@click.option("--hotline", metavar="ID", help="Only what is out and named this help line.")
@click.option("--consent", metavar="ID", help="Only what is out and needed this consent.")
@from_to
@json_option
@click.option("--unreviewed", is_flag=True, help="Only what is out and nobody has looked at.")
@click.option("--flagged", is_flag=True, help="Only what is out and has a flag open.")
@click.option("--csv", "as_csv", is_flag=True, help="For a spreadsheet.")
@click.option("--html", "file", metavar="FILE", help="One page for volunteers, to look at and to mark.")
@click.option("--language", type=click.Choice(("en", "id")), help="Of the page's own words.")
def command(
    session: Session,
    key: str | None,
    campaign: str | None,
    account: str | None,
    state: str | None,
    fact: str | None,
    hotline: str | None,
    consent: str | None,
    first: date | None,
    last: date | None,
    unreviewed: bool,
    flagged: bool,
    as_json: bool,
    as_csv: bool,
    file: str | None,
    language: str | None,
) -> None:
    """List every post that was due: what became of it, when, where, with its address.

    With a KEY, all that is known about that post.
    """
    from campaign.core.lifecycle import State

    if as_json + as_csv + (file is not None) > 1:
        raise click.UsageError("give only one of --json, --csv and --html")
    if language is not None and file is None:
        raise click.UsageError("--language goes with --html")
    if sum(given is not None for given in (key, fact, hotline, consent)) > 1:
        raise click.UsageError("give only one of KEY, --fact, --hotline and --consent")
    with session.station(temporary=True) as station:
        if key is not None:
            found = [_one(session, station, key)]
        else:
            wanted = [State(state)] if state else None
            found = _many(station, wanted, campaign, account, first, last)
            found = [row for row in found if _on(row, first, last, session.zone)]
            if fact is not None:
                using = [row for row in found if row.post is not None and fact in row.post.facts]
                found = _out(using, "fact", fact, session.workspace.facts)
            if hotline is not None:
                using = [row for row in found if row.post is not None and hotline in row.post.hotlines]
                found = _out(using, "help line", hotline, session.workspace.hotlines)
            if consent is not None:
                using = [row for row in found if row.post is not None and consent in row.post.consents]
                found = _out(using, "consent", consent, session.workspace.consents)
        found = _explained(session, station, found)
        found = _marked(station, found, unreviewed=unreviewed, flagged=flagged)
        if file is not None:
            write_page(session, station, found, file, language)
        elif as_csv:
            _print_csv(session, station, found)
        elif key is not None and not as_json:
            print_story(session, station, found[0])
        else:
            print_rows(session, found, as_json, station=station)
    if not as_json and not as_csv and file is None and key is None:
        from campaign.review.log import summary

        output.talk(summary(found))


def _out(using: list[Delivery], kind: str, name: str, known: Collection[str]) -> list[Delivery]:
    """Of the rows that used a fact or a help line, those that are out, or may be: what has to be corrected when it is
    wrong. CampaignError where nothing ever used it and the files don't know it."""
    from campaign.core.lifecycle import State
    from campaign.core.suggest import did_you_mean
    from campaign.errors import CampaignError

    if not using and name not in known:
        where = {"fact": "campaign facts lists them", "help line": "campaign hotlines lists them"}
        raise CampaignError(
            f"there is no {kind} {name!r}{did_you_mean(name, known)}",
            where.get(kind, "they stand in posts/consents.yaml"),
        )
    return [row for row in using if row.state in (State.SENT, State.UNCERTAIN)]


def _explained(session: Session, station: Station, rows: list[Delivery]) -> list[Delivery]:
    """The same rows, saying what those that wait wait for."""
    from campaign.review.waiting import explained
    from campaign.store import history

    with station.store.read() as connection:
        accounts = history.accounts(connection)
    return explained(rows, accounts, session.workspace, session.now)


def _marked(station: Station, rows: list[Delivery], *, unreviewed: bool, flagged: bool) -> list[Delivery]:
    """The same rows, saying who has looked at them; only those that nobody has, or that have a flag open, if asked."""
    from campaign.core.lifecycle import State
    from campaign.core.marks import post_of
    from campaign.store import marks

    with station.store.read() as connection:
        rows = marks.with_reviewers(connection, rows)
        wrong = {mark.key for mark in marks.flagged(connection)} if flagged else set()
    if unreviewed:
        rows = [row for row in rows if row.state is State.SENT and not row.reviewed_by]
    return [row for row in rows if post_of(row.key) in wrong] if flagged else rows


def _one(session: Session, station: Station, text: str) -> Delivery:
    from campaign.errors import CampaignError
    from campaign.store import history

    [key] = find(session.desk(station, deciding=False), [text])
    with station.store.read() as connection:
        row = history.delivery(connection, key)
    if row is None:
        raise CampaignError(f"{key} is still ahead", f"campaign preview {key} shows it")
    return row


def _many(
    station: Station,
    states: list[State] | None,
    campaign: str | None,
    account: str | None,
    first: date | None,
    last: date | None,
) -> list[Delivery]:
    from campaign.store import history

    login = account.partition(".")[0] if account else None
    midnight = time(tzinfo=UTC)
    with station.store.read() as connection:
        rows = history.deliveries(
            connection,
            states=states,
            campaign=campaign,
            account=login,
            since=datetime.combine(first, midnight) - MARGIN if first else None,
            until=datetime.combine(last, midnight) + MARGIN if last else None,
        )
    return [row for row in rows if account is None or account in (row.account, row.target)]


def _on(row: Delivery, first: date | None, last: date | None, zone: Callable[[str], str]) -> bool:
    """Whether a row was due on one of these days, in its campaign's zone."""
    from campaign.review.times import local

    day = local(row.due, zone(row.campaign)).date()
    return (first is None or day >= first) and (last is None or day <= last)


def _print_csv(session: Session, station: Station, rows: list[Delivery]) -> None:
    from campaign.review.approvals import approved_by
    from campaign.review.log import COLUMNS, log_row
    from campaign.review.log_csv import csv_lines

    with station.store.read() as connection:
        by = approved_by(connection, session.workspace, rows)
    told = (log_row(row, session.zone(row.campaign), by.get(row.key, ())) for row in rows)
    for line in csv_lines(COLUMNS, told):
        output.raw(line)
