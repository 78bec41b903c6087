"""The one HTTP session: requests with bounds, and the knowledge whether a request had begun to leave this
machine.

Imports requests, so import it only where a request is about to be made (``http.Client`` does). tweepy is
handed this session as its own.
"""

from __future__ import annotations

import io
import socket
import threading
import time
from collections.abc import Callable
from http.client import HTTPResponse
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.models import PreparedRequest, Response
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError, NameResolutionError

from campaign.networks import fence
from campaign.networks.redact import one_line
from campaign.networks.tcp import UNHEARD

IDLE = 4.0
"""Seconds after which a kept connection is not used again: a server that has just hung up would turn the
next post into an Unknown (nginx and Puma keep idle connections for 5 s or more by default)."""


_SOCKET_OPTIONS = [
    *HTTPConnection.default_socket_options,
    # macOS and Windows have no such option.
    *(
        [(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNHEARD)]
        if hasattr(socket, "TCP_USER_TIMEOUT")
        else []
    ),
]


class NotSent(requests.RequestException):
    """No byte of the request had left when it broke: the server can't have accepted anything."""


class Lost(requests.RequestException):
    """It broke after the request had begun to leave: nobody can know what the server did."""


class _Wire(threading.local):
    left = False


_wire = _Wire()


class _Clocked(io.RawIOBase):
    """What a socket brings, for so long: a server that drips its answer would never be silent for a whole timeout."""

    def __init__(self, raw: io.RawIOBase, sock: Any) -> None:
        self._raw = raw
        self._sock = sock
        self._pause: float | None = sock.gettimeout()
        self._until = time.monotonic() + 2 * (self._pause or 0.0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        if self._pause is None:
            return self._raw.readinto(buffer)
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._sock.settimeout(min(left, self._pause))
        try:
            return self._raw.readinto(buffer)
        finally:
            self._sock.settimeout(self._pause)  # the connection may be kept

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Answer(HTTPResponse):
    """An answer whose head and body together take at most two waits (http.client bounds only each one)."""

    def __init__(self, sock: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp = io.BufferedReader(_Clocked(self.fp.detach(), sock))


class _Marks:
    """Mixed into a connection: notes when the first byte of a request is handed to an open socket."""

    sock: Any
    connect: Callable[[], None]
    response_class: Any = _Answer

    def send(self, data: Any) -> None:
        if self.sock is None:
            self.connect()  # name, TCP and TLS; a failure here is before the request
        fence.look()  # before each piece: a server does nothing with half a request
        _wire.left = True
        super().send(data)  # type: ignore[misc]

    def _tunnel(self) -> None:
        """CONNECT to a proxy goes through ``send`` too, but is not the request."""
        before = _wire.left
        try:
            super()._tunnel()  # type: ignore[misc]
        finally:
            _wire.left = before


class _Plain(_Marks, HTTPConnection):
    pass


class _Tls(_Marks, HTTPSConnection):
    pass


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _Tls


_POOLS: dict[str, Any] = {"http": _PlainPool, "https": _TlsPool}


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs, socket_options=_SOCKET_OPTIONS)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **kwargs, socket_options=_SOCKET_OPTIONS)
        manager.pool_classes_by_scheme = _POOLS
        return manager


def _no_auth(request: PreparedRequest) -> PreparedRequest:
    """Stands where requests would otherwise put a password from ~/.netrc over our Authorization header."""
    return request


class Session(requests.Session):
    """A requests.Session that never retries, never follows a redirect, keeps no cookies, reads at most
    ``limit`` bytes (after decompression) and always has timeouts: ``(connect, read)`` in seconds, for a
    wait between two bytes; the answer as a whole, from its first byte to its last, may take two ``read``.

    It raises nothing but NotSent and Lost, whose texts name no path, query or secret.
    """

    def __init__(self, timeout: tuple[float, float], limit: int) -> None:
        super().__init__()
        self.mount("https://", _Adapter(max_retries=0))
        self.mount("http://", _Adapter(max_retries=0))
        self.auth = _no_auth
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._timeout = timeout
        self._limit = limit
        self._used = time.monotonic()
        self._settings: dict[tuple[object, ...], Any] = {}

    def get_redirect_target(self, resp: Any) -> None:
        """Nothing is ever followed: a redirect would carry a token to where nobody meant it to go."""

    def merge_environment_settings(self, url: Any, proxies: Any, stream: Any, verify: Any, cert: Any) -> Any:
        """Proxies and certificates as the environment names them for a server. It does not change while we run, and
        looking through all of it costs more than the request itself: asked once."""
        if proxies:
            return super().merge_environment_settings(url, proxies, stream, verify, cert)
        asked = (*urlsplit(url)[:2], stream, verify, cert)
        if asked not in self._settings:
            self._settings[asked] = super().merge_environment_settings(url, {}, stream, verify, cert)
        return dict(self._settings[asked])

    def send(self, request: PreparedRequest, **kwargs: Any) -> Response:
        if time.monotonic() - self._used > IDLE:
            self.close()
        _wire.left = False
        kwargs.update(stream=True, allow_redirects=False, timeout=self._timeout)
        try:
            response = super().send(request, **kwargs)
            self._read(response)
        except (requests.RequestException, HTTPError, OSError) as error:
            raise self._verdict(error, request) from None
        finally:
            self._used = time.monotonic()
        return response

    def _read(self, response: Response) -> None:
        """Read the body within the bounds. Of an error answer the status says enough: its body may be cut."""
        until = time.monotonic() + self._timeout[1]
        pieces: list[bytes] = []
        size = 0
        try:
            for piece in response.iter_content(16384):
                pieces.append(piece)
                size += len(piece)
                if size > self._limit:
                    raise requests.ConnectionError(f"the answer is larger than {self._limit} bytes")
                if time.monotonic() > until:
                    raise requests.ReadTimeout
        except (requests.RequestException, HTTPError, OSError):
            response.close()
            if response.status_code < 400:
                raise
        # The two attributes that ``Response.content`` keeps what it has read in.
        vars(response).update(_content=b"".join(pieces), _content_consumed=True)

    def _verdict(self, error: Exception, request: PreparedRequest) -> NotSent | Lost:
        host = urlsplit(request.url or "").netloc.rpartition("@")[2]
        connect, read = self._timeout
        cause = _root(error)
        if not _wire.left:
            if isinstance(cause, NameResolutionError):
                what = f"the name {host} was not found"
            elif isinstance(error, requests.ConnectTimeout):
                what = f"{host} did not answer within {connect:g} s"
            elif isinstance(error, requests.exceptions.SSLError):
                what = f"no secure connection to {host}: {_plain(cause)}"
            elif isinstance(error, requests.exceptions.ProxyError):
                what = f"the proxy on the way to {host} failed: {_plain(cause)}"
            else:
                what = f"no connection to {host}: {_plain(cause)}"
            return NotSent(one_line(what))
        if isinstance(error, requests.Timeout) or isinstance(cause, TimeoutError):
            return Lost(f"{host} gave no whole answer within {read:g} s after the request was sent")
        return Lost(one_line(f"the connection to {host} broke after the request was sent: {_plain(cause)}"))


def _root(error: BaseException) -> BaseException:
    """The innermost failure, which has the words that help."""
    while True:
        inner = getattr(error, "reason", None)
        if not isinstance(inner, BaseException):
            inner = next((a for a in reversed(error.args) if isinstance(a, BaseException)), None)
        if inner is None or inner is error or isinstance(error, NameResolutionError):
            return error
        error = inner


def _plain(error: BaseException) -> str:
    """A failure's own words without urllib3's object and address in front."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error).rpartition(": ")[2] or type(error).__name__
