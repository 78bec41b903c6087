"""The files of a simulated workspace: made up from a seed, and edited as people edit them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random
from uuid import UUID

from campaign.core.model import Account, Approval, Campaign, QuietHours, Slot, Target, Workspace
from campaign.core.timetable import (
    At,
    Cron,
    Dates,
    Interval,
    On,
    Recurrence,
    Timetable,
    Weekly,
    When,
    Yearly,
)
from campaign.errors import Place
from campaign.networks.base import Options
from tests.simulation.oracle import DAY, Almanac
from tests.simulation.servers import KINDS, Kind

ID = UUID("6d9f0f3e-2f5b-4c8f-9f5a-1c1c5f0b7a10")

STARTS = (
    # A zone, and a day shortly before its clocks change (or nothing happens at all).
    ("Asia/Jakarta", date(2027, 6, 28)),
    ("Europe/Berlin", date(2027, 3, 26)),
    ("Europe/Berlin", date(2027, 10, 29)),
    ("America/New_York", date(2027, 3, 12)),
    ("America/New_York", date(2027, 11, 5)),
    ("Australia/Lord_Howe", date(2027, 4, 2)),
    ("Australia/Lord_Howe", date(2027, 10, 1)),
    ("America/Santiago", date(2027, 4, 2)),
    ("Africa/Casablanca", date(2027, 2, 5)),
    ("Asia/Kathmandu", date(2027, 12, 30)),
    ("America/St_Johns", date(2027, 3, 13)),
    ("UTC", date(2028, 2, 27)),
)
ZONES = sorted({zone for zone, _ in STARTS})

CLOCK = (time(2, 30), time(9), time(9, 5), time(18, 30), time(1, 30), time(23, 45), time(0), time(21, 58))
"""Times of day that slots share, so that posts meet; among them those that DST nights leave out or repeat."""

LATE = (timedelta(seconds=60), timedelta(minutes=30), timedelta(hours=2), timedelta(days=1), None)
QUIET = (QuietHours(time(22), time(6)), QuietHours(time(1), time(3)), QuietHours(time(12), time(13, 30)))

TEMPLATES = {
    "one.j2": "{{ slot.id }} one {{ occurrence.date }} {{ occurrence.time }} {{ account.id }}\n",
    "pair.j2": "{{ slot.id }} 1 {{ occurrence.date }}\n---\n2 {{ occurrence.time }} {{ account.id }}\n",
    "three.j2": "{{ slot.id }} 1 {{ occurrence.date }} {{ account.id }}\n---\n2 {{ occurrence.time }}\n---\n3 end\n",
}
TABLE = "rows.csv"


@dataclass
class Files:
    """What stands in the folder now. ``workspace()`` is what a process would read."""

    zone: str
    begin: date
    end: date
    accounts: dict[str, Account]
    kinds: dict[str, Kind]
    campaigns: dict[str, Campaign]
    table: tuple[Mapping[str, str], ...]
    broken: set[str] = field(default_factory=set)
    gone: dict[str, Account] = field(default_factory=dict)
    """Accounts that were taken out."""
    dropped: list[tuple[str, Slot]] = field(default_factory=list)
    """Planned posts that were taken out."""
    versions: int = 0

    def workspace(self) -> Workspace:
        """The value that the loader would make of the files, or of what is right in them."""
        good, broken = {}, set(self.broken)
        for name, campaign in self.campaigns.items():
            slots = tuple(self._slot(slot) for slot in campaign.slots)
            # A campaign that names an account which is not there is an error of that campaign.
            if any(target.account.id not in self.accounts for slot in slots for target in slot.targets):
                broken.add(name)
            elif name not in broken:
                digest = hashlib.sha256(repr([_as_written(slot) for slot in slots]).encode()).hexdigest()
                good[name] = replace(campaign, slots=slots, digest=digest)
        return Workspace(
            Path("/nowhere"),
            ID,
            self.zone,
            "sqlite:///campaign.db",
            ("en",),
            dict(self.accounts),
            good,
            templates=TEMPLATES,
            tables={TABLE: self.table},
            broken=frozenset(broken),
        )

    def _slot(self, slot: Slot) -> Slot:
        """The slot with the accounts as config.yaml has them now, and as many rows as the table has."""
        targets = tuple(
            Target(self.accounts.get(target.account.id, target.account), target.language)
            for target in slot.targets
        )
        if slot.rows is None or slot.timetable.count is None:
            return replace(slot, targets=targets)
        return replace(slot, targets=targets, timetable=replace(slot.timetable, count=len(self.table)))

    # -- what people do to them --

    def put(self, campaign: str, slot: Slot) -> None:
        """Write a slot of a campaign, new or in the place of the one with its id."""
        old = self.campaigns[campaign]
        slots = {known.id: known for known in old.slots} | {slot.id: slot}
        self.campaigns[campaign] = replace(old, slots=tuple(slots.values()))

    def drop(self, campaign: str, slot: Slot) -> None:
        """Take a slot out."""
        old = self.campaigns[campaign]
        self.campaigns[campaign] = replace(
            old, slots=tuple(known for known in old.slots if known.id != slot.id)
        )
        self.dropped.append((campaign, slot))

    def slots(self) -> list[tuple[str, Slot]]:
        return [(name, slot) for name, campaign in self.campaigns.items() for slot in campaign.slots]


def _as_written(slot: Slot) -> tuple[object, ...]:
    """What the campaign's own file says of a slot: not how many rows its table has, nor how its accounts are set."""
    table = slot.timetable
    return (
        slot.id,
        [target.name for target in slot.targets],
        slot.template,
        slot.text,
        slot.if_late,
        slot.approval,
        slot.quiet,
        repr(table.when),
        sorted(map(str, table.skip)),
        sorted(table.move.items()),
    )


# -- made up -----------------------------------------------------------------------------------------------------


def make(chance: Random, size: int) -> Files:
    """A workspace that a seed stands for. Dense ones last for days, sparse ones for most of a year."""
    zone, begin = chance.choice(STARTS)
    days = chance.choice((4, 10, 40, 120, 300))
    kinds: dict[str, Kind] = {}
    accounts: dict[str, Account] = {}
    for number in range(chance.randint(1, size)):
        name = f"a{number}"
        kinds[name] = chance.choice(KINDS if number else KINDS[:-1])  # not all of it by hand
        accounts[name] = make_account(chance, name)
    files = Files(zone, begin, begin + days * DAY, accounts, kinds, {}, _rows(chance))
    for number in range(chance.randint(1, max(1, size - 1))):
        name = f"c{number}"
        local = chance.choice((zone, chance.choice(ZONES)))
        files.campaigns[name] = Campaign(
            name, {"en": name}, local, (), Place(f"schedules/{name}.yaml"), "", begin, files.end
        )
        for index in range(chance.randint(1, size + 1)):
            files.put(name, make_slot(chance, files, f"s{index}", local))
    return files


def _rows(chance: Random) -> tuple[Mapping[str, str], ...]:
    return tuple({"id": f"r{n}", "text": f"row {n}"} for n in range(chance.randint(2, 12)))


def make_account(chance: Random, name: str) -> Account:
    return Account(
        name,
        "scripted",
        chance.choice((("en",), ("en", "id"))),
        Options(),
        gap=chance.choice((timedelta(), timedelta(), timedelta(minutes=5), timedelta(hours=1))),
        daily=chance.choice((None, None, 1, 2, 5)),
    )


def make_slot(chance: Random, files: Files, name: str, zone: str) -> Slot:
    """A planned post with a rule of one of the five kinds."""
    explicit, when = _when(chance, files)
    rows = None
    count = None
    if chance.random() < 0.2:
        rows, count = TABLE, (len(files.table) if chance.random() < 0.7 else None)
    timetable = Timetable(
        when, zone, starts=files.begin, ends=files.end, numbered=rows is not None, count=count
    )
    targets = [Target(a, language) for a in files.accounts.values() for language in a.languages]
    chosen = chance.sample(targets, chance.randint(1, len(targets)))
    template = None if rows is not None or chance.random() < 0.6 else chance.choice(tuple(TEMPLATES))
    text = "{{ row.text }} " if rows is not None else ""
    return Slot(
        name,
        timetable,
        tuple(chosen),
        Place("schedules/x.yaml", 1, 1),
        template=template.removesuffix(".j2") if template else None,
        text=None
        if template
        else {"": text + "{{ slot.id }} {{ occurrence.date }} {{ occurrence.time }} {{ account.id }}"},
        rows=rows,
        if_late=chance.choice(LATE),
        approval=Approval.ONE if chance.random() < 0.05 else Approval.NONE,
        quiet=chance.choice(QUIET) if chance.random() < 0.3 else None,
        explicit=explicit,
    )


def _when(chance: Random, files: Files) -> tuple[bool, When]:
    days = (files.end - files.begin).days
    dense = days <= 40
    at = tuple(chance.sample(CLOCK, chance.randint(1, 2)))
    kind = chance.randrange(6)
    if kind == 0:
        moments = [some_moment(chance, files.begin, days) for _ in range(chance.randint(1, 4))]
        return True, At(tuple(moments))
    if kind == 1:
        weekdays = frozenset(range(7)) if dense else frozenset(chance.sample(range(7), chance.randint(1, 2)))
        return False, Weekly(weekdays, at)
    if kind == 2:
        return False, Interval(chance.choice((1, 2) if dense else (3, 5, 10)), at)
    if kind == 3:
        fields = ("* * *",) if dense else ("* * 0,3", "1,15 * *", "* * 7")
        return False, Cron(f"{chance.choice(('0', '30', '5,35'))} {chance.choice(('2', '9', '9,18', '23'))} "
                           f"{chance.choice(fields)}")  # fmt: skip
    if kind == 4:
        rules = ("FREQ=DAILY;INTERVAL=2", "FREQ=WEEKLY;BYDAY=MO,SU", "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,TH",
                 "FREQ=MONTHLY;BYDAY=1MO", "FREQ=MONTHLY;BYMONTHDAY=-1", "FREQ=MONTHLY;BYMONTHDAY=15")  # fmt: skip
        return False, Recurrence(chance.choice(rules), at)
    day = files.begin + chance.randint(0, days) * DAY
    which = Yearly(day.month, min(day.day, 28)) if chance.random() < 0.5 else Dates((day,))
    return True, On(which, chance.randint(-3, 3), at)


def some_moment(chance: Random, begin: date, days: int) -> datetime:
    day = begin + chance.randint(0, min(days, chance.choice((3, 10, 300)))) * DAY
    return datetime.combine(day, chance.choice(CLOCK))


# -- edited ------------------------------------------------------------------------------------------------------

Edit = Callable[[Random, Files, datetime, Almanac], str]
"""Changes the files at a moment (local, of the workspace's zone); what it did, or "" if there was nothing to do."""


def _slot_of(chance: Random, files: Files) -> tuple[str, Slot] | None:
    known = files.slots()
    return chance.choice(known) if known else None


def edit_text(chance: Random, files: Files, now: datetime, almanac: Almanac) -> str:
    if (found := _slot_of(chance, files)) is None or found[1].text is None:
        return ""
    files.versions += 1
    name, slot = found
    text = (slot.text or {})[""].split(" v")[0] + f" v{files.versions}"
    files.put(name, replace(slot, text={"": text + (" {{ nobody }}" if chance.random() < 0.1 else "")}))
    return f"text of {name}/{slot.id}"


def edit_moments(chance: Random, files: Files, now: datetime, almanac: Almanac) -> str:
    """Move a moment forward or back (an `at`), or all times of a rule."""
    if (found := _slot_of(chance, files)) is None:
        return ""
    name, slot = found
    by = chance.choice((-1, 1)) * timedelta(minutes=chance.choice((5, 30, 90, 600, 1500)))
    match slot.timetable.when:
        case At(moments):
            index = chance.randrange(len(moments))
            new = _clip(files, moments[index] + by)
            when: When = At((*moments[:index], *moments[index + 1 :], new))
        case Cron():
            when = Cron(f"{chance.choice(('0', '20', '59'))} {chance.choice(('3', '8', '9', '20'))} * * *")
        case other:
            shifted = tuple((datetime.combine(date(2000, 1, 1), t) + by).time() for t in other.times)
            when = replace(other, times=shifted)
    files.put(name, replace(slot, timetable=replace(slot.timetable, when=when)))
    return f"times of {name}/{slot.id} by {by}"


def edit_skip_or_move(chance: Random, files: Files, now: datetime, almanac: Almanac) -> str:
    """Leave an occurrence out, move one and keep its key, or take all that back."""
    if (found := _slot_of(chance, files)) is None:
        return ""
    name, slot = found
    near = [due.wall for due in almanac.of(slot) if abs(due.wall - now) < timedelta(days=3)]
    table = slot.timetable
    if not near or chance.random() < 0.2:
        files.put(name, replace(slot, timetable=replace(table, skip=frozenset(), move={})))
        return f"nothing skipped or moved in {name}/{slot.id}"
    wall = chance.choice(near)
    if chance.random() < 0.4:
        skipped = chance.choice((wall, wall.date()))
        files.put(name, replace(slot, timetable=replace(table, skip=table.skip | {skipped})))
        return f"skip {skipped} in {name}/{slot.id}"
    to = _clip(
        files, wall + chance.choice((-1, 1, 1)) * timedelta(minutes=chance.choice((7, 60, 1000, 3000)))
    )
    files.put(name, replace(slot, timetable=replace(table, move={**table.move, wall: to})))
    return f"move {wall} to {to} in {name}/{slot.id}"


def _clip(files: Files, wall: datetime) -> datetime:
    low, high = datetime.combine(files.begin, time()), datetime.combine(files.end, time(23, 59))
    return min(max(wall, low), high)


def edit_drop(chance: Random, files: Files, now: datetime, almanac: Almanac) -> str:
    if (found := _slot_of(chance, files)) is None:
        return ""
    files.drop(*found)
    return f"{found[0]}/{found[1].id} taken out"


def edit_return(chance: Random, files: Files, now: datetime, almanac: Almanac) -> str:
    if not files.dropped:
        return ""
    name, slot = files.dropped.pop(chance.randrange(len(files.dropped)))
    files.put(name, slot)
    return f"{name}/{slot.id} back again"


def edit_new(chance: Random, files: Files, now: datetime, almanac: Almanac) -> str:
    """A new slot; not seldom for a moment that is near, or has just passed."""
    if not files.accounts:
        return ""
    name = chance.choice(tuple(files.campaigns))
    files.versions += 1
    slot = make_slot(chance, files, f"n{files.versions}", files.campaigns[name].zone)
    if chance.random() < 0.7:
        moment = (now + timedelta(minutes=chance.choice((-2000, -90, -3, 1, 5, 300)))).replace(
            second=0, microsecond=0
        )
        table = replace(slot.timetable, when=At((_clip(files, moment),)))
        slot = replace(slot, timetable=table, explicit=True)
    files.put(name, slot)
    return f"{name}/{slot.id} is new"


def edit_table(chance: Random, files: Files, now: datetime, almanac: Almanac) -> str:
    """A row inserted, appended, or taken out."""
    files.versions += 1
    where = chance.randrange(len(files.table) + 1)
    if chance.random() < 0.3 and len(files.table) > 2:
        files.table = files.table[: where - 1] + files.table[where:] if where else files.table[1:]
        return f"row {where} taken out of the table"
    row = {"id": f"i{files.versions}", "text": f"inserted {files.versions}"}
    files.table = (*files.table[:where], row, *files.table[where:])
    return f"a row inserted at {where}"


def edit_account(chance: Random, files: Files, now: datetime, almanac: Almanac) -> str:
    """An account goes (with or without its campaigns being told), comes back, or gets another gap or cap."""
    if files.gone and chance.random() < 0.6:
        name = chance.choice(sorted(files.gone))
        files.accounts[name] = files.gone.pop(name)
        return f"account {name} back again"
    if len(files.accounts) < 2 or chance.random() < 0.3:
        name = chance.choice(sorted(files.accounts)) if files.accounts else ""
        if name:
            fresh = make_account(chance, name)
            files.accounts[name] = replace(files.accounts[name], gap=fresh.gap, daily=fresh.daily)
        return f"account {name} paced anew" if name else ""
    name = chance.choice(sorted(files.accounts))
    files.gone[name] = files.accounts.pop(name)
    told = chance.random() < 0.5
    if told:
        for campaign, slot in files.slots():
            left = tuple(target for target in slot.targets if target.account.id != name)
            files.put(campaign, replace(slot, targets=left))
    return f"account {name} taken out" + (", also of the campaigns" if told else "")


def edit_break(chance: Random, files: Files, now: datetime, almanac: Almanac) -> str:
    """A campaign's file is broken, or mended."""
    if files.broken and chance.random() < 0.7:
        name = chance.choice(sorted(files.broken))
        files.broken.discard(name)
        return f"{name} mended"
    name = chance.choice(sorted(files.campaigns))
    files.broken.add(name)
    return f"{name} broken"


def edit_policy(chance: Random, files: Files, now: datetime, almanac: Almanac) -> str:
    if (found := _slot_of(chance, files)) is None:
        return ""
    name, slot = found
    files.put(
        name,
        replace(
            slot,
            if_late=chance.choice(LATE),
            quiet=chance.choice((None, *QUIET)),
            approval=Approval.ONE if chance.random() < 0.1 else Approval.NONE,
        ),
    )
    return f"late policy, quiet hours and approval of {name}/{slot.id}"


EDITS: Sequence[tuple[Edit, int]] = (
    (edit_text, 4),
    (edit_moments, 5),
    (edit_skip_or_move, 4),
    (edit_drop, 2),
    (edit_return, 3),
    (edit_new, 3),
    (edit_table, 2),
    (edit_account, 3),
    (edit_break, 2),
    (edit_policy, 2),
)
