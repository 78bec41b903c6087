"""What taking a table of posts would make: a campaign file, before anything is written; and writing it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePath

from campaign.core.daytext import Order
from campaign.core.model import Workspace, parse_key
from campaign.errors import CampaignError, Level, Place, Problem
from campaign.workspace.findings import Findings
from campaign.workspace.new import free_path, write_new
from campaign.workspace.schedules import RESERVED
from campaign.workspace.sheet.columns import columns, known
from campaign.workspace.sheet.days import read_walls
from campaign.workspace.sheet.raw import MAX_BYTES, RULE, read_table
from campaign.workspace.sheet.rows import Draft, Reader, fields_of
from campaign.workspace.sheet.written import Slot, campaign_file, slots_of
from campaign.workspace.tree import read_bytes
from campaign.workspace.yamlfile import read
from campaign.workspace.yamltext import Unreadable


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a person says of a table. ``name``: of the campaign ("": as the file is called); ``zone``: in which its
    times are ("": the workspace's); ``accounts``: where rows go that name none."""

    name: str = ""
    zone: str = ""
    order: Order | None = None
    accounts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Offer:
    """A table that could be taken. ``file``: its name; ``name``: of the campaign; ``data``: the campaign file, b""
    where an error of the table stands in the way; ``starts``: the line of that file in which each slot begins."""

    file: str
    name: str
    zone: str
    layout: str = ""
    encoding: str = ""
    slots: tuple[Slot, ...] = ()
    data: bytes = b""
    problems: tuple[Problem, ...] = ()
    starts: tuple[int, ...] = field(default=(), repr=False)

    @property
    def path(self) -> str:
        """The campaign file, from the folder of config.yaml."""
        return f"schedules/{self.name}.yaml"

    @property
    def wrong(self) -> bool:
        """Whether it can't be taken."""
        return not self.data

    def of_table(self, problems: Sequence[Problem]) -> list[Problem]:
        """Those of the problems of the workspace with this campaign that are the campaign's, each at its row in the
        table."""
        return [
            replace(problem, place=self._row(problem))
            for problem in problems
            if problem.place.file == self.path or problem.key.startswith(f"{self.name}/")
        ]

    def _row(self, problem: Problem) -> Place:
        key = parse_key(problem.key) if problem.key.startswith(f"{self.name}/") else None
        slot = next((slot for slot in self.slots if key is not None and slot.id == key.slot), None)
        if key is not None and slot is not None:
            own = [d for d in slot.drafts if key.target in {target.name for target in d.targets}]
            return Place(self.file, (own or slot.drafts)[0].line)
        index = bisect_right(self.starts, problem.place.line) - 1
        return Place(self.file, self.slots[index].lines[0]) if index >= 0 else Place(self.file)


def read_file(path: Path) -> bytes:
    """The bytes of a table. CampaignError when it can't be read or is too large."""
    try:
        return read_bytes(path, MAX_BYTES)
    except Unreadable as stop:
        raise CampaignError(f"{path.name}: {stop.message}", stop.hint) from None


def consider(workspace: Workspace, file: str, data: bytes, wishes: Wishes) -> Offer:
    """Look at a table, ``data`` of the name ``file``, as something for a workspace. Writes nothing. CampaignError when
    the campaign can't be called so, or is there already."""
    name = wishes.name or _name(file)
    file = _shown(file)
    free_path(workspace, name)
    zone = wishes.zone or workspace.zone
    offer = Offer(file, name, zone)
    findings = Findings()
    table = read_table(file, data, known, findings)
    found = columns(table, findings) if table is not None else None
    if table is None or found is None:
        return replace(offer, problems=findings.sorted())
    rows = [fields_of(found, record) for record in found.rows]
    walls = read_walls(file, rows, found.rows, zone, wishes.order, found.layout, findings)
    reader = Reader(workspace, file, found, wishes.accounts, findings)
    drafts = [
        reader.draft(row, record, walls.get(record.line))
        for row, record in zip(rows, found.rows, strict=True)
    ]
    if not found.rows:
        findings.add(
            Place(file), "the table has no rows below its head", "write a row for each post", rule=RULE
        )
    offer = replace(offer, layout=found.layout.name, encoding=table.encoding)
    if findings.errors():
        return replace(offer, problems=findings.sorted())
    slots = slots_of([draft for draft in drafts if draft is not None])
    _doubled(file, slots, findings)
    content = campaign_file(slots, _title(name), "" if zone == workspace.zone else zone, file)
    document = read(offer.path, content)
    if document.problems:  # only its size can be wrong
        findings.add(Place(file), document.problems[0].message, document.problems[0].hint, rule="size")
        return replace(offer, problems=findings.sorted())
    starts = tuple(document.place(("posts", index)).line for index in range(len(slots)))
    return replace(offer, slots=tuple(slots), data=content, starts=starts, problems=findings.sorted())


def take(workspace: Workspace, offer: Offer) -> Path:
    """Write the campaign file of an offer; nothing is ever written over. CampaignError when it can't be written."""
    if offer.wrong:
        raise ValueError("this table can't be taken")
    path = free_path(workspace, offer.name)
    write_new(path, offer.data)
    return path


def _name(file: str) -> str:
    """A campaign's name from that of a file. CampaignError when nothing of it can be one."""
    stem = PurePath(file).stem.lower()
    name = re.sub(r"[^a-z0-9]+", "-", stem).strip("-")[:63].strip("-")
    if not name or f"{name}.yaml" in RESERVED:
        raise CampaignError(f"{_shown(file)!r} can't be a campaign's name", "give one: --name world-day")
    return name


def _title(name: str) -> str:
    return name.replace("-", " ").capitalize()


def _shown(file: str) -> str:
    """A file's name where it can do no harm: in a comment, in a message."""
    return "".join(char if char.isprintable() else "?" for char in file)[:80]


def _doubled(file: str, slots: Sequence[Slot], findings: Findings) -> None:
    """Warn of rows that say to an account what another row says to it at the same time: it goes out once."""
    for slot in slots:
        first: dict[str, Draft] = {}
        for draft in slot.drafts:
            for target in draft.targets:
                earlier = first.setdefault(target.name, draft)
                if earlier is not draft:
                    findings.add(
                        Place(file, draft.line),
                        f"this says the same as line {earlier.line}, to {target.name} at the same time",
                        "it is taken once: delete one of the two",
                        level=Level.WARN,
                        rule=RULE,
                    )
