"""Posts as each network would show them, one card per part, with a meter of their length."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from campaign.core.languages import direction
from campaign.core.model import Media, Post
from campaign.core.text import TextRules, Unit, limit, measure
from campaign.errors import Level, Problem
from campaign.review import times
from campaign.review.table import Cell, Line
from campaign.review.words import one_line, wrap

METER = 20
"""Terminal cells of the length meter."""

_STYLE = {Level.ERROR: "red", Level.WARN: "yellow", Level.ADVICE: "cyan"}


@dataclass(frozen=True, slots=True)
class Card:
    """What one account publishes at one occurrence. ``due`` is aware; ``origin``: which files won, if told;
    ``removed``: that the text was removed, which is then not shown again."""

    key: str
    due: datetime
    zone: str
    account: str
    network: str
    language: str
    posts: tuple[Post, ...]
    rules: TextRules
    problems: tuple[Problem, ...] = ()
    origin: tuple[str, ...] = ()
    removed: str = ""


@dataclass(frozen=True, slots=True)
class Meter:
    """How long a text is: ``used`` of ``limit`` (None: no limit known) in ``unit``."""

    used: int
    limit: int | None
    unit: str

    @property
    def over(self) -> int:
        """By how much it is too long."""
        return max(self.used - self.limit, 0) if self.limit is not None else 0

    @property
    def share(self) -> float:
        """Which part of the limit is used, at most 1; 0 without a limit."""
        return min(self.used / self.limit, 1.0) if self.limit else 0.0

    def __str__(self) -> str:
        if self.limit is None:
            return f"{self.used} {self.unit}, no limit"
        return f"{self.used}/{self.limit} {self.unit}" + (f", {self.over} too long" if self.over else "")


def meter(post: Post, rules: TextRules) -> Meter:
    """The length of one part as its network counts it, the content warning with it where that counts."""
    unit = "characters" if rules.unit is Unit.CODE_POINTS else rules.unit.value  # the reader's word
    most = limit(rules, media=bool(post.media))
    return Meter(measure(post.text, post.warning, rules), most, unit)


def card_lines(card: Card, width: int) -> Iterator[Line]:
    """One card: a frame without a right side (emoji would bend it), the text wrapped, pictures with their description,
    the meter, and what is wrong."""
    said = card.language + (", right to left" if direction(card.language) == "rtl" else "")
    head = f"{card.account} ({card.network}, {said})"
    when = f"{times.stamp(card.due, card.zone)} = {times.utc_clock(card.due, card.zone)}"
    yield (Cell("╭─ ", "dim"), Cell(head, "bold"), Cell(f"  {when}"))
    if card.removed:
        yield (Cell("│  ", "dim"), Cell(card.removed))
    for post in card.posts:
        if post.parts > 1:
            yield (
                Cell("├─ " if post.part > 1 else "│  ", "dim"),
                Cell(f"part {post.part} of {post.parts}", "dim"),
            )
        yield from _part(post, width)
        measured = meter(post, card.rules)
        yield (Cell("│  ", "dim"), *_bar(measured))
    yield (Cell("╰─ ", "dim"), Cell(card.key, "dim"))
    for told in card.origin:
        for line in wrap(told, width - 3):
            yield (Cell(f"   {line}", "cyan"),)
    for problem in card.problems:
        for line in wrap(one_line(f"{problem.level.value}: {problem.message}"), width - 3):
            yield (Cell(f"   {line}", _STYLE[problem.level]),)
        if problem.hint:
            yield (Cell(f"   hint: {one_line(problem.hint)}"),)


def named(media: Media) -> str:
    """What people call a picture: ``picture day.jpg``, ``card 1:1``."""
    return f"card {media.card.shape}" if media.card else f"picture {media.file}"


def cards_lines(cards: Sequence[Card], width: int) -> Iterator[Line]:
    """Cards one under the other."""
    for number, card in enumerate(cards):
        if number:
            yield ()
        yield from card_lines(card, width)


def _part(post: Post, width: int) -> Iterator[Line]:
    edge = Cell("│  ", "dim")
    if post.warning:
        yield (edge, Cell(f"[content warning: {one_line(post.warning)}]", "yellow"))
    for line in wrap(post.text, width - 3):
        yield (edge, Cell(line))
    for media in post.media:
        for line in wrap(one_line(f"[{named(media)}: {media.alt or 'NO DESCRIPTION'}]"), width - 3):
            yield (edge, Cell(line, "blue" if media.alt else "red"))


def _bar(measured: Meter) -> Line:
    if measured.limit is None:
        return (Cell(str(measured), "dim"),)
    # At least one cell for any text, and a full bar only for a text that fills its limit.
    full = METER if measured.over else min(max(round(measured.share * METER), bool(measured.used)), METER)
    style = "red" if measured.over else "yellow" if measured.share > 0.9 else "green"
    return (Cell("█" * full, style), Cell("░" * (METER - full), "dim"), Cell(f" {measured}", style))
