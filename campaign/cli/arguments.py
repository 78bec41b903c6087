"""Arguments that several verbs take: days, moments, lists of accounts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from campaign.errors import CampaignError

Function = TypeVar("Function", bound=Callable[..., Any])


def day(ctx: click.Context, parameter: click.Parameter, value: str | None) -> date | None:
    """A whole day, ``2027-07-30``."""
    try:
        return date.fromisoformat(value) if value is not None else None
    except ValueError:
        raise click.BadParameter(f"{value!r} is no day, write it as 2027-07-30") from None


def wall(ctx: click.Context, parameter: click.Parameter, value: str) -> datetime:
    """A local moment without a zone, ``2027-07-30 20:00``: the campaign's zone says which instant it is."""
    try:
        moment = datetime.fromisoformat(value.strip())
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is not None or ":" not in value:
        raise click.BadParameter(f"{value!r} is no local time, write it as '2027-07-30 20:00'")
    return moment.replace(microsecond=0)


def from_to(function: Function) -> Function:
    """``--from DAY`` and ``--to DAY``, both included; they arrive as ``first`` and ``last``."""
    last = click.option(
        "--to", "last", metavar="DAY", callback=day, help="The last day, included: 2027-07-31."
    )
    first = click.option("--from", "first", metavar="DAY", callback=day, help="The first day, included.")
    return first(last(function))


def names(text: str | None) -> tuple[str, ...] | None:
    """``a,b`` as a tuple of names; None stays None."""
    if text is None:
        return None
    return tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))


def beside(folder: Path, out: str | None, default: str) -> Path:
    """Where made files go: what ``--out`` says, else ``default`` in the workspace's folder. CampaignError for a place
    whose files the workspace itself reads."""
    target = Path(out).expanduser().absolute() if out else folder / default
    for taken in ("posts", "schedules"):
        if target.resolve().is_relative_to((folder / taken).resolve()):
            raise CampaignError(f"{out} lies in {taken}/, whose files are read", "name a folder elsewhere")
    return target
