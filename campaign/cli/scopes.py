"""Which posts a pause covers, and until when, as options that `pause` and `resume` share."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

import click

from campaign.cli.arguments import names, wall

if TYPE_CHECKING:
    from campaign.core.model import Workspace
    from campaign.core.pause import Scope

Function = TypeVar("Function", bound=Callable[..., Any])

KINDS = ("campaign", "account", "language", "tag")


def scope_options(function: Function) -> Function:
    """``--campaign``, ``--account``, ``--language``, ``--tag``, each as often as one likes; they arrive as one dict
    ``scope`` of tuples, for ``scope_of``."""
    for kind in reversed(KINDS):
        function = click.option(
            f"--{kind}",
            kind,
            metavar="NAME",
            multiple=True,
            help=f"Only this {kind} (again for more).",
        )(function)
    return function


def scope_of(workspace: Workspace, given: Iterable[tuple[str, tuple[str, ...]]]) -> Scope:
    """The scope that the options name; none: everything. CampaignError for a name that the files do not know."""
    from campaign.dispatch.crisis import pausing

    return pausing.scope_of(workspace, **{f"{kind}s": several(texts) for kind, texts in given})


def several(texts: Iterable[str]) -> list[str]:
    """Names given one by one or with commas between them."""
    return [name for text in texts for name in names(text) or ()]


def moment(text: str, now: datetime, zone: str) -> datetime:
    """A moment as people give it, ``2026-12-01 08:00`` in a zone, or ``3 days`` from now; as an aware datetime.
    click.BadParameter for anything else."""
    from campaign.core import durations
    from campaign.core.timetable import to_utc

    try:
        return now + durations.parse(text)
    except ValueError as error:
        try:
            return to_utc(wall(click.get_current_context(), click.Option(["--until"]), text), zone)
        except click.BadParameter:
            more = f" ({error})" if any(letter.isalpha() for letter in text) else ""
            raise click.BadParameter(
                f"{text!r} is no time: write '2026-12-01 08:00' or '3 days'{more}"
            ) from None
