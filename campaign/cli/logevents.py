"""``campaign log --events``: what happened, event by event."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from campaign.cli import output, show
from campaign.cli.session import Session

if TYPE_CHECKING:
    from campaign.dispatch.station import Station
    from campaign.store.history import EventRow

BATCH = 1000
"""Events that are in memory at a time."""


def print_events(
    session: Session,
    station: Station,
    *,
    key: str | None,
    campaign: str | None,
    first: date | None,
    last: date | None,
    as_json: bool,
    as_csv: bool,
    names: bool,
) -> None:
    """Print the events of one post or of all, in the order in which they were written; those of the days from ``first``
    to ``last`` (in the zone of their campaign), if asked."""
    from campaign.review.events import COLUMNS, campaign_of, event_line, event_record, event_row
    from campaign.review.log_csv import csv_lines
    from campaign.review.roles import Roles
    from campaign.review.times import local

    def wanted(event: EventRow) -> bool:
        day = local(event.at, session.zone(campaign_of(event))).date()
        return (
            (campaign is None or campaign_of(event) == campaign)
            and (first is None or day >= first)
            and (last is None or day <= last)
        )

    found = (event for event in _all(station, key) if wanted(event))
    if not as_json and not as_csv:
        for event in found:
            show.line(event_line(event, session.zone(campaign_of(event))))
        return
    roles = Roles(session.workspace.people, names=names)
    rows = (event_row(event, session.zone(campaign_of(event)), roles) for event in found)
    if as_json:
        output.rows(rows)
    else:
        for line in csv_lines(COLUMNS, (event_record(row) for row in rows)):
            output.raw(line)


def _all(station: Station, key: str | None) -> Iterator[EventRow]:
    from campaign.store import history

    after = None
    while True:
        with station.store.read() as connection:
            batch = history.events(connection, key=key, after_id=after, limit=BATCH)
        yield from batch
        if len(batch) < BATCH:
            return
        after = batch[-1].id
