"""A server on 127.0.0.1 that does what a test tells it: answers, holds, breaks off, and writes every
request down."""

from __future__ import annotations

import json
import re
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from email.parser import BytesParser
from email.policy import HTTP
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
    peer: int = 0
    """The client's port: the same one, the same connection."""

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, list[str]]:
        return parse_qs(urlsplit(self.target).query)

    def json(self) -> Any:
        return json.loads(self.body)

    def form(self) -> dict[str, bytes]:
        """The parts of a multipart body by name, or the fields of a urlencoded one."""
        kind = self.headers.get_content_type()
        if kind == "application/x-www-form-urlencoded":
            return {name: values[0].encode() for name, values in parse_qs(self.body.decode()).items()}
        head = f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode()
        whole = BytesParser(policy=HTTP).parsebytes(head + self.body)
        return {
            str(part.get_param("name", header="content-disposition")): bytes(part.get_payload(decode=True))
            for part in whole.iter_parts()
        }


@dataclass(frozen=True)
class Reply:
    """An answer. ``json`` (anything but None) or ``body``; ``headers`` are sent in order, repeated ones too."""

    status: int = 200
    json: Any = None
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()

    def payload(self) -> tuple[bytes, str]:
        if self.json is not None:
            return json.dumps(self.json).encode(), "application/json"
        return self.body, "text/plain"


@dataclass(frozen=True)
class Hold:
    """Carry the request out, but never answer: the client has to give up."""


@dataclass(frozen=True)
class Reset:
    """Carry the request out, send the first ``after`` bytes of the true answer, then reset the connection
    (RST)."""

    after: int = 0


@dataclass(frozen=True)
class Instead:
    """Carry the request out, but send this for an answer: another one, or bytes as they are. With a ``pause`` (seconds)
    between any two of its bytes."""

    answer: Reply | bytes
    pause: float = 0.0


Effect = Reply | Hold | Reset | Instead
Handler = Callable[[Request], Reply]


@dataclass
class ScriptedServer:
    """``url`` is where it listens. What no handler knows is answered 404."""

    url: str = ""
    requests: list[Request] = field(default_factory=list)
    _handlers: list[tuple[str, re.Pattern[str], Handler]] = field(default_factory=list)
    _faults: list[tuple[str, re.Pattern[str], Effect]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _closing: threading.Event = field(default_factory=threading.Event)
    _doors: threading.Condition = field(default_factory=threading.Condition)
    _open: set[int] = field(default_factory=set)
    _seen: set[int] = field(default_factory=set)

    def on(self, method: str, path: str, handler: Handler | Reply) -> None:
        """From now on answer ``method path`` (a regular expression for the whole path) like that; later
        ones win."""
        handle = (lambda _request: handler) if isinstance(handler, Reply) else handler
        self._handlers.insert(0, (method, re.compile(path), handle))

    def fault(self, method: str, path: str, *effects: Effect) -> None:
        """The next such requests get these effects, one each. A Reply takes the handler's place; the others
        let it carry the request out first."""
        self._faults.extend((method, re.compile(path), effect) for effect in effects)

    def asked(self, method: str, path: str) -> list[Request]:
        """The requests of that kind so far, in order."""
        return [r for r in self.requests if r.method == method and re.fullmatch(path, r.path)]

    def decide(self, request: Request) -> tuple[Reply, Effect | None]:
        """What to answer; one request at a time, so that handlers need no locks."""
        with self._lock:
            self.requests.append(request)
            effect = self._next_fault(request)
            if isinstance(effect, Reply):
                return effect, None
            for method, path, handler in self._handlers:
                if method == request.method and path.fullmatch(request.path):
                    return handler(request), effect
            return Reply(404, json={"error": "nothing here"}), effect

    def _next_fault(self, request: Request) -> Effect | None:
        for index, (method, path, effect) in enumerate(self._faults):
            if method == request.method and path.fullmatch(request.path):
                del self._faults[index]
                return effect
        return None

    def hold(self, peer: int) -> None:
        """Leave a connection without an answer until the server is closed."""
        self.left(peer)
        self._closing.wait()

    def closed(self, within: float) -> bool:
        """Whether the server is closed within so many seconds."""
        return self._closing.wait(within)

    def entered(self, peer: int) -> None:
        """A connection of that port of the client's was accepted."""
        with self._doors:
            self._open.add(peer)
            self._seen.add(peer)

    def left(self, peer: int) -> None:
        """Nothing more happens on that connection."""
        with self._doors:
            self._open.discard(peer)
            self._doors.notify_all()

    def quiet(self) -> None:
        """Wait until all that clients which are gone had sent is carried out (connections are accepted in order)."""
        address = urlsplit(self.url)
        with socket.create_connection((address.hostname or "", address.port or 0), 30) as last:
            port = last.getsockname()[1]
        with self._doors:
            done = self._doors.wait_for(lambda: port in self._seen and not self._open, 60)
        assert done, "a request is still at work"

    def close(self) -> None:
        self._closing.set()


def _handler(script: ScriptedServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _any(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length)
            if len(body) < length:  # the client died on the way: no server takes half a request
                self.close_connection = True
                return
            reply, effect = script.decide(
                Request(self.command, self.path, self.headers, body, self.client_address[1])
            )
            if isinstance(effect, Hold):
                script.hold(self.client_address[1])
                self.close_connection = True
                return
            if isinstance(effect, Instead):
                self._instead(effect)
                return
            answer = self._bytes(reply)
            if isinstance(effect, Reset):
                self.wfile.write(answer[: effect.after])
                self._reset()
                return
            self.wfile.write(answer)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_HEAD = _any

        def _instead(self, effect: Instead) -> None:
            self.close_connection = True
            answer = effect.answer if isinstance(effect.answer, bytes) else self._bytes(effect.answer)
            if not effect.pause:
                self.wfile.write(answer)
                return
            for byte in answer:
                self.wfile.write(bytes([byte]))  # raises once the client has gone
                if script.closed(effect.pause):
                    return

        def _bytes(self, reply: Reply) -> bytes:
            payload, kind = reply.payload()
            lines = [f"HTTP/1.1 {reply.status} Scripted"]
            names = {name.lower() for name, _ in reply.headers}
            if "content-type" not in names:
                lines.append(f"Content-Type: {kind}")
            if "content-length" not in names:
                lines.append(f"Content-Length: {len(payload)}")
            lines += [f"{name}: {value}" for name, value in reply.headers]
            return "\r\n".join(lines).encode() + b"\r\n\r\n" + payload

        def _reset(self) -> None:
            self.close_connection = True
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.rfile.close()  # it holds the socket open
            self.connection.close()

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    script: ScriptedServer

    def process_request(self, request: Any, client_address: Any) -> None:
        self.script.entered(client_address[1])
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self.script.left(client_address[1])

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is part of the game."""


@contextmanager
def scripted(tls: ssl.SSLContext | None = None) -> Iterator[ScriptedServer]:
    """A server on a free port until the block ends; with ``tls`` it speaks https."""
    script = ScriptedServer()
    server = _Server(("127.0.0.1", 0), _handler(script))
    if tls is not None:
        # The handshake is left to the thread of its connection.
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    server.script = script
    script.url = f"http{'s' if tls else ''}://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield script
    finally:
        script.close()
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def closed_port() -> Iterator[str]:
    """The address of a port on which nobody listens, kept from others until the block ends."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{held.getsockname()[1]}"
