"""When a slot happens: from the keys of the file to a timetable, with every moment a person wrote down checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from campaign.core import timetable as core
from campaign.core.observances import Observance
from campaign.core.timetable import (
    At,
    Cron,
    Dates,
    Interval,
    Named,
    On,
    Recurrence,
    Span,
    Timetable,
    Weekly,
    When,
    Which,
)
from campaign.workspace.findings import Findings, did_you_mean, quoted
from campaign.workspace.readers import read_moment, read_time, reading
from campaign.workspace.schedules import WEEKDAYS, CampaignHead, EveryKeys, SlotKeys
from campaign.workspace.yamlfile import Document, Step

KINDS = ("at", "every", "cron", "rrule", "on")
_ONE = "a post has exactly one of `at`, `every`, `cron`, `rrule` (with `at`), `on` (with `at`)"


def read_when(
    slot: SlotKeys,
    path: Sequence[Step],
    document: Document,
    head: CampaignHead,
    zone: str,
    observances: Mapping[str, Observance],
    rows: int | None,
    findings: Findings,
) -> Timetable | None:
    """The timetable of a slot, or None when it has errors. ``rows``: how many there are, None for a slot without."""
    before = findings.errors()
    when = _rule(slot, path, document, head, observances, findings)
    if when is None or findings.errors() > before:
        return None
    table = Timetable(
        when=when,
        zone=zone,
        starts=head.starts,
        ends=head.ends,
        skip=frozenset(slot.skip),
        move=slot.move,
        numbered=rows is not None,
        count=None if slot.repeat else rows,
    )
    if bad := core.validate(when, zone, head.starts, numbered=table.numbered):
        message, _, hint = bad.partition("; ")
        place = document.place((*path, _key(slot)))
        findings.add(place, message, hint or "look at the rule", rule="schedule")
        return None
    _inside(slot, path, document, head, when, findings)
    _exceptions(slot, path, document, table, findings)
    if findings.errors() > before:
        return None
    if _never(table) and not _awaited(slot, when):
        findings.add(
            document.place((*path, _key(slot))),
            f"this post never goes out{_between(head)}",
            "look at `starts`, `ends` and the rule",
            rule="never",
        )
        return None
    return table


def _key(slot: SlotKeys) -> str:
    return next(key for key in ("every", "cron", "rrule", "on", "at") if getattr(slot, key) is not None)


def _between(head: CampaignHead) -> str:
    return (
        f" between {head.starts or 'the beginning'} and {head.ends or 'the end'}"
        if head.starts or head.ends
        else ""
    )


def _rule(
    slot: SlotKeys,
    path: Sequence[Step],
    document: Document,
    head: CampaignHead,
    observances: Mapping[str, Observance],
    findings: Findings,
) -> When | None:
    given = [key for key in ("every", "cron", "rrule", "on") if getattr(slot, key) is not None]
    if len(given) > 1 or (slot.at is not None and given and given[0] in ("every", "cron")):
        keys = [*given, *(["at"] if slot.at is not None else [])]
        place = document.place((*path, keys[1]), key=True)
        hint = (
            "the time belongs inside of `every`"
            if keys[0] == "every"
            else "the time is part of the expression"
        )
        findings.add(
            place, _ONE, hint if keys[1] == "at" else f"this one has {' and '.join(keys)}", rule="schedule"
        )
        return None
    if not given and slot.at is None:
        findings.add(document.place(path), f"`{slot.id}` does not say when", _ONE, rule="schedule")
        return None
    if slot.on is None and (lost := [key for key in ("offset", "day") if getattr(slot, key) is not None]):
        findings.add(
            document.place((*path, lost[0]), key=True),
            f"`{lost[0]}` belongs to `on`",
            "remove it",
            rule="schedule",
        )
        return None
    if not given:
        return _at(slot, path, document, findings)
    if given == ["every"]:
        assert slot.every is not None  # noqa: S101 - it was given
        return _every(slot.every)
    if given == ["cron"]:
        return Cron(str(slot.cron))
    if slot.at is None:
        findings.add(
            document.place(path),
            f"`{given[0]}` needs a time of day",
            f'write at: "09:00" below `{given[0]}`',
            rule="schedule",
        )
        return None
    times = tuple(sorted(set(_read(slot.at, read_time, path, document, findings))))
    if given == ["rrule"]:
        return Recurrence(str(slot.rrule), times)
    day = _day(slot, path, document, head, observances, findings)
    if day is None:
        return None
    if slot.day is not None and not isinstance(day, Span):
        findings.add(
            document.place((*path, "day"), key=True),
            f"`{slot.on}` is a single day",
            "remove `day`: it is for an observance that lasts several, a range or a month",
            rule="schedule",
        )
        return None
    return On(day, (slot.offset or timedelta()).days, times, slot.day or Which.FIRST)


def _read(
    items: Sequence[str], reader: Any, path: Sequence[Step], document: Document, findings: Findings
) -> list[Any]:
    """The items of a slot's ``at``, read; what can't be is in ``findings``, and so is what stands there twice."""
    found: list[Any] = []
    for index, item in enumerate(items):
        value, bad = reading(reader, item)
        if bad is not None:
            findings.add(document.place((*path, "at", index)), f"`at`: {bad[0]}", bad[1])
            continue
        if value in found:
            place = document.place((*path, "at", index))
            findings.add(place, f"{quoted(item)} is there twice", "keep one of them", rule="schedule")
        found.append(value)
    return found


def _at(slot: SlotKeys, path: Sequence[Step], document: Document, findings: Findings) -> At:
    return At(tuple(sorted(_read(slot.at or [], read_moment, path, document, findings))))


def _every(every: EveryKeys) -> Weekly | Interval:
    times = tuple(sorted(set(every.at)))
    if every.interval is not None:
        return Interval(every.interval.days, times)
    days: set[int] = set()
    for word in every.days or ():
        days |= {"weekday": set(range(5)), "day": set(range(7))}.get(word) or {WEEKDAYS.index(word)}
    return Weekly(frozenset(days), times)


def _day(
    slot: SlotKeys,
    path: Sequence[Step],
    document: Document,
    head: CampaignHead,
    observances: Mapping[str, Observance],
    findings: Findings,
) -> Named | None:
    place = document.place((*path, "on"))
    if slot.on in ("starts", "ends"):
        day: date | None = getattr(head, slot.on)
        if day is None:
            findings.add(
                place, f"the campaign has no `{slot.on}`", f"write {slot.on}: 2027-07-30", rule="schedule"
            )
            return None
        return Dates((day,))
    observance = observances.get(str(slot.on))
    if observance is None:
        guess = did_you_mean(str(slot.on), {*observances, "starts", "ends"})
        findings.add(
            place,
            f"no observance called {quoted(str(slot.on))}{guess}",
            "they are listed in schedules/observances.yaml; starts and ends are the campaign's own days",
            rule="unknown-observance",
        )
        return None
    if isinstance(observance.rule, Dates) and not observance.rule.days:
        findings.add(
            place,
            f"the day of `{slot.on}` has not been announced",
            "write it into schedules/observances.yaml when it is, or use `at`",
            rule="schedule",
        )
        return None
    return observance.rule


def _inside(
    slot: SlotKeys,
    path: Sequence[Step],
    document: Document,
    head: CampaignHead,
    when: When,
    findings: Findings,
) -> None:
    """Moments that a person wrote down have to be inside of the campaign."""
    if not (head.starts or head.ends):
        return
    if isinstance(when, At):
        for index, item in enumerate(slot.at or ()):
            _outside(read_moment(item), (*path, "at", index), document, head, findings)
    elif isinstance(when, On) and isinstance(when.day, Dates) and slot.on in ("starts", "ends"):
        moved = when.day.days[0] + timedelta(days=when.offset)
        _outside(datetime.combine(moved, when.times[0]), (*path, "offset"), document, head, findings)
    for old, new in slot.move.items():
        spelled = next((key for key in _moves(document, path) if read_moment(key) == old), "")
        _outside(new, (*path, "move", spelled), document, head, findings)


def _moves(document: Document, path: Sequence[Step]) -> list[str]:
    node = document.root
    for step in (*path, "move"):
        node = node[step]
    return list(node)


def _outside(
    moment: datetime, path: Sequence[Step], document: Document, head: CampaignHead, findings: Findings
) -> None:
    day = moment.date()
    if (head.starts and day < head.starts) or (head.ends and day > head.ends):
        findings.add(
            document.place(path),
            f"{day} is outside of the campaign, {head.starts or '…'} to {head.ends or '…'}",
            "change the moment, or `starts` and `ends` (both days are included)",
            rule="outside",
        )


def _exceptions(
    slot: SlotKeys, path: Sequence[Step], document: Document, table: Timetable, findings: Findings
) -> None:
    """Whatever is skipped or moved has to be there."""
    for key, entry, message in core.strays(table):
        if key == "move":
            spelled = next(key for key in _moves(document, path) if read_moment(key) == entry)
            place = document.place((*path, "move", spelled), key=True)
        else:
            place = document.place((*path, "skip", slot.skip.index(entry)))
        findings.add(place, message, "name the day and time as the rule gives them", rule="skip-move")


_DAY = timedelta(days=1)


def _awaited(slot: SlotKeys, when: When) -> bool:
    """Whether a slot hangs on a day whose next date may still be announced: then ``check`` says what is missing."""
    return isinstance(when, On) and isinstance(when.day, Dates) and slot.on not in ("starts", "ends")


def _never(table: Timetable) -> bool:
    """Whether a timetable with an end has no occurrence at all."""
    if isinstance(table.when, At) and not table.skip:
        return False  # every moment was looked at already
    if table.ends is None and not isinstance(table.when, At | On):
        return False
    begin = core.to_utc(datetime.combine(table.starts or core.FIRST_DAY, time()), table.zone) - 2 * _DAY
    end = core.to_utc(datetime.combine(table.ends or core.LAST_DAY, time()), table.zone) + 2 * _DAY
    return next(core.moments(table, begin, end), None) is None
