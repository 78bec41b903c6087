"""``campaign preview``: posts as each network would show them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from campaign.cli import output, show
from campaign.cli.keys import ended_well, print_rows, send_now
from campaign.cli.session import Session
from campaign.cli.verb import verb
from campaign.errors import CampaignError, Level

if TYPE_CHECKING:
    from campaign.core.model import Media
    from campaign.dispatch.station import Station
    from campaign.review.cards import Card
    from campaign.review.preview import Occurrence

MAX_PICTURE = 20_000_000
"""Bytes of a picture that the page takes in; a larger one is only named."""


@verb("preview", "campaign preview world-day/vigil --html vigil.html", decides=True)
@click.argument("wanted", metavar="CAMPAIGN[/SLOT] | KEY")
@click.option("--html", "page", metavar="FILE", help="Write one web page instead, to pass around.")
@click.option("--explain", is_flag=True, help="Name the template, row and picture that won.")
@click.option("--send-to", metavar="ACCOUNT", help="Send it to this test account.")
def command(session: Session, wanted: str, page: str | None, explain: bool, send_to: str | None) -> int:
    """Show the next posts of a campaign as each network would, with their length.

    Nothing is published, except to a test account with --send-to.
    """
    from campaign.review.cards import cards_lines
    from campaign.review.preview import cards, occurrences

    found = occurrences(session.workspace, wanted, session.now)
    if send_to is not None:
        return _send(session, found, send_to)
    with session.station(temporary=True) as station:
        planner = station.planner(session.workspace)
        shown = cards(found, planner.composer, station.adapters.rules, explain=explain)
        shown = _without_removed(session, station, shown)
        if page is not None:
            _write(page, shown, wanted, station)
        else:
            show.lines(cards_lines(shown, show.width()))
    return 1 if any(problem.level is Level.ERROR for card in shown for problem in card.problems) else 0


def _without_removed(session: Session, station: Station, shown: list[Card]) -> list[Card]:
    """The same cards; what was removed from the record is not shown again, though the files may still say it."""
    from campaign.review.removed import removed
    from campaign.store import history

    with station.store.read() as connection:
        rows = history.by_keys(connection, [card.key for card in shown])
    return [
        replace(card, posts=(), problems=(), origin=(), removed=removed(row, card.zone))
        if (row := rows.get(card.key)) is not None and row.redacted_at is not None
        else card
        for card in shown
    ]


def _send(session: Session, found: Sequence[Occurrence], account: str) -> int:
    with session.station(create=True) as station:
        desk = session.desk(station)
        made = [
            row
            for occurrence in found
            for row in desk.send_trial(occurrence.campaign, occurrence.slot, occurrence.moment, account)
        ]
        rows = send_now(session, station, [row.key for row in made])
        print_rows(session, rows, as_json=False, station=station)
        return 0 if ended_well(rows) or station.store.holder() is not None else 1


def _write(file: str, cards: Sequence[Card], wanted: str, station: Station) -> None:
    from campaign.review.preview_html import page

    path = Path(file)
    if path.suffix.lower() not in (".html", ".htm"):
        raise CampaignError(f"{file} is no web page", "end its name in .html")

    def picture(media: Media) -> tuple[str, bytes] | None:
        try:
            station.files.draw(media)
            kind, _ = station.files.describe(media.file)
            source = station.files.path(media.file)
            return (kind, source.read_bytes()) if source.stat().st_size <= MAX_PICTURE else None
        except CampaignError:
            return None  # the page names it, and `check` says what is wrong with it

    try:
        path.write_text(page(cards, wanted, picture), encoding="utf-8")
    except OSError as error:
        raise CampaignError(f"{file}: {error.strerror}", "name a file that can be written") from None
    output.talk(f"written to {file}")
