"""A rehearsal in lines for a terminal or a pipe: what would not go out, what goes out later, and the sum."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from campaign.core.lifecycle import State, say
from campaign.core.model import Workspace
from campaign.core.outlook import no_row_left
from campaign.core.timetable import to_wall
from campaign.errors import Level, Problem
from campaign.review import times
from campaign.review.rehearsal.outcomes import Outcome, Stretch
from campaign.review.table import Cell, Columns, Entry, Heading, Line, Row
from campaign.review.table import lines as laid_out
from campaign.review.words import count

SHOWN = 50
"""Moments of one kind that are listed; pages and JSON have all."""

_STYLE = {State.FAILED: "red", State.UNCERTAIN: "red", State.HELD: "yellow", State.MISSED: "yellow"}
_ORDER = (State.FAILED, State.UNCERTAIN, State.SENDING, State.HELD, State.MISSED, State.PENDING)


def of_files(workspace: Workspace, stretch: Stretch) -> list[Problem]:
    """What no post shows: files with errors, whose posts are missing, and tables whose rows are used up."""
    others = {f"schedules/{name}.yaml" for name in {*workspace.campaigns, *workspace.broken}}
    others -= {f"schedules/{name}.yaml" for name in stretch.campaigns} if stretch.campaigns else others
    found = [p for p in workspace.problems if p.level is Level.ERROR and p.place.file not in others]
    for campaign, slot in workspace.slots():
        if stretch.campaigns and campaign.id not in stretch.campaigns:
            continue
        moment = no_row_left(campaign, slot, stretch.begin)
        if moment is not None and stretch.holds(moment.due, campaign.zone):
            when = f"{to_wall(moment.due, campaign.zone):%Y-%m-%d %H:%M}"
            message = f"posts/{slot.rows} has no row left for {when}"
            found.append(
                Problem(slot.place, message, "add rows, or repeat: true to start again", Level.WARN, "rows")
            )
    return found


def rehearsal_lines(found: Sequence[Outcome], width: int) -> Iterator[Line]:
    """What would not go out, by how much it matters, then what goes out at another time than the files say."""
    groups = [(_title(kind), some) for kind, some in in_groups(found)]
    late = [one for one in found if one.late and not one.fails]
    if late:
        groups.append(("Goes out at another time", late))
    for number, (title, some) in enumerate(groups):
        yield from [()] if number else []
        entries: list[Entry] = [Heading((Cell(title, "bold"), Cell(count(len(some), "post"))))]
        moments = [list(posts) for _, posts in groupby(some, lambda one: (one.moment, one.at, one.reason))]
        entries += [_row(posts) for posts in moments[:SHOWN]]
        yield from laid_out(entries, Columns(), width)
        if len(moments) > SHOWN:
            yield (Cell(f"  and {len(moments) - SHOWN} more: see the page, or --json"),)


def in_groups(found: Sequence[Outcome]) -> list[tuple[str, list[Outcome]]]:
    """What would not go out, under the words that people read for it, what matters most first."""
    failing = sorted((one for one in found if one.fails), key=lambda one: _ORDER.index(one.state))
    groups: dict[str, list[Outcome]] = {}
    for one in failing:
        groups.setdefault(say(one.state, one.reason), []).append(one)
    return list(groups.items())


def _title(said: str) -> str:
    return said[:1].upper() + said[1:]


def _row(posts: Sequence[Outcome]) -> Row:
    one = posts[0]
    notes = [Cell(one.moment)]
    told = one.reason
    if one.late and one.at is not None:
        told = f"goes out {times.stamp(one.at, one.zone)}: {one.reason}"
    if told:
        notes.append(Cell(told, _STYLE.get(one.state, "dim")))
    accounts = ", ".join(post.account for post in posts)
    return Row((Cell(times.stamp(one.due, one.zone)), Cell(accounts)), tuple(notes))


def summary(found: Sequence[Outcome], stretch: Stretch) -> str:
    """The sum in a sentence."""
    out = [one for one in found if one.state is State.SENT]
    accounts = {one.account.partition(".")[0] for one in out}
    said = [f"{count(len(out), 'post')} on {count(len(accounts), 'account')} would go out"]
    if late := sum(one.late for one in out):
        said.append(f"{late} of them at another time")
    if cancelled := sum(one.state is State.CANCELLED for one in found):
        said.append(f"{cancelled} {'is' if cancelled == 1 else 'are'} cancelled")
    if failing := sum(one.fails for one in found):
        said.append(f"{failing} would not go out")
    return f"{stretch.first} to {stretch.last}: {', '.join(said)}"
