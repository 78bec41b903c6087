"""What would go out: every post to come with its text, its time after quiet hours, gaps and caps, and its problems."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from operator import itemgetter

from campaign.core import pacing
from campaign.core.coalition import WITHIN, Said, twins
from campaign.core.compose import Composer, Composition
from campaign.core.model import Campaign, Slot, Target, Workspace, delivery_key, wall_text
from campaign.core.quiet import speaks_until, why_quiet
from campaign.core.timetable import Moment, moments, to_wall
from campaign.errors import Level, Problem


@dataclass(frozen=True, slots=True)
class Planned:
    """A post to come. Instants are aware, in UTC.

    ``not_before``: when it is due, or the end of the quiet hours it falls in. ``deadline``: the last instant at
    which it may still go out (None: any). ``goes_out``: when it would, if every account worked; for a post that
    would be missed or can't be composed, ``not_before``. ``missed``: why it would be missed, or "". ``quiet``: why it
    says nothing on that day, or "". ``problems``: those of the composition and those of its time.
    """

    key: str
    campaign: Campaign
    slot: Slot
    target: Target
    moment: Moment
    not_before: datetime
    deadline: datetime | None
    composition: Composition
    goes_out: datetime
    missed: str = ""
    problems: tuple[Problem, ...] = field(default=())
    quiet: str = ""

    @property
    def speaks(self) -> bool:
        """Whether it would be sent: it could be made, and its day asks for no silence."""
        return bool(self.composition.posts) and not self.quiet


def outlook(workspace: Workspace, composer: Composer, after: datetime, until: datetime) -> list[Planned]:
    """The posts with after < due <= until (aware instants), in order of (due, key). Raises nothing for what files say.

    It looks at the files only: what was published, cancelled or moved so far is in the store.
    """
    return list(upcoming(workspace, composer, after, until))


def upcoming(workspace: Workspace, composer: Composer, after: datetime, until: datetime) -> Iterator[Planned]:
    """The same, one after the other. No more of them are kept than are needed to judge the next: those that wait for
    their account, those of the last days, and the texts of the last ``repeat_after``, however far ``until`` is."""
    planned = (
        plan(workspace, composer, campaign, slot, target, moment)
        for campaign, slot, moment in _in_order(workspace, after, until)
        for target in sorted(slot.targets, key=_by_name)
    )
    paced = _paced(planned, workspace.zone)
    longest = max((slot.repeat_after for _, slot in workspace.slots()), default=timedelta())
    return _twins(composer, _repeats(composer, paced, longest), _shared_networks(workspace))


def _in_order(
    workspace: Workspace, after: datetime, until: datetime
) -> Iterator[tuple[Campaign, Slot, Moment]]:
    """All occurrences, in the order of their instants and keys."""

    def of(campaign: Campaign, slot: Slot) -> Iterator[tuple[datetime, str, Campaign, Slot, Moment]]:
        for moment in moments(slot.timetable, after, until):
            yield moment.due, delivery_key(campaign.id, slot.id, moment.wall, ""), campaign, slot, moment

    streams = [of(campaign, slot) for campaign, slot in workspace.slots()]
    for _, _, campaign, slot, moment in heapq.merge(*streams, key=itemgetter(0, 1)):
        yield campaign, slot, moment


def _by_name(target: Target) -> str:
    return target.name


def plan(
    workspace: Workspace, composer: Composer, campaign: Campaign, slot: Slot, target: Target, moment: Moment
) -> Planned:
    """One post by itself: without what its account publishes before it."""
    composition = composer.compose(campaign, slot, moment, target)
    not_before = pacing.quiet_end(moment.due, slot.quiet, campaign.zone)
    deadline = pacing.deadline(moment.due, not_before, slot.if_late)
    deadline, _ = speaks_until(workspace, campaign, slot, target, not_before, deadline)
    key = delivery_key(campaign.id, slot.id, moment.wall, target.name)
    problems = composition.problems
    quiet = why_quiet(workspace, campaign, slot, target, moment.due)
    if quiet:
        # Whoever wrote down this very day may not know what day it is; a weekly post meets one sooner or later.
        level = Level.WARN if slot.explicit else Level.ADVICE
        problems = (
            *problems,
            Problem(slot.place, f"will not be sent: {quiet}", _ALL_THE_SAME, level, "quiet-day", key),
        )
    return Planned(
        key=key,
        campaign=campaign,
        slot=slot,
        target=target,
        moment=moment,
        not_before=not_before,
        deadline=deadline,
        composition=composition,
        goes_out=not_before,
        problems=problems,
        quiet=quiet,
    )


_ALL_THE_SAME = (
    "to send it all the same: change its `quiet_on` or `tone`, `move` it, or campaign retry KEY on the day"
)


@dataclass(slots=True)
class _Fate:
    """A post and what becomes of it: when it goes out, and why then, once that is known."""

    post: Planned
    known: bool
    at: datetime | None
    reason: str = ""


def _paced(planned: Iterable[Planned], zone: str) -> Iterator[Planned]:
    """When each post goes out, given those of the same account before it. One without posts takes nobody's turn."""
    lines: dict[str, pacing.Line] = {}
    fates: dict[int, _Fate] = {}
    waiting: deque[_Fate] = deque()

    def play(account: str, horizon: datetime | None) -> None:
        for index, at, reason in lines[account].until(horizon):
            fate = fates.pop(index)
            fate.known, fate.at, fate.reason = True, at, reason

    for index, post in enumerate(planned):
        fate = _Fate(post, not post.speaks, post.moment.due)
        if not fate.known:
            account, entry = post.target.account, _entry(post)
            if not account.gap and account.daily is None:
                fate.at, fate.reason = pacing.at_once(entry)
                fate.known = True
            else:
                if account.id not in lines:
                    lines[account.id] = pacing.Line(zone)
                fates[index] = fate
                lines[account.id].add(index, entry)
        waiting.append(fate)
        now = post.moment.due
        while waiting:
            if not waiting[0].known:
                play(waiting[0].post.target.account.id, now)
            if not waiting[0].known:
                break
            yield _timed(waiting.popleft())
    for paced in lines:
        play(paced, None)
    yield from map(_timed, waiting)


def _timed(fate: _Fate) -> Planned:
    post = fate.post
    if fate.at is None:
        missed = _problem(post, "missed", f"would be missed: {fate.reason}", _MORE_ROOM)
        return replace(post, missed=fate.reason, problems=(*post.problems, missed))
    if fate.at == post.moment.due:
        return post
    message = f"due {_local(post, post.moment.due)}, goes out {_local(post, fate.at)}: {fate.reason}"
    shift = _problem(post, "shift", message, level=Level.ADVICE)
    return replace(post, goes_out=fate.at, problems=(*post.problems, shift))


_MORE_ROOM = "spread the posts, or change gap, daily or if_late"


def _entry(post: Planned) -> pacing.Planned:
    account = post.target.account
    return pacing.Planned(
        key=post.key,
        account=account.id,
        part=1,
        due=post.moment.due,
        not_before=post.not_before,
        deadline=post.deadline,
        gap=account.gap,
        daily=account.daily,
    )


def _repeats(composer: Composer, planned: Iterable[Planned], longest: timedelta) -> Iterator[Planned]:
    """The same with a problem at each post whose text its account says already within ``repeat_after`` before it.
    ``longest``: of all slots; what was said longer ago is forgotten."""
    last: dict[tuple[str, tuple[str, ...]], tuple[datetime, str]] = {}
    said: deque[tuple[datetime, tuple[str, tuple[str, ...]]]] = deque()
    for post in planned:
        while said and post.moment.due - said[0][0] >= longest:
            at, forgotten = said.popleft()
            if forgotten in last and last[forgotten][0] == at:
                del last[forgotten]
        if post.speaks and not post.missed:
            account = post.target.account
            text = (account.id, tuple(part.text for part in post.composition.posts))
            before = last.get(text)
            if before is not None and post.goes_out - before[0] < post.slot.repeat_after:
                refused = composer.rules(account).duplicates
                repeat = _problem(
                    post,
                    "repeat",
                    f"the same text as on {_wall(*before)}"
                    + (f": {account.network} refuses it" if refused else ""),
                    "vary the text (rows: has one a time), or set repeat_after",
                    Level.ERROR if refused else Level.WARN,
                )
                post = replace(post, problems=(*post.problems, repeat))
            last[text] = post.goes_out, post.campaign.zone
            said.append((post.goes_out, text))
        yield post


def _shared_networks(workspace: Workspace) -> frozenset[str]:
    """The networks on which several logins post."""
    logins: dict[str, set[str]] = {}
    for _, slot in workspace.slots():
        for target in slot.targets:
            if not target.account.test:
                logins.setdefault(target.account.network, set()).add(target.account.id)
    return frozenset(network for network, ids in logins.items() if len(ids) > 1)


_AT_A_TIME = 3 * WITHIN
"""How much is looked at together for twins, beside the day before it: so that a day is seldom looked at twice."""


def _twins(composer: Composer, planned: Iterable[Planned], shared: frozenset[str]) -> Iterator[Planned]:
    """The same with a problem at each post that says what another login of its network says within a day before."""
    if not shared:
        yield from planned
        return
    waiting: dict[int, Planned] = {}
    open_: list[tuple[datetime, int]] = []  # of those, which are still to be looked at, by when they go out
    day: dict[int, Planned] = {}  # what was said within the day before those
    since: datetime | None = None

    def look(horizon: datetime | None) -> None:
        """Look at what goes out before ``horizon``: nothing that is still to come does."""
        now = []
        while open_ and (horizon is None or open_[0][0] < horizon):
            now.append(heapq.heappop(open_)[1])
        together = sorted({*day, *now})
        posts = [day[number] if number in day else waiting[number] for number in together]
        for one, other in twins([_said(post) for post in posts]).items():
            if together[one] not in day:
                waiting[together[one]] = _twin(composer, posts[one], posts[other])
        day.clear()
        if horizon is not None:
            pairs = zip(together, posts, strict=True)
            day.update((n, post) for n, post in pairs if horizon - post.goes_out < WITHIN)

    for number, post in enumerate(planned):
        due = post.moment.due
        if since is None or due - since >= _AT_A_TIME:
            look(due)
            since = due
            left = {index for _, index in open_}
            while waiting and (first := next(iter(waiting))) not in left:
                yield waiting.pop(first)
        waiting[number] = post
        account = post.target.account
        if post.speaks and not post.missed and not account.test and account.network in shared:
            heapq.heappush(open_, (post.goes_out, number))
    look(None)
    yield from waiting.values()


def _twin(composer: Composer, post: Planned, before: Planned) -> Planned:
    """A post that says what another login says, with its problem."""
    account = post.target.account
    refused = composer.rules(account).twins
    same = "the same" if _said(post).texts == _said(before).texts else "nearly the same"
    where = "" if post.slot is before.slot else f" in {before.campaign.id}/{before.slot.id}"
    twin = _problem(
        post,
        "twins",
        f"{post.target.name} says {same} as {before.target.name}{where} within a day"
        + (f": against the rules of {account.network}" if refused else ""),
        "give each account words of its own: a planned post each with its own rows, or"
        " {% if account.id == … %} in the template",
        Level.ERROR if refused else Level.WARN,
    )
    return replace(post, problems=(*post.problems, twin))


def _said(post: Planned) -> Said:
    texts = tuple(part.text for part in post.composition.posts)
    return Said(post.target.account.id, post.target.account.network, post.goes_out, texts)


def _local(post: Planned, instant: datetime) -> str:
    return _wall(instant, post.campaign.zone)


def _wall(instant: datetime, zone: str) -> str:
    return wall_text(to_wall(instant, zone).replace(microsecond=0)).replace("T", " ")


def _problem(post: Planned, rule: str, message: str, hint: str = "", level: Level = Level.ERROR) -> Problem:
    return Problem(post.slot.place, message, hint, level, rule, post.key)
