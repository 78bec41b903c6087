"""When each row of a table is due: its day, its time and its zone, in the order in which the column writes days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from campaign.core.daytext import Numbers, Order, column_order, read_clock, read_day, read_moment
from campaign.core.timetable import FIRST_DAY, LAST_DAY, to_utc, to_wall
from campaign.errors import Level, Place
from campaign.workspace.findings import Findings
from campaign.workspace.readers import complaint, read_zone
from campaign.workspace.sheet.columns import Layout
from campaign.workspace.sheet.raw import Record

RULE = "date"


@dataclass(frozen=True, slots=True)
class _Cell:
    """What a row says of its time: an instant, or a day (its order perhaps unknown) with a time, in a zone."""

    line: int
    day: date | Numbers
    clock: time
    zone: str
    instant: datetime | None = None


def read_walls(
    name: str,
    rows: Sequence[Mapping[str, str]],
    records: Sequence[Record],
    zone: str,
    order: Order | None,
    layout: Layout,
    findings: Findings,
) -> dict[int, datetime]:
    """Line of a row -> the wall time at which it is due in ``zone``; rows whose time can't be told are in
    ``findings``. ``order``: what a person said of the column."""
    said = [
        cell
        for row, record in zip(rows, records, strict=True)
        if (cell := _cell(name, row, record.line, zone, findings)) is not None
    ]
    order = order or _order(name, said, layout, findings)
    walls: dict[int, datetime] = {}
    for cell in said:
        day = cell.day
        if isinstance(day, Numbers):
            if order is None and (day.unclear or (day.order is None and day.first != day.second)):
                continue  # said once, for the whole column
            found = day.day(order or day.order or Order.DMY)
            if found is None:
                text = f"{day.first}/{day.second}/{day.year}"
                findings.add(
                    Place(name, cell.line),
                    f"there is no day {text} when the column is read as {order}",
                    "write days as 2027-07-30",
                    rule=RULE,
                )
                continue
            day = found
        if not FIRST_DAY < day < LAST_DAY:
            findings.add(Place(name, cell.line), f"{day} is too far away", "look at the year", rule=RULE)
            continue
        wall = _wall(cell, day, zone)
        if wall is None:
            findings.add(
                Place(name, cell.line),
                f"this moment comes twice in {zone}, and the second of them can't be named",
                "choose another time",
                rule=RULE,
            )
        else:
            walls[cell.line] = wall
    return walls


def _cell(name: str, row: Mapping[str, str], line: int, zone: str, findings: Findings) -> _Cell | None:
    place = Place(name, line)
    own = row.get("timezone", "").strip()
    if own and (bad := complaint(read_zone, own)):
        findings.add(place, *bad, rule=RULE)
        return None
    try:
        found = _said(row)
    except ValueError as error:
        message, _, hint = str(error).partition("; ")
        findings.add(place, message, hint, rule=RULE)
        return None
    if isinstance(found, datetime):
        return _Cell(line, found.date(), found.time(), zone, found)
    day, clock = found
    if day is None:
        findings.add(place, "this row has no day", "write it as 2027-07-30", rule=RULE)
    elif clock is None:
        findings.add(place, "this row has no time", "write it as 08:00", rule=RULE)
    else:
        return _Cell(line, day, clock, own or zone)
    return None


def _said(row: Mapping[str, str]) -> tuple[date | Numbers | None, time | None] | datetime:
    """Day and time from one cell or two."""
    moment, day, clock = (row.get(key, "").strip() for key in ("moment", "date", "time"))
    if moment:
        return read_moment(moment)
    if not day:
        return None, None
    if clock:
        return read_day(_bare(day)), read_clock(clock)
    return read_moment(day)


def _bare(day: str) -> str:
    """A day without the midnight that spreadsheets put behind it."""
    return day.removesuffix(" 00:00:00").removesuffix(" 00:00").removesuffix("T00:00:00")


def _order(name: str, said: Sequence[_Cell], layout: Layout, findings: Findings) -> Order | None:
    """The order in which the column writes days, if it says so or need not."""
    numbers = [(cell.line, cell.day) for cell in said if isinstance(cell.day, Numbers)]
    order, torn = column_order(day for _, day in numbers)
    if torn:
        lines: dict[Order, int] = {}
        for line, day in numbers:
            if day.order is not None:
                lines.setdefault(day.order, line)
        findings.add(
            Place(name, max(lines.values())),
            f"this row writes days in another order than line {min(lines.values())}",
            "write all days as 2027-07-30",
            rule=RULE,
        )
        return None
    unclear = [(line, day) for line, day in numbers if day.unclear]
    if order is not None or not unclear:
        return order
    line, day = unclear[0]
    if layout.order is not None:
        findings.warn(
            Place(name, line),
            f"days were read as {layout.name} has them: {day.first}/{day.second}/{day.year} is"
            f" {_long(day, layout.order)}",
            "if that is wrong: --dates dmy",
            rule=RULE,
        )
        return layout.order
    findings.add(
        Place(name, line),
        f"{day.first:02}/{day.second:02}/{day.year} may be {_long(day, Order.DMY)} or {_long(day, Order.MDY)}"
        + (f", and so may {len(unclear) - 1} more" if len(unclear) > 1 else ""),
        "say which: --dates dmy (day first) or --dates mdy (month first)",
        level=Level.ERROR,
        rule=RULE,
    )
    return None


def _long(day: Numbers, order: Order) -> str:
    found = day.day(order)
    return f"{found.day} {found:%B}" if found else "none"


def _wall(cell: _Cell, day: date, zone: str) -> datetime | None:
    """The wall time in the zone; None where it can't be named, for the clocks are set back then."""
    if cell.instant is None and cell.zone == zone:
        return datetime.combine(day, cell.clock)
    instant = cell.instant or to_utc(datetime.combine(day, cell.clock), cell.zone)
    wall = to_wall(instant, zone)
    return wall if to_utc(wall, zone) == instant else None
