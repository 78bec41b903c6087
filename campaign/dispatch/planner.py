"""From files and a time to rows: everything that fell due since a campaign was last planned, in one transaction each.

Files are the future, the store is the past: a row is made when an occurrence is due, never before. What was written
down after its own time becomes a visible ``missed`` row, and only if that is less than a day ago, so that new files
neither flood nor vanish.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from heapq import heappop, heappush

from sqlalchemy import Connection

from campaign.core.compose import Composer
from campaign.core.lifecycle import State
from campaign.core.model import (
    AD_HOC,
    Account,
    Campaign,
    Slot,
    Target,
    Workspace,
    delivery_key,
    parse_key,
)
from campaign.core.quiet import speaks_until, why_quiet
from campaign.core.standing import barred, bars
from campaign.core.timetable import Moment, first, moment_at, moments, to_wall
from campaign.dispatch import consented
from campaign.dispatch.adapters import Adapters
from campaign.dispatch.approval import approved, voted
from campaign.dispatch.approval.voted import Votes
from campaign.dispatch.freeze import Freezer
from campaign.errors import CampaignError, Level, Problem
from campaign.store import history, outbox, versions
from campaign.store.database import Store, planner_lock, planner_turn
from campaign.store.history import Delivery
from campaign.store.outbox import NewDelivery
from campaign.store.waking import SHARED_LOOK

REACH_BACK = timedelta(hours=24)
"""How far back something written after its time is still worth a ``missed`` row."""

BATCH = 500
"""Rows that are composed before they are written: what falls due at once need not fit into memory at once."""

GONE = "its planned post or its account has gone from the files"
"""Why a row is held when the files no longer know it; released when they do again."""


@dataclass(frozen=True, slots=True)
class Planned:
    """The keys made; and whether all campaigns had their turn, or another host was planning just then. ``again``: when
    to look at those again that could not be planned: the clock went back, or another host's files count."""

    keys: list[str]
    complete: bool
    again: datetime | None


@dataclass(frozen=True, slots=True)
class Past:
    """What slots of a campaign have published, as one transaction sees it: read at once."""

    connection: Connection
    campaign: str
    sent: Mapping[tuple[str, str], Sequence[Delivery]]

    @staticmethod
    def of(connection: Connection, campaign: str, ahead: Iterable[tuple[Slot, Moment]]) -> Past:
        """Of the slots that are to be planned at these moments, as far back as they may not be repeated."""
        since: dict[str, datetime] = {}
        for slot, moment in ahead:
            if slot.explicit:
                back = moment.due - slot.repeat_after
                since[slot.id] = min(back, since.get(slot.id, back))
        return Past(connection, campaign, history.sent_of_slots(connection, campaign, since))

    def against(self, slot: Slot, moment: Moment, target: Target, row_id: str | None) -> str:
        """Why a composed post must wait for a person, whoever approved it; "" if nothing stops it."""
        if row_id is not None and slot.timetable.count is not None:
            sent = history.row_ids_sent(self.connection, self.campaign, slot.id, target.name)
            if row_id in sent:
                return f"row {row_id!r} already went out here; an inserted or moved row shifts the ones behind it"
        if slot.explicit:
            since = moment.due - slot.repeat_after
            for earlier in self.sent.get((slot.id, target.name), ()):
                if earlier.due >= since and moment_at(slot.timetable, parse_key(earlier.key).wall) is None:
                    where = earlier.receipt.url if earlier.receipt else ""
                    return f"moved after it went out at {earlier.wall.replace('T', ' ')}: {where or 'no address'}"
        return ""


@dataclass(frozen=True, slots=True)
class Planner:
    """Plans one workspace. Made anew whenever the files change. ``host``: whose checkout of the files it is."""

    store: Store
    workspace: Workspace
    composer: Composer
    adapters: Adapters
    freezer: Freezer
    host: str = ""
    # Campaigns that could not be planned when they were looked at last: all of their slots are looked at again.
    _skipped: set[str] = field(default_factory=set, repr=False)
    # A heap: when a slot of a campaign is due next.
    _ahead: list[tuple[datetime, str, str]] = field(default_factory=list, repr=False)

    def plan(self, now: datetime, *, fresh: bool = False) -> Planned:
        """Make the rows of everything due up to ``now`` (aware UTC). ``fresh``: look at all campaigns, else only at the
        slots that ``planned`` told of."""
        made: list[str] = []
        complete = True
        again: datetime | None = None
        due: dict[str, set[str]] = {}
        for moment, name, slot in self._ahead:
            if moment <= now:
                due.setdefault(name, set()).add(slot)
        for campaign in self.workspace.campaigns.values():
            anew = fresh or not self._ahead or campaign.id in self._skipped
            slots = None if anew else due.get(campaign.id, ())
            if slots is not None and not slots:
                continue
            rows: list[str] | datetime = now + SHARED_LOOK  # when to look again
            with self.store.write() as connection:
                if not planner_lock(connection):
                    complete = False  # what it makes may never be committed
                elif self.counts(connection, campaign.id):
                    rows = self._plan_campaign(connection, campaign, now, slots)
            if isinstance(rows, datetime):
                self._skipped.add(campaign.id)
                again = rows if again is None else min(again, rows)
            else:
                self._skipped.discard(campaign.id)
                made += rows
        return Planned(made, complete, again)

    # -- several hosts --

    def compare(self, now: datetime) -> None:
        """Hold these files against those that count, where several hosts have a checkout each."""
        if self.store.shared:
            with self.store.write() as connection:
                planner_turn(connection)
                versions.compare(connection, self.host, self._versions(), self.workspace.broken, now)

    def _versions(self) -> dict[str, str]:
        common, campaigns = self.workspace.common, self.workspace.campaigns
        return {name: f"{campaign.digest}.{common}" for name, campaign in campaigns.items()} | {
            versions.COMMON: common
        }

    def counts(self, connection: Connection, campaign: str) -> bool:
        """Whether these files are the version of the campaign that counts. A single host's always are."""
        return not self.store.shared or campaign in self._counting(connection, [campaign])

    def _counting(self, connection: Connection, campaigns: Collection[str]) -> Collection[str]:
        """Those of the campaigns (also ones that are not in these files) of which the same holds."""
        if not self.store.shared:
            return campaigns
        mine, adopted = self._versions(), versions.adopted(connection)
        return {
            name
            for name in campaigns
            if name not in self.workspace.broken
            and mine.get(_of(name), versions.GONE) == adopted.get(_of(name), versions.GONE)
        }

    def next_due(self, now: datetime) -> datetime | None:
        """When the next occurrence of any campaign is due after ``now`` (aware UTC); None if there is none ahead."""
        if not self._ahead:
            return self.planned(now)
        return min((due for due, _, _ in self._ahead if due > now), default=None)

    def planned(self, now: datetime) -> datetime | None:
        """The same, once everything due up to ``now`` has its row: it need not be looked for again."""
        if not self._ahead:
            for campaign, slot in self.workspace.slots():
                self._expect(campaign, slot, now)
        while self._ahead and self._ahead[0][0] <= now:
            _, name, of = heappop(self._ahead)
            campaign = self.workspace.campaigns[name]
            if (again := campaign.slot(of)) is not None:
                self._expect(campaign, again, now)
        return self._ahead[0][0] if self._ahead else None

    def _expect(self, campaign: Campaign, slot: Slot, now: datetime) -> None:
        moment = first(slot.timetable, now) if slot.targets else None
        if moment is not None:
            heappush(self._ahead, (moment.due, campaign.id, slot.id))

    def catch_up(self, now: datetime) -> None:
        """Everything due up to ``now`` has its row: let the cursors say so."""
        with self.store.write() as connection:
            if planner_lock(connection):
                known = self.workspace.campaigns
                same = {
                    name
                    for name, (cursor, digest) in history.cursors(connection).items()
                    if name in known and known[name].digest == digest and cursor < now
                    if name not in self._skipped
                }
                outbox.advance_all(connection, self._counting(connection, same), now)

    # -- one campaign --

    def _plan_campaign(
        self, connection: Connection, campaign: Campaign, now: datetime, of: Collection[str] | None
    ) -> list[str] | datetime:
        """``of``: only these slots have anything due since the campaign was planned last; None: look at all. The keys
        of the rows; or from when on it can be planned."""
        cursor, _ = history.cursor(connection, campaign.id) or (None, "")
        if cursor is not None and cursor > now:
            return cursor  # the clock went back: what is due up to the cursor has its rows already
        slots = campaign.slots if of is None else [slot for slot in map(campaign.slot, sorted(of)) if slot]
        sights = history.sights(connection, campaign.id, of)
        new = {
            (slot.id, target.name)
            for slot in slots
            for target in slot.targets
            if (slot.id, target.name) not in sights
        }
        outbox.see(connection, campaign.id, sorted(new), now)
        # An edit (of the campaign, its table, an observance) may have put a moment into the past of a slot
        # that was planned already: look a day back for those.
        reach = now - REACH_BACK
        since = reach if cursor is None else min(cursor, reach) if of is None or new else cursor
        found = [
            (slot, moment, target, delivery_key(campaign.id, slot.id, moment.wall, target.name))
            for slot in slots
            for moment in moments(slot.timetable, since, now)
            for target in slot.targets
        ]
        known = history.existing_keys(connection, [key for *_, key in found])
        past = Past.of(
            connection, campaign.id, ((slot, moment) for slot, moment, _, key in found if key not in known)
        )
        votes = Votes(connection)
        made: list[str] = []
        rows: list[NewDelivery] = []
        for slot, moment, target, key in found:
            if key in known:
                continue
            sight = now if (slot.id, target.name) in new else sights[slot.id, target.name]
            late = (
                cursor is None or moment.due <= cursor or moment.due < sight or (slot.id, target.name) in new
            )
            if late and moment.due <= reach:
                continue
            if late:
                rows += self._written_late(campaign, slot, moment, target, now)
            else:
                rows += self._due(past, votes, campaign, slot, moment, target, now)
            if len(rows) >= BATCH:
                made += outbox.insert(connection, rows, now)
                rows.clear()
        made += outbox.insert(connection, rows, now)
        outbox.advance(connection, campaign.id, now, campaign.digest)
        return made

    def _written_late(
        self, campaign: Campaign, slot: Slot, moment: Moment, target: Target, now: datetime
    ) -> list[NewDelivery]:
        when = to_wall(now, campaign.zone)
        reason = f"first seen at {when:%H:%M} on {when:%d %b}, after its time"
        posts = self.composer.compose(campaign, slot, moment, target).posts[:1]
        rows = self.freezer.rows(
            campaign.id, slot, moment, target, zone=campaign.zone, state=State.MISSED, reason=reason
        )
        # The text is kept for the log; the parts of a thread that never began are not rows of their own.
        return [replace(rows[0], post=replace(posts[0], parts=1) if posts else None)]

    def _due(
        self,
        past: Past,
        votes: Votes,
        campaign: Campaign,
        slot: Slot,
        moment: Moment,
        target: Target,
        now: datetime,
    ) -> list[NewDelivery]:
        if quiet := why_quiet(self.workspace, campaign, slot, target, moment.due):
            # Without a text: whoever retries it gets it made anew, with all its parts.
            return self.freezer.rows(
                campaign.id, slot, moment, target, zone=campaign.zone, state=State.MISSED, reason=quiet
            )
        rows = self._speaking(past, votes, campaign, slot, moment, target, now)
        until, why = speaks_until(
            self.workspace, campaign, slot, target, rows[0].not_before, rows[0].deadline
        )
        return [replace(row, deadline=until, reason=row.reason or why) for row in rows] if why else rows

    def _speaking(
        self,
        past: Past,
        votes: Votes,
        campaign: Campaign,
        slot: Slot,
        moment: Moment,
        target: Target,
        now: datetime,
    ) -> list[NewDelivery]:
        composition = self.composer.compose(campaign, slot, moment, target, now)
        if not composition.posts:
            if bars(composition.problems, self.workspace):
                state, reason = State.HELD, barred(composition.problems)
            else:
                state, reason = State.FAILED, _said(composition.problems)
            return self.freezer.rows(
                campaign.id, slot, moment, target, zone=campaign.zone, state=state, reason=reason
            )
        try:
            adapter = self.adapters.get(target.account)
        except CampaignError as error:
            # The account can't work now, but may before the deadline: the post is frozen when it can be.
            return self.freezer.rows(
                campaign.id, slot, moment, target, zone=campaign.zone, reason=error.message
            )
        try:
            posts = [self.freezer.freeze(post, adapter) for post in composition.posts]
        except CampaignError as error:
            return self.freezer.rows(
                campaign.id,
                slot,
                moment,
                target,
                zone=campaign.zone,
                state=State.FAILED,
                reason=error.message,
            )
        key = delivery_key(campaign.id, slot.id, moment.wall, target.name)
        reason = past.against(slot, moment, target, composition.row_id) or approved.refusal(
            votes, campaign, slot, target, key, posts, moment.due
        )
        return self.freezer.rows(
            campaign.id,
            slot,
            moment,
            target,
            posts,
            zone=campaign.zone,
            state=State.HELD if reason else State.PENDING,
            reason=reason,
            row_id=composition.row_id,
        )

    # -- rows that are there already --

    def fill(self, now: datetime) -> list[str]:
        """Compose what a person moved ahead, or what waited for an account to work, and is due now; the keys."""
        with self.store.read() as connection:
            waiting = history.rows_to_fill(connection, now)
            if waiting:
                counting = self._counting(connection, {row.campaign for row in waiting})
                waiting = [row for row in waiting if row.campaign in counting]
        return [row.key for row in waiting if self._fill(row, now)]

    def _fill(self, row: Delivery, now: datetime) -> bool:
        found = self.where(row)
        if found is None:
            with self.store.write() as connection:
                return outbox.hold(connection, row.key, GONE, now)
        campaign, slot, moment, target = found
        composition = self.composer.compose(campaign, slot, moment, target, now)
        if bars(composition.problems, self.workspace):
            with self.store.write() as connection:
                return outbox.hold(connection, row.key, barred(composition.problems), now)
        try:
            if not composition.posts:
                raise CampaignError(_said(composition.problems))
            posts = [
                self.freezer.freeze(post, self.adapters.get(target.account)) for post in composition.posts
            ]
        except CampaignError as error:
            if not composition.posts or self._works(target.account):
                with self.store.write() as connection:
                    return outbox.refuse(connection, row.key, error.message, now)
            return False  # the account's secret is still missing: the deadline decides
        with self.store.write() as connection:
            outbox.lock_row(
                connection, row.key
            )  # an approval that comes in now is seen, or sees what is held
            past = Past.of(connection, campaign.id, [(slot, moment)])
            reason = past.against(slot, moment, target, composition.row_id) or approved.refusal(
                Votes(connection), campaign, slot, target, row.key, posts, approved.due_of(connection, row)
            )
            made = self.freezer.rows(
                campaign.id,
                slot,
                moment,
                target,
                posts,
                zone=campaign.zone,
                state=State.HELD if reason else State.PENDING,
                reason=reason,
                row_id=composition.row_id,
            )
            parts = [replace(part, not_before=row.not_before, deadline=row.deadline) for part in made]
            filled = outbox.fill(connection, row.key, parts, now)
            if filled and reason:
                outbox.hold(connection, row.key, reason, now)
            return filled

    def _works(self, account: Account) -> bool:
        try:
            self.adapters.get(account)
        except CampaignError:
            return False
        return True

    def where(self, row: Delivery) -> tuple[Campaign, Slot, Moment, Target] | None:
        """What the files say about a row now, or None when they no longer know its slot or account."""
        campaign = self.workspace.campaigns.get(row.campaign)
        slot = campaign.slot(row.slot) if campaign else None
        target = self.workspace.target(row.target)
        if campaign is None or slot is None or target is None:
            return None
        moment = moment_at(slot.timetable, parse_key(row.key).wall)
        return campaign, slot, moment or Moment(row.due, parse_key(row.key).wall), target

    def gone(self, connection: Connection, row: Delivery) -> bool:
        """Whether the files know a row no longer: its slot or account; or it has a time of its own there by now, under
        which it goes out."""
        if row.campaign in self.workspace.broken or row.campaign == AD_HOC:
            return self.workspace.target(row.target) is None
        campaign = self.workspace.campaigns.get(row.campaign)
        slot = campaign.slot(row.slot) if campaign else None
        if slot is None or self.workspace.target(row.target) is None:
            return True
        if row.attempt or row.part > 1 or moment_at(slot.timetable, parse_key(row.key).wall) is not None:
            return False
        near = moments(slot.timetable, row.due - voted.NEAR, row.due + voted.NEAR)
        if not slot.explicit and next(iter(near), None) is None:
            return False
        made = [event for event in history.events(connection, key=row.key) if event.kind == "planned"]
        return not any(event.door for event in made)  # an extra one, or a trial, never stood in the files

    def hold_unconsented(self, connection: Connection, now: datetime) -> None:
        """Hold what is no longer under its consent, and let go what is again."""
        rows = consented.waiting(connection)
        counting = self._counting(connection, {row.campaign for row in rows})
        consented.judge(connection, self.workspace, [row for row in rows if row.campaign in counting], now)

    def hold_orphaned_files(self, now: datetime) -> None:
        """Hold what waits for a slot or an account that has gone from the files, and let go what has come back.

        A campaign that is broken just now has not gone: its rows wait for the mended file with what was frozen.
        """
        with self.store.write() as connection:
            waiting: Sequence[Delivery] = history.deliveries(connection, states=[State.PENDING, State.HELD])
            counting = self._counting(connection, {row.campaign for row in waiting})
            for row in waiting:
                if row.campaign not in counting:
                    continue  # another host has newer files, and knows better
                gone = self.gone(connection, row)
                if gone and row.state is State.PENDING:
                    outbox.hold(connection, row.key, GONE, now)
                elif not gone and row.state is State.HELD and row.reason == GONE:
                    outbox.release(connection, row.key, row.deadline, now)
            self.hold_unconsented(connection, now)


def _said(problems: Sequence[Problem]) -> str:
    return "; ".join(str(problem) for problem in problems if problem.level is Level.ERROR)


def _of(campaign: str) -> str:
    """Where the version of a campaign stands: what was said by hand is of no file, but its account is."""
    return versions.COMMON if campaign == AD_HOC else campaign
