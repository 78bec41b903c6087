"""The one way to a server: a request with bounds, and the knowledge whether it had begun to leave this machine.

requests makes the request (encodings, forms, files, authentication) and knows proxies and certificates; urllib3, which
it stands on, sends it over connections that all accounts share. requests' own session would merge settings, cookies and
redirects into each request, which nobody here wants and which costs as much as the sending.

Imports requests, so import it only where a request is about to be made (``http.Client`` does).
"""

from __future__ import annotations

import builtins
import io
import os
import socket
import threading
import time
from collections.abc import Callable, Mapping
from functools import lru_cache
from http.client import HTTPResponse
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.models import PreparedRequest
from urllib3 import Retry, Timeout
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    NameResolutionError,
    NewConnectionError,
    ProxyError,
    SSLError,
    TimeoutError,
)

from campaign.networks import fence
from campaign.networks.redact import one_line
from campaign.networks.tcp import UNHEARD

IDLE = 4.0
"""Seconds after which a kept connection is not used again: a server that has just hung up would turn the
next post into an Unknown (nginx and Puma keep idle connections for 5 s or more by default)."""


HOSTS = 256
"""Servers to which connections are kept; those of the one that was asked longest ago are given up for another."""

CONNECTIONS = 256
"""Connections to one server that are kept: as many as can be at work at once (``senders``)."""

NAMED = ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "requests_ca_bundle", "curl_ca_bundle")
"""What requests reads of the environment, in capitals or not."""

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
    idle_since = 0.0

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


class _Rested:
    """Mixed into a pool of connections: one that stood idle for ``IDLE`` is closed instead of being used again."""

    def _get_conn(self, timeout: float | None = None) -> Any:
        connection = super()._get_conn(timeout)  # type: ignore[misc]
        if time.monotonic() - connection.idle_since > IDLE:
            connection.close()
        return connection

    def _put_conn(self, connection: Any) -> None:
        if connection is not None:
            connection.idle_since = time.monotonic()
        super()._put_conn(connection)  # type: ignore[misc]


class _PlainPool(_Rested, HTTPConnectionPool):
    ConnectionCls = _Plain


class _TlsPool(_Rested, HTTPSConnectionPool):
    ConnectionCls = _Tls


_POOLS: dict[str, Any] = {"http": _PlainPool, "https": _TlsPool}


class _Adapter(HTTPAdapter):
    """requests' knowledge of proxies and certificates, over pools of our connections."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs, socket_options=_SOCKET_OPTIONS)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **kwargs, socket_options=_SOCKET_OPTIONS)
        manager.pool_classes_by_scheme = _POOLS
        return manager


_ADAPTER = _Adapter(pool_connections=HOSTS, pool_maxsize=CONNECTIONS, max_retries=0)
_NEVER = Retry(0, read=False, redirect=False)
_DEFAULTS = {name: value for name, value in requests.utils.default_headers().items() if name != "User-Agent"}


class Reply(NamedTuple):
    """What came back: the status, all header lines in order, the body (bytes, bounded and unpacked)."""

    status: int
    lines: tuple[tuple[str, str], ...]
    body: bytes


def exchange(
    method: str,
    url: str,
    *,
    timeout: tuple[float, float],
    limit: int,
    headers: Mapping[str, str],
    **content: Any,
) -> Reply:
    """One request, and its answer. Never retried, no redirect followed, no cookie kept, nothing taken from ~/.netrc;
    certificates are verified.

    ``timeout``: seconds to connect, and to wait between two bytes; the answer as a whole, from its first byte to its
    last, may take two of the latter. ``limit``: bytes of the body at most, after decompression. ``content``: params,
    data, json, files and auth as requests takes them. NotSent or Lost, whose texts name no path, query or secret;
    another OSError or ValueError when there is no such request.
    """
    request = PreparedRequest()
    given = {"params": {}, "data": [], "files": []} | {k: v for k, v in content.items() if v is not None}
    request.prepare(method=method, url=url, headers={**_DEFAULTS, **headers}, **given)
    address = request.url or ""
    scheme, host = urlsplit(address)[:2]
    proxies, verify = _surroundings(scheme, host)
    _wire.left = False
    try:
        pool: Any = _ADAPTER.get_connection_with_tls_context(request, verify, proxies=proxies)
        _ADAPTER.cert_verify(pool, address, verify, None)  # type: ignore[no-untyped-call]
        response = pool.urlopen(
            method,
            _ADAPTER.request_url(request, proxies) if proxies else request.path_url,
            body=request.body,
            headers=request.headers,
            redirect=False,
            assert_same_host=False,
            preload_content=False,
            decode_content=False,
            retries=_NEVER,
            timeout=Timeout(*timeout),
            chunked=request.body is not None and "Content-Length" not in request.headers,
        )
        body = _read(response, timeout[1], limit)
    except (requests.RequestException, HTTPError, OSError) as error:
        raise _verdict(error, host.rpartition("@")[2], timeout) from None
    told = response.headers
    # urllib3 joins repeated lines; getlist keeps them apart.
    lines = tuple((name, value) for name in dict.fromkeys(told) for value in told.getlist(name))
    return Reply(response.status, lines, body)


def _surroundings(scheme: str, host: str) -> tuple[dict[str, str], Any]:
    """Proxies and certificates for a server, as the environment names them: looking through all of it for each request
    would cost more than the request."""
    return _as_named(tuple(map(os.environ.get, _SPELLED)), scheme, host)


_SPELLED = tuple(spelled for name in NAMED for spelled in (name, name.upper()))


@lru_cache(1024)
def _as_named(said: tuple[str | None, ...], scheme: str, host: str) -> tuple[dict[str, str], Any]:
    """``said``: what the environment says now; it is what the answer depends on."""
    settings = requests.Session().merge_environment_settings(f"{scheme}://{host}/", {}, True, True, None)
    return dict(settings["proxies"]), settings["verify"]


def _read(response: Any, wait: float, limit: int) -> bytes:
    """Read the body within the bounds. Of an error answer the status says enough: its body may be cut."""
    until = time.monotonic() + wait
    pieces: list[bytes] = []
    size = 0
    try:
        for piece in response.stream(16384, decode_content=True):
            pieces.append(piece)
            size += len(piece)
            if size > limit:
                raise HTTPError(f"the answer is larger than {limit} bytes")
            if time.monotonic() > until:
                raise TimeoutError
    except (HTTPError, OSError):
        response.close()
        response.release_conn()
        if response.status < 400:
            raise
    return b"".join(pieces)


def _verdict(error: Exception, host: str, timeout: tuple[float, float]) -> NotSent | Lost:
    connect, read = timeout
    cause = _root(error)
    outer = getattr(error, "reason", None)  # of urllib3's MaxRetryError
    if not _wire.left:
        if isinstance(cause, NameResolutionError):
            what = f"the name {host} was not found"
        elif isinstance(outer, ConnectTimeoutError) and not isinstance(outer, NewConnectionError):
            what = f"{host} did not answer within {connect:g} s"
        elif isinstance(outer, SSLError):
            what = f"no secure connection to {host}: {_plain(cause)}"
        elif isinstance(outer, ProxyError):
            what = f"the proxy on the way to {host} failed: {_plain(cause)}"
        else:
            what = f"no connection to {host}: {_plain(cause)}"
        return NotSent(one_line(what))
    if isinstance(error, TimeoutError) or isinstance(cause, TimeoutError | builtins.TimeoutError):
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
