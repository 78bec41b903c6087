"""``python -m tests.torture.mortal``: runs `campaign` in processes that die, or lose their disk, at a named point.

Reads one ``order`` a line. Answers with the process id, then with the exit code (-9: killed). Each run
is a fork of this process, which has imported everything and has been through one campaign already: that makes it quick.

Fault points: before and after every commit of the store and its closing; before every HTTP exchange, before each piece
of its bytes, after the last of them, when the answer is there but unread, after the exchange; before and after every
file put in place.
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import json
import os
import resource
import select
import shutil
import signal
import sys
import tempfile
import threading
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NoReturn

import apscheduler.schedulers.blocking  # noqa: F401 - imported here so that no fork has to
import urllib3
import urllib3.connection
from sqlalchemy import Connection

import campaign.cli.resolve
import campaign.cli.run
import campaign.networks.feed_page.pages
import campaign.networks.x_http  # noqa: F401
from campaign.cli.main import main
from campaign.dispatch import clock, loop
from campaign.errors import StoreError
from campaign.networks import registry, transport
from campaign.store import engines
from campaign.store.database import Store
from tests.torture import mute
from tests.torture.order import Order


class Inline(Executor):
    """Works at once, in the thread that asks."""

    def __init__(self, *_sizes: object) -> None:
        pass

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except BaseException as error:  # noqa: BLE001 - as an executor does
            traceback.print_exc()  # nobody asks the future
            future.set_exception(error)
        return future


class Mortal:
    """The fault points of one process."""

    def __init__(self, order: Order) -> None:
        self.order = order
        self.reached = 0
        self.failures = 0
        self._one = threading.Lock()
        self._trail = (Path(order.folder) / "trail").open("w")

    def fault(self, where: str) -> None:
        with self._one:
            self.reached += 1
            self._trail.write(f"{where}\n")
            if self.reached == self.order.point:
                self._trail.flush()
                os.kill(os.getpid(), signal.SIGKILL)
            if self.reached == self.order.full_at:
                self.room(full=True)

    def room(self, *, full: bool) -> None:
        """``full``: from now on no file can grow beyond what the store's log has already (writing there fails)."""
        limit = resource.RLIM_INFINITY
        if full:
            wal = Path(self.order.folder) / "campaign.db-wal"
            limit = max(wal.stat().st_size, 8192)  # of our own output there is less
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))

    def failed(self) -> None:
        self.failures += 1
        if self.failures == self.order.full_for:
            self.room(full=False)

    def around(self, owner: Any, name: str, what: str, *, after: bool = True) -> None:
        original: Callable[..., Any] = getattr(owner, name)

        def mortal(*args: Any, **kwargs: Any) -> Any:
            self.fault(f"before {what}")
            answer = original(*args, **kwargs)
            if after:
                self.fault(f"after {what}")
            return answer

        setattr(owner, name, mortal)

    def around_store(self) -> None:
        write, close, keep = Store.write, Store.close, self.order.keep

        @contextmanager
        def mortal(store: Store) -> Iterator[Connection]:
            try:
                with write(store) as connection:
                    yield connection
                    self.fault("before commit")
            except StoreError:
                self.failed()
                raise
            self.fault("after commit")

        def last(store: Store) -> None:
            if keep:
                for file in Path(self.order.folder).glob("campaign.db*"):
                    shutil.copy(file, keep)
            self.fault("before closing")
            close(store)
            self.fault("after closing")

        Store.write, Store.close = mortal, last  # type: ignore[method-assign]

    def around_requests(self) -> None:
        read = urllib3.connection.HTTPConnection.getresponse

        def answered(connection: Any) -> Any:
            self.fault("request out")
            select.select([connection.sock], [], [], connection.timeout)
            self.fault("answer there")
            return read(connection)

        self.around(urllib3.HTTPConnectionPool, "urlopen", "exchange")
        self.around(transport._Marks, "send", "bytes", after=False)
        urllib3.connection.HTTPConnection.getresponse = answered  # type: ignore[method-assign]


def make_read_only(folder: str) -> None:
    """Mount the folder over itself, read-only, for this process alone. Exit 77 where that is not allowed."""
    libc = ctypes.CDLL(None, use_errno=True)
    new_ns, new_user, rdonly, remount, bind, rec, private = 0x20000, 0x10000000, 1, 32, 4096, 16384, 1 << 18
    at = folder.encode()
    steps = (
        lambda: libc.unshare(new_ns) and libc.unshare(new_ns | new_user),
        lambda: libc.mount(b"none", b"/", None, rec | private, None),
        lambda: libc.mount(at, at, None, bind, None),
        lambda: libc.mount(b"none", at, None, bind | remount | rdonly, None),
    )
    for step in steps:
        if step():
            os._exit(77)


def live(order: Order) -> NoReturn:
    """One run, in the forked process."""
    mortal = Mortal(order)
    mortal.around_store()
    mortal.around_requests()
    mortal.around(os, "replace", "file")
    wall, uptime = clock.wall, clock.uptime
    clock.wall = lambda: wall() + timedelta(seconds=order.ahead)
    clock.uptime = lambda: uptime() + order.ahead
    engines.BUSY = order.busy
    loop.STORE_RETRY = timedelta(milliseconds=50)
    loop.LEASE = timedelta(seconds=order.keeps)
    if order.inline:
        loop.ThreadPoolExecutor = Inline  # type: ignore[assignment,misc]
    os.environ.update(order.environ)
    with (Path(order.folder) / "said").open("w", buffering=1) as said:
        if order.read_only:
            make_read_only(order.folder)
        with redirect_stdout(said), redirect_stderr(said):
            try:
                code = main(["-w", order.folder, *order.words])
            except SystemExit as stop:  # click
                code = int(stop.code or 0)
        mortal._trail.flush()
        os._exit(code)


def rehearse(folder: Path) -> None:
    """Go through a small campaign here, so that whatever is made once is made."""
    for name in registry.specs():
        registry.network(name)
    (folder / "schedules").mkdir(parents=True)
    (folder / "posts").mkdir()
    (folder / "config.yaml").write_text(
        "workspace: 6d9f0f3e-2f5b-4c8f-9f5a-1c1c5f0b7a10\nlanguages: [en]\n"
        "accounts: {site: {network: feed, language: en}}\n"
    )
    wall, executor = clock.wall, loop.ThreadPoolExecutor
    loop.ThreadPoolExecutor = Inline  # type: ignore[assignment,misc]
    at = datetime.now(UTC)
    (folder / "schedules" / "c.yaml").write_text(
        f"posts: [{{id: a, text: a, at: '{at:%Y-%m-%d %H:%M:%S}', accounts: [site]}}]\n"
    )
    with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere), redirect_stderr(nowhere):
        for ahead in (-60, 1):
            clock.wall = lambda ahead=ahead: wall() + timedelta(seconds=ahead)  # type: ignore[misc]
            main(["-w", str(folder), "run", "--once", "--new-store"])
    clock.wall, loop.ThreadPoolExecutor = wall, executor  # type: ignore[misc]


def serve() -> None:
    with tempfile.TemporaryDirectory(prefix="mortal-") as place:
        mute.install(Path(place) / "packages")
        importlib.invalidate_caches()
        rehearse(Path(place) / "rehearsal")
        gc.collect()
        gc.freeze()  # a fork that collects would copy all that it shares with us
        gc.disable()
        print("ready", flush=True)
        for line in sys.stdin:
            child = os.fork()
            if child == 0:
                live(Order(**json.loads(line)))
            print(child, flush=True)
            _, status = os.waitpid(child, 0)
            print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    serve()
