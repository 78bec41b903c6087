"""Pauses for people: which there are, what fell into them, and what has to be looked at before that goes out late."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from campaign.core.anew import anew
from campaign.core.compose import Composer
from campaign.core.lifecycle import State
from campaign.core.model import Post, Workspace
from campaign.core.pause import About, Pause, tags_of
from campaign.core.quiet import why_quiet
from campaign.core.standing import standing
from campaign.core.timetable import to_wall
from campaign.errors import Level, Problem
from campaign.review import times
from campaign.review.plan import PART, Ahead
from campaign.review.removed import said
from campaign.review.table import Cell, Entry, Heading, Line, Row
from campaign.review.words import count, first_line, one_line, wrap
from campaign.store import history, pauses
from campaign.store.history import Delivery
from campaign.workspace.latewords import built_in

Zone = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Fallen:
    """A post that fell into a pause and waits for a decision. ``posts``: what it would say if it were sent now;
    ``changed``: that this is not what it was to say. ``problems``: what today's safeguards have against it; ``words``:
    those of relative time, which were written for another moment."""

    pause: int
    row: Delivery
    posts: tuple[Post, ...]
    changed: bool
    problems: tuple[Problem, ...]
    words: tuple[str, ...]

    @property
    def barred(self) -> bool:
        """Whether it can't be sent as it is."""
        return any(problem.level is Level.ERROR for problem in self.problems)


def fallen(
    connection: Connection,
    workspace: Workspace,
    composer: Composer,
    now: datetime,
    numbers: Sequence[int] | None = None,
    keys: Collection[str] | None = None,
) -> list[Fallen]:
    """What fell into these pauses (None: into any) and is not decided, held or missed by now, judged by today's files
    and by this day; by due. ``keys``: only of these posts, for to judge one is to make it anew."""
    return [
        _fallen(connection, workspace, composer, now, number, row)
        for number, row in pauses.fallen(connection, numbers)
        if keys is None or row.key in keys
    ]


def _fallen(
    connection: Connection,
    workspace: Workspace,
    composer: Composer,
    now: datetime,
    number: int,
    row: Delivery,
) -> Fallen:
    frozen = tuple(history.from_here(connection, row))
    made = anew(workspace, composer, row.key, now) if not row.attempt else None
    posts = frozen
    problems: list[Problem] = []
    if made is not None:
        posts = made.drafts or frozen
        problems += (problem for problem in made.problems if problem.level is Level.ERROR)
    if not problems:
        problems += _standing(workspace, row, posts, now)
    problems += _quiet(workspace, row, now)
    spoken = [
        text for post in posts for text in (post.text, post.warning, *(item.alt for item in post.media))
    ]
    words = built_in().found("\n".join(spoken), row.language)
    changed = bool(frozen) and [post.text for post in posts] != [post.text for post in frozen]
    return Fallen(number, row, posts, changed, tuple(problems), words)


def _standing(workspace: Workspace, row: Delivery, posts: Sequence[Post], now: datetime) -> list[Problem]:
    campaign, target = workspace.campaigns.get(row.campaign), workspace.target(row.target)
    audience = workspace.speaks_to(campaign, target.account if target else None)
    day = to_wall(now, campaign.zone if campaign else workspace.zone).date()
    return standing(workspace, posts, audience, day, campaign)


def _quiet(workspace: Workspace, row: Delivery, now: datetime) -> Iterator[Problem]:
    """A warning where today is a day on which this post was to say nothing."""
    campaign, target = workspace.campaigns.get(row.campaign), workspace.target(row.target)
    slot = campaign.slot(row.slot) if campaign is not None else None
    if campaign is None or slot is None or target is None:
        return
    if reason := why_quiet(workspace, campaign, slot, target, now):
        yield Problem(slot.place, reason, "move it to another day", Level.WARN, "quiet-day", row.key)


# -- what fell in ----------------------------------------------------------------------------------------


def fallen_row(one: Fallen, zone: str, decision: str | None = None) -> dict[str, Any]:
    """One post as ``resume --json`` prints it. ``decision``: what was decided just now."""
    row = one.row
    return {
        "key": row.key,
        "pause": one.pause,
        "campaign": row.campaign,
        "slot": row.slot,
        "account": row.target,
        "network": row.network,
        "language": row.language,
        "state": row.state.value,
        "say": said(row),
        "due": times.iso(row.due, zone),
        "not_before": times.iso(row.not_before, zone),
        "reason": row.reason,
        "text": PART.join(post.text for post in one.posts) if row.redacted_at is None else None,
        "changed": one.changed,
        "late_words": list(one.words),
        "problems": [problem.as_json() for problem in one.problems],
        "decision": decision,
    }


def fallen_entries(found: Sequence[Fallen], zone: Zone) -> list[Entry]:
    """A list of what fell in: when it was due, its key, its first words, and what to look at."""
    entries: list[Entry] = []
    for one in found:
        row = one.row
        entries.append(Heading((Cell(times.stamp(row.due, zone(row.campaign)), "bold"), Cell(row.key))))
        text = first_line(one.posts[0].text) if one.posts and row.redacted_at is None else ""
        cells = (Cell(row.target), Cell(said(row), "yellow"), Cell(text))
        entries.append(Row(cells, tuple(notes(one, zone(row.campaign)))))
    return entries


def fallen_lines(one: Fallen, zone: str, width: int) -> Iterator[Line]:
    """One post as a person sees it who decides about it: its whole text, and what to look at."""
    row = one.row
    yield (Cell(times.stamp(row.due, zone), "bold"), Cell(f"  {row.key}"))
    for number, post in enumerate(one.posts if row.redacted_at is None else (), 1):
        if len(one.posts) > 1:
            yield (Cell(f"  part {number} of {len(one.posts)}", "dim"),)
        for line in wrap(post.text, width - 4):
            yield (Cell("  │ ", "dim"), Cell(line))
    for note in notes(one, zone):
        for line in wrap(one_line(note.text), width - 2):
            yield (Cell(f"  {line}", note.style),)


def notes(one: Fallen, zone: str) -> Iterator[Cell]:
    """What somebody has to know who decides about it."""
    for word in one.words:
        yield Cell(f"“{word}” was written for {times.stamp(one.row.due, zone)}", "bold yellow")
    for problem in one.problems:
        hint = f" ({problem.hint})" if problem.hint else ""
        style = "red" if problem.level is Level.ERROR else "yellow"
        yield Cell(f"{problem.level.value}: {problem.message}{hint}", style)
    if one.changed:
        yield Cell("the files say something else now than when it was due: that is what is shown", "cyan")


# -- pauses ----------------------------------------------------------------------------------------------


def pause_row(pause: Pause, waiting: Sequence[Delivery], now: datetime, zone: str) -> dict[str, Any]:
    """One pause as ``status --json`` and ``pause --json`` print it. ``waiting``: what fell into it and is not
    decided."""
    return {
        "id": pause.id,
        "in_force": pause.in_force(now),
        "scope": pause.scope.as_json(),
        "reason": pause.reason,
        "by": pause.by or None,
        "file": pause.host or None,
        "since": times.iso(pause.since, zone),
        "until": times.iso(pause.until, zone),
        "ended": times.iso(None if pause.in_force(now) else pause.end, zone),
        "still_wanted": pause.asks(now),
        "waiting": [row.key for row in waiting],
    }


def paused_lines(
    there: Sequence[Pause], found: Sequence[pauses.Fallen], now: datetime, zone: str, width: int
) -> Iterator[Line]:
    """The first lines of ``status``: what is paused, by whom, since when, until when and why; and what has ended but
    waits for decisions."""
    for pause in there:
        number = sum(one.pause == pause.id for one in found)
        for line in wrap(_said(pause, number, now, zone), width):
            yield (Cell(line, "bold red" if pause.in_force(now) else "bold yellow"),)
        if pause.asks(now):
            ask = (
                f"Is it still wanted? Yes: campaign pause --keep {pause.id}   No: campaign resume {pause.id}"
            )
            yield (Cell(ask, "bold yellow"),)
    if there:
        yield ()


def _said(pause: Pause, waiting: int, now: datetime, zone: str) -> str:
    fell = f"{count(waiting, 'post')} fell into it" if waiting else "nothing fell into it yet"
    named = f"pause {pause.id}" if pause.id else "not known to other hosts yet: nothing runs here"
    if not pause.in_force(now):
        end = pause.end or now
        return (
            f"Pause {pause.id} by {pause.who} ended {times.ago(end, now)}, and {count(waiting, 'post')} "
            f"{'waits' if waiting == 1 else 'wait'} for a decision: campaign resume {pause.id}"
        )
    until = f"until {times.soon(pause.until, now, zone)}" if pause.until else "until somebody ends it"
    why = f": {pause.reason}" if pause.reason else ""
    since = f"since {times.stamp(pause.since, zone)}"
    return f"PAUSED: {pause.scope.say}, by {pause.who}, {since}, {until}{why} ({named}; {fell})"


def finishing_lines(rows: Sequence[Delivery]) -> Iterator[Line]:
    """What a pause lets end."""
    for row in rows:
        now = row.state is State.SENDING
        what = (
            "is being sent right now and will finish"
            if now
            else "ends a thread that has begun, and will go out"
        )
        yield (Cell(row.key), Cell(f"  {what}", "yellow"))


def marked(ahead: Sequence[Ahead], there: Sequence[Pause], workspace: Workspace) -> list[Ahead]:
    """Posts to come; those that would fall into a pause that is not over by then say into which."""
    return [replace(post, paused=_into(post, there, workspace)) for post in ahead]


def _into(post: Ahead, there: Sequence[Pause], workspace: Workspace) -> str:
    if post.state not in (None, State.PENDING):
        return ""
    campaign = workspace.campaigns.get(post.campaign)
    slot = campaign.slot(post.slot) if campaign is not None else None
    about = About(post.campaign, post.login, post.account, post.language, tags_of(campaign, slot))
    for pause in there:
        if pause.in_force(post.due) and pause.scope.covers(about):
            return pause.because
    return ""
