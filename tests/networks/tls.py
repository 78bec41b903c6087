"""An https server on this machine whose authority our client is told to trust."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest
import trustme

from tests.networks.scripted import ScriptedServer, scripted


@cache
def authority() -> trustme.CA:
    return trustme.CA()


def trust(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let requests trust the authority, and only it."""
    path = folder / "authority.pem"
    authority().cert_pem.write_to_path(str(path))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(path))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@contextmanager
def secure() -> Iterator[ScriptedServer]:
    """A scripted server with a certificate of the authority for 127.0.0.1."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority().issue_cert("127.0.0.1").configure_cert(context)
    with scripted(context) as server:
        yield server
