"""``quiet_on``: the days on which posts say nothing, and what they need to be known."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Annotated

from pydantic import BeforeValidator, WithJsonSchema

from campaign.core.hotlines import Audience
from campaign.core.observances import HOLIDAYS
from campaign.workspace import publicdays
from campaign.workspace.fields import Id
from campaign.workspace.findings import Findings, did_you_mean, quoted
from campaign.workspace.readers import as_list
from campaign.workspace.yamlfile import Document, Step

QuietOn = Annotated[
    list[Id],
    BeforeValidator(as_list),
    WithJsonSchema(
        {
            "description": "Observances on whose days nothing is said; `holidays`: the public holidays of the"
            " audience's country. Later wins; [] for none.",
            "anyOf": [
                {"type": "string", "pattern": "^[a-z0-9][a-z0-9-]{0,62}$"},
                {"type": "array", "items": {"type": "string", "pattern": "^[a-z0-9][a-z0-9-]{0,62}$"}},
            ],
        }
    ),
]


def must_be_there(
    names: Sequence[str] | None,
    path: Sequence[Step],
    document: Document,
    observances: Collection[str],
    findings: Findings,
) -> None:
    """Every name of a ``quiet_on`` at ``path`` has to be an observance, or ``holidays``."""
    for index, name in enumerate(names or ()):
        if name != HOLIDAYS and name not in observances:
            findings.add(
                document.place((*path, "quiet_on", index)),
                f"no observance called {quoted(name)}{did_you_mean(name, {*observances, HOLIDAYS})}",
                f"they are listed in schedules/observances.yaml; {HOLIDAYS} are the public ones",
                rule="unknown-observance",
            )


def holidays_known(
    quiet_on: Sequence[str],
    audiences: Iterable[Audience | None],
    path: Sequence[Step],
    document: Document,
    findings: Findings,
) -> None:
    """Where a slot is quiet on public holidays, those of each audience's country have to be known."""
    if HOLIDAYS not in quiet_on:
        return
    place = document.place((*path, "quiet_on"))
    for audience in dict.fromkeys(audiences):
        if audience is None:
            findings.add(
                place,
                f"`quiet_on: {HOLIDAYS}` does not tell of which country",
                "write audience: {country: ID} into config.yaml",
                rule="quiet-day",
            )
        elif found := publicdays.complaint(audience.country, audience.subdivision):
            findings.add(place, f"`quiet_on: {HOLIDAYS}`: {found[0]}", found[1], rule="quiet-day")
