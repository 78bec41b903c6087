"""What both file kinds share: how a mapping is read, links, and the keys that may stand in several places."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema, model_validator

from campaign.core import model
from campaign.workspace.fields import Address
from campaign.workspace.readers import wrong

Later = Annotated[Any, WithJsonSchema({"description": "Accepted; this version does not act on it."})]
"""The value of a key of the design that this version does not act on."""


class Keys(BaseModel):
    """A mapping whose keys are all known; values are taken as written, never converted."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, arbitrary_types_allowed=True)


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
        return self

    def value(self) -> model.Link:
        return model.Link(self.url, self.track, self.help)


Links = dict[str, LinkKeys]
Vars = dict[str, Any]


def links_of(links: Links) -> dict[str, model.Link]:
    return {name: link.value() for name, link in links.items()}
