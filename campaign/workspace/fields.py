"""The kinds of value that the two file kinds are made of, for pydantic and for editors (JSON Schema)."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Annotated, Any

from pydantic import (
    BeforeValidator,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    PlainValidator,
    WithJsonSchema,
)
from pydantic_core import CoreSchema, core_schema

from campaign.core import model
from campaign.core.model import Approval, QuietHours
from campaign.core.observances import Tone
from campaign.workspace.language_tags import LANGUAGE
from campaign.workspace.readers import (
    as_list,
    one_of,
    read_address,
    read_country,
    read_day,
    read_day_or_moment,
    read_days,
    read_duration,
    read_id,
    read_language,
    read_late,
    read_moment,
    read_money,
    read_quiet_hours,
    read_tags,
    read_text,
    read_time,
    read_zone,
)


class OrOne:
    """Marks a list that may be written as one thing without brackets."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(as_list, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        several = handler(schema)
        return {"anyOf": [several["items"], several]}


def _schema(description: str, **more: Any) -> WithJsonSchema:
    return WithJsonSchema({"description": description, **more})


_TIME_SCHEMA = {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$"}
_MOMENT_SCHEMA = {
    "type": "string",
    "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}(:[0-9]{2})?$",
}
_DAY_SCHEMA = {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
_LANGUAGE_SCHEMA = {"type": "string", "pattern": f"^{LANGUAGE.pattern}$"}
_ID_SCHEMA = {"type": "string", "pattern": f"^{model.ID.pattern}$"}
_TEXT_SCHEMA: dict[str, Any] = {
    "anyOf": [
        {"type": "string", "minLength": 1},
        {
            "type": "object",
            "minProperties": 1,
            "propertyNames": {"pattern": f"^({LANGUAGE.pattern})?$"},
            "additionalProperties": {"type": "string", "minLength": 1},
        },
    ]
}
_DURATION_SCHEMA = {"type": "string", "pattern": "^[0-9]+ ?(s|min|h|days?)$"}

Id = Annotated[str, PlainValidator(read_id), _schema("Small letters, digits, hyphens.", **_ID_SCHEMA)]
Language = Annotated[str, PlainValidator(read_language), _schema("A code: id, en.", **_LANGUAGE_SCHEMA)]
Languages = Annotated[list[Language], Field(min_length=1), OrOne()]
Zone = Annotated[
    str, PlainValidator(read_zone), _schema("An IANA time zone, for example Asia/Jakarta.", type="string")
]
Day = Annotated[date, PlainValidator(read_day), _schema("A day, 2027-07-30.", **_DAY_SCHEMA)]
MomentText = Annotated[
    datetime, PlainValidator(read_moment), _schema("A local moment, 2027-07-30 20:00.", **_MOMENT_SCHEMA)
]
DayOrMoment = Annotated[
    date,
    PlainValidator(read_day_or_moment),
    _schema("A whole day or one moment.", anyOf=[_DAY_SCHEMA, _MOMENT_SCHEMA]),
]
TimeOfDay = Annotated[time, PlainValidator(read_time), _schema("A local time, 09:00.", **_TIME_SCHEMA)]
Times = Annotated[
    list[TimeOfDay],
    BeforeValidator(as_list),
    _schema(
        "One local time or a list of them.",
        anyOf=[_TIME_SCHEMA, {"type": "array", "minItems": 1, "items": _TIME_SCHEMA}],
    ),
]
Duration = Annotated[
    timedelta, PlainValidator(read_duration), _schema("30 s, 5 min, 2 h, 3 days.", **_DURATION_SCHEMA)
]
Late = Annotated[
    timedelta,
    PlainValidator(read_late),
    _schema(
        "How late a post may still go out: drop (60 s), always, or a duration.",
        anyOf=[{"enum": ["drop", "always"]}, _DURATION_SCHEMA],
    ),
]
WholeDays = Annotated[
    timedelta,
    PlainValidator(read_days),
    _schema("Whole days: 3 days, -3 days.", type="string", pattern="^[+-]?[0-9]+ ?(s|min|h|days?)$"),
]
Quiet = Annotated[
    QuietHours,
    PlainValidator(read_quiet_hours),
    _schema(
        "Local times between which nothing is posted, 22:00-06:00.",
        type="string",
        pattern="^[0-9]{2}:[0-9]{2}(:[0-9]{2})?\\s*-\\s*[0-9]{2}:[0-9]{2}(:[0-9]{2})?$",
    ),
]
Money = Annotated[
    Decimal, PlainValidator(read_money), _schema("An amount in US dollars.", type="number", minimum=0)
]
Texts = Annotated[
    dict[str, str], BeforeValidator(read_text), _schema("One text, or one by language.", **_TEXT_SCHEMA)
]
Address = Annotated[
    str, PlainValidator(read_address), _schema("An address.", type="string", pattern="^https?://")
]
Country = Annotated[
    str,
    PlainValidator(read_country),
    _schema(
        "A country in two capitals: ID, GB; EU for the European Union.", type="string", pattern="^[A-Z]{2}$"
    ),
]
ApprovalWord = Annotated[
    Approval,
    PlainValidator(lambda value: Approval(one_of(*Approval)(value))),
    _schema(
        "How many people must approve a post; a narrower place may only tighten it.",
        enum=[word.value for word in Approval],
    ),
]
ToneWord = Annotated[
    Tone,
    PlainValidator(lambda value: Tone(one_of(*Tone)(value))),
    _schema(
        "How it speaks: nothing cheerful goes out on a day of remembrance.",
        enum=[word.value for word in Tone],
    ),
]


_TAG_LIST = {"type": "array", "items": {"type": "string", "pattern": r"^[^\s#]+$"}}
Tags = Annotated[
    dict[str, list[str]],
    BeforeValidator(read_tags),
    _schema(
        "Hashtags without the #, by language.",
        anyOf=[_TAG_LIST, {"type": "object", "additionalProperties": _TAG_LIST}],
    ),
]
