"""What the verbs that decide have in common: which posts are meant, and what became of them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from campaign.cli import news, output, show
from campaign.cli.session import Session

if TYPE_CHECKING:
    from campaign.core.lifecycle import State
    from campaign.dispatch.decide import Desk
    from campaign.dispatch.station import Station
    from campaign.store.history import Delivery


def find(desk: Desk, keys: Iterable[str]) -> list[str]:
    """The whole keys of what a person named: keys, beginnings of keys, networks' ids; each once."""
    return list(dict.fromkeys(desk.find_key(text) for text in keys))


def print_rows(session: Session, rows: Sequence[Delivery], as_json: bool) -> None:
    """Print deliveries as ``log`` does."""
    from campaign.review.log import log_entries, log_row
    from campaign.review.table import Columns
    from campaign.review.table import lines as laid_out

    if as_json:
        output.rows(log_row(row, session.zone(row.campaign)) for row in rows)
    else:
        show.lines(laid_out(log_entries(rows, session.zone), Columns(), show.width()))


def print_story(session: Session, station: Station, row: Delivery) -> None:
    """Print all that is known about one post."""
    from campaign.review.story import story_lines
    from campaign.store import history

    with station.store.read() as connection:
        attempts = history.attempts(connection, row.key)
        events = history.events(connection, key=row.key)
    show.lines(story_lines(row, attempts, events, session.zone(row.campaign), show.width()))


def send_now(session: Session, station: Station, keys: Sequence[str]) -> list[Delivery]:
    """Let what has just been decided go out: by the run that is at work, else by one pass of our own. The rows after it
    (as they are now, where a run elsewhere is to send them)."""
    from campaign.dispatch import loop
    from campaign.store import history

    holder = station.store.holder()
    if holder is not None:
        output.talk(f"`campaign run` on {holder.host} sends it now; see: campaign log")
    else:
        loop.once(session.folder, os.environ, new_store=True, trust_clock=False, say=news.mention)
    with station.store.read() as connection:
        found = [history.delivery(connection, key) for key in keys]
    return [row for row in found if row is not None]


def ended_well(rows: Iterable[Delivery], also: Iterable[State] = ()) -> bool:
    """Whether everything is published, or waits for a person on purpose."""
    from campaign.core.lifecycle import State

    return all(row.state in {State.SENT, State.HELD, *also} for row in rows)
