"""Who has approved what, and whether that is enough: pure rules over the votes that people gave about a post.

A vote counts for the content that its person saw. What was said before somebody rejected the post counts no more: it
was said without the objection.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from campaign.core.content import Content
from campaign.core.model import Approval, Slot, Target, Workspace
from campaign.errors import Level, Problem

RIGHT = "approve"
"""What somebody of ``people`` must have in ``can`` to approve or reject."""

NEEDS = "needs approval: "
"""How the reason of a row begins that waits for somebody to approve it; by it the row is known, and let go then."""

REJECTED = "rejected by "
"""The same of a row that somebody rejected."""

NOT_PROVEN = "not proven"
"""What the log says of a second approval of which nothing shows that another person gave it."""

FILE = "file"
"""How the door begins of an approval that came in a file."""

_CLI = re.compile(r"cli (?P<user>.+)@[^@]*")
_WEB = re.compile(r"web token (?P<name>.+)")


class Verdict(StrEnum):
    """What a person said about a post."""

    APPROVED = "approved"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Vote:
    """One verdict on a post (``key``: of its first part). ``content``: the hash of what the person saw ("": it was
    removed); ``shown``: that itself, if it is still kept. ``at``: aware; ``door``: cli user@host, web token NAME, or
    file NAME; ``reason``: why it was rejected."""

    key: str
    content: str
    verdict: Verdict
    by: str
    door: str
    at: datetime
    reason: str = ""
    shown: Content | None = None


def needed(slot: Slot | None, target: Target) -> Approval:
    """How many people must approve a post of this slot (None: it stands in no campaign) on this target. What shows a
    planned post on a test account of which it does not speak is a look at it, and needs none."""
    account = target.account
    if slot is None:
        return account.approval
    if account.test and target not in slot.targets:
        return Approval.NONE
    order = list(Approval)
    return max(slot.approval, account.approval, key=order.index)


def people_for(approval: Approval) -> int:
    """How many people that takes."""
    return list(Approval).index(approval)


def may(workspace: Workspace, handle: str) -> bool:
    """Whether somebody may approve and reject: with the right, or anybody where nobody is named in ``people``."""
    person = workspace.people.get(handle)
    return not workspace.people or (person is not None and RIGHT in person.can)


def understaffed(workspace: Workspace) -> Iterator[Problem]:
    """Where a post needs the approval of more people than have the right to give it."""
    able = [handle for handle in workspace.people if may(workspace, handle)]
    if not workspace.people:
        return
    for _, slot in workspace.slots():
        most = max((people_for(needed(slot, target)) for target in slot.targets), default=0)
        if most > len(able):
            who = f"only {', '.join(able)} may give it" if able else "nobody may give it"
            yield Problem(
                slot.place,
                f"it needs the approval of {'two people' if most > 1 else 'one person'}, and {who}",
                f"add {RIGHT} to `can` of somebody else of `people` in config.yaml",
                Level.WARN,
                "approval",
            )


def in_force(votes: Sequence[Vote]) -> list[Vote]:
    """The votes that still count, in the order in which they came: the approvals after the last rejection; or that
    rejection alone, if nobody approved anything since. What a file brings from before a rejection changes nothing."""
    last = max((n for n, vote in enumerate(votes) if vote.verdict is Verdict.REJECTED), default=None)
    if last is None:
        return list(votes)
    since = [vote for vote in votes[last + 1 :] if vote.at >= votes[last].at]
    return since or [votes[last]]


def rejection(votes: Sequence[Vote]) -> Vote | None:
    """The rejection that stands, if one does."""
    left = in_force(votes)
    return left[0] if left and left[0].verdict is Verdict.REJECTED else None


def approvers(votes: Sequence[Vote], content: str) -> list[Vote]:
    """The first approval of each person of this content (hash; "": none), in order: one person counts once."""
    first: dict[str, Vote] = {}
    for vote in in_force(votes) if content else ():
        if vote.verdict is Verdict.APPROVED and vote.content == content:
            first.setdefault(vote.by, vote)
    return list(first.values())


def missing(approval: Approval, votes: Sequence[Vote], content: str) -> int:
    """How many people must still approve this content before it may go out; what is rejected lacks at least one."""
    lacks = people_for(approval) - len(approvers(votes, content))
    return max(lacks, 1 if rejection(votes) is not None else 0)


def outdated(votes: Sequence[Vote], content: str) -> Vote | None:
    """The last approval in force that was of another content, if nobody has approved this one."""
    if approvers(votes, content):
        return None
    old = [vote for vote in in_force(votes) if vote.verdict is Verdict.APPROVED]
    return old[-1] if old else None


def why_not(approval: Approval, votes: Sequence[Vote], content: str) -> str:
    """Why a post may not go out, as its row says it; "" if enough people approved this content, or nobody has to."""
    if (no := rejection(votes)) is not None:
        return f"{REJECTED}{no.by}" + (f": {no.reason}" if no.reason else "")
    lacks = missing(approval, votes, content)
    if not lacks:
        return ""
    asked = f"(approval: {approval.value})"
    if given := approvers(votes, content):
        return f"{NEEDS}{given[0].by} has approved it, one more person has to {asked}"
    if (old := outdated(votes, content)) is not None:
        return f"{NEEDS}it was changed after {old.by} approved it {asked}"
    return f"{NEEDS}nobody has approved it yet {asked}"


def waits_for_people(reason: str) -> bool:
    """Whether the reason of a held row is one of those: it is let go when nothing speaks against it any more."""
    return reason.startswith((NEEDS, REJECTED))


def proven(doors: Iterable[str]) -> bool:
    """Whether two of these doors show that two people approved: two system users, or two web tokens. The same user on
    another host is the same person, and what a file says of its door shows nothing."""
    users, tokens = set(), set()
    for door in doors:
        if found := _CLI.fullmatch(door):
            users.add(found["user"])
        elif found := _WEB.fullmatch(door):
            tokens.add(found["name"])
    return len(users) > 1 or len(tokens) > 1


def unproven(approval: Approval, votes: Sequence[Vote], content: str) -> str:
    """What the log says of the proof of approvals that are enough: ``NOT_PROVEN``, or "" (nothing is to be said)."""
    if approval is not Approval.TWO or missing(approval, votes, content):
        return ""
    return "" if proven(vote.door for vote in approvers(votes, content)) else NOT_PROVEN
