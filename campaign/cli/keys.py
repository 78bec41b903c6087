"""What the verbs that decide have in common: which posts are meant, and what became of them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING

from campaign.cli import output, show
from campaign.cli.session import Session
from campaign.errors import CampaignError

if TYPE_CHECKING:
    from campaign.core.lifecycle import State
    from campaign.core.model import Workspace
    from campaign.dispatch.decide import Desk
    from campaign.dispatch.station import Station
    from campaign.store.history import Delivery

AHEAD = 20_000
"""Keys ahead that are compared with what a person typed."""


def find(desk: Desk, keys: Iterable[str]) -> list[str]:
    """The whole keys of what a person named: keys, beginnings that only one post has, networks' ids; each once. Posts
    that are still ahead count as well. CampaignError with the nearest keys."""
    return list(dict.fromkeys(_find(desk, text) for text in keys))


def _find(desk: Desk, text: str) -> str:
    try:
        found = desk.find_key(text)
    except CampaignError as error:
        found, refusal = "", error
    if found and not (found != text and found.startswith(text)):
        return found
    ahead = list(islice(keys_ahead(desk.workspace, desk.now), AHEAD))
    begun = sorted({key for key in ahead if key.startswith(text)} | ({found} if found else set()))
    if len(begun) == 1:
        return begun[0]
    if begun:
        raise CampaignError(
            f"{text!r} is the beginning of {len(begun)} posts", "one of: " + ", ".join(begun[:5])
        )
    from difflib import get_close_matches

    near = get_close_matches(text, ahead, 1, 0.8)
    if near:
        raise CampaignError(f"there is no post {text!r}", f"did you mean {near[0]}?")
    raise refusal


def keys_ahead(workspace: Workspace, now: datetime) -> Iterator[str]:
    """The keys of the posts of the next year, campaign by campaign."""
    from campaign.core.model import delivery_key
    from campaign.core.timetable import moments

    for campaign, slot in workspace.slots():
        for moment in moments(slot.timetable, now, now + timedelta(days=366)):
            for target in slot.targets:
                yield delivery_key(campaign.id, slot.id, moment.wall, target.name)


def print_rows(session: Session, rows: Sequence[Delivery], as_json: bool, station: Station) -> None:
    """Print deliveries as ``log`` does; the ``station`` they come from knows who approved and reviewed them."""
    from campaign.review.log import log_entries, log_row
    from campaign.review.table import Columns
    from campaign.review.table import lines as laid_out

    if as_json:
        from campaign.review.people import with_people

        with station.store.read() as connection:
            rows = with_people(connection, session.workspace, rows)
        output.rows(log_row(row, session.zone(row.campaign)) for row in rows)
    else:
        show.lines(laid_out(log_entries(rows, session.zone), Columns(), show.width()))


def print_story(session: Session, station: Station, row: Delivery) -> None:
    """Print all that is known about one post."""
    from campaign.review.story import story_lines
    from campaign.store import history, marks

    with station.store.read() as connection:
        attempts = history.attempts(connection, row.key)
        events = history.events(connection, key=row.key)
        said = {
            mark.id: mark.text for made in marks.of_posts(connection, [row.key]).values() for mark in made
        }
    show.lines(story_lines(row, attempts, events, session.zone(row.campaign), show.width(), said))


def send_now(session: Session, station: Station, keys: Sequence[str]) -> list[Delivery]:
    """Let what has just been decided go out: by the run that is at work, else by one pass of our own. The rows after it
    (as they are now, where a run elsewhere is to send them)."""
    from campaign.cli import news
    from campaign.core.lifecycle import State
    from campaign.dispatch import loop
    from campaign.dispatch.crisis import pausefile
    from campaign.store import history

    pausefile.look(station.store, session.folder, session.now)
    holder = station.store.holder()
    if holder is not None:
        output.talk(f"`campaign run` on {holder.host} sends it now; see: campaign log")
    else:
        loop.once(session.folder, os.environ, new_store=True, trust_clock=False, say=news.mention)
    with station.store.read() as connection:
        found = [history.delivery(connection, key) for key in keys]
    rows = [row for row in found if row is not None]
    if holder is None and any(row.state is State.PENDING for row in rows):
        output.talk("nothing is running that would try again. Start it: campaign run")
    return rows


def stopped(session: Session, station: Station, rows: Sequence[Delivery]) -> bool:
    """Whether a pause keeps any of these rows from going out, and say so."""
    from campaign.dispatch.crisis import pausing

    found = pausing.stopped(station.store, session.workspace, rows, session.now)
    for key, pause in found.items():
        output.talk(f"{key} is not sent: {pause.because}\n  hint: it is kept; campaign resume {pause.id}")
    return bool(found)


def ended_well(rows: Iterable[Delivery], also: Iterable[State] = ()) -> bool:
    """Whether everything is published, or waits for a person on purpose."""
    from campaign.core.lifecycle import State

    return all(row.state in {State.SENT, State.HELD, *also} for row in rows)
