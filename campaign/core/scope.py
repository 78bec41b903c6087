"""What a template sees: names (campaign, row, vars, account…) and functions (fact, hotline, link, hashtags)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from campaign.core.budget import Fault, View
from campaign.core.echo import Echo
from campaign.core.helpline import RULE as HOTLINE
from campaign.core.helpline import Asked, say
from campaign.core.helplinks import is_help, ways_to_help
from campaign.core.links import tracked
from campaign.core.model import (
    Campaign,
    Link,
    Slot,
    Target,
    Workspace,
    fact_cited,
    hotline_cited,
    language_of,
    text_for,
)
from campaign.core.render import plain
from campaign.core.sandbox import Function
from campaign.core.suggest import did_you_mean
from campaign.core.timetable import Moment, to_wall

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(slots=True)
class Scope:
    """The names for one post, judged on ``today`` if that is given. ``facts``, ``hotlines``: ids that
    its templates printed so far; ``cited``: what each of them said (as ``Post.cited``); ``explain``: who won in vars.
    """

    workspace: Workspace
    campaign: Campaign
    slot: Slot
    moment: Moment
    target: Target
    row: Mapping[str, str] | None
    today: date | None = None
    facts: list[str] = field(default_factory=list)
    hotlines: list[str] = field(default_factory=list)
    cited: dict[str, tuple[str, ...]] = field(default_factory=dict)
    explain: list[str] = field(default_factory=list)
    helped: list[str] = field(default_factory=list)
    """What `hotline()` printed so far."""
    alike: bool = True
    """Whether all that was printed so far would be the same on another network."""
    _names: dict[str, Any] | None = field(default=None, init=False)
    _explained: bool = field(default=False, init=False)

    def names(self) -> dict[str, Any]:
        """What a template can name. Values are plain; nothing of Python can be reached through them."""
        if self._names is None:
            self._names = self._made()
        return self._names

    def echo(self, parts: tuple[str, ...], explained: int) -> Echo:
        """What the templates said so far; ``explained``: how many lines of ``explain`` stood there before."""
        return Echo(
            parts,
            tuple(self.facts),
            tuple(self.hotlines),
            dict(self.cited),
            tuple(self.helped),
            tuple(self.explain[explained:]),
        )

    def again(self, echo: Echo) -> tuple[str, ...]:
        """Note what was noted when the same was said to another account; the parts. Nothing was said here before."""
        self.facts += echo.facts
        self.hotlines += echo.hotlines
        self.cited |= echo.cited
        self.helped += echo.helped
        self.explain += echo.explain
        self._explained = True
        return echo.parts

    def _made(self) -> dict[str, Any]:
        network, language = self.target.account.network, self.target.language
        names: dict[str, Any] = {
            "campaign": View(self._campaign()),
            "slot": View({"id": self.slot.id}),
            "vars": View(self._vars()),
            "account": View({"id": self.target.account.id, "name": self.target.name, "network": network}),
            "network": network,
            "language": language,
            "occurrence": View(self._occurrence()),
            "fact": Function(self._fact),
            "hotline": Function(self._hotline),
            "link": Function(self._link),
            "hashtags": Function(self._hashtags),
        }
        if self.row is not None:
            names["row"] = View(plain(self.row))
        return names

    @property
    def day(self) -> date:
        """The campaign's local date at which the post goes out: the planned one, or today's if it goes out now."""
        return self.today or to_wall(self.moment.due, self.campaign.zone).date()

    def _campaign(self) -> dict[str, Any]:
        campaign, title = self.campaign, text_for(self.campaign.title, self.target.language)
        days = {"starts": campaign.starts, "ends": campaign.ends, "title": title}
        return {"id": campaign.id} | {name: plain(value) for name, value in days.items() if value is not None}

    def _occurrence(self) -> dict[str, Any]:
        local = to_wall(self.moment.due, self.campaign.zone)
        numbered = {} if self.moment.index is None else {"number": self.moment.index + 1}
        return numbered | {
            "date": local.date().isoformat(),
            "time": local.time().isoformat("minutes"),
            "year": local.year,
            "month": local.month,
            "day": local.day,
            "weekday": _WEEKDAYS[local.weekday()],
        }

    def _vars(self) -> dict[str, Any]:
        """Later wins: pack, config, campaign, account, slot, row columns."""
        layers: list[tuple[str, Mapping[str, Any]]] = [
            *((f"pack {pack}", pack.vars) for pack in reversed(self.workspace.packs)),
            ("config", self.workspace.vars),
            ("campaign", self.campaign.vars),
            ("account", self.target.account.vars),
            ("slot", self.slot.vars),
            ("row", self.row or {}),
        ]
        merged: dict[str, Any] = {}
        for layer, values in layers:
            if merged and not self._explained:
                self.explain += [f"vars.{name}: from the {layer}" for name in values if name in merged]
            merged |= values
        return {name: plain(value) for name, value in merged.items()}

    def printed_facts(self) -> tuple[str, ...]:
        """What facts printed so far."""
        language = self.target.language
        texts = (text_for(self.workspace.facts[fact].text, language) for fact in self.facts)
        return tuple(str(plain(text)) for text in texts if text)

    def help_addresses(self) -> tuple[str, ...]:
        """What leads this post's readers to help: links marked ``help``, pages of help lines, and those it printed."""
        links = self._links()
        pages = (line.page for line in self.workspace.hotlines.values() if line.page)
        return (*(str(plain(link.url)) for link in links.values() if link.help), *pages, *self.helped)

    def _links(self) -> dict[str, Link]:
        """Later wins: pack, config, campaign, slot."""
        links: dict[str, Link] = {}
        for pack in reversed(self.workspace.packs):
            links |= pack.links
        return {**links, **self.workspace.links, **self.campaign.links, **self.slot.links}

    # -- functions ----------------------------------------------------------------------------------------------------

    def _fact(self, name: Any) -> str:
        fact = self.workspace.facts.get(_word(name, "fact"))
        if fact is None:
            raise Fault(f"there is no fact {name!r}{did_you_mean(name, self.workspace.facts)}", rule="fact")
        if not fact.publishable:
            raise Fault(f"fact {name!r} is not publishable", "choose one that is: posts/facts.yaml", "fact")
        if fact.review_by is not None and fact.review_by < self.day:
            raise Fault(
                f"fact {name!r} had to be reviewed by {fact.review_by}",
                "check its source, then move review_by in posts/facts.yaml",
                "fact",
            )
        text = text_for(fact.text, self.target.language)
        if not text:
            raise Fault(f"fact {name!r} has no text in {self.target.language!r}", rule="language")
        self._serves(f"fact {name!r}", fact.text)
        if fact.id not in self.facts:
            self.facts.append(fact.id)
        self._cite(fact_cited(fact.id), (text,))
        return str(plain(text))

    def _hotline(self, name: Any = None) -> str:
        wanted = None if name is None else _word(name, "hotline")
        try:
            said = say(Asked(self.workspace, self.campaign, self.slot, self.target, self.day), wanted)
        except Fault as fault:
            # Nobody has checked a number yet, and it has no page: then the organisation's own way to help stands there.
            own = self._links().get("help")
            if fault.rule != HOTLINE or wanted is not None or not self.slot.page_if_stale:
                raise
            if own is None or not own.help:
                raise
            self.explain.append(f"hotline(): the link `help`, for {fault.message}")
            return str(plain(own.url))
        if said.hotline not in self.hotlines:
            self.hotlines.append(said.hotline)
        self._cite(hotline_cited(said.hotline), said.words)
        self.helped.append(str(plain(said.text)))
        return self.helped[-1]

    def _cite(self, name: str, words: tuple[str, ...]) -> None:
        self.cited[name] = tuple(dict.fromkeys((*self.cited.get(name, ()), *map(str, words))))

    def _link(self, name: Any) -> str:
        links = self._links()
        link = links.get(_word(name, "link"))
        if link is None:
            raise Fault(
                f"there is no link {name!r}{did_you_mean(name, links)}", "links: in the campaign", "link"
            )
        # A way to get help is never tracked, whoever forgot to mark it.
        if not link.track or is_help(link, ways_to_help(self.workspace, self.campaign, self.slot)):
            return str(plain(link.url))
        content = f"{self.slot.id}-{self.target.language}"
        self.alike = False
        try:
            return tracked(str(plain(link.url)), self.target.account.network, self.campaign.id, content)
        except ValueError as error:
            raise Fault(f"link {name!r} is no address: {error}", rule="link") from None

    def _hashtags(self) -> str:
        """Those of campaign and slot together; where the campaign has none, those of the first pack with any."""
        tags: dict[str, str] = {}
        sources = [(f"the pack {pack}", pack.hashtags) for pack in self.workspace.packs]
        sources.insert(0, ("the campaign", self.campaign.hashtags))
        common = ((who, found) for who, of in sources if (found := self._tags(of)))
        who, words = next(common, ("", ()))
        if who.startswith("the pack") and (told := f"hashtags: of {who}") not in self.explain:
            self.explain.append(told)
        for tag in (*words, *self._tags(self.slot.tags)):
            word = str(plain(tag)).lstrip("#")
            tags.setdefault(word.casefold(), f"#{word}")
        return " ".join(tags.values())

    def _tags(self, tags: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
        chosen = language_of(tags, self.target.language)
        return tags[chosen] if chosen is not None else ()

    def _serves(self, what: str, texts: Mapping[str, Any]) -> None:
        """Say so where the text of another language (``pt``) serves that of the post (``pt-BR``)."""
        chosen = language_of(texts, self.target.language)
        if chosen and chosen != self.target.language:
            self.explain.append(f"{what}: in {chosen!r}, for there is none in {self.target.language!r}")


def _word(name: Any, kind: str) -> str:
    if type(name) is not str:
        raise Fault(f"a {kind} is named by a text: {kind}('...')", rule=kind)
    return name
