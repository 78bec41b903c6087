"""The last gate: what is about to be claimed is judged again by today's files, and what it held is let go.

Only rows that are next in turn are judged, so that a backlog of thousands costs nothing. What is judged: claims, so
also what was retried, resolved or said by hand. What is not: a repeat of an attempt of which nothing is known. That one
is most likely out, and only its receipt tells where, so that it can be deleted and corrected; without the repeat a
person would have to search for it.

A pause lets a begun thread finish, because it is about the hour. Here it is about what is said: the next part of a
begun thread is held as well, and its reason says that the part before is out. A dead number does more harm than a
thread without its end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from campaign.core.approval import waits_for_people
from campaign.core.lifecycle import State
from campaign.core.model import AD_HOC, Post, Target, parse_key
from campaign.core.standing import BARRED, barred, bars, standing
from campaign.core.timetable import to_wall
from campaign.dispatch import consented
from campaign.dispatch.approval import approved
from campaign.dispatch.approval.voted import Votes
from campaign.dispatch.planner import GONE, Past, Planner
from campaign.errors import CampaignError, Problem
from campaign.store import approvals, history, outbox
from campaign.store.history import Delivery
from campaign.store.log import LOOP, Who


@dataclass(frozen=True, slots=True)
class Gate:
    """Judges rows by the files of a planner, at one moment (aware UTC)."""

    planner: Planner
    now: datetime

    def judge(self, connection: Connection, rows: Sequence[Delivery]) -> list[str | None]:
        """Why rows that are next in turn must not go out ("": nothing); None: leave it to a host with newer files."""
        votes = Votes(connection)
        return [self._judge(connection, row, votes) for row in rows]

    def _judge(self, connection: Connection, row: Delivery, votes: Votes) -> str | None:
        against = (
            GONE if self.planner.gone(connection, row) else consented.against(self.planner.workspace, row)
        )
        if against:  # what a person or a mended file let go was held for something else when these were asked
            return against if self.planner.counts(connection, row.campaign) else None
        # A thread begins only if all of it may go out.
        problems = self._against(row, history.from_here(connection, row))
        against = (
            _reason(row, problems)
            if problems
            else approved.gate(votes, self.planner.workspace, row, self.now)
        )
        if against and not self.planner.counts(connection, row.campaign):
            return None
        return against

    def reopen(self) -> None:
        """The files are new: let go what they held and hold no more. A text that is wrong now and of which nothing was
        tried is composed anew, as it would be if it had not been frozen yet."""
        with self.planner.store.write() as connection:
            for row in history.deliveries(connection, states=[State.HELD]):
                barred, waits = row.reason.startswith(BARRED), waits_for_people(row.reason)
                if (barred or waits) and self.planner.counts(connection, row.campaign):
                    self._reopen(connection, row) if barred else self._ask_again(connection, row)

    def _reopen(self, connection: Connection, row: Delivery) -> None:
        found = self.planner.where(row)
        if found is None and row.campaign != AD_HOC and row.campaign not in self.planner.workspace.broken:
            return  # its planned post has gone from the files: it goes on waiting
        problems: Sequence[Problem] = ()
        if row.post is not None:
            problems = self._against(row, history.from_here(connection, row))
            if not problems:
                outbox.release(connection, row.key, row.deadline, self.now)
                return
        if found is None or row.attempt or row.part > 1:
            self._waits_on(connection, row, problems)
            return
        composition = self.planner.composer.compose(*found, self.now)
        if row.post is None:
            if bars(composition.problems, self.planner.workspace):
                self._waits_on(connection, row, composition.problems)
            else:  # the planner makes its post, or says why it can't be made
                outbox.release(connection, row.key, row.deadline, self.now)
            return
        campaign, slot, moment, target = found
        # Where an approval was given for the frozen text, the new one needs one of its own: asked before it is claimed.
        past = Past.of(connection, campaign.id, [(slot, moment)])
        if len(composition.posts) == row.parts and not past.against(slot, moment, target, composition.row_id):
            frozen = self._frozen(composition.posts, target)
            if frozen is not None:
                replace_text(connection, row, frozen, row.deadline, self.now)
                return
        self._waits_on(connection, row, problems)

    def _ask_again(self, connection: Connection, row: Delivery) -> None:
        """What waits for approval says what its files say now, as long as nothing of it was tried; and asks for what
        they ask for."""
        parts = approved.parts(connection, row)
        if row.part > 1 and parts[row.part - 2].state is not State.SENT:
            return  # goes with its first part
        found = self.planner.where(row)
        posts = approvals.thread(connection, row)
        if found is not None and posts and not any(part.attempt for part in parts):
            composition = self.planner.composer.compose(*found, self.now)
            frozen = (
                self._frozen(composition.posts, found[3]) if len(composition.posts) == len(posts) else None
            )
            for part, (old, new) in enumerate(zip(posts, frozen or posts, strict=True), 1):
                if old.digest() != new.digest():
                    key = str(replace(parse_key(row.key), part=part))
                    outbox.refreeze(connection, key, new, self.now)
        if found is not None or row.campaign == AD_HOC:
            fresh = history.delivery(connection, row.key) or row
            approved.settle(connection, self.planner.workspace, fresh, self.now)

    def _frozen(self, posts: Sequence[Post], target: Target) -> list[Post] | None:
        """The same, frozen; None while its account does not work or a picture can't be read: then it waits on."""
        try:
            adapter = self.planner.adapters.get(target.account)
            return [self.planner.freezer.freeze(post, adapter) for post in posts]
        except CampaignError:
            return None

    def _waits_on(self, connection: Connection, row: Delivery, problems: Sequence[Problem]) -> None:
        reason = _reason(row, problems)
        if problems and reason != row.reason:
            outbox.hold_on(connection, row.key, reason, self.now)

    def _against(self, row: Delivery, posts: Sequence[Post]) -> list[Problem]:
        workspace = self.planner.workspace
        campaign, target = workspace.campaigns.get(row.campaign), workspace.target(row.target)
        audience = workspace.speaks_to(campaign, target.account if target else None)
        day = to_wall(self.now, campaign.zone if campaign else workspace.zone).date()
        return standing(workspace, posts, audience, day, campaign)


def replace_text(
    connection: Connection,
    row: Delivery,
    posts: Sequence[Post],
    deadline: datetime | None,
    now: datetime,
    who: Who = LOOP,
) -> bool:
    """held -> pending with another post, and the parts behind it with theirs. ``posts``: all parts, frozen. False: it
    is no longer held."""
    if not outbox.release(connection, row.key, deadline, now, who, post=posts[row.part - 1]):
        return False
    for part in range(row.part + 1, row.parts + 1):
        key = str(replace(parse_key(row.key), part=part))
        outbox.refreeze(connection, key, posts[part - 1], now, who)
    return True


def _reason(row: Delivery, problems: Sequence[Problem]) -> str:
    begun = f" (part {row.part - 1} is out)" if row.part > 1 else ""
    return barred(problems) + begun
