"""One machine with one store: a virtual clock, a process that may die at any point, and the servers at the far end."""

from __future__ import annotations

import heapq
import itertools
import queue
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Connection

from campaign.core.compose import Composer
from campaign.core.model import Account, Media, Workspace
from campaign.core.text import TextRules
from campaign.dispatch.decide import Desk
from campaign.dispatch.freeze import Freezer
from campaign.dispatch.planner import Planner
from campaign.dispatch.station import keep_last_good
from campaign.dispatch.tick import Engine
from campaign.errors import CampaignError, StoreError
from campaign.store.database import Store
from campaign.store.outbox import Who
from campaign.store.scratch import hurry
from tests.simulation.files import ID, Files
from tests.simulation.servers import Adapter, Server

SHM = Path("/dev/shm")
STORE_RETRY = timedelta(seconds=5)
"""As dispatch.loop has it."""


class Died(BaseException):
    """The process is gone: nothing after this point was done by it."""


class Broken(AssertionError):
    """An invariant does not hold."""


class MortalStore(Store):
    """The real store; ``point`` is called before and after each commit."""

    point: Callable[[str], None] = staticmethod(lambda where: None)

    @contextmanager
    def write(self) -> Iterator[Connection]:
        with super().write() as connection:
            yield connection
            self.point("before a commit")
        self.point("after a commit")


@contextmanager
def a_store() -> Iterator[MortalStore]:
    """A store of its own in memory-backed files where there are any, and without waiting for the disk."""
    where = SHM if SHM.is_dir() else None
    with tempfile.TemporaryDirectory(dir=where, prefix="simulation") as folder:
        store = MortalStore.open("sqlite:///campaign.db", Path(folder), create=True)
        assert isinstance(store, MortalStore)
        hurry(store)
        try:
            yield store
        finally:
            store.close()


class Mailbox:
    """Stands where the engine's queue stands: what senders bring back arrives when the clock has reached its time."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._waiting: list[tuple[datetime, int, Any]] = []
        self._count = itertools.count()
        self.delay = timedelta()

    def put(self, item: Any) -> None:
        heapq.heappush(self._waiting, (self._clock() + self.delay, next(self._count), item))
        self.delay = timedelta()

    def get_nowait(self) -> Any:
        if not self._waiting or self._waiting[0][0] > self._clock():
            raise queue.Empty
        return heapq.heappop(self._waiting)[2]

    @property
    def next(self) -> datetime | None:
        return self._waiting[0][0] if self._waiting else None

    @property
    def accounts(self) -> set[str]:
        """Whose senders have not come back yet."""
        return {item.account for _, _, item in self._waiting}


@dataclass
class Senders(Executor):
    """Runs a sender at once, in the thread that ticks; the machine may fall asleep just before."""

    before: Callable[[], None]

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        self.before()
        future: Future[Any] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


class Folder:
    """There are no pictures here."""

    root = Path("/nowhere")

    def path(self, file: str) -> Path:
        return self.root / file

    def describe(self, file: str) -> tuple[str, str]:
        raise CampaignError(f"there is no file posts/{file}")

    def draw(self, media: Media) -> None:
        assert media.card is None, "there are no cards here"


@dataclass
class Nets:
    """Stands where the adapters are made."""

    servers: dict[str, Server]
    point: Callable[[str], None]
    delay: Callable[[float], None]
    tried: Callable[[str], None]
    clock: Callable[[], datetime]
    without_secret: set[str] = field(default_factory=set)
    failed: dict[str, datetime] = field(default_factory=dict)
    """Accounts that had no secret when somebody last asked for their adapter, and when that was; the engine may leave
    them alone for a quarter of an hour, or until it adopts other files."""

    def get(self, account: Account) -> Adapter:
        if account.id in self.without_secret:
            self.failed[account.id] = self.clock()
            raise CampaignError(f"the secret of {account.id} is missing")
        return Adapter(self.servers[account.id], self.point, self.delay, self.tried)

    def rules(self, account: Account) -> TextRules:
        return Adapter.rules


class Watcher(Protocol):
    """Told of everything that happens; raises Broken."""

    def before_tick(self) -> None:
        """A tick begins at ``World.now``."""

    def after_tick(self) -> None:
        """It came to its end."""

    def settled(self, wake: datetime | None) -> None:
        """Nothing comes back at this instant any more; the engine asks to be woken at ``wake``."""

    def beat(self) -> None:
        """The idle loop has noted that nothing more was due."""

    def observe(self) -> None:
        """The store was written by something else than a whole tick."""


@dataclass
class World:
    """The machine. ``files`` is what stands in the folder, ``running`` what the process last read of it."""

    store: MortalStore
    files: Files
    now: datetime
    tally: Counter[str]
    story: Callable[[str], None]
    watcher: Watcher = field(init=False)
    servers: dict[str, Server] = field(init=False)
    nets: Nets = field(init=False)
    engine: Engine | None = None
    running: Workspace = field(init=False)
    mailbox: Mailbox = field(init=False)
    fuse: int | None = None
    """Points until the process dies."""
    jam: int | None = None
    """Points until the store can't be written once."""
    nap: timedelta = timedelta()
    """How long the machine sleeps just before the next request."""
    downtime: timedelta = timedelta()
    """How long the process is gone when it has died."""
    _reread: bool = False
    _pids: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        clock = lambda: self.now  # noqa: E731
        self.servers = {name: Server(kind, clock) for name, kind in self.files.kinds.items()}
        self.mailbox = Mailbox(clock)
        self.nets = Nets(self.servers, self.point, self._delay, self._met, clock)
        self.store.point = self.point
        self.running = self.files.workspace()

    def uptime(self) -> float:
        return self.now.timestamp()

    def _delay(self, seconds: float) -> None:
        self.mailbox.delay = timedelta(seconds=seconds)

    def _met(self, what: str) -> None:
        self.tally["faults"] += 1
        self.tally[f"fault: {what}"] += 1

    # -- dying ---------------------------------------------------------------------------------------------------

    def point(self, where: str) -> None:
        """A place where the process may die, or the store be jammed."""
        if self.fuse is not None:
            self.fuse -= 1
            if self.fuse < 0:
                self.fuse = None
                self.tally["crashes"] += 1
                self.tally[f"crash {where}"] += 1
                self.story(f"    dies {where}")
                raise Died(where)
        if self.jam is not None and where == "before a commit":
            self.jam -= 1
            if self.jam < 0:
                self.jam = None
                self.tally["faults"] += 1
                self.tally["fault: store locked"] += 1
                self.story("    the store is locked")
                raise StoreError("the store is locked by another program")

    def _asleep(self) -> None:
        self.point("before a sender")
        if self.nap:
            self.story(f"    asleep for {self.nap} before the request")
            self.now += self.nap
            self.nap = timedelta()

    # -- the process ---------------------------------------------------------------------------------------------

    def boot(self) -> None:
        """A new process takes over the store; it may die doing so, and then another one does."""
        while True:
            self.mailbox = Mailbox(lambda: self.now)
            self.engine = Engine(
                self.store,
                self.nets,  # type: ignore[arg-type]
                Folder(),
                f"host:{next(self._pids)}",
                Senders(self._asleep),
                self.uptime,
                _results=self.mailbox,  # type: ignore[arg-type]
            )
            self.running = self.files.workspace()
            self._reread = False
            self.nets.failed.clear()
            try:
                self.engine.start(self.now)
                self.engine.adopt(self._planner(self.running), self.now)
            except (Died, StoreError):
                self.watcher.observe()
                self.now += timedelta(seconds=30)
                continue
            self.watcher.observe()
            return

    def _planner(self, files: Workspace) -> Planner:
        composer = Composer(files, self.nets.rules)
        return Planner(self.store, files, composer, self.nets, Freezer(ID, Folder()))  # type: ignore[arg-type]

    def desk(self, who: str) -> Desk:
        """Where a person decides, with the files as they are now."""
        files = self.files.workspace()
        composer = Composer(files, self.nets.rules)
        nets = replace(self.nets, failed={})
        return Desk(
            self.store, files, composer, nets, Freezer(ID, Folder()), self.now, Who(who, "cli")  # type: ignore[arg-type]
        )  # fmt: skip

    def reread(self) -> None:
        """The files have changed: the loop looks at them before its next tick."""
        self._reread = True

    def _adopt(self) -> None:
        assert self.engine is not None
        if self._reread:
            new = keep_last_good(self.files.workspace(), self.running)
            self.nets.failed.clear()
            self.engine.adopt(self._planner(new), self.now)
            self.running = new
            self._reread = False

    def stop(self) -> None:
        """SIGTERM: nothing new is claimed, what is in flight is waited for."""
        assert self.engine is not None
        self.engine.stopping = True
        with suppress(Died, StoreError):
            while self.engine.in_flight:
                self.now = max(self.now, self.mailbox.next or self.now)
                self.engine.tick(self.now)
            self._beat()
        self.watcher.observe()
        self.engine = None
        self.tally["stops"] += 1

    def kill(self) -> None:
        """SIGKILL, at a moment when it does nothing but wait."""
        self.engine = None
        self.tally["crashes"] += 1
        self.tally["crash while waiting"] += 1

    # -- time ----------------------------------------------------------------------------------------------------

    def go(self, until: datetime) -> None:
        """Let time pass as the loop would: look at the store now (a bell rang), then at every instant that the engine
        asks for or at which a sender comes back. A process that dies is started again after its downtime."""
        first = True
        while first or self.now < until:
            if self.engine is None:
                self.boot()
            wake = self._settle()
            first = False
            if wake is Died:
                self.engine = None
                self.now += self.downtime
                self.story(f"  {self.now:%m-%d %H:%M:%S} starts again after {self.downtime}")
                first = True
                continue
            moments = [moment for moment in (wake, self.mailbox.next, until) if moment is not None]
            self.now = max(self.now, min(moments))
        for server in self.servers.values():
            server.settle()

    def _settle(self) -> Any:
        """Tick at this instant until nothing comes back at once. The instant of the next tick, None, or Died."""
        assert self.engine is not None
        try:
            while True:
                self._adopt()
                self.tally["ticks"] += 1
                self.watcher.before_tick()
                wake = self.engine.tick(self.now)
                self.watcher.after_tick()
                back = self.mailbox.next
                if back is None or back > self.now:
                    break
            self._beat()
        except Died:
            self.watcher.observe()
            return Died
        except StoreError:
            self.watcher.observe()
            return self.now + STORE_RETRY
        self.watcher.settled(wake)
        return wake

    def _beat(self) -> None:
        """The idle loop's beat, which is never older than a minute; here it comes after each pass."""
        assert self.engine is not None
        self.engine.catch_up(self.now)
        self.watcher.beat()

    def idle_until_now(self) -> None:
        """What the beats of an idle loop have noted by the time that somebody does something."""
        if self.engine is not None:
            try:
                self._beat()
            except Died:
                self.engine = None
            except StoreError:
                pass
