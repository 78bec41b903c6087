"""posts/hotlines.yaml: help lines, each with its source; a wrong digit harms people, so every key has to be known."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from campaign.core.helplinks import RULE, tracker
from campaign.core.hotlines import Channel, Group, Hotline, Kind, Reach, Status
from campaign.core.phones import canonical, digits_of
from campaign.workspace.fields import Address, Country, Id, Texts
from campaign.workspace.findings import Findings, did_you_mean, quoted
from campaign.workspace.keys import GroupWord, Keys
from campaign.workspace.knowledge import is_new, items
from campaign.workspace.readers import wrong
from campaign.workspace.yamlfile import Document

NAME = "posts/hotlines.yaml"

StatusWord = Literal["green", "amber", "red"]


class ChannelKeys(Keys):
    """One way in: a number to call, to write to, or a page."""

    type: Literal["phone", "whatsapp", "sms", "web"]
    show: Annotated[str, Field(min_length=2, max_length=200)]
    e164: Annotated[str, Field(pattern=r"^\+[0-9]{5,15}$")] | None = None
    reach: Literal["domestic", "abroad", "anywhere"] | None = None
    status: StatusWord | None = None

    @model_validator(mode="after")
    def _digits(self) -> ChannelKeys:
        if self.type != "web" and not 2 <= len(digits_of(self.show)) <= 15:
            wrong(f"{quoted(self.show)} is no number", 'write it as people dial it, in quotes: "0800-1000"')
        if self.type == "web" and "." not in self.show:
            wrong(f"{quoted(self.show)} is no address of a page", "write hilfetelefon.de")
        return self

    def value(self, status: Status) -> Channel:
        kind = Kind(self.type)
        # A national number can't be dialled from abroad as it stands; a chat or a page opens anywhere.
        usual = Reach.DOMESTIC if kind in (Kind.PHONE, Kind.SMS) else Reach.ANYWHERE
        reach = Reach(self.reach) if self.reach else usual
        return Channel(
            kind, self.show, reach, Status(self.status) if self.status else status, self.e164 or ""
        )


class HotlineKeys(Keys):
    """One help line."""

    id: Id
    name: Texts
    country: Country
    region: str | None = None
    operator: str | None = None
    kind: Literal["government", "ngo", "police", "directory", "mixed"] | None = None
    audience: Texts | None = Field(None, alias="for")
    serves: Annotated[list[GroupWord], Field(min_length=1)] | None = None
    channels: Annotated[list[ChannelKeys], Field(min_length=1)]
    hours: Texts | None = None
    hours_confirmed: bool = False
    cost: str | None = None
    emergency: Annotated[str, Field(pattern=r"^[0-9]{2,6}$")] | None = None
    languages: list[str] = Field(default_factory=list)
    status: StatusWord
    source: Address
    page: Address | None = None
    newest_source: str | None = None
    read_at: list[str] = Field(default_factory=list)
    note: str | None = None

    @model_validator(mode="after")
    def _consistent(self) -> HotlineKeys:
        if self.hours_confirmed and not self.hours:
            wrong("`hours_confirmed` without `hours`", "write hours:, or leave hours_confirmed out")
        for written in (self.page, *(channel.show for channel in self.channels if channel.type == "web")):
            if written and (told := tracker(written)):
                wrong(
                    f"{quoted(told)} in {quoted(written)} records who asks for help",
                    "write the plain official address",
                    RULE,
                )
        for channel in self.channels:
            if channel.e164 and canonical(channel.show, self.country) != channel.e164:
                wrong(
                    f"{channel.show} and {channel.e164} are not the same number",
                    "compare both with the official page, digit by digit",
                    "hotline",
                )
        return self

    def value(self) -> Hotline:
        status = Status(self.status)
        return Hotline(
            id=self.id,
            names=self.name,
            country=self.country,
            channels=tuple(channel.value(status) for channel in self.channels),
            status=status,
            source=self.source,
            page=self.page or "",
            serves=frozenset(Group(word) for word in self.serves or ()),
            audience=self.audience or {},
            hours=self.hours or {},
            hours_confirmed=self.hours_confirmed,
            languages=tuple(self.languages),
            emergency=self.emergency or "",
        )


def read_hotlines(document: Document, findings: Findings) -> dict[str, Hotline]:
    """Id -> help line; what is wrong with an entry is in ``findings``, and the entry is left out."""
    found: dict[str, Hotline] = {}
    for keys, index in items(document, "hotlines", HotlineKeys, findings):
        if is_new(keys.id, found, document, ("hotlines", index, "id"), findings):
            found[keys.id] = keys.value()
    return found


def must_be_there(
    document: Document, wanted: Sequence[str], known: Collection[str], findings: Findings
) -> None:
    """Every id of a ``hotlines:`` list (of config.yaml or a campaign) has to be one of posts/hotlines.yaml."""
    written: Any = document.root.get("hotlines") if wanted else None
    for index, name in enumerate(written or ()):
        if name not in known:
            findings.add(
                document.place(("hotlines", index)),
                f"no help line called {quoted(name)}{did_you_mean(name, known)}",
                f"help lines stand in {NAME}: {', '.join(sorted(known)[:20]) or 'none yet'}",
                rule="unknown-hotline",
            )
