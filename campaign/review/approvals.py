"""What waits for approval, as people read it: each post as it would go out, who has approved it so far, and, where it
was changed after that, how it was and how it is, side by side."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from campaign.core.approval import approvers
from campaign.core.asked import Asked
from campaign.core.content import DUE, Difference, content_of, differences, goes_to
from campaign.core.lifecycle import State
from campaign.core.model import Account, Approval, Workspace
from campaign.core.text import TextRules
from campaign.errors import Level, Problem
from campaign.review import times
from campaign.review.cards import Card, card_lines
from campaign.review.table import Cell, Line
from campaign.review.words import one_line, wrap
from campaign.store import approvals
from campaign.store.history import Delivery

SOON = timedelta(days=2)
"""How near a post is whose missing approval is a warning and no longer advice."""

Rules = Callable[[Account], TextRules]


# -- who approved ----------------------------------------------------------------------------------------


def approved_by(
    connection: Connection, workspace: Workspace, rows: Iterable[Delivery]
) -> dict[str, list[str]]:
    """The handles of those who approved what went out, or what is frozen to go out, by key; posts that nobody approved
    are left out."""
    rows = list(rows)
    roots = {approvals.root(row.key) for row in rows}
    out = approvals.cleared_of(connection, roots)
    votes = approvals.votes(connection, roots - out.keys())
    moved = approvals.moved_to(connection, list(votes))
    found: dict[str, list[str]] = {}
    for row in rows:
        root = approvals.root(row.key)
        if root in out:
            found[row.key] = list(out[root].by)
        elif (target := workspace.target(row.target)) is not None and root in votes:
            posts = approvals.thread(connection, row)
            content = content_of(posts, target, moved.get(root, row.due)).digest() if posts else ""
            if by := [vote.by for vote in approvers(votes[root], content)]:
                found[row.key] = by
    return found


# -- for programs ----------------------------------------------------------------------------------------


def approval_row(one: Asked) -> dict[str, Any]:
    """A post and its approval, as ``approve --json`` and ``status --json`` print it; ``changed``: since it was last
    approved, each with how it was and how it is."""
    no = one.rejection
    return {
        "key": one.key,
        "campaign": one.campaign,
        "slot": one.slot,
        "account": one.target.name,
        "network": one.target.account.network,
        "language": one.target.language,
        "due": times.iso(one.due, one.zone),
        "state": one.state.value if one.state is not None else None,
        "approval": one.approval.value,
        "content": one.digest or None,
        "approved_by": list(one.approved_by),
        "missing": one.missing,
        "rejected_by": no.by if no is not None else None,
        "reason": one.why_not,
        "changed": [
            {"what": change.what, "part": change.part, "old": change.old, "new": change.new}
            for change in changes(one)
        ],
        "problems": [problem.as_json() for problem in one.problems],
    }


def changes(one: Asked) -> list[Difference]:
    """What was changed since somebody last approved the post; [] if nobody did, or if that is no longer known."""
    old = one.outdated
    if old is None or old.shown is None or one.content is None:
        return []
    return differences(old.shown, one.content)


# -- for people ------------------------------------------------------------------------------------------


def asked_lines(asked: Sequence[Asked], rules: Rules, width: int) -> Iterator[Line]:
    """Posts as a preview shows them, each with where it goes, who approved it so far and what was changed since."""
    for number, one in enumerate(asked):
        if number:
            yield ()
        yield from card_lines(card(one, rules), width)
        for line in wrap(one_line(where(one)), width - 3):
            yield (Cell(f"   {line}", "dim"),)
        yield from standing_lines(one, width)


def card(one: Asked, rules: Rules) -> Card:
    """The post as a preview shows it."""
    return Card(
        key=one.key,
        due=one.due,
        zone=one.zone,
        account=one.target.name,
        network=one.target.account.network,
        language=one.target.language,
        posts=one.posts,
        rules=rules(one.target.account),
        problems=one.problems,
    )


def where(one: Asked) -> str:
    """Where and how the post appears, by the keys of its account; no secret, not even its name."""
    named = goes_to(one.target.account, secrets=False)
    told = [f"{name} {value}" for name, value in named.items() if name not in ("account", "network")]
    return "goes to: " + (", ".join(told) or one.target.account.network)


def standing_lines(one: Asked, width: int) -> Iterator[Line]:
    """Whose approval a post has, what is missing, and what was changed since somebody approved it."""
    for line in wrap(one_line(standing_of(one)), width - 3):
        yield (Cell(f"   {line}", "yellow" if one.missing else "green"),)
    old = one.outdated
    if old is None:
        return
    if found := changes(one):
        yield from side_by_side(found, one.zone, width)
    elif old.shown is None:
        yield (Cell("   what it said then was removed from the record", "dim"),)


def standing_of(one: Asked) -> str:
    """Whose approval a post has and what is missing, in a sentence."""
    if one.errors:
        return "it can't be approved while it has errors"
    if one.why_not:
        return one.why_not
    if one.approval is Approval.NONE:
        return "nobody has to approve it"
    return f"approved by {' and '.join(one.approved_by)}"


def lacking_lines(asked: Sequence[Asked], width: int) -> Iterator[Line]:
    """What lacks approval, one under the other: when, which post, why, and old beside new."""
    for one in asked:
        state = " (held)" if one.state is State.HELD else ""
        yield (Cell(f"  {times.stamp(one.due, one.zone)}  ", ""), Cell(f"{one.key}{state}", "bold"))
        for line in standing_lines(one, width - 1):
            yield (Cell(" "), *line)


def side_by_side(found: Sequence[Difference], zone: str, width: int) -> Iterator[Line]:
    """Old on the left, new on the right, in ``width`` terminal cells; ≠ stands between lines that differ."""
    column = (width - 6) // 2
    yield (Cell(f"   {'approved':<{column}}   now", "bold"),)
    for change in found:
        part = f" of part {change.part}" if change.part > 1 else ""
        yield (Cell(f"   {one_line(change.what)}{part}:", "dim"),)
        old, new = (
            wrap(_told(change.what, text, zone), column, whole=False) for text in (change.old, change.new)
        )
        for left, right in _aligned(old, new):
            mark, style = ("│", "") if left == right else ("≠", "yellow")
            yield (Cell(f"   {_padded(left, column)} "), Cell(mark, style), Cell(f" {right}"))


def _told(what: str, text: str, zone: str) -> str:
    if not text:
        return "(none)"
    return times.stamp(datetime.fromisoformat(text), zone) if what == DUE else text


def _aligned(old: list[str], new: list[str]) -> Iterator[tuple[str, str]]:
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for _, a, b, c, d in matcher.get_opcodes():
        for row in range(max(b - a, d - c)):
            yield (old[a + row] if a + row < b else "", new[c + row] if c + row < d else "")


def _padded(text: str, width: int) -> str:
    from rich.cells import cell_len

    return text + " " * (width - cell_len(text))


# -- beforehand ------------------------------------------------------------------------------------------


def problems(asked: Iterable[Asked], now: datetime) -> Mapping[str, Problem]:
    """What ``check`` and ``plan`` say of posts that lack approval, by key: advice, and a warning where one is due soon
    (or would be by now)."""
    return {
        one.key: Problem(
            one.place,
            f"it would be held: {one.why_not}",
            f"campaign approve {one.key.rpartition('/')[0].rpartition('/')[0]}",
            Level.WARN if one.due - now <= SOON else Level.ADVICE,
            "approval",
            one.key,
        )
        for one in asked
        if one.missing
    }
