"""A real server behind a scripted one: every request is written down, and an answer can be lost or changed.

Losing the answer to a request that the server did carry out is what a timeout, a reset or a bad gateway is like.
"""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from tests.networks.scripted import Reply, Request, ScriptedServer, scripted

_HOP_BY_HOP = {"connection", "content-length", "transfer-encoding", "keep-alive"}


@dataclass(frozen=True)
class Relay:
    """``script`` is what a client talks to; its faults and handlers come before the server behind it."""

    script: ScriptedServer
    host: str
    port: int

    @property
    def url(self) -> str:
        return self.script.url

    def misreport(self, method: str, path: str, status: int) -> None:
        """Let the next such request through, but answer with another status."""
        pending = [status]

        def handle(request: Request) -> Reply:
            reply = self.pass_on(request)
            return replace(reply, status=pending.pop()) if pending else reply

        self.script.on(method, path, handle)

    def pass_on(self, request: Request) -> Reply:
        """What the server behind it answers."""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=30)
        try:
            headers = {
                name: value for name, value in request.headers.items() if name.lower() not in _HOP_BY_HOP
            }
            connection.request(request.method, request.target, request.body or None, headers)
            response = connection.getresponse()
            kept = tuple(
                (name, value) for name, value in response.getheaders() if name.lower() not in _HOP_BY_HOP
            )
            return Reply(response.status, body=response.read(), headers=kept)
        finally:
            connection.close()


@contextmanager
def relaying(host: str, port: int) -> Iterator[Relay]:
    """A relay to host:port on a free port of 127.0.0.1."""
    with scripted() as script:
        relay = Relay(script, host, port)
        for method in ("GET", "POST", "PUT", "DELETE"):
            script.on(method, ".*", relay.pass_on)
        yield relay
