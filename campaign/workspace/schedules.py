"""schedules/NAME.yaml: its keys, as the file spells them. slots.py makes values of them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PlainValidator, WithJsonSchema, model_validator

from campaign.core.model import Thread
from campaign.core.safeguard.rules import Pillar
from campaign.core.timetable import Which
from campaign.workspace.cardkeys import CardValue
from campaign.workspace.fields import (
    ApprovalWord,
    Day,
    DayOrMoment,
    Duration,
    Id,
    Languages,
    Late,
    MomentText,
    OrOne,
    Quiet,
    Tags,
    Texts,
    Times,
    ToneWord,
    WholeDays,
    Zone,
)
from campaign.workspace.keys import AudienceKeys, Keys, Links, Preferred, Vars
from campaign.workspace.quiet import QuietOn
from campaign.workspace.readers import as_list, kind_of, one_of, wrong

RESERVED = frozenset({"observances.yaml"})
"""Files below schedules/ that are knowledge, not campaigns."""


WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WhichDay = Annotated[
    str,
    BeforeValidator(one_of(*WEEKDAYS, "weekday", "day")),
    WithJsonSchema({"enum": [*WEEKDAYS, "weekday", "day"]}),
]


ThreadWord = Annotated[
    Thread,
    PlainValidator(lambda value: Thread(one_of("auto", "numbered")(value))),
    WithJsonSchema({"enum": ["auto", "numbered"]}),
]


class EveryKeys(Keys):
    """Certain weekdays, or every so many days since `starts`."""

    days: Annotated[list[WhichDay], Field(min_length=1), OrOne()] | None = Field(
        None, description="mon, tue, … sun; weekday (Monday to Friday); day (all seven)."
    )
    interval: WholeDays | None = Field(None, description="Every so many days since `starts`: 3 days.")
    at: Times = Field(description='The time of day, or several: "09:00".')

    @model_validator(mode="after")
    def _one_rule(self) -> EveryKeys:
        if (self.days is None) == (self.interval is None):
            wrong("takes exactly one of `days` and `interval`", 'for example {days: [mon, thu], at: "09:00"}')
        if self.interval is not None and self.interval.days < 1:
            wrong("the interval is at least 1 day", "write 3 days")
        return self


ALT = "What it shows, for people who can't see it; one text or one by language."


class ImageKeys(Keys):
    """A picture (or video) and its description for people who can't see it."""

    file: str = Field(
        description="A path below posts/; may be a template: signs/{{ row.id }}.jpg", min_length=1
    )
    alt: Texts | None = Field(
        None, description=f"{ALT} A picture of a pack may go without: the pack describes it."
    )


class AcceptKeys(Keys):
    """That people let a safeguarding rule pass for exactly these words."""

    rule: Annotated[str, Field(min_length=1, max_length=63)] = Field(
        description="Its id, as `check` prints it: SG12."
    )
    words: str = Field(
        "", description='The words in question, as `check` quotes them ("": of the whole post).'
    )
    by: Annotated[list[str], Field(min_length=1), OrOne()] = Field(
        description="Who decided: handles of `people` that can: [safeguard]. What stops a post needs two."
    )
    reason: Annotated[str, Field(min_length=3, max_length=500)] = Field(description="Why it may stand.")


def _moments_or_times(value: Any) -> Any:
    if isinstance(value, dict) or not all(isinstance(item, str) for item in as_list(value)) or value == []:
        odd = next((item for item in as_list(value) if not isinstance(item, str)), value)
        wrong(
            f"a moment or a time belongs here, not {kind_of(odd)}",
            'write 2027-07-30 20:00, or (with rrule and on) "09:00"',
        )
    return as_list(value)


def _words(value: Any) -> Any:
    """A list of account names; a single word gets its own hint."""
    if isinstance(value, str):
        wrong(f"a list belongs here, not {kind_of(value)}", f"write [{value}]")
    return value


_AT = WithJsonSchema(
    {
        "description": 'One moment or a list (2027-07-30 20:00); with rrule or on: times of day ("09:00").',
        "anyOf": [
            {"type": "string", "pattern": "^([0-9]{4}-[0-9]{2}-[0-9]{2}[ T])?[0-9]{2}:[0-9]{2}(:[0-9]{2})?$"},
            {"type": "array", "minItems": 1, "items": {"type": "string"}},
        ],
    }
)
Targets = Annotated[list[str], BeforeValidator(_words), Field(min_length=1)]


class SlotKeys(Keys):
    """A planned post: exactly one of at, every, cron, rrule+at, on+at; exactly one of template, text."""

    id: Id = Field(
        description="Its name, unique in the campaign. It is part of what was published: never change it."
    )
    template: Annotated[str, Field(min_length=1)] | None = Field(
        None, description="A template below posts/, without .j2 and without language: signs."
    )
    text: Texts | None = Field(
        None, description="The text itself, by language. It may use {{ … }} (in quotes)."
    )
    wordings: Annotated[list[Texts], Field(min_length=1, max_length=8)] | None = Field(
        None,
        description="Other words for the same `text`, for partner kits: a list, each by language.",
    )
    rows: Annotated[str, Field(min_length=1)] | None = Field(
        None, description="A CSV table below posts/: row n belongs to the nth occurrence since `starts`."
    )
    repeat: bool = Field(False, description="After the last row, begin again with the first.")
    at: Annotated[list[str], BeforeValidator(_moments_or_times), _AT] | None = None
    every: EveryKeys | None = Field(
        None, description='{days: [mon, thu], at: ["09:00"]} or {interval: 3 days, at: …}'
    )
    cron: str | None = Field(None, description="crontab(5): minute hour day month weekday; 0 and 7 = Sunday.")
    rrule: str | None = Field(None, description="An RFC 5545 rule without DTSTART: FREQ=MONTHLY;BYDAY=1MO.")
    on: str | None = Field(
        None, description="An observance (schedules/observances.yaml), or starts, or ends."
    )
    day: Annotated[
        Which | None,
        BeforeValidator(lambda value: Which(one_of(*Which)(value))),
        WithJsonSchema({"enum": [word.value for word in Which]}),
    ] = Field(None, description="Of an `on` that lasts several days: first (default), last, every.")
    offset: WholeDays | None = Field(None, description="Days after the day of `on`; before it: -3 days.")
    skip: list[DayOrMoment] = Field(default_factory=list, description="Days or moments that are left out.")
    move: dict[MomentText, MomentText] = Field(
        default_factory=dict, description="Planned moment: the moment at which it goes out instead."
    )
    image: Annotated[list[ImageKeys], OrOne()] | None = Field(
        None, description="A picture {file, alt}, or a list of them."
    )
    video: ImageKeys | None = Field(None, description="A video {file, alt}.")
    card: CardValue | None = Field(
        None, description="Words as a picture, by language; or {template: signs-card, shape: 1:1}."
    )
    warning: Texts | None = Field(None, description="A content warning, by language.")
    tags: Tags = Field(
        default_factory=dict, description="Hashtags of this post, besides those of the campaign."
    )
    vars: Vars = Field(default_factory=dict, description="Words that the template may use.")
    links: Links = Field(default_factory=dict, description="Addresses that the template names.")
    accounts: Targets | None = Field(
        None, description="Where it goes: fedi, fedi.en. Default: as the campaign says."
    )
    language: Languages | None = Field(None, description="Only in this language (or these).")
    if_late: Late | None = Field(None, description="How late it may still go out.")
    approval: ApprovalWord | None = Field(None, description="How many people must approve it.")
    quiet: Literal["ignore"] | None = Field(None, description="ignore: it may go out in quiet hours.")
    repeat_after: Duration | None = Field(
        None, description="The same text again within this time is a warning. Default: 30 days."
    )
    thread: ThreadWord | None = Field(
        None,
        description="auto: too long a text becomes a thread, split at sentence ends. numbered: with (1/3) behind each.",
    )
    tone: ToneWord | None = Field(
        None,
        description="cheerful: it does not go out on a day of remembrance; neutral (default), remembrance.",
    )
    quiet_on: QuietOn | None = None
    consent: Annotated[list[Id], Field(min_length=1), OrOne()] | None = Field(
        None,
        description="The consent (posts/consents.yaml) of the person whose story, words or picture it uses.",
    )
    pillar: Annotated[
        Pillar | None,
        PlainValidator(lambda value: Pillar(one_of(*Pillar)(value))),
        WithJsonSchema({"enum": list(Pillar)}),
    ] = Field(
        None,
        description="What it is about: signs (needs a caveat), story (a consent and approval); all need a way to help.",
    )
    accept: Annotated[list[AcceptKeys], OrOne()] | None = Field(
        None,
        description="Findings of the safeguarding rules that people let pass: {rule, words, by, reason}.",
    )
    if_stale: Literal["page"] | None = Field(
        None, description="page: while no help line is confirmed, {{ hotline() }} gives its official page."
    )


class CampaignHead(Keys):
    """A campaign without its posts."""

    title: Texts | None = Field(None, description="Its name, by language.")
    starts: Day | None = Field(None, description="Its first day (included).")
    ends: Day | None = Field(None, description="Its last day (included).")
    timezone: Zone | None = Field(None, description="Its time zone, if it is not that of config.yaml.")
    accounts: Targets | None = Field(
        None, description="Where its posts go. Default: all accounts but test accounts."
    )
    hashtags: Tags = Field(default_factory=dict, description="Hashtags by language, without the #.")
    links: Links = Field(
        default_factory=dict, description="Addresses that templates name: {{ link('act') }}."
    )
    vars: Vars = Field(default_factory=dict, description="Words that templates may use.")
    quiet_hours: Quiet | None = None
    quiet_on: QuietOn | None = None
    if_late: Late | None = Field(None, description="How late its posts may still go out.")
    approval: ApprovalWord | None = Field(None, description="How many people must approve its posts.")
    audience: AudienceKeys | None = Field(
        None, description="Whom its posts speak to, if not whom config.yaml says."
    )
    card: CardValue | None = Field(
        None, description="The card of each post that has no picture, video or card of its own."
    )
    hotlines: Preferred | None = Field(
        None, description="Ids of posts/hotlines.yaml that {{ hotline() }} prints, the best first."
    )

    @model_validator(mode="after")
    def _in_order(self) -> CampaignHead:
        if self.starts and self.ends and self.ends < self.starts:
            wrong(
                f"the campaign ends ({self.ends}) before it starts ({self.starts})", "both days are included"
            )
        return self


class CampaignKeys(CampaignHead):
    """A campaign: one file schedules/NAME.yaml."""

    posts: list[SlotKeys] = Field(description="The planned posts.", min_length=1)
