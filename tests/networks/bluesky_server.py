"""A real Bluesky server (PDS) on 127.0.0.1, started for the tests."""

from __future__ import annotations

import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.servers import free_port, require

MODULES = Path(__file__).resolve().parents[2] / ".servers" / "pds"


@dataclass(frozen=True)
class Person:
    """An account that was just made."""

    server: str
    did: str
    handle: str
    password: str

    def record(self, rkey: str) -> dict[str, Any] | None:
        """A post as the server has it, or None."""
        found = self._ask("getRecord", {"repo": self.did, "collection": "app.bsky.feed.post", "rkey": rkey})
        return dict(found["value"]) if "value" in found else None

    def records(self) -> list[dict[str, Any]]:
        """All posts."""
        found = self._ask("listRecords", {"repo": self.did, "collection": "app.bsky.feed.post"})
        return list(found["records"])

    def blob(self, cid: str) -> bytes:
        """The bytes of a picture."""
        params = {"did": self.did, "cid": cid}
        answer = requests.get(f"{self.server}/xrpc/com.atproto.sync.getBlob", params=params, timeout=30)
        answer.raise_for_status()
        return answer.content

    def call(self, name: str, body: dict[str, Any]) -> dict[str, Any]:
        """com.atproto.server.``name``, as the account itself."""
        login = {"identifier": self.handle, "password": self.password}
        made = requests.post(
            f"{self.server}/xrpc/com.atproto.server.createSession", json=login, timeout=30
        ).json()
        answer = requests.post(
            f"{self.server}/xrpc/com.atproto.server.{name}",
            json=body,
            headers={"Authorization": f"Bearer {made['accessJwt']}"},
            timeout=30,
        )
        answer.raise_for_status()
        return dict(answer.json()) if answer.content else {}

    def app_password(self) -> str:
        """A new password for one program."""
        return str(self.call("createAppPassword", {"name": "campaign"})["password"])

    def _ask(self, call: str, params: dict[str, str]) -> dict[str, Any]:
        answer = requests.get(f"{self.server}/xrpc/com.atproto.repo.{call}", params=params, timeout=30)
        return dict(answer.json())


@dataclass(frozen=True)
class BlueskyServer:
    url: str

    def person(self) -> Person:
        """A new account of its own, so that tests don't see each other's posts."""
        name = uuid.uuid4().hex[:12]
        body = {"handle": f"p{name}.test", "email": f"{name}@example.org", "password": f"pass-{name}"}
        answer = requests.post(f"{self.url}/xrpc/com.atproto.server.createAccount", json=body, timeout=60)
        answer.raise_for_status()
        return Person(self.url, answer.json()["did"], body["handle"], body["password"])


@contextmanager
def bluesky_pds() -> Iterator[BlueskyServer]:
    """The server until the block ends; it keeps its data in a folder that is gone then."""
    node = require("node", "apt install nodejs npm, then make servers")
    if not (MODULES / "node_modules" / "@atproto" / "pds").is_dir():
        require("bluesky-pds", "make servers")
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="campaign-pds-") as data:
        command = [
            node,
            str(Path(__file__).with_name("pds.js")),
            str(MODULES),
            data,
            str(port),
            str(free_port()),
        ]
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, stdin=subprocess.DEVNULL
        )
        assert process.stdout is not None
        try:
            told: list[str] = []
            for line in process.stdout:  # it says nothing after "ready", so that nobody has to read on
                told.append(line)
                if line.strip() == "ready":
                    break
            assert told and told[-1].strip() == "ready", "".join(told)
            yield BlueskyServer(f"http://127.0.0.1:{port}")
        finally:
            process.kill()
            process.wait()
            process.stdout.close()


@pytest.fixture(scope="session")
def bluesky_server() -> Iterator[BlueskyServer]:
    with bluesky_pds() as server:
        yield server
