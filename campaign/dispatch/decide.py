"""What a person decides about deliveries: cancel, move, retry, resolve, post now.

Each function writes rows, rings the loop's bell and returns the rows as they are then. What a delivery's state does not
allow is a RefusedChange with a hint; nothing is sent from here.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from campaign.core.approval import may, waits_for_people
from campaign.core.compose import Composer
from campaign.core.content import content_of
from campaign.core.lifecycle import RETRY_GRACE, Event, State
from campaign.core.model import (
    AD_HOC,
    Campaign,
    Key,
    Post,
    Slot,
    Target,
    Workspace,
    delivery_key,
    parse_key,
    utc,
)
from campaign.core.outcome import Receipt
from campaign.core.pause import is_paused
from campaign.core.standing import BARRED
from campaign.core.timetable import At, Moment, Timetable, moment_at, moments, to_wall
from campaign.dispatch import consented
from campaign.dispatch.adapters import Adapters
from campaign.dispatch.approval import approved
from campaign.dispatch.approval.voted import Votes
from campaign.dispatch.freeze import Freezer
from campaign.dispatch.pace import pace
from campaign.dispatch.regate import replace_text
from campaign.errors import CampaignError, Level, Place, RefusedChange
from campaign.networks import registry
from campaign.networks.base import Addressed
from campaign.store import history, outbox
from campaign.store.database import Store
from campaign.store.history import Delivery
from campaign.store.outbox import Who

_AHEAD = timedelta(days=366)
"""How far ahead ``post`` looks for a slot's next occurrence."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What decisions are made with: the files, the store and the adapters, at one moment, by one person."""

    store: Store
    workspace: Workspace
    composer: Composer
    adapters: Adapters
    freezer: Freezer
    now: datetime
    who: Who

    # -- finding --

    def find_key(self, text: str) -> str:
        """The delivery key that a person means: a whole key, the beginning of one, or the UUID a network was given.

        A key that has no row yet is good if the files plan it. CampaignError with the nearest keys otherwise.
        """
        with self.store.read() as connection:
            if history.delivery(connection, text) is not None:
                return text
            by_uuid = history.key_of(connection, text)
            if by_uuid is not None:
                return by_uuid
            begun = [row.key for row in history.deliveries(connection, key_prefix=text, limit=20)]
        if len(begun) == 1:
            return begun[0]
        if begun:
            raise CampaignError(
                f"{text!r} is the beginning of {len(begun)} posts", "one of: " + ", ".join(begun[:5])
            )
        if self._planned(text) is not None:
            return text
        with self.store.read() as connection:
            known = [row.key for row in history.deliveries(connection, limit=5000)]
        near = difflib.get_close_matches(text, known, 3, 0.6)
        raise CampaignError(
            f"there is no post {text!r}",
            "did you mean " + " or ".join(near) + "?"
            if near
            else "campaign plan and campaign log show the keys",
        )

    def _planned(self, text: str) -> tuple[Key, Campaign, Slot, Moment, Target] | None:
        """What the files plan under a key, if it is one of theirs."""
        try:
            key = parse_key(text)
        except ValueError:
            return None
        campaign = self.workspace.campaigns.get(key.campaign)
        slot = campaign.slot(key.slot) if campaign else None
        target = self.workspace.target(key.target)
        if campaign is None or slot is None or target is None or target not in slot.targets or key.part != 1:
            return None
        moment = moment_at(slot.timetable, key.wall)
        return (key, campaign, slot, moment, target) if moment is not None else None

    # -- cancel and move --

    def cancel(self, keys: Sequence[str], reason: str) -> list[Delivery]:
        """Cancel posts for good, all parts of a thread that have not gone out; also what is still ahead."""
        with self._writing() as connection:
            for key in keys:
                if not self._ahead(connection, key, State.CANCELLED, reason):
                    self._cancel_row(connection, key, reason)
            return self._rows(connection, keys)

    def _cancel_row(self, connection: Connection, key: str, reason: str) -> None:
        row = self._row(connection, key)
        if not outbox.cancel(connection, key, reason, self.now, self.who):
            raise _refused(row, "cancelled")
        for part in self._later_parts(connection, row):
            outbox.cancel(connection, part.key, reason, self.now, self.who)

    def move(self, key: str, to: datetime) -> Delivery:
        """Let a post go out at another time (aware); it keeps its key, and its late policy counts from there."""
        if utc(to) <= self.now:
            raise RefusedChange(
                f"{to:%Y-%m-%d %H:%M} has passed", "give a time ahead, or use: campaign post, campaign retry"
            )
        with self.store.read() as connection:
            approved_so_far = approved.to_carry(self, connection, key, self.who)
        with self._writing() as connection:
            self._ahead(connection, key, State.PENDING, "")
            row = self._row(connection, key)
            late = row.deadline - row.not_before if row.deadline is not None else None
            deadline = utc(to) + late if late is not None else None
            if row.part > 1 or not outbox.move(connection, key, utc(to), deadline, self.now, self.who):
                raise _refused(row, "moved")
            for part in self._later_parts(connection, row):
                outbox.move(connection, part.key, utc(to), deadline, self.now, self.who)
            if approved_so_far is not None:
                approved.carry(connection, key, approved_so_far, utc(to), self.now, self.who)
            approved.settle(connection, self.workspace, row, self.now, self.who)
            return self._row(connection, key)

    def _ahead(self, connection: Connection, key: str, state: State, reason: str) -> bool:
        """Make the row of a post that is still ahead, since a person has decided about it. False if it has one."""
        if history.delivery(connection, key) is not None:
            return False
        planned = self._planned(key)
        if planned is None:
            raise CampaignError(f"there is no post {key!r}", "campaign plan shows the keys of what is ahead")
        _, campaign, slot, moment, target = planned
        rows = self.freezer.rows(
            campaign.id, slot, moment, target, zone=campaign.zone, state=state, reason=reason
        )
        outbox.insert(connection, rows, self.now, self.who)
        return True

    # -- retry and resolve --

    def retry(self, key: str, *, new_text: bool = False) -> Delivery:
        """Send what failed or was missed after all; a thread from the part that did not go out.

        Without an attempt so far it is composed anew from today's files; with one, what was frozen goes out again,
        unless ``new_text``. With that, also what is held because its old text is wrong now.
        """
        with self.store.read() as connection:
            row = self._row(connection, key)
            rows = [row, *self._later_parts(connection, row)]
        barred = row.state is State.HELD and row.reason.startswith(BARRED) and row.post is not None
        if row.state not in (State.FAILED, State.MISSED) and not (barred and new_text):
            raise _refused(row, "retried")
        if row.campaign in self.workspace.broken:
            raise RefusedChange(
                f"{key} can't be retried: its file has errors, so nobody knows what it asks for",
                f"mend schedules/{row.campaign}.yaml first: campaign check",
            )
        posts = self._composed_anew(row) if new_text or row.attempt == 0 else None
        if barred and posts is None:
            raise _refused(row, "retried")  # the files no longer plan it
        if posts is not None and len(posts) != row.parts and row.post is not None:
            raise RefusedChange(
                f"{key} has {len(posts)} parts now instead of {row.parts}",
                f"post it as a new one: campaign post {row.campaign}/{row.slot} --extra",
            )
        if posts is None and (why := consented.refusal(self.workspace, row)):
            raise RefusedChange(f"{key} can't be retried: {why}", f"campaign withdraw {key} ends it")
        with self._writing() as connection:
            if barred and posts is not None:
                replace_text(connection, row, posts, self._new_deadline(row), self.now, self.who)
                return self._row(connection, key)
            for item in rows:
                outbox.again(
                    connection,
                    item.key,
                    self.now,
                    self.who,
                    deadline=self._new_deadline(item),
                    not_before=self.now,
                    # A row that was never composed is composed by the planner, with all its parts.
                    post=posts[item.part - 1] if posts is not None and row.post is not None else None,
                )
            return self._row(connection, key)

    def _new_deadline(self, row: Delivery) -> datetime | None:
        late = row.deadline - row.not_before if row.deadline is not None else None
        return self.now + max(late, RETRY_GRACE) if late is not None else None

    def _composed_anew(self, row: Delivery) -> list[Post] | None:
        planned = self._planned(delivery_key(row.campaign, row.slot, parse_key(row.key).wall, row.target))
        if planned is None:
            if row.post is None:
                raise RefusedChange(
                    f"the files no longer plan {row.key}",
                    "its text was never made, so there is nothing to send",
                )
            return None
        _, campaign, slot, moment, target = planned
        return self._compose(campaign, slot, moment, target)[0]

    def resolve(self, key: str, how: Event, *, url: str = "", reason: str = "") -> Delivery:
        """A person has looked: RESOLVE_PUBLISHED (with its address), RESOLVE_ABSENT or RESOLVE_GIVE_UP."""
        with self._writing() as connection:
            row = self._row(connection, key)
            receipt = _found_at(url, row.network) if how is Event.RESOLVE_PUBLISHED else None
            if not outbox.resolve(connection, key, how, self.now, self.who, receipt=receipt, reason=reason):
                raise _refused(row, "resolved")
            account = self.workspace.accounts.get(row.account)
            if account is not None and (account.gap or account.daily is not None):
                pace(connection, account, self.workspace.zone, self.now)  # what may have been out counted
            return self._row(connection, key)

    # -- post now --

    def post_next(
        self, campaign_id: str, slot_id: str, targets: Collection[str] | None, *, extra: bool
    ) -> list[Delivery]:
        """Bring the next occurrence of a slot forward to now, under its own key, so that it can't go out again;
        ``extra``: an additional one under a key of its own. ``targets``: names, None for all of the slot."""
        campaign = self.workspace.campaigns.get(campaign_id)
        if campaign is None:
            raise CampaignError(
                f"there is no campaign {campaign_id!r}", _near(campaign_id, self.workspace.campaigns)
            )
        slot = campaign.slot(slot_id)
        if slot is None:
            raise CampaignError(
                f"campaign {campaign_id!r} has no post {slot_id!r}",
                _near(slot_id, [s.id for s in campaign.slots]),
            )
        chosen = [t for t in slot.targets if targets is None or t.name in targets]
        unknown = set(targets or ()) - {t.name for t in slot.targets}
        if unknown:
            raise CampaignError(
                f"{campaign_id}/{slot_id} does not go to {', '.join(sorted(unknown))}",
                "it goes to " + ", ".join(t.name for t in slot.targets),
            )
        moment = self._moment_now(campaign, slot) if extra else self._next_moment(campaign, slot, chosen)
        return self._make([(campaign, slot, moment, target) for target in chosen])

    def _next_moment(self, campaign: Campaign, slot: Slot, targets: Sequence[Target]) -> Moment:
        horizon = self.now + _AHEAD
        with self.store.read() as connection:
            for moment in moments(slot.timetable, self.now, horizon):
                keys = [delivery_key(campaign.id, slot.id, moment.wall, target.name) for target in targets]
                if not history.existing_keys(connection, keys):
                    return moment
        raise RefusedChange(
            f"{campaign.id}/{slot.id} has no occurrence ahead",
            "say --extra to post it once more all the same",
        )

    def _moment_now(self, campaign: Campaign, slot: Slot) -> Moment:
        """A moment of its own, now to the second; a slot with rows takes the row of its next occurrence."""
        wall = to_wall(self.now, campaign.zone).replace(microsecond=0)
        index = None
        if slot.rows is not None:
            horizon = self.now + _AHEAD
            index = next((moment.index for moment in moments(slot.timetable, self.now, horizon)), 0)
        return Moment(self.now, wall, index)

    def post_text(self, text: str, targets: Sequence[str]) -> list[Delivery]:
        """Say something now that stands in no campaign."""
        chosen = [self._target(name) for name in targets]
        wall = to_wall(self.now, self.workspace.zone).replace(microsecond=0)
        place = Place("the given text")
        timetable = Timetable(At((wall,)), self.workspace.zone)
        slot = Slot("text", timetable, tuple(chosen), place, text={"": text}, explicit=True)
        campaign = Campaign(AD_HOC, {}, self.workspace.zone, (slot,), place, "")
        return self._make([(campaign, slot, Moment(self.now, wall), target) for target in chosen])

    def send_trial(self, campaign: Campaign, slot: Slot, moment: Moment, target_name: str) -> list[Delivery]:
        """Send a preview of an occurrence to a ``test: true`` account, under a key of its own."""
        target = self._target(target_name)
        if not target.account.test:
            raise RefusedChange(
                f"{target_name} is not a test account",
                "a preview goes only to an account with `test: true` in config.yaml",
            )
        wall = to_wall(self.now, campaign.zone).replace(microsecond=0)
        return self._make([(campaign, slot, Moment(self.now, wall, moment.index), target)])

    def _make(self, wanted: Sequence[tuple[Campaign, Slot, Moment, Target]]) -> list[Delivery]:
        composed = [(*one, *self._compose(*one)) for one in wanted]
        with self._writing() as connection:
            rows = []
            for campaign, slot, moment, target, posts, row_id in composed:
                reason = self._unapproved(connection, campaign, slot, moment, target, posts)
                made = self.freezer.rows(
                    campaign.id,
                    slot,
                    moment,
                    target,
                    posts,
                    zone=campaign.zone,
                    row_id=row_id,
                    state=State.HELD if reason else State.PENDING,
                    reason=reason,
                )
                late = max(slot.if_late, RETRY_GRACE) if slot.if_late is not None else None
                deadline = self.now + late if late is not None else None
                # What a person sends now asks no quiet hours.
                rows += [replace(row, not_before=self.now, deadline=deadline) for row in made]
            added = outbox.insert(connection, rows, self.now, self.who)
            if len(added) != len(rows):
                raise RefusedChange("that was posted this very second already", "campaign log shows it")
            return self._rows(connection, [row.key for row in rows if row.part == 1])

    def _unapproved(
        self,
        connection: Connection,
        campaign: Campaign,
        slot: Slot,
        moment: Moment,
        target: Target,
        posts: Sequence[Post],
    ) -> str:
        """Why a post that a person sends now waits for approval, or "". To bring one forward is to move it."""
        key = delivery_key(campaign.id, slot.id, moment.wall, target.name)
        known = slot if campaign.id != AD_HOC else None
        votes = Votes(connection)
        if moment.due != self.now and approved.asks(votes, campaign, known, target, key):
            brought = content_of(posts, target, moment.due)
            earlier = approved.refusal(votes, campaign, known, target, key, posts, moment.due)
            outbox.brought(connection, key, moment.due, self.now, self.who)
            if not earlier and may(self.workspace, self.who.by):
                approved.carry(connection, key, brought, self.now, self.now, self.who)
                votes = Votes(connection)
        return approved.refusal(votes, campaign, known, target, key, posts, self.now)

    def _compose(
        self, campaign: Campaign, slot: Slot, moment: Moment, target: Target
    ) -> tuple[list[Post], str | None]:
        composition = self.composer.compose(campaign, slot, moment, target, self.now)
        if not composition.posts:
            errors = [problem for problem in composition.problems if problem.level is Level.ERROR]
            raise RefusedChange(
                "; ".join(str(problem) for problem in errors), errors[0].hint if errors else ""
            )
        adapter = self.adapters.get(target.account)
        return [self.freezer.freeze(post, adapter) for post in composition.posts], composition.row_id

    # -- small things --

    def _target(self, name: str) -> Target:
        target = self.workspace.target(name)
        if target is None:
            raise CampaignError(f"there is no account {name!r}", _near(name, self.workspace.accounts))
        return target

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with self.store.write() as connection:
            yield connection
        self.store.nudge()

    def _row(self, connection: Connection, key: str) -> Delivery:
        row = history.delivery(connection, key)
        if row is None:
            raise CampaignError(f"there is no post {key!r} yet", "campaign log shows what there is")
        return row

    def _rows(self, connection: Connection, keys: Sequence[str]) -> list[Delivery]:
        return [self._row(connection, key) for key in keys]

    def _later_parts(self, connection: Connection, row: Delivery) -> list[Delivery]:
        parts = [
            history.delivery(connection, str(replace(parse_key(row.key), part=number)))
            for number in range(row.part + 1, row.parts + 1)
        ]
        return [part for part in parts if part is not None]


_WHY = {
    State.SENT: ("it is published", "campaign log KEY shows where"),
    State.SENDING: ("it is being sent right now", "look again in a moment: campaign log KEY"),
    State.UNCERTAIN: ("it may be published", "look, then say what you saw: campaign resolve KEY"),
    State.PENDING: ("it is waiting to be sent", "campaign move KEY, campaign cancel KEY"),
    State.HELD: (
        "it waits for a person",
        "campaign resolve KEY --published URL, campaign resolve KEY --give-up, or campaign cancel KEY",
    ),
    State.FAILED: ("it was not published", "campaign retry KEY sends it after all"),
    State.MISSED: ("it was too late and not sent", "campaign retry KEY sends it after all"),
    State.CANCELLED: ("it was cancelled", "to post it after all: campaign post CAMPAIGN/SLOT --extra"),
}


def _found_at(url: str, network: str) -> Receipt:
    """The receipt of a post that a person found: with the network's own id, where the address holds it."""
    if not url.startswith(("https://", "http://")):
        raise RefusedChange(
            f"{url!r} is no address of a post", "give the whole link: --published https://..."
        )
    try:
        kind = registry.network(network)
    except CampaignError:  # its package is gone; what a person saw counts all the same
        return Receipt(id=url, url=url)
    if not issubclass(kind, Addressed):
        return Receipt(id=url, url=url)
    found = kind.id_in(url)
    if found is None:
        raise RefusedChange(
            f"{url} is no address of a post on {network}", "open the post itself there, and copy its link"
        )
    return Receipt(id=found, url=url)


def _refused(row: Delivery, what: str) -> RefusedChange:
    why, hint = _WHY[row.state]
    if row.state is State.HELD and is_paused(row.reason):
        hint = "campaign resume decides about it; or campaign cancel KEY"
    if row.state is State.HELD and row.reason.startswith(BARRED):
        hint = "mend what its reason names, and it goes out by itself; or campaign cancel KEY"
        hint += ", campaign retry KEY --new-text" if row.post is not None else ""
    elif row.state is State.HELD and waits_for_people(row.reason):
        hint = "campaign approve KEY lets it go, campaign cancel KEY takes it out"
    return RefusedChange(f"{row.key} can't be {what}: {why}", hint.replace("KEY", row.key))


def _near(word: str, known: Collection[str]) -> str:
    near = difflib.get_close_matches(word, list(known), 1, 0.5)
    if near:
        return f"did you mean {near[0]}?"
    return "there are: " + ", ".join(sorted(known)) if known else ""
