"""A loopback proxy before a real server: it writes down every request, and can lose or change an answer.

Losing the answer to a request that the server did carry out is what a timeout, a reset or a bad gateway is like.
"""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from email.parser import BytesParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Request:
    """One request as it arrived."""

    method: str
    target: str
    headers: Message
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, list[str]]:
        return parse_qs(urlsplit(self.target).query)

    def json(self) -> Any:
        return json.loads(self.body)

    def form(self) -> dict[str, Any]:
        """The parts of a multipart body by name."""
        head = f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode()
        form = BytesParser().parsebytes(head + self.body)
        return {
            str(part.get_param("name", header="content-disposition")): part.get_payload(decode=True)
            for part in form.walk()
            if not part.is_multipart()
        }


@dataclass
class Proxy:
    """``how`` answers are lost: "reset" before the first byte, "cut" in the middle, "stall" until the client has
    given up, or an HTTP status instead of the server's own (with its body)."""

    host: str
    port: int
    requests: list[Request] = field(default_factory=list)
    url: str = ""
    _spoiled: list[tuple[str, str, str | int]] = field(default_factory=list)
    _canned: dict[tuple[str, str], tuple[int, bytes]] = field(default_factory=dict)

    def spoil(self, method: str, path: str, how: str | int) -> None:
        """Let the next such request through, and spoil its answer."""
        self._spoiled.append((method, path, how))

    def can(self, method: str, path: str, status: int, body: Any) -> None:
        """From now on answer such requests without the server."""
        self._canned[method, path] = (status, json.dumps(body).encode())

    def made(self, method: str, path: str) -> list[Request]:
        return [request for request in self.requests if (request.method, request.path) == (method, path)]

    def spoiling(self, request: Request) -> str | int | None:
        for entry in self._spoiled:
            if entry[:2] == (request.method, request.path):
                self._spoiled.remove(entry)
                return entry[2]
        return None

    def answer(self, request: Request) -> tuple[int, list[tuple[str, str]], bytes]:
        canned = self._canned.get((request.method, request.path))
        if canned is not None:
            return canned[0], [("Content-Type", "application/json")], canned[1]
        connection = http.client.HTTPConnection(self.host, self.port, timeout=30)
        try:
            headers = {name: value for name, value in request.headers.items() if name.lower() != "connection"}
            connection.request(request.method, request.target, request.body, headers)
            response = connection.getresponse()
            kept = [
                (name, value)
                for name, value in response.getheaders()
                if name.lower() not in {"content-length", "transfer-encoding", "connection"}
            ]
            return response.status, kept, response.read()
        finally:
            connection.close()


@contextmanager
def proxy(host: str, port: int) -> Iterator[Proxy]:
    """A proxy to host:port on a free port of 127.0.0.1."""
    relay = Proxy(host, port)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            request = Request(self.command, self.path, self.headers, body)
            relay.requests.append(request)
            how = relay.spoiling(request)
            status, headers, answer = relay.answer(request)
            if how == "stall":
                self.connection.recv(1)  # returns when the client hangs up
            if how in ("reset", "stall"):
                self.close_connection = True
                return
            self.send_response(how if isinstance(how, int) else status)
            for name, value in headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer[: len(answer) // 2] if how == "cut" else answer)
            self.close_connection = self.close_connection or how == "cut"

        do_GET = do_POST = do_DELETE = handle_any

        def log_message(self, *args: object) -> None:
            """Nothing on stderr."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    relay.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield relay
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
