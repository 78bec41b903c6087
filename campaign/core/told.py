"""What the directory tells everybody, held against the safeguarding rules.

It is done for `check` and before the directory is written, not whenever the files are read: reading the rules' patterns
takes longer than reading all the files.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from campaign.core.model import Workspace
from campaign.core.phones import phone_like
from campaign.core.safeguard.judge import rulebook
from campaign.core.safeguard.reading import Read
from campaign.errors import Level, Place, Problem


def objections(workspace: Workspace) -> Iterator[Problem]:
    """What is wrong with what organisations and retired claims say, at the place of their entries. A number to call is
    always wrong: it would be shown without ever being checked."""
    book, numbers = rulebook(workspace.rules), workspace.calling
    for place, what, texts in _told(workspace):
        for language, text in texts.items():
            where = f"{what} ({language})" if language else what
            for finding in book.text(Read(text, numbers=numbers), language or "en"):
                level = Level(finding.weight)
                if level is not Level.ADVICE:
                    hint = finding.rule.instead
                    yield Problem(place, f"{where}: {finding.message}", hint, level, finding.rule.id)
            for number in phone_like(text, numbers):
                message = f"{where}: {number!r} looks like a phone number"
                hint = "numbers stand in posts/hotlines.yaml, and are shown once one of you has checked them"
                yield Problem(place, message, hint, rule="phone")


def _told(workspace: Workspace) -> Iterator[tuple[Place, str, Mapping[str, str]]]:
    for one in workspace.organisations.values():
        yield one.place, "name", one.names
        yield one.place, "does", one.does
        yield one.place, "note", one.note
    for claim in workspace.claims.values():
        yield claim.place, "about", claim.about
        yield claim.place, "because", claim.because
