"""What the tests of networks share: the scripted server and a bench in a folder of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.networks.bluesky_server import bluesky_server
from tests.networks.cases import Bench, bench
from tests.networks.mastodon_server import mastodon_server
from tests.networks.matrix_server import matrix_server
from tests.networks.scripted import ScriptedServer, scripted
from tests.networks.wordpress_server import wordpress_server

__all__ = ["bluesky_server", "mastodon_server", "matrix_server", "wordpress_server"]


def pytest_configure(config: pytest.Config) -> None:
    """Apprise loads what Python 3.13 no longer has, where it is still there."""
    config.addinivalue_line("filterwarnings", "ignore:'imghdr' is deprecated:DeprecationWarning")


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy of the machine must not stand between the tests and 127.0.0.1."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with scripted() as running:
        yield running


@pytest.fixture
def at(server: ScriptedServer, tmp_path: Path) -> Bench:
    """A bench whose network is the scripted server."""
    return bench(server.url, tmp_path)
