"""A loopback server, in a process of its own, that answers each post after a while and remembers when."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple

from tests.benchmarks.measure import ROOT


class Arrival(NamedTuple):
    """A post that was accepted: the ``key`` in its JSON, and when its answer was given (seconds since 1970)."""

    key: str
    at: float


@dataclass(frozen=True, slots=True)
class Receiver:
    """The running server, seen from outside."""

    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def arrivals(self) -> list[Arrival]:
        """All posts so far, in the order of their answers."""
        with urllib.request.urlopen(self.url, timeout=60) as answer:
            return [Arrival(key, at) for key, at in json.load(answer)]


@contextmanager
def receiver(delay: float) -> Iterator[Receiver]:
    """A server that answers ``delay`` seconds after a request is there."""
    command = [sys.executable, "-m", "tests.benchmarks.server", str(delay)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield Receiver(int(process.stdout.readline()))
        finally:
            process.terminate()


class _Wire(asyncio.Protocol):
    """One connection. As little work for each request as can be: this process shares the cores with contestants."""

    def __init__(self, delay: float, seen: list[Arrival]) -> None:
        self._delay = delay
        self._seen = seen
        self._held = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._out = transport

    def data_received(self, data: bytes) -> None:
        self._held += data
        head, end, body = self._held.partition(b"\r\n\r\n")
        if not end or len(body) < _length(head):
            return
        self._held = b""
        if head.startswith(b"GET"):
            self._say(json.dumps(self._seen).encode())
        elif self._delay:
            asyncio.get_running_loop().call_later(self._delay, self._publish, body)
        else:
            self._publish(body)

    def _publish(self, body: bytes) -> None:
        self._seen.append(Arrival(json.loads(body)["key"], time.time()))
        self._say(b'{"id": "1", "url": ""}')

    def _say(self, answer: bytes) -> None:
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
        self._out.write(head % len(answer) + answer)


async def _serve(delay: float) -> None:
    seen: list[Arrival] = []
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Wire(delay, seen), "127.0.0.1", 0, backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return 0


if __name__ == "__main__":
    asyncio.run(_serve(float(sys.argv[1])))
