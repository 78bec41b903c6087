"""What a person says about posts before they go out: approved, or rejected with a reason.

A verdict is bound to the content that its person saw. Two people at once, a post that is changed or sent meanwhile:
each post is looked at again, alone, in the transaction that writes the verdict down.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection

from campaign.core.approval import (
    RIGHT,
    Verdict,
    Vote,
    approvers,
    may,
    missing,
    rejection,
    unproven,
    waits_for_people,
)
from campaign.core.asked import Asked
from campaign.core.lifecycle import State
from campaign.core.model import Approval, Workspace
from campaign.dispatch.approval import approvable, approved, voted
from campaign.dispatch.decide import Desk
from campaign.errors import RefusedChange
from campaign.store import approvals, history, outbox
from campaign.store.database import planner_turn
from campaign.store.history import Delivery


class Result(StrEnum):
    """What became of a verdict on one post. ``counts``: it was written down."""

    APPROVED = "approved"
    REJECTED = "rejected"
    ALREADY = "already"  # this person had approved the same before
    NOT_NEEDED = "not-needed"
    CHANGED = "changed"  # it is not (any more) what the person saw
    ERRORS = "errors"
    CLOSED = "closed"  # it is out, on its way, or given up

    @property
    def counts(self) -> bool:
        return self in (Result.APPROVED, Result.REJECTED)


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict on one post: what became of it, why if it did not count, who has approved it now, how many more people
    have to, what the log says of the proof, and its state (None: it is still ahead)."""

    key: str
    result: Result
    reason: str = ""
    content: str = ""
    approved_by: tuple[str, ...] = ()
    missing: int = 0
    proof: str = ""
    state: State | None = None


def allowed(workspace: Workspace, handle: str) -> None:
    """RefusedChange unless this person may approve and reject."""
    if not may(workspace, handle):
        able = sorted(name for name in workspace.people if may(workspace, name))
        raise RefusedChange(
            f"{handle!r} may not approve or reject",
            f"who may: {', '.join(able)}" if able else f"add {RIGHT} to `can` of one of `people`",
        )


def approve(desk: Desk, seen: Mapping[str, str]) -> list[Decision]:
    """Approve posts: key -> the content hash that the person saw (``Asked.digest``). What does not count says why; the
    others count all the same. Posts that waited for it are let go at once. RefusedChange without the right."""
    allowed(desk.workspace, desk.who.by)
    with desk.store.read() as connection:
        asked = approvable.by_keys(desk, connection, seen)
    with desk.store.write() as connection:
        if desk.store.shared:
            planner_turn(connection)  # a row that is made meanwhile sees this verdict, or is seen here
        done = [_approve(desk, connection, one, seen[one.key]) for one in asked]
    desk.store.nudge()
    return done


def _approve(desk: Desk, connection: Connection, one: Asked, seen: str) -> Decision:
    row = _row(connection, one.key)
    if (closed := _closed(connection, row)) is not None:
        return Decision(one.key, Result.CLOSED, closed, state=row.state if row else None)
    if one.errors:
        return Decision(one.key, Result.ERRORS, "; ".join(problem.message for problem in one.errors))
    content = approvable.frozen_now(connection, one, row) or one.content
    if content is None or content.digest() != seen:
        return Decision(one.key, Result.CHANGED, "it is not what was shown (any more)")
    votes = voted.of(connection, desk.workspace, one)
    if one.approval is Approval.NONE and rejection(votes) is None:
        return Decision(one.key, Result.NOT_NEEDED, "nobody has to approve it")
    if desk.who.by in [vote.by for vote in approvers(votes, seen)]:
        return _counted(desk, connection, one, Result.ALREADY, seen, f"{desk.who.by} has approved it already")
    vote = Vote(one.key, seen, Verdict.APPROVED, desk.who.by, desk.who.door, desk.now, shown=content)
    proof = unproven(one.approval, [*votes, vote], seen)
    approvals.add(connection, vote, desk.now, proof=proof)
    if row is not None:
        approved.settle(connection, desk.workspace, row, desk.now, desk.who)
    return _counted(desk, connection, one, Result.APPROVED, seen)


def reject(desk: Desk, key: str, reason: str) -> Decision:
    """Say that a post must not go out as it is; it waits, with the reason, until somebody approves it or what it was
    changed to. RefusedChange without the right, without a reason, or when it is out, on its way or given up."""
    allowed(desk.workspace, desk.who.by)
    if not reason.strip():
        raise RefusedChange(
            "a rejection says why", "--reason TEXT, so that whoever wrote it knows what to mend"
        )
    with desk.store.read() as connection:
        found = approvable.by_keys(desk, connection, [key])
    if not found:
        raise RefusedChange(f"there is no post {key!r}", "campaign plan shows the keys of what is ahead")
    one = found[0]
    with desk.store.write() as connection:
        if desk.store.shared:
            planner_turn(connection)
        row = _row(connection, one.key)
        if (closed := _closed(connection, row)) is not None:
            raise RefusedChange(f"{one.key} can't be rejected: {closed}", f"see: campaign log {one.key}")
        content = approvable.frozen_now(connection, one, row) or one.content
        digest = content.digest() if content is not None else ""
        vote = Vote(
            one.key,
            digest,
            Verdict.REJECTED,
            desk.who.by,
            desk.who.door,
            desk.now,
            " ".join(reason.split()),
            content,
        )
        approvals.add(connection, vote, desk.now)
        if row is not None:
            _stop(desk, connection, row)
        done = _counted(desk, connection, one, Result.REJECTED, digest)
    desk.store.nudge()
    return done


def _stop(desk: Desk, connection: Connection, row: Delivery) -> None:
    """Hold all parts of a post that wait to be sent, or say in their reason what they wait for now."""
    said = approved.refusal_of(connection, desk.workspace, row)
    for part in approved.parts(connection, row):
        if part.state is State.PENDING:
            outbox.hold(connection, part.key, said, desk.now, desk.who)
    approved.settle(connection, desk.workspace, row, desk.now, desk.who)


def _row(connection: Connection, key: str) -> Delivery | None:
    """The row, locked: whoever else decides about it, or claims it, waits. Of a begun thread, the first part that is
    not out."""
    outbox.lock_row(connection, key)
    row = history.delivery(connection, key)
    if row is None or row.parts == 1:
        return row
    return next((part for part in approved.parts(connection, row) if part.state is not State.SENT), row)


def _closed(connection: Connection, row: Delivery | None) -> str | None:
    """Why nobody can approve or reject a post any more."""
    if row is None:
        return None
    if row.state is State.HELD and row.attempt and not waits_for_people(row.reason):
        tried = history.attempts(connection, row.key)
        if tried and tried[-1].outcome == "handed":
            return "somebody was asked to post it by hand"
    return _CLOSED.get(row.state)


_CLOSED = {
    State.SENDING: "it is being sent right now",
    State.UNCERTAIN: "it may be published",
    State.SENT: "it is published",
    State.CANCELLED: "it was cancelled",
}


def _counted(
    desk: Desk, connection: Connection, one: Asked, result: Result, content: str, reason: str = ""
) -> Decision:
    votes = voted.of(connection, desk.workspace, one)
    row = history.delivery(connection, one.key)
    return Decision(
        one.key,
        result,
        reason,
        content,
        tuple(vote.by for vote in approvers(votes, content)),
        missing(one.approval, votes, content),
        unproven(one.approval, votes, content),
        row.state if row is not None else None,
    )
