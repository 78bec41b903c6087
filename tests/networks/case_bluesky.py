"""Bluesky in the contract suite: as much of a server as answers are tried on. The real one is in test_bluesky.py."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any

from campaign.core.outcome import Scope, Sent
from campaign.networks.bluesky import Bluesky, BlueskyOptions
from tests.networks.cases import Bench, HttpCase, Seen
from tests.networks.memory import secret
from tests.networks.scripted import Reply, Request, ScriptedServer

PASSWORD = "abcd-efgh-ijkl-mnop"
ACCESS, REFRESH = "access-token-Zq3x9", "refresh-token-Kp7w2"
DID = "did:plc:harapan"
HANDLE = "harapan.test"
NOW = datetime(2027, 7, 30, 1, 0, tzinfo=UTC)
XRPC = "/xrpc/com.atproto"


def make(bench: Bench) -> Bluesky:
    options = BlueskyOptions(
        server=bench.url, handle=HANDLE, password=secret(PASSWORD), timeout=bench.timeout
    )
    return Bluesky(options, bench.vault, bench.files, clock=lambda: NOW)


def accept(server: ScriptedServer) -> None:
    kept: dict[str, dict[str, Any]] = {}

    def put(request: Request) -> Reply:
        body = request.json()
        kept[body["rkey"]] = body["record"]
        return Reply(json=_named(body["rkey"], body["record"]))

    def get(request: Request) -> Reply:
        (rkey,) = request.query["rkey"]
        if rkey not in kept:
            return Reply(400, json={"error": "RecordNotFound", "message": "Could not locate record"})
        return Reply(json={**_named(rkey, kept[rkey]), "value": kept[rkey]})

    def blob(request: Request) -> Reply:
        link = hashlib.sha256(request.body).hexdigest()
        kind = request.headers["Content-Type"]
        return Reply(json={"blob": {"$type": "blob", "ref": {"$link": link}, "mimeType": kind, "size": 9}})

    session = {"did": DID, "handle": HANDLE, "accessJwt": ACCESS, "refreshJwt": REFRESH}
    server.on("POST", f"{XRPC}.server.createSession", Reply(json=session))
    server.on("GET", f"{XRPC}.server.getSession", Reply(json={"did": DID, "handle": HANDLE}))
    server.on("POST", f"{XRPC}.repo.uploadBlob", blob)
    server.on("POST", f"{XRPC}.repo.putRecord", put)
    server.on("GET", f"{XRPC}.repo.getRecord", get)


def _named(rkey: str, record: dict[str, Any]) -> dict[str, str]:
    cid = hashlib.sha256(repr(record).encode()).hexdigest()
    return {"uri": f"at://{DID}/app.bsky.feed.post/{rkey}", "cid": cid}


def published(server: ScriptedServer) -> list[Seen]:
    bodies = {r.json()["rkey"]: r.json()["record"] for r in server.asked("POST", f"{XRPC}.repo.putRecord")}
    return [
        Seen(
            record["text"],
            tuple(image["alt"] for image in record.get("embed", {}).get("images", ())),
            record["langs"][0],
            None,
            None,
        )
        for record in bodies.values()
    ]


CASE = HttpCase(
    name="bluesky",
    secrets=(PASSWORD, ACCESS, REFRESH),
    make=make,
    accept=accept,
    publish=("POST", f"{XRPC}.repo.putRecord"),
    published=published,
    whoami=("GET", f"{XRPC}.server.getSession"),
    forbidden=Scope.ACCOUNT,
    after_loss=Sent,
    tells_limits=True,
    keys=f"server: '{{url}}', handle: {HANDLE}, password: {{env: BSKY_APP_PASSWORD}}",
    environment={"BSKY_APP_PASSWORD": PASSWORD},
)
