"""A real Matrix homeserver (Synapse) on 127.0.0.1, started for the tests."""

from __future__ import annotations

import hashlib
import hmac
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import requests

from tests.servers import free_port, require

PYTHON = Path(__file__).resolve().parents[2] / ".servers" / "synapse" / "bin" / "python"
SHARED = "a-shared-secret-for-tests"

CONFIG = """\
listeners: [{{port: {port}, tls: false, type: http, bind_addresses: ['127.0.0.1'], resources: [{{names: [client, media], compress: false}}]}}]
registration_shared_secret: {shared}
trusted_key_servers: []
suppress_key_server_warning: true
federation_domain_whitelist: []
presence: {{enabled: false}}
rc_message: {{per_second: 1000, burst_count: 1000}}
rc_login: {{address: {{per_second: 1000, burst_count: 1000}}, account: {{per_second: 1000, burst_count: 1000}}}}
max_upload_size: 200K
"""  # noqa: E501 - YAML in one line


@dataclass(frozen=True)
class Member:
    """An account with a room of its own, and its device's token."""

    url: str
    user: str
    token: str
    room: str
    alias: str

    def ask(self, method: str, path: str, **options: Any) -> Any:
        """Ask the server as this account; the JSON answer."""
        answer = requests.request(
            method, self.url + path, headers={"Authorization": f"Bearer {self.token}"}, timeout=60, **options
        )
        answer.raise_for_status()
        return answer.json()

    def messages(self) -> list[dict[str, Any]]:
        """The messages of the room, newest first."""
        path = f"/_matrix/client/v3/rooms/{quote(self.room)}/messages?dir=b&limit=100"
        return [event for event in self.ask("GET", path)["chunk"] if event["type"] == "m.room.message"]


@dataclass(frozen=True)
class MatrixServer:
    url: str

    def member(self) -> Member:
        """A new account in a new room, so that tests don't see each other's posts."""
        name = f"p{uuid.uuid4().hex[:12]}"
        register = f"{self.url}/_synapse/admin/v1/register"
        nonce = requests.get(register, timeout=60).json()["nonce"]
        words = "\0".join((nonce, name, "a-password", "notadmin")).encode()
        body = {
            "nonce": nonce,
            "username": name,
            "password": "a-password",
            "admin": False,
            "mac": hmac.new(SHARED.encode(), words, hashlib.sha1).hexdigest(),
        }
        made = requests.post(register, json=body, timeout=60)
        made.raise_for_status()
        token, user = made.json()["access_token"], made.json()["user_id"]
        member = Member(self.url, user, token, "", f"#{name}:localhost")
        room = member.ask("POST", "/_matrix/client/v3/createRoom", json={"room_alias_name": name})["room_id"]
        return Member(self.url, user, token, room, member.alias)

    def login(self, member: Member) -> Member:
        """The same account on another device."""
        body = {
            "type": "m.login.password",
            "identifier": {"type": "m.id.user", "user": member.user},
            "password": "a-password",
        }
        answer = requests.post(f"{self.url}/_matrix/client/v3/login", json=body, timeout=60)
        answer.raise_for_status()
        return Member(self.url, member.user, answer.json()["access_token"], member.room, member.alias)


@contextmanager
def synapse() -> Iterator[MatrixServer]:
    """The server until the block ends; it keeps its data in a folder that is gone then."""
    python = str(PYTHON) if PYTHON.exists() else require("synapse", "make servers")
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="campaign-synapse-") as data:
        main, extra = Path(data) / "homeserver.yaml", Path(data) / "extra.yaml"
        run = [python, "-m", "synapse.app.homeserver", "--config-path", str(main)]
        generate = ["--server-name", "localhost", "--generate-config", "--report-stats=no"]
        subprocess.run([*run, *generate, "--data-directory", data], check=True, capture_output=True, cwd=data)
        extra.write_text(CONFIG.format(port=port, shared=SHARED))
        with (Path(data) / "out").open("w") as out:
            process = subprocess.Popen([*run, "-c", str(extra)], stdout=out, stderr=out, cwd=data)
            try:
                server = MatrixServer(f"http://127.0.0.1:{port}")
                _wait(server, process, Path(data) / "out")
                yield server
            finally:
                process.kill()
                process.wait()


def _wait(server: MatrixServer, process: subprocess.Popen[bytes], out: Path) -> None:
    until = time.monotonic() + 90
    while True:
        try:
            requests.get(f"{server.url}/_matrix/client/versions", timeout=10).raise_for_status()
            return
        except requests.RequestException:
            if process.poll() is not None or time.monotonic() > until:
                pytest.fail(f"Synapse does not start: {out.read_text()[-2000:]}")
            time.sleep(0.1)


@pytest.fixture(scope="session")
def matrix_server() -> Iterator[MatrixServer]:
    with synapse() as server:
        yield server
