"""Matrix in the contract suite: as much of a homeserver as answers are tried on. A real one is in test_matrix.py."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

from campaign.core.outcome import Scope, Sent
from campaign.networks.matrix import Matrix, MatrixOptions
from tests.networks.cases import Bench, HttpCase, Seen, example
from tests.networks.memory import secret
from tests.networks.scripted import Reply, Request, ScriptedServer

TOKEN = "syt_matrix-token_Zq3x9Kp7w2"
ROOM = "!kabar:harapan.test"
ME = "@harapan:harapan.test"
V3 = "/_matrix/client/v3"
IN_ROOM = f"{V3}/rooms/%21kabar%3Aharapan.test"
PUBLISH = f"{IN_ROOM}/send/m.room.message/[^/]+"
NOW = datetime(2027, 7, 30, 1, 0, tzinfo=UTC)


def make(bench: Bench) -> Matrix:
    options = MatrixOptions(
        server=bench.url, room="#kabar:harapan.test", token=secret(TOKEN), timeout=bench.timeout
    )
    return Matrix(options, bench.vault, bench.files)


def accept(server: ScriptedServer) -> None:
    kept: dict[str, dict[str, Any]] = {}

    def put(request: Request) -> Reply:
        key = unquote(request.path.rpartition("/")[2])
        event = {
            "event_id": f"$event{len(kept)}",
            "sender": ME,
            "origin_server_ts": int(NOW.timestamp() * 1000),
            "content": request.json(),
            "unsigned": {"transaction_id": key},
        }
        return Reply(json={"event_id": kept.setdefault(key, event)["event_id"]})

    def member(_: Request) -> Reply:
        return Reply(json={"membership": "join"})

    missing = Reply(404, json={"errcode": "M_NOT_FOUND", "error": "Event not found."})
    server.on("GET", f"{V3}/account/whoami", Reply(json={"user_id": ME, "device_id": "D"}))
    server.on("GET", f"{V3}/directory/room/%23kabar%3Aharapan.test", Reply(json={"room_id": ROOM}))
    server.on("GET", f"{IN_ROOM}/state/m.room.encryption", missing)
    server.on("GET", f"{IN_ROOM}/state/m.room.member/.*", member)
    server.on("GET", "/_matrix/client/v1/media/config", Reply(json={"m.upload.size": 50_000_000}))
    server.on("POST", "/_matrix/media/v3/upload", Reply(json={"content_uri": "mxc://harapan.test/abc"}))
    server.on("PUT", PUBLISH, put)
    server.on("GET", f"{IN_ROOM}/messages", lambda _: Reply(json={"chunk": list(kept.values())}))


def published(server: ScriptedServer) -> list[Seen]:
    bodies = {request.path: request.json() for request in server.asked("PUT", PUBLISH)}
    return [Seen(body["body"], None, None, None, path.rpartition("/")[2]) for path, body in bodies.items()]


CASE = HttpCase(
    name="matrix",
    secrets=(TOKEN,),
    make=make,
    accept=accept,
    publish=("PUT", PUBLISH),
    published=published,
    whoami=("GET", f"{V3}/account/whoami"),
    forbidden=Scope.ACCOUNT,
    after_loss=Sent,
    post=replace(example(), media=example().media[:1]),
    keys="server: '{url}', room: '#kabar:harapan.test', token: {env: MATRIX_TOKEN}",
    environment={"MATRIX_TOKEN": TOKEN},
)
