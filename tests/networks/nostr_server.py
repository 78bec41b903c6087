"""nostr-relay, a Nostr relay that nobody here wrote, really started on a free port of 127.0.0.1."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
from websockets.sync.client import connect

from tests.servers import free_port, require

PROGRAM = Path(__file__).parents[2] / ".servers" / "nostr-relay" / "bin" / "nostr-relay"


@dataclass(frozen=True)
class NostrServer:
    """A running relay; its files are in ``folder``."""

    port: int
    folder: Path

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}"

    def events(self, **wanted: Any) -> list[dict[str, Any]]:
        """The events that fit a filter, as another client gets them."""
        found = []
        with connect(self.url, proxy=None) as connection:
            connection.send(json.dumps(["REQ", "test", wanted]))
            while (message := json.loads(connection.recv(timeout=30)))[0] == "EVENT":
                found.append(message[2])
        assert message[0] == "EOSE"
        return found


@contextmanager
def running(folder: Path, *, members: str = "") -> Iterator[NostrServer]:
    """Start it, wait until it answers, stop it. ``members``: the public key (hex) of who alone may write, after a
    login."""
    program = str(PROGRAM) if PROGRAM.exists() else require("nostr-relay", "make servers")
    server = NostrServer(free_port(), folder)
    config = folder / "config.yaml"
    # YAML is a superset of JSON.
    config.write_text(
        json.dumps(
            {
                "storage": {
                    "sqlalchemy.url": f"sqlite+aiosqlite:///{folder}/relay.sqlite3",
                    "validators": [f"nostr_relay.validators.{name}" for name in VALIDATORS],
                },
                "verification": {"nip05_verification": "disabled"},
                "gunicorn": {"bind": f"127.0.0.1:{server.port}", "loglevel": "critical"},
                "authentication": {
                    "enabled": bool(members),
                    "relay_urls": [server.url],
                    "actions": {"save": "w", "query": "a"},
                },
            }
        )
    )
    with (folder / "log").open("w") as log:
        command = [program, "-c", str(config)]
        process = subprocess.Popen([*command, "serve", "--use-uvicorn"], stdout=log, stderr=log)
        try:
            _wait(server, process)
            if members:
                role = ["role", "set", "--pubkey", members, "--roles", "w"]
                subprocess.run([*command, *role], check=True, stdout=log, stderr=log)
            yield server
        finally:
            process.terminate()
            process.wait(timeout=30)


VALIDATORS = ("is_not_too_large", "is_signed", "is_recent")


def _wait(server: NostrServer, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while True:
        try:
            requests.get(f"http://127.0.0.1:{server.port}/", timeout=30).raise_for_status()
            return
        except requests.ConnectionError:
            if process.poll() is not None or time.monotonic() > until:
                pytest.fail(f"nostr-relay does not start: {(server.folder / 'log').read_text()[-2000:]}")
            time.sleep(0.05)


@pytest.fixture(scope="session")
def nostr_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NostrServer]:
    with running(tmp_path_factory.mktemp("nostr-relay")) as server:
        yield server
