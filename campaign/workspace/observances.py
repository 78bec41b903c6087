"""schedules/observances.yaml: the calendar of days that campaigns name."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainValidator

from campaign.core.observances import FAITH, GLOBAL, LEAD_DAYS, RESERVED, Observance, Tone
from campaign.core.timetable import Dates, Named, Nth, Span, Yearly
from campaign.workspace.fields import Day, Id, Texts, ToneWord
from campaign.workspace.findings import Findings, quoted
from campaign.workspace.knowledge import is_new, items
from campaign.workspace.readers import as_list, kind_of, one_of, read_country, read_day, wrong
from campaign.workspace.schedules import WEEKDAYS
from campaign.workspace.yamlfile import Document

NAME = "schedules/observances.yaml"

Month = Annotated[int, Field(ge=1, le=12)]
DayOfMonth = Annotated[int, Field(ge=1, le=31)]


class Loose(BaseModel):
    """An entry holds more than this version uses: other keys are passed over."""

    model_config = ConfigDict(
        extra="ignore", strict=True, frozen=True, arbitrary_types_allowed=True, defer_build=True
    )


class DayKeys(Loose):
    month: Month
    day: DayOfMonth

    def value(self) -> Yearly:
        date(2000, self.month, self.day)  # a leap year: 29 February is a day
        return Yearly(self.month, self.day)


class FixedKeys(DayKeys):
    type: Literal["fixed"]


class RangeKeys(Loose):
    type: Literal["range"]
    first: DayKeys = Field(alias="from")
    last: DayKeys = Field(alias="to")

    def value(self) -> Span:
        return Span(self.first.value(), self.last.value())


class MonthKeys(Loose):
    type: Literal["month"]
    month: Month

    def value(self) -> Span:
        longest = 29 if self.month == 2 else 30 if self.month in (4, 6, 9, 11) else 31
        return Span(Yearly(self.month, 1), Yearly(self.month, longest))


def _which(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= abs(value) <= 5:
        wrong(f"{kind_of(value)} does not belong here", "write 1 for the first, 2 … 5, or -1 for the last")
    return value


class NthKeys(Loose):
    type: Literal["nth"]
    month: Month
    weekday: Annotated[str, BeforeValidator(one_of(*WEEKDAYS))]
    n: Annotated[int, BeforeValidator(_which)]

    def value(self) -> Nth:
        return Nth(self.month, WEEKDAYS.index(self.weekday), self.n)


def _announced(value: Any) -> Any:
    """The dates of a mapping year: date; both have to speak of the same year."""
    if not isinstance(value, dict):
        return value
    for year, day in value.items():
        if isinstance(day, str) and str(year) != str(read_day(day).year):
            wrong(f"{day} does not lie in {year}", f"write {year}: and a day of that year")
    return list(value.values())


class AnnouncedKeys(Loose):
    type: Literal["announced"]
    dates: Annotated[list[Day], BeforeValidator(_announced)]

    def value(self) -> Dates:
        return Dates(tuple(sorted(set(self.dates))))


_RULES: dict[str, type[FixedKeys | RangeKeys | MonthKeys | NthKeys | AnnouncedKeys]] = {
    "fixed": FixedKeys,
    "range": RangeKeys,
    "month": MonthKeys,
    "nth": NthKeys,
    "announced": AnnouncedKeys,
}


def _rule(value: Any) -> Any:
    """One of the five kinds of rule; its ``type`` decides what else belongs to it."""
    if not isinstance(value, dict):
        wrong(f"a rule is a mapping, not {kind_of(value)}", "write {type: fixed, month: 7, day: 30}")
    kind = value.get("type")
    if not isinstance(kind, str) or kind not in _RULES:
        wrong(f"{kind_of(kind)} is not a kind of rule", f"type is one of: {', '.join(_RULES)}")
    return _RULES[kind].model_validate(value)


def _scope(value: Any) -> frozenset[str]:
    """``global``, ``faith``, a country, or several."""
    words = as_list(value)
    if not words:
        wrong("the scope is empty", "write scope: global, or a country: scope: ID")
    if words in ([GLOBAL], [FAITH]):
        return frozenset(words)
    for word in words:
        if not isinstance(word, str) or len(word) > 2:
            hint = f"write {GLOBAL}, {FAITH}, or countries in two capitals (ISO 3166): ID, GB; EU"
            wrong(f"{kind_of(word)} is not a scope", hint)
    return frozenset(read_country(word) for word in words)


class ObservanceKeys(Loose):
    id: Id
    rule: Annotated[FixedKeys | RangeKeys | MonthKeys | NthKeys | AnnouncedKeys, BeforeValidator(_rule)]
    name: Texts | None = None
    scope: Annotated[frozenset[str], PlainValidator(_scope)] = frozenset({GLOBAL})
    tone: ToneWord = Tone.NEUTRAL
    lead_days: Annotated[int, Field(ge=0, le=366)] = LEAD_DAYS
    confidence: Literal["A", "B", "C"] | None = Field(None, description="C: from memory, not looked up yet.")


def read_observances(document: Document, findings: Findings) -> dict[str, Observance]:
    """Observance id -> observance."""
    found: dict[str, Observance] = {}
    for keys, index in items(document, "observances", ObservanceKeys, findings):
        path = ("observances", index)
        try:
            rule: Named = keys.rule.value()
        except ValueError:
            findings.add(document.place((*path, "rule")), "there is no such day", "look at month and day")
            continue
        if keys.id in RESERVED:
            findings.add(
                document.place((*path, "id")),
                f"no observance can be called {quoted(keys.id)}",
                "the word means something else in `on` and `quiet_on`: choose another",
            )
        elif is_new(keys.id, found, document, (*path, "id"), findings):
            place = document.place((*path, "id"))
            looked_up = keys.confidence != "C"
            found[keys.id] = Observance(
                keys.id, rule, keys.name or {}, keys.scope, keys.tone, keys.lead_days, looked_up, place
            )
    return found
