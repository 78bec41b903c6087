"""Discord in the contract suite, as a bot: a channel, as far as messages are concerned."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from campaign.core.outcome import Scope, Sent
from campaign.networks.discord import Discord, DiscordOptions
from campaign.networks.discord_text import shown
from tests.networks.cases import Bench, HttpCase, Seen
from tests.networks.memory import secret
from tests.networks.scripted import Reply, Request, ScriptedServer

TOKEN = "MTIz.discord-bot.Zq3_x9Kp7w2"
ME = {"id": "77", "username": "harapan"}
NOW = datetime(2027, 7, 30, 1, 0, tzinfo=UTC)
CHANNEL = "/api/v10/channels/500"


def make(bench: Bench) -> Discord:
    options = DiscordOptions(server=bench.url, token=secret(TOKEN), channel="500", timeout=bench.timeout)
    return Discord(options, bench.vault, bench.files)


def fields(request: Request) -> dict[str, Any]:
    """What a message says, in JSON or beside files."""
    if request.headers.get_content_type() == "application/json":
        return dict(request.json())
    return dict(json.loads(request.form()["payload_json"]))


def accept(server: ScriptedServer) -> None:
    kept: dict[str, dict[str, Any]] = {}

    def create(request: Request) -> Reply:
        said = fields(request)
        message = {
            "id": str(900 + len(kept)),
            "channel_id": "500",
            "author": ME,
            "content": said["content"],
            "timestamp": NOW.isoformat(),
            "attachments": said.get("attachments", []),
        }
        return Reply(json=kept.setdefault(said["nonce"], message))

    def listing(request: Request) -> Reply:
        return Reply(json=[] if "before" in request.query else list(kept.values()))

    server.on("GET", "/api/v10/users/@me", Reply(json=ME))
    server.on("GET", CHANNEL, Reply(json={"id": "500", "guild_id": "400", "name": "kabar"}))
    server.on("POST", f"{CHANNEL}/messages", create)
    server.on("GET", f"{CHANNEL}/messages", listing)


def published(server: ScriptedServer) -> list[Seen]:
    bodies = {said["nonce"]: said for said in map(fields, server.asked("POST", f"{CHANNEL}/messages"))}
    return [
        Seen(
            shown(said["content"]),
            tuple(item["description"] for item in said.get("attachments", ())),
            None,
            None,
            None,
        )
        for said in bodies.values()
    ]


CASE = HttpCase(
    name="discord",
    secrets=(TOKEN,),
    make=make,
    accept=accept,
    publish=("POST", f"{CHANNEL}/messages"),
    published=published,
    whoami=("GET", "/api/v10/users/@me"),
    forbidden=Scope.ACCOUNT,
    after_loss=Sent,
    tells_limits=True,
    keys="server: '{url}', channel: '500', token: {env: DISCORD_TOKEN}",
    environment={"DISCORD_TOKEN": TOKEN},
)
