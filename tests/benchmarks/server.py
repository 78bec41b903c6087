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


async def _serve(delay: float) -> None:
    seen: list[Arrival] = []

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                body = await reader.readexactly(_length(head))
                if head.startswith(b"GET"):
                    answer = json.dumps(seen).encode()
                else:
                    await asyncio.sleep(delay)
                    seen.append(Arrival(json.loads(body)["key"], time.time()))
                    answer = b'{"id": "1", "url": ""}'
                writer.write(
                    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
                    % len(answer)
                )
                writer.write(answer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the other side has gone
        finally:
            writer.close()

    server = await asyncio.start_server(converse, "127.0.0.1", 0, backlog=1024)
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
