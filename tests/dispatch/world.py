"""A small world for the work: a network that does as told, a workspace made of values, an engine without threads."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID

from campaign.core.compose import Composer
from campaign.core.model import Account, Campaign, Media, Post, Slot, Target, Workspace
from campaign.core.outcome import CannotTell, Found, Outcome, Receipt, Sent
from campaign.core.text import TextRules
from campaign.core.timetable import At, Timetable, Weekly
from campaign.dispatch.freeze import Freezer
from campaign.dispatch.planner import Planner
from campaign.dispatch.rehearse import Inline
from campaign.dispatch.tick import Engine
from campaign.errors import CampaignError, Place
from campaign.networks.base import Options
from campaign.store import history
from campaign.store.database import Store
from campaign.store.history import Delivery

ZONE = "Asia/Jakarta"
T0 = datetime(2027, 7, 1, 1, 0, tzinfo=UTC)
"""08:00 in Jakarta."""
ID = UUID("6d9f0f3e-2f5b-4c8f-9f5a-1c1c5f0b7a10")


@dataclass
class Scripted:
    """A network that answers from a script (then: yes) and remembers what it accepted, as a server would."""

    name: ClassVar[str] = "scripted"
    rules: ClassVar[TextRules] = TextRules(limit=500, images=4)
    options: ClassVar[type[Options]] = Options
    repeat_safe_for: timedelta = timedelta(hours=1)
    script: list[Callable[[Post, str], Outcome]] = field(default_factory=list)
    finds: list[Found] = field(default_factory=list)
    calls: list[tuple[str, str]] = field(default_factory=list)
    accepted: dict[str, str] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)
    replies: dict[str, str | None] = field(default_factory=dict)

    def prepare(self, post: Post) -> dict[str, Any]:
        return {}

    def accept(self, post: Post, key: str) -> Sent:
        if key not in self.accepted:
            self.accepted[key] = post.text
            self.order.append(post.text)
            self.replies[post.text] = post.reply_to.id if post.reply_to else None
        return Sent(Receipt(f"id-{key}", f"https://net.example/{key}", "us"))

    def send(self, post: Post, key: str, notes: Any) -> Outcome:
        self.calls.append(("send", key))
        return self.script.pop(0)(post, key) if self.script else self.accept(post, key)

    def find(self, post: Post, key: str, since: datetime, notes: Any) -> Found:
        self.calls.append(("find", key))
        return self.finds.pop(0) if self.finds else CannotTell("the network can't be asked")

    def whoami(self) -> str:
        return "us"


class Folder:
    """Media of the world: name -> hash."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.hashes: dict[str, str] = {}

    def path(self, file: str) -> Path:
        return self.root / "posts" / file

    def describe(self, file: str) -> tuple[str, str]:
        if file not in self.hashes:
            raise CampaignError(f"posts/{file} is not there")
        return "image/png", self.hashes[file]

    def draw(self, media: Media) -> None:
        assert media.card is None, "there are no cards in this world"


class Nets:
    """Stands where the adapters are made: one scripted network an account."""

    def __init__(self) -> None:
        self.by_account: dict[str, Scripted] = {}
        self.broken: set[str] = set()

    def get(self, account: Account) -> Scripted:
        if account.id in self.broken:
            raise CampaignError(f"the secret of {account.id} is missing")
        return self.by_account.setdefault(account.id, Scripted())

    def rules(self, account: Account) -> TextRules:
        return Scripted.rules


def account(name: str = "fedi", languages: tuple[str, ...] = ("en",), **more: Any) -> Account:
    return Account(name, "scripted", languages, Options(), **more)


def slot(name: str, when: Any, targets: Iterable[Target], text: str | None = None, **more: Any) -> Slot:
    timetable = when if isinstance(when, Timetable) else Timetable(when, ZONE)
    return Slot(
        name, timetable, tuple(targets), Place("schedules/c.yaml", 1, 1), text={"": text or name}, **more
    )


def at(*walls: str) -> At:
    return At(tuple(datetime.fromisoformat(wall) for wall in walls))


def daily(hour: int, starts: date | None = None) -> Timetable:
    from datetime import time

    return Timetable(Weekly(frozenset(range(7)), (time(hour),)), ZONE, starts=starts)


def workspace(
    accounts: Iterable[Account], slots: Iterable[Slot], digest: str = "1", **more: Any
) -> Workspace:
    campaign = Campaign("c", {"en": "C"}, ZONE, tuple(slots), Place("schedules/c.yaml"), digest)
    return Workspace(
        Path("/nowhere"),
        ID,
        ZONE,
        "sqlite:///campaign.db",
        ("en",),
        {a.id: a for a in accounts},
        {"c": campaign},
        **more,
    )


@dataclass
class World:
    """An engine with a clock that the test turns."""

    store: Store
    root: Path
    nets: Nets = field(default_factory=Nets)
    now: datetime = T0
    files: Folder = field(init=False)
    engine: Engine = field(init=False)

    def __post_init__(self) -> None:
        self.files = Folder(self.root)
        self.boot()

    def boot(self) -> None:
        """A new process on the same store; what the old one had in flight is gone with it."""
        self.engine = Engine(self.store, self.nets, self.files, "host:1", Inline(), self.uptime)  # type: ignore[arg-type]

    def uptime(self) -> float:
        return self.now.timestamp()

    def adopt(self, space: Workspace) -> None:
        composer = Composer(space, self.nets.rules)
        freezer = Freezer(ID, self.files)
        self.engine.adopt(Planner(self.store, space, composer, self.nets, freezer), self.now)  # type: ignore[arg-type]

    def settle(self) -> datetime | None:
        """Tick at this instant until nothing comes back; when the engine wants to be woken next."""
        while True:
            wake = self.engine.tick(self.now)
            if not self.engine.in_flight:
                return wake

    def go(self, **delta: float) -> datetime | None:
        """Let time pass as the loop would: wake at every instant that the engine asks for."""
        until = self.now + timedelta(**delta)
        wake = self.settle()
        while wake is not None and wake <= until:
            assert wake > self.now, f"asked to be woken at {wake}, and it is {self.now}"
            self.now = wake
            wake = self.settle()
        self.now = until
        return self.settle()

    def rows(self) -> dict[str, Delivery]:
        with self.store.read() as connection:
            return {row.key: row for row in history.deliveries(connection)}

    def states(self) -> dict[str, str]:
        return {key: row.state.value for key, row in self.rows().items()}
