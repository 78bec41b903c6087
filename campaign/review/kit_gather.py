"""Gathers a partner kit: composes the wordings of a campaign's posts and says what keeps them out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from campaign.core.hotlines import VALID
from campaign.core.model import Account, Approval, Campaign, Media, Post, Slot, Spec, Target, Workspace
from campaign.core.outlook import grouped
from campaign.core.text import TextRules
from campaign.core.timetable import Moment, to_wall
from campaign.core.wordings import Wording, Wordings
from campaign.errors import CampaignError, Level, Place, Problem
from campaign.review import times
from campaign.review.kit import Block, Item, Kit
from campaign.review.kit_days import occurrences
from campaign.review.kit_knowledge import Knowledge
from campaign.review.kit_wordings import too_few
from campaign.review.log_csv import cell
from campaign.review.preview import campaign_named

_APOSTROPHE = (
    "a text begins as a formula does: in the kit's tables an apostrophe stands before it",
    "begin it with a word, so that nobody posts the apostrophe",
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which posts: those of some languages (None: all), from one day to another, both included (None: from today on,
    and each text only once, with the next date on which it is said). ``networks``: where partners are, besides the
    networks of the campaign's own accounts."""

    languages: tuple[str, ...] | None = None
    first: date | None = None
    last: date | None = None
    networks: tuple[Spec, ...] = ()


def gather(
    workspace: Workspace,
    name: str,
    today: date,
    wanted: Wanted,
    rules: Callable[[Account], TextRules],
) -> tuple[Kit | None, list[Problem]]:
    """The kit of the campaign ``name``, and what is wrong with it; no kit where one of the problems is an error.

    ``today``: in the workspace's zone. ``rules``: what any account of that network may post, since partners have their
    own. CampaignError when there is no such campaign, or when nothing of it lies in the window.
    """
    campaign = campaign_named(workspace, name)
    work = _Work(workspace, campaign, today, wanted, rules)
    items = work.items()
    said = {**workspace.vars, **campaign.vars}
    contact, org = _by_language(said.get("contact")), _by_language(said.get("org"))
    languages = tuple(dict.fromkeys(item.language for item in items)) or work.languages
    problems = [*work.problems, *_nobody_to_ask(campaign, contact, languages)]
    review_by = min([today + VALID, *work.knowledge.ends()])
    kit = Kit(
        campaign=campaign,
        org=org,
        contact=contact,
        made=today,
        review_by=review_by,
        items=tuple(items),
        rules=work.limits,
        knowledge=work.knowledge,
        hashtags={language: work.tags(language) for language in languages},
    )
    if late := kit.late():
        message = f"{len(late)} of {len(items)} texts are planned after {review_by}, when this kit has to be renewed"
        hint = "build and send it anew before that day"
        problems.append(Problem(campaign.place, message, hint, Level.WARN, "kit-old"))
    problems = sorted(grouped(problems), key=lambda problem: (problem.place, problem.rule, problem.key))
    return (None if any(p.level is Level.ERROR for p in problems) else kit), problems


class _Work:
    """One kit under way."""

    def __init__(
        self,
        workspace: Workspace,
        campaign: Campaign,
        today: date,
        wanted: Wanted,
        rules: Callable[[Account], TextRules],
    ) -> None:
        self.workspace, self.campaign, self.today, self.wanted, self.rules = (
            workspace,
            campaign,
            today,
            wanted,
            rules,
        )
        self.wordings = Wordings(workspace, rules)
        self.problems: list[Problem] = []
        self.knowledge = Knowledge()
        self.limits: dict[str, TextRules] = {}
        self.languages = self._languages()

    def items(self) -> list[Item]:
        """The texts in order of their first date, the languages of one post beside each other."""
        found: dict[tuple[Any, ...], Item] = {}
        days = (self.wanted.first, self.wanted.last)
        for slot, moment in occurrences(self.workspace, self.campaign, self.today, *days):
            when = times.local(moment.due, self.campaign.zone)
            for language in self.languages:
                blocks = self._blocks(slot, moment, language)
                if blocks:
                    seen = tuple((block.networks, tuple(map(_shown, block.wordings))) for block in blocks)
                    key = (slot.id, language, seen)
                    before = found.get(key)
                    dates = (*before.dates, when) if before else (when,)
                    found[key] = Item(slot.id, language, dates, blocks)
        order = {language: rank for rank, language in enumerate(self.languages)}
        return sorted(found.values(), key=lambda item: (item.dates[0], item.slot, order[item.language]))

    def tags(self, language: str) -> tuple[str, ...]:
        """The hashtags of the campaign and its posts, each once, with their #."""
        found: dict[str, str] = {}
        for source in (self.campaign.hashtags, *(slot.tags for slot in self.campaign.slots)):
            for tag in source.get(language, source.get("", ())):
                word = tag.lstrip("#")
                found.setdefault(word.casefold(), f"#{word}")
        return tuple(found.values())

    def _targets(self, slot: Slot) -> list[Target]:
        """Where a post goes, and where partners would put it."""
        own = [target for target in slot.targets if not target.account.test]
        languages = dict.fromkeys(target.language for target in own)
        there = {(target.account.network, target.language) for target in own}
        return own + [
            Target(_partner(spec, language), language)
            for spec in self.wanted.networks
            for language in languages
            if (spec.name, language) not in there
            and (
                slot.images
                or slot.video
                or slot.card_on(spec.name)
                or not self.rules(_partner(spec, language)).needs_media
            )
        ]

    def _languages(self) -> tuple[str, ...]:
        there = {target.language for slot in self.campaign.slots for target in self._targets(slot)}
        ordered = [language for language in self.workspace.languages if language in there]
        ordered += sorted(there.difference(ordered))
        if self.wanted.languages is None:
            return tuple(ordered)
        for language in self.wanted.languages:
            if language not in there:
                message = f"campaign {self.campaign.id!r} says nothing in {language!r}"
                raise CampaignError(message, f"it speaks {', '.join(ordered) or 'to no account yet'}")
        return self.wanted.languages

    def _blocks(self, slot: Slot, moment: Moment, language: str) -> tuple[Block, ...]:
        """What to say at one occurrence in one language, by network; () where something is wrong."""
        day = to_wall(moment.due, self.campaign.zone).date()
        said: dict[str, dict[_Shown, Wording]] = {}
        wrong = False
        if slot.consents:
            # Who agreed to be shown agreed to our accounts, not to copies that nobody could take back.
            message = f"`{slot.id}` rests on a person's consent, which does not cover partners"
            hint = "leave it out of the kit: --from and --to, or a campaign of its own"
            self.problems.append(Problem(slot.consent_at, message, hint, Level.ERROR, "SG19"))
            return ()
        for target in self._targets(slot):
            if target.language != language:
                continue
            if slot.approval is not Approval.NONE:
                self._unapproved(slot)
            audience = self.workspace.speaks_to(self.campaign, target.account)
            network = target.account.network
            self.limits.setdefault(network, self.rules(target.account))
            for wording in self.wordings.of(self.campaign, slot, moment, target):
                self.problems += wording.composition.problems
                posts = wording.composition.posts
                old = list(self.knowledge.note(posts, self.workspace, audience, day, slot.place))
                self.problems += old
                if not posts or old:
                    wrong = True
                    continue
                said.setdefault(network, {}).setdefault(_shown(posts), wording)
                self.problems += [
                    Problem(slot.place, *_APOSTROPHE, Level.ADVICE, "formula")
                    for post in posts
                    if cell(post.text) != post.text
                ]
        if wrong or not said:
            return ()
        few = too_few(self.workspace, slot, moment, language, {n: list(w.values()) for n, w in said.items()})
        if few is not None:
            self.problems.append(few)
            return ()
        alike: dict[tuple[_Shown, ...], list[str]] = {}
        for network in sorted(said):
            alike.setdefault(tuple(said[network]), []).append(network)
        return tuple(
            Block(tuple(networks), tuple(wording.composition.posts for wording in said[networks[0]].values()))
            for networks in alike.values()
        )

    def _unapproved(self, slot: Slot) -> None:
        people = "two people" if slot.approval is Approval.TWO else "one person"
        message = (
            f"`{slot.id}` needs the approval of {people}, which is given for your own posts, not for kits"
        )
        problem = Problem(
            slot.place, message, "have them read the kit before it goes out", Level.WARN, "approval"
        )
        if problem not in self.problems:
            self.problems.append(problem)


def _partner(spec: Spec, language: str) -> Account:
    """An account that stands for any partner's on a network; that its pictures can be fetched is theirs to see to."""
    return Account(spec.name, spec.name, (language,), None, media=replace(spec.media, fetched=False))


_Shown = tuple[tuple[str, str, tuple[Media, ...]], ...]


def _shown(posts: Iterable[Post]) -> _Shown:
    """What a reader would see of each part: equal for posts that look the same."""
    return tuple((post.text, post.warning, post.media) for post in posts)


def _by_language(value: Any) -> dict[str, str]:
    """A word of `vars` that may be one text, or one by language."""
    if isinstance(value, Mapping):
        return {str(key): str(text).strip() for key, text in value.items() if str(text).strip()}
    said = "" if value is None else str(value).strip()
    return {"": said} if said else {}


def _nobody_to_ask(
    campaign: Campaign, contact: Mapping[str, str], languages: Sequence[str]
) -> Iterable[Problem]:
    missing = [language for language in languages if not (contact.get(language) or contact.get(""))]
    if missing:
        where = "" if not contact else f" in {', '.join(map(repr, missing))}"
        message = f"a kit says whom to ask, and `vars` has no `contact`{where}"
        hint = "add contact: an e-mail or a page of your organisation (to vars in config.yaml or in the campaign)"
        yield Problem(
            Place("config.yaml") if not contact else campaign.place, message, hint, rule="kit-contact"
        )
