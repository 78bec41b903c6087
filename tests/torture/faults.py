"""What goes wrong on the way to a network: what state must follow, and what must have gone out in the end."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.networks.scripted import Effect, Hold, Instead, Reply, Reset, closed_port
from tests.torture.trials import STEP, World, Wrong, rows

PATIENCE = 0.4
"""Seconds that the command waits for an answer where the fault is that none comes."""


@dataclass(frozen=True)
class Fault:
    """``effect``: what the server does with the request that publishes; or ``elsewhere``: an address at which the
    account's server is looked for. ``state``: what must follow."""

    name: str
    state: str
    effect: Effect | None = None
    elsewhere: Callable[[], Iterator[str]] | None = None


def refused() -> Iterator[str]:
    with closed_port() as url:
        yield url


def unknown_name() -> Iterator[str]:
    yield "https://nothing.invalid"


def black_hole() -> Iterator[str]:
    """A listener whose queue is full: connecting is never answered."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        knocking = []
        try:
            for _ in range(3):
                knock = socket.socket()
                knock.setblocking(False)
                knock.connect_ex(listener.getsockname())
                knocking.append(knock)
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            for knock in knocking:
                knock.close()


_LONG = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n" + b" " * 100000
_ENDLESS = b"HTTP/1.1 200 OK\r\nX-Long: " + b"a" * 100000

FAULTS = (
    Fault("connection refused", "pending", elsewhere=refused),
    Fault("unknown name", "pending", elsewhere=unknown_name),
    Fault("black hole", "pending", elsewhere=black_hole),
    Fault("asks to come later", "pending", Reply(429)),
    Fault("accepts, then resets", "uncertain", Reset()),
    Fault("accepts, then cuts the answer off", "uncertain", Reset(after=30)),
    Fault("accepts, then answers 500", "uncertain", Instead(Reply(500, json={"error": "oops"}))),
    Fault("answers 503 without accepting", "uncertain", Reply(503)),
    Fault("accepts, then hangs", "uncertain", Hold()),
    Fault("accepts, then answers no JSON", "uncertain", Instead(Reply(200, body=b"<html>hello"))),
    Fault("accepts, then answers no HTTP", "uncertain", Instead(b"\x00\xff\x15garbage\r\n\r\n")),
    Fault("accepts, then redirects", "uncertain", Instead(Reply(302, headers=(("Location", "/elsewhere"),)))),
    Fault("accepts, then drips an answer", "uncertain", Instead(_LONG, pause=0.05)),
    Fault("accepts, then drips a header", "uncertain", Instead(_ENDLESS, pause=0.05)),
)


def suffer(world: World, fault: Fault) -> None:
    """One pass with the fault, the state that must follow, then mended passes until all is settled; counted."""
    [place] = world.places
    folder, environ = world.copy(timeout=PATIENCE)
    world.tally.faults += 1
    with contextmanager(fault.elsewhere or _nowhere)() as address:
        if address:
            world.configure(folder, timeout=PATIENCE, server=address)
        if fault.effect is not None:
            assert place.script is not None
            place.script.fault(*place.publish, fault.effect)
        code = world.run(folder, 0, environ | {"RES_OPTIONS": "timeout:1 attempts:1"}, "run", "--once")
    [row] = rows(folder)
    if row.state != fault.state or not row.reason:
        raise Wrong(f"{fault.name} on {place.name}: {row.state} ({row.reason}) instead of {fault.state}")
    if code != (1 if fault.state == "uncertain" else 0):
        raise Wrong(f"{fault.name} on {place.name}: exit {code}: {(folder / 'said').read_text()}")
    world.configure(folder)
    after = world.settle(folder, STEP, environ)
    world.person(folder, after, environ)


def _nowhere() -> Iterator[str]:
    yield ""
