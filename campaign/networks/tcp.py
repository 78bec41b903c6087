"""What networks share about a connection, whatever they speak: how long it may be silent, and its failures in
words."""

from __future__ import annotations

import socket

from campaign.networks.redact import one_line

UNHEARD = 60_000
"""Milliseconds after which the kernel gives up what nobody acknowledges (tcp(7), TCP_USER_TIMEOUT). Without it a post
could wait in a line that is cut, and arrive a quarter of an hour later, when everybody believes that it never will."""


def bounded(sock: socket.socket) -> None:
    """Let the kernel give up what nobody acknowledges, as for HTTP: it must not arrive a quarter of an hour later."""
    if hasattr(socket, "TCP_USER_TIMEOUT"):  # macOS and Windows have no such option
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNHEARD)


def plain(error: BaseException) -> str:
    """Why there is no connection, or no longer one; one line, without secrets."""
    import ssl  # costs start-up time

    if isinstance(error, socket.gaierror):
        return "the name was not found"
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, ssl.SSLCertVerificationError):
        return one_line(f"the certificate is not good: {error.verify_message}")
    if isinstance(error, OSError) and error.strerror:
        return one_line(error.strerror)
    return one_line(str(error)) or type(error).__name__
