"""What will go out: the files' outlook, corrected by what people decided and what was sent already."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Any

from sqlalchemy import Connection

from campaign.core.compose import Composer
from campaign.core.cost import cost
from campaign.core.lifecycle import ENDED, State, say
from campaign.core.model import Account, Post, Workspace, parse_key
from campaign.core.outlook import Planned, outlook, plan
from campaign.core.text import TextRules
from campaign.core.timetable import moment_at
from campaign.errors import Level, Problem
from campaign.review import times
from campaign.review.cards import Meter, meter
from campaign.review.table import Cell, Entry, Heading, Row
from campaign.review.words import first_line
from campaign.store import history
from campaign.store.history import Delivery

PART = "\n---\n"
"""What stands between the parts of a thread, as in templates."""

MARGIN = timedelta(days=2)
"""How much more than the days asked for is computed: days differ from zone to zone, and gaps and caps reach back."""

_STYLE = {Level.ERROR: "red", Level.WARN: "yellow", Level.ADVICE: "cyan"}

Rules = Callable[[Account], TextRules]


@dataclass(frozen=True, slots=True)
class Ahead:
    """A post to come. ``due`` (aware): when it goes out by the files, or by a person who moved it; ``by_files``: by the
    files alone. ``state`` and ``reason``: of its row; None and "" where there is none yet. ``cost``: in US dollars;
    None where the network charges nothing that is known."""

    key: str
    campaign: str
    slot: str
    account: str
    network: str
    language: str
    due: datetime
    by_files: datetime
    zone: str
    posts: tuple[Post, ...]
    length: int
    limit: int | None
    problems: tuple[Problem, ...] = ()
    state: State | None = None
    reason: str = ""
    cost: Decimal | None = None
    paused: str = ""
    """Into which pause it would fall ("": none)."""

    @property
    def login(self) -> str:
        """The account's id, in whichever language it posts."""
        return self.account.partition(".")[0]

    @property
    def moved(self) -> bool:
        """Whether a person moved it."""
        return self.due != self.by_files

    @property
    def ended(self) -> bool:
        """Whether it will not go out any more: it did, was cancelled, is too late, or failed."""
        return self.state in ENDED


def rows_around(connection: Connection, first: date, last: date) -> dict[str, Delivery]:
    """The rows that the plan of these days needs, by key: those due around them, and all that still wait."""
    after, until = _bounds(first, last)
    near = history.deliveries(connection, since=after, until=until)
    waiting = history.deliveries(connection, states=[State.PENDING, State.HELD])
    return {row.key: row for row in (*near, *waiting)}


def look_ahead(
    workspace: Workspace,
    composer: Composer,
    rules: Rules,
    rows: Mapping[str, Delivery],
    first: date,
    last: date,
    now: datetime | None = None,
) -> list[Ahead]:
    """The posts of whole days, both included, in their campaign's zone, by time; only those after ``now`` if given."""
    planned = {post.key: post for post in outlook(workspace, composer, *_bounds(first, last))}
    for row in rows.values():
        if row.key not in planned and row.part == 1 and row.state in (State.PENDING, State.HELD):
            found = _planned(workspace, composer, row)
            if found is not None:
                planned[row.key] = found
    ahead = [_merged(post, rows.get(post.key), rules) for post in planned.values()]
    return sorted(
        (
            post
            for post in ahead
            if first <= times.local(post.due, post.zone).date() <= last and (now is None or post.due > now)
        ),
        key=lambda post: (post.due, post.campaign, post.slot, post.key),
    )


def with_approvals(ahead: Sequence[Ahead], problems: Mapping[str, Problem]) -> list[Ahead]:
    """The same; what is ahead and lacks approval says so (``problems``: by key). What is held says it as its reason."""
    return [
        replace(post, problems=(*post.problems, problems[post.key]))
        if post.state is None and post.key in problems
        else post
        for post in ahead
    ]


def _bounds(first: date, last: date) -> tuple[datetime, datetime]:
    midnight = time(tzinfo=UTC)
    return datetime.combine(first, midnight) - MARGIN, datetime.combine(last, midnight) + MARGIN


def _planned(workspace: Workspace, composer: Composer, row: Delivery) -> Planned | None:
    """What the files say of a row that is due on another day: it was moved here."""
    campaign = workspace.campaigns.get(row.campaign)
    slot = campaign.slot(row.slot) if campaign else None
    target = workspace.target(row.target)
    if campaign is None or slot is None or target is None:
        return None
    moment = moment_at(slot.timetable, parse_key(row.key).wall)
    return plan(workspace, composer, campaign, slot, target, moment) if moment is not None else None


def _merged(post: Planned, row: Delivery | None, rules: Rules) -> Ahead:
    limits, prices = rules(post.target.account), post.target.account.prices
    posts, problems = post.composition.drafts, post.problems
    if row is not None:  # a person, or its day, has decided already
        problems = tuple(problem for problem in problems if problem.rule != "quiet-day")
    if row is not None and row.post is not None:
        # What is frozen goes out as it is, whatever the files say by now.
        later = posts[1:] if len(posts) == row.parts else ()
        posts, problems = (row.post, *later), ()
    # The part that is nearest to its limit, or furthest over it: a caption's is another one than a text's.
    fullest = max(
        (meter(part, limits) for part in posts),
        key=lambda part: (part.used - (part.limit or 0), part.used),
        default=Meter(0, limits.limit, limits.unit),
    )
    return Ahead(
        key=post.key,
        campaign=post.campaign.id,
        slot=post.slot.id,
        account=post.target.name,
        network=post.target.account.network,
        language=post.target.language,
        due=_when(post, row),
        by_files=post.moment.due,
        zone=post.campaign.zone,
        posts=posts,
        length=fullest.used,
        limit=fullest.limit,
        problems=problems,
        state=row.state if row else None,
        reason=row.reason if row else "",
        cost=cost(posts, prices) if prices is not None and (row is not None or not post.quiet) else None,
    )


def _when(post: Planned, row: Delivery | None) -> datetime:
    waits = row is not None and row.state in (State.PENDING, State.HELD) and row.tries == 0
    if row is not None and waits and row.not_before != post.not_before:
        return row.not_before  # a person moved it
    return post.moment.due


def plan_row(post: Ahead) -> dict[str, Any]:
    """One post to come as ``plan --json`` prints it; ``length``: of its longest part, in the network's unit; ``cost``:
    in US dollars."""
    return {
        "key": post.key,
        "campaign": post.campaign,
        "slot": post.slot,
        "account": post.account,
        "network": post.network,
        "language": post.language,
        "due": times.iso(post.due, post.zone),
        "due_utc": times.iso(post.due),
        "text": PART.join(part.text for part in post.posts),
        "parts": len(post.posts),
        "length": post.length,
        "limit": post.limit,
        "cost": float(post.cost) if post.cost is not None else None,
        "problems": [problem.as_json() for problem in post.problems],
        "paused": post.paused or None,
    }


def plan_entries(ahead: Sequence[Ahead]) -> list[Entry]:
    """Posts to come under their moment (local and UTC) and the beginning of their keys; what is wrong below each."""
    entries: list[Entry] = []
    for (due, zone, start), posts in groupby(ahead, lambda a: (a.due, a.zone, a.key.rpartition("/")[0])):
        moment = f"{times.stamp(due, zone)} = {times.utc_clock(due, zone)}"
        entries.append(Heading((Cell(moment, "bold"), Cell(start))))
        entries += [_row(post) for post in posts]
    return entries


def _row(post: Ahead) -> Row:
    measured = f"{post.length}/{post.limit}" if post.limit is not None else str(post.length)
    parts = f"({len(post.posts)} parts) " if len(post.posts) > 1 else ""  # in front: a long text is cut
    text = first_line(post.posts[0].text) if post.posts else ""
    notes = [Cell(f"{p.level.value}: {p.message}", _STYLE[p.level]) for p in post.problems]
    if post.state is State.PENDING and post.reason:
        notes.insert(0, Cell(post.reason, "dim"))
    elif post.state not in (None, State.PENDING):
        said = say(post.state, post.reason) if post.state else ""
        notes.insert(0, Cell(said + (f": {post.reason}" if post.reason else ""), "yellow"))
    if post.paused:
        notes.insert(0, Cell(f"will be held: {post.paused}", "bold yellow"))
    return Row(
        (Cell(post.account, "dim" if post.ended else ""), Cell(measured), Cell(parts + text)), tuple(notes)
    )
