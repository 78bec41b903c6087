"""One post by its key: its row, or what the files plan under it, with what a page shows of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from werkzeug.exceptions import NotFound

from campaign.core.model import Post, parse_key
from campaign.core.outlook import plan
from campaign.core.timetable import moment_at
from campaign.errors import Problem
from campaign.store import history
from campaign.store.history import Delivery
from campaign.web.here import site, workspace


@dataclass(frozen=True, slots=True)
class Shown:
    """``row`` None: nothing has happened to it yet, and ``posts`` are what the files would send. A post whose text was
    removed has none."""

    key: str
    campaign: str
    slot: str
    target: str
    network: str
    language: str
    due: datetime
    row: Delivery | None
    posts: tuple[Post, ...]
    problems: tuple[Problem, ...] = ()


def shown(key: str) -> Shown:
    """The post of a key. NotFound when there is none in the store or the files."""
    with site().station.store.read() as connection:
        row = history.delivery(connection, key)
    planned = _planned(key)
    if row is None and planned is None:
        raise NotFound
    if row is None:
        assert planned is not None  # noqa: S101 - said just above
        return planned
    posts: Sequence[Post] = (row.post,) if row.post is not None else ()
    if row.post is None and planned is not None and row.redacted_at is None:
        posts = planned.posts  # made when it is due; until then this is what it would say
    return Shown(
        row.key,
        row.campaign,
        row.slot,
        row.target,
        row.network,
        row.language,
        row.due,
        row,
        tuple(posts) if row.redacted_at is None else (),
    )


def _planned(key: str) -> Shown | None:
    try:
        parsed = parse_key(key)
    except ValueError:
        return None
    files = workspace()
    campaign = files.campaigns.get(parsed.campaign)
    slot = campaign.slot(parsed.slot) if campaign else None
    target = files.target(parsed.target)
    if campaign is None or slot is None or target is None or target not in slot.targets or parsed.part != 1:
        return None
    moment = moment_at(slot.timetable, parsed.wall)
    if moment is None:
        return None
    found = plan(files, site().composer(files), campaign, slot, target, moment)
    return Shown(
        key,
        campaign.id,
        slot.id,
        target.name,
        target.account.network,
        target.language,
        moment.due,
        None,
        tuple(found.composition.drafts),
        tuple(found.problems),
    )
