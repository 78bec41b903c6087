"""A conversation with one Nostr relay over a WebSocket: publish an event, ask for events (NIP-01), log in (NIP-42)."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from campaign import __version__
from campaign.core.outcome import Refused, Retry, Scope, Unknown
from campaign.errors import CampaignError
from campaign.networks import fence
from campaign.networks.http import Failure
from campaign.networks.loading import loading
from campaign.networks.nostr_event import Event
from campaign.networks.redact import one_line
from campaign.networks.tcp import bounded, plain

if TYPE_CHECKING:
    from websockets.sync.client import ClientConnection

_LARGEST = 256 * 1024
"""Bytes of a message from a relay; the events that are asked for are our own."""

_GOODBYE = 1.0  # seconds to wait for a relay's part of the closing; nothing depends on it
_QUESTION = "campaign"


class _Broken(Exception):
    """Why there was no answer."""


class Relay:
    """One relay. ``login``: the signed answer to its challenge (challenge, address of the relay)."""

    def __init__(self, url: str, timeout: float, login: Callable[[str, str], Event]) -> None:
        self.url = url
        self.host = urlsplit(url).netloc
        self._timeout = timeout
        self._login = login

    def publish(self, event: Event) -> Failure | None:
        """None when the relay has it; else what its answer means, in its own words."""
        try:
            with self._talk() as talk:
                try:
                    answer = talk.until_ok(event)
                except fence.Away as error:
                    return Retry(f"{self.host}: {plain(error)}")
                except _Broken as error:
                    return Unknown(f"{self.host}: {error}")
        except _Broken as error:  # no connection yet: nothing had left
            return Retry(f"{self.host}: {error}")
        return answer if answer is None else _verdict(self.host, answer)

    def ask(self, wanted: Mapping[str, Any]) -> list[Any]:
        """All events it has that fit a filter. CampaignError when it does not say that these were all."""
        try:
            with self._talk() as talk:
                return talk.until_the_end(wanted)
        except (_Broken, fence.Away) as error:
            raise CampaignError(
                one_line(f"{self.host}: {error}"),
                "look at `relays`; each is an address such as wss://relay.example",
            ) from error

    @contextmanager
    def _talk(self) -> Iterator[_Talk]:
        with loading():
            from websockets.exceptions import WebSocketException  # a part of the extra
            from websockets.sync.client import connect

        try:
            connection = connect(
                self.url,
                compression=None,  # a small message could unfold into a large one
                user_agent_header=f"campaign/{__version__}",
                open_timeout=min(10.0, self._timeout),
                close_timeout=min(_GOODBYE, self._timeout),
                ping_interval=None,  # each wait has its own end
                max_size=_LARGEST,
            ).__enter__()
        except (
            OSError,
            EOFError,
            WebSocketException,
            ImportError,
        ) as error:  # the last: a proxy needs a package
            raise _Broken(f"no connection: {plain(error)}") from None
        try:
            bounded(connection.socket)
            yield _Talk(connection, self._timeout, lambda challenge: self._login(challenge, self.url))
        finally:
            connection.close()


class _Talk:
    """One open connection. Every method raises _Broken when the relay does not answer as it should."""

    def __init__(self, connection: ClientConnection, timeout: float, login: Callable[[str], Event]) -> None:
        self._connection = connection
        self._timeout = timeout
        self._login = login
        self._until = 0.0
        self._challenge = ""
        self._notice = ""

    def until_ok(self, event: Event) -> str | None:
        """Publish an event: None when it was accepted, else the relay's words."""
        tried_login = False
        self._say("EVENT", event)
        while True:
            kind, *rest = self._hear()
            # nostr-relay (1.14, web.py) names no event when it refuses one; there is only ours on the line.
            if kind != "OK" or not rest or rest[0] not in (event["id"], ""):
                continue
            if len(rest) < 2 or not isinstance(rest[1], bool):
                raise _Broken("answered with something that can't be read")
            words = str(rest[2]) if len(rest) > 2 else ""
            if rest[1] or words.startswith("duplicate:"):  # NIP-01: it has this event already
                return None
            if not (self._challenge and not tried_login and _wants_login(words)):
                return words or "it gave no reason"
            tried_login = True
            self._answer_challenge()
            self._say("EVENT", event)

    def until_the_end(self, wanted: Mapping[str, Any]) -> list[Any]:
        """All stored events that fit the filter, up to the relay's word that these are all."""
        events: list[Any] = []
        tried_login = False
        self._say("REQ", _QUESTION, wanted)
        while True:
            kind, *rest = self._hear()
            if not rest or rest[0] != _QUESTION:
                continue
            if kind == "EVENT" and len(rest) > 1:
                events.append(rest[1])
            elif kind == "EOSE":
                return events
            elif kind == "CLOSED":
                words = str(rest[1]) if len(rest) > 1 else ""
                if tried_login or not self._challenge or not _wants_login(words):
                    raise _Broken(f"does not answer questions: {words}")
                tried_login = True
                self._answer_challenge()
                self._say("REQ", _QUESTION, wanted)

    def _answer_challenge(self) -> None:
        """Log in. Not every relay confirms it, and all read in order: what is said next shows whether it went well."""
        self._say("AUTH", self._login(self._challenge))

    def _say(self, *message: Any) -> None:
        with loading():
            from websockets.exceptions import WebSocketException

        fence.look()
        self._until = time.monotonic() + self._timeout
        try:
            self._connection.send(json.dumps(message, ensure_ascii=False, separators=(",", ":")))
        except (OSError, WebSocketException) as error:
            raise _Broken(f"the connection broke: {plain(error)}") from None

    def _hear(self) -> list[Any]:
        """The next message, a list that begins with its kind."""
        with loading():
            from websockets.exceptions import WebSocketException

        try:
            text = self._connection.recv(timeout=max(self._until - time.monotonic(), 0.0))
        except TimeoutError:
            said = f", but said: {self._notice}" if self._notice else ""
            raise _Broken(f"gave no answer within {self._timeout:g} s{said}") from None
        except (OSError, WebSocketException) as error:
            raise _Broken(f"the connection broke: {self._notice or plain(error)}") from None
        except UnicodeError:
            raise _Broken("answered with something that can't be read") from None
        try:
            message = json.loads(text)
        except (ValueError, RecursionError):
            raise _Broken("answered with something that can't be read") from None
        if not isinstance(message, list) or not message:
            raise _Broken("answered with something that can't be read")
        if message[0] == "AUTH" and len(message) > 1:
            self._challenge = str(message[1])
        elif message[0] == "NOTICE" and len(message) > 1:
            self._notice = one_line(str(message[1]), 100)
        return message


def _wants_login(words: str) -> bool:
    """NIP-42: auth-required before a login; nostr-relay says restricted for both."""
    return words.startswith(("auth-required:", "restricted:"))


_ABOUT_THE_ACCOUNT = frozenset({"blocked", "restricted", "auth-required", "pow"})
"""Prefixes (NIP-01, NIP-42) of what this relay would say to any post of this key."""

_LATER = frozenset({"rate-limited", "error"})
"""Prefixes (NIP-01) of what may be otherwise later. ``false`` in an OK says that the event was not accepted."""


def _verdict(host: str, words: str) -> Failure:
    reason = one_line(f"{host}: {words}")
    prefix = words.partition(":")[0].strip()
    if prefix in _LATER:
        return Retry(reason)
    return Refused(reason, Scope.ACCOUNT if prefix in _ABOUT_THE_ACCOUNT else Scope.POST)
