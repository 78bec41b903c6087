"""mastodon-mock, a Mastodon server that nobody here wrote, really started on a free port of 127.0.0.1."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.servers import free_port, require

PROGRAM = Path(__file__).parents[2] / ".servers" / "mastodon-mock" / "bin" / "mastodon_mock"
TOKEN = "mock_token"


@dataclass(frozen=True)
class MastodonServer:
    """A running server with one account, ``testuser``."""

    host: str
    port: int
    token: str = TOKEN

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    def ask(self, method: str, path: str, **options: Any) -> Any:
        """Ask it directly, as another client of the same account would; the JSON answer."""
        response = requests.request(
            method,
            self.url + path,
            headers={"Authorization": f"Bearer {self.token}"},
            timeout=30,
            **options,
        )
        response.raise_for_status()
        return response.json() if response.content else None

    def statuses(self) -> list[dict[str, Any]]:
        """The newest 40 statuses of the account."""
        me = self.ask("GET", "/api/v1/accounts/verify_credentials")
        listed: list[dict[str, Any]] = self.ask("GET", f"/api/v1/accounts/{me['id']}/statuses?limit=40")
        return listed

    def fault(self, method: str, path: str, effect: dict[str, Any], count: int = 1) -> None:
        """Let the next ``count`` such requests fail, before the server looks at them."""
        match = {"methods": [method], "path": path}
        self.ask("POST", "/api/v1/_mock/faults", json={"match": match, "effect": effect, "count": count})


@contextmanager
def running() -> Iterator[MastodonServer]:
    """Start it, wait until it answers, stop it."""
    program = str(PROGRAM) if PROGRAM.exists() else require("mastodon_mock", "make servers")
    port = free_port()
    command = [program, "serve", "--host", "127.0.0.1", "--port", str(port), "--in-memory"]
    process = subprocess.Popen([*command, "--log-level", "critical"], stdout=subprocess.DEVNULL)
    try:
        server = MastodonServer("127.0.0.1", port)
        _wait(server, process)
        yield server
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait(server: MastodonServer, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while True:
        try:
            server.ask("GET", "/api/v1/instance")
            return
        except requests.ConnectionError:
            if process.poll() is not None or time.monotonic() > until:
                pytest.fail("mastodon-mock does not start")
            time.sleep(0.05)


@pytest.fixture(scope="session")
def mastodon_server() -> Iterator[MastodonServer]:
    with running() as server:
        yield server
