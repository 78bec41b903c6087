"""Serves the pages with waitress: bounded requests, a few threads, until it is told to stop."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask

from campaign.errors import CampaignError
from campaign.web.app import LARGEST

THREADS = 6
CONNECTIONS = 200
IDLE = 30
"""Seconds after which a connection that says nothing is closed."""


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens; port 0 takes a free one. CampaignError when that can't be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    here = socket.socket(family, socket.SOCK_STREAM)
    here.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        here.bind((host, port))
        here.listen(128)
    except OSError as error:
        here.close()
        raise CampaignError(
            f"{host}:{port} can't be listened at: {error.strerror}", "choose another --port, or none"
        ) from None
    return here


@contextmanager
def server(app: Flask, here: socket.socket, *, proxied: bool) -> Iterator[Callable[[], None]]:
    """Answers requests at a listening socket as long as what it gives runs; that returns after SystemExit or
    KeyboardInterrupt in its thread. ``proxied``: believe what the proxy in front says of TLS and of where a visitor
    comes from."""
    from waitress.server import create_server

    behind: dict[str, Any] = {}
    if proxied:
        behind = {
            "trusted_proxy": "*",  # whoever reaches this port is the proxy: docs/web.md
            "trusted_proxy_count": 1,
            "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto"},
        }
    made = create_server(
        app,
        sockets=[here],
        threads=THREADS,
        connection_limit=CONNECTIONS,
        channel_timeout=IDLE,
        max_request_body_size=LARGEST,
        max_request_header_size=32 * 1024,
        clear_untrusted_proxy_headers=True,
        ident="campaign",
        **behind,
    )
    try:
        yield made.run
    finally:
        made.close()
