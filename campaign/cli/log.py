"""``campaign log``: what went out, when and where."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import chain
from typing import TYPE_CHECKING

import click

from campaign.cli import output
from campaign.cli.arguments import from_to
from campaign.cli.keys import find, print_rows, print_story
from campaign.cli.logpage import write_page
from campaign.cli.logverify import verify_log
from campaign.cli.session import Session
from campaign.cli.verb import json_option, verb

if TYPE_CHECKING:
    from campaign.core.lifecycle import State
    from campaign.core.model import Post
    from campaign.dispatch.station import Station
    from campaign.store.history import Delivery

VERIFY = "verify"

STATES = ("pending", "held", "sending", "uncertain", "sent", "failed", "missed", "cancelled")

MARGIN = timedelta(days=2)
"""More than any zone is away from UTC."""

BATCH = 500
"""Rows that are in memory at a time."""

LATEST = 100
"""Posts that are listed where nobody asks for any in particular."""


@verb("log", "campaign log --campaign world-day --state sent --csv > world-day.csv")
@click.argument("key", metavar="[KEY|verify]", required=False)
@click.option("--events", "as_events", is_flag=True, help="What happened, event by event.")
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
@click.option("--all", "everything", is_flag=True, help=f"Not only the latest {LATEST}.")
@click.option("--html", "file", metavar="FILE", help="One page for volunteers, to look at and to mark.")
@click.option("--language", type=click.Choice(("en", "id")), help="Of the page's own words.")
@click.option("--names", is_flag=True, help="Handles in --json, --csv, --html, instead of roles.")
@click.option(
    "--head", "heads", metavar="FILE|HASH", multiple=True, help="With verify: a head kept elsewhere."
)
def command(
    session: Session,
    key: str | None,
    as_events: bool,
    campaign: str | None,
    account: str | None,
    state: str | None,
    fact: str | None,
    hotline: str | None,
    consent: str | None,
    first: date | None,
    last: date | None,
    as_json: bool,
    unreviewed: bool,
    flagged: bool,
    as_csv: bool,
    everything: bool,
    file: str | None,
    language: str | None,
    names: bool,
    heads: tuple[str, ...],
) -> int:
    """List the posts that were due: what became of each, when, where, with its address.

    The latest ones, or all that you ask for. With a KEY, all that is known about that
    post. `campaign log verify` finds out whether the log was changed, and prints its
    head (docs/evidence.md).
    """
    from campaign.core.lifecycle import State

    if key == VERIFY and as_events:
        raise click.UsageError("give verify or --events, not both")
    if key == VERIFY:
        given = (campaign, account, state, fact, hotline, consent, first, last, file, language)
        if as_csv or everything or names or unreviewed or flagged or any(one is not None for one in given):
            raise click.UsageError("with verify, give --head and --json only: it looks at all of the log")
        return verify_log(session, heads, as_json)
    if heads:
        raise click.UsageError("--head belongs to: campaign log verify")
    if as_json + as_csv + (file is not None) > 1:
        raise click.UsageError("give only one of --json, --csv and --html")
    if language is not None and file is None:
        raise click.UsageError("--language goes with --html")
    if sum(given is not None for given in (key, fact, hotline, consent)) > 1:
        raise click.UsageError("give only one of KEY, --fact, --hotline and --consent")
    if as_events and any(given is not None for given in (account, state, fact, hotline, consent)):
        raise click.UsageError("with --events, give KEY, --campaign, --from and --to only")
    asked = (key, campaign, account, state, fact, hotline, consent, first, last, file)
    latest = not (
        everything
        or as_events
        or as_json
        or as_csv
        or unreviewed
        or flagged
        or any(one is not None for one in asked)
    )
    earlier = False
    with session.station(temporary=True, glance=True) as station:
        if as_events:
            from campaign.cli.logevents import print_events

            print_events(
                session,
                station,
                key=_one(session, station, key).key if key is not None else None,
                campaign=campaign,
                first=first,
                last=last,
                as_json=as_json,
                as_csv=as_csv,
                names=names,
            )
            return 0
        if key is not None:
            found = iter([[_one(session, station, key)]])
        elif latest:
            newest, earlier = _latest(station)
            found = iter([newest])
        else:
            wanted = [State(state)] if state else None
            found = _many(station, wanted, campaign, account, first, last)
            found = ([row for row in rows if _on(row, first, last, session.zone)] for rows in found)
            if fact is not None:
                found = _out(found, "fact", fact, session.workspace.facts, lambda post: post.facts)
            if hotline is not None:
                known = session.workspace.hotlines
                found = _out(found, "help line", hotline, known, lambda post: post.hotlines)
            if consent is not None:
                found = _out(
                    found, "consent", consent, session.workspace.consents, lambda post: post.consents
                )
        told = (_explained(session, station, rows) for rows in found)
        if as_json or as_csv or file is not None or key is not None or unreviewed or flagged:
            told = (_marked(session, station, rows, unreviewed=unreviewed, flagged=flagged) for rows in told)
        if file is not None:
            write_page(session, station, chain.from_iterable(told), file, language, names=names)
            return 0
        if as_csv or as_json:
            _export(session, told, names=names, as_csv=as_csv)
            return 0
        rows = [row for batch in told for row in batch]
        if key is not None:
            print_story(session, station, rows[0])
            return 0
        print_rows(session, rows, as_json=False, station=station)
    from campaign.review.log import summary

    output.talk(
        summary(rows) + (f" (the latest {LATEST}; the others too: campaign log --all)" if earlier else "")
    )
    return 0


def _out(
    found: Iterator[list[Delivery]],
    kind: str,
    name: str,
    known: Collection[str],
    used: Callable[[Post], Collection[str]],
) -> Iterator[list[Delivery]]:
    """Of the rows that used a fact or a help line, those that are out, or may be: what has to be corrected when it is
    wrong. CampaignError where nothing ever used it and the files don't know it."""
    from campaign.core.lifecycle import State
    from campaign.core.suggest import did_you_mean
    from campaign.errors import CampaignError

    ever = name in known
    for rows in found:
        using = [row for row in rows if row.post is not None and name in used(row.post)]
        ever = ever or bool(using)
        yield [row for row in using if row.state in (State.SENT, State.UNCERTAIN)]
    if not ever:
        where = {"fact": "campaign facts lists them", "help line": "campaign hotlines lists them"}
        raise CampaignError(
            f"there is no {kind} {name!r}{did_you_mean(name, known)}",
            where.get(kind, "they stand in posts/consents.yaml"),
        )


def _explained(session: Session, station: Station, rows: list[Delivery]) -> list[Delivery]:
    """The same rows, saying what those that wait wait for (the files say it, and are read only then)."""
    from campaign.core.lifecycle import State

    if all(row.state is not State.PENDING for row in rows):
        return rows
    from campaign.review.waiting import explained
    from campaign.store import history

    with station.store.read() as connection:
        accounts = history.accounts(connection)
    return explained(rows, accounts, session.workspace, session.now)


def _marked(
    session: Session, station: Station, rows: list[Delivery], *, unreviewed: bool, flagged: bool
) -> list[Delivery]:
    """The same rows, saying who has approved them and looked at them; only those that nobody has looked at, or that
    have a flag open, if asked."""
    from campaign.core.lifecycle import State
    from campaign.core.marks import post_of
    from campaign.review.people import with_people
    from campaign.store import marks

    with station.store.read() as connection:
        rows = with_people(connection, session.workspace, rows)
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


def _latest(station: Station) -> tuple[list[Delivery], bool]:
    """The posts that were due last, and whether there are more."""
    from campaign.store import paging

    with station.store.read() as connection:
        page = paging.page(connection, size=LATEST)
    return list(page.rows), page.next is not None


def _many(
    station: Station,
    states: list[State] | None,
    campaign: str | None,
    account: str | None,
    first: date | None,
    last: date | None,
) -> Iterator[list[Delivery]]:
    """The rows in their order, ``BATCH`` at a time: a long log is never read as a whole."""
    from campaign.store import history

    login = account.partition(".")[0] if account else None
    midnight = time(tzinfo=UTC)
    with station.store.read() as connection:
        keys = history.keys(
            connection,
            states=states,
            campaign=campaign,
            account=login,
            since=datetime.combine(first, midnight) - MARGIN if first else None,
            until=datetime.combine(last, midnight) + MARGIN if last else None,
        )
    for start in range(0, len(keys), BATCH):
        batch = keys[start : start + BATCH]
        with station.store.read() as connection:
            rows = history.by_keys(connection, batch)
        yield [
            rows[key] for key in batch if account is None or account in (rows[key].account, rows[key].target)
        ]


def _on(row: Delivery, first: date | None, last: date | None, zone: Callable[[str], str]) -> bool:
    """Whether a row was due on one of these days, in its campaign's zone."""
    from campaign.review.times import local

    day = local(row.due, zone(row.campaign)).date()
    return (first is None or day >= first) and (last is None or day <= last)


def _export(session: Session, found: Iterable[list[Delivery]], *, names: bool, as_csv: bool) -> None:
    """Print rows for others as they come, a batch at a time; roles instead of handles, unless ``names``."""
    from campaign.review.log import COLUMNS, log_row
    from campaign.review.log_csv import csv_lines
    from campaign.review.roles import Roles

    roles = Roles(session.workspace.people, names=names)
    told = (roles.told(log_row(row, session.zone(row.campaign))) for rows in found for row in rows)
    if not as_csv:
        output.rows(told)
        return
    begun = next(told, None)  # what is wrong is said before anything is printed
    for line in csv_lines(COLUMNS, told if begun is None else chain([begun], told)):
        output.raw(line)
