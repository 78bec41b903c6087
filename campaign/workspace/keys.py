"""What both file kinds share: how a mapping is read, links, and the keys that may stand in several places."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema, model_validator

from campaign.core import model
from campaign.core.helplinks import RULE, tracker
from campaign.core.hotlines import Audience, Group
from campaign.workspace import publicdays
from campaign.workspace.fields import Address, Country, Id, Languages
from campaign.workspace.findings import quoted
from campaign.workspace.readers import wrong

Later = Annotated[Any, WithJsonSchema({"description": "Accepted; this version does not act on it."})]
"""The value of a key of the design that this version does not act on."""


class Keys(BaseModel):
    """A mapping whose keys are all known; values are taken as written, never converted. What reads it is built when
    there is something to read: most workspaces have few of all kinds."""

    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, arbitrary_types_allowed=True, defer_build=True
    )


class LinkKeys(Keys):
    """A named address."""

    url: Address = Field(description="The address, https://…")
    track: bool = Field(False, description="Add utm_ parameters, so that visits can be counted.")
    help: bool = Field(False, description="A way to get help: never tracked, shortened or redirected.")

    @model_validator(mode="after")
    def _never_tracked(self) -> LinkKeys:
        if self.track and self.help:
            wrong(
                "a link that leads to help is never tracked",
                "remove `track`, or `help` if it leads elsewhere",
            )
        if self.help and (told := tracker(self.url)):
            wrong(
                f"this link leads to help, and {quoted(told)} in it records who follows it",
                "write the plain address that it leads to",
                RULE,
            )
        return self

    def value(self) -> model.Link:
        return model.Link(self.url, self.track, self.help)


GroupWord = Literal["children", "men", "migrant-workers", "women"]


class AudienceKeys(Keys):
    """Whom posts speak to: it decides which help line they may name."""

    country: Country = Field(description="The country of the help lines: ID, GB, EU.")
    abroad: bool = Field(
        False, description="These people live outside of that country: 129 does not ring there."
    )
    who: list[GroupWord] | None = Field(
        None,
        description="Only these: women, children, men, migrant-workers. Default: everybody.",
        min_length=1,
    )
    languages: Languages | None = Field(
        None, description="What these people read. Default: the languages of the accounts."
    )

    subdivision: str | None = Field(
        None, description="The part of the country whose public holidays count (ISO 3166-2): BY of DE."
    )

    @model_validator(mode="after")
    def _part_of_it(self) -> AudienceKeys:
        if self.subdivision is not None and (found := publicdays.complaint(self.country, self.subdivision)):
            wrong(*found)
        return self

    def value(self) -> Audience:
        return Audience(
            self.country,
            self.abroad,
            frozenset(Group(word) for word in self.who or ()),
            languages=tuple(dict.fromkeys(self.languages or ())),
            subdivision=self.subdivision or "",
        )


Preferred = Annotated[list[Id], Field(min_length=1)]
"""Ids of help lines, the first one that can be printed wins."""

Links = dict[str, LinkKeys]
Vars = dict[str, Any]


def links_of(links: Links) -> dict[str, model.Link]:
    return {name: link.value() for name, link in links.items()}
