"""Mastodon in the contract suite: as much of a server as answers are tried on. The real one is in test_mastodon.py."""

from __future__ import annotations

import html
from datetime import UTC, datetime
from typing import Any

from campaign.core.outcome import Scope, Sent
from campaign.networks.mastodon import Mastodon, MastodonOptions
from tests.networks.cases import Bench, HttpCase, Seen
from tests.networks.memory import secret
from tests.networks.scripted import Reply, Request, ScriptedServer

TOKEN = "mastodon-token-Zq3_x-9"
NOW = datetime(2027, 7, 30, 1, 0, tzinfo=UTC)
ME = {"id": "1", "acct": "harapan"}


def make(bench: Bench) -> Mastodon:
    options = MastodonOptions(server=bench.url, token=secret(TOKEN), timeout=bench.timeout)
    return Mastodon(options, bench.vault, bench.files)


def accept(server: ScriptedServer) -> None:
    kept: dict[str, dict[str, Any]] = {}
    uploads: list[str] = []

    def upload(request: Request) -> Reply:
        uploads.append(request.form()["description"].decode())
        return Reply(json={"id": str(len(uploads)), "description": uploads[-1]})

    def create(request: Request) -> Reply:
        number, body = len(kept) + 1, request.json()
        status = {
            "id": str(number),
            "url": f"https://mastodon.example/@harapan/{number}",
            "account": ME,
            "created_at": NOW.isoformat(),
            "content": f"<p>{html.escape(body['status'])}</p>",
            "spoiler_text": body.get("spoiler_text", ""),
            "media_attachments": [{"id": media_id} for media_id in body.get("media_ids", [])],
        }
        return Reply(json=kept.setdefault(request.headers["Idempotency-Key"], status))

    def listing(request: Request) -> Reply:
        return Reply(json=[] if "max_id" in request.query else list(kept.values()))

    server.on("GET", "/nodeinfo/2.0", Reply(json={"software": {"name": "mastodon"}}))
    server.on("GET", "/api/v1/accounts/verify_credentials", Reply(json=ME))
    server.on("POST", "/api/v2/media", upload)
    server.on("POST", "/api/v1/statuses", create)
    server.on("GET", "/api/v1/accounts/1/statuses", listing)


def published(server: ScriptedServer) -> list[Seen]:
    alts = [request.form()["description"].decode() for request in server.asked("POST", "/api/v2/media")]
    requests = {r.headers["Idempotency-Key"]: r for r in reversed(server.asked("POST", "/api/v1/statuses"))}
    return [
        Seen(
            body["status"],
            tuple(alts[int(media_id) - 1] for media_id in body.get("media_ids", ())),
            body["language"],
            body.get("spoiler_text", ""),
            key,
        )
        for key, body in ((key, request.json()) for key, request in requests.items())
    ]


CASE = HttpCase(
    name="mastodon",
    secrets=(TOKEN,),
    make=make,
    accept=accept,
    publish=("POST", "/api/v1/statuses"),
    published=published,
    whoami=("GET", "/api/v1/accounts/verify_credentials"),
    forbidden=Scope.ACCOUNT,
    after_loss=Sent,
    tells_limits=True,
    keys="server: '{url}', token: {env: FEDI_TOKEN}",
    environment={"FEDI_TOKEN": TOKEN},
)
