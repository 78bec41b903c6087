"""What the texts of a kit know that grows old: the help lines they name and the facts they print."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from campaign.core.hotlines import (
    Audience,
    Channel,
    Hotline,
    Kind,
    Status,
    confirmed,
    latest,
)
from campaign.core.model import Fact, Post, Workspace
from campaign.core.phones import canonical, phone_like
from campaign.errors import Place, Problem


@dataclass(frozen=True, slots=True)
class Line:
    """A help line that a text names: the number as the text writes it, when somebody checked it, until when that
    counts. Who it was stays in the organisation."""

    hotline: Hotline
    number: str
    checked: date
    until: date


@dataclass(slots=True)
class Knowledge:
    """The help lines and facts of all texts, each once."""

    lines: dict[tuple[str, str], Line] = field(default_factory=dict)
    facts: dict[str, Fact] = field(default_factory=dict)

    def ends(self) -> list[date]:
        """The days on which something of it has to be looked at again."""
        reviews = [fact.review_by for fact in self.facts.values() if fact.review_by is not None]
        return [*(line.until for line in self.lines.values()), *reviews]

    def note(
        self,
        posts: Iterable[Post],
        workspace: Workspace,
        audience: Audience | None,
        day: date,
        place: Place,
    ) -> Iterator[Problem]:
        """Note what some texts say, and yield a problem for each number of a help line that nobody checked: one that
        was typed, since ``hotline()`` prints no such number. ``day``: on which the texts are said."""
        for post in posts:
            for name in post.facts:
                self.facts[name] = workspace.facts[name]
            if audience is None:
                continue
            for text in (post.text, post.warning, *(media.alt for media in post.media)):
                for number in phone_like(text, workspace.calling):
                    entries = list(_entries(number, workspace, audience.country))
                    checked = [
                        line for entry in entries if (line := _checked(*entry, number, workspace, day))
                    ]
                    if entries and not checked:
                        hotline = entries[0][0].id
                        message = f"{number!r} is a number of help line {hotline}, and no check of it counts on {day}"
                        hint = f"campaign hotlines verify {hotline}; or write {{{{ hotline() }}}} instead of the number"
                        yield Problem(place, message, hint, rule="hotline")
                    for line in checked[:1]:
                        key = (line.hotline.id, canonical(number, audience.country))
                        known = self.lines.get(key)
                        self.lines[key] = line if known is None or line.until < known.until else known


def _entries(number: str, workspace: Workspace, country: str) -> Iterator[tuple[Hotline, Channel]]:
    """The help lines of a country that have a number; none for an emergency number, which needs no check."""
    wanted = canonical(number, country)
    for hotline in workspace.hotlines.values():
        if hotline.country == country and hotline.status is Status.GREEN:
            for channel in hotline.channels:
                if channel.kind is not Kind.WEB and canonical(channel.show, country) == wanted:
                    yield hotline, channel


def _checked(hotline: Hotline, channel: Channel, number: str, workspace: Workspace, day: date) -> Line | None:
    check = latest(hotline, channel, workspace.checks)
    if check is None or channel not in confirmed(hotline, workspace.checks, day):
        return None
    return Line(hotline, number, check.on, check.until)
