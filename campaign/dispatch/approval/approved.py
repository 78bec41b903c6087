"""Whether enough people have approved what is about to go out, held against the content that they saw.

Asked when a row is made, whenever the files change, and again just before each claim; what waits for people is let go
as soon as nothing speaks against it any more.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from campaign.core.approval import Verdict, Vote, approvers, may, needed, unproven, waits_for_people, why_not
from campaign.core.content import Content, content_of
from campaign.core.lifecycle import RETRY_GRACE, State
from campaign.core.model import AD_HOC, Approval, Campaign, Post, Slot, Target, Workspace
from campaign.core.quiet import speaks_until
from campaign.dispatch.approval import approvable
from campaign.dispatch.approval.approvable import Around
from campaign.dispatch.approval.voted import Votes
from campaign.store import approvals, history, outbox
from campaign.store.history import Delivery
from campaign.store.log import LOOP, Who


def refusal(
    votes: Votes,
    campaign: Campaign | None,
    slot: Slot | None,
    target: Target,
    key: str,
    posts: Sequence[Post],
    due: datetime,
) -> str:
    """Why a post (all its parts, frozen; ``key``: of the first) may not go out, or "". ``slot`` None: it stands in no
    campaign."""
    return _why(needed(slot, target), votes.on(campaign, slot, key), target, posts, due)


def asks(votes: Votes, campaign: Campaign | None, slot: Slot | None, target: Target, key: str) -> bool:
    """Whether a post needs approval, or has been rejected."""
    return needed(slot, target) is not Approval.NONE or bool(votes.on(campaign, slot, key))


def gate(votes: Votes, workspace: Workspace, row: Delivery, now: datetime) -> str:
    """The same of a row that is about to be claimed; notes under which approval it is let out."""
    target, key = workspace.target(row.target), approvals.root(row.key)
    if target is None or row.post is None:
        return ""  # nothing of that account is sent
    connection = votes.connection
    level, said = _asked(votes, workspace, row, target)
    if level is Approval.NONE and not said:
        return ""
    posts, due = approvals.thread(connection, row) or [row.post], due_of(connection, row)
    reason = _why(level, said, target, posts, due)
    content = content_of(posts, target, due).digest()
    if not reason and (by := [vote.by for vote in approvers(said, content)]):
        approvals.clear(connection, key, content, by, unproven(level, said, content), now)
    return reason


def due_of(connection: Connection, row: Delivery) -> datetime:
    """When a post is to go out, as far as approvals go: by the files when its row was made, or by whoever moved it.
    Quiet hours, gaps and retries are nobody's change."""
    key = approvals.root(row.key)
    return approvals.moved_to(connection, [key]).get(key, row.due)


def refusal_of(connection: Connection, workspace: Workspace, row: Delivery) -> str:
    """Why the post of a row may not go out as it is frozen, or ""."""
    target = workspace.target(row.target)
    if target is None or row.post is None:
        return ""
    level, votes = _asked(Votes(connection), workspace, row, target)
    posts = approvals.thread(connection, row) or [row.post]
    return _why(level, votes, target, posts, due_of(connection, row))


def settle(
    connection: Connection, workspace: Workspace, row: Delivery, now: datetime, who: Who = LOOP
) -> bool:
    """Look again at a post (``row``: its first part) that waits for people: let all its parts go if nothing is missing
    any more, else say what is. Whether it was let go."""
    if row.state not in (State.HELD, State.PENDING) or row.post is None:
        return False
    if workspace.target(row.target) is None or (_slot(workspace, row)[1] is None and row.campaign != AD_HOC):
        return False  # the files do not say just now what it needs
    reason = refusal_of(connection, workspace, row)
    let_go = False
    for part in parts(connection, row):
        if part.state is State.HELD and waits_for_people(part.reason):
            if not reason:
                let_go |= outbox.release(connection, part.key, until(workspace, part, now), now, who)
            elif part.reason != reason:
                outbox.hold_on(connection, part.key, reason, now)
    return let_go


def to_carry(around: Around, connection: Connection, key: str, who: Who) -> Content | None:
    """The content of a post that enough people have approved, if whoever moves it may approve as well; None else."""
    found = approvable.by_keys(around, connection, [key])
    if (
        not found
        or found[0].approval is Approval.NONE
        or found[0].missing
        or not may(around.workspace, who.by)
    ):
        return None
    return found[0].content


def carry(connection: Connection, key: str, content: Content, to: datetime, now: datetime, who: Who) -> None:
    """Whoever moves an approved post, and may approve, approves it at its new time (aware) by that."""
    moved = content.moved(to)
    approvals.add(
        connection,
        Vote(key, moved.digest(), Verdict.APPROVED, who.by, who.door, now, shown=moved),
        now,
    )


def parts(connection: Connection, row: Delivery) -> list[Delivery]:
    """The rows of all parts of a post, in order."""
    first = approvals.root(row.key)
    keys = [first, *(f"{first}#{part}" for part in range(2, row.parts + 1))]
    found = history.by_keys(connection, keys)
    return [found[key] for key in keys if key in found]


def until(workspace: Workspace, row: Delivery, now: datetime) -> datetime | None:
    """Until when a post may go out that a person lets go now: no shorter than before, and at least an hour, but never
    into a day on which it says nothing."""
    if row.deadline is None:
        return None
    late = max(row.deadline - row.not_before, RETRY_GRACE)
    last = max(row.deadline, now + late)
    campaign, slot = _slot(workspace, row)
    target = workspace.target(row.target)
    if campaign is None or slot is None or target is None:
        return last
    quiet, _ = speaks_until(workspace, campaign, slot, target, row.not_before, last)
    return quiet


def _why(level: Approval, votes: Sequence[Vote], target: Target, posts: Sequence[Post], due: datetime) -> str:
    if level is Approval.NONE and not votes:
        return ""
    return why_not(level, votes, content_of(posts, target, due).digest())


def _asked(votes: Votes, workspace: Workspace, row: Delivery, target: Target) -> tuple[Approval, list[Vote]]:
    """How many people must approve a row's post, and what was said of it."""
    campaign, slot = _slot(workspace, row)
    level = needed(slot, target)
    said = votes.on(campaign, slot, approvals.root(row.key))
    if slot is None and row.campaign != AD_HOC and level is Approval.NONE and said:
        level = (
            Approval.ONE
        )  # its file can't be read just now; who approved it wanted to be asked of every change
    return level, said


def _slot(workspace: Workspace, row: Delivery) -> tuple[Campaign | None, Slot | None]:
    campaign = workspace.campaigns.get(row.campaign)
    return campaign, campaign.slot(row.slot) if campaign else None
