"""A post as it is up for approval: what it says, whose approval it has, and what is missing."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from campaign.core.approval import Vote, approvers, missing, outdated, rejection, why_not
from campaign.core.content import Content
from campaign.core.lifecycle import State
from campaign.core.model import Approval, Post, Target
from campaign.errors import Level, Place, Problem


@dataclass(frozen=True, slots=True)
class Asked:
    """One post (``key``: of its first part), ahead or with a row in the store (``state``, ``reason``: of that; None and
    "" where there is none). ``due``: aware, as the files or whoever moved it say; ``posts``: all parts, as far as they
    could be made; ``content``: what is approved, None while errors among the ``problems`` stop the post. ``place``:
    where its file speaks of it. ``votes``: all verdicts on it so far."""

    key: str
    campaign: str
    slot: str
    target: Target
    zone: str
    due: datetime
    approval: Approval
    posts: tuple[Post, ...]
    content: Content | None
    problems: tuple[Problem, ...] = ()
    state: State | None = None
    reason: str = ""
    place: Place = field(default_factory=lambda: Place(""))
    votes: tuple[Vote, ...] = ()

    @property
    def digest(self) -> str:
        """The content hash; "" while errors stop the post."""
        return self.content.digest() if self.content is not None else ""

    @property
    def errors(self) -> tuple[Problem, ...]:
        """Why it can't be approved."""
        return tuple(problem for problem in self.problems if problem.level is Level.ERROR)

    @property
    def approved_by(self) -> tuple[str, ...]:
        """Who has approved it as it is now."""
        return tuple(vote.by for vote in approvers(self.votes, self.digest))

    @property
    def missing(self) -> int:
        """How many people must still approve it."""
        return missing(self.approval, self.votes, self.digest)

    @property
    def why_not(self) -> str:
        """Why it may not go out; "" if nothing is missing."""
        return why_not(self.approval, self.votes, self.digest)

    @property
    def rejection(self) -> Vote | None:
        """The rejection that stands."""
        return rejection(self.votes)

    @property
    def outdated(self) -> Vote | None:
        """The last approval of what it said before it was changed, if nobody approved what it says now."""
        return outdated(self.votes, self.digest)
