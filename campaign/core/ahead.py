"""What would go out: every post to come with its text, its time after quiet hours, gaps and caps, and its problems."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from campaign.core import pacing
from campaign.core.coalition import Said, twins
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
    planned = [
        plan(workspace, composer, campaign, slot, target, moment)
        for campaign, slot in workspace.slots()
        for moment in moments(slot.timetable, after, until)
        for target in slot.targets
    ]
    planned.sort(key=lambda post: (post.moment.due, post.key))
    return _twins(composer, _repeats(composer, _paced(planned, workspace.zone)))


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


def _paced(planned: Sequence[Planned], zone: str) -> list[Planned]:
    """When each post goes out, given those of the same account before it. One without posts takes nobody's turn."""
    going = [index for index, post in enumerate(planned) if post.speaks]
    forecasts = pacing.forecast([_entry(planned[index]) for index in going], zone)
    result = list(planned)
    for index, forecast in zip(going, forecasts, strict=True):
        post = planned[index]
        if forecast.at is None:
            missed = _problem(post, "missed", f"would be missed: {forecast.reason}", _MORE_ROOM)
            result[index] = replace(post, missed=forecast.reason, problems=(*post.problems, missed))
        elif forecast.at != post.moment.due:
            message = f"due {_local(post, post.moment.due)}, goes out {_local(post, forecast.at)}: {forecast.reason}"
            shift = _problem(post, "shift", message, level=Level.ADVICE)
            result[index] = replace(post, goes_out=forecast.at, problems=(*post.problems, shift))
    return result


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


def _repeats(composer: Composer, planned: Sequence[Planned]) -> list[Planned]:
    """The same with a problem at each post whose text its account says already within ``repeat_after`` before it."""
    last: dict[tuple[str, tuple[str, ...]], Planned] = {}
    result = []
    for post in planned:
        if post.speaks and not post.missed:
            account = post.target.account
            said = (account.id, tuple(part.text for part in post.composition.posts))
            before = last.get(said)
            if before is not None and post.goes_out - before.goes_out < post.slot.repeat_after:
                refused = composer.rules(account).duplicates
                repeat = _problem(
                    post,
                    "repeat",
                    f"the same text as on {_local(before, before.goes_out)}"
                    + (f": {account.network} refuses it" if refused else ""),
                    "vary the text (rows: has one a time), or set repeat_after",
                    Level.ERROR if refused else Level.WARN,
                )
                post = replace(post, problems=(*post.problems, repeat))
            last[said] = post
        result.append(post)
    return result


def _twins(composer: Composer, planned: Sequence[Planned]) -> list[Planned]:
    """The same with a problem at each post that says what another login of its network says within a day before."""
    speaking = [
        index
        for index, post in enumerate(planned)
        if post.speaks and not post.missed and not post.target.account.test
    ]
    result = list(planned)
    for one, other in twins([_said(planned[index]) for index in speaking]).items():
        post, before = planned[speaking[one]], planned[speaking[other]]
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
        result[speaking[one]] = replace(result[speaking[one]], problems=(*post.problems, twin))
    return result


def _said(post: Planned) -> Said:
    texts = tuple(part.text for part in post.composition.posts)
    return Said(post.target.account.id, post.target.account.network, post.goes_out, texts)


def _local(post: Planned, instant: datetime) -> str:
    return wall_text(to_wall(instant, post.campaign.zone).replace(microsecond=0)).replace("T", " ")


def _problem(post: Planned, rule: str, message: str, hint: str = "", level: Level = Level.ERROR) -> Problem:
    return Problem(post.slot.place, message, hint, level, rule, post.key)
