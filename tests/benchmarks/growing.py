"""A log that grows for years: what a tick, a look at it and a restart cost with few posts in it, and with a million."""

from __future__ import annotations

import gc
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median

from flask.testing import FlaskClient

from campaign.core.model import Workspace
from campaign.core.roles import Role
from campaign.dispatch import station
from campaign.dispatch.admission import add_token
from campaign.dispatch.alerting.sources import standing
from campaign.dispatch.approval.approvable import lacking
from campaign.dispatch.station import Station
from campaign.dispatch.tick import Engine
from campaign.review.status import read
from campaign.store import paging
from campaign.web.access import FORM
from campaign.web.app import make_app
from campaign.web.links import Links
from campaign.web.site import Address, Site
from tests.benchmarks import grown
from tests.benchmarks.grown import NOW, SECRETS, STEP
from tests.benchmarks.measure import Bar, Contest, Contestant, Figures

AT_LEAST = 0.1
"""Seconds of work behind each figure: what is quick is done again and again, and the median taken."""

MOST = 5
"""So often at most."""

PORT = 8123
HERE = f"http://127.0.0.1:{PORT}"


@dataclass
class Grown:
    """A workspace whose store has grown, open as ``campaign run`` and ``campaign web`` have it."""

    root: Path
    files: Workspace = field(init=False)
    here: Station = field(init=False)
    engine: Engine = field(init=False)
    visitor: FlaskClient = field(init=False)
    at: datetime = NOW
    failures: list[BaseException] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.files = station.read(self.root)
        self.here = self._open()
        self.engine = grown.engine(self.here, self.files, self.at)
        grown.settle(self.engine, self.at)
        self.visitor = self._sign_in()

    def _open(self) -> Station:
        opened = Station.open(self.root, self.files, SECRETS, create=True)
        return replace(opened, given=grown.Networks())  # type: ignore[arg-type]

    def _sign_in(self) -> FlaskClient:
        site = Site(self.here, lambda: self.at, Address.local(PORT), grown.ANI, Links(lambda _: None))
        token = add_token(site.desk(grown.ANI), "rio", Role.VIEWER, "rio")
        visitor = make_app(site, self.failures.append).test_client()
        visitor.get("/sign-in", base_url=HERE)
        (proof,) = [cookie.value for cookie in visitor._cookies.values()]
        shown = {FORM: proof, "token": token}
        visitor.post("/sign-in", base_url=HERE, headers={"Origin": HERE}, data=shown)
        return visitor

    def close(self) -> None:
        self.here.store.close()

    # -- what is measured --

    def tick(self) -> None:
        """Nothing is due."""
        self.engine.tick(self.at, self.at.timestamp())

    def tick_with_a_post(self) -> None:
        """A post falls due, is sent, and what came of it written."""
        self.at += STEP
        before = self.calls
        grown.settle(self.engine, self.at)
        if self.calls == before:
            raise RuntimeError(f"nothing was sent at {self.at}")

    @property
    def calls(self) -> int:
        return sum(len(net.calls) for net in self.here.adapters.by_account.values())  # type: ignore[attr-defined]

    def status(self) -> None:
        store, planner = self.here.store, self.here.planner(self.files)
        facts = {name: store.get(name) for name in ("last_tick", "last_tick_by", "clock")}
        with store.read() as connection:
            unapproved = lacking(planner, connection, self.at, self.at + timedelta(days=7))
            read(connection, self.files, (), None, facts.get, self.at, unapproved)

    def alerts(self) -> None:
        with self.here.store.read() as connection:
            standing(connection, self.files, self.at)

    def log(self) -> None:
        with self.here.store.read() as connection:
            if not paging.page(connection, size=50).rows:
                raise RuntimeError("the log is empty")

    def page(self, address: str) -> None:
        found = self.visitor.get(address, base_url=HERE)
        if found.status_code != 200 or self.failures:
            raise RuntimeError(f"{address}: {found.status_code} {self.failures}")

    def restart(self) -> None:
        """As ``campaign run`` does it, from files that are read to the end of the first tick."""
        again = self._open()
        try:
            grown.settle(grown.engine(again, self.files, self.at), self.at)
        finally:
            again.store.close()


WORK: Mapping[str, Callable[[Grown], None]] = {
    "tick": Grown.tick,
    "tick with a post": Grown.tick_with_a_post,
    "status": Grown.status,
    "log": Grown.log,
    "log, web": lambda it: it.page("/log"),
    "month, web": lambda it: it.page(f"/calendar?day={NOW.date()}"),
    "alerts": Grown.alerts,
    "restart": Grown.restart,
}
"""What is measured of each store, in milliseconds of the processor's time."""


def measure(it: Grown, at_least: float) -> Figures:
    return {f"{name} ms": _cpu(partial(work, it), at_least) * 1000 for name, work in WORK.items()}


def _cpu(work: Callable[[], None], at_least: float) -> float:
    gc.collect()
    took: list[float] = []
    while not took or (sum(took) < at_least and len(took) < MOST):
        began = time.process_time()
        work()
        took.append(time.process_time() - began)
    return median(took)


@contextmanager
def stores(month: int, *sizes: int) -> Iterator[dict[int, Grown]]:
    """Stores of so many posts at least, all with the same last month of about ``month`` posts."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as after:
        model = grown.model(_below(folder, "month"), month)
        found = {}
        for size in sizes:
            root = _below(folder, str(size))
            shutil.copytree(model, root, ignore=shutil.ignore_patterns("campaign.db*"), dirs_exist_ok=True)
            grown.grow(model, root / "campaign.db", size)
            found[size] = it = Grown(root)
            after.callback(it.close)
        yield found


def _below(folder: str, name: str) -> Path:
    path = Path(folder) / name
    path.mkdir()
    return path


SHARES = {1000: "a thousandth of it", 100: "a hundredth", 10: "a tenth", 1: "all of it"}
LEAST, ALL = SHARES[1000], SHARES[1]


@contextmanager
def _prepare(size: int) -> Iterator[Mapping[str, Contestant]]:
    at_least = AT_LEAST if size > CONTEST.small else 0.0
    with stores(size // 1000, *(size // share for share in SHARES)) as found:
        yield {name: partial(measure, found[size // share], at_least) for share, name in SHARES.items()}


CONTEST = Contest(
    "posts in the store; what a look at it costs the processor",
    1_000_000,
    5_000,
    _prepare,
    bars=tuple(Bar(ALL, f"{name} ms", 2.0, than=LEAST) for name in WORK),
)
