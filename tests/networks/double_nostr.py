"""A Nostr relay on 127.0.0.1 that does what a test tells it, written from NIP-01, 11, 42 and BIP-340.

The real one, nostr-relay, is in nostr_server.py; this one answers what that never says.
"""

from __future__ import annotations

import hashlib
import json
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from coincurve import PublicKeyXOnly
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.sync.server import ServerConnection, serve

from tests.networks.cases import No, Seen
from tests.networks.scripted import Hold, Instead, Reset

Event = dict[str, Any]


@dataclass
class DoubleRelay:
    """``words``: what it says to every event instead of taking it. ``login``: the challenge that has to be answered
    first. ``document``: its NIP-11 document. ``mute``: it never answers a question."""

    url: str = ""
    words: str = ""
    login: str = ""
    mute: bool = False
    document: bytes = b'{"name": "double"}'
    events: dict[str, Event] = field(default_factory=dict)
    arrived: list[Event] = field(default_factory=list)
    logins: list[Event] = field(default_factory=list)
    accepts: list[str] = field(default_factory=list)
    _faults: list[Hold | Reset | Instead | No] = field(default_factory=list)
    _closing: threading.Event = field(default_factory=threading.Event)

    def fault(self, effect: Hold | Reset | Instead | No) -> None:
        self._faults.append(effect)

    def attempts(self) -> int:
        return len(self.arrived)

    def published(self) -> list[Seen]:
        return [read(event) for event in self.events.values() if event["kind"] == 1]

    # -- the conversation --

    def talk(self, connection: ServerConnection) -> None:
        try:
            state = {"in": not self.login}
            if self.login:
                say(connection, "AUTH", self.login)
            for text in connection:
                self._answer(connection, json.loads(text), state)
        except ConnectionClosed:
            return

    def _answer(self, connection: ServerConnection, message: list[Any], state: dict[str, bool]) -> None:
        match message:
            case ["EVENT", event]:
                self._event(connection, event, state["in"])
            case ["REQ", str(name), wanted]:
                self._question(connection, name, wanted, state["in"])
            case ["AUTH", event]:
                self.logins.append(event)
                tags = dict(event["tags"])
                state["in"] = (
                    genuine(event)
                    and tags == {"relay": self.url, "challenge": self.login}
                    and event["kind"] == 22242
                )

    def _event(self, connection: ServerConnection, event: Event, logged_in: bool) -> None:
        if not logged_in:
            say(connection, "OK", event["id"], False, "auth-required: we only take events from members")
            return
        self.arrived.append(event)
        effect = self._faults.pop(0) if self._faults else None
        if isinstance(effect, No) or self.words:
            words = f"invalid: {effect.words}" if isinstance(effect, No) else self.words
            say(connection, "OK", event["id"], False, words)
            return
        if not genuine(event):
            say(connection, "OK", event["id"], False, "invalid: bad signature or id")
            return
        known = event["id"] in self.events
        self.events.setdefault(event["id"], event)
        if isinstance(effect, Hold):
            self._closing.wait()
        elif isinstance(effect, Reset):
            reset(connection)
        elif isinstance(effect, Instead):
            assert isinstance(effect.answer, bytes)
            connection.send(effect.answer.decode())
        elif known:
            say(connection, "OK", event["id"], True, "duplicate: already have this event")
        else:
            say(connection, "NOTICE", "welcome")
            say(connection, "OK", "0" * 64, True, "")  # about somebody else's event
            say(connection, "OK", event["id"], True, "")

    def _question(
        self, connection: ServerConnection, name: str, wanted: dict[str, Any], logged_in: bool
    ) -> None:
        if self.mute:
            return
        if not logged_in:
            say(connection, "CLOSED", name, "auth-required: members only")
            return
        for event in self.events.values():
            if event["id"] in wanted.get("ids", [event["id"]]):
                say(connection, "EVENT", name, event)
        say(connection, "EOSE", name)

    def answer_http(self, connection: ServerConnection, request: Request) -> Response | None:
        """The relay's description (NIP-11), for whom asks for it; None: a WebSocket."""
        if request.headers.get("Upgrade"):
            return None
        self.accepts.append(request.headers.get("Accept", ""))
        answer = connection.respond(HTTPStatus.OK, "")
        del answer.headers["Content-Length"]
        answer.headers["Content-Length"] = str(len(self.document))
        return Response(200, "OK", answer.headers, self.document)

    def close(self) -> None:
        self._closing.set()


def genuine(event: Event) -> bool:
    """Whether the id is that of the content and the signature is the author's."""
    whole = [
        0,
        event["pubkey"],
        event["created_at"],
        event["kind"],
        event["tags"],
        event["content"],
    ]
    text = json.dumps(whole, ensure_ascii=False, separators=(",", ":"))
    digest = hashlib.sha256(text.encode()).digest()
    author = PublicKeyXOnly(bytes.fromhex(event["pubkey"]))
    return digest.hex() == event["id"] and author.verify(bytes.fromhex(event["sig"]), digest)


def say(connection: ServerConnection, *message: Any) -> None:
    connection.send(json.dumps(message))


def reset(connection: ServerConnection) -> None:
    """Break the connection off (RST)."""
    connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.socket.shutdown(socket.SHUT_RD)
    connection.socket.close()


def read(event: Event) -> Seen:
    """A note as a client shows it: the addresses of its pictures are the pictures."""
    imetas = [dict(f.split(" ", 1) for f in tag[1:]) for tag in event["tags"] if tag[0] == "imeta"]
    text = event["content"]
    for imeta in imetas:
        text = text.replace(imeta["url"], "")
    labels = [tag[1] for tag in event["tags"] if tag[0] == "l" and tag[2] == "ISO-639-1"]
    warnings = [tag[1] for tag in event["tags"] if tag[0] == "content-warning"]
    alts = tuple(imeta.get("alt", "") for imeta in imetas)
    return Seen(text.strip(), alts, "".join(labels), "".join(warnings), None)


@contextmanager
def relay() -> Iterator[DoubleRelay]:
    """A relay on a free port until the block ends."""
    double = DoubleRelay()
    with serve(
        double.talk, "127.0.0.1", 0, process_request=double.answer_http, compression=None, ping_interval=None
    ) as server:
        double.url = f"ws://127.0.0.1:{server.socket.getsockname()[1]}"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield double
        finally:
            double.close()
            server.shutdown()
            thread.join()
